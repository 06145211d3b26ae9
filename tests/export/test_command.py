"""``sohandbook export``: what it prints, and its exit codes."""

import pytest
from typer.testing import CliRunner

from sohandbook import forms
from sohandbook.cli import app


@pytest.fixture
def export(toy):
    country, output = toy

    def run(*options):
        folders = ["--folder", str(country.folder), "--output", str(output)]
        return CliRunner().invoke(app, ["export", country.iso3, *folders, *options])

    return run


def test_it_lists_the_files(export):
    result = export()
    assert result.exit_code == 0
    assert "XTT_report.xlsx" in result.output and "collection.json" in result.output
    assert "DRAFT" not in result.output


def test_an_error_stops_it_and_a_draft_is_loud(export, toy):
    folder = toy[1] / "tables"
    frame = forms.read("SO1-4.T2", folder=folder).assign(degraded_area=1e6)
    forms.write("SO1-4.T2", frame, folder=folder)
    stopped = export()
    assert stopped.exit_code == 2
    assert "SO1-4.T2" in stopped.output and "--draft" in stopped.output
    assert not (toy[1] / "report" / "XTT_report.xlsx").exists()
    draft = export("--draft")
    assert draft.exit_code == 0
    assert "DRAFT: not for submission" in draft.output
