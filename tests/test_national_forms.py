"""What people write: read whole, checked cell by cell, merged, never written over."""

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sohandbook import forms, national_forms, national_templates, paths
from sohandbook.errors import InputError
from sohandbook.report import Report

DRYLANDIA = paths.countries() / "XDL"
TARGET = {
    "target": "Restore the hills", "year_of_achievement": "2030",
    "level_of_application": "subnational", "ldn_intervention_type": "reverse",
    "achievement_status": "ongoing", "polygon": "hills.geojson",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A country's folder with a polygon of one degree and no forms."""
    made = tmp_path / "forms"
    made.mkdir()
    hills = gpd.GeoDataFrame(geometry=[shapely.box(10, 0, 11, 1)], crs=4326)
    hills.to_file(made / "hills.geojson", driver="GeoJSON")
    return tmp_path


def put(folder: Path, table_id: str, *rows: dict[str, str], sep: str = ",") -> Path:
    frame = pd.DataFrame(rows, dtype=object).reindex(columns=forms.table(table_id).names)
    file = folder / "forms" / f"{table_id}.csv"
    frame.to_csv(file, index=False, sep=sep)
    return file


def test_every_form_of_the_five_objectives_has_content_in_drylandia():
    found = national_forms.read_all(DRYLANDIA)
    assert set(found) == {*national_forms.WRITTEN, "AA.SO2-1.T1"}
    assert set(national_forms.read_narrative(DRYLANDIA)) == set(national_forms.SECTIONS)
    guide = (DRYLANDIA / "forms" / "README.md").read_text(encoding="utf-8")
    assert guide == national_templates.guide()


def test_an_empty_area_is_that_of_the_polygon(folder):
    put(folder, "SO1-VT.T1", TARGET)
    area = national_forms.read_all(folder)["SO1-VT.T1"]["total_target_area"].item()
    assert area == pytest.approx(12309, abs=1)  # a degree square at the equator, WGS 84


def test_files_of_other_spreadsheets(folder):
    """Semicolons between columns, a byte order mark, and quoted text over two lines."""
    file = put(folder, "SO1-VT.T1", TARGET | {"revision_text": "First line\nsecond; line"}, sep=";")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    table = national_forms.read_all(folder)["SO1-VT.T1"]
    assert table["revision_text"].item() == "First line\nsecond; line"
    file.write_bytes("target\nDésert".encode("cp1252"))
    with pytest.raises(InputError, match="Save the file as 'CSV UTF-8'"):
        national_forms.read_all(folder)


WRONG = [
    ("SO1-VT.T1", {"year_of_achievement": "soon"}, "found 'soon'; allowed: a whole number"),
    ("SO1-VT.T1", {"ldn_intervention_type": "undo"}, "allowed: one of: avoid, reduce, reverse"),
    ("SO1-VT.T1", {"polygon": "sea.geojson"}, "allowed: the name of a vector file"),
    ("SO1-VT.T1", {"total_target_area": "50"}, r"the area of hills.geojson: 12\d{3}"),
    ("SO1-VT.T1", {"level_of_application": "national"}, "column polygon: .*no area for a national"),
    ("SO1.IA.T1", {"start_date": "May 2020"}, "found 'May 2020'; allowed: a date like"),
    ("SO1.IA.T1", {"linked_targets": "No such"}, "allowed: nothing: there is no target"),
    ("SO2-VT", {"sdg_ranking": "1; 2; 18"}, "found '1; 2; 18'; allowed: up to 5 goals"),
    ("SO2-VT", {"sdg_ranking": "1;2;3;4;5;6"}, "up to 5 goals"),
    ("SO4-IF", {"section": "synergies", "answer": "yes"}, "found 'synergies'; allowed: one of"),
    ("SO5-IF", {"section": "general comments", "answer": "yes"}, "because the answer is yes"),
    ("AI", {"strategic_objective": "SO9"}, "found 'SO9'; allowed: one or more of SO1"),
    ("AI", {"metadata": "a title"}, "allowed: title; link; author; citation"),
    ("AA", {"definition_choice": "national definition"}, "definition_text: found 'nothing'"),
]


@pytest.mark.parametrize(("table_id", "cells", "message"), WRONG)
def test_a_wrong_cell_is_named(folder, table_id, cells, message):
    put(folder, table_id, (TARGET if table_id == "SO1-VT.T1" else {}) | cells)
    with pytest.raises(InputError) as error:
        national_forms.read_all(folder)
    assert re.search(message, str(error.value)), str(error.value)
    assert f"{table_id}.csv" in error.value.where


def test_wrong_files_are_named(folder):
    file = folder / "forms" / "SO2-VT.csv"
    file.write_text("target,year\nx,2030\n")
    with pytest.raises(InputError, match=r"SO2-VT.csv, line 1.*Put back the columns"):
        national_forms.read_all(folder)
    file.write_text(",".join(forms.table("SO2-VT").names) + "\na, b, c, d, e, f\n")
    with pytest.raises(InputError, match=r"line 2: found '6 cells'.*quotes"):
        national_forms.read_all(folder)
    file.rename(folder / "forms" / "targets.csv")
    with pytest.raises(InputError, match=r"found 'targets'; allowed: SO1-VT\.T1"):
        national_forms.read_all(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SO1: [a, b]", "allowed: a text"),
        ("SO7: words", "found 'SO7'; allowed: general, CP"),
        ("just words", "Name the sections"),
        ("SO1: 'open", "Mend the line"),
    ],
)
def test_a_wrong_narrative_is_named(folder, text, message):
    (folder / "forms" / "narrative.yml").write_text(text)
    with pytest.raises(InputError, match=message):
        national_forms.read_narrative(folder)


