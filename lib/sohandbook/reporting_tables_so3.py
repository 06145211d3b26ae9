"""From drought classes, people and factors to the tables of SO 3-1, SO 3-2 and SO 3-3.

Each function returns a frame, in km2, persons or percent, without rounding.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import tables
from sohandbook.errors import InputError
from sohandbook.indicators.drought_hazard import WINDOWS, regroup_windows, worst
from sohandbook.indicators.population_exposure import nearest_years
from sohandbook.indicators.vulnerability_factors import definitions, nearest_values


def land_by_drought_class(
    classes: xr.DataArray, *, land: Mapping[int, xr.DataArray]
) -> pd.DataFrame:
    """Return the land in each class of drought by year; for SO3-1.T1.

    Parameters
    ----------
    classes : DataArray of int8, dims (year, y, x)
        Classes of drought.
    land : mapping of int to DataArray of float, dims (y, x)
        By year of table CP-1.T1, the land beneath each drought cell, km2, from
        :func:`sohandbook.drought_cells.gathered`. Each year of drought takes the nearest of
        these years, the earlier of two, as the reporting platform does.

    Returns
    -------
    DataFrame
        ``year``, ``code``, ``key``, ``label``, ``area_km2``; each year adds up to the land of
        its year in CP-1.T1.
    """
    nearest = nearest_years(classes["year"].values, available=land)
    parts = []
    for source in sorted(set(nearest.values())):
        years = [year for year, taken in nearest.items() if taken == source]
        km2 = land[source]
        parts.append(tables.area_by_class(classes.sel(year=years), cell_area=km2, within=km2 > 0))
    return pd.concat(parts).sort_values("year", kind="stable", ignore_index=True)


def people_at_worst(
    people: xr.DataArray,
    *,
    classes: xr.DataArray,
    windows: Sequence[tuple[int, int]] = WINDOWS,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return who lived in each drought cell in the worst year of each window.

    The manual does not say which year's people a window map shows. We take those of the year
    in which the worst class came, the first of several.

    Parameters
    ----------
    people : DataArray, dims (..., year, y, x)
        Persons in each drought cell.
    classes : DataArray of int8, dims (year, y, x)
        Classes of drought of the same years.
    windows : sequence of (int, int)

    Returns
    -------
    (DataArray, DataArray)
        People, dims (window, ..., y, x), and the worst class, dims (window, y, x). Windows
        without any year are left out.
    """
    held = {window: years for window, years in regroup_windows(
        classes["year"].values, windows=windows).items() if years}  # fmt: skip
    worst_class = worst(classes, windows=list(held))
    layers = []
    for years in held.values():
        first = classes.sel(year=years).argmax("year")
        layers.append(people.sel(year=years).isel(year=first).drop_vars("year"))
    return xr.concat(layers, dim=worst_class["window"]), worst_class


def factor_overview(
    factors: pd.DataFrame,
    *,
    years: Iterable[int],
    reach: int,
    direction: Mapping[str, int],
    leave_out: Collection[str] = (),
) -> pd.DataFrame:
    """Say of each of the 13 recommended factors whether the index can use it, and if not, why.

    A factor must have a value in every reported year, or in one near it: with another set of
    factors each year, the index would jump although nothing changed.

    Parameters
    ----------
    factors : DataFrame
        ``year``, ``factor``, ``value``; optional ``sex`` and ``region``.
    years : iterable of int
        The reported years.
    reach : int
        A gap takes the value of the nearest year that is at most so many years away.
    direction : mapping of factor to +1 or -1
        Without factors whose direction was not chosen.
    leave_out : collection of str
        Factors that the country leaves out.

    Returns
    -------
    DataFrame
        ``factor``, ``component``, ``first_year``, ``last_year``, ``values`` (of the total, in all
        years), ``taken_from_near`` (reported years that take another year's value), ``used``,
        ``reason`` (why not).

    Raises
    ------
    InputError
        If a name is not that of a recommended factor.
    """
    known = factors.dropna(subset=["value"])
    if strange := sorted((set(known["factor"]) | set(leave_out)) - set(definitions())):
        raise InputError(
            "vulnerability factors, names", found=strange, allowed=definitions(),
            remedy="Use the names of the recommended factors.",
        )  # fmt: skip
    years = list(years)
    if "sex" in known:
        known = known[known["sex"].fillna("total") == "total"]
    filled = nearest_values(known, years=years, reach=reach)
    rows = []
    for factor, entry in definitions().items():
        own, near = known[known["factor"] == factor], filled[filled["factor"] == factor]
        missing = sorted(set(years) - set(near["year"]))
        if own.empty:
            reason = "no data"
        elif factor in leave_out:
            reason = "left out by the country"
        elif factor not in direction:
            reason = "direction not chosen"
        elif missing:
            reason = f"no value within {reach} years of {_spans(missing)}"
        else:
            reason = "" if own["value"].nunique() > 1 else "never changes"
        rows.append(
            {
                "factor": factor,
                "component": entry["component"],
                "first_year": own["year"].min(),
                "last_year": own["year"].max(),
                "values": own["year"].nunique(),
                "taken_from_near": near.loc[near["year"] != near["source_year"], "year"].nunique(),
                "used": not reason,
                "reason": reason,
            }
        )
    frame = pd.DataFrame(rows)
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})


