"""Read the window of a raster that a country needs, and nothing else of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
import xarray as xr
from rasterio.crs import CRS
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from sohandbook.errors import InputError
from sohandbook.lattice import Lattice, Piece
from sohandbook.netcdf import (
    band_times,
    is_netcdf,
    looks_geographic,
    quietly,
    transform_from_axes,
    variables,
)

Bounds = tuple[float, float, float, float]


def bounds_in(boundary: gpd.GeoDataFrame, crs: CRS) -> Bounds:
    """Return the bounds of a boundary in another CRS, its edges bent as the CRS bends them."""
    if boundary.crs == crs:
        return tuple(boundary.total_bounds)
    west, south, east, north = boundary.total_bounds
    # Straight edges become curves in another projection: add points before the change.
    dense = shapely.segmentize(boundary.geometry.values, max(east - west, north - south) / 200)
    return tuple(gpd.GeoSeries(dense, crs=boundary.crs).to_crs(crs).total_bounds)


@contextmanager
def open_raster(
    path: Path | str, *, variable: str | None = None, crs: CRS | str | None = None
) -> Iterator[tuple[rasterio.DatasetReader, Lattice]]:
    """Open a raster and say where its cells lie.

    Parameters
    ----------
    path : path
        A GeoTIFF, a NetCDF file or anything else that GDAL reads.
    variable : str, optional
        The variable of a NetCDF file that holds several.
    crs : CRS, optional
        Stands in for the file's own CRS where that is missing or wrong.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            str(path),
            found="no such file",
            allowed="an existing raster",
            remedy="Fetch it with 'sohandbook fetch', or mend the pattern in country.yml.",
        )
    name = f"netcdf:{path}:{variable}" if is_netcdf(path) and variable else str(path)
    with quietly():
        try:
            dataset = rasterio.open(name)
            if is_netcdf(path) and dataset.transform.is_identity:
                # Without axes that GDAL knows it takes the first line for the southernmost.
                dataset.close()
                with rasterio.Env(GDAL_NETCDF_BOTTOMUP="NO"):
                    dataset = rasterio.open(name)
        except RasterioIOError as error:
            raise _not_readable(path, variable, error) from error
    with dataset:
        if dataset.count == 0:
            raise _not_readable(path, variable, "several variables")
        yield dataset, _lattice(dataset, path, crs=crs)


def read_window(
    path: Path | str,
    *,
    boundary: gpd.GeoDataFrame,
    band: int | list[int] | None = None,
    variable: str | None = None,
    margin_cells: int = 2,
    crs: CRS | str | None = None,
) -> xr.DataArray:
    """Read the cells of a raster around a boundary, and only these.

    Both sides of 180 degrees are read and joined on one continuous x axis.

    Parameters
    ----------
    path : path
        A GeoTIFF or NetCDF file.
    boundary : GeoDataFrame
        The country, as :func:`sohandbook.grid.unwrap` returns it.
    band : int or list of int, optional
        Bands to read, from 1; by default all.
    variable : str, optional
        The variable of a NetCDF file that holds several.
    margin_cells : int
        Cells to read beyond the boundary on each side.
    crs : CRS, optional
        Stands in for the file's own CRS where that is missing or wrong.

    Returns
    -------
    DataArray, shape (y, x), (band, y, x) or (time, y, x)
        The file's own numbers and dtype. Fill value, scale and unit stay in the attributes
        ``_FillValue``, ``scale_factor``, ``add_offset`` and ``units``.

    Raises
    ------
    InputError
        No such file or variable, no CRS, or no cell of the file near the boundary.
    """
    with open_raster(path, variable=variable, crs=crs) as (dataset, lattice):
        bounds = bounds_in(boundary, lattice.crs)
        refuse_torn(boundary, bounds, lattice.crs, where=str(path))
        check_extent(path, lattice, bounds)
        pieces = lattice.pieces(bounds, margin=margin_cells)
        return _read(dataset, lattice, pieces, band=band)


def read_bounds(
    path: Path | str,
    *,
    bounds: Bounds,
    band: int | list[int] | None = None,
    variable: str | None = None,
    margin_cells: int = 2,
    crs: CRS | str | None = None,
) -> xr.DataArray | None:
    """Read the cells within bounds in the file's CRS; None where it has no cell there.

    A list of bands always gives a first dimension. See :func:`read_window`.
    """
    with open_raster(path, variable=variable, crs=crs) as (dataset, lattice):
        pieces = lattice.pieces(bounds, margin=margin_cells)
        return _read(dataset, lattice, pieces, band=band) if pieces else None


