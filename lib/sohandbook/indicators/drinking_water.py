"""SO 2-2: people who use safely managed drinking water.

Source: UNCCD reporting manual 2026, SO 2-2. Series: SDG 6.1.1 (SH_H2O_SAFE), WHO/UNICEF JMP.
The trend is that of :func:`sohandbook.indicators.short_series.trend`, taken by column.
"""

from collections.abc import Iterable

import pandas as pd

from sohandbook.errors import InputError
from sohandbook.indicators.poverty import weighted_mean
from sohandbook.indicators.short_series import (
    REPORTING_YEARS,
    gaps,
    lay_out,
    require_columns,
    trend,
)

__all__ = ["LOCATIONS", "affected_areas", "disagreements", "gaps", "table", "trend"]

LOCATIONS = ("urban", "rural", "total")
# How the releases of the SDG database name them.
_NAMES = {
    **{name: name for name in LOCATIONS},
    "URBAN": "urban",
    "U": "urban",
    "RURAL": "rural",
    "R": "rural",
    "ALLAREA": "total",
    "allarea": "total",
    "_T": "total",
}


def table(series: pd.DataFrame, *, years: Iterable[int] = REPORTING_YEARS) -> pd.DataFrame:
    """Return table SO2-2.T1.

    Parameters
    ----------
    series : DataFrame
        Columns ``year``, ``location`` (urban, rural, total, or the SDG database's codes)
        and ``value``, % of the people there.
    years : iterable of int
        The rows of the table.

    Returns
    -------
    DataFrame
        ``year``, ``urban``, ``rural``, ``total``; empty cells are gaps. The total is never
        computed from the two: many countries report one of the three only.

    Raises
    ------
    InputError
        If a location is unknown, a year stands twice, or a value is not in 0 to 100.
    """
    require_columns(series, ["year", "location", "value"], name="drinking water")
    named = series.assign(location=series["location"].map(_NAMES))
    if named["location"].isna().any():
        raise InputError(
            "drinking water, location",
            found=sorted(set(series["location"].astype(str)) - set(_NAMES)),
            allowed=list(_NAMES),
            remedy="Rename the location.",
        )
    listed = list(years)
    columns = [
        lay_out(named[named["location"] == location], name=location, years=listed)
        for location in LOCATIONS
    ]
    return pd.concat(columns, axis=1).reset_index()


def disagreements(table: pd.DataFrame, *, tolerance: float = 0.05) -> pd.DataFrame:
    """Return the years in which the total does not lie between urban and rural.

    Parameters
    ----------
    table : DataFrame
        The result of :func:`table`.
    tolerance : float
        Percentage points by which rounding may put it outside.
    """
    both = table.dropna(subset=list(LOCATIONS))
    low = both[["urban", "rural"]].min(axis=1) - tolerance
    high = both[["urban", "rural"]].max(axis=1) + tolerance
    return both[~both["total"].between(low, high)].reset_index(drop=True)


def affected_areas(
    regional: pd.DataFrame, *, affected: Iterable[str], years: Iterable[int] = REPORTING_YEARS
) -> pd.DataFrame:
    """Return the share of people in the affected areas from figures of regions.

    Parameters
    ----------
    regional : DataFrame
        Columns ``region``, ``year``, ``location``, ``value`` (%), ``population`` (persons
        who live in that location of the region).
    affected : iterable of str
        The affected regions.
    years : iterable of int

    Returns
    -------
    DataFrame
        ``year``, ``urban``, ``rural``, ``total``, each the mean with the people as weights;
        empty where an affected region has no value.
    """
    require_columns(regional, ["location"], name="drinking water")
    listed, wanted = list(years), list(affected)
    columns = {}
    for location in LOCATIONS:
        rows = regional[regional["location"].map(_NAMES) == location]
        lacks = set(wanted) - set(rows["region"])
        # A name that no location knows is a mistake, which weighted_mean names.
        if rows.empty or (lacks and lacks <= set(regional["region"])):
            columns[location] = pd.Series(float("nan"), index=pd.Index(listed, name="year"))
        else:
            mean = weighted_mean(rows, name=location, affected=wanted, years=listed)
            columns[location] = mean.set_index("year")[location]
    return pd.DataFrame(columns).reset_index()
