"""SO3-1 against climate-indices, xclim, Trends.Earth's classes, the manual and hand-made cells."""

import logging
import warnings

import numpy as np
import pandas as pd
import pytest
import rioxarray
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard

NODATA = -128
CLASSES = ["none", "mild", "moderate", "severe", "extreme"]


def record(values, start="1981-01"):
    """Return monthly rain, (time, y, x), from (time,) or (time, cells)."""
    values = np.asarray(values, dtype=np.float32)
    values = values.reshape(len(values), 1, -1)
    return xr.DataArray(
        values,
        dims=("time", "y", "x"),
        coords={
            "time": pd.date_range(start, periods=len(values), freq="MS"),
            "y": [0.5],
            "x": np.arange(values.shape[2]) + 0.5,
        },
    )


def drought_map(classes, years):
    values = np.asarray(classes, dtype=np.int8).reshape(len(years), 1, -1)
    return xr.DataArray(values, dims=("year", "y", "x"), coords={"year": list(years)})


@pytest.fixture(scope="module")
def rain():
    """Forty years, 150 cells: humid, seasonal and nearly rainless ones, some months missing."""
    random = np.random.default_rng(3)
    values = random.gamma(2, 40, (480, 150))
    values[:, 50:100] *= 1 + np.sin(np.arange(480) * np.pi / 6)[:, None]
    values[:, 100:] *= random.random((480, 50)) < 0.04
    values[100:103, 7] = np.nan
    return record(values)


# The index


@pytest.mark.parametrize(("months", "name"), [(1, "spi_01_gamma"), (6, "spi_06_gamma")])
def test_spi_of_the_published_series(realdata, months, name):
    folder = realdata / "oracles" / "spi_climate_indices"
    monthly = record(np.load(folder / "precips_mm_monthly.npy").ravel(), start="1895-01")
    expected = np.load(folder / f"{name}.npy").ravel()
    ours = drought_hazard.spi(
        monthly, months=months, reference=(1895, 2017), zero_rule="upper"
    ).values.ravel()
    np.testing.assert_allclose(ours, expected, rtol=0, atol=5e-6)


@pytest.mark.parametrize("months", [1, 3, 12, 48])
@pytest.mark.parametrize(
    ("file", "last"),
    [
        ("cru_ts4_iberia_monthly_1981-2010.nc", 2010),
        ("chirps_v2_monthly_east_java_1981-2020.nc", 2020),
    ],
)
def test_spi_of_real_rain_agrees_with_climate_indices(realdata, file, last, months):
    from climate_indices.compute import Periodicity
    from climate_indices.indices import Distribution, spi

    monthly = rioxarray.open_rasterio(realdata / "precip" / file, masked=True)
    monthly = monthly.isel(y=slice(0, None, 4), x=slice(0, None, 2)).load()
    assert monthly["time"].dt.year[-1] == last
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = spi(
            monthly.values.astype(float), months, Distribution.gamma, 1981, 1981, 2010,
            Periodicity.monthly, zero_handling="center_of_mass",
        )  # fmt: skip
    logging.disable(logging.NOTSET)
    ours = drought_hazard.spi(monthly, months=months)
    assert np.isfinite(expected).sum() > 10_000
    np.testing.assert_allclose(ours.values, expected, rtol=0, atol=5e-6)


def test_spei_agrees_with_climate_indices(realdata):
    from climate_indices.compute import Periodicity
    from climate_indices.indices import Distribution, spei

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        divisions = rioxarray.open_rasterio(
            realdata / "precip" / "us_dryland_divisions_monthly_1895-2022.nc"
        ).isel(band=0)
        monthly = record(divisions["pr"].values.T, start="1895-01")
        demand = record(divisions["pet"].values.T, start="1895-01")
        logging.disable(logging.CRITICAL)
        expected = spei(
            monthly.values.astype(float), demand.values.astype(float), 12,
            Distribution.loglogistic, Periodicity.monthly, 1895, 1981, 2010,
        )  # fmt: skip
        logging.disable(logging.NOTSET)
    ours = drought_hazard.spei(monthly, evapotranspiration=demand)
    assert np.isfinite(expected).sum() > 10_000
    np.testing.assert_allclose(ours.values, expected, rtol=0, atol=5e-6)


