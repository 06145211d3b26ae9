"""Bring a map onto another grid, and say what stays the same.

Two mechanisms do all the work. Between grids of one CRS, rows and columns are handled
apart, with exact overlaps. Between two CRS, values are either fetched at the target cells'
centres or shared by the overlap of cells, with exact coordinates for each: no result
depends on how the work is cut into blocks.
"""

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
import xarray as xr
from pyproj import Transformer
from scipy import sparse

from sohandbook.errors import InputError
from sohandbook.lattice import Lattice, on_grid
from sohandbook.overlaps import row_and_column_shares, row_edges, share_out
from sohandbook.raw_values import decode

Kind = Literal["class", "continuous", "density", "count"]
Method = Literal["nearest", "bilinear", "average", "sum"]

CONSERVES = {
    "nearest": "the classes: every cell takes the value of the source cell at its centre",
    "bilinear": "smooth change: every cell is interpolated between the four nearest centres",
    "average": "the mean: every cell is the area-weighted mean of the source cells under it",
    "sum": "the total: every source cell is shared among the cells over it by area",
}

# A target cell wider than this many source cells is averaged rather than interpolated.
COARSER = 1.5

POINTS_AT_ONCE = 4_000_000

# A centre that lies on an edge belongs to the cell east or south of it, whatever the rounding.
TIE = 1e-6


def align(source: xr.DataArray, *, grid: xr.DataArray, kind: Kind) -> xr.DataArray:
    """Bring a map onto the country grid.

    Parameters
    ----------
    source : DataArray, shape (..., y, x)
        Numpy or dask. What raw numbers mean is read from its attributes: ``_FillValue``,
        ``missing_value`` (one or several), ``valid_range``, ``scale_factor``, ``add_offset``.
    grid : DataArray, shape (y, x)
        The country grid.
    kind : {"class", "continuous", "density", "count"}
        ``class``: nearest cell. ``continuous``: bilinear, or the mean where the grid is
        coarser. ``density`` (an amount per area): the area-weighted mean. ``count`` (an
        amount per cell): shared out by area; the total is conserved to one part in a million.

    Returns
    -------
    DataArray, shape (..., y, x)
        Classes keep their dtype and fill value; continuous maps and densities are float32
        and counts float64, with NaN as no data. The attribute ``conserves`` says what stays
        the same.

    Notes
    -----
    A count falls where its source cell lies, inside the country or not: the total over the
    grid's rectangle is conserved, and what lies outside the mask is the caller's to see.
    A cell that only cells without data cover is without data, not zero.
    """
    if kind not in ("class", "continuous", "density", "count"):
        raise InputError(
            "align, kind",
            found=kind,
            allowed=("class", "continuous", "density", "count"),
            remedy="Say what the numbers are, so that the right thing is conserved.",
        )
    if source.sizes["y"] > 1 and source["y"][0] < source["y"][-1]:
        source = source.isel(y=slice(None, None, -1))
    origin, target = Lattice.of(source), Lattice.of(grid)
    method = method_for(kind, origin, target)
    attributes = dict(source.attrs)
    fill = attributes.get("_FillValue", 0)
    if kind == "class":
        dtype = source.dtype
    else:
        source, attributes = decode(source)
        dtype = np.dtype(np.float64 if kind == "count" else np.float32)

    def onto(values: np.ndarray) -> np.ndarray:
        stack = values.reshape(-1, *values.shape[-2:])
        result = np.empty((len(stack), *target.shape), dtype)
        for index, layer in enumerate(stack):
            result[index] = resample(layer, origin, target, method=method, fill=fill)
        return result.reshape(*values.shape[:-2], *target.shape)

    leading = [dim for dim in source.dims if dim not in ("y", "x")]
    aligned = xr.apply_ufunc(
        onto,
        source.transpose(*leading, "y", "x").drop_vars(["y", "x"]),
        input_core_dims=[["y", "x"]],
        output_core_dims=[["row", "column"]],
        dask="parallelized",
        output_dtypes=[dtype],
        dask_gufunc_kwargs={
            "output_sizes": {"row": target.height, "column": target.width},
            "allow_rechunk": True,
        },
    )
    attributes["conserves"] = CONSERVES[method]
    return on_grid(
        aligned.data,
        grid=grid,
        leading={dim: source[dim].values for dim in leading},
        attributes=attributes,
        name=source.name,
    )


