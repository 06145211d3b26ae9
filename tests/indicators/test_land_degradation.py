"""One out, all out; the status matrix and its expansion; the single pass beside them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import land_degradation as ld

NO_DATA = -128
CODES = np.array([-1, 0, 1, NO_DATA], dtype=np.int8)


def grid(values, dtype=np.int8):
    values = np.atleast_2d(np.asarray(values, dtype=dtype))
    axes = {"y": np.arange(len(values), 0, -1.0), "x": np.arange(values.shape[1], dtype=float)}
    return xr.DataArray(values, dims=("y", "x"), coords=axes)


def combined(land_cover, productivity, soc, **options):
    return ld.one_out_all_out(
        grid(land_cover), productivity=grid(productivity), soc=grid(soc), **options
    ).values.ravel()


def all_of(count):
    """All combinations of the three classes in so many maps."""
    return np.array(np.meshgrid(*[[-1, 0, 1]] * count, indexing="ij")).reshape(count, -1)


def test_all_27_combinations():
    """DV04: 19 degraded, 7 improved, 1 stable."""
    result = combined(*all_of(3))
    assert [int((result == code).sum()) for code in (-1, 1, 0)] == [19, 7, 1]


def test_printed_combinations():
    """DV03, and a degraded sub-indicator of each kind."""
    assert combined([1, 1, 0], [0, 1, 0], [0, -1, 0]).tolist() == [1, -1, 0]
    assert combined([-1, 1, 1], [1, -1, 1], [1, 1, -1]).tolist() == [-1, -1, -1]


def test_a_missing_sub_indicator():
    parts = [NO_DATA, NO_DATA, NO_DATA, NO_DATA, 2], [-1, 1, 0, NO_DATA, 1], [1, 0, 0, NO_DATA, 0]
    assert combined(*parts).tolist() == [NO_DATA] * 5
    assert combined(*parts, no_data="available").tolist() == [-1, 1, 0, NO_DATA, 1]


def from_peer(values):
    """The peer's -32768 and its other codes beside the three classes are no data here."""
    return grid(np.where(np.abs(values.astype(int)) <= 1, values, NO_DATA))


def test_one_out_all_out_is_that_of_the_default_data(realdata):
    """Where all three have data, and where one is missing; the peer lets a code 2 through."""
    peer = np.load(realdata / "oracles/trends_earth/k_calc_deg_sdg.npz")
    clean = np.all([np.isin(peer[name], (-1, 0, 1, -32768)) for name in peer], axis=0)
    assert clean.sum() == 64
    parts = [from_peer(peer[name][:, clean[0]]) for name in ("lc", "prod3", "soc")]
    result = ld.one_out_all_out(parts[0], productivity=parts[1], soc=parts[2])
    np.testing.assert_array_equal(result, from_peer(peer["sdg"][:, clean[0]]))


def test_status_is_that_of_the_default_data(realdata):
    peer = np.load(realdata / "oracles/trends_earth/k_sdg_status.npz")
    baseline, period = from_peer(peer["baseline"]), from_peer(peer["period"])
    status = ld.status(baseline, period=period)
    expanded = ld.expanded_status(baseline, period=period)
    np.testing.assert_array_equal(status, from_peer(peer["status3"]))
    np.testing.assert_array_equal(expanded, np.where(peer["status7"] > 0, peer["status7"], 0))


def test_expanded_status_collapses_to_the_status(realdata):
    peer = np.load(realdata / "oracles/trends_earth/k_status7_to_3.npz")
    to_three = dict(zip(peer["status7"][0].tolist(), peer["status3"][0].tolist(), strict=True))
    baseline, period = (grid(part) for part in all_of(2))
    expanded = ld.expanded_status(baseline, period=period).values.ravel()
    status = ld.status(baseline, period=period).values.ravel()
    assert [to_three[code] for code in expanded.tolist()] == status.tolist()
    assert sorted(set(expanded.tolist())) == [1, 2, 3, 4, 5, 6, 7]


def test_status_matrix_in_words():
    """TV11 and TV12: an old degradation that stays is degraded; an improvement clears it."""
    baseline, period = grid([-1, -1, -1, 0, 0, 0, 1, 1, 1]), grid([-1, 0, 1] * 3)
    status = ld.status(baseline, period=period)
    assert status.values.tolist() == [[-1, -1, 1, -1, 0, 1, -1, 1, 1]]
    assert status.attrs["class_system"] == "status"