def test_spi_agrees_with_xclim():
    from xclim.indices import standardized_precipitation_index

    values = np.random.default_rng(5).gamma(2, 40, (480, 4))
    monthly = record(values).isel(y=0, drop=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = standardized_precipitation_index(
            monthly.assign_attrs(units="mm/month"), freq=None, window=12, dist="gamma",
            method="APP", fitkwargs={"floc": 0}, cal_start="1981-01-01", cal_end="2010-12-31",
        )  # fmt: skip
    ours = drought_hazard.spi(record(values), clip=5).isel(y=0)
    np.testing.assert_allclose(ours, expected.transpose(*ours.dims), rtol=0, atol=2e-4)


def test_december_2019_rests_on_the_rain_of_2019():
    # TV05: a change in January 2019 or December 2019 moves it, one in December 2018 does not.
    values = np.random.default_rng(2).gamma(2, 40, 480)
    before = drought_hazard.spi(record(values)).sel(time="2019-12").item()
    for month, moves in (("2018-12", False), ("2019-01", True), ("2019-12", True)):
        changed = record(values)
        changed.loc[{"time": month}] += 30
        assert (drought_hazard.spi(changed).sel(time="2019-12").item() != before) == moves


def test_one_calendar_month_is_the_same_as_in_the_whole_run(rain):
    every = drought_hazard.spi(rain, months=7)
    for month in (1, 7, 12):
        alone = drought_hazard.spi(rain, months=7, calendar_month=month)
        xr.testing.assert_identical(alone, every.sel(time=every["time"].dt.month == month))


@pytest.mark.parametrize("chunks", [{"x": 40}, {"time": 100, "x": 151}, {"time": 1, "y": 1}])
def test_chunks_do_not_matter(rain, chunks):
    chunked = drought_hazard.spi(rain.chunk(chunks))
    assert chunked.chunks is not None
    xr.testing.assert_identical(chunked.compute(), drought_hazard.spi(rain))


def test_the_index_says_how_it_was_made_and_keeps_its_place(rain):
    placed = rain.assign_attrs(units="mm/month").rio.write_crs("EPSG:4326")
    index = drought_hazard.spi(placed)
    assert index.attrs == {
        "units": "1",
        "long_name": "Standardised Precipitation Index, 12 months",
        "distribution": "gamma, location 0, Thom's closed form",
        "zero_rule": "centre_of_mass",
        "months": 12,
        "reference_period": "1981-2010",
        "clipped_at": 3.09,
        "completeness": 0.85,
    }
    worst = drought_hazard.worst(drought_hazard.intensity(drought_hazard.yearly(index)))
    assert worst.rio.crs == placed.rio.crs
    assert worst.attrs["class_system"] == "drought"
    assert "units" not in worst.attrs


def test_order_of_dimensions_is_kept(rain):
    turned = drought_hazard.spi(rain.transpose("x", "time", "y"))
    assert turned.dims == ("x", "time", "y")
    xr.testing.assert_identical(turned.transpose("time", "y", "x"), drought_hazard.spi(rain))


def test_a_missing_month_blanks_only_the_sums_that_need_it(rain):
    index = drought_hazard.spi(rain, months=3).isel(y=0, x=7).values
    assert np.flatnonzero(np.isnan(index)).tolist() == [0, 1, *range(100, 105)]


def test_months_absent_from_the_time_axis_are_missing_months(rain):
    short = rain.isel(x=slice(0, 5), time=np.r_[3:200, 203:478])
    blank = rain.isel(x=slice(0, 5)).copy()
    blank[np.r_[0:3, 200:203, 478:480]] = np.nan
    expected = drought_hazard.spi(blank).sel(time=short["time"])
    xr.testing.assert_identical(drought_hazard.spi(short), expected)


def test_too_few_reference_years_give_no_data(rain):
    holes = rain.isel(x=slice(0, 2)).copy()
    holes[12 * np.arange(4), :, 0] = np.nan  # 26 of 30 years left
    holes[12 * np.arange(5), :, 1] = np.nan  # 25 of 30: below 85 %
    index = drought_hazard.yearly(drought_hazard.spi(holes))
    assert np.isfinite(index.isel(x=0)).sum() == 36
    assert np.isnan(index.isel(x=1)).all()


def test_negative_rain_is_missing(rain):
    dirty = rain.isel(x=[0]).copy()
    dirty[50] = -9999
    index = drought_hazard.spi(dirty, months=1)
    assert np.isnan(index[50]).all()
    assert np.isfinite(np.delete(index.values, 50)).all()


def test_rainless_years_where_rain_is_rare():
    # Rain in 9 of 30 years. The common rule scores a year without rain above normal.
    values = np.zeros(480)
    values[np.arange(9) * 36 + 6] = np.linspace(20, 90, 9)
    upper = drought_hazard.yearly(drought_hazard.spi(record(values), zero_rule="upper"))
    middle = drought_hazard.yearly(drought_hazard.spi(record(values)))
    dry = drought_hazard.yearly(record(values).rolling(time=12).sum()) == 0
    assert upper.where(dry).min() == pytest.approx(0.5244, abs=1e-4)  # quantile of 21/30
    assert middle.where(dry).max() == pytest.approx(-0.3853, abs=1e-4)  # quantile of 21/60
    wet = ~dry.values
    np.testing.assert_array_equal(upper.values[wet], middle.values[wet])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), factor=st.floats(0.01, 1000))
