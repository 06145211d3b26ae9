"""Regions add up to the country; polygons follow the rule of the cell's centre."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sohandbook import grid as country_grid
from sohandbook import polygons
from sohandbook.errors import InputError


@pytest.fixture
def grid():
    box = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4, 2)], crs=4326)
    return country_grid.country_grid(box, crs="EPSG:4326", resolution=1)


def frame(*boxes):
    return gpd.GeoDataFrame(geometry=[shapely.box(*box) for box in boxes], crs=4326)


def test_numbers_by_the_centre_of_the_cell(grid):
    found = polygons.numbers(frame((0, 0, 1.6, 2), (3, 1, 4, 2)), grid=grid)
    assert found.values.tolist() == [[1, 1, 0, 2], [1, 1, 0, 0]]


def test_the_later_polygon_counts_where_two_overlap(grid):
    found = polygons.numbers(frame((0, 0, 4, 2), (0, 0, 1, 1)), grid=grid)
    assert found.values.tolist() == [[1, 1, 1, 1], [2, 1, 1, 1]]


def test_a_sliver_goes_to_the_nearest_region():
    box = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 2)], crs=4326)
    wide = country_grid.country_grid(box, crs="EPSG:4326", resolution=1)
    with_sliver = frame((0, 0, 50, 2), (51, 0, 100, 2))
    found = polygons.partition(with_sliver, grid=wide, where="regions.geojson")
    assert set(np.unique(found)) == {1, 2}
    assert int((found == 1).sum() + (found == 2).sum()) == int(wide.sum())


def test_regions_of_another_country_are_refused(grid):
    with pytest.raises(InputError, match=r"regions.geojson: found '50.0 % of the country"):
        polygons.partition(frame((0, 0, 2, 2)), grid=grid, where="regions.geojson")


def test_nothing_outside_of_the_country():
    triangle = gpd.GeoDataFrame(geometry=[shapely.Polygon([(0, 0), (4, 0), (0, 4)])], crs=4326)
    grid = country_grid.country_grid(triangle, crs="EPSG:4326", resolution=1)
    found = polygons.partition(frame((-1, -1, 5, 5)), grid=grid, where="regions.geojson")
    assert np.array_equal(found.values > 0, grid.values)