def test_change_since_the_baseline():
    """DV01: 150 and 180 of 1000 km2."""
    result = ld.change(150, latest_area=180, land=1000)
    assert result.tolist() == pytest.approx([15, 18, 30, 3])
    assert ld.change(150, latest_area=180, land=(1000, 900))["percent_latest"] == pytest.approx(20)


@pytest.mark.parametrize("areas", [(-1, 0, 10), (0, 11, 10), (0, 0, 0)])
def test_change_refuses_impossible_areas(areas):
    with pytest.raises(InputError, match="land area"):
        ld.change(areas[0], latest_area=areas[1], land=areas[2])


def random_maps(seed, height, width, count=6):
    random = np.random.default_rng(seed)
    return [grid(random.choice(CODES, size=(height, width))) for _ in range(count)]


def parts_of(maps):
    return dict(zip(("land_cover", "productivity", "soc"), maps, strict=True))


def plainly(baseline, period, within, no_data):
    """The single pass, computed by the plain functions one after the other."""
    ends = []
    for parts in (baseline, period):
        result = ld.one_out_all_out(
            parts["land_cover"],
            productivity=parts["productivity"],
            soc=parts["soc"],
            no_data=no_data,
        )
        ends.append(result.where(within, NO_DATA).astype(np.int8).assign_attrs(result.attrs))
    return {
        "baseline": ends[0],
        "period": ends[1],
        "status": ld.status(ends[0], period=ends[1]),
        "expanded_status": ld.expanded_status(ends[0], period=ends[1]),
    }


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(1, 7),
    st.integers(1, 40),
    st.sampled_from(["any", "available"]),
)
def test_single_pass_is_bit_identical_to_plain_functions(seed, height, width, no_data):
    maps = random_maps(seed, height, width)
    within = grid(np.random.default_rng(seed).random((height, width)) < 0.7, dtype=bool)
    baseline, period = parts_of(maps[:3]), parts_of(maps[3:])
    result = ld.assess(baseline, period=period, within=within, no_data=no_data)
    for name, expected in plainly(baseline, period, within, no_data).items():
        xr.testing.assert_identical(result[name], expected.rename(name))
    for row, first in enumerate(CODES):
        for column, last in enumerate(CODES):
            both = (result["baseline"] == first) & (result["period"] == last) & within
            np.testing.assert_array_equal(result["cells"][:, row, column], both.sum("x"))


def test_all_codes_a_byte_can_hold():
    """What is not a class is no data, in the single pass as in the plain functions."""
    every = np.arange(-128, 128).astype(np.int8)
    first, second = (grid(part) for part in np.meshgrid(every, every))
    for no_data, code in (("any", 0), ("available", NO_DATA)):
        third = grid(np.full((256, 256), code))
        parts = parts_of([first, second, third])
        result = ld.assess(parts, period=parts, no_data=no_data)
        expected = ld.one_out_all_out(first, productivity=second, soc=third, no_data=no_data)
        np.testing.assert_array_equal(result["period"], expected)
        assert set(np.unique(expected)) == set(CODES.tolist())


def test_a_finished_map_stands_for_its_sub_indicators():
    maps = random_maps(5, 6, 7)
    baseline = ld.one_out_all_out(maps[0], productivity=maps[1], soc=maps[2])
    xr.testing.assert_identical(
        ld.assess(baseline, period=maps[3]), ld.assess(parts_of(maps[:3]), period=maps[3])
    )


def test_land_mask_of_classes():
    """Class 1 of a land mask is land; water and what lies outside are not counted."""
    result = ld.assess(grid([-1, -1, -1]), period=grid([0, 0, 0]), within=grid([1, 2, 0], np.uint8))
    assert result["status"].values.tolist() == [[-1, NO_DATA, NO_DATA]]
    assert int(result["cells"].sum()) == 1


def test_areas_of_the_derived_vector():
    """DV02: nine pairs of 10, 20, 5, ... km2 make 39, 40 and 21 km2."""
    counts = [10, 20, 5, 7, 40, 8, 2, 5, 3]
    baseline, period = (grid(np.repeat(part, counts)) for part in all_of(2))
    result = ld.assess(baseline, period=period)
    table = ld.cross_table(result["cells"], cell_area=grid(np.ones(100), float))
    assert table.loc["degraded", "stable"] == 20
    areas = ld.areas_by_class(table).set_index(["map", "key"])["area_km2"]
    assert areas["status"].tolist() == [39, 40, 21, 0]
    assert areas["baseline"].tolist() == [35, 55, 10, 0]
    assert areas["expanded_status"].tolist() == [10, 9, 20, 40, 5, 13, 3, 0]