def test_templates_are_empty_valid_and_never_written_over(tmp_path):
    written = national_templates.write_templates(tmp_path)
    assert {file.stem for file in written if file.suffix == ".csv"} == set(national_forms.WRITTEN)
    assert national_forms.read_all(tmp_path) == {} == national_forms.read_narrative(tmp_path)
    mine = put(tmp_path, "SO3-VT", {"target": "mine"})
    before = mine.read_bytes()
    (tmp_path / "forms" / "AA.csv").unlink()
    again = national_templates.write_templates(tmp_path)
    assert [file.name for file in again] == ["AA.csv"]
    assert mine.read_bytes() == before


def computed() -> pd.DataFrame:
    return pd.DataFrame(
        {"change_in_indicator": ["decrease"], "comments": ["p = 0.01. To be confirmed."]}
    )


def test_people_complete_a_computed_table(folder):
    assert national_forms.completed("SO2-1.T3", computed(), country_folder=folder).equals(
        computed()
    )
    put(folder, "SO2-1.T3", {"direct_or_indirect_drivers": "Dry years", "comments": "Seen."})
    table = national_forms.completed("SO2-1.T3", computed(), country_folder=folder)
    assert table.iloc[0].tolist() == ["decrease", "Dry years", "Seen. p = 0.01."], (
        "no longer to be confirmed"
    )
    put(folder, "SO2-1.T3", {"change_in_indicator": "stable"})
    table = national_forms.completed("SO2-1.T3", computed(), country_folder=folder)
    assert table.iloc[0].tolist() == ["stable", "", "p = 0.01. To be confirmed."]


def test_rows_are_matched_by_their_name_and_numbers_stay(folder):
    series = pd.DataFrame({"year": [2000, 2001], "rli": [0.9, 0.8], "comments": ["", "low"]})
    series = series.reindex(columns=forms.table("SO4-2.T1").names)
    put(folder, "SO4-2.T1", {"year": "2001", "comments": "Revised."})
    table = national_forms.completed("SO4-2.T1", series, country_folder=folder)
    assert table["comments"].fillna("").tolist()[1] == "Revised. low"
    numbers = [name for name in series if name != "comments"]
    pd.testing.assert_frame_equal(table[numbers], series[numbers])
    put(folder, "SO4-2.T1", {"year": "1999", "comments": "x"})
    with pytest.raises(InputError, match="found '1999'; allowed: 2000, 2001"):
        national_forms.completed("SO4-2.T1", series, country_folder=folder)


def test_a_run_writes_nothing_into_the_country_s_folder(training_data, tmp_path):
    """All forms are read and kept as the chapter does it; no byte that people wrote differs."""
    before = {file: file.read_bytes() for file in DRYLANDIA.rglob("*") if file.is_file()}
    report = Report.open("XDL", output_folder=str(tmp_path))
    for table_id, frame in national_forms.read_all(DRYLANDIA).items():
        report.save_table(table_id, frame)
        pd.testing.assert_frame_equal(report.table(table_id), frame, check_dtype=False)
    assert {file: file.read_bytes() for file in DRYLANDIA.rglob("*") if file.is_file()} == before


def test_a_table_for_the_affected_area_may_have_fewer_rows(folder):
    file = folder / "forms" / "AA.SO2-1.T1.csv"
    file.write_text("year,poverty_headcount\n2005,41.2\n2019,30.5\n", encoding="utf-8")
    table = national_forms.read_all(folder)["AA.SO2-1.T1"].set_index("year")["poverty_headcount"]
    assert len(table) == 24 and table.dropna().to_dict() == {2005: 41.2, 2019: 30.5}
    file.write_text("year,poverty_headcount\n2005,41.2\n1999,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"column year.*1999"):
        national_forms.read_all(folder)


def test_of_a_table_counted_from_maps_people_write_the_words_only(folder):
    """With polygons the file completes the counted table; without them it is the table."""
    name = "AA.CP-1.T1"
    put(
        folder, name,
        {"year": "2023", "total_land_area": "12", "water_bodies_area": "0.5",
         "total_country_area": "12.5", "comments": "Seen in the field."},
    )  # fmt: skip
    whole = national_forms.read_all(folder)[name]
    assert whole["total_land_area"].tolist()[-1] == 12 and len(whole) == 4
    again = national_forms.completed(name, whole, country_folder=folder)
    pd.testing.assert_frame_equal(again, whole)
    assert not national_forms.read_all(folder, computed=national_forms.MIRRORED_FROM_MAPS)
    counted = whole.assign(total_land_area=7.0, comments="")
    completed = national_forms.completed(name, counted, country_folder=folder)
    assert completed["total_land_area"].tolist() == [7, 7, 7, 7]
    assert completed["comments"].tolist() == ["", "", "", "Seen in the field."]