def test_units_do_not_matter_and_more_rain_is_never_drier(seed, factor):
    random = np.random.default_rng(seed)
    values = random.gamma(random.uniform(0.3, 6), 30, (480, 3)) * (random.random((480, 3)) < 0.8)
    values[470, 0] += 10_000
    index = drought_hazard.spi(record(values), months=2)
    scaled = drought_hazard.spi(record(values * factor), months=2)
    np.testing.assert_allclose(index, scaled, atol=2e-3)
    sums = record(values).rolling(time=2).sum()
    for month in (1, 8):
        order = np.argsort(sums.values[month::12, 0, 1], kind="stable")
        assert (np.diff(index.values[month::12, 0, 1][order]) >= -4e-5).all()
    assert np.nanmax(np.abs(index)) <= np.float32(3.09)


@pytest.mark.parametrize(
    ("settings_", "named"),
    [
        ({"months": 0}, "months"),
        ({"months": 49}, "months"),
        ({"calendar_month": 13}, "calendar_month"),
        ({"clip": 1.0}, "clip"),
        ({"completeness": 0.0}, "completeness"),
        ({"zero_rule": "classic"}, "zero_rule"),
        ({"reference": (1961, 1990)}, "reference period"),
        ({"reference": (1991, 2021)}, "reference period"),
        ({"reference": (2001, 2020)}, "reference period"),
    ],
)
def test_wrong_settings_stop(rain, settings_, named):
    with pytest.raises(InputError, match=named):
        drought_hazard.spi(rain, **settings_)


def test_wrong_records_stop(rain):
    with pytest.raises(InputError, match="1981-02 after the same or a later month"):
        drought_hazard.spi(rain.isel(time=np.r_[0:3, 1:480]))
    with pytest.raises(InputError, match="holds dates"):
        drought_hazard.spi(rain.assign_coords(time=np.arange(480)))
    with pytest.raises(InputError, match="other months or cells"):
        drought_hazard.spei(rain, evapotranspiration=rain.isel(x=slice(1, None)))


# An index made elsewhere


def test_a_ready_index_in_the_default_layout():
    times = pd.date_range("2020-01", periods=24, freq="MS")
    stored = np.full((24, 2, 3), -32768, dtype=np.int16)
    stored[:, 0] = -1250
    ready = xr.DataArray(
        stored,
        dims=("time", "lat", "lon"),
        coords={"time": times, "lat": [10.05, 9.95], "lon": [0.05, 0.15, 0.25]},
        attrs={"_FillValue": -32768},
    )
    index = drought_hazard.yearly(drought_hazard.ready_index(ready, scale=0.001))
    assert index.dims == ("year", "y", "x")
    assert index["year"].values.tolist() == [2020, 2021]
    assert (index.isel(y=0) == np.float32(-1.25)).all()
    assert np.isnan(index.isel(y=1)).all()
    with pytest.raises(InputError, match=r"scale=0\.001"):
        drought_hazard.ready_index(ready)
    with pytest.raises(InputError, match="dimensions"):
        drought_hazard.ready_index(ready.isel(lat=0))
    # A fill value that nobody declared, in the first month only.
    undeclared = xr.where(ready.time == ready.time[0], -9999.0, 0.5).broadcast_like(ready)
    with pytest.raises(InputError, match="its fill value"):
        drought_hazard.ready_index(undeclared)


# Classes


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        # TV06 and TV07, with the values that lie between the printed limits.
        ("guidance", [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, NODATA]),
        ("trends_earth", [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, NODATA]),
    ],
)
def test_classes_at_the_edges(preset, expected):
    values = [3.09, 0.001, 0, -0.99, -0.995, -1, -1.49, -1.495, -1.5, -1.99, -1.995, -2, -3, np.nan]
    index = xr.DataArray(np.array(values, dtype=np.float32), dims="case")
    drought = drought_hazard.intensity(index, preset=preset)
    assert drought.dtype == np.int8
    assert drought.values.tolist() == expected
    assert drought.attrs["class_system"] == "drought"
    chunked = drought_hazard.intensity(index.chunk(case=5), preset=preset)
    xr.testing.assert_identical(chunked.compute(), drought)


