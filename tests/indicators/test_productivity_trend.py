"""Trend against pymannkendall, scipy, Trends.Earth's table and hand-made series."""

import csv
import json
import warnings

import numpy as np
import pymannkendall
import pytest
import scipy.stats
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import paths
from sohandbook.errors import InputError
from sohandbook.indicators import kendall_tables, land_productivity

NODATA = -128


def series(values, first_year=2000):
    """Return cells as rows of a map: shape (year, 1, cell)."""
    values = np.asarray(values)
    values = values[:, None] if values.ndim == 1 else values
    years = np.arange(first_year, first_year + len(values))
    return xr.DataArray(values[:, None, :], dims=("year", "y", "x"), coords={"year": years})


def random_cells(years, cells, *, seed, decimals=None):
    values = np.random.default_rng(seed).normal(0.4, 0.1, (years, cells))
    return values.round(decimals) if decimals is not None else values


# The null distribution


def test_exact_p_by_counting_all_orders_of_four_years():
    # 24 orders; scores 6 4 2 0 -2 -4 -6 come up 1 3 5 6 5 3 1 times.
    exact = kendall_tables.exact_p_values()[4]
    np.testing.assert_allclose(exact[[6, 4, 2, 0]], [2 / 24, 8 / 24, 18 / 24, 1])


def test_exact_p_is_that_of_scipy():
    random = np.random.default_rng(1)
    for years in (5, 8, 16, 24, 40):
        order = random.permutation(years)
        expected = scipy.stats.kendalltau(np.arange(years), order, method="exact").pvalue
        found = land_productivity.trend_statistics(series(order.astype(np.float64)))
        assert found.p.item() == pytest.approx(expected, rel=1e-6)


def test_critical_scores_are_those_of_the_digest():
    """Two-sided 5 %, computed apart from this code (trends_earth method notes, 1.2)."""
    expected = {8: 18, 10: 23, 12: 30, 13: 34, 15: 41, 16: 46, 18: 53, 20: 62, 24: 80}
    found = kendall_tables.critical_scores(0.05)
    assert {years: int(found[years]) for years in expected} == expected
    assert found[4] == kendall_tables.NEVER  # 2 orders of 24 are more than 5 %


def test_table_of_trends_earth(realdata):
    shipped = np.load(realdata / "oracles" / "trends_earth" / "tables.npz")
    path = paths.data() / "trends_earth_mann_kendall.csv"
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    table = list(csv.DictReader(rows))
    for level in ("90", "95", "99"):
        ours = [int(row[f"score_{level}"]) for row in table]
        assert ours == shipped[f"kendall_S_crit_{level}"].tolist()
    assert [int(row["years"]) for row in table] == shipped["kendall_n"].tolist()
    p = kendall_tables.exact_p_values()
    assert p[16, kendall_tables.trends_earth_critical_score(16, 0.05)] == pytest.approx(
        0.116, abs=5e-4
    )


# Statistics


def test_the_published_series_of_pymannkendall(realdata):
    oracle = json.loads((realdata / "oracles" / "mk_arbitrary_1d.json").read_text())
    values = np.array([np.nan if v is None else v for v in oracle["data"]])
    found = land_productivity.trend_statistics(series(values), slope="sen")
    assert found.score.item() == -1959
    assert found.p.item() == pytest.approx(0.37591, abs=1e-5)
    assert found.slope.item() == pytest.approx(-0.0063694, abs=1e-7)
    assert found.years.item() == np.isfinite(values).sum()


