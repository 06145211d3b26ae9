"""Land cover, soil carbon and the rule that joins the parts, for one cell."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.soil_carbon_factors import factor_tables
from sohandbook.indicators.soil_carbon_stock import WATER
from sohandbook.language import translate
from sohandbook.reporting_tables.land_degradation import PARTS

Place = dict[str, int]


def choose(*wishes: xr.DataArray) -> Place:
    """Return the place of a cell: of the first map with any, the middle one of its cells.

    Parameters
    ----------
    *wishes : xarray.DataArray of bool, dims (y, x)
        From the most telling to the most common.

    Returns
    -------
    dict
        ``y`` and ``x`` for ``isel``.
    """
    for wish in wishes:
        places = np.flatnonzero(np.asarray(wish.transpose("y", "x").data))
        if places.size:
            y, x = np.unravel_index(places[places.size // 2], (wish.sizes["y"], wish.sizes["x"]))
            return {"y": int(y), "x": int(x)}
    raise InputError(
        "one cell", found="no cell", allowed="a map with at least one", remedy="Check the grid."
    )


def transition(
    place: Place,
    *,
    product: tuple[xr.DataArray, xr.DataArray],
    cover: tuple[xr.DataArray, xr.DataArray],
    legend: classes.Legend,
    system: classes.ClassSystem,
    matrix: np.ndarray | Mapping[int, np.ndarray],
    regions: xr.DataArray | None = None,
) -> pd.DataFrame:
    """Follow a cell from the codes of two maps to the meaning of its change.

    Parameters
    ----------
    place : dict
    product, cover : pair of xarray.DataArray, dims (y, x)
        Codes of the product and classes of the report, at the start and at the end.
    legend : Legend
        Of the product.
    system : ClassSystem
        Of the report.
    matrix : array (n, n), or mapping of region to such
    regions : xarray.DataArray, optional
        Needed for a mapping.

    Returns
    -------
    DataFrame of str
        ``step``, ``at_start``, ``at_end``; the change itself stands in the last column.
    """
    codes = [int(data.isel(place)) for data in product]
    names = [legend.labels.get(code, "No data") for code in codes]
    ends = [int(data.isel(place)) for data in cover]
    rows = [
        ("Code of the product", *map(str, codes)),
        ("Its name", *names),
        ("Class of the report", *(f"{code}, {translate(system.label(code))}" for code in ends)),
    ]
    if system.nodata not in ends:
        if regions is not None:
            matrix = matrix[int(regions.isel(place))]
        first, last = (system.codes.index(code) for code in ends)
        sign = {-1: "−, degradation", 0: "0, stable", 1: "+, improvement"}
        if max(system.codes) < 10:
            change = f"10 × {ends[0]} + {ends[1]} = {10 * ends[0] + ends[1]}"
            rows.append(("Code of the change", "", change))
        rows.append(("Sign in the matrix", "", sign[int(np.asarray(matrix)[first, last])]))
    return pd.DataFrame(rows, columns=["step", "at_start", "at_end"])


def carbon(
    classes_by_year: pd.Series,
    *,
    reference: float,
    factors: Sequence[Sequence[str]] | None,
    climate_factor: float,
    names: Mapping[int, str],
    water: Sequence[int] = (WATER,),
    horizon: int = 20,
) -> pd.DataFrame:
    """Walk one cell through the years, from the reference to the last stock.

    Parameters
    ----------
    classes_by_year : Series of int
        Positions 1, 2, ... of its land cover in ``factors``, 0 where it is not known after the
        first year; the index holds the years.
    reference : float
        Stock in the first year, t C/ha.
    factors : square table, or None for the manual's
    climate_factor : float
    names : mapping of int to str
        What the classes are called.
    water : sequence of int
        Classes without a stock.
    horizon : int

    Returns
    -------
    DataFrame
        ``year``, ``land_cover``, ``factor`` in force, ``years_since_change``, ``stock``, which
        is NaN under water and where the class is not known.
    """
    numbers, powers = (part[0] for part in factor_tables({0: factors}))
    before, start, factor, age = int(classes_by_year.iloc[0]), reference, 1.0, 0
    counted = int(classes_by_year.index[0])  # the last year whose class is known
    rows = []
    for year, now in classes_by_year.items():
        stock = np.nan
        if now:
            if now != before:
                start, age = start * (1 + (factor - 1) * min(age, horizon) / horizon), 0
                step = before - 1, now - 1
                factor, before = numbers[step] * climate_factor ** powers[step], now
            age += (int(year) - counted) * (factor != 1.0)
            counted = int(year)
            if now not in water:
                stock = start * (1 + (factor - 1) * min(age, horizon) / horizon)
        rows.append((int(year), names[int(now)], factor, age, stock))
    columns = ["year", "land_cover", "factor", "years_since_change", "stock"]
    return pd.DataFrame(rows, columns=columns)


def tonnes(stock: float, *, area: float) -> pd.DataFrame:
    """Go from the stock per hectare to the stock of a cell.

    Parameters
    ----------
    stock : float
        t C/ha.
    area : float
        km2.

    Returns
    -------
    DataFrame
        ``step``, ``how`` and ``result``.
    """
    rows = [
        ("Stock, t C/ha", "read from the map", f"{stock:.2f}"),
        ("Area, ha", f"100 × {area:.5f} km²", f"{100 * area:.3f}"),
        ("Stock of the cell, t C", f"{stock:.2f} × {100 * area:.3f}", f"{stock * 100 * area:.1f}"),
    ]
    return pd.DataFrame(rows, columns=["step", "how", "result"])


def one_out_all_out(
    place: Place, *, maps: Mapping[str, Mapping[str, xr.DataArray]]
) -> pd.DataFrame:
    """Join the three parts of a cell by the rule, period by period.

    Parameters
    ----------
    place : dict
    maps : mapping of period to mapping of part to xarray.DataArray of int8

    Returns
    -------
    DataFrame of str
        A row for each part and one for the result; a column for each period.
    """
    system = classes.system("status")
    frame = pd.DataFrame({"part": [*PARTS.values(), "One out, all out"]})
    for period, parts in maps.items():
        found = [int(parts[part].isel(place)) for part in PARTS]
        joined = system.nodata if system.nodata in found else -1 if -1 in found else max(found)
        frame[period] = [system.label(code) for code in (*found, joined)]
    return frame
