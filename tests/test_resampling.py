"""Bringing maps onto the grid: what is conserved, by hand and by property."""

import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.warp import Resampling, reproject

from sohandbook import grid
from sohandbook.areas import cell_area
from sohandbook.errors import InputError
from sohandbook.lattice import Lattice

SINUSOIDAL = "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m +no_defs"
DEGREES = CRS.from_epsg(4326)


def lattice(left, top, step, width, height, crs=DEGREES):
    return Lattice(CRS.from_user_input(crs), left, top, step, step, width, height)


def target(*place, crs=DEGREES):
    cells = lattice(*place, crs=crs)
    return cells.array(np.ones(cells.shape, bool))


def people(cells, seed=0, empty=0.3):
    random = np.random.default_rng(seed)
    counts = random.gamma(0.3, 40, cells.shape)
    counts[random.random(cells.shape) < empty] = np.nan
    return cells.array(counts)


class TestByHand:
    """Two by two cells onto others, computed with pencil and paper."""

    def test_class_is_the_cell_at_the_centre(self):
        source = lattice(0, 2, 1.0, 2, 2).array(np.array([[1, 2], [3, 4]], np.uint8))
        fine = grid.align(source, grid=target(0, 2, 0.5, 4, 4), kind="class")
        assert fine.values.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
        assert fine.dtype == np.uint8

    def test_a_centre_on_an_edge_goes_east_and_south(self):
        source = lattice(0, 2, 1.0, 2, 2).array(np.array([[1, 2], [3, 4]], np.uint8))
        one = grid.align(source, grid=target(0, 2, 2.0, 1, 1), kind="class")
        assert one.values.tolist() == [[4]]

    def test_cells_beyond_the_source_hold_the_fill_value(self):
        source = lattice(0, 2, 1.0, 2, 2).array(
            np.array([[1, 2], [3, 4]], np.uint8), attributes={"_FillValue": np.uint8(255)}
        )
        wide = grid.align(source, grid=target(-1, 3, 1.0, 4, 3), kind="class")
        assert wide.values.tolist() == [[255] * 4, [255, 1, 2, 255], [255, 3, 4, 255]]

    def test_bilinear_between_four_centres(self):
        # Centres of the source at 0.5 and 1.5; those of the target at 0.75 and 1.25.
        source = lattice(0, 2, 1.0, 2, 2).array(np.array([[0.0, 4.0], [8.0, 12.0]]))
        fine = grid.align(source, grid=target(0.5, 1.5, 0.5, 2, 2), kind="continuous")
        assert fine.values.tolist() == [[3.0, 5.0], [7.0, 9.0]]

    def test_cells_without_data_leave_their_weight_to_the_others(self):
        source = lattice(0, 2, 1.0, 2, 2).array(np.array([[np.nan, 4.0], [8.0, 12.0]]))
        fine = grid.align(source, grid=target(0.5, 1.5, 0.5, 2, 2), kind="continuous")
        # Weights 3/16, 3/16 and 1/16 of the three that have data.
        assert float(fine[0, 0]) == pytest.approx((3 * 4 + 3 * 8 + 12) / 7)

    def test_a_count_is_shared_by_area(self):
        source = lattice(0, 0.002, 0.001, 2, 2).array(np.array([[8.0, 0.0], [4.0, np.nan]]))
        fine = grid.align(source, grid=target(-0.0005, 0.002, 0.001, 3, 2), kind="count")
        expected = [[4, 4, 0], [2, 2, np.nan]]
        np.testing.assert_allclose(fine, expected, rtol=1e-9)

    def test_a_count_without_data_is_not_zero(self):
        source = lattice(0, 1, 1.0, 2, 1).array(np.array([[np.nan, 5.0]]))
        same = grid.align(source, grid=target(0, 1, 1.0, 2, 1), kind="count")
        np.testing.assert_array_equal(same, [[np.nan, 5.0]])

    def test_a_mean_weighs_by_true_area(self):
        """Between the equator and 60 degrees lies far more land than beyond."""
        source = lattice(0, 90, 30.0, 1, 2).array(np.array([[1.0], [0.0]]))
        mean = grid.align(source, grid=target(0, 90, 60.0, 1, 1), kind="density")
        # On a sphere (sin 90 - sin 60) / (sin 90 - sin 30); the ellipsoid changes the third digit.
        assert float(mean[0, 0]) == pytest.approx((1 - np.sin(np.pi / 3)) / 0.5, rel=5e-3)

    def test_raw_numbers_are_decoded(self):
        source = lattice(0, 1, 1.0, 5, 1).array(
            np.array([[10, 65533, 65535, 3, 7]], np.uint16),
            attributes={"_FillValue": np.uint16(65535), "missing_value": [7], "scale_factor": 0.1,
                        "add_offset": 1.0, "valid_range": (0, 65500)},
        )  # fmt: skip
        result = grid.align(source, grid=target(0, 1, 1.0, 5, 1), kind="continuous")
        np.testing.assert_allclose(result, [[2.0, np.nan, np.nan, 1.3, np.nan]], rtol=1e-6)
        assert result.dtype == np.float32
        assert "scale_factor" not in result.attrs

    def test_an_unknown_kind(self):
        source = people(lattice(0, 1, 1.0, 2, 2))
        with pytest.raises(InputError, match="continuous"):
            grid.align(source, grid=target(0, 1, 1.0, 2, 2), kind="people")

    def test_it_says_what_it_conserves(self):
        source = people(lattice(0, 1, 1.0, 2, 2))
        assert "total" in grid.align(source, grid=source > 0, kind="count").attrs["conserves"]


