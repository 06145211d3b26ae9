"""Dynamics, state, performance, annual values and climate correction of SO1-2."""

import numpy as np
import pandas as pd
import pytest
import rasterio
import rioxarray  # noqa: F401  (brings .rio)
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook.errors import InputError
from sohandbook.indicators import land_productivity

NODATA = -128


def a_map(values, dtype=None, **attributes):
    return xr.DataArray(
        np.atleast_2d(np.asarray(values, dtype=dtype)), dims=("y", "x"), attrs=attributes
    )


def yearly(values, first_year=2000):
    """Return cells as rows of a map: shape (year, 1, cell)."""
    values = np.asarray(values, dtype=np.float32)
    values = values[:, None] if values.ndim == 1 else values
    years = np.arange(first_year, first_year + len(values))
    return xr.DataArray(values[:, None, :], dims=("year", "y", "x"), coords={"year": years})


# Dynamics

TABLE_13 = [  # trend, state, performance, five classes, three classes
    (1, 1, 0, 5, 1), (1, 1, -1, 5, 1), (1, 0, 0, 5, 1), (1, 0, -1, 5, 1), (1, -1, 0, 5, 1),
    (1, -1, -1, 2, -1), (0, 1, 0, 4, 0), (0, 1, -1, 4, 0), (0, 0, 0, 4, 0), (0, 0, -1, 3, 0),
    (0, -1, 0, 2, -1), (0, -1, -1, 1, -1), (-1, 1, 0, 1, -1), (-1, 1, -1, 1, -1),
    (-1, 0, 0, 1, -1), (-1, 0, -1, 1, -1), (-1, -1, 0, 1, -1), (-1, -1, -1, 1, -1),
]  # fmt: skip


def test_manual_test_vector_14_all_18_rows():
    trend, state, performance, five, three = (
        a_map(column, np.int8) for column in zip(*TABLE_13, strict=True)
    )
    found = land_productivity.dynamics(trend, state=state, performance=performance)
    np.testing.assert_array_equal(found, five)
    np.testing.assert_array_equal(land_productivity.degradation(found), three)
    assert found.dtype == np.int8
    assert found.attrs["class_system"] == "land_productivity_dynamics"
    assert [(five == c).sum().item() for c in (5, 4, 3, 2, 1)] == [5, 3, 1, 2, 7]


def test_dynamics_are_those_of_trends_earth(realdata):
    kernel = np.load(realdata / "oracles" / "trends_earth" / "k_calc_prod5.npz")
    for suffix in ("", "_rand"):
        traj, state, perf, prod5 = (kernel[n + suffix] for n in ("traj", "state", "perf", "prod5"))
        ours = np.isin(traj, [-1, 0, 1, -32768]) & np.isin(state, [-1, 0, 1, -32768])
        ours &= np.isin(perf, [-1, 0, -32768])
        metrics = (
            a_map(np.where(m == -32768, NODATA, m)[ours], np.int8) for m in (traj, state, perf)
        )
        trend, state, performance = metrics
        found = land_productivity.dynamics(trend, state=state, performance=performance)
        expected = np.where(prod5 == -32768, 0, prod5)[ours]
        np.testing.assert_array_equal(found.values[0], expected)
        assert ours.sum() >= 32


def test_three_classes_are_those_of_trends_earth(realdata):
    kernel = np.load(realdata / "oracles" / "trends_earth" / "k_prod5_to_prod3.npz")
    known = np.isin(kernel["prod5"], range(1, 6))
    found = land_productivity.degradation(a_map(kernel["prod5"][known], np.int8))
    np.testing.assert_array_equal(found.values[0], kernel["prod3"][known])
    assert land_productivity.degradation(a_map([0], np.int8)).item() == NODATA


