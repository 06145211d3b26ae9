"""Candidates for hotspots and brightspots, from a stated rule."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from sohandbook.errors import InputError
from sohandbook.indicators import land_degradation as ld

NO_DATA = -128


def grid(values, dtype=np.int8):
    values = np.asarray(values, dtype=dtype)
    axes = {"y": np.arange(len(values), 0, -1.0), "x": np.arange(values.shape[1], dtype=float)}
    return xr.DataArray(values, dims=("y", "x"), coords=axes)


def ones(status):
    return xr.ones_like(status, dtype=float)


def test_patches_are_numbered_from_the_largest_and_small_ones_left_out():
    status = grid(
        [
            [-1, 0, 0, 0, 0],
            [0, 0, 0, -1, -1],
            [0, -1, 0, 0, -1],
            [-1, 0, 0, 0, 0],
        ]
    )
    found = ld.hotspot_candidates(status, cell_area=ones(status), window=1, share=1, minimum_area=2)
    assert found.map.values.tolist() == [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1],
        [0, 2, 0, 0, 1],
        [2, 0, 0, 0, 0],
    ]
    assert found.table["area_km2"].tolist() == [3, 2]
    assert found.table["x"].tolist() == pytest.approx([11 / 3, 0.5])
    assert found.table["y"].tolist() == pytest.approx([8 / 3, 1.5])
    assert found.table["share"].tolist() == [1, 1]


def test_the_window_takes_in_the_neighbours_with_data():
    """The middle is stable, but 3 of the 5 cells with data around it are degraded."""
    status = grid([[-1, NO_DATA, -1], [NO_DATA, 0, NO_DATA], [-1, NO_DATA, 0]])
    options = {"cell_area": ones(status), "window": 3, "minimum_area": 0}
    found = ld.hotspot_candidates(status, share=0.6, **options)
    assert found.map.values[1, 1] == 1
    assert found.map.values[0, 1] == 0  # no data is never a candidate
    assert ld.hotspot_candidates(status, share=0.61, **options).map.values[1, 1] == 0


def test_a_share_that_binary_fractions_miss_is_enough():
    """11 of 20 cells are 55 %; 0.55 * 20 is 11.000000000000002."""
    row = [-1] * 11 + [0] * 9 + [NO_DATA]
    status = grid([row])
    found = ld.hotspot_candidates(
        status, cell_area=ones(status), window=41, share=0.55, minimum_area=0
    )
    assert (found.map.values[0, :20] == 1).all()


def test_candidates_are_labelled_as_such():
    status = grid([[1, 1], [-1, 0]])
    found = ld.brightspot_candidates(
        status, cell_area=ones(status), window=1, share=0.5, minimum_area=2
    )
    assert found.map.values.tolist() == [[1, 1], [0, 0]]
    assert found.map.name == "brightspot_candidates"
    assert found.map.attrs["comment"] == found.rule
    for part in (
        "Candidate brightspots",
        "50%",
        "1 by 1 cells",
        "2 km2",
        "improved",
        "not yet judged",
    ):
        assert part in found.rule


def test_a_map_without_candidates():
    status = grid(np.full((4, 4), NO_DATA))
    found = ld.hotspot_candidates(status, cell_area=ones(status))
    assert (found.map == 0).all() and len(found.table) == 0


@pytest.mark.parametrize(
    "options", [{"window": 4}, {"window": 0}, {"share": 0}, {"share": 1.2}, {"minimum_area": -1}]
)
def test_numbers_out_of_range_are_refused(options):
    status = grid([[0]])
    with pytest.raises(InputError, match=next(iter(options))):
        ld.hotspot_candidates(status, cell_area=ones(status), **options)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100), st.sampled_from([1, 3, 5, 21]), st.sampled_from([0.2, 0.5, 0.9]))
def test_candidates_are_those_of_a_plain_filter(seed, window, share):
    random = np.random.default_rng(seed)
    status = grid(random.choice([-1, 0, 1, NO_DATA], (12, 15)))
    kernel = np.ones((window, window))
    degraded = ndimage.convolve((status.values == -1) * 1, kernel, mode="constant")
    known = ndimage.convolve((status.values != NO_DATA) * 1, kernel, mode="constant")
    expected = (degraded >= share * known - 1e-9) & (status.values != NO_DATA)
    options = {"cell_area": ones(status), "window": window, "share": share, "minimum_area": 0}
    found = ld.hotspot_candidates(status, **options)
    np.testing.assert_array_equal(found.map.values > 0, expected)
    assert found.table["area_km2"].sum() == expected.sum()
    lazy = ld.hotspot_candidates(status.chunk({"y": 5, "x": 4}), **options)
    xr.testing.assert_identical(lazy.map, found.map)
