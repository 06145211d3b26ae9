"""Reporting tables have the platform's columns, add up, and agree with one another."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook import classes, forms, reporting_tables
from sohandbook.indicators import country_profile, land_cover

AREA = [0.5, 0.25]  # km² of a cell in the first and in the second row


def on_grid(values, *, system, dims=("y", "x"), **coordinates):
    attributes = classes.system(system).attributes() if system else {}
    values = np.asarray(values)
    return xr.DataArray(
        values,
        dims=dims,
        coords={"y": [1.5, 0.5], "x": np.arange(values.shape[-1]) + 0.5, **coordinates},
        attrs=attributes,
    )


@pytest.fixture
def whole():
    """A country of six cells: four of half a km², two of a quarter."""
    within = on_grid([[True, True, True, True], [True, True, False, False]], system="")
    area = on_grid(np.repeat(np.array(AREA)[:, None], 4, axis=1), system="")
    return {"cell_area": area, "within": within}


@pytest.fixture
def cover():
    """Tree, tree, crop, water | grass, none becomes crop, tree, crop, crop | town, none."""
    return on_grid(
        np.array(
            [
                [[1, 1, 3, 7], [2, 0, 5, 5]],
                [[3, 1, 3, 3], [5, 0, 5, 5]],
            ],
            dtype=np.uint8,
        ),
        system="land_cover",
        dims=("year", "y", "x"),
        year=[2000, 2015],
    )


def test_country_areas(cover, whole):
    mask = country_profile.land_and_water(cover, within=whole["within"])
    frame = reporting_tables.country_areas(mask, **whole)
    assert frame.year.tolist() == [2000, 2015]
    assert frame.total_land_area.tolist() == [2.0, 2.5]
    assert frame.water_bodies_area.tolist() == [0.5, 0.0]
    assert frame.total_country_area.tolist() == [2.5, 2.5]
    forms.validate("CP-1.T1", frame, rows=[2000, 2015])


def test_a_country_without_water_has_a_zero_not_a_gap(cover, whole):
    dry = cover.where(cover != 7, np.uint8(6)).assign_attrs(cover.attrs)
    mask = country_profile.land_and_water(dry, within=whole["within"])
    frame = reporting_tables.country_areas(mask, **whole)
    assert frame.water_bodies_area.tolist() == [0.0, 0.0]


def test_population_by_sex():
    people = xr.DataArray(
        [[1500.0, 1400.0], [1600.0, 1450.0]],
        dims=("year", "sex"),
        coords={"year": [2000, 2001], "sex": ["female", "male"]},
    )
    frame = reporting_tables.population(people)
    assert frame.population_female.tolist() == [1.5, 1.6]
    assert frame.population_total.tolist() == pytest.approx([2.9, 3.05])


def test_population_without_sexes_leaves_their_columns_empty():
    people = xr.DataArray([2900.0], dims="year", coords={"year": [2000]})
    frame = reporting_tables.population(people)
    assert frame[["population_female", "population_male"]].isna().all(axis=None)
    assert frame.population_total.tolist() == [2.9]


def test_extent_and_change_agree(cover, whole):
    extent = reporting_tables.extent(cover, **whole).set_index("year")
    change = reporting_tables.change(
        cover.sel(year=2000), end=cover.sel(year=2015), **whole
    ).set_index("class_at_start")
    assert extent.sum(axis=1).tolist() == [2.5, 2.5]
    assert change.loc["tree_covered", "cropland"] == 0.5
    assert change.loc["grassland", "artificial"] == 0.25
    assert change.loc["no_data", "no_data"] == 0.25
    assert change.row_total.tolist() == extent.loc[2000].tolist()
    assert change.net_area_change.tolist() == (extent.loc[2015] - extent.loc[2000]).tolist()
    assert change.net_area_change.sum() == 0


def test_status_by_period_shares_have_the_whole_that_was_given(cover, whole):
    status = land_cover.degradation(cover.sel(year=2000), end=cover.sel(year=2015))
    frame = reporting_tables.status_by_period(
        status,
        status,
        cell_area=whole["cell_area"],
        within={"baseline": whole["within"], "reporting": whole["within"]},
    ).set_index("status")
    assert frame.area_baseline.to_dict() == {
        "improved": 0.0,
        "stable": 1.5,
        "degraded": 0.75,
        "no_data": 0.25,
    }
    assert frame.percent_baseline["degraded"] == pytest.approx(30.0)
    assert frame.percent_baseline.sum() == pytest.approx(100)


def test_matrix_in_the_signs_of_the_form():
    frame = reporting_tables.matrix(
        classes.transition_matrix(), system=classes.system("land_cover")
    )
    signs = frame.set_index("class_at_start")[list(classes.system("land_cover").keys)]
    assert signs.loc["grassland", "cropland"] == "+"
    assert signs.loc["cropland", "grassland"] == "-"
    assert signs.stack().value_counts().to_dict() == {"0": 19, "-": 18, "+": 12}
    forms.validate("SO1-1.T3", frame)


def test_matrices_of_regions_stand_below_one_another():
    one, two = classes.transition_matrix(), -classes.transition_matrix()
    frame = reporting_tables.matrices(
        one,
        by_region={1: one, 2: two},
        region_names=["North", "South"],
        system=classes.system("land_cover"),
    )
    assert frame.region_name.tolist() == ["North"] * 7 + ["South"] * 7
    assert (frame.cropland[1], frame.cropland[8]) == ("+", "-")
    forms.validate("SO1-1.T3", frame)


def test_degradation_processes_are_named_and_ranked(cover, whole):
    frame = reporting_tables.degradation_processes(
        cover.sel(year=2000),
        end=cover.sel(year=2015),
        matrix=classes.transition_matrix(),
        **whole,
    )
    assert frame.degradation_process.tolist() == ["Deforestation", "Urban expansion"]
    assert frame.area_km2.tolist() == [0.5, 0.25]
    forms.validate("SO1-1.T1", frame.drop(columns="area_km2"))


def test_a_process_without_a_name_is_other_with_a_title(whole):
    start = on_grid(np.full((2, 4), 4, dtype=np.uint8), system="land_cover")
    end = on_grid(np.full((2, 4), 3, dtype=np.uint8), system="land_cover")
    none = np.zeros((7, 7), dtype=int)
    some = none.copy()
    some[5, 4] = -1
    assert reporting_tables.degradation_processes(start, end=end, matrix=none, **whole).empty
    frame = reporting_tables.degradation_processes(
        start.copy(data=np.full((2, 4), 6, dtype=np.uint8)),
        end=end.copy(data=np.full((2, 4), 1, dtype=np.uint8)),
        matrix=np.full((7, 7), -1),
        **whole,
    )
    assert frame.other_title.tolist() == ["Other land to Tree-covered areas"]


def test_compare_status_keeps_the_whole(cover, whole):
    status = land_cover.degradation(cover.sel(year=2000), end=cover.sel(year=2015))
    frame = reporting_tables.compare_status({"as given": status, "again": status}, **whole)
    assert frame.choice.tolist() == ["as given", "again"]
    assert frame.drop(columns="choice").sum(axis=1).tolist() == [2.5, 2.5]


def test_a_second_fill_code_is_no_data_too():
    codes = xr.DataArray(np.array([[10, 250], [0, 210]], np.uint8), dims=("y", "x"))
    ones = xr.ones_like(codes, dtype=float)
    legend = classes.legend("glc_fcs30d")
    found = reporting_tables.legend_areas(codes, legend=legend, cell_area=ones, within=ones > 0)
    assert found.set_index("name")["area_km2"]["No data"] == 2
    assert found["area_km2"].sum() == 4


def test_largest_change_is_not_on_the_diagonal(cover, whole):
    change = reporting_tables.change(cover.sel(year=2000), end=cover.sel(year=2015), **whole)
    assert reporting_tables.largest_change(change, classes.transition_matrix()) == (0, 2)


def test_national_legend():
    legend = classes.Legend("n", "n", "s", 0, {10: "Acacia", 20: "Steppe"}, {10: 1, 20: 2})
    frame = reporting_tables.national_legend(legend)
    expected = pd.DataFrame(
        {
            "national_class_name": ["Acacia", "Steppe"],
            "unccd_class": ["tree_covered", "grassland"],
        }
    )
    pd.testing.assert_frame_equal(frame, expected)