def test_no_data_in_any_metric_is_no_data_and_other_codes_stop():
    maps = np.array([[NODATA, 1, 0], [0, NODATA, 0], [0, 0, NODATA]], np.int8)
    trend, state, performance = (a_map(m) for m in maps)
    found = land_productivity.dynamics(trend, state=state, performance=performance)
    np.testing.assert_array_equal(found, [[0, 0, 0]])
    stable = a_map([0], np.int8)
    for wrong in (a_map([2], np.int8), a_map([256], np.int16), a_map([np.nan])):
        with (
            np.errstate(invalid="ignore"),
            pytest.raises(InputError, match="trend, state and performance"),
        ):
            land_productivity.dynamics(wrong, state=stable, performance=stable)
    with pytest.raises(InputError, match="performance"):
        land_productivity.dynamics(stable, state=stable, performance=a_map([1], np.int8))


def test_ready_made_dynamics_of_other_producers():
    found = land_productivity.ready_made_dynamics(a_map([1, 5, 0, 15, 6, 99, 4], np.int16))
    np.testing.assert_array_equal(found, [[1, 5, 0, 0, 0, 0, 4]])
    assert found.dtype == np.int8
    filled = land_productivity.ready_made_dynamics(a_map([3, -32768], np.int16, _FillValue=-32768))
    np.testing.assert_array_equal(filled, [[3, 0]])
    with pytest.raises(InputError, match="7: 1"):
        land_productivity.ready_made_dynamics(a_map([7]))


# State

WINDOWS = {"history": (2000, 2012), "recent": (2013, 2015)}


def state_by_numpy(values, *, widen=0.0, least_change=0.0):
    """The same rule written apart, with numpy's percentiles, for cells without gaps."""
    history, recent = values[:13].astype(np.float64), values[13:16].astype(np.float64)
    low, high = history.min(axis=0), history.max(axis=0)
    sample = history
    if widen:
        step = widen * (high - low)
        sample = np.concatenate([history, [low - step, high + step]])
    limits = np.percentile(sample, np.arange(10, 100, 10), axis=0)
    before, now = history.mean(axis=0), recent.mean(axis=0)
    change = (now > limits).sum(axis=0) - (before > limits).sum(axis=0)
    moved = (np.abs(change) >= 2) & (np.abs(now - before) > least_change)
    return np.where(moved, np.sign(change), 0)


@pytest.mark.parametrize("decimals", [8, 2])
def test_state_is_that_of_percentiles_by_numpy(decimals):
    random = np.random.default_rng(4)
    values = random.normal(0.5, 0.1, (16, 4000)).round(decimals)
    values[13:] += random.normal(0, 0.08, 4000)
    npp = yearly(values)
    values = npp.values[:, 0]
    found = land_productivity.state(npp, **WINDOWS)
    np.testing.assert_array_equal(found.values[0], state_by_numpy(values))
    assert min((found == s).sum().item() for s in (-1, 0, 1)) > 300
    peer = land_productivity.state(npp, preset="trends_earth", **WINDOWS)
    expected = state_by_numpy(values, widen=0.05, least_change=0.01)
    np.testing.assert_array_equal(peer.values[0], expected)
    assert (peer != found).sum() > 20


def test_state_by_hand():
    """History 1 to 13: mean 7, class 5; limits 2.2, 3.4, 4.6, 5.8, 7, 8.2, 9.4, 10.6, 11.8."""
    history = np.arange(1.0, 14)
    recent = [4.6, 4.61, 8.2, 8.3, 9.4, 9.41, 7.0]  # classes 3, 4, 6, 7, 7, 8, 5
    cells = np.stack([np.append(history, [mean] * 3) for mean in recent], axis=1)
    found = land_productivity.state(yearly(cells), **WINDOWS)
    np.testing.assert_array_equal(found, [[-1, 0, 0, 1, 1, 1, 0]])


