"""Words of a trend against the numbers that they are about, also where people wrote the words.

The manual asks that the two agree and prints no limit (SO 5, Tier 1). So a word is questioned
only where no sensible limit gives it.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from sohandbook.activities import TRENDS
from sohandbook.evidence import Evidence, Finding, year_in
from sohandbook.indicators import finance

# A change along the line of up to this share of the mean may still be called stable.
MOST_STABLE = 0.25
# Each table with a word: the tables, and their columns, of which it may tell.
TOLD = {
    "SO2-1.T3": {"SO2-1.T1": "poverty_headcount", "SO2-1.T2": "gini_index"},
    "SO2-2.T2": {"SO2-2.T1": "total"},
    "SO3-3.T2": {"SO3-3.T1": "dvi_total"},
    "SO4-2.T2": {"SO4-2.T1": "red_list_index"},
    "SO4-3.T2": {"SO4-3.T1": "kba_protected_share"},
}
# What the forms call the column of the word.
WORDS = ("change_in_indicator", "dominant_change", "change_in_dvi")
DIRECTIONS = {"increase": "increasing", "decrease": "declining", "stable": "stable"}


def possible_words(numbers: pd.Series) -> set[str]:
    """Return the words that fit yearly numbers for some limit from 0 to 25 %.

    Parameters
    ----------
    numbers : Series
        The year is the index.

    Returns
    -------
    set of str
        Of ``increasing``, ``stable``, ``declining``, ``unknown``.
    """
    return {finance.trend_word(numbers, threshold=limit) for limit in (0.0, MOST_STABLE)}


def trend_words(evidence: Evidence) -> Iterator[Finding]:
    """All objectives: the word of a trend agrees with the numbers of the yearly table."""
    for table_id, tables in TOLD.items():
        if evidence.has(table_id):
            series = [
                _by_year(evidence.tables[other])[column]
                for other, column in tables.items()
                if evidence.has(other)
            ]
            frame = evidence.tables[table_id]
            for name in frame.columns.intersection(WORDS):
                for word in frame[name]:
                    yield _finding(f"{table_id} {name}", DIRECTIONS.get(word), series)
    for indicator, items in TRENDS.items():
        if evidence.has(f"{indicator}.TREND", f"{indicator}.SUMMARY"):
            words = evidence.tables[f"{indicator}.TREND"]
            summary = _by_year(evidence.tables[f"{indicator}.SUMMARY"])
            for item, word in _words(words).items():
                if item in items:
                    sums = summary[list(items[item])].sum(axis=1, min_count=1)
                    yield _finding(f"{indicator}.TREND {item}", word, [sums])


def _finding(where: str, word: str | None, series: list[pd.Series]) -> Finding:
    known = [numbers.dropna() for numbers in series if numbers.notna().sum() > 1]
    if not word or not known:
        told = word in (None, "", "unknown")
        detail = "no word" if not word else "no numbers for two years"
        return Finding(where, None, f"not checked: {detail}" if told else f"{word}, {detail}")
    fits = set().union(*map(possible_words, known))
    if "unknown" in fits:  # two years have a direction and no trend
        fits |= {_direction(numbers) for numbers in known} | {"stable"}
    detail = f"{word}; the numbers say {' or '.join(sorted(fits))}"
    return Finding(where, word in fits, detail)


def _direction(numbers: pd.Series) -> str:
    change = np.sign(numbers.iloc[-1] - numbers.iloc[0])
    return {1.0: "increasing", -1.0: "declining"}.get(float(change), "stable")


def _by_year(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index(pd.Index([year_in(value) for value in frame.iloc[:, 0]], name="year"))


def _words(frame: pd.DataFrame) -> Mapping[str, str]:
    return dict(zip(frame.iloc[:, 0], frame["trend"], strict=True))
