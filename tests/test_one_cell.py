"""One cell on paper: two independent ways to the same number, for every step of SO1."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook import classes, one_cell
from sohandbook.errors import InputError
from sohandbook.indicators import land_degradation, land_productivity, soil_organic_carbon

YEARS = range(2000, 2016)
HERE = {"y": 0, "x": 0}


def series(values):
    return pd.Series(np.asarray(values, dtype=np.float32), index=YEARS[: len(values)])


def cube(values):
    values = np.asarray(values, dtype=np.float32)
    return xr.DataArray(
        values[:, None, None], dims=("year", "y", "x"), coords={"year": YEARS[: len(values)]}
    )


def draw(seed, digits=6):
    return np.round(np.random.default_rng(seed).normal(0.5, 0.1, 16), digits)


def one(value, dtype=np.int8):
    return xr.DataArray(np.full((1, 1), value, dtype=dtype), dims=("y", "x"))


@pytest.mark.parametrize("seed", range(5))
def test_the_score_on_paper_is_that_of_the_kernel(seed):
    values = draw(seed)
    scores = one_cell.kendall_score(series(values))
    found = land_productivity.trend_statistics(cube(values)).isel(HERE)
    assert scores["difference"].sum() == int(found.score)
    assert (scores["later_higher"] + scores["later_lower"]).sum() == 120


def test_a_score_by_hand():
    """1, 3, 2: from 1 both later years are higher, from 3 the last is lower."""
    scores = one_cell.kendall_score(series([1, 3, np.nan, 2]))
    assert scores["difference"].tolist() == [2, -1, 0]
    assert scores["year"].tolist() == [2000, 2001, 2003]


def test_p_with_ties_is_that_of_the_kernel():
    values = draw(1, digits=1)
    assert len(set(values)) < len(values)
    steps = one_cell.kendall_test(one_cell.kendall_score(series(values))).set_index("step").result
    found = land_productivity.trend_statistics(cube(values)).isel(HERE)
    assert float(steps["p from the bell curve"]) == pytest.approx(float(found.p), abs=1e-5)


def test_p_without_ties_is_near_the_exact_one():
    values = draw(2)
    steps = one_cell.kendall_test(one_cell.kendall_score(series(values))).set_index("step").result
    found = land_productivity.trend_statistics(cube(values)).isel(HERE)
    assert float(steps["p from the bell curve"]) == pytest.approx(float(found.p), abs=0.01)


def test_a_constant_series_has_no_spread():
    steps = one_cell.kendall_test(one_cell.kendall_score(series([0.3] * 16))).set_index("step")
    assert steps.result["p from the bell curve"] == "1.00000"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("widen", [0.0, 0.05])
def test_classes_of_state_give_the_status_of_the_kernel(seed, widen):
    values = draw(seed)
    window = {"history": (2000, 2012), "recent": (2013, 2015)}
    table = one_cell.state_classes(series(values), **window, widen=widen)
    place = {
        name: table.loc[table.mean_of.str.contains(name), "class"].item()
        for name in ("history", "recent years")
    }
    step = place["recent years"] - place["history"]
    expected = (step >= 2) - (step <= -2)
    found = land_productivity.state(cube(values), **window, widen=widen).isel(HERE)
    assert int(found) == expected
    listed = ", ".join(table.years[table.years != ""]).split(", ")
    assert sorted(listed) == [str(year) for year in range(2000, 2013)]


def test_lines_of_state_are_the_two_means():
    lines = one_cell.state_lines(series(range(16)), history=(2000, 2012), recent=(2013, 2015))
    assert lines["mean of the history"].dropna().unique().tolist() == [6]
    assert lines["mean of the recent"].dropna().index.tolist() == [2013, 2014, 2015]
    assert lines["mean of the recent"].dropna().unique().tolist() == [14]


@pytest.mark.parametrize("own", [0.39, 0.41])
def test_performance_says_what_the_kernel_says(own):
    """DV11: the best reach 0.8, so 0.39 lies below the line and 0.41 above."""
    mean = xr.DataArray(np.array([[own, *[0.8] * 30]]), dims=("y", "x"))
    units = xr.ones_like(mean, dtype=np.int32)
    table = one_cell.performance(HERE, mean=mean, units=units, least_share=0.5).set_index("step")
    found = land_productivity.performance(mean, units=units).isel(HERE)
    assert table.result["Performance"] == {-1: "degraded", 0: "stable"}[int(found)]
    assert table.result["Cells of its kind"] == "31"


@pytest.mark.parametrize("seed", range(4))
def test_carbon_on_paper_is_that_of_the_kernel(seed):
    """Classes that jump about, so that ramps are cut short and start anew."""
    random = np.random.default_rng(seed)
    cover = pd.Series(np.repeat(random.integers(1, 7, 6), 4), index=range(2000, 2024))
    walk = one_cell.carbon(
        cover,
        reference=50.0,
        factors=None,
        climate_factor=0.58,
        names=dict(zip(range(1, 8), classes.system("land_cover").labels, strict=True)),
    )
    maps = xr.DataArray(
        cover.to_numpy("uint8")[:, None, None],
        dims=("year", "y", "x"),
        coords={"year": cover.index},
    )
    found = soil_organic_carbon.stock(
        one(50, np.float32), land_cover=maps, climate_factor=0.58
    ).isel(HERE)
    np.testing.assert_allclose(walk.stock, found, rtol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_carbon_on_paper_with_gaps_water_and_years_left_out(seed):
    """A gap neither changes the class nor stops the clock; water has no stock."""
    random = np.random.default_rng(seed)
    years = np.r_[2000, np.sort(random.choice(np.arange(2001, 2024), 14, replace=False))]
    cover = pd.Series(random.choice([0, 1, 2, 3, 5, 7], 15), index=years)
    cover.iloc[0] = 1
    walk = one_cell.carbon(
        cover,
        reference=50.0,
        factors=None,
        climate_factor=0.58,
        names=dict.fromkeys(range(8), ""),
    )
    maps = xr.DataArray(
        cover.to_numpy("uint8")[:, None, None], dims=("year", "y", "x"), coords={"year": years}
    )
    found = soil_organic_carbon.stock(
        one(50, np.float32), land_cover=maps, climate_factor=0.58
    ).isel(HERE)
    assert walk.stock.isna().any()
    np.testing.assert_allclose(walk.stock, found, rtol=1e-5)


def test_dv05_forest_to_cropland_in_fifteen_steps():
    cover = pd.Series([1] + [3] * 15, index=YEARS)
    walk = one_cell.carbon(
        cover, reference=100.0, factors=None, climate_factor=0.8, names={1: "Forest", 3: "Crop"}
    )
    assert walk.stock.iloc[-1] == pytest.approx(85)
    assert walk.years_since_change.iloc[-1] == 15


def test_all_27_triples_are_judged_as_the_kernel_judges_them():
    label = classes.system("status").label
    for triple in np.ndindex(4, 4, 4):
        codes = [(-1, 0, 1, -128)[i] for i in triple]
        parts = dict(zip(("land_cover", "productivity", "soc"), map(one, codes), strict=True))
        table = one_cell.one_out_all_out(HERE, maps={"baseline": parts})
        found = land_degradation.one_out_all_out(**parts).isel(HERE)
        assert table["baseline"].iloc[-1] == label(int(found))


def test_a_transition_names_its_code_and_its_sign():
    legend, system = classes.legend("esa_cci"), classes.system("land_cover")
    table = one_cell.transition(
        HERE,
        product=(one(50, np.uint8), one(10, np.uint8)),
        cover=(one(1, np.uint8), one(3, np.uint8)),
        legend=legend,
        system=system,
        matrix={2: classes.transition_matrix()},
        regions=one(2),
    ).set_index("step")
    assert table.at_end["Code of the change"] == "10 × 1 + 3 = 13"
    assert table.at_end["Sign in the matrix"] == "−, degradation"
    assert table.at_start["Class of the report"] == "1, Tree-covered areas"


def test_a_cell_without_a_class_has_no_transition():
    table = one_cell.transition(
        HERE,
        product=(one(0, np.uint8), one(10, np.uint8)),
        cover=(one(0, np.uint8), one(3, np.uint8)),
        legend=classes.legend("esa_cci"),
        system=classes.system("land_cover"),
        matrix=classes.transition_matrix(),
    )
    assert len(table) == 3


def test_tonnes_of_one_cell():
    table = one_cell.tonnes(50.0, area=0.0625).set_index("step").result
    assert table["Stock of the cell, t C"] == "312.5"


def test_the_cell_is_chosen_from_the_first_wish_that_can_be_met():
    nowhere = xr.zeros_like(one(0), dtype=bool)
    some = xr.DataArray(np.eye(5, dtype=bool), dims=("y", "x"))
    assert one_cell.choose(some) == {"y": 2, "x": 2}
    assert one_cell.choose(xr.zeros_like(some), some.T) == {"y": 2, "x": 2}
    with pytest.raises(InputError, match="no cell"):
        one_cell.choose(nowhere)