def method_for(kind: Kind, source: Lattice, target: Lattice) -> Method:
    """Return how a kind of map goes from one lattice to another."""
    if kind == "class":
        return "nearest"
    if kind == "count":
        return "sum"
    if kind == "density" and (source.crs == target.crs or coarsening(source, target) > 1):
        return "average"
    if kind == "density":
        return "nearest"
    return "average" if coarsening(source, target) > COARSER else "bilinear"


def coarsening(source: Lattice, target: Lattice) -> float:
    """Return the width of a target cell, in source cells, at the target's centre."""
    if source.crs == target.crs:
        return math.sqrt(target.step_x * target.step_y / (source.step_x * source.step_y))
    west, south, east, north = target.bounds
    x, y = (west + east) / 2, (south + north) / 2
    corners_x = np.array([x, x + target.step_x, x])
    corners_y = np.array([y, y, y + target.step_y])
    column, row = _positions(corners_x, corners_y, source, target)
    first, second = np.array([column[1:] - column[0], row[1:] - row[0]]).T
    return math.sqrt(abs(first[0] * second[1] - first[1] * second[0]))


def resample(
    values: np.ndarray, source: Lattice, target: Lattice, *, method: Method, fill: float = 0
) -> np.ndarray:
    """Bring one layer onto another lattice.

    Parameters
    ----------
    values : array, shape (source.height, source.width)
        Classes of any dtype for ``nearest``; floats with NaN as no data otherwise.
    source, target : Lattice
    method : {"nearest", "bilinear", "average", "sum"}
    fill : number
        What a class map holds where the source has no cell; floats get NaN.

    Returns
    -------
    array, shape (target.height, target.width)
        Classes in their own dtype; float32; float64 for sums.
    """
    if np.issubdtype(values.dtype, np.floating):
        fill = np.nan
    offset = target.offset(source)
    if offset is not None:
        return _cut(values, offset, target, source, fill)
    if method == "nearest":
        return _fetch(values, source, target, fill)
    if method == "bilinear":
        return _interpolate(values, source, target)
    if source.crs == target.crs:
        return _overlap(values, source, target, method)
    return _spread(values, source, target, method)


def _cut(
    values: np.ndarray, offset: tuple[int, int], target: Lattice, source: Lattice, fill: float
) -> np.ndarray:
    """Copy the cells where both lattices are the same, on whichever turn of 360 degrees."""
    row, column = offset
    result = np.full(target.shape, fill, values.dtype)
    rows = slice(max(row, 0), min(row + target.height, source.height))
    for turn in (-1, 0, 1) if source.turn else (0,):
        first = column + turn * round(source.turn or 0)
        columns = slice(max(first, 0), min(first + target.width, source.width))
        if rows.start < rows.stop and columns.start < columns.stop:
            result[
                rows.start - row : rows.stop - row, columns.start - first : columns.stop - first
            ] = values[rows, columns]
    return result


def _positions(
    x: np.ndarray, y: np.ndarray, source: Lattice, target: Lattice
) -> tuple[np.ndarray, np.ndarray]:
    """Return columns and rows, in cells from the source's corner, of points of the target."""
    if source.crs != target.crs:
        transformer = Transformer.from_crs(target.crs, source.crs, always_xy=True)
        x, y = transformer.transform(x, y)
    column = (x - source.left) / source.step_x
    if source.turn:
        # Longitudes west of the first column may be the same meridians one turn further.
        column = (column + TIE) % source.turn - TIE
    return column, (source.top - y) / source.step_y


def _blocks(target: Lattice) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield ranges of rows and their centres, a few million points at a time."""
    rows = max(1, POINTS_AT_ONCE // target.width)
    for first in range(0, target.height, rows):
        part = slice(first, min(first + rows, target.height))
        yield part, *np.meshgrid(target.x, target.y[part])


def _centres(source: Lattice, target: Lattice) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield row ranges and the source columns and rows of the target's centres."""
    if source.crs == target.crs:
        column, _ = _positions(target.x, np.zeros(target.width), source, target)
        _, row = _positions(np.zeros(target.height), target.y, source, target)
        yield slice(None), column[np.newaxis, :], row[:, np.newaxis]
        return
    for part, x, y in _blocks(target):
        yield part, *_positions(x, y, source, target)