def test_areas_add_up_to_the_land():
    maps = random_maps(8, 50, 30)
    within = grid(np.random.default_rng(8).random((50, 30)) < 0.5, dtype=bool)
    area = xr.broadcast(
        grid(np.zeros((50, 30)), float), xr.DataArray(np.linspace(0.05, 0.06, 50), dims="y")
    )[1]
    area = area.transpose("y", "x")
    result = ld.assess(parts_of(maps[:3]), period=parts_of(maps[3:]), within=within)
    table = ld.cross_table(result["cells"], cell_area=area)
    land = float(area.where(within).sum())
    assert table.to_numpy().sum() == pytest.approx(land, rel=1e-12)
    for _, rows in ld.areas_by_class(table).groupby("map"):
        assert rows["area_km2"].sum() == pytest.approx(land, rel=1e-12)
    for name, system in (("status", "status"), ("expanded_status", "expanded_status")):
        rows = ld.areas_by_class(table).query("map == @name").set_index("code")["area_km2"]
        for code in (*classes.system(system).codes, classes.system(system).nodata):
            expected = float(area.where(within & (result[name] == code)).sum())
            assert rows[code] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.integers(1, 9), st.integers(1, 9), st.integers(1, 6))
def test_chunks_and_cuts_change_nothing(seed, chunk_y, chunk_x, cut):
    maps = random_maps(seed, 7, 9)
    lazy = [data.chunk({"y": chunk_y, "x": chunk_x}) for data in maps]
    whole = ld.assess(parts_of(maps[:3]), period=parts_of(maps[3:]))
    result = ld.assess(parts_of(lazy[:3]), period=parts_of(lazy[3:]))
    assert result["status"].chunks
    xr.testing.assert_identical(result.compute(), whole)
    again = ld.one_out_all_out(lazy[0], productivity=lazy[1], soc=lazy[2])
    assert again.chunks
    xr.testing.assert_identical(again.compute().rename("baseline"), whole["baseline"])
    for function in (ld.status, ld.expanded_status):
        xr.testing.assert_identical(
            function(lazy[0], period=lazy[1]).compute(), function(maps[0], period=maps[1])
        )
    for dim in ("y", "x"):
        halves = [
            ld.assess(
                parts_of([data.isel({dim: part}) for data in maps[:3]]),
                period=parts_of([data.isel({dim: part}) for data in maps[3:]]),
            )
            for part in (slice(None, cut), slice(cut, None))
        ]
        for name in ("baseline", "period", "status", "expanded_status"):
            joined = xr.concat([half[name] for half in halves], dim=dim)
            xr.testing.assert_identical(joined, whole[name])
        cells = [half["cells"] for half in halves]
        joined = sum(cells) if dim == "x" else xr.concat(cells, dim="y")
        np.testing.assert_array_equal(joined, whole["cells"])


def test_cross_table_is_the_same_to_the_last_digit_in_any_chunks():
    maps = random_maps(1, 500, 20, count=2)
    area = xr.DataArray(np.random.default_rng(1).random(500), dims="y")
    whole = ld.cross_table(ld.assess(maps[0], period=maps[1])["cells"], cell_area=area)
    lazy = [data.chunk({"y": 7, "x": 3}) for data in maps]
    pd.testing.assert_frame_equal(
        ld.cross_table(ld.assess(lazy[0], period=lazy[1])["cells"], cell_area=area),
        whole,
        check_exact=True,
    )


def test_errors_name_the_input():
    good, wide = grid([0, 1]), grid([0, 1, 1])
    with pytest.raises(InputError, match=r"productivity: found dtype.*int16.*-32768"):
        ld.one_out_all_out(good, productivity=good.astype(np.int16), soc=good)
    with pytest.raises(InputError, match="axis x"):
        ld.status(good, period=wide)
    with pytest.raises(InputError, match="no soc"):
        ld.assess({"land_cover": good, "productivity": good}, period=good)
    with pytest.raises(InputError, match="any, available"):
        ld.assess(good, period=good, no_data="some")
    with pytest.raises(InputError, match="land mask"):
        ld.assess(good, period=good, within=good)
    with pytest.raises(InputError, match="along a row"):
        cells = ld.assess(good, period=good)["cells"]
        ld.cross_table(cells, cell_area=grid([1, 2], float))


def test_a_map_without_any_data():
    empty = grid(np.full((3, 3), NO_DATA))
    result = ld.assess(empty, period=empty)
    assert (result["status"] == NO_DATA).all()
    assert (result["expanded_status"] == 0).all()
    assert result["cells"].sel(baseline_class="no_data", period_class="no_data").sum() == 9
