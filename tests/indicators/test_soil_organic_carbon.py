"""Soil organic carbon: factors, the twenty-year ramp, the 10 % rule, means by class."""

from itertools import pairwise

import numpy as np
import pytest
import rasterio
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import soil_organic_carbon as soc
from sohandbook.indicators.soil_carbon_factors import factor_tables

TREE, GRASS, CROP, WETLAND, ARTIFICIAL, BARE, WATER = range(1, 8)


def covers(*by_cell, first_year=2000, years=None):
    """Land cover of a row of cells, each given by its classes year by year."""
    values = np.array(by_cell, dtype=np.uint8).T[:, np.newaxis, :]
    years = range(first_year, first_year + len(values)) if years is None else years
    axes = {"year": list(years), "y": [0.0], "x": np.arange(len(by_cell), dtype=float)}
    return xr.DataArray(values, dims=("year", "y", "x"), coords=axes)


def reference_for(land_cover, value=100.0):
    return xr.full_like(land_cover.isel(year=0, drop=True), value, dtype=np.float32)


def followed(*by_cell, f=0.80, **options):
    land_cover = covers(*by_cell, years=options.pop("map_years", None))
    result = soc.stock(
        reference_for(land_cover), land_cover=land_cover, climate_factor=f, **options
    )
    return result.isel(y=0).values.T


def changing(before, after, steps):
    """A cell whose class changes in the first step, followed for so many steps."""
    return [before] + [after] * steps


@pytest.mark.parametrize(
    ("before", "after", "f", "steps", "percent", "status"),
    [
        (TREE, CROP, 0.80, 15, -15.0, -1),  # DV05
        (GRASS, CROP, 0.80, 7, -7.0, 0),  # DV06
        (TREE, CROP, 0.69, 7, -10.85, -1),  # DV07
        (CROP, GRASS, 0.48, 7, 37.916667, 1),  # DV08
        (TREE, ARTIFICIAL, 0.80, 20, -90.0, -1),
        (BARE, TREE, 0.80, 10, 50.0, 1),
        (CROP, WETLAND, 0.80, 20, 100 * (1 / 0.71 - 1), 1),
    ],
)
def test_derived_vectors(before, after, f, steps, percent, status):
    (stock,) = followed(changing(before, after, steps), f=f)
    start, end = (xr.DataArray([[value]], dims=("y", "x")) for value in stock[[0, -1]])
    assert soc.percent_change(start, end=end).item() == pytest.approx(percent, abs=1e-4)
    assert soc.degradation(start, end=end).item() == status


def test_a_change_acts_for_exactly_twenty_steps():
    (stock,) = followed(changing(TREE, CROP, 25))
    np.testing.assert_allclose(stock[:21], 100 - np.arange(21.0), rtol=1e-6)
    np.testing.assert_array_equal(stock[20:], np.float32(80))


def test_the_first_step_of_loss_is_the_year_the_class_has_changed():
    (stock,) = followed([TREE, TREE, CROP, CROP])
    np.testing.assert_allclose(stock, [100, 100, 99, 98])


def test_a_new_change_starts_from_the_stock_reached():
    (stock,) = followed([TREE, CROP, CROP, BARE, BARE])
    np.testing.assert_allclose(stock, [100, 99, 98, 98 * (1 - 0.9 / 20), 98 * (1 - 1.8 / 20)])


def test_a_change_that_costs_nothing_ends_the_loss_before_it():
    (stock,) = followed([CROP, BARE, ARTIFICIAL, ARTIFICIAL])
    np.testing.assert_allclose(stock, [100, 95.5, 95.5, 95.5])


def test_between_maps_far_apart_a_change_acts_from_the_earlier_one():
    """f = 0.80 over ten years is exactly -10 %; after twenty years nothing more happens."""
    (stock,) = followed([TREE, CROP, CROP, CROP], map_years=[2000, 2010, 2020, 2030])
    np.testing.assert_allclose(stock, [100, 90, 80, 80])


def test_a_cell_without_class_for_a_year_is_as_if_that_map_were_missing():
    gap, known = followed([TREE, 0, CROP, CROP], [TREE, CROP, CROP, CROP])
    assert np.isnan(gap[1])
    np.testing.assert_allclose(gap[[0, 2, 3]], known[[0, 2, 3]])


def test_what_has_no_stock():
    no_class, water, unknown_class, flooded = followed(
        [0, CROP, CROP], [WATER, WATER, WATER], [9, 9, 9], [GRASS, WATER, GRASS]
    )
    assert np.isnan(no_class).all()
    assert np.isnan(water).all()
    assert np.isnan(unknown_class).all()
    np.testing.assert_array_equal(flooded, np.float32([100, np.nan, 100]))