def factor_directions(agriculture_share_gdp: int | None) -> pd.DataFrame:
    """Return what each factor means for vulnerability, and how we know it.

    Parameters
    ----------
    agriculture_share_gdp : {-1, 1, 0, None}
        The reading of the disputed factor; 0 or None where none was chosen.

    Returns
    -------
    DataFrame
        ``factor``, ``component``, ``direction`` in words, ``how_sure``, ``source``.
    """
    words = {1: "more is more vulnerable", -1: "more is less vulnerable"}
    rows = []
    for factor, entry in definitions().items():
        disputed = factor == "agriculture_share_gdp"
        sign = agriculture_share_gdp if disputed else entry["direction"]
        rows.append(
            {
                "factor": entry["label"],
                "component": entry["component"],
                "direction": words.get(sign, "not chosen"),
                "how_sure": entry["state"],
                "source": entry["basis"],
            }
        )
    return pd.DataFrame(rows)


def methods(overview: pd.DataFrame, *, factors: pd.DataFrame) -> pd.DataFrame:
    """SO3-3.METHOD: which factors were used, which by sex and which by region.

    Parameters
    ----------
    overview : DataFrame
        From :func:`factor_overview`.
    factors : DataFrame
        As there.
    """
    known = factors.dropna(subset=["value"])

    def with_any(column: str, values: Collection[str] | None) -> set[str]:
        if column not in known:
            return set()
        marks = known[column].fillna("")
        chosen = marks.isin(values) if values else marks != ""
        return set(known.loc[chosen, "factor"])

    by_sex, by_region = with_any("sex", ("female", "male")), with_any("region", None)
    used = overview["used"].astype(bool)
    return pd.DataFrame(
        {
            "factor": overview["factor"],
            "used": used,
            "sex_disaggregated": used & overview["factor"].isin(by_sex),
            "sub_national": used & overview["factor"].isin(by_region),
        }
    )


def normalised(factors: pd.DataFrame, *, direction: Mapping[str, int]) -> pd.DataFrame:
    """Return each factor from 0 (least) to 1 (most vulnerable), by year; of the total.

    Parameters
    ----------
    factors : DataFrame
        Without gaps, as from ``nearest_values``.
    direction : mapping of factor to +1 or -1

    Returns
    -------
    DataFrame
        The index is the year, the columns are the factors; NaN for one that never changes.
    """
    total = factors[factors["sex"] == "total"] if "sex" in factors else factors
    wide = total.pivot(index="year", columns="factor", values="value")
    scaled = (wide - wide.min()) / (wide.max() - wide.min()).replace(0, np.nan)
    falling = [factor for factor in scaled if direction[factor] == -1]
    scaled[falling] = 1 - scaled[falling]
    return scaled


def _spans(years: Sequence[int]) -> str:
    """Write years as spans: 2018 to 2023."""
    runs = np.split(np.array(years), np.flatnonzero(np.diff(years) > 1) + 1)
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
