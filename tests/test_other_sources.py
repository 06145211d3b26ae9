"""A chapter from two sources, side by side."""

import pandas as pd
import pytest
from typer.testing import CliRunner

import handbook_folder
from handbook_folder import SAVE, Handbook
from sohandbook import other_sources
from sohandbook.cli import app
from sohandbook.country import Country
from sohandbook.errors import InputError

# A toy chapter: the mean of whatever file stands for the dataset 'rain'.
READ = """from sohandbook.country import Country
from sohandbook import input_files
country = Country.load(iso3, folder=country_folder or None)
(file,) = input_files.find(country.datasets["rain"], name="rain", country=country)
mean = float(file.read_text())
(tables / "SO3-1.T1.csv").write_text(f"year,mean,kind\\n2000,{mean},x\\n2001,1.5,y\\n")"""


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    handbook = handbook_folder.use(tmp_path, monkeypatch)
    handbook.add_dataset("rain", content="10")
    handbook.add_chapter("one", SAVE, READ, datasets=["rain"], tables=["SO3-1.T1"])
    return handbook


def test_two_sources_side_by_side(handbook):
    handbook.add_dataset("gauges", content="12", instead_of="rain")
    found, file = other_sources.compare("XTT", "one")
    assert found.to_dict("records") == [
        {"table": "SO3-1.T1", "row": "2000", "column": "mean", "rain": 10.0, "gauges": 12.0},
        {"table": "SO3-1.T1", "row": "2001", "column": "mean", "rain": 1.5, "gauges": 1.5},
    ]
    pd.testing.assert_frame_equal(pd.read_csv(file, dtype={"row": str}), found)
    answer = CliRunner().invoke(app, ["sources", "XTT", "one"])  # all is up to date by now
    assert answer.exit_code == 0, answer.output
    assert "2 numbers, 1 of them not the same." in answer.output and "12" in answer.output
    # what other chapters read stays as it was
    assert "2000,10.0,x" in (handbook.output / "tables" / "SO3-1.T1.csv").read_text()


def test_says_what_to_list(handbook):
    answer = CliRunner().invoke(app, ["sources", "XTT", "one"])
    assert answer.exit_code == 2
    assert "no other source of rain" in answer.stderr
    assert "instead_of: precipitation" in answer.stderr


def test_another_source_of_nothing_is_refused(handbook):
    handbook.add_dataset("gauges", content="12", instead_of="rian")
    with pytest.raises(InputError, match=r"gauges.instead_of: found 'rian'; allowed: rain"):
        Country.load("XTT")
