"""SO2-3 and SO3-2: hand-made cells, the manual's cases, real counts, sums that survive."""

import numpy as np
import pandas as pd
import pytest
import rioxarray
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes, forms
from sohandbook.errors import InputError
from sohandbook.indicators import exposure_tables, population_exposure

NODATA = -128


def layer(values, dims=("y", "x"), **attrs):
    values = np.asarray(values)
    coords = {
        "y": -np.arange(values.shape[-2]) - 0.5,
        "x": np.arange(values.shape[-1]) + 0.5,
    }
    return xr.DataArray(values, dims=dims, coords=coords, attrs=attrs)


def status(values):
    return layer(np.array(values, np.int8), **classes.system("status").attributes())


def by_sex(female, male):
    both = layer(np.array([female, male], np.float32), dims=("sex", "y", "x"))
    return both.assign_coords(sex=["female", "male"])


def of(frame, **where):
    for column, value in where.items():
        frame = frame[frame[column] == value]
    (people,) = frame["people"]
    return people


# Counting


def test_people_by_class_and_sex_by_hand():
    land = status([[-1, 0, 1], [-1, NODATA, NODATA]])
    people = by_sex([[10.25, 20, 5], [0.5, 7, np.nan]], [[9, 19, 6], [0.25, np.nan, 3]])
    counted = population_exposure.exposed(people, mask_or_class=land)
    assert counted["key"].tolist() == ["degraded", "stable", "improved", "no_data"] * 3
    assert of(counted, sex="female", key="degraded") == 10.75
    assert of(counted, sex="male", key="no_data") == 3
    assert of(counted, sex="total", key="degraded") == 20
    assert counted[counted["sex"] == "total"]["people"].sum() == float(people.sum())


def test_a_mask_counts_as_exposed_and_not():
    counted = population_exposure.exposed(
        layer(np.array([[30.0, 70.0]])), mask_or_class=layer(np.array([[True, False]]))
    )
    assert counted.set_index("key")["people"].to_dict() == {
        "exposed": 30,
        "not_exposed": 70,
        "no_data": 0,
    }


def test_fractions_of_persons_are_kept():
    # Sparse drylands: a third of a person in each cell. Rounding per cell would lose them all.
    people = layer(np.full((100, 100), 1 / 3, np.float32))
    land = status(np.full((100, 100), -1))
    counted = population_exposure.exposed(people, mask_or_class=land)
    assert of(counted, key="degraded") == pytest.approx(10_000 / 3, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.uint16, np.int64, np.float32, np.float64])
def test_any_kind_of_number_is_counted_alike(dtype):
    counted = population_exposure.exposed(
        layer(np.array([[40_000, 3]], dtype)), mask_or_class=status([[-1, -1]])
    )
    assert of(counted, key="degraded") == 40_003


@pytest.mark.parametrize("chunks", [{"x": 3}, {"y": 2, "x": 5}, {"year": 1}])
def test_chunks_do_not_matter(chunks):
    random = np.random.default_rng(4)
    years = {"year": [2000, 2001]}
    drought = layer(random.integers(0, 5, (2, 9, 11)).astype(np.int8), dims=("year", "y", "x"))
    drought = drought.assign_coords(years).assign_attrs(classes.system("drought").attributes())
    people = layer(random.random((2, 9, 11)).astype(np.float32), dims=("year", "y", "x"))
    people = people.assign_coords(years)
    expected = population_exposure.exposed(people, mask_or_class=drought)
    lazy = population_exposure.exposed(people.chunk(chunks), mask_or_class=drought.chunk(chunks))
    pd.testing.assert_frame_equal(lazy, expected)
    assert expected["year"].unique().tolist() == [2000, 2001]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_total_survives(seed):
    random = np.random.default_rng(seed)
    shape = tuple(random.integers(1, 20, 2))
    people = random.exponential(0.3, shape).astype(np.float32)
    people[random.random(shape) < 0.2] = np.nan
    land = random.choice(np.array([-1, 0, 1, NODATA], np.int8), shape)
    counted = population_exposure.exposed(layer(people), mask_or_class=status(land))
    assert counted["people"].sum() == pytest.approx(np.nansum(people, dtype=float), rel=1e-12)