@pytest.mark.parametrize("decimals", [None, 1, 2])
@pytest.mark.parametrize("gaps", [0, 0.15])
def test_score_p_and_slope_are_those_of_others(decimals, gaps):
    values = random_cells(16, 60, seed=7, decimals=decimals)
    values[np.random.default_rng(8).random(values.shape) < gaps] = np.nan
    found = land_productivity.trend_statistics(series(values))
    sen = land_productivity.trend_statistics(series(values), slope="sen").slope.values[0]
    tied = 0
    for cell in range(values.shape[1]):
        year = np.flatnonzero(np.isfinite(values[:, cell]))
        present = values[year, cell]
        peer = pymannkendall.original_test(values[:, cell])
        assert found.score.values[0, cell] == peer.s
        assert sen[cell] == pytest.approx(peer.slope, abs=1e-7)
        slope = scipy.stats.linregress(year, present).slope
        assert found.slope.values[0, cell] == pytest.approx(slope, rel=1e-5)
        if np.unique(present).size < present.size:
            tied += 1
            expected = peer.p
        else:
            expected = scipy.stats.kendalltau(year, present, method="exact").pvalue
        assert found.p.values[0, cell] == pytest.approx(expected, rel=1e-5)
    assert (tied > 20) == (decimals is not None)


def test_beyond_sixty_years_p_is_normal():
    values = random_cells(61, 3, seed=3)
    found = land_productivity.trend_statistics(series(values)).p.values[0]
    expected = [pymannkendall.original_test(values[:, cell]).p for cell in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_years_that_have_no_map_keep_the_slope_per_year():
    npp = series(np.array([0.0, 1, 2, 5, 6])).assign_coords(year=[2000, 2001, 2002, 2005, 2006])
    found = land_productivity.trend_statistics(npp)
    assert found.slope.item() == pytest.approx(1)
    assert land_productivity.trend_statistics(npp, slope="sen").slope.item() == pytest.approx(1)


def test_cells_without_years():
    values = np.full((5, 3), np.nan)
    values[0, 1] = 1  # one year; cell 2 gets two years
    values[[1, 4], 2] = [1, 7]
    found = land_productivity.trend_statistics(series(values))
    np.testing.assert_array_equal(found.years, [[0, 1, 2]])
    np.testing.assert_array_equal(found.score, [[0, 0, 1]])
    np.testing.assert_array_equal(found.slope, np.float32([[np.nan, np.nan, 2]]))
    np.testing.assert_array_equal(found.p, np.float32([[np.nan, np.nan, 1]]))


# Status


def test_rising_falling_constant_and_missing():
    rise = np.arange(16.0)
    late = np.where(rise < 7, np.nan, rise)  # nine years only
    cells = np.stack([rise, -rise, np.full(16, 0.5), late, np.full(16, np.nan)], axis=1)
    npp = series(cells)
    np.testing.assert_array_equal(land_productivity.trend(npp), [[1, -1, 0, NODATA, NODATA]])
    lenient = land_productivity.trend(npp, minimum_years=9)
    np.testing.assert_array_equal(lenient, [[1, -1, 0, 1, NODATA]])
    assert lenient.attrs["class_system"] == "status"
    assert lenient.dtype == np.int8


@pytest.mark.parametrize("decimals", [None, 1])
def test_status_agrees_with_p(decimals):
    values = random_cells(16, 4000, seed=11, decimals=decimals)
    values += np.linspace(-0.15, 0.15, 16)[:, None] * np.linspace(-1, 1, 4000)
    values[np.random.default_rng(5).random(values.shape) < 0.1] = np.nan
    npp = series(values.astype(np.float32))
    for significance in (0.01, 0.05, 0.2):
        found = land_productivity.trend(npp, significance=significance)
        statistics = land_productivity.trend_statistics(npp)
        expected = np.sign(statistics.score) * (statistics.p <= significance)
        expected = expected.where(statistics.years >= 10, NODATA)
        np.testing.assert_array_equal(found, expected)
        assert (found == 1).sum() > 50


def test_noise_passes_as_often_as_it_says():
    npp = series(random_cells(15, 20_000, seed=2).astype(np.float32))
    honest = (land_productivity.trend(npp) != 0).mean().item()
    peer = (land_productivity.trend(npp, preset="trends_earth") != 0).mean().item()
    assert honest == pytest.approx(0.05, abs=0.005)
    assert peer == pytest.approx(0.114, abs=0.007)  # exact two-sided p of its critical score


def test_trends_earth_needs_score_and_slope():
    steps = np.arange(16.0)
    cells = np.stack([0.0011 * steps, 0.0009 * steps, -0.0011 * steps], axis=1)
    found = land_productivity.trend(series(cells), preset="trends_earth")
    np.testing.assert_array_equal(found, [[1, 0, -1]])
    finer = land_productivity.trend(series(cells), preset="trends_earth", least_slope=0.0005)
    np.testing.assert_array_equal(finer, [[1, 1, -1]])
    four = land_productivity.trend(series(steps[:4]), preset="trends_earth")
    assert four.item() == 1  # S = 6 is above the 90 % score, 4
    almost = land_productivity.trend(series(np.array([0.0, 1, 3, 2])), preset="trends_earth")
    assert almost.item() == 0  # S = 4 equals it


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"preset": "mine"}, "preset"),
        ({"significance": 0}, "significance"),
        ({"least_slope": 0.1}, "least_slope"),
        ({"preset": "trends_earth", "significance": 0.2}, "significance"),
    ],
)
def test_wrong_arguments_stop(arguments, message):
    with pytest.raises(InputError, match=message):
        land_productivity.trend(series(np.arange(16.0)), **arguments)


