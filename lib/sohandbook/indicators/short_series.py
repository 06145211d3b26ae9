"""Yearly national figures with gaps: lay them out, and judge their trend from few points.

Used by the indicators that are series of one figure a year (SO 2-1, SO 2-2, SO 3-3).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from sohandbook.errors import InputError

REPORTING_YEARS = range(2000, 2024)
# With four points even a steady rise has p = 2/24; five are the fewest that can show a trend.
FEWEST_POINTS = 5


@dataclass(frozen=True)
class Trend:
    """The trend of a short series and how sure it is.

    Attributes
    ----------
    points : int
        Years with a value; gaps are not filled.
    first_year, last_year : int
        Of the years with a value; 0 where there is none.
    slope, lower, upper : float
        Theil-Sen slope per year and its 95 % interval (Sen 1968); NaN below two points.
    p_value : float
        Two-sided, Mann-Kendall: exact without ties, else by the normal approximation with
        the correction for ties and continuity (Kendall 1975).
    word : str
        ``increase``, ``decrease``, ``stable`` (no trend can be shown, which is not proof
        that there is none), or ``unknown`` (fewer than five points).
    """

    points: int
    first_year: int
    last_year: int
    slope: float
    lower: float
    upper: float
    p_value: float
    word: str


def trend(series: pd.Series, *, significance: float = 0.05) -> Trend:
    """Return the trend of a yearly series.

    Parameters
    ----------
    series : Series
        Values with the year as index; NaN is a gap.
    significance : float
        Greatest p-value at which a trend is named.

    Returns
    -------
    Trend

    References
    ----------
    Mann 1945; Kendall 1975; Sen 1968, doi:10.1080/01621459.1968.10480934.
    """
    known = series.dropna().sort_index()
    years, values = known.index.to_numpy(float), known.to_numpy(float)
    count = len(values)
    if count < 2:
        year = int(years[0]) if count else 0
        return Trend(count, year, year, math.nan, math.nan, math.nan, math.nan, "unknown")
    later, earlier = np.tril_indices(count, -1)
    rises = values[later] - values[earlier]
    slopes = np.sort(rises / (years[later] - years[earlier]))
    score = int(np.sign(rises).sum())
    variance = _variance(values)
    reach = 1.959963984540054 * math.sqrt(variance)
    lowest = max(round((len(slopes) - reach) / 2) - 1, 0)
    highest = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    if len(np.unique(values)) == count:
        p_value = _exact_p(count, abs(score))
    elif score == 0:
        p_value = 1.0
    else:
        p_value = math.erfc((abs(score) - 1) / math.sqrt(2 * variance))
    if count < FEWEST_POINTS:
        word = "unknown"
    elif p_value > significance:
        word = "stable"
    else:
        word = "increase" if score > 0 else "decrease"
    return Trend(
        count,
        int(years[0]),
        int(years[-1]),
        float(np.median(slopes)),
        float(slopes[lowest]),
        float(slopes[highest]),
        p_value,
        word,
    )


def of(
    table: pd.DataFrame,
    series: str,
    *,
    location: str | None = "ALLAREA",
    sex: str | None = "BOTHSEX",
    age: str | None = "ALLAGE",
) -> pd.DataFrame:
    """Take one series of one group of people out of a table of many.

    Parameters
    ----------
    table : DataFrame
        As :func:`sohandbook.sources.series.sdg_series_api` gives it.
    series : str
        Code of the SDG database, for example ``SI_POV_DAY1``.
    location, sex, age : str or None
        The group; by default everybody. ``None`` keeps the rows of all groups.

    Returns
    -------
    DataFrame
        The rows of the series, by year.

    Raises
    ------
    InputError
        If the table lacks the series, or the series has no such group.
    """
    rows = table[table["series"] == series]
    if rows.empty:
        raise InputError(
            "SDG series",
            found=f"no rows of {series}",
            allowed=sorted(table["series"].unique()),
            remedy="Fetch the series: 'sohandbook fetch' names the file it needs.",
        )
    for column, group in (("location", location), ("sex", sex), ("age", age)):
        groups = sorted(rows[column].unique())
        if group is not None:
            rows = rows[rows[column] == group]
        if rows.empty:
            raise InputError(
                f"SDG series {series}, {column}",
                found=f"no rows of {group}",
                allowed=groups,
                remedy="Take a group that the series has.",
            )
    return rows.sort_values("year", ignore_index=True)


def fitted(series: pd.Series) -> pd.Series:
    """Return the Theil-Sen line between the first and last value, NaN before and after.

    Its height is the median of what the slope leaves of the values. It is there to be drawn
    beside them, never to fill gaps.

    Parameters
    ----------
    series : Series
        Values with the year as index; NaN is a gap.
    """
    known = series.dropna()
    slope = trend(series).slope
    height = (known - slope * known.index.to_numpy(float)).median()
    years = series.index.to_numpy(float)
    line = pd.Series(height + slope * years, index=series.index, name="trend")
    return line.loc[known.index.min() : known.index.max()].reindex(series.index)


def proposal(trend: Trend, *, column: str = "change_in_indicator") -> pd.DataFrame:
    """Propose the word of a qualitative assessment; people confirm it and name the drivers.

    Parameters
    ----------
    trend : Trend
    column : str
        How the form names the word.

    Returns
    -------
    DataFrame
        One row: the word, empty where too few values are known, and ``comments``, which say
        what the word rests on.
    """
    years = f"{trend.points} values, {trend.first_year} to {trend.last_year}"
    if trend.word == "unknown":
        words = f"Proposal withheld: {years}, too few to show a direction."
    else:
        words = (
            f"Proposed from {years}: {trend.slope:+.3g} a year "
            f"(95 % interval {trend.lower:+.3g} to {trend.upper:+.3g}), p = {trend.p_value:.2g}."
        )
    word = "" if trend.word == "unknown" else trend.word
    return pd.DataFrame({column: [word], "comments": [f"{words} To be confirmed."]})


def lay_out(
    frame: pd.DataFrame,
    *,
    name: str,
    years: Iterable[int] = REPORTING_YEARS,
    limits: tuple[float, float] = (0.0, 100.0),
) -> pd.Series:
    """Return one value for every year, NaN where there is none; nothing is filled.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year`` and ``value``.
    name : str
        What the values are, for the column and for errors.
    years : iterable of int
    limits : (float, float)
        Least and greatest value that can be right.

    Returns
    -------
    Series of float64, index ``year``

    Raises
    ------
    InputError
        If a year has two values or a value is out of its limits.
    """
    require_columns(frame, ["year", "value"], name=name)
    known = frame.dropna(subset=["value"])
    twice = known[known["year"].duplicated(keep=False)]
    if len(twice):
        year = twice["year"].iloc[0]
        raise InputError(
            f"{name}, year {year}",
            found=twice.loc[twice["year"] == year, "value"].tolist(),
            allowed="one value a year",
            remedy="Keep one series: one definition, one source, one release.",
        )
    outside = known[~known["value"].between(*limits)]
    if len(outside):
        row = outside.iloc[0]
        raise InputError(
            f"{name}, year {int(row['year'])}",
            found=float(row["value"]),
            allowed=f"{limits[0]:g} to {limits[1]:g}",
            remedy="Check the unit of the series.",
        )
    values = known.set_index("year")["value"].astype(float)
    return values.reindex(pd.Index(list(years), name="year")).rename(name)


def gaps(series: pd.Series) -> list[int]:
    """Return the years without a value."""
    return series.index[series.isna()].astype(int).tolist()


def require_columns(frame: pd.DataFrame, columns: Sequence[str], *, name: str) -> None:
    """Stop unless a table has the columns."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InputError(
            f"{name}, columns",
            found=list(frame.columns),
            allowed=columns,
            remedy=f"Add {', '.join(missing)}.",
        )


def _variance(values: np.ndarray) -> float:
    """Return the variance of the Mann-Kendall score, lessened by ties."""
    count = len(values)
    ties = np.unique(values, return_counts=True)[1]
    whole = count * (count - 1) * (2 * count + 5)
    return (whole - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


@cache
def _exact_p(count: int, score: int) -> float:
    """Return the share of the orders of ``count`` different values that score as high."""
    pairs = count * (count - 1) // 2
    orders = [1]  # by number of pairs out of order
    for size in range(2, count + 1):
        longer = [0] * (len(orders) + size - 1)
        for swaps, number in enumerate(orders):
            for more in range(size):
                longer[swaps + more] += number
        orders = longer
    high = sum(number for swaps, number in enumerate(orders) if abs(pairs - 2 * swaps) >= score)
    return high / math.factorial(count)
