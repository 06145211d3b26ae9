"""People by district: sums by hand, districts without census, people elsewhere."""

import numpy as np
import pytest
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators.exposure_by_place import ELSEWHERE, by_place


def layer(values, dims=("y", "x"), **coords):
    values = np.asarray(values)
    axes = {"y": -np.arange(values.shape[-2]), "x": np.arange(values.shape[-1])}
    return xr.DataArray(values, dims=dims, coords={**axes, **coords})


PEOPLE = layer(
    [[[10.0, 20, 5], [np.nan, 7, 0]], [[9.0, 19, 6], [np.nan, 3, 0]]],
    dims=("sex", "y", "x"),
    sex=["female", "male"],
)
EXPOSED = layer([[True, False, True], [True, True, True]])
NUMBERS = layer(np.array([[1, 1, 2], [3, 0, 3]], np.uint16))
NAMES = ["A", "B", "No census"]


def test_districts_by_hand():
    table = by_place(PEOPLE, exposed=EXPOSED, numbers=NUMBERS, names=NAMES).set_index("district")
    assert table.loc["A"].tolist() == pytest.approx([58, 10, 9, 19, 100 * 19 / 58])
    assert table.loc["B", "percent"] == 100
    assert table.loc[ELSEWHERE, "total_exposed"] == 10
    assert table["people"].sum() == float(PEOPLE.sum())


def test_a_district_that_nobody_counted_has_no_share():
    table = by_place(PEOPLE, exposed=EXPOSED, numbers=NUMBERS, names=NAMES).set_index("district")
    assert table.loc["No census", "people"] == 0
    assert np.isnan(table.loc["No census", "percent"])


def test_no_row_for_elsewhere_when_nobody_lives_there():
    numbers = NUMBERS.copy(data=np.array([[1, 1, 2], [3, 2, 3]], np.uint16))
    table = by_place(PEOPLE.sum("sex"), exposed=EXPOSED, numbers=numbers, names=NAMES)
    assert table["district"].tolist() == NAMES
    assert list(table.columns) == ["district", "people", "total_exposed", "percent"]


def test_a_number_without_name_is_an_error():
    with pytest.raises(InputError, match="district number 3"):
        by_place(PEOPLE, exposed=EXPOSED, numbers=NUMBERS, names=["A", "B"])