def test_wrong_years_stop():
    npp = series(np.arange(3.0))
    with pytest.raises(InputError, match="rising years"):
        land_productivity.trend(npp.assign_coords(year=[2000, 2000, 2001]))
    with pytest.raises(InputError, match="named year"):
        land_productivity.trend(npp.rename(year="time"))
    with pytest.raises(InputError, match="4 to 40"):
        land_productivity.trend(npp, preset="trends_earth")
    with pytest.raises(InputError, match="at most 1000"):
        land_productivity.trend(series(np.arange(1001.0)))
    with pytest.raises(InputError, match="slope"):
        land_productivity.trend_statistics(npp, slope="median")


# The same whatever the chunks, the layout and the number type


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 999), rows=st.integers(1, 5), columns=st.integers(1, 7))
def test_any_chunking_gives_the_same(seed, rows, columns):
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, (12, 5, 7)).round(1).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    npp = xr.DataArray(values, dims=("year", "y", "x"), coords={"year": range(2000, 2012)})
    lazy = npp.chunk({"year": 5, "y": rows, "x": columns})
    expected = land_productivity.trend_statistics(npp)
    xr.testing.assert_identical(land_productivity.trend_statistics(lazy).compute(), expected)
    turned = npp.transpose("y", "x", "year")
    xr.testing.assert_identical(land_productivity.trend_statistics(turned), expected)
    status = land_productivity.trend(lazy)
    assert status.chunks is not None
    xr.testing.assert_identical(status.compute(), land_productivity.trend(npp))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=4, max_size=20),
    st.integers(-1000, 1000),
    st.integers(1, 40),
)
def test_turning_time_or_values_turns_the_score(values, shift, factor):
    values = np.array(values, dtype=np.int16)
    plain = land_productivity.trend_statistics(series(values))
    back = land_productivity.trend_statistics(series(values[::-1]))
    other = land_productivity.trend_statistics(series(-factor * values.astype(np.int32) + shift))
    assert plain.score == -back.score == -other.score
    assert plain.p == back.p == other.p
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymannkendall divides by zero for constant series
        peer = pymannkendall.original_test(values)
    assert plain.score.item() == peer.s
    assert other.slope.item() == pytest.approx(-factor * plain.slope.item(), rel=1e-5, abs=1e-6)


def test_rows_wider_than_a_tile():
    npp = series(random_cells(10, 2500, seed=1).astype(np.float32))
    whole = land_productivity.trend_statistics(npp)
    part = land_productivity.trend_statistics(npp.isel(x=slice(1000, 1100)))
    xr.testing.assert_identical(whole.isel(x=slice(1000, 1100)), part)