def test_state_of_constant_and_of_gappy_cells():
    constant = np.full(16, 0.1)
    short = np.append(np.full(6, np.nan), np.arange(10.0))  # seven years of history
    late = np.append(np.arange(13.0), [np.nan, np.nan, 1])  # one recent year
    enough = np.append(np.arange(13.0), [np.nan, 0, 0])
    npp = yearly(np.stack([constant, short, late, enough, np.full(16, np.nan)], axis=1))
    found = land_productivity.state(npp, **WINDOWS)
    np.testing.assert_array_equal(found, [[0, NODATA, NODATA, -1, NODATA]])
    lenient = land_productivity.state(npp, minimum_years=(7, 1), **WINDOWS)
    np.testing.assert_array_equal(lenient, [[0, 1, -1, -1, NODATA]])


def test_state_stops_on_wrong_windows():
    npp = yearly(np.arange(16.0))
    with pytest.raises(InputError, match="history"):
        land_productivity.state(npp, history=(1980, 1990), recent=(2013, 2015))
    with pytest.raises(InputError, match="number_of_classes"):
        land_productivity.state(npp, number_of_classes=2, **WINDOWS)


# Performance


def test_derived_test_vector_11():
    """P90 0.8: means 0.39 and 0.40 are degraded and stable."""
    mean = a_map([0.39, 0.40, 0.8, 0.7, 0.0, np.nan, 0.3], np.float32)
    units = a_map([1, 1, 1, 2, 3, 1, 0])
    reference = {1: 0.8, 2: 0.7, 3: 0.0}
    found = land_productivity.performance(mean, units=units, reference=reference)
    np.testing.assert_array_equal(found, [[-1, 0, 0, 0, NODATA, NODATA, NODATA]])
    half = a_map([0.25], np.float32)
    one = a_map([1])
    for preset, expected in (("guidance", 0), ("trends_earth", -1)):
        found = land_productivity.performance(half, units=one, reference={1: 0.5}, preset=preset)
        assert found.item() == expected


def test_reference_is_the_percentile_of_each_unit_whatever_the_chunks():
    random = np.random.default_rng(9)
    npp = xr.DataArray(
        (random.gamma(2, 0.2, (16, 40, 50)) * random.random((40, 50))).astype(np.float32),
        dims=("year", "y", "x"),
        coords={"year": np.arange(2000, 2016)},
    )
    npp = npp.where(random.random((16, 40, 50)) > 0.1)
    npp[:, :3] = np.nan
    units = xr.DataArray(random.choice([0, 7, 300, 12_050], (40, 50)), dims=("y", "x"))
    mean = npp.astype(np.float64).mean("year").where(npp.notnull().sum("year") >= 10)
    expected = {u: np.nanpercentile(mean.where(units == u), 90) for u in (7, 300, 12_050)}
    found = land_productivity.performance_reference(npp, units=units)
    pd.testing.assert_series_equal(found, pd.Series(expected), check_names=False, rtol=1e-6)
    whole = land_productivity.performance(npp, units=units)
    limit = xr.zeros_like(mean)
    for unit, best in expected.items():
        limit = limit.where(units != unit, 0.5 * best)
    known = mean.notnull() & (units > 0)
    np.testing.assert_array_equal(whole, xr.where(mean < limit, -1, 0).where(known, NODATA))
    assert 200 < (whole == -1).sum() < 1000
    lazy, lazy_units = npp.chunk({"year": 3, "y": 7, "x": 11}), units.chunk({"y": 13})
    again = land_productivity.performance_reference(lazy, units=lazy_units)
    pd.testing.assert_series_equal(again, found, check_exact=True)
    by_block = land_productivity.performance(lazy, units=lazy_units, reference=found)
    assert by_block.chunks is not None
    xr.testing.assert_identical(by_block.compute(), whole)
    xr.testing.assert_identical(
        land_productivity.performance(lazy, units=lazy_units).compute(), whole
    )