@settings(deadline=None, max_examples=40)
@given(
    source_step=st.sampled_from([0.00083333, 0.0083333, 0.013]),
    target_step=st.sampled_from([0.0022457, 0.0027778, 0.01]),
    shift=st.floats(0, 0.02),
    latitude=st.floats(-70, 70),
    seed=st.integers(0, 99),
)
def test_counts_survive_in_degrees(source_step, target_step, shift, latitude, seed):
    source = people(lattice(20 + shift, latitude, source_step, 13, 11), seed)
    size = int(13 * source_step / target_step) + 20
    place = target(20 - 0.05, latitude + 0.05, target_step, size + 40, size + 40)
    result = grid.align(source, grid=place, kind="count")
    assert float(result.sum()) == pytest.approx(float(source.sum()), rel=1e-9)


@settings(deadline=None, max_examples=20)
@given(
    source_step=st.sampled_from([0.00083333, 0.0083333]),
    crs=st.sampled_from([SINUSOIDAL, "EPSG:32629", "EPSG:6933"]),
    step=st.sampled_from([231.65635826, 463.31271653, 1000.0]),
    seed=st.integers(0, 99),
)
def test_counts_survive_in_another_crs(source_step, crs, step, seed):
    source = people(lattice(-11.3, 16.4, source_step, 12, 9), seed)
    mask = grid.country_grid(_box(-11.4, 16.2, -11.1, 16.5), crs=crs, resolution=step)
    result = grid.align(source, grid=mask, kind="count")
    assert float(result.sum()) == pytest.approx(float(source.sum()), rel=1e-9)


def test_gdal_as_it_comes_loses_people():
    """Why this is not left to GDAL: it works in pieces and loses what lies across them."""
    source = people(lattice(-11.3, 16.4, 0.00083333, 700, 700), empty=0.4)
    mask = grid.country_grid(_box(-11.4, 15.7, -10.6, 16.5), crs=SINUSOIDAL, resolution=231.656)
    pieces = np.full(mask.shape, np.nan)
    reproject(
        source.values, pieces, src_transform=source.rio.transform(), src_crs=source.rio.crs,
        dst_transform=mask.rio.transform(), dst_crs=mask.rio.crs, resampling=Resampling.sum,
        src_nodata=np.nan, dst_nodata=np.nan, warp_mem_limit=1,
    )  # fmt: skip
    total = float(source.sum())
    assert np.nansum(pieces) / total < 1 - 1e-4
    ours = grid.align(source, grid=mask, kind="count")
    assert float(ours.sum()) == pytest.approx(total, rel=1e-9)


def test_shares_between_two_crs_are_overlaps():
    """Against polygons: the part of one source cell in each cell of another projection."""
    import pyproj
    import shapely

    cells = lattice(-11.0, 16.0, 0.01, 1, 1)
    mask = grid.country_grid(_box(-11.01, 15.98, -10.98, 16.01), crs=SINUSOIDAL, resolution=463.3)
    shares = grid.align(cells.array(np.array([[100.0]])), grid=mask, kind="count")
    to_plane = pyproj.Transformer.from_crs(4326, SINUSOIDAL, always_xy=True)
    source = shapely.transform(
        shapely.segmentize(shapely.box(-11.0, 15.99, -10.99, 16.0), 0.0005),
        lambda xy: np.column_stack(to_plane.transform(*xy.T)),
    )
    half = 463.3 / 2
    for (row, column), share in np.ndenumerate(shares.values):
        x, y = float(mask.x[column]), float(mask.y[row])
        cell = shapely.box(x - half, y - half, x + half, y + half)
        expected = 100 * cell.intersection(source).area / source.area
        assert np.nan_to_num(share) == pytest.approx(expected, abs=0.01)


def test_counts_of_a_projected_map_on_both_sides_of_180():
    cells = lattice(3_330_000, 10_000, 1000.0, 20, 8, crs="EPSG:3832")  # 179.9 to 180.1 degrees
    source = people(cells, empty=0)
    result = grid.align(source, grid=target(179.8, 0.2, 0.004, 100, 100), kind="count")
    assert float(result.sum()) == pytest.approx(float(source.sum()), rel=1e-9)


