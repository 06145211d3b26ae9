"""A country's own data, from its maps to the tables: its legend, its factors, a ready-made map."""

import shutil

import numpy as np
import pandas as pd
import pytest
import yaml

from sohandbook import affected_area, checks, classes, forms, runner
from sohandbook.country import Country
from sohandbook.export import cog
from sohandbook.report import Report

YEARS = range(2000, 2023)
PERIODS = {"baseline": 2015, "report_1": 2019, "reporting": 2023}
CHAPTERS = ("so1-1", "so1-2", "so1-3", "so1-4", "so4-1")


def write_legend(folder):
    """Divide every UNCCD class into a western and an eastern one; nothing moves between them."""
    report = Report.open("XIS")
    system = classes.system("land_cover")
    cover = report.land_cover(YEARS).compute()
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
    printed = classes.reference_table("soc_change_coefficients")
    codes = [10 * code + side for code in system.codes for side in (0, 1)]
    lines = [
        f"{start}," + ",".join(str(printed["matrix"][start // 10][end // 10 - 1]) for end in codes)
        for start in codes
    ]
    head = "from," + ",".join(map(str, codes))
    (folder / "factors.csv").write_text("\n".join([head, *lines]) + "\n")


def write_ready_made(folder, maps):
    """Write the archipelago's own classes as JRC does: int16, one file a period, 15 no data."""
    for period, year in PERIODS.items():
        five = cog.read(maps / f"land_productivity_dynamics_{period}.tif").astype(np.int16)
        jrc = five.where(five > 0, 15).astype(np.int16).drop_attrs(deep=False)
        jrc.rio.to_raster(folder / f"LPD_JRC_2000_{year}.tif")


@pytest.fixture(scope="module")
def run(training_data, archipelago, tmp_path_factory):
    folder = tmp_path_factory.mktemp("national") / "XIS"
    shutil.copytree(Country.load("XIS").folder, folder)
    write_legend(folder)
    write_ready_made(folder, archipelago.output / "maps")
    settings = yaml.safe_load((folder / "country.yml").read_text(encoding="utf-8"))
    settings["datasets"]["land_cover"] |= {
        "product": "national_land_cover",
        "files": ["national_{year}.tif"],
        "stands_for": {2023: 2022},
        "legend": "legend.csv",
    }
    settings["datasets"]["land_productivity_dynamics"] = {
        "product": "ready_made_productivity_dynamics",
        "files": ["LPD_JRC_*_{year}.tif"],
        "metadata": settings["datasets"]["land_cover"]["metadata"],
    }
    settings["settings"] = {
        "so1-1": {"national_legend": True},
        "so1-2": {"national_legend": True, "dynamics": "ready_made"},
        "so1-3": {"national_legend": True, "factors": "factors.csv", "tier": 2},
    }
    (folder / "country.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    output = folder.parent / "out"
    outcomes = runner.run("XIS", folder=folder, output=output, only=list(CHAPTERS))
    return {o.chapter.id: o for o in outcomes}, output / "tables"


def both(run, archipelago, table_id):
    return (
        forms.read(table_id, folder=run[1]),
        forms.read(table_id, folder=archipelago.output / "tables"),
    )


def test_the_chapters_are_done(run):
    outcomes, _ = run
    assert {
        name: outcomes[name].reason for name in CHAPTERS if outcomes[name].result != "done"
    } == {}


def test_tables_have_the_national_classes_and_add_up(run, archipelago):
    legend = forms.read("SO1-1.T2", folder=run[1])
    assert len(legend) == 14
    assert legend.unccd_class[0] == "tree_covered"
    national, seven = both(run, archipelago, "SO1-1.T4")
    extent, seven = national.set_index("year"), seven.set_index("year")
    assert extent.shape[1] == 15
    for key in classes.system("land_cover").keys:
        pair = extent[f"western_{key}"] + extent[f"eastern_{key}"]
        np.testing.assert_allclose(pair, seven[key], rtol=1e-9, atol=1e-9)


def test_change_inside_one_unccd_class_is_stable(run, archipelago):
    """Nothing moves between east and west, so the status is that of the seven classes."""
    matrix = forms.read("SO1-1.T3", folder=run[1]).set_index("class_at_start")
    assert matrix.loc["western_grassland", "eastern_grassland"] == "0"
    assert matrix.loc["western_grassland", "eastern_cropland"] == "+"
    national, seven = both(run, archipelago, "SO1-1.T7")
    np.testing.assert_allclose(national.area_baseline, seven.area_baseline, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("table_id", ["SO1-2.T1", "SO1-2.T2"])
def test_ready_made_classes_stand_in_the_rows_of_the_own_legend(run, archipelago, table_id):
    """The map is the archipelago's own result, so pairs of rows are its rows."""
    national, seven = (frame.set_index("land_cover") for frame in both(run, archipelago, table_id))
    assert len(national) == 15
    for key in classes.system("land_cover").keys:
        pair = national.loc[f"western_{key}"] + national.loc[f"eastern_{key}"]
        np.testing.assert_allclose(pair, seven.loc[key], rtol=1e-9, atol=1e-9)


def test_stocks_of_the_own_classes_hold_the_same_carbon(run, archipelago):
    """The factors are the manual's, written out for 14 classes."""
    national, seven = both(run, archipelago, "SO1-3.T1")
    assert national.tier.tolist() == [2] * 4
    assert {"western_cropland", "eastern_cropland"} < set(national.columns)
    for key in ("grassland", "cropland", "artificial"):
        pair = national[[f"western_{key}", f"eastern_{key}"]]
        assert (pair.min(axis=1) <= seven[key] + 1e-9).all()
        assert (pair.max(axis=1) >= seven[key] - 1e-9).all()
    assert national[["western_water", "eastern_water"]].isna().all(axis=None)


@pytest.mark.parametrize("table_id", ["SO1-2.T3", "SO1-3.T2", "SO1-4.T1", "SO1-4.T2"])
def test_the_indicator_is_that_of_the_seven_classes_and_of_the_computed_map(
    run, archipelago, table_id
):
    national, seven = (frame.select_dtypes("number") for frame in both(run, archipelago, table_id))
    np.testing.assert_allclose(national, seven, rtol=1e-9, atol=1e-9)


def test_the_tables_keep_the_rules_of_the_platform(run):
    _, folder = run
    tables = {file.stem: forms.read(file.stem, folder=folder) for file in folder.glob("*.csv")}
    found = checks.run(tables, country=Country.load("XIS"))
    failed = found[(found.passed == False) & found["where"].str.startswith("SO1")]  # noqa: E712
    assert failed[["where", "detail"]].to_dict("records") == []


def test_the_affected_area_has_the_legend_of_the_country_s_tables(run, tmp_path):
    """All land is affected, so its tables are the country's, in the same classes."""
    _, folder = run
    country = Country.load("XIS", folder=folder.parents[1] / "XIS")
    country = country.model_copy(update={"affected_areas": country.boundary})
    report = Report(country, folder.parent, tmp_path)
    counted = affected_area.AffectedArea(report).save_tables()
    for table_id in ("SO1-1.T4", "SO1-2.T1", "SO1-2.T2", "SO1-3.T1"):
        national = report.table(table_id)
        numbers = national.select_dtypes("number").columns.drop("tier", errors="ignore")
        assert len(numbers) > 4
        pd.testing.assert_frame_equal(
            counted[table_id][numbers], national[numbers], check_dtype=False, rtol=1e-9, atol=1e-9
        )