def test_an_unknown_preset_stops():
    with pytest.raises(InputError, match="preset"):
        drought_hazard.intensity(xr.DataArray([0.0]), preset="manual")


def test_trends_earth_classes_of_its_own_test_values(realdata):
    with np.load(realdata / "oracles" / "trends_earth" / "k_drought.npz") as oracle:
        stored, expected = oracle["spi_x1000"], oracle["dclass"]
    # Below -30000 that tool hands the number through as a class; no index gets there.
    real = stored >= -30000
    index = xr.DataArray(stored[real] / np.float32(1000), dims="case")
    drought = drought_hazard.intensity(index, preset="trends_earth")
    np.testing.assert_array_equal(drought, expected[real])
    assert real.sum() > 100


# Windows


def test_years_that_are_missing_are_regrouped():
    # TV04
    groups = drought_hazard.regroup_windows([2011, 2004, 2007, 2008, 2009])
    assert groups[2004, 2007] == [2004, 2007]
    assert groups[2008, 2011] == [2008, 2009, 2011]
    assert groups[2000, 2003] == groups[2020, 2023] == []


def test_the_worst_class_of_a_window():
    # TV03 in the first cell; then no data in one year, in all years; the fourth year counts.
    years = [2004, 2005, 2006, 2007]
    drought = drought_map(
        [[1, 0, NODATA, 0], [1, NODATA, NODATA, 0], [2, 3, NODATA, 0], [1, 1, NODATA, 4]], years
    )
    worst = drought_hazard.worst(drought, windows=[(2004, 2007), (2008, 2011)])
    assert worst.dtype == np.int8
    assert worst.sel(window="2004-2007").values.ravel().tolist() == [2, 3, NODATA, 4]
    assert (worst.sel(window="2008-2011") == NODATA).all()
    assert worst["years"].values.tolist() == ["2004, 2005, 2006, 2007", ""]
    chunked = drought_hazard.worst(drought.chunk(year=1, x=3), windows=[(2004, 2007), (2008, 2011)])
    xr.testing.assert_identical(chunked.compute(), worst)


def test_windows_without_any_year_stop():
    with pytest.raises(InputError, match="years"):
        drought_hazard.worst(drought_map([[1]], [1990]))


# Tables


def areas(rows):
    frame = pd.DataFrame(rows, columns=["year", *CLASSES, "no_data"])
    return frame.melt("year", var_name="key", value_name="area_km2")


def test_tables_of_areas_and_shares():
    tidy = areas([(2000, 40, 30, 20, 5, 5, 0), (2001, 60, 10, 0, 0, 0, 30)])
    table = drought_hazard.area_table(tidy, years=[2000, 2001, 2002])
    assert table.columns.tolist() == [
        "year", "mild", "moderate", "severe", "extreme", "non_drought", "no_data",
    ]  # fmt: skip
    assert table.loc[0, "mild":].tolist() == [30, 20, 5, 5, 40, 0]
    assert table.loc[2, "mild":].isna().all()
    shares = drought_hazard.share_table(table)
    assert shares["area_under_drought"].tolist()[:2] == [60, 10]
    assert shares["proportion"].tolist()[:2] == [60, 10]
    assert shares["without_data"].tolist()[:2] == pytest.approx([0, 30])
    assert shares.loc[2, "proportion":].isna().all()


def test_a_year_in_which_no_land_could_be_judged_is_empty_and_not_free_of_drought():
    tidy = areas([(2000, 0, 0, 0, 0, 0, 100), (2001, 30, 0, 0, 0, 0, 70)])
    table = drought_hazard.area_table(tidy, years=[2000, 2001])
    assert table.loc[0, "mild":"non_drought"].isna().all()
    assert table.loc[0, "no_data"] == 100
    for land in (None, {2000: 100.0}):
        shares = drought_hazard.share_table(table, land_area_km2=land)
        assert shares.loc[0, ["area_under_drought", "proportion"]].isna().all()
        assert shares["without_data"].tolist() == pytest.approx([100, 70])
        assert shares.loc[1, "proportion"] == 0, "where some land was judged, none was dry"


def test_the_platform_divides_by_the_land_area_of_the_nearest_year():
    table = drought_hazard.area_table(
        areas([(2000, 40, 60, 0, 0, 0, 0), (2017, 40, 60, 0, 0, 0, 0)])
    )
    shares = drought_hazard.share_table(
        table, land_area_km2={2000: 120.0, 2015: 150.0, 2019: 200.0}
    )
    assert shares["land_area"].tolist() == [120, 150]
    assert shares["proportion"].tolist() == [50, 40]