def test_missing_reference_stays_missing():
    land_cover = covers([TREE, CROP], [TREE, CROP])
    reference = reference_for(land_cover).copy(data=np.float32([[np.nan, -1]]))
    stock = soc.stock(reference, land_cover=land_cover, climate_factor=0.8)
    assert np.isnan(stock).all()


def test_without_climate_factor_the_stock_is_lost_only_where_cropland_is_involved():
    to_crop, to_bare = followed([TREE, CROP], [TREE, BARE], f=np.nan)
    np.testing.assert_array_equal(to_crop, np.float32([100, np.nan]))
    np.testing.assert_allclose(to_bare, [100, 95.5])
    assert np.isnan(followed([TREE, CROP], f=0.0)[0, 1])  # the trap of zone 0: a total loss


def test_years_can_be_chosen():
    land_cover = covers(changing(TREE, CROP, 23))
    options = {"land_cover": land_cover, "climate_factor": 0.8}
    every = soc.stock(reference_for(land_cover), **options)
    some = soc.stock(reference_for(land_cover), years=[2000, 2015, 2023], **options)
    xr.testing.assert_identical(some, every.sel(year=[2000, 2015, 2023]))


def test_national_factors_by_region():
    """Tier 2: each region has its own table; cells of no region have no stock."""
    mild, severe = np.ones((7, 7)), np.ones((7, 7))
    mild[TREE - 1, CROP - 1], severe[TREE - 1, CROP - 1] = 0.9, 0.5
    land_cover = covers(*[changing(TREE, CROP, 20)] * 3)
    regions = xr.full_like(reference_for(land_cover), 0).copy(data=[[11, 12, 13]])
    stock = soc.stock(
        reference_for(land_cover),
        land_cover=land_cover,
        climate_factor=0.8,
        factors={11: mild, 12: severe},
        regions=regions,
    )
    np.testing.assert_allclose(stock.sel(year=2020)[0], [90, 50, np.nan])


def test_a_national_legend_brings_its_own_factors():
    table = np.ones((9, 9))
    table[8, 7] = 0.4
    (stock,) = followed(changing(9, 8, 10), factors=table)
    assert stock[-1] == pytest.approx(70)


def test_default_factors_are_those_of_the_default_data(realdata):
    numbers, powers = factor_tables({0: None})
    peer = np.load(realdata / "oracles/trends_earth/tables.npz")
    expected = peer["soc_FL_7x7_rows_initial_99isF_minus99is1overF"]
    np.testing.assert_array_equal(powers[0], (expected == 99).astype(int) - (expected == -99))
    plain = np.abs(expected) != 99
    np.testing.assert_allclose(numbers[0][plain], expected[plain], rtol=1e-6)
    assert (numbers[0][~plain] == 1).all()


def test_climate_factors_are_those_of_the_default_data(realdata):
    peer = np.load(realdata / "oracles/trends_earth/tables.npz")
    zones = xr.DataArray(
        peer["soc_climate_zone_code"].astype(np.uint8)[np.newaxis], dims=("y", "x")
    )
    factor = soc.climate_factor(zones).values[0]
    assert np.isnan(factor[0])
    np.testing.assert_allclose(factor[1:], peer["soc_climate_zone_f"][1:], rtol=1e-6)
    assert (soc.climate_factor(zones, preset="trends_earth") == np.float32(0.8)).all()


def test_zones_that_do_not_exist_have_no_factor():
    zones = xr.DataArray([[-128, 13, 255, 300]], dims=("y", "x"))
    assert np.isnan(soc.climate_factor(zones)).all()


def pair(start, end, dtype=np.float32):
    return tuple(xr.DataArray(np.array([value], dtype), dims=("y", "x")) for value in (start, end))


def test_exactly_ten_percent_is_stable_in_the_guidance_and_a_change_in_trends_earth():
    """f = 0.80 for ten years: in binary fractions the stock is not 90 of 100."""
    values = np.linspace(0.1, 300, 1000)
    land_cover = covers(*[changing(TREE, CROP, 10)] * values.size)
    reference = reference_for(land_cover).copy(data=np.float32(values)[np.newaxis])
    stock = soc.stock(reference, land_cover=land_cover, climate_factor=0.80)
    start, end = stock.sel(year=2000), stock.sel(year=2010)
    assert (soc.degradation(start, end=end) == 0).all()
    assert (soc.degradation(start, end=end, inclusive=True) == -1).all()
    assert "year" not in soc.degradation(start, end=end).coords


def test_the_rule_around_the_threshold():
    start, end = pair([100] * 6, [89.99, 90, 90.01, 109.99, 110, 110.01])
    assert soc.degradation(start, end=end).values.tolist() == [[-1, 0, 0, 0, 0, 1]]
    inclusive = soc.degradation(start, end=end, inclusive=True)
    assert inclusive.values.tolist() == [[-1, -1, 0, 0, 1, 1]]
    assert soc.degradation(start, end=end, threshold=0.15).values.tolist() == [[0] * 6]


