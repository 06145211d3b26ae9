"""The exports of the training countries: they agree with their tables, and programs open them."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pystac
import pytest
from pysdmx.io import read_sdmx
from rio_cogeo import cog_validate

from sohandbook import export, forms, paths
from sohandbook.country import Country


class Exported:
    """A training country's report folder."""

    def __init__(self, run) -> None:
        self.iso3 = run.iso3
        self.country = Country.load(run.iso3)
        self.output = run.output
        self.files = export.everything(self.country, run.output)
        self.report = run.output / "report"

    def summary(self, name):
        return json.loads((self.report / f"{self.iso3}_{name}_summary.json").read_text())

    def table(self, table_id):
        return forms.read(table_id, folder=self.output / "tables")


@pytest.fixture(scope="module", params=["drylandia", "archipelago"])
def exported(request):
    return Exported(request.getfixturevalue(request.param))


def by_name(listed, value):
    return {each["name"]: each[value] for each in listed}


@pytest.mark.parametrize(
    ("name", "kind"), [("land_condition", "LandCondition"), ("drought", "Drought")]
)
def test_the_report_files_are_valid(exported, name, kind):
    file = paths.data() / "schemas" / f"TrendsEarth{kind}Summary.schema.json"
    jsonschema.Draft202012Validator(json.loads(file.read_text())).validate(exported.summary(name))


def test_degraded_land_is_that_of_the_table(exported):
    table = exported.table("SO1-4.T2")["degraded_area"].to_list()
    reports = exported.summary("land_condition")["land_condition"]
    baseline = reports["baseline"]["period_assessment"]
    corrected = baseline.get("sdg_error_recode") or baseline["sdg"]["summary"]
    found = [corrected, *(reports[name]["status_assessment"]["sdg"] for name in
                          ("report_1", "report_2"))]  # fmt: skip
    for areas, expected in zip(found, table, strict=True):
        assert by_name(areas["areas"], "area")["Degraded"] == pytest.approx(expected, rel=1e-9)


def test_areas_of_each_part_make_the_country(exported):
    whole = exported.table("CP-1.T1")["total_country_area"].to_numpy()[-1]
    for period in exported.summary("land_condition")["land_condition"].values():
        assessment = period["period_assessment"]
        summaries = [assessment["sdg"]["summary"], assessment["land_cover"]["summary"],
                     assessment["productivity"]["summaries"]["all_cover_types"],
                     assessment["soil_organic_carbon"]["summaries"]["all_cover_types"]]  # fmt: skip
        for summary in summaries:
            total = sum(by_name(summary["areas"], "area").values())
            assert total == pytest.approx(whole, rel=1e-9)
        crossed = assessment["productivity"]["crosstabs_by_productivity_class"]
        total = sum(entry["value"] for table in crossed for entry in table["values"])
        assert total == pytest.approx(whole, rel=1e-6), "cells without land cover are in no pair"


def test_exposed_people_are_those_of_the_table(exported):
    table = exported.table("SO2-3.T1").iloc[-1]
    people = exported.summary("land_condition")["affected_population"]["report_2"]["summary"]
    for kind in ("female", "male", "total"):
        found = by_name(people[f"{kind.capitalize()} population"]["values"], "population")
        assert found["Degraded"] == round(table[f"{kind}_exposed"])


def test_drought_is_that_of_the_table(exported):
    table = exported.table("SO3-1.T1").set_index("year")
    for year, areas in exported.summary("drought")["drought"]["tier_one"].items():
        found = by_name(areas["areas"], "area")
        assert found["Mild drought"] == table.loc[int(year), "mild"]
        assert found["No data"] >= 0


def test_series_are_read_by_another_program(exported):
    for version in ("1.0", "2.0"):
        file = exported.report / f"{exported.iso3}_sdg_series_sdmx_{version}.csv"
        (dataset,) = read_sdmx(file, validate=False).data
        rows = dataset.data[dataset.data["SERIES"] == "AG_LND_DGRD"]
        shares = exported.table("SO1-4.T2")["sdg_15_3_1"]
        np.testing.assert_array_equal(rows["OBS_VALUE"].astype(float), shares)


def test_maps_are_cloud_optimised_and_listed(exported):
    catalogue = pystac.Collection.from_file(str(exported.report / "stac" / "collection.json"))
    items = list(catalogue.get_items(recursive=True))
    files = {Path(item.assets["map"].get_absolute_href()) for item in items}
    assert files == set((exported.output / "maps").resolve().glob("*.tif"))
    for file in files:
        valid, errors, _ = cog_validate(file, quiet=True)
        assert valid, f"{file}: {errors}"
    west, _, east, _ = catalogue.extent.spatial.bboxes[0]
    assert (west > east) == (exported.iso3 == "XIS"), "the archipelago crosses 180 degrees"
    assert all(item.properties["unccd:chapter"] for item in items)


def test_the_workbook_opens_and_warns(exported):
    book = openpyxl.load_workbook(exported.report / f"{exported.iso3}_report.xlsx")
    front = [cell.value for row in book["Report"].iter_rows() for cell in row if cell.value]
    assert any(str(text).startswith("Fictional training country") for text in front)
    written = {file.stem for file in (exported.output / "tables").glob("*.csv")}
    assert written <= set(front)


def test_the_same_results_give_the_same_files(exported):
    before = {file: file.read_bytes() for file in exported.files}
    export.everything(exported.country, exported.output)
    assert {file: file.read_bytes() for file in exported.files} == before
