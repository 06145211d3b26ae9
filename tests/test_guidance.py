"""The rules that are not settled: well written down, tied to settings, and never hidden."""

import pytest

from sohandbook import chapters, forms, guidance, parameters
from sohandbook.country import Country

NOTHING_RESTS_ON_IT = {"biodiversity_target"}


@pytest.fixture(scope="module")
def country():
    return Country.load("XDL")


def ids(uses):
    return [use.rule.id for use in uses]


@pytest.mark.parametrize("rule", guidance.rules(), ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule):
    for reading in rule.readings:
        assert reading.state in ("verified", "implied", "unverified")
        assert reading.means.endswith(".") and reading.source
    assert set(rule.tables) <= set(forms.ids())
    assert rule.settle
    if rule.id not in NOTHING_RESTS_ON_IT:
        assert rule.tables or rule.maps or rule.exports


@pytest.mark.parametrize(
    "rule", [r for r in guidance.rules() if "." in r.setting], ids=lambda rule: rule.id
)
def test_a_setting_exists_and_its_default_is_the_first_reading(rule):
    chapter_id, name = rule.setting.split(".")
    chapter = next(each for each in chapters.read() if each.id == chapter_id)
    parameter = parameters.read(chapter.file)[name]
    assert parameter.default == rule.readings[0].value
    for reading in rule.readings:
        parameter.check(reading.value, where=rule.id)
    assert set(rule.tables) & set(chapter.tables)


def test_ids_are_there_once():
    found = [rule.id for rule in guidance.rules()]
    assert len(found) == len(set(found))


def test_every_column_of_our_own_is_admitted():
    """Columns that the manual does not print carry the tag I."""
    own = {
        table_id
        for table_id in forms.ids()
        for column in forms.table(table_id).columns
        if column.evidence.startswith("I") or "(options I)" in column.evidence
    }
    rule = next(rule for rule in guidance.rules() if rule.id == "table_columns")
    assert set(rule.tables) == own


def test_a_result_inherits_the_rules_of_what_it_is_made_from(country):
    found = ids(guidance.used(["SO1-4.T2"], country=country, parameters={}))
    assert {"soil_carbon_by_year", "hyper_arid_land", "missing_part"} <= set(found)
    assert "rainless_windows" not in found
    stocks = ids(guidance.used(["SO1-3.T1"], country=country, parameters={}))
    assert "table_columns" not in stocks, "its own columns are the manual's"
    assert "land_condition" not in found
    on_the_map = guidance.used(["SO1-4.T2"], country=country, parameters={},
                               maps=["land_condition_2023"])  # fmt: skip
    assert "land_condition" in ids(on_the_map)


def test_the_reading_is_the_one_that_the_run_chose(country):
    def reading(value):
        run = {"so3-3": {"agriculture_share_gdp": value}}
        used = guidance.used(["SO3-3.T1"], country=country, parameters=run)
        return next(use for use in used if use.rule.id == "agriculture_direction")

    assert reading(0).reading.state == "unverified"
    assert reading(-1).verified
    assert not reading(1).verified
    own = reading(5)
    assert not own.verified and "5" in own.sentence


def test_true_is_not_one(country):
    run = {"so1-3": {"threshold_counts": True, "reporting_start": 2015}}
    used = {use.rule.id: use for use in guidance.used(["SO1-3.T2"], country=country,
                                                       parameters=run)}  # fmt: skip
    assert used["soil_carbon_edge"].reading.means.startswith("A change of exactly")
    assert used["soil_carbon_start"].reading.value == 2015


def test_a_rule_of_one_legend_leaves_others_alone(country):
    other = country.model_copy(
        update={
            "datasets": {
                "land_cover": country.datasets["land_cover"].model_copy(
                    update={"legend": "modis_igbp"}
                )
            }
        }
    )
    assert "land_cover_150" in ids(guidance.used(["SO1-1.T4"], country=country, parameters={}))
    assert "land_cover_150" not in ids(guidance.used(["SO1-1.T4"], country=other, parameters={}))


def test_the_edges_are_those_that_the_chapter_ran_with(country):
    """Not those of the country's preset: a country may override any part of it."""
    for edges, state in (("guidance", "implied"), ("trends_earth", "unverified")):
        used = guidance.used(["SO3-1.T1"], country=country, parameters={"so3-1": {"edges": edges}})
        assert next(u for u in used if u.rule.id == "drought_edges").reading.state == state


@pytest.mark.parametrize(
    ("rule_id", "table_id"),
    [
        ("annual_value", "SO1-2.T3"),
        ("state_start", "SO1-4.T2"),
        ("fewest_years", "SO1-2.T1"),
        ("soil_carbon_zones", "SO1-3.T1"),
        ("soil_carbon_water", "SO1-3.T2"),
        ("land_denominator", "SO1-4.T2"),
        ("population_grid", "SO2-3.T1"),
        ("drought_denominator", "SO3-1.T2"),
        ("vulnerability_gaps", "SO3-3.T1"),
        ("constant_factor", "SO3-3.T1"),
    ],
)
def test_a_reading_that_the_manual_does_not_print_is_named(country, rule_id, table_id):
    assert rule_id in ids(guidance.used([table_id], country=country, parameters={}))
