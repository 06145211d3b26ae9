"""Stacks of layers that are read block by block, when they are needed and not before."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dask
import dask.array as da
import geopandas as gpd
import numpy as np
import pyproj
import xarray as xr

from sohandbook.areas import cell_area
from sohandbook.errors import InputError
from sohandbook.lattice import Lattice, on_grid
from sohandbook.raw_values import decode, refuse_undeclared_fill
from sohandbook.resampling import CONSERVES, Kind, Method, method_for, resample
from sohandbook.windows import Bounds, bounds_in, check_extent, open_raster, read_bounds

# Bytes of a block's raw values: small enough that a dozen blocks at work fit in a laptop.
BLOCK_BYTES = 64_000_000

MARGIN_CELLS = 3

# Fill codes such as -9999 lie far below zero; a count that is a little below it is a mistake.
LOWEST_MISTAKE = -1000


@dataclass(frozen=True)
class Layer:
    """One or more bands of one file.

    Attributes
    ----------
    path : Path
    variable : str, optional
        Of a NetCDF file.
    bands : tuple of int
        From 1.
    crs : str, optional
        Stands in for the file's own CRS.
    attributes : dict
        Fill value, scale, offset and valid range that the file does not say.
    quality, good : str and tuple of int, optional
        The variable that says how good each value is, and which of its codes are kept.
    counts : bool
        The values count something: one below zero that is no fill code is a mistake.
    """

    path: Path
    variable: str | None = None
    bands: tuple[int, ...] = (1,)
    crs: str | None = None
    attributes: Mapping[str, object] | None = None
    quality: str | None = None
    good: tuple[int, ...] = ()
    counts: bool = False


def native_grid(layer: Layer, *, boundary: gpd.GeoDataFrame) -> xr.DataArray:
    """Return the cells of a layer around a boundary, all True, without reading any."""
    with open_raster(layer.path, variable=layer.variable, crs=layer.crs) as (_, lattice):
        bounds = bounds_in(boundary, lattice.crs)
        cells = lattice.part(*lattice.ranges(bounds, margin=1))
    return cells.array(np.broadcast_to(np.True_, cells.shape))


def stack(
    layers: Mapping[object, Layer],
    *,
    dimension: str,
    boundary: gpd.GeoDataFrame,
    grid: xr.DataArray | None,
    kind: Kind,
    dtype: np.dtype | str,
    nodata: float,
    times_area: bool = False,
) -> xr.DataArray:
    """Return layers on one grid as a lazy stack.

    Parameters
    ----------
    layers : mapping
        The coordinate along ``dimension`` and its layer. A layer of several bands takes as
        many places, and its key is then a tuple of coordinates.
    dimension : str
        ``year`` or ``time``.
    boundary : GeoDataFrame
    grid : DataArray or None
        None: the cells of the first layer.
    kind : str
        As in :func:`sohandbook.grid.align`.
    dtype, nodata
        Of the result. Integers keep the file's raw numbers, and their fill value becomes
        ``nodata``; floats are decoded and NaN is no data.
    times_area : bool
        Multiply by the area of the source's cells in km2: people per km2 become people.

    Returns
    -------
    DataArray, dask behind, shape (dimension, y, x)
    """
    dtype = np.dtype(dtype)
    first = next(iter(layers.values()))
    native = grid is None
    if native:
        grid = native_grid(first, boundary=boundary)
    target = Lattice.of(grid)
    coordinates = [step for key in layers for step in (key if isinstance(key, tuple) else (key,))]
    arrays = []
    for layer in layers.values():
        method = _method(layer, target, kind)
        read = partial(_block, layer, method=method, dtype=dtype, nodata=nodata, area=times_area)
        arrays.append(_lazy(read, target, bands=len(layer.bands), dtype=dtype))
    attributes = {} if native else {"conserves": CONSERVES[method]}
    if np.issubdtype(dtype, np.integer):
        attributes["_FillValue"] = dtype.type(nodata)
    return on_grid(
        da.concatenate(arrays),
        grid=grid,
        leading={dimension: coordinates},
        attributes=attributes,
    )


def _lazy(read: partial, target: Lattice, *, bands: int, dtype: np.dtype) -> da.Array:
    rows = max(1, BLOCK_BYTES // (bands * target.width * dtype.itemsize))
    blocks = []
    for first in range(0, target.height, rows):
        last = min(first + rows, target.height)
        part = target.part((first, last), (0, target.width))
        shape = (bands, *part.shape)
        blocks.append(da.from_delayed(dask.delayed(read)(part), shape, dtype=dtype))
    return da.concatenate(blocks, axis=1)


def _method(layer: Layer, target: Lattice, kind: Kind) -> Method:
    """Choose once for the whole grid, so that no block chooses otherwise, and see the file."""
    with open_raster(layer.path, variable=layer.variable, crs=layer.crs) as (_, lattice):
        # A block outside of the file is no error; a file of another place is one.
        check_extent(layer.path, lattice, _bounds(target, lattice))
        return method_for(kind, lattice, target)


def _block(
    layer: Layer,
    target: Lattice,
    *,
    method: Method,
    dtype: np.dtype,
    nodata: float,
    area: bool,
) -> np.ndarray:
    """Read and resample the part of a layer under some rows of the grid."""
    sides = _sides_of_180(layer, target)
    if len(sides) > 1:
        both = [
            _block(layer, side, method=method, dtype=dtype, nodata=nodata, area=area)
            for side in sides
        ]
        return np.concatenate(both, axis=2)
    result = np.full((len(layer.bands), *target.shape), nodata, dtype)
    window = _read(layer, layer.variable, target)
    if window is None:
        return result
    window.attrs |= layer.attributes or {}
    if np.issubdtype(dtype, np.integer):
        values = _raw(window, dtype, nodata, where=str(layer.path))
        if layer.quality:
            quality = _read(layer, layer.quality, target).values
            values[~np.isin(quality, layer.good)] = nodata
    else:
        if layer.counts:
            _refuse_less_than_none(window, layer.path)
        values = decode(window)[0].values
        refuse_undeclared_fill(window, values, where=str(layer.path))
        if area:
            values = values * cell_area(window[0]).values
    source = Lattice.of(window)
    for index, layer_values in enumerate(values):
        result[index] = resample(layer_values, source, target, method=method, fill=nodata)
    return result


def _refuse_less_than_none(window: xr.DataArray, path: Path) -> None:
    """Stop at negative counts; numbers far below zero are fill codes, also those no tag names."""
    fills = [window.attrs.get("_FillValue"), *np.atleast_1d(window.attrs.get("missing_value"))]
    values = window.values
    wrong = (values < 0) & (values > LOWEST_MISTAKE)
    wrong &= ~np.isin(values, [fill for fill in fills if fill is not None])
    if wrong.any():
        raise InputError(
            str(path),
            found=f"{wrong.sum()} cells below 0, the least {values[wrong].min():g}",
            allowed="0 or more, or the file's value for no data",
            remedy="Mend the cells, or name their value as 'nodata' in the options of the dataset.",
        )


def _sides_of_180(layer: Layer, target: Lattice) -> list[Lattice]:
    """Cut a grid in degrees at 180 where the layer's projection has its two ends there.

    One window around both ends would be as wide as the world.
    """
    first = round((180 - target.left) / target.step_x)
    if not (target.crs.is_geographic and 0 < first < target.width):
        return [target]
    with open_raster(layer.path, variable=layer.variable, crs=layer.crs) as (_, lattice):
        if lattice.crs.is_geographic:
            return [target]
    every_row = (0, target.height)
    return [target.part(every_row, (0, first)), target.part(every_row, (first, target.width))]


def _read(layer: Layer, variable: str | None, target: Lattice) -> xr.DataArray | None:
    with open_raster(layer.path, variable=variable, crs=layer.crs) as (_, lattice):
        bounds = _bounds(target, lattice)
    return read_bounds(
        layer.path,
        bounds=bounds,
        band=list(layer.bands),
        variable=variable,
        crs=layer.crs,
        margin_cells=MARGIN_CELLS,
    )


def _raw(window: xr.DataArray, dtype: np.dtype, nodata: float, *, where: str) -> np.ndarray:
    """Return a file's own numbers, with ``nodata`` for its fill value and what is not valid."""
    raw = window.values
    fill = window.attrs.get("_FillValue")
    first, last = window.attrs.get("valid_range", (None, None))
    lost = np.zeros(raw.shape, bool) if first is None else (raw < first) | (raw > last)
    if fill is not None and (first is None or first <= fill <= last):
        lost |= raw == fill
    if raw.dtype.kind == "f":
        lost |= np.isnan(raw)  # codes saved as decimal numbers; as an integer it would be code 0
    # The fill value may not fit the new type: it goes before the change.
    if raw.dtype != dtype:
        whole = np.where(lost, raw.dtype.type(0), raw)
        raw = whole.astype(dtype)
        _refuse_changed(whole[raw != whole], dtype, where)
    raw[lost] = nodata
    return raw


