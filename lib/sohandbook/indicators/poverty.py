"""SO 2-1: poverty or inequality, one of the two.

Source: UNCCD reporting manual 2026, SO 2-1. Series: SDG 1.1.1 (SI_POV_DAY1) or World Bank
SI.POV.GINI. The trend is that of :func:`sohandbook.indicators.short_series.trend`.
"""

from collections.abc import Iterable

import pandas as pd

from sohandbook.errors import InputError
from sohandbook.indicators.short_series import (
    REPORTING_YEARS,
    gaps,
    lay_out,
    require_columns,
    trend,
)

__all__ = ["METRICS", "affected_areas", "gaps", "table", "trend"]

METRICS = {
    "poverty_headcount": "SO2-1.T1: people below the international poverty line, %",
    "gini_index": "SO2-1.T2: Gini index, 0 to 100",
}

# No society is as equal as 1 of 100; what is no more than 1 is a fraction.
LIMITS = {"gini_index": (1.01, 100.0)}


def table(
    series: pd.DataFrame, *, metric: str, years: Iterable[int] = REPORTING_YEARS
) -> pd.DataFrame:
    """Return table SO2-1.T1 or SO2-1.T2.

    Parameters
    ----------
    series : DataFrame
        Columns ``year`` and ``value``; with ``poverty_line`` (USD a day) all values must
        name the same line. It moved from 1.90 to 2.15 and 3.00 USD under one code.
    metric : {"poverty_headcount", "gini_index"}
        A Party reports one.
    years : iterable of int
        The rows of the table.

    Returns
    -------
    DataFrame
        ``year`` and the metric; empty cells are gaps, listed by :func:`gaps`.

    Raises
    ------
    InputError
        If lines are mixed, a year stands twice, or a value is not in 0 to 100; a Gini index
        up to 1 is a fraction.
    """
    _check_metric(metric, METRICS)
    known = series.dropna(subset=["value"]) if "value" in series else series
    if "poverty_line" in known and known["poverty_line"].nunique(dropna=False) > 1:
        raise InputError(
            "poverty series, poverty_line",
            found=known["poverty_line"].unique().tolist(),
            allowed="one line for all years",
            remedy="Keep the rows of one line; the manual of 2026 asks for 3.00 USD (2021 prices).",
        )
    limits = LIMITS.get(metric, (0.0, 100.0))
    return lay_out(series, name=metric, years=years, limits=limits).reset_index()


def affected_areas(
    regional: pd.DataFrame,
    *,
    metric: str,
    affected: Iterable[str],
    years: Iterable[int] = REPORTING_YEARS,
) -> pd.DataFrame:
    """Return the metric of the affected areas from figures of regions.

    A share of people is averaged with the people as weights. A Gini index cannot be:
    the inequality of two regions together is not a mean of theirs.

    Parameters
    ----------
    regional : DataFrame
        Columns ``region``, ``year``, ``value`` (%), ``population`` (persons).
    metric : {"poverty_headcount"}
    affected : iterable of str
        The affected regions.
    years : iterable of int

    Returns
    -------
    DataFrame
        ``year``, the metric, and ``regions`` (how many had a value). A year in which an
        affected region has no value stays empty.

    Raises
    ------
    InputError
        If a region is unknown, or the metric cannot be averaged.
    """
    _check_metric(metric, ["poverty_headcount"])
    return weighted_mean(regional, name=metric, affected=affected, years=years)


def weighted_mean(
    regional: pd.DataFrame, *, name: str, affected: Iterable[str], years: Iterable[int]
) -> pd.DataFrame:
    """Return the population-weighted mean of regions by year; see :func:`affected_areas`."""
    require_columns(regional, ["region", "year", "value", "population"], name=name)
    wanted = list(affected)
    unknown = set(wanted) - set(regional["region"])
    if unknown or not wanted:
        raise InputError(
            f"{name}, affected regions",
            found=sorted(unknown),
            allowed=sorted(regional["region"].unique()),
            remedy="Name regions of the table.",
        )
    known = regional[regional["region"].isin(wanted)].dropna(subset=["value", "population"])
    twice = known[known.duplicated(["region", "year"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError(
            f"{name}, {first['region']}, year {first['year']}",
            found=known.loc[
                (known["region"] == first["region"]) & (known["year"] == first["year"]), "value"
            ].tolist(),
            allowed="one value a year",
            remedy="Keep one series: one definition, one source, one release.",
        )
    people = known["population"].groupby(known["year"]).sum()
    mean = (known["value"] * known["population"]).groupby(known["year"]).sum() / people
    regions = known.groupby("year")["region"].nunique()
    frame = lay_out(
        mean.where(regions == len(wanted)).rename("value").reset_index(), name=name, years=years
    ).reset_index()
    return frame.assign(regions=frame["year"].map(regions).fillna(0).astype(int))


def _check_metric(metric: str, allowed: Iterable[str]) -> None:
    if metric not in allowed:
        raise InputError(
            "metric", found=metric, allowed=allowed, remedy="Choose one of these metrics."
        )
