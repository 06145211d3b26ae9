"""Nobody appears or vanishes between a population map and the country grid."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from sohandbook import grid as country_grid
from sohandbook.people import Placement

TRIANGLE = gpd.GeoDataFrame(geometry=[shapely.Polygon([(0, 0), (4, 0), (0, 4)])], crs=4326)


@pytest.fixture
def grid():
    return country_grid.country_grid(TRIANGLE, crs="EPSG:4326", resolution=0.25)


def population(resolution, size, *, seed=1, first=-0.43):
    """People of two years in cells of another grid, some of them outside of the country."""
    values = np.random.default_rng(seed).integers(0, 50, (2, size, size)).astype(float)
    centres = first + resolution * (np.arange(size) + 0.5)
    data = xr.DataArray(
        values,
        dims=("year", "y", "x"),
        coords={"year": [2019, 2020], "y": centres[::-1], "x": centres},
    )
    return data.rio.write_crs(4326)


@pytest.mark.parametrize(("resolution", "size"), [(0.1, 50), (0.7, 8)])
def test_people_of_cells_with_their_centre_inside_all_arrive(grid, resolution, size):
    found = population(resolution, size)
    placement = Placement.of(found, grid=grid, boundary=TRIANGLE)
    totals, placed = placement.totals(found), placement.on_grid(found)

    x, y = np.meshgrid(found.x, found.y)
    inside = shapely.contains_xy(TRIANGLE.geometry[0], x, y)
    expected = found.values[:, inside].sum(axis=1)
    np.testing.assert_allclose(totals, expected, rtol=1e-12)
    np.testing.assert_allclose(placed.sum(("y", "x")), expected, rtol=1e-6)
    assert float(placed.where(~grid).max()) == 0


def test_another_projection_keeps_the_total():
    equal_area = country_grid.country_grid(TRIANGLE, crs="EPSG:6933", resolution=25_000)
    found = population(0.1, 50)
    placement = Placement.of(found, grid=equal_area, boundary=TRIANGLE)
    placed = placement.on_grid(found).sum(("y", "x"))
    np.testing.assert_allclose(placed, placement.totals(found), rtol=1e-6)


def test_neighbours_share_the_people_between_them():
    west, east = (
        gpd.GeoDataFrame(geometry=[shapely.box(a, 0, b, 4)], crs=4326)
        for a, b in ((0, 1.93), (1.93, 4))
    )
    both = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4, 4)], crs=4326)
    found = population(0.1, 40, first=0)
    sums = []
    for boundary in (west, east, both):
        grid = country_grid.country_grid(boundary, crs="EPSG:4326", resolution=0.25)
        placement = Placement.of(found, grid=grid, boundary=boundary)
        sums.append(placement.totals(found))
        np.testing.assert_allclose(placement.on_grid(found).sum(("y", "x")), sums[-1], rtol=1e-6)
    np.testing.assert_allclose(sums[0] + sums[1], sums[2])


def test_a_year_that_another_stands_for_is_its_copy(grid):
    found = population(0.1, 50).assign_attrs(stands_for={2020: 2019})
    totals = Placement.of(found, grid=grid, boundary=TRIANGLE).totals(found)
    assert totals.sel(year=2020) == totals.sel(year=2019)


def test_an_empty_map_stays_empty(grid):
    nobody = population(0.1, 50) * 0
    placement = Placement.of(nobody, grid=grid, boundary=TRIANGLE)
    assert float(placement.on_grid(nobody).sum()) == 0
