"""The country grid: its cells, its mask, and countries on both sides of 180 degrees."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS

from sohandbook import grid
from sohandbook.errors import InputError
from sohandbook.lattice import Lattice


def frame(*shapes, crs=4326):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def test_islands_on_both_sides_become_one_country():
    islands = frame(
        shapely.MultiPolygon([shapely.box(177, -18, 180, -16), shapely.box(-180, -18, -179, -16)])
    )
    one = grid.unwrap(islands)
    assert tuple(one.total_bounds) == (177, -18, 181, -16)
    assert one.geometry[0].geom_type == "Polygon", "the seam at 180 is dissolved"
    assert grid.split_at_180(one).union_all().equals(islands.union_all())


def test_features_on_different_sides():
    one = grid.unwrap(frame(shapely.box(178, 0, 179, 1), shapely.box(-179, 0, -178, 1)))
    assert tuple(one.total_bounds) == (178, 0, 182, 1)


@pytest.mark.parametrize("west", [-170, -10, 100, 179])
def test_a_country_on_one_side_stays_as_it_is(west):
    assert tuple(grid.unwrap(frame(shapely.box(west, 0, west + 1, 1))).total_bounds) == (
        west, 0, west + 1, 1,
    )  # fmt: skip


def test_a_country_with_territory_far_away_is_not_turned():
    """Turning one part must make the country narrower, or nothing is gained."""
    far = frame(shapely.box(-5, 42, 8, 50), shapely.box(-179, -20, -178, -19),
                shapely.box(165, -22, 167, -20))  # fmt: skip
    assert grid.unwrap(far).total_bounds[0] < 0


def test_real_fiji_is_in_one_piece(realdata):
    world = gpd.read_file(realdata / "boundaries/naturalearth_lowres.shp")
    fiji = grid.unwrap(world[world["iso_a3"] == "FJI"])
    west, _, east, _ = fiji.total_bounds
    assert 170 < west < 180 < east < 190


def test_a_boundary_without_crs_is_refused():
    with pytest.raises(InputError, match="no CRS"):
        grid.unwrap(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]))


def test_the_pixel_centre_rule():
    """A cell belongs to the country if its centre does; half a cell decides."""
    mask = grid.country_grid(frame(shapely.box(0.4, 0.0, 2.6, 1.0)), crs=4326, resolution=1.0)
    assert mask.values.tolist() == [[True, True, True]]
    mask = grid.country_grid(frame(shapely.box(0.6, 0.0, 2.4, 1.0)), crs=4326, resolution=1.0)
    assert mask.values.tolist() == [[False, True, False]]


def test_the_grid_takes_over_the_cells_of_a_dataset():
    cells = Lattice(CRS.from_epsg(4326), -180.0, 90.0, 1 / 360, 1 / 360, 10, 10)
    dataset = cells.part((30_000, 30_010), (70_000, 70_010)).array(np.zeros((10, 10)))
    mask = grid.country_grid(frame(shapely.box(14.44, 6.63, 14.48, 6.66)), like=dataset)
    offset = Lattice.of(mask).offset(cells)
    assert offset is not None
    assert np.abs(np.diff(mask.x) - 1 / 360).max() < 1e-9
    assert np.isin(mask.x, cells.part((0, 1), (0, 80_000)).x).all(), "to the last digit"


def test_neighbours_share_no_cell_and_leave_none_out():
    whole = frame(shapely.box(0, 0, 7, 5))
    border = shapely.LineString([(3, 0), (4.3, 2.2), (2.8, 5)])
    west, east = shapely.ops.split(whole.geometry[0], border).geoms
    masks = [grid.country_grid(frame(part), crs=4326, resolution=0.1) for part in (west, east)]
    both = grid.country_grid(whole, crs=4326, resolution=0.1)
    assert sum(int(mask.sum()) for mask in masks) == int(both.sum())


def test_too_small_a_country():
    with pytest.raises(InputError, match="finer grid"):
        grid.country_grid(frame(shapely.box(0.1, 0.1, 0.2, 0.2)), crs=4326, resolution=1.0)


def test_two_ways_at_once():
    like = grid.country_grid(frame(shapely.box(0, 0, 3, 3)), crs=4326, resolution=1.0)
    with pytest.raises(InputError, match="either 'like'"):
        grid.country_grid(frame(shapely.box(0, 0, 3, 3)), like=like, crs=4326, resolution=1)
    with pytest.raises(InputError, match="either 'like'"):
        grid.country_grid(frame(shapely.box(0, 0, 3, 3)), crs=4326)


def test_a_projection_that_tears_the_country_is_refused():
    islands = grid.unwrap(frame(shapely.box(178, -18, 180, -16), shapely.box(-180, -18, -179, -16)))
    with pytest.raises(InputError, match="in one piece"):
        grid.country_grid(islands, crs="EPSG:6933", resolution=1000)
    mask = grid.country_grid(islands, crs="EPSG:3832", resolution=5000)
    area = float(grid.cell_area(mask).where(mask).sum())
    assert area == pytest.approx(70_800, rel=0.01)


@settings(deadline=None, max_examples=30)
@given(
    west=st.floats(-179, 178), south=st.floats(-60, 60),
    width=st.floats(0.5, 6), height=st.floats(0.5, 6),
    shift=st.floats(0, 1),
)  # fmt: skip
def test_the_mask_of_a_box_has_the_area_of_its_cells(west, south, width, height, shift):
    """Every centre inside is counted, none outside, wherever the cells begin."""
    step = 0.1
    cells = Lattice(CRS.from_epsg(4326), shift, shift, step, step, 2, 2).array(np.zeros((2, 2)))
    mask = grid.country_grid(frame(shapely.box(west, south, west + width, south + height)),
                             like=cells)  # fmt: skip
    x, y = np.meshgrid(mask.x, mask.y)
    # A centre within a billionth of a degree of the border may fall on either side.
    inside = (x > west + 1e-9) & (x < west + width - 1e-9)
    inside &= (y > south + 1e-9) & (y < south + height - 1e-9)
    near = (x > west - 1e-9) & (x < west + width + 1e-9)
    near &= (y > south - 1e-9) & (y < south + height + 1e-9)
    assert (mask.values >= inside).all() and (mask.values <= near).all()
    area = grid.cell_area(mask).where(mask).sum()
    by_row = (mask.sum("x") * grid.cell_area(mask)[:, 0]).sum()
    assert float(area) == pytest.approx(float(by_row), rel=1e-12)
