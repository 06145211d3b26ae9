"""The whole export: complete, repeatable, stopped by errors, frank about what is not settled."""

import hashlib
import json

import openpyxl
import pandas as pd
import pystac
import pytest

from sohandbook import export, forms
from sohandbook.errors import InputError
from sohandbook.export import results as results_module
from sohandbook.export import workbook
from sohandbook.export.results import Results


def contents(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def break_a_table(output):
    """More degraded land than land."""
    frame = forms.read("SO1-4.T2", folder=output / "tables").assign(degraded_area=1e6)
    forms.write("SO1-4.T2", frame, folder=output / "tables")


def test_all_files_are_there_and_the_same_each_time(toy):
    country, output = toy
    files = export.everything(country, output)
    assert all(file.is_file() for file in files)
    assert {file.name for file in files if file.parent.name == "report"} == {
        "XTT_report.xlsx", "XTT_land_condition_summary.json", "XTT_drought_summary.json",
        "XTT_sdg_series_sdmx_1.0.csv", "XTT_sdg_series_sdmx_2.0.csv", "checks_at_export.csv",
        "licences.csv", "CITATION.cff",
    }  # fmt: skip
    assert {file.stem for file in files if file.parent.name == "tables"} == {
        path.stem for path in (output / "tables").glob("*.csv")
    }
    first = contents(output / "report")
    export.everything(country, output)
    assert contents(output / "report") == first


def test_every_unverified_rule_is_named_wherever_its_results_go(toy):
    country, output = toy
    results = Results.read(country, output)
    expected = {
        table_id: ids for table_id in results.tables if (ids := results.unverified(table_id))
    }
    assert {"SO1-4.T2", "SO3-1.T1", "SO3-3.T1"} <= set(expected)
    export.everything(country, output)
    report = output / "report"
    book = openpyxl.load_workbook(report / "XTT_report.xlsx")
    notes = [row[0].value for row in book["Notes"].iter_rows()]
    for table_id, ids in expected.items():
        form = forms.table(table_id).form
        texts = [cell.value for row in book[form].iter_rows() for cell in row]
        title = texts.index(f"{table_id}  {forms.table(table_id).title}")
        near = " ".join(str(text) for text in texts[title : title + 40] if text)
        for rule in ids:
            assert rule in notes
            assert rule in near, f"{rule} at {table_id}"
    for name, table_ids in {"land_condition": ["SO1-4.T2"],
                            "drought": ["SO3-1.T1", "SO3-2.T1", "SO3-3.T1"]}.items():  # fmt: skip
        title = json.loads((report / f"XTT_{name}_summary.json").read_text())["metadata"]["title"]
        for table_id in table_ids:
            assert all(rule in title for rule in expected.get(table_id, []))
    series = pd.read_csv(report / "XTT_sdg_series_sdmx_2.0.csv")
    for detail, comment in zip(series["SOURCE_DETAIL"], series["COMMENT_OBS"], strict=True):
        table_id = detail.rsplit(" ", 1)[1]
        for rule in [*expected.get(table_id, []), "sdmx_version", "sdmx_codes"]:
            assert rule in comment
    catalogue = pystac.Collection.from_file(str(report / "stac" / "collection.json"))
    assert "land_condition" not in catalogue.description, "no such map here"
    status = catalogue.get_item("land_degradation_status_2023")
    assert set(expected["SO1-4.T2"]) <= set(status.properties["unccd:unverified_rules"])
    checks = pd.read_csv(report / "checks_at_export.csv").set_index("id")
    for rule in {rule for ids in expected.values() for rule in ids}:
        assert pd.isna(checks.loc[f"guidance {rule}", "passed"])


def test_an_error_stops_the_export(toy):
    country, output = toy
    export.everything(country, output)
    before = contents(output / "report")
    break_a_table(output)
    with pytest.raises(InputError, match=r"SO1-4\.T2") as error:
        export.everything(country, output)
    assert "--draft" in error.value.remedy
    after = contents(output / "report")
    assert {name for name in after if after[name] != before.get(name)} == {"checks_at_export.csv"}
    checks = pd.read_csv(output / "report" / "checks_at_export.csv")
    assert (checks["passed"].astype(str) == "False").any()


def test_a_draft_says_so_in_every_file(toy):
    country, output = toy
    break_a_table(output)
    export.everything(country, output, draft=True)
    report = output / "report"
    cell = openpyxl.load_workbook(report / "XTT_report.xlsx")["Report"]["A4"]
    assert cell.value.startswith("DRAFT: ") and "not for submission" in cell.value
    for name in ("land_condition", "drought"):
        title = json.loads((report / f"XTT_{name}_summary.json").read_text())["metadata"]["title"]
        assert title.startswith("DRAFT Toy & land")
    for version in ("1.0", "2.0"):
        series = pd.read_csv(report / f"XTT_sdg_series_sdmx_{version}.csv")
        assert series["COMMENT_OBS"].str.startswith("DRAFT").all()
    catalogue = pystac.Collection.from_file(str(report / "stac" / "collection.json"))
    assert catalogue.title.startswith("DRAFT")
    assert all(item.properties["title"].startswith("DRAFT") for item in catalogue.get_items())
    assert "DRAFT" in (report / "CITATION.cff").read_text()


def test_what_is_no_longer_made_is_removed(toy):
    country, output = toy
    export.everything(country, output)
    (output / "report" / "letter.txt").write_text("of the team")
    (output / "tables" / "SO3-1.T1.csv").unlink()
    (output / "maps" / "land_mask_2015.tif").unlink()
    (output / "maps" / "land_degradation_assessment_reporting.tif").unlink()
    export.everything(country, output)
    names = set(contents(output / "report"))
    assert not {name for name in names if "drought" in name or "condition" in name}
    assert "tables/SO3-1.T1.csv" not in names
    assert not any("land_mask_2015" in name for name in names)
    assert "letter.txt" in names, "what others put there stays"


def test_a_failure_leaves_the_earlier_report(toy, monkeypatch):
    country, output = toy
    export.everything(country, output)
    before = contents(output / "report")

    def fail(results):
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(workbook, "to_bytes", fail)
    with pytest.raises(RuntimeError):
        export.everything(country, output)
    assert contents(output / "report") == before


def test_what_a_killed_export_left_is_swept_away(toy):
    country, output = toy
    left = output / "report" / ".export-1"
    left.mkdir(parents=True)
    (left / "half.xlsx").write_text("half")
    export.everything(country, output)
    assert not list((output / "report").glob(".*"))


def test_a_country_without_results(toy, tmp_path):
    with pytest.raises(InputError, match="sohandbook run XTT"):
        export.everything(toy[0], tmp_path / "nothing")


def test_a_table_that_was_edited_is_known(toy):
    country, output = toy
    assert not Results.read(country, output).edited("tables/SO2-2.T1.csv")
    frame = forms.read("SO2-2.T1", folder=output / "tables").assign(rural=21.0)
    forms.write("SO2-2.T1", frame, folder=output / "tables")
    results = Results.read(country, output)
    assert results.edited("tables/SO2-2.T1.csv")
    assert not results.edited("tables/SO4-3.T1.csv")


def test_a_fictional_country_says_so(toy):
    country, output = toy
    results = Results.read(country.model_copy(update={"fictional": True}), output)
    assert results_module.FICTIONAL in results.title("x")


def test_tables_that_an_earlier_run_left_are_named(toy):
    country, output = toy
    assert Results.read(country, output).outdated == ()
    manifest = json.loads((output / "manifest.json").read_text())
    del manifest["chapters"]["so3-1"]["outputs"]["tables/SO3-1.T1.csv"]
    (output / "manifest.json").write_text(json.dumps(manifest))
    export.everything(country, output)
    title = json.loads((output / "report" / "XTT_drought_summary.json").read_text())["metadata"]
    assert "Not of the last run: SO3-1.T1" in title["title"]
    front = openpyxl.load_workbook(output / "report" / "XTT_report.xlsx")["Report"]
    rows = {row[0].value: row[3].value for row in front.iter_rows()}
    assert rows["SO3-1.T1"] == "an earlier run" and rows["SO4-3.T1"] == "chapter so4-3"