def test_real_people_on_a_made_up_map(realdata):
    (file,) = (realdata / "population").glob("abw_ppp_2020*.tif")
    people = rioxarray.open_rasterio(file, masked=True).isel(band=0)
    land = (people["x"] + 0 * people["y"] < -70.0).transpose("y", "x")
    counted = population_exposure.exposed(people, mask_or_class=land)
    assert counted["people"].sum() == pytest.approx(106_766, abs=1)
    west = float(people.where(land).sum(dtype="float64"))
    assert of(counted, key="exposed") == pytest.approx(west, rel=1e-9)


def test_wrong_inputs_stop():
    land = status([[-1, 0]])
    people = layer(np.array([[1.0, 2.0]]))
    cases = [
        (people.isel(x=slice(1)), land, "axis x"),
        (layer(np.array([[1.0, -99999.0]])), land, "1 people below zero"),
        (people, status([[-1, 7]]), "1 cells of no class"),
        (people, land.drop_attrs(), "class map"),
        (by_sex([[1, 2]], [[1, 2]]).assign_coords(sex=["f", "m"]), land, "population, sex"),
    ]
    for population, map_, named in cases:
        with pytest.raises(InputError, match=named):
            population_exposure.exposed(population, mask_or_class=map_)
    years = people.expand_dims(year=[2015]), land.expand_dims(year=[2016])
    with pytest.raises(InputError, match="nearest years"):
        population_exposure.exposed(years[0], mask_or_class=years[1])


# Years


def test_the_nearest_year_stands_in():
    # TV08 and TV09; between two years as near, the earlier.
    nearest = population_exposure.nearest_years(
        [2018, 2019, 2020, 2021, 2023], available=[2020, 2016]
    )
    assert nearest == {2018: 2016, 2019: 2020, 2020: 2020, 2021: 2020, 2023: 2020}
    with pytest.raises(InputError, match="population, years"):
        population_exposure.nearest_years([2020], available=[])


def test_stand_ins_say_which_year_they_are():
    people = xr.DataArray([5.0, 6.0], dims="year", coords={"year": [2015, 2020]})
    filled = population_exposure.stand_in(people, years=[2015, 2019, 2023])
    assert filled.values.tolist() == [5, 6, 6]
    assert filled["year"].values.tolist() == [2015, 2019, 2023]
    assert filled["population_year"].values.tolist() == [2015, 2020, 2020]


# Shares and tables


def national(**years):
    rows = [(int(year[1:]), f, m, f + m) for year, (f, m) in years.items()]
    return pd.DataFrame(rows, columns=["year", "female", "male", "total"])


def test_units_of_the_national_population():
    # DV14: 250,000 women of 1,000 thousand.
    people = pd.DataFrame({"year": [2015], "sex": "female", "code": -1, "key": "degraded"})
    shared = population_exposure.shares(
        people.assign(people=250_000.0), national_thousands=national(y2015=(1000.0, 900.0))
    )
    assert shared["percent"].tolist() == [25]


def test_table_of_people_on_degraded_land():
    land = status([[-1, 0]]).expand_dims(year=[2015, 2023])
    people = by_sex([[300, 700]], [[100, 900]]).expand_dims(year=[2015, 2023])
    counted = population_exposure.exposed(people, mask_or_class=land)
    table = population_exposure.degradation_table(
        counted, national_thousands=national(y2015=(1.0, 1.0), y2023=(2.0, 1.0))
    )
    assert table.columns.tolist() == [
        "year", "female_exposed", "female_percent", "male_exposed", "male_percent",
        "total_exposed", "total_percent",
    ]  # fmt: skip
    assert table.iloc[0].tolist() == [2015, 300, 30, 100, 10, 400, 20]
    assert table.iloc[1].tolist() == pytest.approx([2023, 300, 15, 100, 10, 400, 40 / 3])


