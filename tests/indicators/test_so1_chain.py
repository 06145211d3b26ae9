"""All of SO1 on one small country: whole, in blocks of any shape, and cut in two and put together.

One thing must be known of the whole country: what the best land of each ecological unit
reaches. It is computed once and given to both parts.
"""

import dask
import numpy as np
import pytest
import xarray as xr

from sohandbook import classes, tables
from sohandbook.indicators import (
    land_cover,
    land_degradation,
    land_productivity,
    neutrality,
    soil_organic_carbon,
)

YEARS = range(2000, 2024)
SIZES = {"y": 7, "x": 9}
WINDOWS = {
    "baseline": {"trend": (2000, 2015), "history": (2000, 2012), "recent": (2013, 2015)},
    "reporting": {"trend": (2008, 2023), "history": (2008, 2020), "recent": (2021, 2023)},
}
SPANS = {"baseline": (2000, 2015), "reporting": (2016, 2023)}


def country(seed):
    """Random maps with every kind of gap: clouds, water, no class, no stock, no zone."""
    random = np.random.default_rng(seed)
    shape, cells = (len(YEARS), *SIZES.values()), tuple(SIZES.values())

    def layer(values, dims=("y", "x")):
        coordinates = {"y": np.arange(7.0)[::-1], "x": np.arange(9.0)}
        if "year" in dims:
            coordinates["year"] = list(YEARS)
        return xr.DataArray(values, dims=dims, coords=coordinates)

    base = random.choice([0, 1, 2, 3, 4, 5, 6, 7], cells, p=[0.05, *[0.15] * 5, 0.1, 0.1])
    cover = np.repeat(base[None], len(YEARS), axis=0)
    for year in random.integers(1, len(YEARS), 4):
        moves = random.random(cells) < 0.3
        cover[year:, moves] = random.integers(1, 8, cells)[moves]
    slope = random.normal(0, 0.01, cells)
    npp = 0.4 + slope * np.arange(len(YEARS))[:, None, None] + random.normal(0, 0.05, shape)
    npp[random.random(shape) < 0.03] = np.nan
    stock = random.uniform(5, 90, cells)
    stock[random.random(cells) < 0.05] = np.nan
    three = ("year", "y", "x")
    return {
        "cover": layer(cover.astype(np.uint8), three),
        "npp": layer(npp.astype(np.float32), three),
        "soil": layer(random.integers(0, 3, cells).astype(np.int32)),
        "stock": layer(stock.astype(np.float32)),
        "zones": layer(random.integers(0, 13, cells).astype(np.uint8)),
        "area": layer(np.repeat(random.uniform(0.04, 0.06, (7, 1)), 9, axis=1)),
        "within": layer(random.random(cells) < 0.9),
    }


def references(data):
    """What the best land of each unit reaches, in each period."""
    found = {}
    for name, window in WINDOWS.items():
        start, end = window["trend"]
        units = land_productivity.ecological_units(
            data["cover"].sel(year=start, drop=True), soil=data["soil"]
        )
        npp = data["npp"].sel(year=slice(start, end))
        found[name] = land_productivity.performance_reference(npp, units=units)
    return found


def chain(data, best):
    """From the maps of a country, or of a part of it, to the maps of SDG indicator 15.3.1."""
    npp, cover = data["npp"], data["cover"]
    stock = soil_organic_carbon.stock(
        data["stock"],
        land_cover=cover,
        climate_factor=soil_organic_carbon.climate_factor(data["zones"]),
    )
    assessment = {}
    for name, window in WINDOWS.items():
        start, end = SPANS[name]
        inside = npp.sel(year=slice(*window["trend"]))
        units = land_productivity.ecological_units(
            cover.sel(year=window["trend"][0], drop=True), soil=data["soil"]
        )
        dynamics = land_productivity.dynamics(
            land_productivity.trend(inside),
            state=land_productivity.state(npp, history=window["history"], recent=window["recent"]),
            performance=land_productivity.performance(inside, units=units, reference=best[name]),
        )
        assessment[name] = land_degradation.one_out_all_out(
            land_cover.degradation(
                cover.sel(year=start), end=cover.sel(year=end), matrix=classes.transition_matrix()
            ),
            productivity=land_productivity.degradation(dynamics),
            soc=soil_organic_carbon.degradation(stock.sel(year=start), end=stock.sel(year=end)),
        )
    maps = {
        **assessment,
        "status": land_degradation.status(assessment["baseline"], period=assessment["reporting"]),
        "condition": land_degradation.expanded_status(
            assessment["baseline"], period=assessment["reporting"]
        ),
    }
    return {name: data.drop_vars("year", errors="ignore") for name, data in maps.items()}


