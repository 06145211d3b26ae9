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

from sohandbook.errors import InputError
from sohandbook.lattice import TIE, Lattice, on_grid
from sohandbook.overlaps import row_edges, shared
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
    column, row = source.positions(corners_x, corners_y, crs=target.crs)
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
    if method == "average":
        return _mean(values, source, target)
    return shared(values, source, target)


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


def _blocks(target: Lattice) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield ranges of rows and their centres, a few million points at a time."""
    rows = max(1, POINTS_AT_ONCE // target.width)
    for first in range(0, target.height, rows):
        part = slice(first, min(first + rows, target.height))
        yield part, *np.meshgrid(target.x, target.y[part])


def _centres(source: Lattice, target: Lattice) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield row ranges and the source columns and rows of the target's centres."""
    if source.crs == target.crs:
        column, _ = source.positions(target.x, np.zeros(target.width), crs=target.crs)
        _, row = source.positions(np.zeros(target.height), target.y, crs=target.crs)
        yield slice(None), column[np.newaxis, :], row[:, np.newaxis]
        return
    for part, x, y in _blocks(target):
        yield part, *source.positions(x, y, crs=target.crs)


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


def _mean(values: np.ndarray, source: Lattice, target: Lattice) -> np.ndarray:
    """Return the mean of the cells with data, each weighed by the area of its overlap.

    The mean of v with overlaps a_ij = (a_ij / a_i) a_i is the shared total of v_i a_i over
    that of a_i, with a_i the area of a source cell.
    """
    area = -np.diff(row_edges(source))[:, np.newaxis]
    weights = np.where(np.isfinite(values), area, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return shared(values * area, source, target) / shared(weights, source, target)
