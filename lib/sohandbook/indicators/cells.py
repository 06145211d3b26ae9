"""What the indicators share: maps on the same cells, and codes looked up cell by cell."""

from collections.abc import Callable, Mapping, Sequence

import numba
import numpy as np
import xarray as xr

from sohandbook.errors import InputError

_UNKNOWN = -1
_LONGEST_TABLE = 2**24


def aligned(where: str, first: xr.DataArray, *others: xr.DataArray | None) -> list[xr.DataArray]:
    """Return the maps on the first one's coordinates; they must lie on its cells already.

    Coordinates may differ by a hundredth of a cell, as they do after a trip through a file.
    ``None`` is left out.
    """
    maps = [first]
    for other in others:
        if other is None:
            continue
        for axis in ("y", "x"):
            if not _same_axis(first, other, axis):
                raise InputError(
                    f"{where}, axis {axis}",
                    found=f"{other.sizes.get(axis)} cells that are not those of the first map",
                    allowed=f"the {first.sizes.get(axis)} cells of the first map",
                    remedy="Bring the maps onto the country grid first (grid.align).",
                )
        maps.append(other.assign_coords({a: first[a] for a in ("y", "x") if a in first.coords}))
    return maps


def _same_axis(first: xr.DataArray, other: xr.DataArray, axis: str) -> bool:
    if other.sizes.get(axis) != first.sizes.get(axis):
        return False
    if axis not in first.coords or axis not in other.coords:
        return True
    here, there = first[axis].values, other[axis].values
    cell = np.abs(np.diff(here[:2])).sum() if here.size > 1 else np.inf
    return bool(np.all(np.abs(here - there) <= 0.01 * cell))


def by_block(function: Callable, *maps: xr.DataArray, dtype: type) -> xr.DataArray:
    """Apply a cell-wise function to numpy arrays, or lazily to each block of dask arrays.

    The result has no attributes of its own; those of its coordinates stay, because they hold
    the CRS.
    """
    result = xr.apply_ufunc(
        function, *maps, dask="parallelized", output_dtypes=[dtype], keep_attrs=True
    )
    return result.drop_attrs(deep=False)


def fill_values(codes: xr.DataArray) -> set[int]:
    """Return the numbers that a map's attributes or encoding declare to be no data."""
    given = (
        values.get(name)
        for values in (codes.attrs, codes.encoding)
        for name in ("_FillValue", "missing_value")
    )
    return {int(value) for value in given if value is not None and np.isfinite(value)}


def lookup(
    where: str, to: Mapping[int, int], *, nodata: set[int], strict: bool = True
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that recodes one block.

    Parameters
    ----------
    where : str
        What is recoded, for the error.
    to : mapping of int to int
        The new code, 1 to 255, of each code.
    nodata : set of int
        Codes that become 0, unless ``to`` holds them; so does NaN.
    strict : bool
        Raise InputError with the codes and their number of cells when a block holds others;
        if not, those become 0.
    """
    first = min(to)
    if max(to) - first >= _LONGEST_TABLE:
        raise InputError(
            f"{where}, codes",
            found=f"{first} to {max(to)}",
            allowed=f"a range of less than {_LONGEST_TABLE}",
            remedy="Number the classes anew.",
        )
    table = np.full(max(to) - first + 1, _UNKNOWN, dtype=np.int16)
    for code, value in to.items():
        table[code - first] = value
    absent = np.array(sorted(nodata), dtype=np.int64)

    def look_up(block: np.ndarray) -> np.ndarray:
        codes = np.ascontiguousarray(block).ravel()
        out = np.empty(codes.size, dtype=np.uint8)
        if _recode(codes, first, table, absent, out) and strict:
            found, counts = np.unique(codes, return_counts=True)
            counted = {
                code: int(count)
                for code, count in zip(found.tolist(), counts, strict=True)
                if code == code and code not in to and code not in nodata
            }
            raise InputError(
                f"{where}, codes with their number of cells",
                found=counted,
                allowed=sorted(to),
                remedy="Add the codes to the legend, or mark them as no data in the file.",
            )
        return out.reshape(block.shape)

    return look_up


def look_up_pairs(
    start: xr.DataArray,
    end: xr.DataArray,
    region: xr.DataArray | None,
    *,
    codes: Sequence[int],
    tables: np.ndarray,
    regions: Sequence[int],
) -> xr.DataArray:
    """Look each pair of classes up in the table of its region.

    Parameters
    ----------
    start, end, region : xarray.DataArray, shape (y, x)
        Classes at both ends; the region may be ``None``.
    codes : sequence of int
        The classes; place 0 of a table is no data, place 1 the first class.
    tables : numpy.ndarray, shape (1 + regions, 1 + classes, 1 + classes)
        Table 0 is outside of every region.
    regions : sequence of int
        Code of the region of table 1, 2, ...; without a map table 1 holds everywhere.
    """
    start, end, *rest = aligned("land cover maps", start, end, region)
    places = {code: place for place, code in enumerate(codes, 1)}
    first = lookup("land cover at the start", places, nodata={0} | fill_values(start))
    last = lookup("land cover at the end", places, nodata={0} | fill_values(end))
    if rest:
        numbers = {code: number for number, code in enumerate(regions, 1)}
        inside = lookup("map of regions", numbers, nodata={0} | fill_values(region))

    def look_up(start_block, end_block, region_block=None):
        row, column = first(start_block).ravel(), last(end_block).ravel()
        table = np.ones_like(row) if region_block is None else inside(region_block).ravel()
        return _look_up_pairs(tables, table, row, column).reshape(start_block.shape)

    return by_block(look_up, start, end, *rest, dtype=tables.dtype)


@numba.njit(cache=True, nogil=True)
def _recode(codes, first, table, absent, out):
    """Look codes up in ``table``, whose first entry is code ``first``; count the unknown ones."""
    unknown = 0
    last = first + table.size - 1
    for i in range(codes.size):
        code = codes[i]
        value = _UNKNOWN
        if code >= first and code <= last:  # neither is true for NaN
            place = int(code)
            if place == code:
                value = table[place - first]
        if value == _UNKNOWN:
            known = code != code
            for j in range(absent.size):
                known |= code == absent[j]
            value = 0
            unknown += not known
        out[i] = value
    return unknown


@numba.njit(cache=True, nogil=True)
def _look_up_pairs(tables, table, row, column):
    out = np.empty(row.size, dtype=tables.dtype)
    for i in range(row.size):
        out[i] = tables[table[i], row[i], column[i]]
    return out