def figures(data, maps):
    """The areas of the status in km2, and the balance of gains and losses."""
    where = {"cell_area": data["area"], "within": data["within"]}
    areas = tables.area_by_class(maps["status"], **where).set_index("key")["area_km2"]
    types = data["cover"].sel(year=2000, drop=True)
    balance = neutrality.counterbalance(maps["condition"], land_type=types, **where)
    sums = ["gains_km2", "losses_km2", "neither_km2", "no_data_km2"]
    return areas, balance.set_index("land_type")[sums]


@pytest.mark.parametrize(("seed", "rows", "columns"), [(0, 3, 4), (1, 7, 2), (2, 2, 9)])
def test_the_chain_is_the_same_in_blocks_of_any_shape(seed, rows, columns):
    data = country(seed)
    best = references(data)
    whole = chain(data, best)
    chunks = {"y": rows, "x": columns}
    lazy = {name: layer.chunk(chunks | {"year": 9} if "year" in layer.dims else chunks)
            for name, layer in data.items()}  # fmt: skip
    for name, expected in references(lazy).items():
        np.testing.assert_array_equal(expected, best[name])
    in_blocks = chain(lazy, best)
    assert all(found.chunks for found in in_blocks.values())
    (found,) = dask.compute(in_blocks, scheduler="sync")
    for name, expected in whole.items():
        np.testing.assert_array_equal(found[name], expected)


@pytest.mark.parametrize("side", ["y", "x"])
@pytest.mark.parametrize(("seed", "cut"), [(3, 1), (4, 3), (5, 6)])
def test_a_country_cut_in_two_and_put_together_is_the_same(seed, side, cut):
    data = country(seed)
    best = references(data)
    whole = chain(data, best)
    halves, sums = [], []
    for part in (slice(None, cut), slice(cut, None)):
        half = {name: layer.isel({side: part}) for name, layer in data.items()}
        halves.append(chain(half, best))
        sums.append(figures(half, halves[-1]))
    for name, expected in whole.items():
        joined = xr.concat([half[name] for half in halves], dim=side)
        np.testing.assert_array_equal(joined, expected)
    areas, balance = figures(data, whole)
    np.testing.assert_allclose(sums[0][0] + sums[1][0], areas, rtol=1e-12, atol=1e-12)
    together = sums[0][1].add(sums[1][1], fill_value=0)
    np.testing.assert_allclose(together, balance, rtol=1e-12, atol=1e-12)


def test_the_random_country_has_every_class():
    """Or the two tests above would hold for less than they say."""
    seen = {name: set() for name in ("baseline", "reporting", "status", "condition")}
    for seed in range(6):
        data = country(seed)
        for name, found in chain(data, references(data)).items():
            seen[name] |= set(np.unique(found).tolist())
    assert seen["status"] == {-128, -1, 0, 1}
    assert seen["condition"] >= {0, 1, 2, 3, 4, 6}


def test_without_the_whole_countrys_reference_a_part_may_differ():
    """Why Performance takes a reference: the best land may lie in the other part."""
    npp = xr.DataArray(
        np.array([[0.3, 0.9]], dtype=np.float32), dims=("y", "x"), coords={"x": [0, 1]}
    )
    units = xr.ones_like(npp, dtype=np.int32)
    whole = land_productivity.performance(npp, units=units)
    alone = land_productivity.performance(npp[:, :1], units=units[:, :1])
    assert whole.values.tolist() == [[-1, 0]]
    assert alone.values.tolist() == [[0]]
    best = land_productivity.performance_reference(npp, units=units)
    part = land_productivity.performance(npp[:, :1], units=units[:, :1], reference=best)
    assert part.values.tolist() == [[-1]]
    assert best[1] == pytest.approx(0.84)
