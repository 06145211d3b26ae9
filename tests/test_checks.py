"""Checks: a right report passes all, and each wrong number fails the check that is about it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sohandbook import checks, forms, table_rules, trend_rules
from sohandbook.evidence import Evidence

LAND, WATER = 900.0, 100.0
KEYS = ["tree_covered", "grassland", "cropland", "wetland", "artificial", "other_land", "water"]


def statuses(parts) -> pd.DataFrame:
    """Improved, stable, degraded and no data, the same in both periods."""
    parts = np.array(parts, dtype=float)
    return pd.DataFrame(
        {
            "status": ["improved", "stable", "degraded", "no_data"],
            "area_baseline": parts,
            "percent_baseline": 100 * parts / parts.sum(),
            "area_reporting": parts,
            "percent_reporting": 100 * parts / parts.sum(),
        }
    )


def change() -> pd.DataFrame:
    """Ten km2 of cropland become grassland; each other class stays as it is."""
    areas = pd.Series([200.0, 300, 200, 50, 20, 120, WATER, 10], index=[*KEYS, "no_data"])
    cells = pd.DataFrame(np.diag(areas), index=areas.index, columns=areas.index)
    cells.loc["cropland", ["cropland", "grassland"]] = [190.0, 10.0]
    net = cells.sum(axis=0) - cells.sum(axis=1)
    frame = cells.assign(row_total=cells.sum(axis=1), net_area_change=net)
    return frame.rename_axis("class_at_start").reset_index()


def drought(column_of_percent) -> pd.DataFrame:
    frame = forms.empty("SO3-2.T1")
    frame[[f"{name}_percent" for name in ("mild", "moderate", "severe", "extreme")]] = 5.0
    return frame.assign(exposed_percent=20.0, exposed_count=0.2 * 1000 * column_of_percent)


@pytest.fixture
def report() -> dict[str, pd.DataFrame]:
    areas = forms.empty("CP-1.T1").assign(
        total_land_area=LAND, water_bodies_area=WATER, total_country_area=LAND + WATER
    )
    people = forms.empty("CP-1.T2").assign(
        population_female=51.0, population_male=49.0, population_total=100.0
    )
    matrix = change()
    start = matrix.set_index("class_at_start")["row_total"]
    end = start + matrix.set_index("class_at_start")["net_area_change"]
    extent = pd.DataFrame([start, end, start, end, end]).reset_index(drop=True)
    extent.insert(0, "year", [2000, 2015, 2016, 2019, 2023])
    dynamics = forms.empty("SO1-2.T1").fillna(0.0)
    dynamics.iloc[:, 1:] = [
        [100.0, 50, 50, 0, 0, 0], [0, 0, 50, 260, 0, 0], [0, 0, 0, 140, 50, 0], [0, 0, 0, 0, 50, 0],
        [0, 0, 0, 0, 20, 0], [0, 0, 0, 0, 80, 40], [0, 0, 0, 0, 0, WATER], [0, 0, 0, 0, 0, 10],
    ]  # fmt: skip
    crossed = forms.empty("SO1-4.T1")
    crossed.iloc[:, 1:] = [[10.0, 20, 5, 0], [7, 40, 8, 0], [2, 5, 3, 0], [0, 0, 0, 800]]
    degraded = np.array([35.0, 38.0, 39.0])  # DV02 of the digest: 39 degraded
    summer = forms.empty("SO3-1.T1").assign(
        mild=100.0, moderate=50.0, severe=20.0, extreme=5.0, non_drought=725.0
    )
    exposed = forms.empty("SO2-3.T1").assign(
        female_exposed=5100.0, female_percent=10.0, male_exposed=4900.0, male_percent=10.0,
        total_exposed=10_000.0, total_percent=10.0,
    )  # fmt: skip
    water = forms.empty("SO2-2.T1")
    water.loc[20, ["urban", "rural", "total"]] = [60.0, 20.0, 40.0]
    signs = pd.DataFrame("0", index=range(7), columns=KEYS)
    signs.insert(0, "class_at_start", KEYS)
    return {
        "CP-1.T1": areas,
        "CP-1.T2": people,
        "SO1-1.T3": forms.validate("SO1-1.T3", signs),
        "SO1-1.T4": extent,
        "SO1-1.T5": matrix,
        "SO1-1.T6": change(),
        "SO1-1.T7": statuses([100, 800, 90, 10]),
        "SO1-2.T1": dynamics,
        "SO1-2.T2": dynamics.copy(),
        "SO1-2.T3": statuses([200, 500, 150, 50]),
        "SO1-3.T2": statuses([50, 750, 50, 50]),
        "SO1-4.T1": crossed,
        "SO1-4.T2": pd.DataFrame(
            {
                "assessment": ["baseline (2015)", "2019", "2023"],
                "degraded_area": degraded,
                "sdg_15_3_1": 100 * degraded / LAND,
                "change_in_degraded_area": degraded - 35,
            }
        ),
        "SO2-2.T1": water,
        "SO2-3.T1": exposed,
        "SO3-1.T1": summer,
        "SO3-1.T2": forms.empty("SO3-1.T2").assign(
            area_under_drought=175.0, proportion=100 * 175 / LAND
        ),
        "SO3-2.T1": drought(people["population_total"]),
        "SO3-2.T2": drought(people["population_female"]),
    }


@pytest.fixture
def country():
    metadata = SimpleNamespace(title="t", link="l", author="a", citation="c")
    periods = SimpleNamespace(baseline=(2000, 2015), report_1=(2016, 2019), report_2=(2016, 2023))
    return SimpleNamespace(
        periods=periods, datasets={"land_cover": SimpleNamespace(metadata=metadata)}
    )


def failed(result) -> set[str]:
    return set(result.loc[~result["passed"].fillna(True).astype(bool), "id"])


def test_a_right_report_passes_all(report, country):
    for table_id, frame in report.items():
        forms.validate(table_id, frame)
    result = checks.run(report, country=country, computed=report)
    assert list(result.columns) == ["id", "rule", "severity", "passed", "where", "detail"]
    assert failed(result) == set(), result[result["passed"] == False].to_string()  # noqa: E712
    assert {f"G{number}" for number in range(1, 13)} <= set(result["id"])
    assert result["passed"].notna().all()
    assert result["rule"].str.len().min() > 10
    assert set(result["severity"]) <= {"error", "warning", "review", "side_effect"}


@pytest.mark.parametrize(
    ("table_id", "row", "column", "value", "expected"),
    [
        ("CP-1.T1", 0, "total_country_area", 1001.0, {"CP-1.T1.sum", "G12"}),
        ("CP-1.T2", 3, "population_total", 101.0, {"CP-1.T2.sum", "G10", "SO3-2.sums"}),
        ("SO1-1.T7", 2, "area_baseline", -90.0, {"FORM", "G1", "G12", "SHARES"}),
        ("SO1-1.T7", 2, "area_baseline", 1090.0, {"G3", "G12", "SHARES"}),
        ("SO1-2.T3", 2, "area_reporting", 950.0, {"G3", "G12", "SHARES", "SO1-2.T3.classes"}),
        ("SO1-1.T7", 2, "percent_reporting", 101.0, {"FORM", "G5", "SHARES"}),
        ("SO1-1.T5", 2, "net_area_change", 10.0, {"SO1-1.T5.sums"}),
        ("SO1-1.T5", 2, "row_total", 201.0, {"SO1-1.T5.sums"}),
        ("SO1-1.T6", 0, "tree_covered", 210.0, {"SO1-1.T5.sums"}),
        ("SO1-1.T4", 4, "water", 90.0, {"G11", "G12", "SO1-1.T5.sums", "SO1-2.T1.rows"}),
        ("SO1-2.T1", 0, "declining", 101.0, {"SO1-2.T1.rows", "SO1-2.T3.classes"}),
        ("SO1-4.T2", 2, "change_in_degraded_area", 5.0, {"SO1-4.T2.status"}),
        ("SO1-4.T1", 0, "stable", 21.0, {"SO1-4.T1.rows", "SO1-4.T2.status"}),
        ("SO1-4.T2", 1, "sdg_15_3_1", 38.0, {"SHARES"}),
        ("SO2-3.T1", 0, "female_exposed", 52_000.0, {"G4", "G10", "SHARES", "SO2-3.T1.sum"}),
        ("SO3-1.T1", 5, "mild", 101.0, {"SO3-1.T2.sum"}),
        ("SO3-1.T1", 5, "non_drought", 901.0, {"G3"}),
        ("SO3-1.T1", 0, "non_drought", 700.0, {"SO3-1.T1.sum"}),
        ("SO3-2.T1", 5, "exposed_percent", 21.0, {"G10", "SO3-2.sums"}),
        ("SO3-2.T2", 5, "exposed_count", 60_000.0, {"G4", "G10", "SO3-2.sums"}),
        ("SO2-2.T1", 20, "total", 61.0, {"SO2-2.T1.between"}),
    ],
)
def test_a_wrong_number_fails_the_checks_about_it(
    report, country, table_id, row, column, value, expected
):
    report[table_id].loc[row, column] = value
    result = checks.run(report, country=country)
    errors = set(result.loc[(result["severity"] == "error") & ~result["passed"].fillna(True), "id"])
    assert failed(result) - {"G6"} == expected
    assert ("G6" in failed(result)) == bool(errors - {"G6"})
    assert result.loc[~result["passed"].fillna(True), "detail"].str.len().min() > 0


def test_words_in_a_column_of_numbers_fail(report):
    frame = report["SO1-1.T7"].astype({"area_baseline": object})
    frame.loc[1, "area_baseline"] = "about 800"
    result = checks.run({"SO1-1.T7": frame})
    assert "no number: area_baseline" in result.loc[result["id"] == "G2", "detail"].iloc[0]


def test_too_many_regions_fail(report):
    matrix = report["SO1-1.T3"]
    report["SO1-1.T3"] = pd.concat([matrix.assign(region_name=f"R{i}") for i in range(6)])
    assert {"SO1-1.T3.regions", "G6"} == failed(checks.run(report))


def test_cells_that_the_form_would_refuse(report):
    report["SO1-3.T1"] = forms.empty("SO1-3.T1").assign(tier=4)
    report["SO2-1.T3"] = pd.DataFrame({"change_in_indicator": ["faster"]})
    report["SO3-3.T1"] = forms.empty("SO3-3.T1").assign(dvi_total=1.5)
    report["SO4-2.T1"] = pd.concat([forms.empty("SO4-2.T1")] * 2)
    details = checks.run(report).query("id == 'FORM'").set_index("where")["detail"]
    assert details["SO1-3.T1"] == "tier: '4' is not on the menu"
    assert details["SO2-1.T3"] == "change_in_indicator: 'faster' is not on the menu"
    assert details["SO3-3.T1"] == "dvi_total outside 0 to 1"
    assert details["SO4-2.T1"] == "a row twice"
    assert details["CP-1.T1"] == ""


def test_a_national_legend_joins_each_class_to_one(report):
    good = [("steppe", "grassland"), ("forest", "tree_covered")]
    for rows, wrong in (
        (good, set()),
        ([*good, ("steppe", "cropland")], {"SO1-1.T2 unccd_class"}),
        ([*good, ("dunes", "")], {"SO1-1.T2 unccd_class"}),
        ([(f"class {n}", "grassland") for n in range(16)], {"SO1-1.T2 national_class_name"}),
    ):
        frame = pd.DataFrame(rows, columns=["national_class_name", "unccd_class"])
        result = checks.run(report | {"SO1-1.T2": frame})
        assert set(result.loc[~result["passed"].fillna(True), "where"]) == wrong


def test_land_without_data_is_not_land_without_degradation(report):
    report["SO1-2.T3"] = statuses([0, 0, 0, 900])
    crossed = report["SO1-4.T1"]
    crossed.iloc[:, 1:] = 0.0
    crossed.loc[3, "no_data"] = 900.0
    found = checks.run(report).query("id == 'JUDGED'").set_index("where")["passed"]
    assert not found[["SO1-2.T3 area_baseline", "SO1-4.T1"]].any()
    assert found[["SO1-1.T7 area_baseline", "SO1-3.T2 area_reporting"]].all()


def test_every_rule_of_the_forms_is_looked_after_by_a_check_or_by_people():
    rules = [
        (entry["id"], rule)
        for entry in forms.catalogue()["tables"]
        for rule in entry.get("validation", [])
        if isinstance(rule, dict)
    ]
    assert rules
    ours = {rule["check"] for _, rule in rules if "check" in rule}
    assert ours <= {*checks.GLOBAL, *table_rules.RULES}
    people = {table_id for table_id, rule in rules if "check" not in rule}
    assert people == {"SO1-1.T2", "SO1-1.T3"}
    stated = {rule["id"] for rule in forms.catalogue()["validation_global"]}
    assert stated == {*checks.GLOBAL, "G6"}


def test_edits_lose_maps_and_need_a_reason(report):
    edited = {key: frame.copy() for key, frame in report.items()}
    edited["CP-1.T1"].loc[:, ["total_land_area", "total_country_area"]] += 1.0
    edited["SO1-1.T7"].loc[0, "area_baseline"] += 1.0
    result = checks.run(edited, computed=report).set_index(["id", "where"])["passed"]
    assert not result["G7", "SO1-1.T7"] and ("G7", "CP-1.T1") not in result.index
    assert not result["G8", "CP-1.T1"] and not result["G8", "SO1-1.T7"]
    edited["CP-1.T1"]["comments"] = "new survey"
    assert checks.run(edited, computed=report).set_index(["id", "where"])["passed"]["G8", "CP-1.T1"]


def test_missing_metadata_is_named(report, country):
    country.datasets["land_cover"].metadata.citation = " "
    result = checks.run(report, country=country)
    assert result.loc[result["id"] == "G9", "detail"].tolist() == ["empty: citation"]


def test_what_cannot_be_checked_says_so(report):
    result = checks.run({"SO1-1.T7": report["SO1-1.T7"]})
    unknown = result[result["passed"].isna()]
    assert {"G3", "G7", "G8", "G9", "G12", "SHARES"} <= set(unknown["id"])
    assert unknown["detail"].str.startswith("not checked").all()
    assert failed(checks.run({})) == set()


def test_a_national_legend_is_held_to_the_country_too(report):
    report["SO1-1.T4"] = pd.DataFrame({"year": [2000], "steppe": [1500.0], "no_data": [0.0]})
    for table_id in ("SO1-1.T5", "SO1-1.T6"):
        del report[table_id]
    result = checks.run(report)
    assert {"G3", "G12", "G6"} == failed(result)


def test_other_periods_are_read_from_the_country(report, country):
    country.periods.baseline = (2000, 2014)
    result = checks.run(report, country=country)
    assert result.loc[result["where"] == "SO1-1.T7 percent_baseline", "passed"].isna().any()


def test_the_affected_area_is_checked_by_the_same_rules_and_against_the_country():
    national = pd.DataFrame(
        {"year": [2000, 2015, 2019, 2023], "total_land_area": 10.0, "water_bodies_area": 1.0,
         "total_country_area": 11.0, "comments": ""}
    )  # fmt: skip
    part = national.assign(total_land_area=4.0, water_bodies_area=0.5, total_country_area=4.5)
    tables = {"CP-1.T1": national, "AA.CP-1.T1": part}
    assert checks.run(tables)["passed"].fillna(True).all()
    more_than_all = part.assign(total_land_area=[4.0, 4.0, 4.0, 12.0])
    found = checks.run(tables | {"AA.CP-1.T1": more_than_all})
    failed = found[~found["passed"].fillna(True)].set_index("id")
    assert {"AA.WITHIN", "CP-1.T1.sum"} <= set(failed.index)
    assert failed.loc["CP-1.T1.sum", "where"] == "AA.CP-1.T1 total_country_area"
    assert failed.loc["AA.WITHIN", "detail"] == "12 above 10"


@pytest.mark.parametrize(
    ("received", "word", "passed"),
    [
        ([10, 12, 14, 16], "increasing", True),
        ([10, 12, 14, 16], "stable", False),
        ([10, 12, 14, 16], "declining", False),
        ([10, 12, 14, 16], "unknown", False),
        ([10.0, 10.2, 10.1, 10.3], "stable", True),  # 3 % along the line: a matter of the limit
        ([10.0, 10.2, 10.1, 10.3], "increasing", True),
        ([10.0, 10.2, 10.1, 10.3], "declining", False),
        ([10, np.nan, np.nan, 12], "unknown", True),
        ([10, np.nan, np.nan, 12], "declining", False),
        ([np.nan] * 4, "unknown", None),
    ],
)
def test_a_trend_word_agrees_with_the_yearly_money(received, word, passed):
    summary = pd.DataFrame(
        {"year": [2020, 2021, 2022, 2023], "provided_usd": np.nan, "received_usd": received}
    )
    words = pd.DataFrame({"flow_direction": ["provided", "received"], "trend": ["", word]})
    found = checks.run({"SO5-1.SUMMARY": summary, "SO5-1.TREND": words})
    found = found[found["id"] == "TREND"].set_index("where")
    made = found.loc["SO5-1.TREND received", "passed"]
    assert pd.isna(made) if passed is None else made == passed
    assert found.loc["SO5-1.TREND received", "severity"] == "review"


@pytest.mark.parametrize(("word", "passed"), [("decrease", True), ("increase", False)])
def test_a_word_that_a_person_chose_agrees_with_the_index(word, passed):
    index = pd.DataFrame({"year": range(2000, 2010), "red_list_index": np.linspace(0.9, 0.8, 10)})
    words = pd.DataFrame({"change_in_indicator": [word]})
    found = checks.run({"SO4-2.T1": index, "SO4-2.T2": words}).set_index("id")
    assert found.loc["TREND", "passed"] == passed


@pytest.mark.parametrize(
    ("table_id", "column", "figure"),
    [("SO2-2", "dominant_change", "total"), ("SO3-3", "change_in_dvi", "dvi_total")],
)  # fmt: skip
def test_every_form_s_column_of_the_word_is_read(table_id, column, figure):
    index = pd.DataFrame({"year": range(2000, 2010), figure: np.linspace(0.4, 0.8, 10)})
    words = pd.DataFrame({column: ["decrease"]})
    tables = {f"{table_id}.T1": index, f"{table_id}.T2": words}
    (found,) = trend_rules.trend_words(Evidence(tables, None, None))
    assert found.where == f"{table_id}.T2 {column}"
    assert found.passed is False


@pytest.mark.parametrize(
    ("bounds", "passed"),
    [("0.88 to 0.92", True), ("0.92 to 0.88", False), ("0.95 to 0.97", False),
     ("0.02", False), ("", None)],
)  # fmt: skip
def test_an_index_lies_between_its_bounds(bounds, passed):
    index = pd.DataFrame(
        {"year": [2000], "red_list_index": [0.9], "lower_upper_bound": [bounds], "comments": [""]}
    )
    made = checks.run({"SO4-2.T1": index}).set_index("id").loc["SO4.bounds", "passed"]
    assert pd.isna(made) if passed is None else made == passed