def _refuse_changed(codes: np.ndarray, dtype: np.dtype, where: str) -> None:
    """Stop at codes that would become others: 266 is 10 in a byte, and 10.5 is 10."""
    if codes.size:
        ends = np.iinfo(dtype)
        raise InputError(
            f"{where}, codes",
            found=np.unique(codes)[:5].tolist(),
            allowed=f"whole numbers from {ends.min} to {ends.max}",
            remedy="Number the classes anew, and bring maps of classes to other cells by the "
            "nearest cell, never by a mean.",
        )


def _bounds(target: Lattice, source: Lattice) -> Bounds:
    """Return the bounds of a lattice in the CRS of another."""
    if target.crs == source.crs:
        return target.bounds
    west, south, east, north = target.bounds
    # Points inside too: the edge of a projection may bulge or be interrupted within.
    x, y = np.meshgrid(np.linspace(west, east, 41), np.linspace(south, north, 41))
    transformer = pyproj.Transformer.from_crs(target.crs, source.crs, always_xy=True)
    x, y = transformer.transform(x, y)
    if source.turn and np.nanmax(x) - np.nanmin(x) > 180:
        x = np.where(x < 0, x + 360, x)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    # The widest bulge between two of these points is a small part of their distance.
    slack_x, slack_y = (axis.max() - axis.min() for axis in (x, y))
    return (
        x.min() - slack_x / 80,
        y.min() - slack_y / 80,
        x.max() + slack_x / 80,
        y.max() + slack_y / 80,
    )