def _fetch(values: np.ndarray, source: Lattice, target: Lattice, fill: float) -> np.ndarray:
    result = np.empty(target.shape, values.dtype)
    for part, column, row in _centres(source, target):
        j, outside_j = _index(column + TIE, source.width)
        i, outside_i = _index(row + TIE, source.height)
        fetched = values[i, j]
        fetched[np.broadcast_to(outside_i | outside_j, fetched.shape)] = fill
        result[part] = fetched
    return result


def _index(position: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return indices cut to the array, and where the position lies outside of it."""
    outside = ~((position >= 0) & (position < size))
    return np.where(outside, 0, position).astype(np.intp), outside


def _interpolate(values: np.ndarray, source: Lattice, target: Lattice) -> np.ndarray:
    """Interpolate between four centres; those without data leave their weight to the rest."""
    result = np.empty(target.shape, np.float32)
    for part, column, row in _centres(source, target):
        _, outside_j = _index(column, source.width)
        _, outside_i = _index(row, source.height)
        shape = np.broadcast_shapes(column.shape, row.shape)
        total, weights = np.zeros(shape), np.zeros(shape)
        column, row = np.where(outside_j, 0, column) - 0.5, np.where(outside_i, 0, row) - 0.5
        left, top = np.floor(column), np.floor(row)
        for i, weight_i in ((top, 1 - (row - top)), (top + 1, row - top)):
            for j, weight_j in ((left, 1 - (column - left)), (left + 1, column - left)):
                safe_j = np.clip(j, 0, source.width - 1).astype(np.intp)
                safe_i = np.clip(i, 0, source.height - 1).astype(np.intp)
                value = values[safe_i, safe_j].astype(np.float64)
                weight = np.where(np.isnan(value), 0.0, weight_i * weight_j)
                total += np.where(np.isnan(value), 0.0, value) * weight
                weights += weight
        with np.errstate(invalid="ignore", divide="ignore"):
            block = total / weights
        block[np.broadcast_to(outside_i | outside_j, shape)] = np.nan
        result[part] = block
    return result


def _overlap(values: np.ndarray, source: Lattice, target: Lattice, method: Method) -> np.ndarray:
    """Share or average by exact overlaps, rows and columns apart.

    With W_y and W_x the overlaps of the target's rows and columns with the source's:
    sums are W_y V W_x^T with overlaps as parts of a source cell; means divide by the overlap
    with cells that have data.
    """
    shares_y, shares_x = row_and_column_shares(source, target)
    if method == "average":
        sizes_y, sizes_x = -np.diff(row_edges(source)), np.full(source.width, source.step_x)
        shares_y, shares_x = shares_y.multiply(sizes_y).tocsr(), shares_x.multiply(sizes_x).tocsr()
    valid = np.isfinite(values)
    total = _both_ways(shares_y, np.where(valid, values, 0.0), shares_x)
    covered = _both_ways(shares_y, valid.astype(np.float64), shares_x)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = total / covered if method == "average" else total
    result[covered <= 1e-9 * (covered.max() or 1.0)] = np.nan
    return result


def _both_ways(rows: sparse.csr_array, values: np.ndarray, columns: sparse.csr_array) -> np.ndarray:
    return (columns @ (rows @ values.astype(np.float64)).T).T


def _spread(values: np.ndarray, source: Lattice, target: Lattice, method: Method) -> np.ndarray:
    """Share or average between two CRS, by the overlap of every pair of cells.

    GDAL's sum comes near, but loses the cells across the borders of its pieces of memory
    (0.08 % of the people in pieces of 4 MB) and 1e-5 of them in one piece.
    """
    x, y = np.meshgrid(
        source.left + np.arange(source.width + 1) * source.step_x,
        source.top - np.arange(source.height + 1) * source.step_y,
    )
    column, row = _positions(x, y, target, source)
    total, weighted, covered = share_out(
        values.astype(np.float64), column, row, target.shape, float(target.turn or 0)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        result = weighted / covered if method == "average" else total
    result[covered == 0] = np.nan
    return result