@given(st.integers(1, 3000), st.integers(0, 3000))
def test_whole_percents_of_trends_earth_give_the_same_status(start_tenths, end_tenths):
    """Trends.Earth cuts percents towards zero before it compares; in whole numbers it is exact."""
    percent = abs(end_tenths - start_tenths) * 100 // start_tenths
    expected = (percent >= 10) * np.sign(end_tenths - start_tenths)
    start, end = pair([start_tenths / 10], [end_tenths / 10])
    assert soc.degradation(start, end=end, inclusive=True).item() == expected


def test_no_stock_at_the_start_has_no_status():
    start, end = pair([np.nan, 50, 0, 50], [50, np.nan, 0, 0])
    assert soc.degradation(start, end=end).values.tolist() == [[-128, -128, -128, -1]]
    assert np.isnan(soc.percent_change(start, end=end).values).tolist() == [[True] * 3 + [False]]


def test_mean_stock_weighs_by_area():
    land_cover = covers([TREE], [TREE], [CROP], [WATER]).assign_coords(year=[2015])
    stock = reference_for(land_cover).expand_dims(year=[2015]).copy(data=[[[10, 20, 7, 99]]])
    table = soc.mean_stock_by_class(
        xr.concat([stock, stock * 3], dim="y").assign_coords(y=[0.0, 1.0]),
        land_cover=xr.concat([land_cover] * 2, dim="y").assign_coords(y=[0.0, 1.0]),
        cell_area=xr.DataArray([1.0, 3.0], dims="y"),
        within=xr.DataArray([[1, 1, 1, 0]] * 2, dims=("y", "x"))
        .astype(bool)
        .assign_coords(y=[0.0, 1.0], x=land_cover.x),
    ).set_index("key")
    assert table.loc["tree_covered", "stock_t_per_ha"] == pytest.approx((30 + 3 * 90) / 8)
    assert table.loc["tree_covered", "area_km2"] == 8
    assert table.loc["tree_covered", "stock_t"] == pytest.approx(100 * 300)
    assert np.isnan(table.loc["water", "stock_t_per_ha"])
    assert len(table) == len(classes.system("land_cover").codes)


def made_up(seed, height, width, years=23):
    random = np.random.default_rng(seed)
    axes = {"y": np.arange(height, dtype=float), "x": np.arange(width, dtype=float)}
    cover = random.choice(np.arange(8), size=(1, height, width)).repeat(years, axis=0)
    for year in range(1, years):
        moved = random.random((height, width)) < 0.1
        cover[year:, moved] = random.choice(np.arange(8), size=moved.sum())
    land_cover = xr.DataArray(
        cover.astype(np.uint8),
        dims=("year", "y", "x"),
        coords={"year": range(2000, 2000 + years), **axes},
    )
    reference = xr.DataArray(
        random.gamma(2, 30, (height, width)).astype(np.float32), dims=("y", "x"), coords=axes
    )
    zones = reference.copy(data=random.integers(0, 13, (height, width)).astype(np.uint8))
    return reference, land_cover, soc.climate_factor(zones)


def stepwise(reference, land_cover, climate, horizon=20):
    """Independent: the yearly bookkeeping of Trends.Earth (gee/soc.py) for whole maps."""
    numbers, powers = factor_tables({0: None})
    stock = np.where(land_cover[0] > 0, reference.astype(float), np.nan)
    loss, age, stocks = np.zeros(stock.shape), np.zeros(stock.shape), [stock]
    for before, after in pairwise(land_cover):
        row, column = before.astype(int) - 1, after.astype(int) - 1
        power = powers[0][row, column]
        factor = numbers[0][row, column] * np.where(power == 0, 1, climate.astype(float) ** power)
        changed = before != after
        loss = np.where(changed, stock * (1 - factor) / horizon, loss)
        age = np.where(changed, 1, age + 1)
        stock = stock - np.where(age > horizon, 0, loss)
        stocks.append(stock)
    return np.where(land_cover == WATER, np.nan, np.array(stocks))


