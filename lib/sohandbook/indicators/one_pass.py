"""Status maps, their areas and their cross-table in a single reading of the inputs."""

from collections.abc import Mapping
from math import fsum
from typing import Literal

import numba
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned
from sohandbook.indicators.rows import row_areas
from sohandbook.indicators.status_codes import (
    PLACES,
    as_map,
    check_no_data_rule,
    status_maps,
    status_tables,
)

SUB_INDICATORS = ("land_cover", "productivity", "soc")
_OUTSIDE = 16  # one more than the pairs of four baseline and four period classes


def assess(
    baseline: xr.DataArray | Mapping[str, xr.DataArray],
    *,
    period: xr.DataArray | Mapping[str, xr.DataArray],
    within: xr.DataArray | None = None,
    no_data: Literal["any", "available"] = "any",
) -> xr.Dataset:
    """Compute all maps of SO1-4 and count their cells while they pass by.

    The same as :func:`one_out_all_out` twice, :func:`status`,
    :func:`expanded_status` and a cross-table, in one reading.

    Parameters
    ----------
    baseline, period : mapping or DataArray (y, x) of int8
        Status of ``land_cover``, ``productivity`` and ``soc``; or a finished
        result, for example one recoded at sites, or a single sub-indicator.
    within : DataArray (y, x) of bool or uint8, optional
        Land is where it is True or 1 (class 1 of a land mask). Cells elsewhere
        become no data and are not counted.
    no_data : {"any", "available"}
        See :func:`one_out_all_out`.

    Returns
    -------
    Dataset
        Maps ``baseline``, ``period``, ``status`` and ``expanded_status``
        (y, x) of int8; ``cells`` (y, baseline_class, period_class) of int64, how
        many cells each row has of each pair: see :func:`cross_table`. With dask
        behind, nothing is read until it is computed; compute the whole dataset
        at once, so that it is read once.

    Raises
    ------
    InputError
        If a sub-indicator is missing, a map is not int8 or lies elsewhere.
    """
    check_no_data_rule(no_data)
    named = {
        f"{name}, {part}": data
        for name, given in (("baseline", baseline), ("period", period))
        for part, data in _three_parts(name, given).items()
    }
    maps = status_maps(**named)
    if within is None:
        within = xr.ones_like(maps[0], dtype=bool)
    elif within.dtype not in (np.bool_, np.uint8):
        raise InputError(
            "within", found=within.dtype, allowed=("bool", "uint8"), remedy="Give a land mask."
        )
    maps = aligned("land mask", *maps, within)
    maps = [data.chunk({"x": -1}) if data.chunks else data for data in maps]
    status_table, expanded_table = (np.append(table, table[3, 3]) for table in status_tables())

    def pass_by(*blocks: np.ndarray) -> tuple[np.ndarray, ...]:
        *parts, inside = (np.ascontiguousarray(block) for block in blocks)
        results = [np.empty(inside.shape, dtype=np.int8) for _ in range(4)]
        cells = np.empty((len(inside), len(PLACES), len(PLACES)), dtype=np.int64)
        _pass_by(
            *parts,
            inside.view(np.uint8),
            status_table,
            expanded_table,
            no_data == "any",
            *results,
            cells,
        )
        return *results, cells

    classes_by_end = ["baseline_class", "period_class"]
    *results, cells = xr.apply_ufunc(
        pass_by,
        *maps,
        input_core_dims=[["x"]] * len(maps),
        output_core_dims=[["x"]] * 4 + [classes_by_end],
        keep_attrs=True,  # those of the coordinates hold the CRS
        dask="parallelized",
        output_dtypes=[np.int8] * 4 + [np.int64],
        dask_gufunc_kwargs={"output_sizes": dict.fromkeys(classes_by_end, len(PLACES))},
    )
    names = ("baseline", "period", "status", "expanded_status")
    systems = ("status", "status", "status", "expanded_status")
    finished = {
        name: as_map(data, name=name, system=system)
        for name, data, system in zip(names, results, systems, strict=True)
    }
    classes_of_both = {name: list(PLACES) for name in classes_by_end}
    cells = cells.drop_attrs(deep=False).assign_coords(classes_of_both)
    return xr.Dataset({**finished, "cells": cells})


