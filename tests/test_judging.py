"""Judging the indicators: the method is whole, its sums are right, and it is open to change."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook import chapters, judging
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.judging import evidence, method

ROOT = Path(__file__).parents[1]
METHOD = judging.read()
COUNTRY = Country.load("XDL")


def status(*cells: int) -> xr.DataArray:
    return xr.DataArray(np.array([cells], dtype=np.int8), dims=("y", "x"))


def report(maps: dict[str, xr.DataArray], cell_area: list[float]) -> SimpleNamespace:
    return SimpleNamespace(
        country=COUNTRY,
        output_folder=Path("nowhere"),
        cell_area=xr.DataArray([cell_area], dims=("y", "x")),
        has_maps=lambda *names: set(names) <= set(maps),
        has_table=lambda name: False,
        map=maps.__getitem__,
    )


def some_scores() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    values = rng.uniform(0, 100, (len(METHOD.indicators), len(METHOD.criteria)))
    return pd.DataFrame(values, index=list(METHOD.indicators), columns=list(METHOD.criteria))


def test_every_indicator_of_the_book_is_judged_and_none_besides():
    codes = [one.id for one in chapters.read() if re.fullmatch(r"so\d-\d", one.id)]
    assert list(METHOD.indicators) == codes
    assert len(codes) - len(judging.twins()) == 17
    for judged in METHOD.indicators.values():
        assert {"relevance", "effectiveness", "sustainability"} == set(judged)


def test_seven_criteria_and_each_measure_counts_once():
    assert len(METHOD.criteria) == 7
    used = [measure for one in METHOD.criteria.values() for measure in one.measures]
    assert sorted(used) == sorted(method.MEASURES)
    assert set(METHOD.scales) == set(method.MEASURES)


def test_files_named_as_sources_exist():
    text = (ROOT / "data" / "judging.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:data|notebooks)/[\w.-]+\w", text))
    assert len(named) >= 6
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_impact_says_what_is_missing():
    assert len(METHOD.impacts) == 15
    assert all(impact.missing.endswith(".") for impact in METHOD.impacts.values())
    gaps = judging.gaps(METHOD)
    assert list(gaps["impact"][:3]) == ["1.4", "2.4", "4.2"]
    assert (
        len(gaps) + sum("in full" in i.measured_by.values() for i in METHOD.impacts.values()) == 15
    )


def test_a_scale_is_linear_and_stays_between_its_ends():
    lag = METHOD.scales["lag"]
    assert (lag.worst, lag.best) == (4, 0)
    assert [lag.score(x) for x in (0, 1, 4, 9, -1)] == [100, 75, 0, 0, 100]


def test_what_is_not_measured_is_left_out_and_is_no_nought():
    blank = pd.DataFrame(np.nan, index=["so1-1", "so2-1"], columns=list(method.MEASURES))
    blank.loc["so1-1", ["truth", "range_of_choices"]] = [60.0, 25.0]
    scores = judging.by_criterion(blank, METHOD)
    assert scores.effectiveness["so1-1"] == pytest.approx((60 + 75 + 25 * 2) / 3)
    assert scores.effectiveness["so2-1"] == 25 * 1  # our judgement alone
    assert np.isnan(scores.synergy["so2-1"])
    assert judging.overall(scores, METHOD)["so2-1"] == pytest.approx((50 + 25 + 75) / 3)


def test_a_weight_moves_the_overall_score_and_nought_takes_a_criterion_out():
    scores = some_scores()
    changed = METHOD.with_weights({"synergy": 3})
    expected = (scores.sum(axis=1) + 2 * scores.synergy) / 9
    assert judging.overall(scores, changed).to_numpy() == pytest.approx(expected.to_numpy())
    without = METHOD.with_weights({"synergy": 0})
    rest = scores.drop(columns="synergy").mean(axis=1)
    assert judging.overall(scores, without).to_numpy() == pytest.approx(rest.to_numpy())


@pytest.mark.parametrize(
    ("weights", "found"),
    [
        ({"beauty": 1}, "beauty"),
        ({"synergy": -1}, "-1"),
        (dict.fromkeys(METHOD.criteria, 0), "all"),
    ],
)
def test_wrong_weights_are_refused(weights, found):
    with pytest.raises(InputError, match=found):
        METHOD.with_weights(weights)


def test_places_stay_within_the_best_and_the_worst():
    places = judging.steadiness(some_scores(), METHOD)
    assert (places.best <= places.place).all() and (places.place <= places.worst).all()
    assert places.place.min() == 1
    same = some_scores().assign(**dict.fromkeys(METHOD.criteria, 50.0))
    assert (judging.steadiness(same, METHOD)[["best", "worst"]] == 1).all(axis=None)


def test_found_and_right_by_hand():
    said = status(-1, -1, -1, 0, 0, -128, 1)
    real = status(-1, 0, -1, -1, 0, -1, -128)
    # 2 of 3 said are right and 2 of 3 real are found, where both maps have data
    assert evidence.found_and_right(said, real) == pytest.approx(200 * 2 / 6)
    assert np.isnan(evidence.found_and_right(status(0, 1), status(0, 0)))
    assert evidence.found_and_right(status(-1, 0), status(0, -1)) == 0


def test_what_degraded_land_rests_on_by_hand():
    names = list(evidence.MAPS_OF_STATUS.values())[:3]
    maps = dict(
        zip(names, [status(-1, 0, 0, -1, 0), status(0, -1, 0, -1, -128), status(1, 0, -1, 0, 0)],
            strict=True)
    )  # fmt: skip
    shares = judging.alone(report(maps, [1, 2, 3, 4, 9]))
    assert shares.to_list() == pytest.approx([10, 20, 30, 40])
    assert judging.alone(report({}, [1])).empty


def test_the_twin_shares_all_its_data():
    pairs = judging.overlap(report({}, [1]), METHOD)
    first = pairs.iloc[0]
    assert (first.indicator, first.other, first.shared_inputs) == ("so1-3", "so4-1", 100)
    shared = pairs.set_index(["indicator", "other"])["shared_inputs"]
    assert 0 < shared["so2-1", "so2-2"] < 100  # both read the series of the goals
    assert ("so1-1", "so5-1") not in shared.index


def test_evidence_without_results_is_empty_where_it_has_to_be():
    found = judging.measure(report({}, [1]), ["so1-1", "so4-1", "so5-5"])
    assert found.loc["so1-1", ["coverage", "truth", "time_share", "range_of_choices"]].isna().all()
    assert found.loc["so1-1", ["lag", "inputs", "feeds"]].to_list() == [1, 1, 1]
    assert found.loc["so1-1", "cell_size"] == pytest.approx(309.2, abs=0.1)
    assert found.loc["so5-5", "people_share"] == 100
    assert np.isnan(found.loc["so5-5", "cell_size"])


def test_words_of_the_page_name_indicators_as_people_do():
    page = judging.scoreboard(some_scores(), METHOD)
    assert page.index[0] == "SO 1-1"
    assert list(page.columns)[-1] == "Overall"
    heads = judging.for_reading(
        pd.DataFrame(0.0, index=["so1-1"], columns=list(method.MEASURES)),
        METHOD,
        columns=judging.OF_DATA,
    ).columns
    assert {"Cells of the coarsest map (m)", "Years behind the reporting year"} <= set(heads)
    assert "11132 to 250 m" in set(judging.scales(METHOD)["From worst to best"])
    judged = judging.judgements(METHOD, "relevance")
    assert not judged["Source"].str.contains("MAN").any()
    assert len(judged) == 18
    assert list(judged.columns) == ["Indicator", "Score (0 to 4)", "Reason", "Source"]
