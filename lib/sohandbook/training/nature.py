"""Species of the Red List, protected areas and key biodiversity areas."""

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from sohandbook import grid
from sohandbook.training import chance
from sohandbook.training.story import Story

ASSESSMENTS = (2000, 2008, 2016, 2023)
CATEGORIES = ("LC", "NT", "VU", "EN", "CR", "EX")
GROUPS = {"birds": 46, "mammals": 24, "amphibians": 15, "reef corals": 12}
# Five species of two assessments whose index is 0.6 and then 0.4 when extinct ones count:
# the example of the R package "red" (rli).
CYCADS = {
    "Encephalartos unus": ("LC", "LC"),
    "Encephalartos duo": ("EN", "EN"),
    "Encephalartos tres": ("EX", "EX"),
    "Encephalartos quattuor": ("LC", "CR"),
    "Encephalartos quinque": ("DD", "DD"),
}
# A site known only as a point, without area.
GROVE = {
    "name": "Sacred Grove",
    "designation": "Sacred Natural Site",
    "iucn": "III",
    "year": 2006,
    "status": "Designated",
}


def write(story: Story, folder: Path) -> None:
    """Write ``species/``, ``protected_areas/`` and ``key_biodiversity_areas/``."""
    _write_species(story, folder / "species" / "red_list_categories.csv")
    name = f"WDPA_WDOECM_{story.iso3}.gpkg"
    _write_package(folder / "protected_areas" / name, protected_areas(story), "WDPA_poly")
    name = f"KBA_{story.iso3}.gpkg"
    _write_package(folder / "key_biodiversity_areas" / name, key_biodiversity_areas(story), "KBA")


def species(story: Story) -> list[tuple[str, str, int, str, bool, str]]:
    """Return species, group, year, category, whether the change was genuine, and why."""
    rows = []
    for group, number in GROUPS.items():
        start = chance.uniform(story.iso3, group, "start", shape=(number,))
        fate = chance.uniform(story.iso3, group, "fate", shape=(number, len(ASSESSMENTS), 2))
        for index in range(number):
            name = f"{group.title().replace(' ', '')[:-1]} {_word(story.iso3, group, index)}"
            known = start[index] < 0.93
            level = int(np.searchsorted((0.62, 0.74, 0.84, 0.90), start[index]))
            for turn, year in enumerate(ASSESSMENTS):
                moved, why = fate[index, turn]
                genuine, reason = True, "no change"
                if turn and known and level < 5 and moved < 0.11 + 0.05 * (group == "amphibians"):
                    genuine = bool(why < 0.72)
                    level += 1 if why < 0.86 else -1 if level else 0
                    reason = "genuine change" if genuine else "better knowledge"
                category = CATEGORIES[level] if known else "DD"
                rows.append((name, group, year, category, genuine, reason))
    for name, categories in CYCADS.items():
        for turn, category in enumerate(categories):
            rows.append((name, "cycads", (2000, 2010)[turn], category, True, "worked example"))
    return rows


def _word(iso3: str, group: str, index: int) -> str:
    """Return a name that no species has."""
    first = ("al", "be", "co", "du", "er", "fi", "go", "hi", "is", "ju", "ka", "lo", "mi", "no")
    last = ("rensis", "vatus", "lidus", "meri", "nota", "paxi", "ranta", "sorum")
    number = index + 7 * len(group) + (3 if iso3 == "XIS" else 0)
    return first[number % 14] + last[(number // 14 + number) % 8] + str(index)


def _write_species(story: Story, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("species", "group", "year", "category", "genuine", "reason"))
        writer.writerows(species(story))


def protected_areas(story: Story) -> gpd.GeoDataFrame:
    """Return areas with the fields of the WDPA; they overlap, one is a point, one only planned."""
    sites = story.facts["protected_areas"]
    rows = [_wdpa(story, number, site) for number, site in enumerate(sites, start=1)]
    shapes = [_site(story, site) for site in sites]
    rows.append(_wdpa(story, len(rows) + 1, GROVE))
    shapes.append(Point(*_degrees(story, 0.5, 0.26)))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _wdpa(story: Story, number: int, site: dict[str, Any]) -> dict[str, object]:
    identifier = 555_990_000 + number
    is_community = "Conservancy" in site["name"]
    return {
        "WDPAID": identifier,
        "WDPA_PID": str(identifier),
        "SITE_TYPE": "OECM" if is_community else "PA",
        "NAME": site["name"],
        "DESIG_ENG": site["designation"],
        "IUCN_CAT": site["iucn"],
        "REALM": "Coastal" if "Marine" in site["designation"] else "Terrestrial",
        "STATUS": site["status"],
        "STATUS_YR": site["year"],
        "GOV_TYPE": "Local communities" if is_community else "National agency",
        "ISO3": story.iso3,
    }


def key_biodiversity_areas(story: Story) -> gpd.GeoDataFrame:
    """Return key biodiversity areas with the fields of their world database."""
    sites = story.facts["key_biodiversity_areas"]
    rows = [
        {
            "SitRecID": 990_000 + number,
            "Country": story.name,
            "ISO3": story.iso3,
            "NatName": site["name"],
            "IntName": site["name"],
            "KbaStatus": "confirmed",
        }
        for number, site in enumerate(sites, start=1)
    ]
    shapes = [_site(story, site) for site in sites]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _site(story: Story, site: dict[str, Any]) -> BaseGeometry:
    """Return an uneven oval on the country's land, corners to a millionth of a degree."""
    side = np.linspace(-1, 1, 33)[:-1]
    ones = np.ones_like(side)
    # Around a square, pulled onto the circle: no sine is needed.
    x = np.concatenate([side, ones, -side, -ones])
    y = np.concatenate([-ones, side, ones, -side])
    size = np.sqrt(x * x + y * y)
    wave = chance.curve(story.iso3, "site", site["name"], at=np.linspace(0, 1, x.size), waves=9)
    ease = np.minimum(np.minimum(np.arange(x.size), np.arange(x.size)[::-1]) / 12, 1)
    reach = (1 + 0.30 * wave * ease) / size
    (u, v), (across, down) = site["centre"], site["radii"]
    longitude, latitude = _degrees(story, u + across * x * reach, v + down * y * reach)
    oval = Polygon(np.column_stack([longitude, latitude])).buffer(0)
    land = shapely.union_all(story.boundary.geometry.to_numpy())
    return shapely.set_precision(shapely.intersection(oval, land), 1e-6)


def _degrees(story: Story, u, v) -> tuple:
    span = max(story.window.columns, story.window.rows) * story.window.cell
    return story.window.west + u * span, story.window.north - v * span


def _write_package(path: Path, frame: gpd.GeoDataFrame, layer: str) -> None:
    """Write a GeoPackage whose date of change is fixed, so that its bytes are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    option = "OGR_CURRENT_DATE"
    is_point = frame.geom_type == "Point"
    frame = pd.concat([grid.split_at_180(frame[~is_point]), frame[is_point]], ignore_index=True)
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: "2026-01-01T00:00:00.000Z"})
    try:
        frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({option: before})
