"""The choices agree with the notebooks and the presets, and their effects are laid out truly."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sohandbook import chapters, choices, drought_chain, land_chain, parameters, paths
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.report import Report

EVERY = choices.read()


@pytest.fixture
def country():
    """Drylandia without its own settings: what the presets alone say."""
    return Country.load("XDL").model_copy(update={"settings": {}})


@pytest.fixture
def chains(country):
    """Both chains, for their settings only: nothing is read."""
    land, drought = (object.__new__(c) for c in (land_chain.LandChain, drought_chain.DroughtChain))
    land.report = drought.report = SimpleNamespace(country=country)
    return land, drought


def test_every_choice_belongs_to_one_chain(chains):
    belonging = [choice.id for chain in chains for choice in choices.about(chain)]
    assert sorted(belonging) == sorted(choice.id for choice in EVERY)


@pytest.mark.parametrize("choice", EVERY, ids=lambda choice: choice.id)
def test_the_default_is_that_of_the_notebooks(choice, chains):
    base = {name: value for chain in chains for name, value in chain.settings("guidance").items()}
    said = choice.default.settings(chains[0].report.country)
    assert said == {name: base[name] for name in said}


@pytest.mark.parametrize("choice", EVERY, ids=lambda choice: choice.id)
def test_answers_differ_and_have_a_reason_and_a_source(choice):
    answers = [repr(option.values) for option in choice.options]
    assert len(set(answers)) == len(answers)
    for option in choice.options:
        assert option.values.keys() == choice.default.values.keys()
        assert option.why.endswith(".")
        assert option.source


def test_the_answers_of_a_preset_are_all_of_it(chains):
    """Taken together they give data/presets.yml, so that the two files cannot contradict."""
    for chain in chains:
        together = chain.settings("guidance")
        for choice in choices.about(chain):
            for option in choice.others:
                if option.preset == "trends_earth":
                    together |= option.settings(chain.report.country)
        assert together == chain.settings("trends_earth")


def test_nothing_of_a_preset_lies_outside_the_chains():
    inside = {*land_chain.CHAPTERS, *drought_chain.CHAPTERS}
    assert parameters.preset("trends_earth").keys() <= inside
    assert inside <= {chapter.id for chapter in chapters.read()}


def test_years_follow_the_periods_of_the_country(country):
    option = next(c for c in EVERY if c.id == "reporting_start").others[0]
    periods = country.periods.model_copy(update={"baseline": (2010, 2018)})
    moved = country.model_copy(update={"periods": periods})
    assert set(option.settings(moved).values()) == {2018}


def test_two_answers_of_one_label_are_refused(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    text = (paths.data() / "choices.yml").read_text(encoding="utf-8")
    (folder / "choices.yml").write_text(text.replace("at 40 % of", "at 60 % of"))
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(tmp_path))
    with pytest.raises(InputError, match="60 % of the best land"):
        choices.read()


class Toy:
    """A chain whose figure is the sum of what its choices weigh."""

    main = "figure"

    def __init__(self, country):
        self.headings = {"figure": ("Figure, %", 1)}
        self.report = SimpleNamespace(country=country)

    def settings(self, preset=None):
        faithful = preset == "trends_earth"
        return {"so1-3.threshold_counts": faithful, "so1-4.no_data": "any", "so1-2.units": "soil"}

    def key_figures(self, values):
        if values["so1-2.units"] == "land_cover_by_soil":
            raise InputError("units", found="no soil", allowed="soil", remedy="Add it.")
        figure = 20 + 3 * values["so1-3.threshold_counts"]
        return {"figure": figure - 0.5 * (values["so1-4.no_data"] == "available")}


def test_comparison_by_hand(country):
    found = choices.compare(Toy(country))
    assert found.figures["figure"].to_dict() == {
        "Preset guidance": 20,
        "Preset Trends.Earth": 23,
        "Units of land cover only": 20,
        "Exactly 10 % of soil carbon counts": 23,
        "Judged by the parts with data": 19.5,
    }
    assert found.left_out.values.tolist() == [
        ["Units of land cover and soil", "no soil; it takes soil"]
    ]
    assert found.effects.to_dict() == {
        "Preset Trends.Earth": 3,
        "Exactly 10 % of soil carbon counts": 3,
        "Judged by the parts with data": -0.5,
    }
    shown = choices.side_by_side(found)["Figure, %"].tolist()
    assert shown == ["20.0", "23.0 (+3.0)", "20.0 (0)", "23.0 (+3.0)", "19.5 (−0.5)"]
    assert "1 others move it by less than 0.005" in choices.describe(found)


def test_an_answer_without_its_dataset_is_left_out_before_it_is_tried(country):
    without = {k: v for k, v in country.datasets.items() if k != "soil_units"}
    toy = Toy(country.model_copy(update={"datasets": without}))
    toy.settings = lambda preset=None: Toy.settings(toy, preset) | {"so1-2.units": "land_cover"}
    reasons = choices.compare(toy).left_out.set_index("answer").reason
    assert reasons["Units of soil only"] == "no dataset soil_units in country.yml"


def test_the_walk_ends_at_the_other_preset(country):
    walk = choices.steps(Toy(country))
    assert walk["step"].tolist() == ["Preset guidance", "Exactly 10 % of soil carbon counts"]
    assert walk["value"].tolist() == [20, 23]
    np.testing.assert_array_equal(walk["change"], [np.nan, 3])


def test_reasons_say_what_is_in_use(country):
    table = choices.reasons(Toy(country)).set_index("Question")["In use here"]
    assert table["What is land of the same kind?"] == "Units of soil only"
    assert table["What if one of the three parts has no data?"] == "the default"
    others = choices.other_answers(Toy(country)).set_index("Answer")
    assert "Units of soil only" in others.index
    assert others.loc["Units of soil only", "Question"] == "What is land of the same kind?"
    own = Toy(country)
    own.settings = lambda preset=None: Toy.settings(own, preset) | {"so1-2.units": "by hand"}
    used = choices.reasons(own).set_index("Question")["In use here"]
    assert used["What is land of the same kind?"] == "the country's own setting"


def test_the_growing_season_is_that_of_the_country(drylandia):
    """Drylandia names its months and reports the calendar year: both can be compared there."""
    report = Report.open(drylandia.iso3, output_folder=str(drylandia.output))
    land = land_chain.LandChain(report)
    values = land.settings("guidance")
    assert (values["so1-2.annual_value"], values["so1-2.season"]) == ("calendar_year", [6, 10])
    option = next(choice for choice in EVERY if choice.id == "annual_value").others[0]
    figures = land.key_figures(values | option.settings(report.country))
    calendar = land.key_figures(values)
    assert figures["degraded_productivity"] != calendar["degraded_productivity"]
    assert figures["degraded_soc"] == calendar["degraded_soc"]
    with pytest.raises(InputError, match="found 'no season'"):
        land.key_figures(values | option.settings(report.country) | {"so1-2.season": []})


@pytest.mark.parametrize("iso3", ["drylandia", "archipelago"])
def test_the_chains_give_the_tables_of_the_chapters(iso3, request):
    run = request.getfixturevalue(iso3)
    report = Report.open(run.iso3, output_folder=str(run.output))
    land = land_chain.LandChain(report)
    figures = pd.Series(land.key_figures(land.settings()))
    np.testing.assert_allclose(figures.iloc[:3], report.table("SO1-4.T2")["sdg_15_3_1"], rtol=1e-9)
    for table_id, part in (
        ("SO1-1.T7", "land_cover"),
        ("SO1-2.T3", "productivity"),
        ("SO1-3.T2", "soc"),
    ):
        areas = report.table(table_id).set_index("status")["area_reporting"]
        np.testing.assert_allclose(figures[f"degraded_{part}"], areas["degraded"], rtol=1e-9)
    drought = drought_chain.DroughtChain(report)
    share = report.table("SO3-1.T2")["proportion"]
    figures = drought.key_figures(drought.settings())
    np.testing.assert_allclose(figures["drought_mean"], share.mean(), rtol=1e-6)
    np.testing.assert_allclose(figures["drought_last"], share.iloc[-1], rtol=1e-6)
