"""Assaba, Mauritania, through the same runner and chapters as any country."""

from pathlib import Path

import numpy as np
import pytest

from sohandbook import checks, classes, forms
from sohandbook.country import Country
from sohandbook.report import Report
from training_run import Run


@pytest.fixture(scope="module")
def folder(realdata, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("assaba")
    text = (Path(__file__).parent / "assaba.yml").read_text(encoding="utf-8")
    (folder / "country.yml").write_text(text.replace("{realdata}", realdata.as_posix()))
    return folder


@pytest.fixture(scope="module")
def run(folder) -> Run:
    return Run("XAS", folder / "outputs", folder=folder)


@pytest.fixture(scope="module")
def report(folder, run) -> Report:
    return Report.open("XAS", country_folder=str(folder), output_folder=str(run.output))


def table(run, table_id):
    return forms.read(table_id, folder=run.output / "tables")


def test_chapters_with_data_are_done_and_the_others_say_what_is_missing(run):
    results = {chapter_id: outcome.result for chapter_id, outcome in run.outcomes.items()}
    assert "failed" not in results.values(), {
        chapter_id: outcome.reason for chapter_id, outcome in run.outcomes.items()
    }
    for chapter_id in ("cp", "so1-1", "so1-2", "so1-3", "so1-4", "so2-3"):
        assert results[chapter_id] == "done", chapter_id
    assert results["so3-1"] == "no data"
    assert "no dataset precipitation" in run.outcomes["so3-1"].reason


def test_the_grid_is_the_satellites_own(report):
    assert int(report.grid.sum()) == 168_212
    assert "sinusoidal" in report.grid.rio.crs.to_wkt().lower()


def test_the_area_is_that_of_the_boundary(report):
    assert report.country_area() == pytest.approx(report.boundary_area(), rel=1e-4)
    assert report.country_area() == pytest.approx(35_985, rel=1e-3)


def test_barren_land_through_a_change_of_dtype_and_nodata(report, run):
    """41,332 cells in the int8 file of 2010 with nodata -128; 44,540 in the uint8 file of 2023."""
    cover = report.land_cover([2010, 2023])
    other_land = classes.system("land_cover").code("other_land")
    cells = (cover == other_land).sum(("y", "x")).values.tolist()
    assert cells == [41_332, 44_540]
    assert not ((cover == 0) & report.grid).any()


def test_areas_add_up(run, report):
    whole = report.country_area()
    profile = table(run, "CP-1.T1")
    np.testing.assert_allclose(profile.total_country_area, whole, rtol=1e-6)
    extent = table(run, "SO1-1.T4").set_index("year").sum(axis=1)
    np.testing.assert_allclose(extent, whole, rtol=1e-6)
    for table_id in ("SO1-1.T7", "SO1-2.T3", "SO1-3.T2"):
        np.testing.assert_allclose(table(run, table_id).area_reporting.sum(), whole, rtol=1e-6)


def test_cells_without_gpp_are_no_data_not_zero(run, report):
    """108,061 cells have a value every year; fill 65533 and 65535 are not productivity."""
    share = table(run, "SO1-2.T3").set_index("status").percent_reporting
    assert share["no_data"] == pytest.approx(100 * (1 - 108_061 / 168_212), abs=0.5)


def test_gpp_means_are_those_of_the_files(report):
    gpp = report.data("land_productivity").where(report.grid)
    means = gpp.mean(("y", "x")).compute().to_series()
    assert means.idxmin() == 2017 and means.idxmax() == 2022
    assert means[2017] == pytest.approx(0.071, abs=0.002)
    assert means[2022] == pytest.approx(0.2005, abs=0.003)


def test_people_are_counted_from_densities(run):
    """The README's totals take one area for every cell; true areas give 0.1 % more."""
    people = table(run, "CP-1.T2").set_index("year").population_total
    for year, total in ((2010, 299_439), (2015, 337_950), (2020, 383_534)):
        assert 1000 * people[year] == pytest.approx(total, rel=2e-3)
    assert people[2012] == people[2010]


def test_no_rule_of_the_platform_is_broken(run, folder):
    frames = {f.stem: forms.read(f.stem, folder=f.parent) for f in run.output.glob("tables/*.csv")}
    found = checks.run(frames, country=Country.load("XAS", folder=folder))
    failed = found[(found.passed == False) & (found.severity == "error")]  # noqa: E712
    assert failed.to_dict("records") == []


def test_indicator_lies_between_its_parts(run, report):
    """One out, all out: at least as much degraded land as any part, at most their sum."""
    parts = [table(run, t).set_index("status") for t in ("SO1-1.T7", "SO1-2.T3", "SO1-3.T2")]
    baseline = [part.area_baseline["degraded"] for part in parts]
    degraded = table(run, "SO1-4.T2").degraded_area[0]
    no_data = parts[1].area_baseline["no_data"]
    assert max(baseline) - no_data <= degraded <= sum(baseline)
    assert degraded > 0
