"""Every benchmark still runs, on tiny maps, and its claims hold loosely."""

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from sohandbook import chapters, early_checks
from sohandbook.country import Country

FOLDER = Path(__file__).parents[1] / "benchmarks"
COLUMNS = {"work", "implementation", "seconds", "megapixels_per_second", "ratio", "note"}


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def ratios(name, **arguments):
    rows = load(name).run(**arguments)
    for row in rows:
        assert row.keys() == COLUMNS
        assert row["seconds"] > 0
        assert row["megapixels_per_second"] > 0
    assert len({row["work"] for row in rows}) == 1
    return {row["implementation"]: row["ratio"] for row in rows}


def test_every_benchmark_is_run_by_make_bench():
    # A batch takes minutes and two cores, controls need a finished country: own commands.
    files = {file.stem for file in FOLDER.glob("*.py")} - {"__main__", "batch_scale", "controls"}
    assert set(load("__main__").BENCHMARKS) == files


def test_the_runner_takes_countries_of_a_few_chapters(tmp_path, monkeypatch):
    shutil.copytree(FOLDER.parent / "data" / "countries" / "XDL", tmp_path / "countries" / "XDL")
    handbook = load("batch_scale").keep_only(["cp", "so1-1", "so3-1", "so4-2"], tmp_path)
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(handbook))
    monkeypatch.setenv("SOHANDBOOK_COUNTRIES", str(tmp_path / "countries"))
    country = Country.load("XDL")
    assert not list(early_checks.of_names(country, chapters.read()))
    assert {"land_cover", "vegetation_index", "precipitation"} <= country.datasets.keys()
    assert "climate_zones" not in country.datasets


def test_the_trend_is_far_faster_than_cell_by_cell():
    found = ratios("trend", size=120, repeat=1)
    assert found["rows of cells"] == 1
    assert found["pymannkendall"] > 100


def test_one_pass_is_no_slower_than_many():
    found = ratios("status_and_area", size=600, repeat=2)
    assert found["plain functions"] > 1
    assert found["a temporary per class"] > 1


def test_areas_of_all_ways_agree():
    found = ratios("area_by_class", size=400, repeat=1)
    assert set(found) == {"sohandbook.tables", "numpy bincount", "exactextract"}


def test_the_drought_index_is_faster_than_its_peers():
    found = ratios("drought_index", cells=2700, repeat=1)
    assert found["climate-indices"] > 1
    assert found["xclim"] > 3


def test_all_of_so1_runs_from_files_to_files(tmp_path):
    chain = load("so1_chain")
    files = chain.Files(tmp_path, 96)
    chain.make_up_country(files)
    found = chain.work_alone(tmp_path, 96, 1)
    assert 0.3 < found["judged"] <= 1
    assert len(list(tmp_path.glob("result_*.tif"))) == 4


def test_numbers_are_kept_with_three_figures():
    row = load("__main__").rounded({"seconds": 0.0123456, "ratio": 1234.5, "note": "x"})
    assert row == {"seconds": "0.0123", "ratio": "1230", "note": "x"}
    assert np.isfinite(float(row["ratio"]))


@pytest.mark.parametrize("name", ["date", "machine", "cores", "load", "versions"])
def test_the_machine_is_named(name):
    assert str(load("__main__").machine()[name])
