"""The command line answers at once, says what is wrong without a traceback, and its code tells."""

import json
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

import handbook_folder
from handbook_folder import SAVE, Handbook
from sohandbook import book, cli, forms

COMMANDS = ["run", "check", "book", "new", "training", "compare", "status"]


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    return handbook_folder.use(tmp_path, monkeypatch)


def call(*arguments: str):
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command):
    answer = call(command, "--help")
    assert answer.exit_code == 0
    assert f"Example: sohandbook {command}" in answer.output


def test_help_imports_no_large_library():
    program = (
        "import sys; from sohandbook import cli\n"
        "large = {'numpy', 'pandas', 'xarray', 'pydantic', 'papermill', 'geopandas'}\n"
        "print(sorted(large & set(sys.modules)))"
    )
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
    assert time.monotonic() - start < 5


def test_run_and_status(handbook):
    handbook.add_chapter("one", SAVE, '(tables / "one.csv").write_text("1")')
    handbook.add_chapter("two", "import sys", "print('careful', file=sys.stderr)", "1 / 0")
    handbook.add_chapter("six", "1", datasets=["rain"])
    answer = call("run", "XTT")
    assert answer.exit_code == 1, answer.output
    assert "1/3 one      One: done in" in answer.output
    assert "2/3 two      Two: failed" in answer.output
    assert "cell 4, '1 / 0': ZeroDivisionError: division by zero" in answer.output
    assert "not possible: no dataset rain in country.yml" in answer.output
    assert str(handbook.output / "failed") in answer.output
    again = call("run", "XTT", "--only", "one")
    assert again.exit_code == 0
    assert "One: up to date" in again.output
    table = call("status").output
    assert all(word in table for word in ("XTT", "1 done", "1 failed: two", "1 no data: six"))


def test_status_of_many_chapters_fits_a_narrow_window(handbook, monkeypatch):
    monkeypatch.setattr("sohandbook.cli.results.console.width", 80)
    for number in range(23):
        handbook.add_chapter(f"so{number}", "1")
    assert call("run", "XTT", "--only", "so22").exit_code == 0
    table = call("status").output
    assert all(f"so{number}" in table for number in range(22))
    assert "1 done" in table


def test_wrong_input_is_one_plain_message(handbook):
    handbook.add_chapter("one", "1")
    answer = call("run", "XTT", "--only", "so9-9")
    assert answer.exit_code == 2
    assert "found:   so9-9" in answer.stderr
    assert "allowed: one" in answer.stderr
    assert "Traceback" not in answer.output
    assert not handbook.output.exists()


def test_check_says_what_is_possible(handbook):
    handbook.add_dataset("rain")
    handbook.add_chapter("one", "1", datasets=["rain"])
    handbook.add_chapter("two", "1", datasets=["people"])
    answer = call("check", "XTT")
    assert answer.exit_code == 0
    assert "rain: 1 file\n" in answer.output
    assert "two is not possible: no dataset people" in answer.output
    assert not handbook.output.exists()


def test_check_looks_at_the_tables_that_were_written(handbook):
    handbook.add_chapter("one", "1", tables=["CP-1.T1"])
    assert "No tables yet: run 'sohandbook run XTT'" in call("check", "XTT").output
    areas = forms.empty("CP-1.T1").assign(
        total_land_area=90.0, water_bodies_area=10.0, total_country_area=100.0
    )
    folder = handbook.output / "tables"
    forms.write("CP-1.T1", areas, folder=folder)
    right = call("check", "XTT")
    assert right.exit_code == 0, right.output
    assert "1 tables," in right.output and " 0 failed;" in right.output
    forms.write("CP-1.T1", areas.assign(water_bodies_area=11.0), folder=folder)
    wrong = call("check", "XTT")
    assert wrong.exit_code == 1
    assert "CP-1.T1.sum" in wrong.output and "one" in wrong.output
    assert "The platform would refuse this: 1 failed." in wrong.output
    # a warning alone is no reason to refuse
    people = forms.empty("CP-1.T2").assign(
        population_female=1.0, population_male=1.0, population_total=3.0
    )
    forms.write("CP-1.T1", areas, folder=folder)
    forms.write("CP-1.T2", people, folder=folder)
    answer = call("check", "XTT", "--output", str(handbook.output))
    assert answer.exit_code == 0, answer.output
    assert "warning" in answer.output and "CP-1.T2.sum" in answer.output
    (folder / "CP-1.T1.csv").write_text("year,surface\n2000,1\n")
    assert call("check", "XTT").exit_code == 2


def test_book_prints_the_page_to_open(handbook, monkeypatch):
    page = handbook.root / "build" / "site" / "index.html"
    monkeypatch.setattr(
        book, "build", lambda iso3s, language: page if iso3s == ["XTT", "XUU"] else None
    )
    answer = call("book", "XTT", "XUU")
    assert answer.output == f"Open {page}\n"

    def fail(iso3s, language):
        raise book.BookError("XTT: a page is broken")

    monkeypatch.setattr(book, "build", fail)
    answer = call("book", "XTT")
    assert answer.exit_code == 1
    assert answer.stderr == "XTT: a page is broken\n"


def test_status_of_an_empty_handbook(handbook):
    handbook.add_chapter("one", "1")
    answer = call("status")
    assert answer.exit_code == 0
    assert "never" in answer.output
    handbook.output.mkdir(parents=True)
    (handbook.output / "manifest.json").write_text(json.dumps({"format": 1})[:-1])
    answer = call("status")
    assert answer.exit_code == 2
    assert "Remove the file and run again" in answer.stderr