def test_tables_of_people_under_drought():
    drought = layer(np.array([[[0, 1, 2, 3, 4, NODATA]]], np.int8), dims=("year", "y", "x"))
    drought = drought.assign_coords(year=[2020])
    drought = drought.assign_attrs(classes.system("drought").attributes())
    female, male = [[500, 100, 50, 25, 5, 20]], [[400, 200, 0, 0, 100, 0]]
    counted = population_exposure.exposed(by_sex(female, male), mask_or_class=drought)
    cp = national(y2020=(1.0, 2.0))
    women = population_exposure.drought_table(counted, national_thousands=cp, sex="female")
    everyone = population_exposure.drought_table(counted, national_thousands=cp)
    assert women.iloc[0].tolist() == pytest.approx([2020, 10, 5, 2.5, 0.5, 18, 180])
    assert everyone["exposed_count"].item() == 480
    assert everyone["exposed_percent"].item() == pytest.approx(16)
    total_only = counted[counted["sex"] == "total"].drop(columns="sex")
    with pytest.raises(InputError, match="people by sex"):
        population_exposure.drought_table(total_only, national_thousands=cp, sex="male")


def test_a_year_in_which_nobodys_drought_could_be_judged_is_empty():
    drought = layer(np.array([[[0, 1]], [[NODATA, NODATA]]], np.int8), dims=("year", "y", "x"))
    drought = drought.assign_coords(year=[2019, 2020])
    drought = drought.assign_attrs(classes.system("drought").attributes())
    counted = population_exposure.exposed(by_sex([[500, 100]], [[400, 200]]), mask_or_class=drought)
    cp = pd.concat([national(y2019=(1.0, 1.0)), national(y2020=(1.0, 1.0))])
    for sex in ("total", "female", "male"):
        table = population_exposure.drought_table(counted, national_thousands=cp, sex=sex)
        table = table.set_index("year")
        assert table.loc[2019].notna().all()
        assert table.loc[2020].isna().all(), "nobody known to be exposed is not nobody exposed"


def test_more_people_than_there_are_stops():
    counted = pd.DataFrame(
        {"year": [2015], "sex": "total", "code": -1, "key": "degraded", "people": 2001.0}
    )
    with pytest.raises(InputError, match="thousand persons"):
        population_exposure.shares(counted, national_thousands=national(y2015=(1.0, 1.0)))
    with pytest.raises(InputError, match=r"CP-1\.T2, year 2015"):
        population_exposure.shares(counted, national_thousands=national(y2016=(1.0, 1.0)))


# What the land did, and what the people did


def changed(people, land):
    frame = population_exposure.change(
        {"start": layer(np.array([people[0]], float)), "end": layer(np.array([people[1]], float))},
        status={"start": status([land[0]]), "end": status([land[1]])},
    )
    return frame.iloc[0]


def test_newcomers_on_degraded_land_raise_the_share():
    # TV01 and TV02: 30 of 100, then 40 of 110; the land did not change.
    row = changed(([30, 70], [40, 70]), ([-1, 0], [-1, 0]))
    assert row["percent_start"] == 30
    assert row["percent_end"] == pytest.approx(36.363636, abs=1e-6)
    assert row["from_land"] == 0
    assert row["from_people"] == pytest.approx(6.363636, abs=1e-6)
    assert row["from_growth"] == pytest.approx(3)  # ten more people at the old share
    assert row["from_share"] == pytest.approx(7)


