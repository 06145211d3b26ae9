"""Trends of few points against scipy, pymannkendall and counting by hand."""

import itertools

import numpy as np
import pandas as pd
import pymannkendall
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook.errors import InputError
from sohandbook.indicators import short_series


def series(values, start=2000):
    return pd.Series(values, index=range(start, start + len(values)), dtype=float)


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(st.floats(-100, 100), min_size=2, max_size=24, unique=True),
    seed=st.integers(0, 9999),
)
def test_trend_agrees_with_scipy(values, seed):
    years = np.random.default_rng(seed).choice(np.arange(1980, 2024), len(values), replace=False)
    known = pd.Series(values, index=years).sort_index()
    ours = short_series.trend(known)
    theirs = scipy.stats.theilslopes(known.values, known.index, alpha=0.95)
    tau = scipy.stats.kendalltau(known.index, known.values, method="exact")
    assert ours.slope == pytest.approx(theirs.slope)
    assert (ours.lower, ours.upper) == pytest.approx((theirs.low_slope, theirs.high_slope))
    assert ours.p_value == pytest.approx(tau.pvalue)


def test_exact_p_by_counting_all_orders():
    scores = [
        sum(np.sign(b - a) for a, b in itertools.combinations(order, 2))
        for order in itertools.permutations(range(6))
    ]
    for score in range(0, 16):
        assert short_series._exact_p(6, score) == np.mean(np.abs(scores) >= score)


def test_ties_agree_with_pymannkendall():
    values = [5, 5, 6, 7, 7, 7, 8, 8, 9, 4, 10, 10]
    assert short_series.trend(series(values)).p_value == pytest.approx(
        pymannkendall.original_test(values).p
    )


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([1, 2, 3, 4, 5], "increase"),
        ([9, 7, 6, 3, 1], "decrease"),
        ([1, 2, 3, 4], "unknown"),
        ([3, 1, 4, 1, 5, 2, 3], "stable"),
        ([2, 2, 2, 2, 2, 2], "stable"),
        ([], "unknown"),
        ([4], "unknown"),
    ],
)
def test_words(values, word):
    assert short_series.trend(series(values)).word == word


def test_gaps_are_skipped_not_filled():
    result = short_series.trend(series([41, np.nan, 20, np.nan, np.nan, 14, 11, np.nan, 6]))
    assert (result.points, result.first_year, result.last_year) == (5, 2000, 2008)
    # The ten pairs of 41 (2000), 20 (2002), 14 (2005), 11 (2006) and 6 (2008), by hand.
    pairs = [-21 / 2, -27 / 5, -30 / 6, -35 / 8, -6 / 3, -9 / 4, -14 / 6, -3 / 1, -8 / 3, -5 / 2]
    assert result.slope == pytest.approx(np.median(pairs))


def test_layout_shows_every_year():
    frame = pd.DataFrame({"year": [2001, 2003], "value": [5, 7]})
    laid = short_series.lay_out(frame, name="share", years=range(2000, 2004))
    assert short_series.gaps(laid) == [2000, 2002]
    assert laid.loc[2003] == 7


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([(2000, 101.0)], "year 2000"),
        ([(2000, -1.0)], "0 to 100"),
        ([(2000, 4.0), (2000, 5.0)], "one value a year"),
    ],
)
def test_wrong_series_stop(rows, named):
    with pytest.raises(InputError, match=named):
        short_series.lay_out(pd.DataFrame(rows, columns=["year", "value"]), name="share")
    with pytest.raises(InputError, match="Add value"):
        short_series.lay_out(pd.DataFrame({"year": [2000]}), name="share")


def sdg_rows():
    columns = ["series", "year", "value", "location", "sex", "age"]
    return pd.DataFrame(
        [
            ("POOR", 2010, 50.0, "ALLAREA", "BOTHSEX", "ALLAGE"),
            ("POOR", 2001, 60.0, "ALLAREA", "BOTHSEX", "ALLAGE"),
            ("POOR", 2001, 70.0, "RURAL", "BOTHSEX", "ALLAGE"),
            ("WATER", 2001, 20.0, "ALLAREA", "BOTHSEX", "ALLAGE"),
        ],
        columns=columns,
    )


def test_one_series_of_everybody_in_order_of_years():
    assert short_series.of(sdg_rows(), "POOR")["value"].tolist() == [60, 50]
    assert len(short_series.of(sdg_rows(), "POOR", location=None)) == 3


def test_a_series_or_group_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"no rows of GINI.*POOR"):
        short_series.of(sdg_rows(), "GINI")
    with pytest.raises(InputError, match=r"no rows of FEMALE.*BOTHSEX"):
        short_series.of(sdg_rows(), "POOR", sex="FEMALE")


def test_the_line_passes_through_a_straight_series_and_ends_with_it():
    known = series([np.nan, 10, np.nan, 14, 16, np.nan])
    line = short_series.fitted(known)
    assert line.tolist() == pytest.approx([np.nan, 10, 12, 14, 16, np.nan], nan_ok=True)


def test_a_line_needs_two_points():
    assert short_series.fitted(series([np.nan, 10, np.nan])).isna().all()


def test_the_proposal_gives_the_word_and_what_it_rests_on():
    falling = short_series.proposal(short_series.trend(series([60, 50, 40, 30, 20])))
    assert falling["change_in_indicator"].tolist() == ["decrease"]
    assert "5 values, 2000 to 2004: -10 a year" in falling.loc[0, "comments"]


def test_few_values_propose_no_word():
    few = short_series.proposal(short_series.trend(series([60, 50])), column="dominant_change")
    assert few["dominant_change"].tolist() == [""]
    assert "2 values, 2000 to 2001, too few" in few.loc[0, "comments"]