def cross_table(cells: xr.DataArray, *, cell_area: xr.DataArray) -> pd.DataFrame:
    """Return the area of each pair of baseline and period result (table SO1-4.T1).

    Parameters
    ----------
    cells : DataArray (y, baseline_class, period_class)
        From :func:`assess`.
    cell_area : DataArray (y, x)
        km2, the same along a row.

    Returns
    -------
    DataFrame
        Rows are the baseline, columns the period: degraded, stable, improved,
        no_data; km2. All together they are the area within the land mask.
    """
    by_row = cells.values.reshape(cells.sizes["y"], -1) * row_areas(cell_area)[:, np.newaxis]
    table = np.array([fsum(column) for column in by_row.T]).reshape(len(PLACES), len(PLACES))
    return pd.DataFrame(
        table,
        index=pd.Index(PLACES, name="baseline"),
        columns=pd.Index(PLACES, name="period"),
    )


def areas_by_class(table: pd.DataFrame) -> pd.DataFrame:
    """Return the areas by class of all four maps, from their cross-table.

    Parameters
    ----------
    table : DataFrame
        From :func:`cross_table`.

    Returns
    -------
    DataFrame
        map (baseline, period, status, expanded_status), code, key, label,
        area_km2; the last row of each map is its no data.
    """
    places = np.indices((len(PLACES), len(PLACES)))
    codes_of = np.array([*classes.system("status").codes, classes.system("status").nodata])
    status_table, expanded_table = status_tables()
    maps = {
        "baseline": ("status", codes_of[places[0]]),
        "period": ("status", codes_of[places[1]]),
        "status": ("status", status_table),
        "expanded_status": ("expanded_status", expanded_table),
    }
    rows = []
    for name, (system_name, codes) in maps.items():
        system = classes.system(system_name)
        for code, key in zip(
            (*system.codes, system.nodata), (*system.keys, "no_data"), strict=True
        ):
            area = fsum(table.to_numpy()[codes == code])
            rows.append((name, code, key, system.label(code), area))
    return pd.DataFrame(rows, columns=["map", "code", "key", "label", "area_km2"])


def _three_parts(
    name: str, given: xr.DataArray | Mapping[str, xr.DataArray]
) -> dict[str, xr.DataArray]:
    """Return the three sub-indicators; a finished result stands for each of them."""
    if isinstance(given, xr.DataArray):
        return dict.fromkeys(SUB_INDICATORS, given)
    absent = [part for part in SUB_INDICATORS if part not in given]
    if absent:
        raise InputError(
            f"{name}, sub-indicators",
            found=f"no {absent[0]}",
            allowed=SUB_INDICATORS,
            remedy="Give all three, or one finished map.",
        )
    return {part: given[part] for part in SUB_INDICATORS}


@numba.njit(inline="always")
def _place(code):
    return min(np.uint8(code + np.int8(1)), np.uint8(3))


@numba.njit(inline="always")
def _one_out_all_out(first, second, third, any_missing):
    lowest, highest = min(first, second, third), max(first, second, third)
    improved = (first == 2) | (second == 2) | (third == 2)
    available = np.uint8(2) if improved else lowest
    result = np.uint8(0) if lowest == 0 else available
    return np.uint8(3) if any_missing & (highest == 3) else result


@numba.njit(inline="always")
def _code(place):
    return np.int8(-128) if place == 3 else np.int8(place - np.uint8(1))


@numba.njit(cache=True, nogil=True)
def _pass_by(
    land_cover_0,
    productivity_0,
    soc_0,
    land_cover_1,
    productivity_1,
    soc_1,
    within,
    status_table,
    expanded_table,
    any_missing,
    baseline,
    period,
    status,
    expanded,
    cells,
):
    """Fill four maps and the cells of each pair, row by row.

    The first loop over a row is arithmetic on bytes, which the compiler turns into
    vector instructions; the second looks the pairs up and counts them. Four
    counters take turns, so that equal neighbours do not wait for each other.
    """
    height, width = within.shape
    pairs = np.empty(width, np.uint8)
    for y in range(height):
        for x in range(width):
            first = _one_out_all_out(
                _place(land_cover_0[y, x]),
                _place(productivity_0[y, x]),
                _place(soc_0[y, x]),
                any_missing,
            )
            last = _one_out_all_out(
                _place(land_cover_1[y, x]),
                _place(productivity_1[y, x]),
                _place(soc_1[y, x]),
                any_missing,
            )
            inside = within[y, x] == 1
            pairs[x] = np.uint8(np.uint8(4) * first + last) if inside else np.uint8(_OUTSIDE)
            baseline[y, x] = _code(first if inside else np.uint8(3))
            period[y, x] = _code(last if inside else np.uint8(3))
        counts = np.zeros((4, _OUTSIDE + 1), np.int64)
        for x in range(width):
            pair = pairs[x]
            status[y, x] = status_table[pair]
            expanded[y, x] = expanded_table[pair]
            counts[x & 3, pair] += 1
        for pair in range(_OUTSIDE):
            cells[y, pair // 4, pair % 4] = counts[:, pair].sum()
