"""SO1-1: land cover classes, their transitions, and which transitions degrade land.

Every function looks codes up in a table and never recodes in place, so classes cannot merge on
the way whatever a legend's codes are. Maps are numpy or dask behind; the result is the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import cells

UNCCD_CODES = (1, 2, 3, 4, 5, 6, 7)
MOST_CLASSES = 15
MOST_REGIONS = 5


def reclassify(
    land_cover: xr.DataArray,
    *,
    legend: classes.Legend | Mapping[int, int] | str,
    unknown: str = "error",
) -> xr.DataArray:
    """Give every cell one of the seven UNCCD classes.

    Parameters
    ----------
    land_cover : xarray.DataArray, shape (..., y, x)
        Codes of a product. NaN, the legend's no data and the map's ``_FillValue`` are no data.
    legend : Legend, mapping or str
        A legend, its name (``"esa_cci"``), or a mapping of each code to a class 1 to 7,
        which is how a national legend is nested in the seven classes.
    unknown : {"error", "nodata"}
        What to do with codes that the legend does not hold.

    Returns
    -------
    xarray.DataArray of uint8, same shape
        Codes 1 to 7, no data 0.

    Raises
    ------
    InputError
        If the map holds codes that the legend does not; it names them and counts their cells.
        A dask-backed map is read, and so checked, when it is computed, block by block.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-1 step 1 and Table 8.
    """
    if isinstance(legend, str):
        legend = classes.legend(legend)
    if isinstance(legend, classes.Legend):
        name, to_unccd = f"legend {legend.name}", legend.unccd
        nodata = {legend.nodata, *legend.fills}
    else:
        name, to_unccd, nodata = "national legend", dict(legend), set()
    _check_nesting(name, to_unccd)
    if unknown not in ("error", "nodata"):
        raise InputError(
            "unknown", found=unknown, allowed=("error", "nodata"), remedy="Use one of these."
        )
    nodata |= cells.fill_values(land_cover)
    look_up = cells.lookup(name, to_unccd, nodata=nodata, strict=unknown == "error")
    result = cells.by_block(look_up, land_cover, dtype=np.uint8)
    return result.assign_attrs(classes.system("land_cover").attributes())


def transition(
    start: xr.DataArray, *, end: xr.DataArray, codes: Sequence[int] = UNCCD_CODES
) -> xr.DataArray:
    """Name the change of each cell by one number.

    Parameters
    ----------
    start, end : xarray.DataArray, shape (y, x)
        Land cover of the first and the last year; 0, NaN and ``_FillValue`` are no data.
    codes : sequence of int
        The classes, at most 15. The default is the seven UNCCD classes.

    Returns
    -------
    xarray.DataArray of uint8, or uint16 for more than nine classes
        ``base * from + to``, no data 0. *from* and *to* are the places of the classes in
        ``codes``, counted from 1, so for the seven classes they are the codes themselves:
        tree-covered to cropland is 13. The base is 10 up to nine classes and 100 above
        (as in Trends.Earth).
    """
    codes = _check_codes(codes)
    base = 10 if len(codes) < 10 else 100
    dtype = np.uint8 if base == 10 else np.uint16
    places = np.arange(len(codes) + 1)
    tables = np.zeros((2, places.size, places.size), dtype=dtype)
    tables[1, 1:, 1:] = base * places[1:, None] + places[1:]
    result = cells.look_up_pairs(start, end, None, codes=codes, tables=tables, regions=())
    keys = _keys(codes)
    return result.assign_attrs(
        long_name="Land cover transition",
        _FillValue=dtype(0),
        flag_values=tables[1, 1:, 1:].ravel(),
        flag_meanings=" ".join(f"{first}_to_{last}" for first in keys for last in keys),
    )


def degradation(
    start: xr.DataArray,
    *,
    end: xr.DataArray,
    matrix: Any = None,
    regions: xr.DataArray | None = None,
    codes: Sequence[int] = UNCCD_CODES,
) -> xr.DataArray:
    """Say where the change of land cover degrades or improves the land.

    Parameters
    ----------
    start, end : xarray.DataArray, shape (y, x)
        Land cover of the first and the last year; 0, NaN and ``_FillValue`` are no data.
    matrix : array-like or DataFrame, n by n, or mapping of region to one, optional
        Meaning of each transition, rows start, columns end: -1 degradation, 0 stable,
        1 improvement. A DataFrame is read by its class codes, in any order. The default is
        the manual's matrix (Table 9), for a national legend see ``nested_matrix``.
    regions : xarray.DataArray, shape (y, x), optional
        Code of the region, when ``matrix`` is a mapping (at most five regions, as the reporting
        platform allows). 0, NaN and ``_FillValue`` are outside of every region: no data.
    codes : sequence of int
        The classes, at most 15, in the order of the matrix.

    Returns
    -------
    xarray.DataArray of int8
        Status -1, 0, 1; no data -128.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-1 steps 2 to 4.
    """
    codes = _check_codes(codes)
    by_region = isinstance(matrix, Mapping) and not isinstance(matrix, pd.DataFrame)
    if by_region != (regions is not None):
        raise InputError(
            "land_cover.degradation",
            found="matrix by region" if by_region else "one matrix and a map of regions",
            allowed="a mapping of region to matrix together with a map of regions, or neither",
            remedy="Give both or none.",
        )
    matrices = dict(matrix) if by_region else {1: matrix}
    if not 1 <= len(matrices) <= MOST_REGIONS:
        raise InputError(
            "matrix by region",
            found=len(matrices),
            allowed=f"1 to {MOST_REGIONS} regions",
            remedy="Join regions that share a matrix.",
        )
    meaning = classes.system("status")
    tables = np.full(
        (1 + len(matrices), 1 + len(codes), 1 + len(codes)), meaning.nodata, dtype=np.int8
    )
    for place, (region, given) in enumerate(matrices.items(), 1):
        where = f"transition matrix of region {region}" if by_region else "transition matrix"
        tables[place, 1:, 1:] = _check_matrix(where, given, codes)
    result = cells.look_up_pairs(
        start,
        end,
        regions,
        codes=codes,
        tables=tables,
        regions=tuple(matrices) if by_region else (),
    )
    return result.assign_attrs(
        meaning.attributes() | {"long_name": "Degradation by change of land cover"}
    )


def nested_matrix(nesting: Mapping[int, int], *, matrix: Any = None) -> pd.DataFrame:
    """Give each pair of national classes the meaning of their two UNCCD classes.

    Parameters
    ----------
    nesting : mapping of int to int
        UNCCD class, 1 to 7, of each national class.
    matrix : array-like or DataFrame, 7 by 7, optional
        The meaning of the UNCCD transitions; the default is the manual's.

    Returns
    -------
    pandas.DataFrame, n by n
        A matrix for ``degradation``, to start a national one from. Change between two national
        classes of the same UNCCD class is stable.
    """
    codes = _check_codes(nesting)
    _check_nesting("national legend", nesting)
    unccd = _check_matrix("transition matrix", matrix, UNCCD_CODES)
    parents = [nesting[code] - 1 for code in codes]
    return pd.DataFrame(unccd[np.ix_(parents, parents)], index=codes, columns=codes)


def net_change(
    start: xr.DataArray,
    *,
    end: xr.DataArray,
    cell_area: xr.DataArray,
    codes: Sequence[int] = UNCCD_CODES,
) -> pd.DataFrame:
    """Add up the area of each class at both ends, and their difference.

    Parameters
    ----------
    start, end : xarray.DataArray, shape (y, x)
    cell_area : xarray.DataArray, shape (y, x)
        km²; NaN or zero outside of the country.
    codes : sequence of int
        The classes.

    Returns
    -------
    pandas.DataFrame
        One row per class and a last one for cells without data, so that each area column adds
        up to the country and ``change_km2`` to zero. Columns ``code``, ``key``, ``start_km2``,
        ``end_km2``, ``change_km2``.
    """
    codes = _check_codes(codes)
    sums = {"start_km2": [], "end_km2": []}
    for column, land_cover in zip(sums, (start, end), strict=True):
        _, classed, area = cells.aligned("land_cover.net_change", start, land_cover, cell_area)
        known = [area.where(classed == code).sum(dtype=np.float64) for code in codes]
        other = area.where(~classed.isin(codes)).sum(dtype=np.float64)
        sums[column] = xr.concat([*known, other], dim="code", coords="minimal").values
    frame = pd.DataFrame({"code": [*codes, 0], "key": [*_keys(codes), "no_data"], **sums})
    return frame.assign(change_km2=frame["end_km2"] - frame["start_km2"])


def _check_codes(codes: Sequence[int] | Mapping[int, int]) -> tuple[int, ...]:
    codes = tuple(int(code) for code in codes)
    if len(set(codes)) != len(codes) or not 1 <= len(codes) <= MOST_CLASSES or 0 in codes:
        raise InputError(
            "classes of the legend",
            found=codes,
            allowed=f"1 to {MOST_CLASSES} different codes, none of them 0",
            remedy="Group classes; the reporting manual advises 15 at most.",
        )
    return codes


def _check_nesting(name: str, to_unccd: Mapping[int, int]) -> None:
    wrong = {code: unccd for code, unccd in to_unccd.items() if unccd not in UNCCD_CODES}
    if wrong or not to_unccd:
        raise InputError(
            f"{name}, UNCCD class of each code",
            found=wrong,
            allowed=UNCCD_CODES,
            remedy="Give each code of the legend one of the seven classes.",
        )


def _check_matrix(where: str, matrix: Any, codes: tuple[int, ...]) -> np.ndarray:
    if matrix is None:
        if codes != UNCCD_CODES:
            raise InputError(
                where,
                found="none",
                allowed="a matrix of the legend's own classes",
                remedy="Start from land_cover.nested_matrix.",
            )
        return classes.transition_matrix()
    if isinstance(matrix, pd.DataFrame):
        rows, columns = ([int(code) for code in axis] for axis in (matrix.index, matrix.columns))
        if sorted(rows) != sorted(codes) or sorted(columns) != sorted(codes):
            raise InputError(
                where,
                found=f"rows {rows}, columns {columns}",
                allowed=codes,
                remedy="Give each class one row and one column.",
            )
        matrix = (
            matrix.set_axis(rows).set_axis(columns, axis="columns").loc[list(codes), list(codes)]
        )
    values = np.asarray(matrix)
    if values.shape != (len(codes), len(codes)) or not np.isin(values, (-1, 0, 1)).all():
        raise InputError(
            where,
            found=f"shape {values.shape}, values {np.unique(values).tolist()[:9]}",
            allowed=f"shape ({len(codes)}, {len(codes)}), values -1, 0, 1",
            remedy="One row per class at the start, one column per class at the end.",
        )
    return values.astype(np.int8)


def _keys(codes: tuple[int, ...]) -> list[str]:
    if codes == UNCCD_CODES:
        return list(classes.system("land_cover").keys)
    return [f"class_{code}" for code in codes]
