"""SO1-4: the vectors DV01 and DV02 of the reporting forms, and sums that must hold."""

import numpy as np
import pytest
import xarray as xr

from sohandbook import classes, forms, reporting_tables

STATUS = {"degraded": -1, "stable": 0, "improved": 1}


def status_map(codes):
    """A map of one row; every cell is one km²."""
    codes = np.asarray(codes, dtype=np.int8)[np.newaxis]
    return xr.DataArray(
        codes,
        dims=("y", "x"),
        coords={"y": [0.5], "x": np.arange(codes.size) + 0.5},
        attrs=classes.system("status").attributes(),
    )


def like(data, value):
    return xr.full_like(data, value, dtype=type(value)).drop_attrs()


@pytest.fixture
def vector():
    return {v["id"]: v for v in forms.catalogue()["test_vectors"]["derived_here"]}


def test_dv01_shares_and_change(vector):
    given, expected = vector["DV01"]["in"], vector["DV01"]["out"]
    land = given["total_land_km2"]
    maps = {
        name: status_map([-1] * degraded + [0] * (land - degraded))
        for name, degraded in (
            ("baseline", given["degraded_2015"]),
            ("report_1", given["degraded_2015"]),
            ("reporting", given["degraded_2023"]),
        )
    }
    frame = reporting_tables.sdg_15_3_1(
        maps,
        years=(2015, 2019, 2023),
        cell_area=like(maps["baseline"], 1.0),
        within={name: like(data, True) for name, data in maps.items()},
    ).set_index("assessment")
    assert frame.sdg_15_3_1["baseline (2015)"] == pytest.approx(expected["pct_2015"])
    assert frame.sdg_15_3_1["2023"] == pytest.approx(expected["pct_2023"])
    assert frame.change_in_degraded_area["2023"] == pytest.approx(expected["change_km2"])
    assert frame.change_in_degraded_area["2019"] == 0
    assert frame.change_in_degraded_area["baseline (2015)"] == 0


def test_land_without_data_counts_in_the_whole():
    data = status_map([-1, 0, -128, -128])
    frame = reporting_tables.sdg_15_3_1(
        {"baseline": data},
        years=(2015,),
        cell_area=like(data, 1.0),
        within={"baseline": like(data, True)},
    )
    assert frame.sdg_15_3_1[0] == 25
    assert frame.no_data_area[0] == 2


def test_dv02_cross_table_through_the_status_matrix(vector):
    pairs = vector["DV02"]["in"]
    baseline, period = [], []
    for names, area in pairs.items():
        first, last = (name.replace("deg", "degraded") for name in names.split(">"))
        first, last = (name.replace("degradedraded", "degraded") for name in (first, last))
        baseline += [STATUS[first]] * area
        period += [STATUS[last]] * area
    data = status_map(baseline)
    crossed = reporting_tables.status_assessment(
        data, status_map(period), cell_area=like(data, 1.0), within=like(data, True)
    )
    forms.validate("SO1-4.T1", crossed)
    table = crossed.set_index("baseline_assessment")
    matrix = reporting_tables.status_matrix().set_index("baseline")
    found = dict.fromkeys(STATUS, 0.0)
    for first in STATUS:
        for last in STATUS:
            found[matrix.loc[first, f"period {last}"]] += table.loc[first, last]
    assert found == vector["DV02"]["out"]


def test_recall_and_precision_by_hand():
    truth = status_map([-1, -1, -1, 0, 0, 1, -1])
    found = status_map([-1, -1, 0, -1, 0, 1, -128])
    frame = reporting_tables.confusion(
        truth, found, cell_area=like(truth, 1.0), within=like(truth, True)
    )
    scores = reporting_tables.recall_and_precision(frame)
    assert scores == {"recall": pytest.approx(2 / 3), "precision": pytest.approx(2 / 3)}


def test_nothing_degraded_has_no_recall():
    truth = status_map([0, 0])
    frame = reporting_tables.confusion(
        truth, truth, cell_area=like(truth, 1.0), within=like(truth, True)
    )
    assert np.isnan(reporting_tables.recall_and_precision(frame)["recall"])
