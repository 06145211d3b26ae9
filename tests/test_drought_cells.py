"""Amounts gathered in the nearest drought cell, against the manual's order of work."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes, drought_cells, tables
from sohandbook.errors import InputError
from sohandbook.grid import align


def lattice(values, *, west=10.0, north=20.0, step=1.0):
    values = np.asarray(values)
    rows, columns = values.shape[-2:]
    leading = ["year"] if values.ndim == 3 else []
    data = xr.DataArray(
        values,
        dims=(*leading, "y", "x"),
        coords={
            "y": north - (np.arange(rows) + 0.5) * step,
            "x": west + (np.arange(columns) + 0.5) * step,
        },
    )
    if leading:
        data = data.assign_coords(year=range(2000, 2000 + len(values)))
    return data.rio.write_crs(4326)


def test_sixteen_cells_beneath_four():
    drought = lattice(np.zeros((2, 2), np.int8))
    fine = lattice(2.0 ** np.arange(16).reshape(4, 4), step=0.5)
    fine[3, 3] = np.nan
    places = drought_cells.nearest_cells(drought, grid=fine)
    assert places.values.tolist() == [[0, 0, 1, 1]] * 2 + [[2, 2, 3, 3]] * 2
    sums = drought_cells.gathered(fine, places=places, drought=drought)
    assert sums.values.tolist() == [[1 + 2 + 16 + 32, 4 + 8 + 64 + 128], [13056, 19456]]
    assert sums.rio.crs == drought.rio.crs


def test_every_layer_of_a_lazy_record_is_gathered():
    drought = lattice(np.zeros((2, 2), np.int8))
    fine = lattice(np.arange(48, dtype=np.float32).reshape(3, 4, 4), step=0.5)
    places = drought_cells.nearest_cells(drought, grid=fine.isel(year=0))
    lazy = drought_cells.gathered(fine.chunk(year=1), places=places, drought=drought)
    assert lazy.dims == ("year", "y", "x")
    assert lazy["year"].values.tolist() == [2000, 2001, 2002]
    expected = fine.values.reshape(3, 2, 2, 2, 2).sum(axis=(2, 4))
    np.testing.assert_array_equal(lazy.values, expected)


def test_people_outside_the_record_are_refused_and_empty_cells_are_not():
    drought = lattice(np.zeros((2, 2), np.int8))
    fine = lattice([[1.0, 0.0, 0.0], [0.0, 0.0, np.nan]])
    places = drought_cells.nearest_cells(drought, grid=fine)
    assert places.values.tolist() == [[0, 1, -1], [2, 3, -1]]
    assert drought_cells.gathered(fine, places=places, drought=drought).sum() == 1.0
    fine[0, 2] = 3.0
    with pytest.raises(InputError, match="75 % of the country"):
        drought_cells.gathered(fine, places=places, drought=drought)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    ratio=st.floats(0.13, 0.9),
    shift=st.floats(0, 0.4),
    south_first=st.booleans(),
)
def test_the_sums_are_those_of_the_manuals_order(seed, ratio, shift, south_first):
    """Classes to the fine cells and then sums, or sums first: the same."""
    rng = np.random.default_rng(seed)
    system = classes.system("drought")
    codes = rng.choice([*system.codes, system.nodata], size=(3, 4)).astype(np.int8)
    drought = lattice(codes).assign_attrs(system.attributes())
    drought = drought.isel(y=slice(None, None, -1)) if south_first else drought
    size = int(2 / ratio)
    fine = lattice(rng.random((size, size)), west=10.3 + shift, north=19.6 - shift, step=ratio)
    inside = xr.ones_like(fine, dtype=bool)
    on_fine = align(drought, grid=fine, kind="class")
    expected = tables.area_by_class(on_fine, cell_area=fine, within=inside)
    places = drought_cells.nearest_cells(drought, grid=fine)
    sums = drought_cells.gathered(fine, places=places, drought=drought)
    found = tables.area_by_class(drought, cell_area=sums, within=sums > 0)
    np.testing.assert_allclose(found["area_km2"], expected["area_km2"], rtol=1e-12, atol=1e-12)