def test_the_mean_of_a_cell_does_not_depend_on_the_shape_of_its_block():
    npp = yearly(np.random.default_rng(1).gamma(2, 0.2, (16, 20)))
    units = xr.ones_like(npp[0], dtype=np.int16)
    whole = land_productivity.performance_reference(npp, units=units)
    cells = land_productivity.performance_reference(npp.chunk({"x": 1}), units=units)
    pd.testing.assert_series_equal(cells, whole, check_exact=True)


def test_performance_without_any_unit_is_no_data():
    found = land_productivity.performance(a_map([0.5], np.float32), units=a_map([0]))
    assert found.item() == NODATA


def test_ecological_units():
    land_cover, soil = a_map([10, 210, 0, 50]), a_map([2.0, 30, 4, np.nan])
    found = land_productivity.ecological_units(land_cover, soil=soil)
    np.testing.assert_array_equal(found, [[2010, 30210, 0, 0]])
    np.testing.assert_array_equal(
        land_productivity.ecological_units(land_cover), [[10, 210, 0, 50]]
    )
    assert found.dtype == np.int32


# Annual values


def composites(values, dates, dtype=np.int16):
    values = np.asarray(values, dtype=dtype)
    return xr.DataArray(
        values[:, None, None], dims=("time", "y", "x"), coords={"time": np.array(dates, "M8[ns]")}
    )


MONTHS = np.arange("2000-01", "2003-01", dtype="M8[M]")


def test_calendar_year_by_hand():
    values = np.repeat([1000, 2000, 3000], 12)
    values[12:14] = -3000  # two fills in 2001
    values[24:28] = -3000  # four in 2002: eight months are left, fewer than nine
    index = composites(values, MONTHS)
    found = land_productivity.annual_productivity(index, scale=1e-4, fill=-3000)
    np.testing.assert_allclose(found.productivity.squeeze(), [0.1, 0.2, np.nan], rtol=1e-6)
    np.testing.assert_array_equal(found.missing_composites.squeeze(), [0, 2, 4])
    assert found.productivity.dims == ("year", "y", "x")
    assert found.productivity.dtype == np.float32
    assert found.missing_composites.dtype == np.int16
    assert found.year.values.tolist() == [2000, 2001, 2002]
    eight = land_productivity.annual_productivity(
        index, scale=1e-4, fill=-3000, minimum_composites=8
    )
    assert eight.productivity.squeeze().values[2] == pytest.approx(0.3)
    lazy = land_productivity.annual_productivity(index.chunk({"time": 5}), scale=1e-4, fill=-3000)
    xr.testing.assert_identical(lazy.compute(), found)


def test_growing_season_over_the_end_of_the_year():
    month = np.tile(np.arange(1, 13), 3)
    found = land_productivity.annual_productivity(
        composites(month, MONTHS, np.float32), method="growing_season", season=(11, 2)
    )
    # 2000 has only January and February, 2003 only November and December of 2002.
    assert found.year.values.tolist() == [2000, 2001, 2002, 2003]
    expected = [np.nan, (11 + 12 + 1 + 2) / 4, 6.5, np.nan]
    np.testing.assert_array_equal(found.productivity.squeeze(), np.float32(expected))
    np.testing.assert_array_equal(found.missing_composites.squeeze(), [2, 0, 0, 2])
    summer = land_productivity.annual_productivity(
        composites(month, MONTHS, np.float32), method="growing_season", season=(6, 8)
    )
    np.testing.assert_array_equal(summer.productivity.squeeze(), [7, 7, 7])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "weekly"}, "method"),
        ({"season": (5, 9)}, "season"),
        ({"method": "growing_season"}, "season"),
        ({"method": "growing_season", "season": (0, 9)}, "months"),
        ({"method": "annual"}, "annual"),
        ({"minimum_composites": 13}, "1 to 12"),
    ],
)
def test_wrong_arguments_of_annual_productivity_stop(arguments, message):
    with pytest.raises(InputError, match=message):
        land_productivity.annual_productivity(composites(np.ones(36), MONTHS), **arguments)


