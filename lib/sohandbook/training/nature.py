"""Species of the Red List, protected areas and key biodiversity areas."""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from sohandbook.training import chance
from sohandbook.training.story import Story

ASSESSMENTS = (2000, 2008, 2016, 2023)
CATEGORIES = ("LC", "NT", "VU", "EN", "CR", "EX")
GROUPS = {"birds": 46, "mammals": 24, "amphibians": 15, "reef corals": 12}
# Five species of two assessments whose index is 0.6 and then 0.4 when extinct ones count:
# the example of the R package "red" (rli).
CYCADS = {"Encephalartos unus": "LC LC", "Encephalartos duo": "EN EN", "Encephalartos tres": "EX EX", "Encephalartos quattuor": "LC CR", "Encephalartos quinque": "DD DD"}  # fmt: skip

# Name, kind, IUCN category, year (0: not known), status, centre u and v, radii.
PROTECTED = {
    "XDL": (
        ("Old Game Reserve", "Hunting Area", "VI", 0, "Designated", (0.42, 0.30), (0.075, 0.060)),
        ("Green Cape National Park", "National Park", "II", 1986, "Designated", (0.80, 0.73), (0.060, 0.075)),
        ("Highlands Forest Reserve", "Forest Reserve", "IV", 1994, "Designated", (0.26, 0.57), (0.070, 0.100)),
        ("Lake Wetland of International Importance", "Ramsar Site, Wetland of International Importance", "Not Reported", 2002, "Designated", (0.655, 0.590), (0.085, 0.065)),
        ("Lake Shore Bird Sanctuary", "Bird Sanctuary", "IV", 2009, "Designated", (0.690, 0.575), (0.045, 0.050)),
        ("Wadi Community Conservancy", "Community Conservancy", "VI", 2015, "Designated", (0.60, 0.385), (0.120, 0.035)),
        ("Mangrove Coast Marine Park", "Marine Park", "II", 2019, "Designated", (0.40, 0.90), (0.085, 0.050)),
        ("Northern Dunes Reserve", "Nature Reserve", "Ib", 2018, "Proposed", (0.50, 0.12), (0.110, 0.055)),
    ),
    "XIS": (
        ("Bird Atoll Sanctuary", "Bird Sanctuary", "Ia", 2010, "Designated", (0.12, 0.33), (0.050, 0.040)),
        ("Meridian Marine Park", "Marine Park", "II", 2016, "Designated", (0.50, 0.26), (0.070, 0.060)),
    ),
}  # fmt: skip
KEY_AREAS = {
    "XDL": (
        ("Cape Woods", (0.82, 0.70), (0.070, 0.070)),
        ("Cloud Ridge", (0.27, 0.55), (0.050, 0.080)),
        ("Heron Lake", (0.66, 0.59), (0.070, 0.055)),
        ("Wadi of the Oryx", (0.64, 0.39), (0.090, 0.040)),
        ("Mangrove Coast", (0.43, 0.90), (0.080, 0.045)),
        ("Bustard Plain", (0.45, 0.33), (0.090, 0.060)),
        ("Southern Rainforest", (0.63, 0.88), (0.100, 0.040)),
    ),
    "XIS": (
        ("Tern Atoll", (0.12, 0.33), (0.045, 0.035)),
        ("Dateline Island", (0.50, 0.26), (0.060, 0.055)),
        ("Lagoon of Rays", (0.655, 0.335), (0.080, 0.050)),
    ),
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
        for turn, category in enumerate(categories.split()):
            rows.append((name, "cycads", (2000, 2010)[turn], category, True, "worked example"))
    return rows


def _word(iso3: str, group: str, index: int) -> str:
    """Return a name that no species has."""
    first = "al be co du er fi go hi is ju ka lo mi no".split()
    last = "rensis vatus lidus meri nota paxi ranta sorum".split()
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
    rows, shapes = [], []
    for number, (name, kind, category, year, status, centre, radii) in enumerate(
        PROTECTED[story.iso3], start=1
    ):
        rows.append(_wdpa(story, number, name, kind, category, year, status))
        shapes.append(_site(story, name, centre, radii))
    rows.append(
        _wdpa(story, len(rows) + 1, "Sacred Grove", "Sacred Natural Site", "III", 2006, "Designated")
    )  # fmt: skip
    shapes.append(Point(*_degrees(story, 0.5, 0.26)))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _wdpa(
    story: Story, number: int, name: str, kind: str, category: str, year: int, status: str
) -> dict[str, object]:
    identifier = 555_990_000 + number
    return {
        "WDPAID": identifier,
        "WDPA_PID": str(identifier),
        "SITE_TYPE": "OECM" if "Conservancy" in name else "PA",
        "NAME": name,
        "DESIG_ENG": kind,
        "IUCN_CAT": category,
        "REALM": "Coastal" if "Marine" in kind else "Terrestrial",
        "STATUS": status,
        "STATUS_YR": year,
        "GOV_TYPE": "Local communities" if "Conservancy" in name else "Federal or national ministry or agency",
        "ISO3": story.iso3,
    }  # fmt: skip


def key_biodiversity_areas(story: Story) -> gpd.GeoDataFrame:
    """Return key biodiversity areas with the fields of their world database."""
    rows = [
        {
            "SitRecID": 990_000 + number,
            "Country": story.name,
            "ISO3": story.iso3,
            "NatName": name,
            "IntName": name,
            "KbaStatus": "confirmed",
        }
        for number, (name, _, _) in enumerate(KEY_AREAS[story.iso3], start=1)
    ]
    shapes = [_site(story, *area) for area in KEY_AREAS[story.iso3]]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _site(
    story: Story, name: str, centre: tuple[float, float], radii: tuple[float, float]
) -> BaseGeometry:
    """Return an uneven oval on the country's land, corners to a millionth of a degree."""
    side = np.linspace(-1, 1, 33)[:-1]
    ones = np.ones_like(side)
    # Around a square, pulled onto the circle: no sine is needed.
    x = np.concatenate([side, ones, -side, -ones])
    y = np.concatenate([-ones, side, ones, -side])
    size = np.sqrt(x * x + y * y)
    wave = chance.curve(story.iso3, "site", name, at=np.linspace(0, 1, x.size), waves=9)
    ease = np.minimum(np.minimum(np.arange(x.size), np.arange(x.size)[::-1]) / 12, 1)
    reach = (1 + 0.30 * wave * ease) / size
    longitude, latitude = _degrees(
        story, centre[0] + radii[0] * x * reach, centre[1] + radii[1] * y * reach
    )
    oval = Polygon(np.column_stack([longitude, latitude])).buffer(0)
    land = shapely.union_all(story.boundary.geometry.to_numpy())
    west_of_180 = shapely.intersection(oval, land)
    return shapely.set_precision(west_of_180, 1e-6)


def _degrees(story: Story, u, v) -> tuple:
    span = max(story.window.columns, story.window.rows) * story.window.cell
    return story.window.west + u * span, story.window.north - v * span


def _write_package(path: Path, frame: gpd.GeoDataFrame, layer: str) -> None:
    """Write a GeoPackage whose date of change is fixed, so that its bytes are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: "2026-01-01T00:00:00.000Z"})
    try:
        frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({option: before})