def check_extent(path: Path | str, lattice: Lattice, bounds: Bounds) -> None:
    """Stop where a file has no cell within bounds, both in the file's CRS."""
    if not lattice.pieces(bounds):
        raise InputError(
            f"{path}, extent",
            found=tuple(round(edge, 4) for edge in lattice.bounds),
            allowed=f"a raster that covers {tuple(round(edge, 4) for edge in bounds)}",
            remedy="The file belongs to another place; mend its name or fetch it again.",
        )


def _read(
    dataset: rasterio.DatasetReader,
    lattice: Lattice,
    pieces: list[Piece],
    *,
    band: int | list[int] | None,
) -> xr.DataArray:
    indexes = list(dataset.indexes) if band is None else band
    alone = isinstance(indexes, int) or (band is None and len(indexes) == 1)
    indexes = [indexes] if isinstance(indexes, int) else indexes
    rows, first_column = pieces[0].rows, pieces[0].columns[0]
    part = lattice.part(rows, (first_column, pieces[-1].columns[1]))
    nodata = dataset.nodatavals[indexes[0] - 1]
    dtype = np.dtype(dataset.dtypes[indexes[0] - 1])
    values = np.full((len(indexes), *part.shape), 0 if nodata is None else nodata, dtype)
    for piece in pieces:
        first, last = piece.columns
        window = Window(first - piece.shift, rows[0], last - first, part.height)
        place = slice(first - first_column, last - first_column)
        if len(pieces) == 1:
            dataset.read(indexes, window=window, out=values)
        else:
            values[:, :, place] = dataset.read(indexes, window=window)
    attributes = _attributes(dataset, indexes[0], nodata, dtype)
    if alone:
        return part.array(values[0], attributes=attributes)
    times = band_times(dataset, indexes)
    leading = {"band": indexes} if times is None else {"time": times}
    return part.array(values, leading=leading, attributes=attributes)


def _attributes(
    dataset: rasterio.DatasetReader, index: int, nodata: float | None, dtype: np.dtype
) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if nodata is not None:
        attributes["_FillValue"] = dtype.type(nodata)
    if dataset.scales[index - 1] != 1.0:
        attributes["scale_factor"] = dataset.scales[index - 1]
    if dataset.offsets[index - 1] != 0.0:
        attributes["add_offset"] = dataset.offsets[index - 1]
    tags = dataset.tags(index)
    unit = tags.get("units") or dataset.units[index - 1]
    if unit:
        attributes["units"] = unit
    if "long_name" in tags:
        attributes["long_name"] = tags["long_name"]
    return attributes


def _lattice(dataset: rasterio.DatasetReader, path: Path, *, crs: CRS | str | None) -> Lattice:
    transform = dataset.transform
    tags = dataset.tags()
    if transform.is_identity and is_netcdf(path):
        transform = transform_from_axes(path, where=f"{path}, x and y")
    if crs is None:
        crs = dataset.crs
    if crs is None and {"lat#units", "latitude#units"} & set(tags):
        crs = "EPSG:4326"
    if crs is None and is_netcdf(path) and looks_geographic(dataset):
        crs = "EPSG:4326"
    if crs is None:
        raise InputError(
            f"{path}, CRS",
            found="none",
            allowed="a coordinate reference system",
            remedy="State it in country.yml, options of this dataset: {crs: 'EPSG:4326'}.",
        )
    return Lattice.from_transform(
        transform,
        width=dataset.width,
        height=dataset.height,
        crs=CRS.from_user_input(crs),
        where=str(path),
    )


def refuse_torn(boundary: gpd.GeoDataFrame, bounds: Bounds, crs: CRS, *, where: str) -> None:
    """Stop where a projection tears a country on both sides of 180 degrees in two."""
    if crs.is_projected and boundary.total_bounds[2] > 180 and bounds[2] - bounds[0] > 2e7:
        raise InputError(
            f"{where}, CRS",
            found=crs.to_string()[:60],
            allowed="a CRS in which the country is in one piece",
            remedy="Warp the file to EPSG:4326, or to a projection centred near 180 degrees.",
        )


def _not_readable(path: Path, variable: str | None, error: object) -> InputError:
    allowed = "a raster that GDAL reads"
    try:
        names = variables(path)
    except RasterioIOError:
        names = []
    if names:
        allowed = "a variable of the file: " + ", ".join(names)
    return InputError(
        str(path),
        found=variable or str(error),
        allowed=allowed,
        remedy="Name the variable in country.yml, or fetch the file again.",
    )