# Climate correction


def test_efficiencies_by_hand():
    npp, rain = yearly([[0.2, 0.2], [0.3, np.nan]]), yearly([[400, 0], [600, 100]])
    expected = np.float32([[[0.5, np.nan]], [[0.5, np.nan]]])
    np.testing.assert_array_equal(land_productivity.rain_use_efficiency(npp, rain=rain), expected)
    found = land_productivity.water_use_efficiency(npp, evapotranspiration=rain)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32
    with pytest.raises(InputError, match="2001"):
        land_productivity.rain_use_efficiency(npp, rain=rain.sel(year=[2000]))


def test_restrend_leaves_what_rain_does_not_explain():
    random = np.random.default_rng(6)
    rain = random.gamma(4, 80, (16, 30))
    npp = 0.001 * rain + random.normal(0, 0.02, (16, 30))
    npp[3, 5], rain[4, 5] = np.nan, np.nan
    npp[2:, 6] = np.nan  # two years
    rain[:, 7] = 300  # the same rain every year
    found = land_productivity.restrend(yearly(npp), rain=yearly(rain)).values[:, 0]
    both = np.isfinite(npp[:, 5]) & np.isfinite(rain[:, 5])
    for cell, years in ((0, slice(None)), (5, both)):
        line = np.polyfit(rain[years, cell], npp[years, cell], 1)
        residual = npp[years, cell] - np.polyval(line, rain[years, cell])
        np.testing.assert_allclose(found[years, cell], residual, atol=1e-6)
    assert np.isnan(found[[3, 4], 5]).all()
    assert np.isnan(found[:, 6]).all()
    np.testing.assert_allclose(found[:, 7], npp[:, 7] - npp[:, 7].mean(), atol=1e-6)


def test_restrend_tells_drought_from_degradation():
    """Productivity that falls with rain has no trend left; one that falls on its own has."""
    random = np.random.default_rng(3)
    rain = np.linspace(500, 300, 16)[:, None] + random.normal(0, 60, (16, 200))
    noise = random.normal(0, 0.01, (16, 200))
    npp = 0.001 * rain + noise
    npp[:, 100:] -= 0.004 * np.arange(16)[:, None]
    before = land_productivity.trend(yearly(npp))
    after = land_productivity.trend(land_productivity.restrend(yearly(npp), rain=yearly(rain)))
    assert (before[0, :100] == -1).mean() > 0.6
    assert (after[0, :100] == -1).mean() < 0.1
    assert (after[0, 100:] == -1).mean() > 0.5


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 99), rows=st.integers(1, 4), columns=st.integers(1, 6))
def test_any_chunking_gives_the_same(seed, rows, columns):
    random = np.random.default_rng(seed)
    values = random.normal(0.4, 0.1, (16, 4, 6)).round(2).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    npp = xr.DataArray(values, dims=("year", "y", "x"), coords={"year": np.arange(2000, 2016)})
    rain = npp[::-1].assign_coords(year=npp.year) * 1000
    lazy, lazy_rain = npp.chunk({"year": 7, "y": rows, "x": columns}), rain.chunk({"y": 2})
    state = land_productivity.state(lazy, **WINDOWS)
    xr.testing.assert_identical(state.compute(), land_productivity.state(npp, **WINDOWS))
    for function in (land_productivity.restrend, land_productivity.rain_use_efficiency):
        found = function(lazy, rain=lazy_rain)
        assert found.chunks is not None
        xr.testing.assert_identical(found.compute(), function(npp, rain=rain))


