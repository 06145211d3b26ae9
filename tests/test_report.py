"""A report keeps what the runner makes, and keeps trials apart from it."""

import pandas as pd
import pytest

from sohandbook import paths
from sohandbook.report import Report

FRAME = pd.DataFrame({"year": [2000, 2001], "gini": [40.0, 41.0]})


@pytest.fixture
def outputs(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "outputs", lambda: tmp_path)
    monkeypatch.delenv("SOHANDBOOK_STAGING", raising=False)
    return tmp_path


def test_what_a_person_runs_never_changes_the_results(outputs):
    file = outputs / "XDL" / "tables" / "SO1-1.T7.csv"
    file.parent.mkdir(parents=True)
    file.write_text("of the runner")
    report = Report.open("XDL")
    report.save_report("SO1-1.T7", FRAME)
    assert (outputs / "by-hand" / "XDL" / "report" / "SO1-1.T7.csv").is_file()
    assert file.read_text() == "of the runner" and report.output_folder == outputs / "XDL"
    assert report.has_table("SO1-1.T7"), "earlier chapters stand in the results"
    assert not (outputs / "XDL" / "report").exists()


def test_a_named_folder_takes_the_results(outputs):
    report = Report.open("XDL", output_folder=str(outputs / "mine"))
    assert report.staging_folder == report.output_folder == outputs / "mine"


def test_the_runner_names_where_a_chapter_writes(outputs, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STAGING", str(outputs / "staging"))
    report = Report.open("XDL")
    assert (report.staging_folder, report.output_folder) == (
        outputs / "staging", outputs / "XDL",
    )  # fmt: skip
