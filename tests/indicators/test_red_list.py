"""The Red List Index: the formula, genuine changes, and sets without a value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohandbook.errors import InputError
from sohandbook.indicators import red_list


def table(*rows: tuple) -> pd.DataFrame:
    columns = ["species", "year", "category", "genuine"]
    return pd.DataFrame([(*row, True)[:4] for row in rows], columns=columns)


# Input of the worked example: documentation of the R package "red", rli.Rd.
WORKED = table(
    *zip("abcde", [2000] * 5, ["LC", "EN", "EX", "LC", "DD"], strict=True),
    *zip("abcde", [2010] * 5, ["LC", "EN", "EX", "CR", "DD"], strict=True),
)


def test_worked_example_of_the_r_package():
    result = red_list.index(WORKED, extinct_at_start="count")
    assert result["red_list_index"].tolist() == pytest.approx([0.6, 0.4])
    assert result["species"].tolist() == [4, 4]
    assert result["data_deficient"].tolist() == [1, 1]


def test_species_extinct_before_the_first_year_are_left_out():
    result = red_list.index(WORKED)
    assert result["red_list_index"].tolist() == pytest.approx([1 - 3 / 15, 1 - 7 / 15])


def test_a_species_lost_later_counts():
    result = red_list.index(table(("a", 2000, "CR"), ("a", 2010, "EX"), ("b", 2000, "LC")))
    assert result["red_list_index"].tolist() == pytest.approx([0.6, 0.5])


def test_a_category_holds_until_the_next_assessment_and_before_the_first():
    result = red_list.index(table(("a", 2005, "VU"), ("a", 2010, "CR")), years=range(2003, 2012, 2))
    assert result["red_list_index"].tolist() == pytest.approx([0.6, 0.6, 0.6, 0.6, 0.2])


def test_only_data_deficient_species_have_no_index():
    result = red_list.index(table(("a", 2000, "DD"), ("b", 2000, "NE")))
    assert np.isnan(result.loc[0, "red_list_index"])
    assert result.loc[0, "data_deficient"] == 2


def test_new_knowledge_moves_no_index_but_genuine_change_does():
    assessments = table(
        ("known better", 2000, "LC", True),
        ("known better", 2010, "EN", False),
        ("really worse", 2000, "LC", True),
        ("really worse", 2010, "EN", True),
    )
    result = red_list.index(red_list.back_cast(assessments))
    assert result["red_list_index"].tolist() == pytest.approx([1 - 3 / 10, 1 - 6 / 10])


def test_back_cast_reaches_through_several_assessments():
    assessments = table(
        ("a", 1990, "LC", True),
        ("a", 2000, "NT", True),
        ("a", 2010, "DD", False),
        ("a", 2020, "VU", False),
    )
    assert red_list.back_cast(assessments)["category"].tolist() == ["LC", "VU", "VU", "VU"]


def test_back_cast_does_not_mix_species():
    assessments = table(("a", 2000, "LC", True), ("b", 2000, "EX", False))
    assert red_list.back_cast(assessments)["category"].tolist() == ["LC", "EX"]


def test_unknown_category_is_named():
    with pytest.raises(InputError, match=r"a in 2000.*'endangered'.*LC, NT"):
        red_list.index(table(("a", 2000, "endangered")))


def test_two_categories_in_a_year_are_an_error():
    with pytest.raises(InputError, match="two categories in 2000"):
        red_list.back_cast(table(("a", 2000, "LC"), ("a", 2000, "NT")))


@given(st.lists(st.sampled_from(sorted(red_list.WEIGHTS)), min_size=1, max_size=12))
def test_index_is_one_minus_mean_weight(categories):
    rows = [(f"species {number}", 2000, category) for number, category in enumerate(categories)]
    (value,) = red_list.index(table(*rows), extinct_at_start="count")["red_list_index"]
    assert value == pytest.approx(1 - np.mean([red_list.WEIGHTS[c] for c in categories]) / 5)
    assert 0 <= value <= 1


def test_table_keeps_both_bounds_and_gaps():
    series = pd.DataFrame({"year": [2000, 2002], "value": [0.9, 0.8], "lower": [0.88, np.nan]})
    series["upper"] = [0.92, np.nan]
    rows = red_list.table(series, years=[2000, 2001, 2002])
    assert rows["red_list_index"].tolist() == pytest.approx([0.9, np.nan, 0.8], nan_ok=True)
    assert rows["lower_upper_bound"].tolist() == ["0.88 to 0.92", "", ""]


def test_table_without_bounds_and_out_of_range():
    rows = red_list.table(pd.DataFrame({"year": [2000], "value": [0.9]}), years=[2000])
    assert rows.loc[0, "lower_upper_bound"] == ""
    with pytest.raises(InputError, match="red_list_index, year 2000"):
        red_list.table(pd.DataFrame({"year": [2000], "value": [90.0]}))
