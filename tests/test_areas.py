"""Cell areas against closed forms, geodesic polygons and Trends.Earth's own numbers."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS

from sohandbook import grid
from sohandbook.areas import cell_area, zone_area
from sohandbook.lattice import Lattice

SINUSOIDAL = "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m +no_defs"


def cells(crs, left, top, step, width=5, height=4):
    lattice = Lattice(CRS.from_user_input(crs), left, top, step, step, width, height)
    return lattice.array(np.ones(lattice.shape, bool))


def geodesic(crs, left, top, step, column, row):
    """Area of one cell as a polygon of geodesics, its parallels cut in short pieces."""
    part = np.linspace(0, 1, 400)
    x = left + (column + np.r_[part, np.ones(400), part[::-1], np.zeros(400)]) * step
    y = top - (row + np.r_[np.zeros(400), part, np.ones(400), part[::-1]]) * step
    longitude, latitude = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    area, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(longitude, latitude)
    return abs(area) / 1e6


def test_the_two_hemispheres_make_the_surface_of_wgs84():
    assert zone_area(np.array([90.0])) * 2 == pytest.approx(510_065_621_724_088.4, rel=1e-12)


@pytest.mark.parametrize("name", ["0p25", "10arcsec", "250m_modis", "0p1"])
def test_areas_equal_those_of_trends_earth(realdata, name):
    oracle = np.load(realdata / "oracles/trends_earth/k_cell_area.npz")
    south, north = oracle[f"ymin_{name}"], oracle[f"ymax_{name}"]
    ours = (zone_area(north) - zone_area(south)) * oracle[f"xw_{name}"] / 360
    # The difference of two zones loses digits next to the poles: a metre of ten arc-seconds.
    np.testing.assert_allclose(ours, oracle[f"area_m2_{name}"], rtol=1e-9, atol=0.05)


@pytest.mark.parametrize("latitude", [-65.0, 0.02, 17.3, 71.0])
def test_geographic_cells_against_geodesic_polygons(latitude):
    area = cell_area(cells("EPSG:4326", 10.0, latitude, 0.01))
    expected = geodesic("EPSG:4326", 10.0, latitude, 0.01, 2, 1)
    assert float(area[1, 2]) == pytest.approx(expected, rel=1e-6)
    assert (area[1] == area[1, 0]).all()


@pytest.mark.parametrize(
    ("crs", "left", "top", "step"),
    [
        ("EPSG:32719", 312_500, 6_357_500, 250.0),  # Chile, the tests' NDVI
        ("EPSG:32719", 800_000, 6_357_500, 250.0),  # at the rim of the zone
        ("EPSG:3857", -1_378_818, 2_036_259, 500.0),  # areas 9 % too large as they stand
        (SINUSOIDAL, -1_378_818.64, 2_036_259.39, 463.31271652750013),
        ("EPSG:6933", -1_378_818, 2_036_259, 1000.0),  # equal-area on the ellipsoid
    ],
)
def test_projected_cells_against_geodesic_polygons(crs, left, top, step):
    area = cell_area(cells(crs, left, top, step, width=70, height=70))
    for row, column in ((0, 0), (41, 17), (69, 69)):
        expected = geodesic(crs, left, top, step, column, row)
        assert float(area[row, column]) == pytest.approx(expected, rel=3e-6)


def test_an_equal_area_projection_of_the_ellipsoid_has_one_area():
    area = cell_area(cells("EPSG:6933", 0, 3_000_000, 1000.0, width=40, height=900))
    np.testing.assert_allclose(area, 1.0, rtol=1e-8)


def test_a_row_of_equal_cells_is_stored_once():
    area = cell_area(cells("EPSG:4326", 0, 10, 0.01, width=2000, height=3))
    assert area.data.strides[1] == 0


def test_the_pole_and_beyond():
    area = cell_area(cells("EPSG:4326", 0, 90.5, 1.0))
    assert float(area[0, 0]) == pytest.approx(float(zone_area(90) - zone_area(89.5)) / 360e6)


def test_the_mask_of_a_real_region_has_its_geodesic_area(realdata):
    region = gpd.read_file(realdata / "assaba/Admin_layers/Assaba_Region_layer.shp")
    boundary = grid.unwrap(region)
    expected = 0.0
    for shape in boundary.geometry:
        expected += abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) / 1e6
    mask = grid.country_grid(boundary, crs=SINUSOIDAL, resolution=463.31271652750013)
    area = float(cell_area(mask).where(mask).sum())
    assert area == pytest.approx(expected, rel=2e-4)
    # The sphere's cells as they stand are a third of a percent too large at 17 degrees.
    assert float(mask.sum()) * 0.4633127165**2 > expected * 1.003


@given(
    top=st.floats(-80, 80),
    step=st.floats(0.001, 0.5),
    cut=st.integers(1, 11),
)
def test_areas_of_parts_add_up_to_the_whole(top, step, cut):
    whole = cells("EPSG:4326", 3.0, top, step, width=3, height=12)
    parts = cell_area(whole[:cut]).sum() + cell_area(whole[cut:]).sum()
    zone = abs(float(zone_area(top) - zone_area(top - 12 * step))) * 3 * step / 360e6
    # A slice knows its edges from coordinates that are rounded to a ten-millionth of a cell.
    assert float(parts) == pytest.approx(float(cell_area(whole).sum()), rel=1e-6)
    assert float(parts) == pytest.approx(zone, rel=1e-6)
