"""From drought classes and people to the tables of SO 3-1 and SO 3-2.

Each function returns a frame, in km2, persons or percent, without rounding.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr

from sohandbook import tables
from sohandbook.indicators.drought_hazard import WINDOWS, regroup_windows, worst
from sohandbook.indicators.population_exposure import nearest_years


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
