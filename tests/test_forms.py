"""The reporting tables: every definition can be read, and every wrong table is refused in words."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes, forms
from sohandbook.errors import InputError

CLASSES = ["tree_covered", "grassland", "cropland", "wetland", "artificial", "other_land", "water"]
WITH_ROWS = [name for name in forms.ids() if forms.table(name).columns and forms.table(name).rows]


def degraded() -> pd.DataFrame:
    """Test vector DV01 of the digest of the manual: 1000 km2 of land, 150 and 180 degraded."""
    return pd.DataFrame(
        {
            "assessment": ["baseline (2015)", "2019", "2023"],
            "degraded_area": [150.0, 160.0, 180.0],
            "sdg_15_3_1": [15.0, 16.0, 18.0],
            "change_in_degraded_area": [0.0, 10.0, 30.0],
        }
    )


@pytest.mark.parametrize("table_id", forms.ids())
def test_every_table_is_defined(table_id):
    definition = forms.table(table_id)
    assert definition.id == table_id and definition.title
    assert len(set(definition.names)) == len(definition.names)
    if definition.columns and definition.rows:
        assert definition.columns[0].entry == "key", "a fixed row says first what it is"
    for column in definition.columns:
        assert column.evidence[0] in "MFPTXI"
        assert column.unit or column.type not in ("float",)
        if column.part:
            assert column.part in definition.names
        if column.whole:
            other, name = column.whole.rsplit(".", 1)
            assert forms.table(other).column(name)


@pytest.mark.parametrize("table_id", WITH_ROWS)
def test_an_empty_table_is_valid_and_comes_back(table_id, tmp_path):
    frame = forms.empty(table_id)
    assert frame[forms.table(table_id).key].tolist() == list(forms.table(table_id).rows)
    checked = forms.validate(table_id, frame)
    forms.write(table_id, checked, folder=tmp_path)
    pd.testing.assert_frame_equal(forms.read(table_id, folder=tmp_path), checked)


def test_columns_that_stand_for_several_are_spelt_out():
    assert forms.table("SO1-1.T4").names == ["year", *CLASSES, "no_data"]
    change = forms.table("SO1-1.T5")
    assert change.names == ["class_at_start", *CLASSES, "no_data", "row_total", "net_area_change"]
    assert change.rows == (*CLASSES, "no_data")
    assert forms.table("SO1-4.T1").rows == ("degraded", "stable", "improved", "no_data")


def test_a_national_legend_takes_the_place_of_the_seven_classes(tmp_path):
    labels = {1: "Dry forest", 2: "Steppe", 3: "Oasis"}
    system = classes.national_system(
        classes.Legend("own", "Own", "us", 0, labels, unccd={1: 1, 2: 2, 3: 3})
    )
    legend = ["dry_forest", "steppe", "oasis"]
    definition = forms.table("SO1-1.T5", system=system)
    assert definition.rows == (*legend, "no_data")
    frame = forms.empty("SO1-1.T4", system=system)
    assert list(frame.columns) == ["year", *legend, "no_data"]
    frame[legend] = 1.5
    forms.write("SO1-1.T4", forms.validate("SO1-1.T4", frame, system=system), folder=tmp_path)
    assert forms.read("SO1-1.T4", folder=tmp_path)["oasis"].tolist() == [1.5] * 5
    with pytest.raises(InputError, match="Add tree_covered"):
        forms.validate("SO1-1.T4", frame)


def test_a_layout_is_shared():
    first, second = forms.table("SO1-2.T1"), forms.table("SO1-2.T2")
    assert first.columns == second.columns and first.rows == second.rows
    assert forms.table("SO3-2.T3").names == forms.table("SO3-2.T1").names


def test_units_and_wholes_are_at_hand():
    definition = forms.table("SO1-4.T2")
    assert definition.units["degraded_area"] == "km2"
    assert definition.denominators == {"sdg_15_3_1": "total land area"}
    assert forms.table("SO1-1.T7").denominators["percent_baseline"] == "total country area"


def test_other_years_can_be_asked_for():
    frame = forms.empty("CP-1.T1", rows=[2001, 2015])
    assert frame["year"].tolist() == [2001, 2015]
    with pytest.raises(InputError, match=r"rows \(year\): found \[2001, 2015\]"):
        forms.validate("CP-1.T1", frame)
    with pytest.raises(InputError, match=r"column year, line 2: found '2000\.5'"):
        forms.validate("CP-1.T1", frame.assign(year=["2000.5", "2015"]), rows=[2001, 2015])
    with pytest.raises(InputError, match="column year, line 3: found ''"):
        forms.validate("CP-1.T1", frame.assign(year=["2000", ""]), rows=[2001, 2015])


def test_a_right_table_passes_and_people_s_columns_may_wait():
    assert forms.validate("SO1-4.T2", degraded())["sdg_15_3_1"].tolist() == [15, 16, 18]
    areas = forms.empty("CP-1.T1").drop(columns="comments")
    assert forms.validate("CP-1.T1", areas)["comments"].tolist() == [""] * 4


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("degraded_area", -1.0, r"column degraded_area, row 2019: found -1.0; allowed: 0 or more"),
        ("degraded_area", np.inf, "row 2019: found inf"),
        ("sdg_15_3_1", 100.1, r"found 100.1; allowed: 0 to 100 \(% of total LAND area\)"),
        ("degraded_area", "1,5", r"line 3: found '1,5'; allowed: digits"),
        ("assessment", "2020", r"rows \(assessment\)"),
    ],
)
def test_a_wrong_cell_is_named(column, value, message):
    frame = degraded().astype({column: object})
    frame.loc[1, column] = value
    with pytest.raises(InputError, match=message):
        forms.validate("SO1-4.T2", frame)


def test_a_change_may_be_negative():
    frame = degraded()
    frame.loc[2, "change_in_degraded_area"] = -5.0
    forms.validate("SO1-4.T2", frame)


def test_wrong_columns_are_named():
    with pytest.raises(InputError, match="Add degraded_area"):
        forms.validate("SO1-4.T2", degraded().drop(columns="degraded_area"))
    with pytest.raises(InputError, match="Remove colour"):
        forms.validate("SO1-4.T2", degraded().assign(colour="red"))
    with pytest.raises(InputError, match="in this order"):
        forms.validate("SO1-4.T2", degraded().iloc[:, ::-1])
    with pytest.raises(InputError, match=r"allowed: CP-1\.T1"):
        forms.table("SO9-9.T9")
    with pytest.raises(InputError, match="on the platform"):
        forms.validate("SO4-1", degraded())


def test_drop_downs_and_matrices():
    signs = pd.DataFrame("0", index=range(7), columns=CLASSES)
    signs.insert(0, "class_at_start", CLASSES)
    assert len(forms.validate("SO1-1.T3", signs)) == 7
    north, south = signs.assign(region_name="North"), signs.assign(region_name="South")
    assert len(forms.validate("SO1-1.T3", pd.concat([north, south]))) == 14
    with pytest.raises(InputError, match="region_name South"):
        forms.validate("SO1-1.T3", pd.concat([north, south.iloc[1:]]))
    signs.loc[3, "cropland"] = "x"
    with pytest.raises(InputError, match=r"row wetland: found 'x'; allowed: \+, -, 0"):
        forms.validate("SO1-1.T3", signs)


def test_text_that_looks_like_nothing_or_a_number_survives(tmp_path):
    frame = forms.empty("CP-1.T1", rows=[2000, 2015])
    frame["comments"] = ["NA", '007, "quoted"\nand more']
    forms.write("CP-1.T1", frame, folder=tmp_path)
    pd.testing.assert_frame_equal(forms.read("CP-1.T1", folder=tmp_path), frame)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1e300) | st.just(np.nan), min_size=4, max_size=4))
def test_numbers_come_back_to_the_last_bit(numbers):
    from tempfile import TemporaryDirectory

    frame = forms.empty("CP-1.T1")
    frame["total_land_area"] = numbers
    with TemporaryDirectory() as folder:
        forms.write("CP-1.T1", frame, folder=folder)
        back = forms.read("CP-1.T1", folder=folder)["total_land_area"]
    np.testing.assert_array_equal(back, np.array(numbers))


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    file = forms.write("SO1-4.T2", degraded(), folder=tmp_path)
    before = file.read_text()

    def broken(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_csv", broken)
    with pytest.raises(OSError, match="disk full"):
        forms.write("SO1-4.T2", degraded() * 2, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["SO1-4.T2.csv"]
    assert file.read_text() == before


def test_a_file_edited_by_hand_is_read_with_care(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        forms.read("SO1-4.T2", folder=tmp_path)
    file = forms.write("SO1-4.T2", degraded(), folder=tmp_path)
    file.write_text(file.read_text().replace("160.0", "n/a"))
    with pytest.raises(InputError, match=r"degraded_area, line 3: found 'n/a'"):
        forms.read("SO1-4.T2", folder=tmp_path)