def test_stock_agrees_with_yearly_bookkeeping():
    reference, land_cover, climate = made_up(3, 40, 50, years=30)
    land_cover = land_cover.where(land_cover > 0, 1).astype(np.uint8)
    ours = soc.stock(reference, land_cover=land_cover, climate_factor=climate)
    expected = stepwise(reference.values, land_cover.values, climate.values)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    assert np.isnan(expected).any() and np.isfinite(expected).mean() > 0.5


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100), st.integers(1, 9), st.integers(1, 9), st.integers(1, 5))
def test_chunks_and_cuts_change_nothing(seed, chunk_y, chunk_x, cut):
    reference, land_cover, climate = made_up(seed, 7, 9, years=6)
    whole = soc.stock(reference, land_cover=land_cover, climate_factor=climate)
    chunks = {"y": chunk_y, "x": chunk_x}
    lazy = soc.stock(
        reference.chunk(chunks),
        land_cover=land_cover.chunk({"year": 1, **chunks}),
        climate_factor=climate.chunk(chunks),
    )
    assert lazy.chunks
    xr.testing.assert_identical(lazy.compute(), whole)
    for dim in ("y", "x"):
        parts = [
            soc.stock(
                reference.isel({dim: part}),
                land_cover=land_cover.isel({dim: part}),
                climate_factor=climate.isel({dim: part}),
            )
            for part in (slice(None, cut), slice(cut, None))
        ]
        xr.testing.assert_identical(xr.concat(parts, dim=dim), whole)
    area = xr.DataArray(np.linspace(0.05, 0.06, 7), dims="y")
    table = soc.mean_stock_by_class(whole, land_cover=land_cover, cell_area=area)
    again = soc.mean_stock_by_class(lazy, land_cover=land_cover.chunk(chunks), cell_area=area)
    assert table.equals(again)
    status = soc.degradation(whole[0], end=whole[-1])
    xr.testing.assert_identical(soc.degradation(lazy[0], end=lazy[-1]).compute(), status)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 0}, "horizon"),
        ({"years": [1999]}, "1999"),
        ({"factors": np.ones((7, 6))}, "one row and one column"),
        ({"factors": [["1", "g"], ["1", "1"]]}, "class 1 to class 2: found 'g'"),
        ({"factors": [["1", "1/0"], ["1", "1"]]}, "1/0"),
        ({"factors": {1: np.ones((7, 7))}}, "map of regions"),
    ],
)
def test_errors_name_the_input(options, message):
    with pytest.raises(InputError, match=message):
        followed([TREE, CROP], **options)


def test_errors_of_maps():
    land_cover = covers([TREE, CROP], [TREE, CROP])
    reference = reference_for(land_cover)
    with pytest.raises(InputError, match="uint8"):
        soc.stock(reference, land_cover=land_cover.astype(int), climate_factor=0.8)
    with pytest.raises(InputError, match="ascending"):
        soc.stock(reference, land_cover=land_cover[::-1], climate_factor=0.8)
    with pytest.raises(InputError, match="axis x"):
        soc.stock(reference.isel(x=[0]), land_cover=land_cover, climate_factor=0.8)
    with pytest.raises(InputError, match=r"0\.10"):
        soc.degradation(reference, end=reference, threshold=10)
    with pytest.raises(InputError, match="preset"):
        soc.climate_factor(reference, preset="default")
    with pytest.raises(InputError, match="no 2020"):
        soc.mean_stock_by_class(
            reference.expand_dims(year=[2020]), land_cover=land_cover, cell_area=reference
        )


def test_real_soils_of_the_sahel(realdata):
    """Real stocks and zones of 10 by 10 degrees of the Sahel; all tree cover turned to cropland.

    There the climate is tropical dry to montane, so a full loss leaves 48 to 80 % of the stock.
    """
    window = rasterio.windows.Window(2100, 840, 120, 120)
    with rasterio.open(realdata / "soc/SOCS_0_30cm_year_2010AD_10km.tif") as file:
        stock = file.read(1, window=window).astype(np.float32)
        stock[stock == file.nodata] = np.nan
    with rasterio.open(realdata / "soc/ipcc_climate_zones.tif") as file:
        zones = file.read(1, window=window)
    axes = {"y": np.arange(120.0), "x": np.arange(120.0)}
    reference = xr.DataArray(stock, dims=("y", "x"), coords=axes)
    factor = soc.climate_factor(reference.copy(data=zones))
    land_cover = xr.DataArray(
        np.stack([np.full((120, 120), code, np.uint8) for code in (TREE, CROP)]),
        dims=("year", "y", "x"),
        coords={"year": [2000, 2020], **axes},
    )
    result = soc.stock(reference, land_cover=land_cover, climate_factor=factor)
    left = (result[1] / result[0]).where(reference > 0)
    known = np.isfinite(stock) & (stock > 0) & np.isfinite(factor.values)
    assert known.mean() > 0.95
    np.testing.assert_allclose(left.values[known], factor.values[known], rtol=1e-5)
    assert np.nanmin(left) > 0.48 - 1e-6
    assert np.nanmax(left) < 0.80 + 1e-6
    assert 10 < np.nanmean(stock) < 60  # t C/ha of dry to moist savanna