def test_the_crs_goes_along_and_attributes_of_the_input_do_not():
    raw = xr.DataArray(
        np.random.default_rng(0).integers(2000, 9000, (16, 2, 3), dtype=np.int16),
        dims=("year", "y", "x"),
        coords={"year": np.arange(2000, 2016), "y": [1.0, 0.0], "x": [0.0, 1.0, 2.0]},
        attrs={"_FillValue": -3000, "units": "1e-4"},
    ).rio.write_crs(4326)
    npp = land_productivity.annual_productivity(raw, method="annual", scale=1e-4).productivity
    units = raw.isel(year=0, drop=True)
    for result in (
        npp,
        land_productivity.trend(npp.assign_attrs(units="NDVI")),
        land_productivity.trend_statistics(npp).score,
        land_productivity.state(npp, **WINDOWS),
        land_productivity.restrend(npp, rain=npp),
        land_productivity.rain_use_efficiency(npp, rain=npp),
        land_productivity.ecological_units(units, soil=units),
        land_productivity.performance(npp, units=units),
    ):
        assert result.rio.crs.to_epsg() == 4326
        assert result.attrs.get("_FillValue") in (None, NODATA, 0)
        assert result.attrs.get("units", "") in ("", "per 1000 mm")


# Real data


def test_somalia_had_its_worst_year_in_2011(realdata):
    """Expected means: readme of the file's source, to two digits."""
    with rasterio.open(realdata / "ndvi" / "modisraster.tif") as file:
        layers = file.read()
    # 275 composites of 16 days, from 18 February 2000 on, 23 a year.
    year = 2000 + (np.arange(275) + 3) // 23
    day = (np.arange(275) + 3) % 23 * 16
    dates = np.array([f"{y}-01-01" for y in year], "M8[ns]") + day.astype("m8[D]")
    index = xr.DataArray(layers, dims=("time", "y", "x"), coords={"time": dates})
    found = land_productivity.annual_productivity(index, scale=1e-4, fill=-3000)
    mean = found.productivity.mean(["y", "x"]).sel(year=slice(2001, 2011))
    assert mean.idxmin().item() == 2011
    assert mean.idxmax().item() == 2007
    assert mean.min().item() == pytest.approx(0.48, abs=0.01)
    assert mean.max().item() == pytest.approx(0.63, abs=0.01)


def test_central_chile_falls_from_2019_to_2021(realdata):
    path = next((realdata / "ndvi").glob("modis_ndvi_250m_central_chile_*.nc"))
    with xr.open_dataset(path) as file:
        name = next(n for n in file.data_vars if file[n].ndim == 3)
        index = file[name].load().transpose("time", ...)
    index = index.rename(dict(zip(index.dims[1:], ("y", "x"), strict=True)))
    found = land_productivity.annual_productivity(index).productivity
    mean = found.mean(["y", "x"])
    assert mean.sel(year=slice(2001, 2018)).min() > mean.sel(year=slice(2019, 2021)).max() - 0.02
    npp = found.sel(year=slice(2006, 2021))
    state = land_productivity.state(npp, history=(2006, 2018), recent=(2019, 2021))
    assert (state == -1).mean() > 0.5


def test_gpp_of_assaba_as_it_comes(realdata):
    layers, years = [], range(2010, 2024)
    for year in years:
        path = realdata / "assaba" / "MODIS_Gross_Primary_Production_GPP" / f"{year}_GP.tif"
        with rasterio.open(path) as file:
            layers.append(file.read(1))
    product = xr.DataArray(
        np.stack(layers), dims=("year", "y", "x"), coords={"year": list(years)}
    ).assign_attrs(_FillValue=65535)
    found = land_productivity.annual_productivity(product, method="annual", scale=1e-4, fill=65533)
    gpp = found.productivity
    assert gpp.notnull().all("year").sum() == 108_061
    mean = gpp.where(gpp.notnull().all("year")).mean(["y", "x"], dtype=np.float64)
    assert mean.sel(year=2017).item() == pytest.approx(0.071, abs=1e-3)
    assert mean.sel(year=2022).item() == pytest.approx(0.2005, abs=1e-3)
    trend = land_productivity.trend(gpp)
    share = (trend == 1).sum() / (trend != NODATA).sum()
    assert 0 < share < 1
