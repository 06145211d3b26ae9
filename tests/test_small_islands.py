"""A small island at 30 m, from a national land cover map to the tables of two chapters."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
import yaml
from rasterio.transform import from_origin

from sohandbook import runner

SIDE = 60  # cells of the map
ISLAND = slice(10, 50)  # 40 by 40 cells of 30 m are 1.44 km2
CELL_KM2 = 0.0009
WEST, NORTH = 17_300_000.0, -2_150_000.0  # EPSG:6933, in the Pacific
TREES, GRASS, CITY, WATER = 1, 2, 5, 7
YEARS = range(2000, 2024)


def land_cover(year: int) -> np.ndarray:
    """Trees with a pond of 4 by 5 cells; in 2010 a strip of two columns becomes a town."""
    cells = np.full((SIDE, SIDE), WATER, dtype=np.uint8)
    cells[ISLAND, ISLAND] = TREES
    cells[20:24, 20:25] = WATER
    if year >= 2010:
        cells[ISLAND, 48:50] = CITY
    return cells


@pytest.fixture(scope="module")
def island(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The outputs of an island whose boundary follows the cells' edges, after two chapters."""
    folder = tmp_path_factory.mktemp("island") / "XSI"
    folder.mkdir()
    for year in YEARS:
        with rasterio.open(
            folder / f"land_cover_{year}.tif",
            "w",
            driver="GTiff",
            width=SIDE,
            height=SIDE,
            count=1,
            dtype="uint8",
            crs="EPSG:6933",
            transform=from_origin(WEST, NORTH, 30, 30),
        ) as file:
            file.write(land_cover(year), 1)
    left, right = WEST + 30 * ISLAND.start, WEST + 30 * ISLAND.stop
    top, bottom = NORTH - 30 * ISLAND.start, NORTH - 30 * ISLAND.stop
    shape = shapely.box(left, bottom, right, top)
    boundary = gpd.GeoDataFrame({"name": ["Small"]}, geometry=[shape], crs=6933).to_crs(4326)
    boundary.to_file(folder / "boundary.geojson", driver="GeoJSON")
    metadata = {"title": "A map", "link": "none", "author": "us", "citation": "made for a test"}
    settings = {
        "name": "Small Island",
        "iso3": "XSI",
        "party": "affected",
        "boundary": {"file": "boundary.geojson", "source": "made up"},
        "grid": {"crs": "EPSG:6933", "resolution": 30},
        "datasets": {
            "land_cover": {
                "product": "national_land_cover",
                "files": ["land_cover_{year}.tif"],
                "years": [YEARS[0], YEARS[-1]],
                "legend": "unccd",
                "metadata": metadata,
            }
        },
    }
    (folder / "country.yml").write_text(yaml.safe_dump(settings))
    output = folder.parent / "output"
    outcomes = runner.run("XSI", only=["so1-1"], folder=folder, output=output)
    return output, {outcome.chapter.id: outcome.result + outcome.reason for outcome in outcomes}


def test_areas_are_those_of_30_m_cells(island):
    output, results = island
    assert results == {"cp": "done", "so1-1": "done"}
    areas = pd.read_csv(output / "tables" / "CP-1.T1.csv").set_index("year")
    assert areas.loc[2000, "total_country_area"] == pytest.approx(1600 * CELL_KM2, rel=1e-8)
    assert areas.loc[2000, "water_bodies_area"] == pytest.approx(20 * CELL_KM2, rel=1e-8)
    # the grid's cells are equal-area ones: together they are the island's true area
    left, right = WEST + 30 * ISLAND.start, WEST + 30 * ISLAND.stop
    top, bottom = NORTH - 30 * ISLAND.start, NORTH - 30 * ISLAND.stop
    to_degrees = pyproj.Transformer.from_crs(6933, 4326, always_xy=True)
    corners = [to_degrees.transform(x, y) for x in (left, right) for y in (bottom, top)]
    west, south, east, north = corners[0][0], corners[0][1], corners[3][0], corners[3][1]
    true, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(
        shapely.segmentize(shapely.box(west, south, east, north), 1e-4)
    )
    assert areas.loc[2000, "total_country_area"] == pytest.approx(abs(true) / 1e6, rel=1e-5)


def test_a_change_of_two_columns_is_seen(island):
    output, _ = island
    extent = pd.read_csv(output / "tables" / "SO1-1.T4.csv").set_index("year")
    column = "artificial"
    assert extent.loc[2000, column] == 0
    assert extent.loc[2015, column] == pytest.approx(80 * CELL_KM2, rel=1e-8)
    with rasterio.open(output / "maps" / "land_cover_2015.tif") as file:
        assert file.res == (30, 30)
        assert (file.read(1) == CITY).sum() == 80