@settings(deadline=None, max_examples=25)
@given(step=st.sampled_from([0.007, 0.01, 0.03]), latitude=st.floats(-60, 60))
def test_a_density_keeps_its_integral(step, latitude):
    cells = lattice(5.0, latitude, 0.01, 30, 30)
    source = people(cells, empty=0)
    place = target(4.9, latitude + 0.1, step, round(0.5 / step), round(0.5 / step))
    result = grid.align(source, grid=place, kind="density")
    covered = grid.align(cell_area(source), grid=place, kind="count")
    before = float((source * cell_area(source)).sum())
    assert float((result * covered).sum()) == pytest.approx(before, rel=1e-6)


def test_a_constant_stays_constant():
    source = lattice(-12, 17, 0.05, 30, 30).array(np.full((30, 30), 3.5))
    mask = grid.country_grid(_box(-11.5, 16.0, -11, 16.5), crs=SINUSOIDAL, resolution=463.3127)
    for kind in ("continuous", "density"):
        for place in (mask, target(-11.5, 16.5, 0.004, 50, 50), target(-11.5, 16.5, 0.2, 2, 2)):
            np.testing.assert_allclose(grid.align(source, grid=place, kind=kind), 3.5, rtol=1e-6)


@pytest.mark.parametrize("kind", ["class", "continuous", "density", "count"])
@pytest.mark.parametrize("crs", [DEGREES, SINUSOIDAL])
def test_the_result_does_not_depend_on_blocks(kind, crs):
    """Rows of the grid done apart are the same as all at once, and dask as numpy."""
    random = np.random.default_rng(3)
    cells = lattice(-11.6, 16.6, 0.006, 90, 90)
    values = random.integers(1, 9, (2, 90, 90)).astype(np.uint8 if kind == "class" else float)
    source = cells.array(values, leading={"year": [2000, 2001]})
    step = 0.0023 if crs == DEGREES else 463.3127
    mask = grid.country_grid(_box(-11.55, 16.1, -11.1, 16.55), crs=crs, resolution=step)
    whole = grid.align(source, grid=mask, kind=kind)
    for rows in (slice(0, 7), slice(7, 31), slice(31, None)):
        part = grid.align(source, grid=mask[rows], kind=kind)
        np.testing.assert_allclose(part, whole[:, rows], rtol=1e-6)
    lazy = source.copy(data=da.from_array(values, chunks=(1, 40, 33)))
    blocked = grid.align(lazy, grid=mask, kind=kind)
    assert isinstance(blocked.data, da.Array)
    np.testing.assert_array_equal(blocked.compute(), whole)
    assert blocked.x.equals(mask.x) and blocked.y.equals(mask.y), "the grid's own coordinates"


def test_both_sides_of_180():
    """A world map from -180 to 180 onto a grid that goes on to 182."""
    cells = lattice(-180, 1, 1.0, 360, 2)
    world = cells.array(np.tile(np.arange(360, dtype=np.int16), (2, 1)))
    islands = target(178, 1, 1.0, 4, 2)
    result = grid.align(world, grid=islands, kind="class")
    assert result.values[0].tolist() == [358, 359, 0, 1]
    counts = cells.array(np.tile(np.arange(360.0), (2, 1)))
    half = grid.align(counts, grid=target(178.5, 1, 1.0, 3, 2), kind="count")
    np.testing.assert_allclose(half[0], [358.5, 179.5, 0.5])
    plane = target(13_000, 100_000, 1000.0, 4, 4, crs="EPSG:3832")
    east = 150 + 13_500 / 111_319.49
    assert grid.align(world, grid=plane, kind="class").values[0, 0] == int(180 + east)
    pacific = target(3_345_000, 50_000, 1000.0, 4, 4, crs="EPSG:3832")  # 180.05 degrees
    assert grid.align(world, grid=pacific, kind="class").values[0, 0] == 0


def test_nearest_against_gdal(realdata):
    """An independent implementation picks the same cells of a real map."""
    box = _box(-11.9, 16.2, -11.2, 16.9)
    file = realdata / "assaba/Modis_Land_Cover_Data/2011LCT.tif"
    source = grid.read_window(file, boundary=box)
    mask = grid.country_grid(box, crs=4326, resolution=0.0041)
    ours = grid.align(source, grid=mask, kind="class")
    gdal = np.zeros(mask.shape, np.uint8)
    reproject(
        source.values, gdal, src_transform=source.rio.transform(), src_crs=source.rio.crs,
        dst_transform=mask.rio.transform(), dst_crs=mask.rio.crs, resampling=Resampling.nearest,
        tolerance=0, src_nodata=255, dst_nodata=255,
    )  # fmt: skip
    assert (ours.values == gdal).mean() > 0.9999


def test_south_up_maps_are_turned():
    cells = lattice(0, 2, 1.0, 2, 2)
    source = cells.array(np.array([[1, 2], [3, 4]], np.uint8))
    result = grid.align(source[::-1], grid=target(0, 2, 1.0, 2, 2), kind="class")
    assert result.values.tolist() == source.values.tolist()


def _box(west, south, east, north):
    import geopandas as gpd
    import shapely

    return gpd.GeoDataFrame(geometry=[shapely.box(west, south, east, north)], crs=4326)