def test_even_growth_leaves_the_share_alone():
    row = changed(([30, 70], [60, 140]), ([-1, 0], [-1, 0]))
    assert row["from_people"] == pytest.approx(0)
    assert (row["from_growth"], row["from_share"]) == pytest.approx((30, 0))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_effects_add_up(seed):
    random = np.random.default_rng(seed)
    people = random.random((2, 12)) + 0.01
    land = random.choice([-1, 0, 1, NODATA], (2, 12))
    row = changed(people, land)
    assert row["from_land"] + row["from_people"] == pytest.approx(
        row["percent_end"] - row["percent_start"]
    )
    assert row["from_growth"] + row["from_share"] == pytest.approx(
        row["exposed_end"] - row["exposed_start"]
    )


# The form's rows and words


def test_rows_are_named_by_period():
    profile = pd.DataFrame(
        {"year": [2015, 2023], "population_female": [1.0, 2.0], "population_male": [1.0, 2.0]}
    ).assign(population_total=[2.0, 4.0], comments="")
    people = pd.DataFrame(
        [
            (year, sex, -1, "degraded", 100.0 * (1 + (sex == "total")))
            for year in (2015, 2023)
            for sex in ("female", "male", "total")
        ],
        columns=["year", "sex", "code", "key", "people"],
    )
    table = exposure_tables.by_period(
        population_exposure.degradation_table(
            people, national_thousands=exposure_tables.national(profile)
        ),
        baseline=2015,
        reporting=2023,
    )
    rows = ["baseline (population 2015)", "reporting (population 2023)"]
    assert table["period"].tolist() == rows
    assert table["female_percent"].tolist() == [10, 5]
    assert forms.validate("SO2-3.T1", table)["total_exposed"].tolist() == [200, 200]


@pytest.mark.parametrize(("end", "word"), [(12.0, "increase"), (10.2, "stable"), (8, "decrease")])
def test_proposed_direction(end, word):
    change = pd.DataFrame(
        {
            "sex": ["total"], "percent_start": [10.0], "percent_end": [end], "from_land": [0.5],
            "from_people": [end - 10.5], "from_growth": [120.0], "from_share": [3.0],
        }
    )  # fmt: skip
    proposed = exposure_tables.assessment(change, smallest=0.5)
    assert proposed["change_in_indicator"].tolist() == [word]
    assert "+0.50 because the land changed" in proposed.loc[0, "drivers_and_interpretation"]
    forms.validate("SO2-3.T2", proposed)


def test_nothing_is_claimed_where_no_land_could_be_judged():
    unknown, people = status([[NODATA, NODATA]]), by_sex([[30, 20]], [[25, 25]])
    counted = population_exposure.exposed(people, mask_or_class=unknown).assign(year=2023)
    national = pd.DataFrame({"year": [2023], "female": [0.05], "male": [0.05], "total": [0.1]})
    table = population_exposure.degradation_table(counted, national_thousands=national)
    assert table.drop(columns="year").isna().all().all()
    same = {"start": people, "end": people}
    change = population_exposure.change(same, status={"start": unknown, "end": unknown})
    assert change["percent_end"].isna().all()
    proposed = exposure_tables.assessment(change, smallest=0.5)
    assert proposed["change_in_indicator"].tolist() == [""]
    assert "withheld" in forms.validate("SO2-3.T2", proposed).loc[0, "comments"]


def test_a_map_is_compared_with_totals_of_another_source():
    counted = pd.Series({2010: 990.0, 2015: 1100.0, 2020: 80.0, 2021: 5.0})
    totals = pd.DataFrame({"year": [2010, 2015, 2020, 2021], "value": [1000, 1000, 1000, np.nan]})
    found = exposure_tables.against_totals(counted, totals=totals, largest_gap=5)
    assert found["year"].tolist() == [2010, 2015, 2020]
    assert found["gap"].tolist() == pytest.approx([-1, 10, -92])
    assert found["warning"][0] == ""
    assert found["warning"][1].startswith("more than 5 % apart")
    assert "densities" in found["warning"][2]
