"""SO1-1 against the manual's tables, Trends.Earth's shipped files and hand-made cells."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import land_cover

NODATA = -128


def a_map(values, dtype=np.uint8, **attributes):
    values = np.atleast_2d(np.asarray(values, dtype=dtype))
    coordinates = {"y": -np.arange(values.shape[0]) - 0.5, "x": np.arange(values.shape[1]) + 0.5}
    return xr.DataArray(values, dims=("y", "x"), coords=coordinates, attrs=attributes)


def all_pairs(codes):
    codes = np.asarray(codes)
    return a_map(np.repeat(codes, codes.size), np.int16), a_map(
        np.tile(codes, codes.size), np.int16
    )


@pytest.fixture(scope="module")
def oracles(realdata):
    return realdata / "oracles" / "trends_earth"


# The seven classes


def test_manual_test_vector_18():
    given_codes = a_map([100, 110, 40, 180, 190, 220, 210, 0, 150])
    expected = [[1, 2, 3, 4, 5, 6, 7, 0, 2]]
    found = land_cover.reclassify(given_codes, legend="esa_cci")
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.uint8
    assert found.attrs["class_system"] == "land_cover"


def test_every_esa_cci_code_goes_where_trends_earth_sends_it(oracles):
    nesting = json.loads((oracles / "land_cover_nesting_unccd_esa.json").read_text())["nesting"]
    for unccd, codes in nesting.items():
        if int(unccd) > 0:
            found = land_cover.reclassify(a_map(codes), legend="esa_cci")
            np.testing.assert_array_equal(found, np.full((1, len(codes)), int(unccd)))


def test_unknown_codes_are_named_and_counted():
    with pytest.raises(InputError, match=r"99: 2, 101: 1"):
        land_cover.reclassify(a_map([99, 99, 101, 10]), legend="esa_cci")
    lenient = land_cover.reclassify(a_map([99, 10]), legend="esa_cci", unknown="nodata")
    np.testing.assert_array_equal(lenient, [[0, 3]])
    with pytest.raises(InputError, match="ignore"):
        land_cover.reclassify(a_map([10]), legend="esa_cci", unknown="ignore")


def test_no_data_by_nan_by_fill_value_and_by_legend():
    as_float = land_cover.reclassify(a_map([np.nan, 210, 0], np.float32), legend="esa_cci")
    np.testing.assert_array_equal(as_float, [[0, 7, 0]])
    far_fill = a_map([-2147483648, 17, 255], np.int32, _FillValue=-2147483648)
    np.testing.assert_array_equal(land_cover.reclassify(far_fill, legend="modis_igbp"), [[0, 7, 0]])
    with pytest.raises(InputError, match=r"10\.5"):
        land_cover.reclassify(a_map([10.5], np.float32), legend="esa_cci")


def test_a_national_legend_is_nested_by_a_mapping():
    found = land_cover.reclassify(a_map([1110, 20, 3], np.int32), legend={1110: 1, 20: 7, 3: 3})
    np.testing.assert_array_equal(found, [[1, 7, 3]])
    with pytest.raises(InputError, match="8"):
        land_cover.reclassify(a_map([1]), legend={1: 8})


def test_real_land_cover_of_assaba(realdata):
    """Two files of one product, signed and unsigned, with different fill values."""
    for year, dtype, barren in ((2010, np.int8, 41_332), (2023, np.uint8, 44_540)):
        path = realdata / "assaba" / "Modis_Land_Cover_Data" / f"{year}LCT.tif"
        with rasterio.open(path) as file:
            raw = a_map(file.read(1), dtype, _FillValue=file.nodata)
        found = land_cover.reclassify(raw, legend="modis_igbp")
        assert int((found == 6).sum()) == barren
        assert int((found > 0).sum()) == 168_212


# Transitions


def test_a_transition_is_ten_times_from_plus_to(oracles):
    kernel = np.load(oracles / "k_land_cover.npz")
    start, end = (a_map(np.clip(kernel[name], 0, 8) % 8) for name in ("lc_bl", "lc_tg"))
    valid = (kernel["lc_bl"] < 8) & (kernel["lc_tg"] < 8)
    expected = np.where(kernel["trans_m10"] == -32768, 0, kernel["trans_m10"])
    found = land_cover.transition(start, end=end)
    np.testing.assert_array_equal(found.values[valid], expected[valid])
    assert found.dtype == np.uint8
    assert found.attrs["flag_meanings"].split()[2] == "tree_covered_to_cropland"
    assert found.attrs["flag_values"][2] == 13


def test_a_national_legend_of_twelve_classes_as_in_trends_earth(oracles):
    kernel = np.load(oracles / "k_land_cover.npz")
    codes = kernel["custom_codes"].tolist()
    start, end = (
        a_map(
            np.where(np.isin(kernel[name], codes), kernel[name], -32768),
            np.int16,
            _FillValue=-32768,
        )
        for name in ("custom_bl", "custom_tg")
    )
    found = land_cover.transition(start, end=end, codes=codes)
    # Trends.Earth leaves a code that is not in its legend (here 5) as it is; we call it no data.
    expected = kernel["custom_trans_m100"]
    known = np.isin(kernel["custom_bl"], codes) & np.isin(kernel["custom_tg"], codes)
    np.testing.assert_array_equal(found.values[known], expected[known])
    assert known.sum() > 300
    assert (found.values[~known] == 0).all()
    assert found.dtype == np.uint16


def test_codes_do_not_merge_when_one_code_is_the_place_of_another():
    start, end = all_pairs([2, 3, 1])
    found = land_cover.transition(start, end=end, codes=(2, 3, 1)).values.ravel()
    np.testing.assert_array_equal(found, [11, 12, 13, 21, 22, 23, 31, 32, 33])
    np.testing.assert_array_equal(start.values[0, :4], [2, 2, 2, 3])


# Degradation


def test_manual_test_vector_13_all_49_transitions(oracles):
    matrix = np.load(oracles / "tables.npz")["deg_matrix_7x7_rows_initial"]
    start, end = all_pairs(range(1, 8))
    found = land_cover.degradation(start, end=end)
    np.testing.assert_array_equal(found.values.reshape(7, 7), matrix)
    assert [(found == sign).sum().item() for sign in (1, -1, 0)] == [12, 18, 19]
    assert found.attrs["class_system"] == "status"
    assert found.dtype == np.int8


def test_the_shipped_json_says_the_same(oracles):
    file = json.loads((oracles / "land_cover_transition_matrix_unccd.json").read_text())
    meaning = {"degradation": -1, "stable": 0, "improvement": 1}
    for row in file["definitions"]["transitions"]:
        start, end = a_map([row["initial"]["code"]]), a_map([row["final"]["code"]])
        assert land_cover.degradation(start, end=end).item() == meaning[row["meaning"]]


def test_no_data_at_either_end_is_no_data():
    found = land_cover.degradation(a_map([0, 1, 0]), end=a_map([1, 0, 0]))
    np.testing.assert_array_equal(found, [[NODATA] * 3])
    with pytest.raises(InputError, match="8: 1"):
        land_cover.degradation(a_map([8]), end=a_map([1]))


def test_each_region_has_its_matrix_and_outside_is_no_data():
    other = classes.transition_matrix().copy()
    other[1, 0] = -1  # grassland to trees is woody encroachment in region 20
    start, end = a_map([2, 2, 2]), a_map([1, 1, 1])
    regions = a_map([10, 20, 0])
    found = land_cover.degradation(start, end=end, matrix={10: None, 20: other}, regions=regions)
    np.testing.assert_array_equal(found, [[1, -1, NODATA]])
    with pytest.raises(InputError, match="region"):
        land_cover.degradation(start, end=end, matrix={10: None})
    with pytest.raises(InputError, match="region"):
        land_cover.degradation(start, end=end, regions=regions)
    with pytest.raises(InputError, match="20: 1"):
        land_cover.degradation(start, end=end, matrix={10: None}, regions=regions)
    with pytest.raises(InputError, match="6"):
        six = dict.fromkeys(range(1, 7))
        land_cover.degradation(start, end=end, matrix=six, regions=regions)


def test_a_data_frame_is_read_by_its_codes():
    matrix = pd.DataFrame(classes.transition_matrix(), index=range(1, 8), columns=range(1, 8))
    shuffled = matrix.loc[[7, 3, 1, 2, 6, 5, 4], [2, 1, 7, 5, 3, 4, 6]]
    start, end = all_pairs(range(1, 8))
    xr.testing.assert_identical(
        land_cover.degradation(start, end=end, matrix=shuffled),
        land_cover.degradation(start, end=end),
    )
    with pytest.raises(InputError, match="rows"):
        land_cover.degradation(start, end=end, matrix=matrix.iloc[:6])


@pytest.mark.parametrize("wrong", [np.zeros((7, 6)), np.full((7, 7), 2), np.full((7, 7), np.nan)])
def test_a_wrong_matrix_stops(wrong):
    with pytest.raises(InputError, match="transition matrix"):
        land_cover.degradation(a_map([1]), end=a_map([1]), matrix=wrong)


def test_maps_on_other_cells_stop():
    with pytest.raises(InputError, match="axis x"):
        land_cover.degradation(a_map([1, 2]), end=a_map([1, 2, 3]))
    shifted = a_map([1, 2]).assign_coords(x=[1.0, 2.0])
    with pytest.raises(InputError, match="axis x"):
        land_cover.degradation(a_map([1, 2]), end=shifted)
    jitter = a_map([1, 2]).assign_coords(x=[0.5 + 1e-9, 1.5])
    assert land_cover.degradation(a_map([1, 2]), end=jitter).sizes == {"y": 1, "x": 2}


def test_nested_matrix_takes_the_meaning_of_the_parents():
    nesting = {10: 1, 11: 1, 30: 3, 70: 7}
    found = land_cover.nested_matrix(nesting)
    expected = [[0, 0, -1, 0], [0, 0, -1, 0], [1, 1, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(found, expected)
    start, end = all_pairs(list(nesting))
    status = land_cover.degradation(start, end=end, matrix=found, codes=list(nesting))
    np.testing.assert_array_equal(status.values.reshape(4, 4), expected)
    with pytest.raises(InputError, match="own classes"):
        land_cover.degradation(start, end=end, codes=list(nesting))


@pytest.mark.parametrize("codes", [(1, 1), (), (0, 1), tuple(range(1, 17))])
def test_legends_of_the_wrong_size_stop(codes):
    with pytest.raises(InputError, match="classes of the legend"):
        land_cover.transition(a_map([1]), end=a_map([1]), codes=codes)


def test_net_change_by_hand():
    start, end = a_map([[1, 1], [3, 0]]), a_map([[1, 3], [3, 3]])
    area = a_map([[1.0, 2.0], [4.0, 8.0]], np.float64)
    for chunks in (None, {"y": 1, "x": 1}):
        ends = [m if chunks is None else m.chunk(chunks) for m in (start, end, area)]
        found = land_cover.net_change(ends[0], end=ends[1], cell_area=ends[2]).set_index("key")
        assert found.loc["tree_covered", "change_km2"] == -2
        assert found.loc["cropland"].tolist() == [3, 4, 14, 10]
        assert found.loc["no_data"].tolist() == [0, 8, 0, -8]
        assert found["change_km2"].sum() == 0
        assert found["start_km2"].sum() == found["end_km2"].sum() == 15


# The same whatever the chunks


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), rows=st.integers(1, 7), columns=st.integers(1, 7))
def test_any_chunking_gives_the_same(seed, rows, columns):
    random = np.random.default_rng(seed)
    product = a_map(random.choice([0, 10, 50, 130, 160, 190, 200, 210], (2 * 7, 9)))
    lazy = product.chunk({"y": rows, "x": columns})
    expected = land_cover.reclassify(product, legend="esa_cci")
    found = land_cover.reclassify(lazy, legend="esa_cci")
    assert found.chunks is not None
    xr.testing.assert_identical(found.compute(), expected)
    start, end = expected[:7], expected[7:].assign_coords(y=expected.y[:7])
    regions = a_map(random.integers(0, 3, (7, 9)))
    matrix = {1: None, 2: -classes.transition_matrix()}
    whole = land_cover.degradation(start, end=end, matrix=matrix, regions=regions)
    chunked = land_cover.degradation(
        start.chunk({"y": rows}), end=end.chunk({"x": columns}), matrix=matrix, regions=regions
    )
    xr.testing.assert_identical(chunked.compute(), whole)


def test_a_dask_backed_map_with_unknown_codes_stops_when_computed():
    lazy = land_cover.reclassify(a_map([99, 10]).chunk({"x": 1}), legend="esa_cci")
    with pytest.raises(InputError, match="99: 1"):
        lazy.compute()
