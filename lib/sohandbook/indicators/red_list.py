"""SO4-2, SDG indicator 15.5.1: the Red List Index.

The index says how far a set of species is, together, from extinction: 1 when all
are of least concern, 0 when all are extinct. Only genuine changes may move it,
so earlier categories are first cast back with what we know today.
"""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from sohandbook.errors import InputError
from sohandbook.indicators.short_series import REPORTING_YEARS, lay_out

# Bubb et al. (2009), IUCN Red List Index: guidance for national and regional use, version 1.1.
# RE is regionally extinct. A possibly extinct species, CR(PE), weighs as CR, as in the R package
# "red"; give its category as EX to count it as lost.
WEIGHTS = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "CR(PE)": 4, "EW": 5, "RE": 5, "EX": 5}
EXTINCT = ("EW", "RE", "EX")
NOT_COUNTED = ("DD", "NE", "NA")  # data deficient, not evaluated, not applicable


def back_cast(assessments: pd.DataFrame) -> pd.DataFrame:
    """Correct earlier categories with today's knowledge.

    Where a category differs from the one before because more is known, or names
    and criteria changed, the species was in the later category all along.

    Parameters
    ----------
    assessments : DataFrame
        species, year, category, genuine (bool: whether the change since the
        species' previous assessment really happened; not read in its first).

    Returns
    -------
    DataFrame
        species, year, category; sorted. Categories stay as they are from each
        species' last change that was not genuine onwards.

    Raises
    ------
    InputError
        If a category is unknown or a species has two for a year.
    """
    _check(assessments)
    ordered = assessments.sort_values(["species", "year"], ignore_index=True)
    species, genuine = ordered["species"].tolist(), ordered["genuine"].tolist()
    category = ordered["category"].tolist()
    for later in range(len(ordered) - 1, 0, -1):
        if species[later] == species[later - 1] and not genuine[later]:
            category[later - 1] = category[later]
    return ordered[["species", "year"]].assign(category=category)


def index(
    assessments: pd.DataFrame,
    *,
    years: Iterable[int] | None = None,
    extinct_at_start: Literal["exclude", "count"] = "exclude",
) -> pd.DataFrame:
    """Compute the Red List Index of a set of species.

    ::

        RLI(t) = 1 - sum of W(category of s in t) over species s / (5 N)

    Parameters
    ----------
    assessments : DataFrame
        species, year, category; cast back first with :func:`back_cast`. A category
        holds until the species' next assessment; before its first, that one holds.
    years : iterable of int, optional
        Years of the index; by default all years with an assessment.
    extinct_at_start : {"exclude", "count"}
        The method leaves out species that were extinct before the first year, as
        nothing can change for them. ``count`` keeps them, as the R package ``red``
        does.

    Returns
    -------
    DataFrame
        year, red_list_index (NaN where no species counts), species (N), data_deficient
        (species without a category that counts).

    Raises
    ------
    InputError
        If a category is unknown or a species has two for a year.

    Notes
    -----
    Bubb et al. (2009). The value for a country in the SDG database weighs species
    by the part of their range that is in the country; this one does not, and will
    differ from it.
    """
    if extinct_at_start not in ("exclude", "count"):
        raise InputError(
            "extinct_at_start",
            found=extinct_at_start,
            allowed=("exclude", "count"),
            remedy="Use one of these.",
        )
    _check(assessments)
    by_year = assessments.pivot(index="species", columns="year", values="category")
    wanted = sorted(set(by_year.columns if years is None else years))
    every_year = sorted(set(wanted) | set(by_year.columns))
    in_force = by_year.reindex(columns=every_year).ffill(axis=1).bfill(axis=1)
    if extinct_at_start == "exclude" and every_year:
        in_force = in_force[~in_force[every_year[0]].isin(EXTINCT)]
    rows = []
    for year in wanted:
        weights = in_force[year].map(WEIGHTS)
        count = int(weights.notna().sum())
        value = 1 - weights.sum() / (5 * count) if count else np.nan
        rows.append((year, value, count, len(weights) - count))
    return pd.DataFrame(rows, columns=["year", "red_list_index", "species", "data_deficient"])


def table(series: pd.DataFrame, *, years: Iterable[int] = REPORTING_YEARS) -> pd.DataFrame:
    """Return table SO4-2.T1.

    Parameters
    ----------
    series : DataFrame
        Columns ``year`` and ``value``; ``lower`` and ``upper`` where they are known.
    years : iterable of int
        The rows of the table.

    Returns
    -------
    DataFrame
        ``year``, ``red_list_index``, ``lower_upper_bound`` and ``comments``. The form has one
        column for two bounds: it holds both, as ``0.9 to 0.924``.

    Raises
    ------
    InputError
        If a year stands twice, or a number is not in 0 to 1.
    """
    listed = list(years)

    def column(source: str, name: str) -> pd.Series:
        known = series["year"].to_frame().assign(value=series.get(source, np.nan))
        return lay_out(known, name=name, years=listed, limits=(0.0, 1.0))

    value, lower, upper = (
        column(source, name)
        for source, name in (
            ("value", "red_list_index"), ("lower", "lower bound"), ("upper", "upper bound")
        )
    )  # fmt: skip
    bounds = [
        f"{low!r} to {high!r}" if low <= high else ""
        for low, high in zip(lower.tolist(), upper.tolist(), strict=True)
    ]
    frame = pd.DataFrame({"red_list_index": value, "lower_upper_bound": bounds, "comments": ""})
    return frame.reset_index()


def _check(assessments: pd.DataFrame) -> None:
    """Stop at an unknown category, or at two for one species and year."""
    allowed = (*WEIGHTS, *NOT_COUNTED)
    unknown = assessments[~assessments["category"].isin(allowed)]
    if len(unknown):
        first = unknown.iloc[0]
        raise InputError(
            f"species categories, {first['species']} in {first['year']}, category",
            found=first["category"],
            allowed=allowed,
            remedy="Use the IUCN Red List's short names.",
        )
    twice = assessments[assessments.duplicated(["species", "year"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError(
            f"species categories, {first['species']}",
            found=f"two categories in {first['year']}",
            allowed="one for each species and year",
            remedy="Keep the one that holds.",
        )
