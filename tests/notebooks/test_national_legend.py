"""A country's own legend, from its map to the tables in its own classes."""

import shutil

import numpy as np
import pytest
import yaml

from sohandbook import classes, forms, runner
from sohandbook.country import Country
from sohandbook.export import cog
from sohandbook.report import Report

YEARS = (2000, 2015, 2016, 2019, 2022)


@pytest.fixture(scope="module")
def run(training_data, tmp_path_factory):
    """The archipelago with every UNCCD class divided into an eastern and a western one."""
    folder = tmp_path_factory.mktemp("national") / "XIS"
    shutil.copytree(Country.load("XIS").folder, folder)
    report = Report.open("XIS")
    system = classes.system("land_cover")
    cover = report.land_cover(YEARS)
    east = (cover.x > float(cover.x.mean())).astype(np.uint8)
    national = (10 * cover + east).where(cover > 0, 0).astype(np.uint8)
    national.attrs = {"_FillValue": np.uint8(0)}
    for year in YEARS:
        cog.write(folder / f"national_{year}.tif", national.sel(year=year), title="National")
    rows = [
        f"{10 * code + side},{place} {key.replace('_', ' ')},{code}"
        for code, key in zip(system.codes, system.keys, strict=True)
        for side, place in enumerate(("Western", "Eastern"))
    ]
    (folder / "legend.csv").write_text("code,name,unccd\n" + "\n".join(rows) + "\n")
    settings = yaml.safe_load((folder / "country.yml").read_text(encoding="utf-8"))
    settings["datasets"]["land_cover"] |= {
        "product": "national_land_cover",
        "files": ["national_{year}.tif"],
        "years": [2000, 2022],
        "stands_for": {2023: 2022} | dict.fromkeys(range(2001, 2015), 2000) | {2017: 2016},
        "legend": "legend.csv",
    }
    settings["datasets"]["land_cover"]["stands_for"] |= {2018: 2016, 2020: 2019, 2021: 2019}
    settings["settings"] = {"so1-1": {"national_legend": True}}
    (folder / "country.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    output = folder.parent / "out"
    outcomes = runner.run("XIS", folder=folder, output=output, only=["so1-1"])
    return {o.chapter.id: o for o in outcomes}, output / "tables"


def test_the_chapter_is_done(run):
    outcomes, _ = run
    assert outcomes["so1-1"].result == "done", outcomes["so1-1"].reason


def test_tables_have_the_national_classes_and_add_up(run, archipelago):
    _, folder = run
    legend = forms.read("SO1-1.T2", folder=folder)
    assert len(legend) == 14
    assert legend.unccd_class[0] == "tree_covered"
    extent = forms.read("SO1-1.T4", folder=folder).set_index("year")
    seven = forms.read("SO1-1.T4", folder=archipelago.output / "tables").set_index("year")
    assert extent.shape[1] == 15
    for key in classes.system("land_cover").keys:
        pair = extent[f"western_{key}"] + extent[f"eastern_{key}"]
        np.testing.assert_allclose(pair, seven[key], rtol=1e-9, atol=1e-9)


def test_change_inside_one_unccd_class_is_stable(run, archipelago):
    """Nothing moves between east and west, so the status is that of the seven classes."""
    _, folder = run
    national = forms.read("SO1-1.T7", folder=folder)
    matrix = forms.read("SO1-1.T3", folder=folder).set_index("class_at_start")
    assert matrix.loc["western_grassland", "eastern_grassland"] == "0"
    assert matrix.loc["western_grassland", "eastern_cropland"] == "+"
    seven = forms.read("SO1-1.T7", folder=archipelago.output / "tables")
    np.testing.assert_allclose(national.area_baseline, seven.area_baseline, rtol=1e-9, atol=1e-9)
