"""Settings and small files that are wrong stop before a kernel starts."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import handbook_folder
from handbook_folder import SAVE, Handbook
from sohandbook import early_checks, plan, runner
from sohandbook.cli import app
from sohandbook.country import Country
from sohandbook.errors import InputError


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    made = handbook_folder.use(tmp_path, monkeypatch)
    made.add_dataset("land_cover", product="national_land_cover")
    made.add_dataset("poverty", product="national_series", content="year,value\n2000,12.5\n")
    made.add_chapter("one", SAVE, datasets=["land_cover"], optional=["poverty"])
    return made


def refused() -> str:
    with pytest.raises(InputError) as error:
        checked()
    return str(error.value)


def checked() -> Country:
    made = plan.check("XTT")
    early_checks.check_inputs(made.country, made.data)
    return made.country


def test_five_wrong_entries_are_told_of_together(handbook):
    handbook.add_chapter("three", SAVE, parameters="threshold: float = 0.1\nyear: int = 2000\n")
    handbook.add_dataset("land_cover", product="esa_cci_landcover", files=["none_{year}.tif"])
    handbook.add_dataset("landcover", product="national_land_cover")
    handbook.write_settings(
        language="xx",
        grid={"crs": "EPSG:27700", "resolution": 250},
        settings={"three": {"threshold": "low", "yaer": 2001}, "eleven": {}},
    )
    answer = CliRunner().invoke(app, ["check", "XTT"])
    assert answer.exit_code == 2
    lines = answer.stderr.splitlines()
    assert lines[0] == "Wrong input in 8 places."
    assert [line.split("country.yml, ")[1] for line in lines[1::4]] == [
        "language",
        "settings",
        "datasets",
        "settings.three.threshold",
        "settings.three",
        "datasets.land_cover.product",
        "grid.crs",
        "datasets.land_cover.files",
    ]
    assert all(line.startswith("  found:") for line in lines[2::4])
    assert all(line.startswith("  allowed:") for line in lines[3::4])


def test_one_wrong_entry_is_told_without_a_number(handbook):
    handbook.write_settings(language="xx")
    answer = CliRunner().invoke(app, ["check", "XTT"])
    assert answer.exit_code == 2
    assert answer.stderr.startswith("Wrong input. ") and len(answer.stderr.splitlines()) == 4


def test_wrong_cells_of_all_tables_are_told_of_together(handbook):
    handbook.add_dataset("gini", product="national_series", content="year,value\n2000,some\n")
    handbook.add_chapter("two", SAVE, datasets=["gini"])
    (handbook.raw / "poverty.txt").write_text("year,value\n2000,a lot\n")
    answer = CliRunner().invoke(app, ["check", "XTT"])
    assert answer.exit_code == 2 and "a lot" in answer.stderr and "some" in answer.stderr


def test_a_layout_that_nobody_knows(handbook):
    handbook.add_dataset("land_cover", product="esa_cci_landcover")
    message = refused()
    assert "datasets.land_cover.product: found 'esa_cci_landcover'; allowed: esa_cci" in message
    assert "Perhaps 'esa_cci_land_cover' is meant." in message


def test_a_dataset_that_no_chapter_reads(handbook):
    handbook.add_dataset("landcover", product="national_land_cover")
    message = refused()
    assert "datasets: found 'landcover'; allowed: land_cover, poverty" in message
    assert "Perhaps 'land_cover' is meant." in message


def test_the_dataset_of_the_grid_and_other_sources_may_have_any_name(handbook):
    handbook.add_dataset("cells", product="soil_units")
    handbook.add_dataset("survey", product="national_series", instead_of="poverty")
    handbook.write_settings(grid={"dataset": "cells"})
    assert checked().grid.dataset == "cells"


def test_a_unit_that_nobody_converts(handbook):
    handbook.add_chapter("two", SAVE, datasets=["soil_organic_carbon"])
    handbook.add_dataset("soil_organic_carbon", product="soilgrids_ocs", unit="kg/m2")
    message = refused()
    assert "datasets.soil_organic_carbon.unit: found 'kg/m2'; allowed: t C/ha" in message
    scaled = {"product": "soilgrids_ocs", "unit": "kg/m2", "options": {"scale": 10}}
    handbook.add_dataset("soil_organic_carbon", **scaled)
    checked()
    handbook.add_dataset("soil_organic_carbon", product="soilgrids_ocs", unit="t C ha-1")
    checked()


@pytest.mark.parametrize(
    ("periods", "year"),
    [
        ({"baseline": [1985, 2015]}, 1985),
        ({"report_2": [2016, 2030]}, 2030),
    ],
)
def test_a_period_without_a_map(handbook, periods, year):
    handbook.add_dataset(
        "land_cover",
        product="national_land_cover",
        years=[2000, 2022],
        stands_for={2023: 2022},
    )
    handbook.write_settings(periods=periods)
    assert f"periods: found {year}; allowed: 2000 to 2022, the years of land_cover, or" in (
        refused()
    )
    handbook.write_settings(periods={})
    with pytest.raises(InputError, match=r"land_cover.files: found"):  # the next in turn
        handbook.add_dataset(
            "land_cover",
            product="national_land_cover",
            years=[2000, 2022],
            stands_for={2023: 2022},
            files=["{year}.tif"],
        )
        checked()


@pytest.mark.parametrize("code", ["EPSG:32760", "EPSG:3035", "EPSG:27700"])
def test_a_grid_for_another_part_of_the_world(handbook, code):
    handbook.write_settings(grid={"crs": code, "resolution": 250})
    message = refused()
    assert "grid.crs: found " in message and f"{code}, made for " in message
    assert "longitudes 20.0 to 21.0 and latitudes 10.0 to 11.0" in message


@pytest.mark.parametrize("code", ["EPSG:32634", "EPSG:6933", "EPSG:3857", "ESRI:54009"])
def test_a_grid_for_the_country(handbook, code):
    handbook.write_settings(grid={"crs": code, "resolution": 250})
    assert checked().grid.crs == code


def test_a_grid_for_a_country_on_both_sides_of_180_degrees(handbook):
    ring = [[179, -17], [182, -17], [182, -16], [179, -17]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"name": "Isles"}, "geometry": shape}
    (handbook.country / "boundary.geojson").write_text(json.dumps(feature))
    for code in ("EPSG:3832", "EPSG:32760", "EPSG:32701"):  # Pacific; UTM on either side
        handbook.write_settings(grid={"crs": code, "resolution": 250})
        checked()
    handbook.write_settings(grid={"crs": "EPSG:32634", "resolution": 250})
    assert "made for Between 18°E and 24°E" in refused()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{}", "found "),
        ("not a map", "found "),
        (
            '{"type": "Feature", "properties": {}, "geometry": {"type": "LineString", '
            '"coordinates": [[20, 10], [21, 11]]}}',
            "found 'LineString'; allowed: polygons",
        ),
    ],
)
def test_a_boundary_that_is_none(handbook, text, found):
    (handbook.country / "boundary.geojson").write_text(text)
    message = refused()
    assert "boundary.geojson: " in message and found in message


def test_a_wrong_cell_of_a_table_stops_before_a_kernel_starts(handbook):
    (handbook.raw / "poverty.txt").write_text("year,value\n2000,a lot\n")
    with pytest.raises(InputError, match="a lot"):
        runner.run("XTT")
    assert not (handbook.output / "notebooks").exists()
    answer = CliRunner().invoke(app, ["check", "XTT"])
    assert answer.exit_code == 2 and "a lot" in answer.stderr


def test_a_table_that_no_chosen_chapter_reads_stops_nothing(handbook):
    handbook.add_chapter("two", SAVE, datasets=["land_cover"])
    (handbook.raw / "poverty.txt").write_text("year,value\n2000,a lot\n")
    (outcome,) = runner.run("XTT", only=["two"])
    assert outcome.result == "done"


def test_a_job_of_a_batch_starts_without_the_libraries_of_maps(handbook):
    """Start-up is what many short jobs cost."""
    code = (
        "import sys; from sohandbook import plan; plan.check('XTT');"
        "print([name for name in ('geopandas', 'xarray', 'rasterio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
