"""Write rasters whose bytes depend on nothing but their content.

No time stamps, no file names, no user names: a raw file that is made twice is
the same file, so its checksum can stand in a report.
"""

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.windows import Window as RasterWindow

from sohandbook.training.story import Window

TILE = 256  # cells on each side
Part = tuple[int, int, int]
FICTION = "Fictional: {name} does not exist. Made by sohandbook.training for teaching and tests."
GEOGRAPHIC = {
    "grid_mapping_name": "latitude_longitude",
    "semi_major_axis": 6378137.0,
    "inverse_flattening": 298.257223563,
    "longitude_of_prime_meridian": 0.0,
    "spatial_ref": CRS.from_epsg(4326).to_wkt(),
}


def around_the_globe(window: Window) -> tuple[Window, list[Part]]:
    """Return the file's window and where the columns of the data belong in it.

    A country on both sides of 180 degrees gets a file as wide as the globe, as
    the real products have it; only its two ends hold data.

    Returns
    -------
    Window, list of (file column, data column, number of columns)
    """
    across = round(360 / window.cell)
    left = round((window.west + 180) / window.cell)
    if left + window.columns <= across:
        return window, [(0, 0, window.columns)]
    before = across - left
    globe = Window(-180.0, window.north, window.cell, across, window.rows)
    return globe, [(left, 0, before), (0, before, window.columns - before)]


def geotiff(
    path: Path,
    data: NDArray[Any],
    window: Window,
    *,
    nodata: float | None,
    tags: dict[str, str] | None = None,
) -> None:
    """Write one band in EPSG:4326 as a tiled, deflated GeoTIFF.

    Parameters
    ----------
    path : Path
    data : numpy.ndarray, shape (rows, columns)
    window : Window
        The cells of the data; it may pass 180 degrees.
    nodata : float or None
    tags : dict of str, optional
    """
    globe, parts = around_the_globe(window)
    pieces = [(to, data[:, start : start + number]) for to, start, number in parts]
    projected_geotiff(
        path,
        pieces,
        transform=globe.transform,
        crs="EPSG:4326",
        width=globe.columns,
        nodata=nodata,
        tags=tags,
    )


def projected_geotiff(
    path: Path,
    pieces: list[tuple[int, NDArray[Any]]],
    *,
    transform: Affine,
    crs: str,
    width: int,
    nodata: float | None,
    tags: dict[str, str] | None = None,
) -> None:
    """Write pieces of one band, each with its first column; the rest is not stored."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first = pieces[0][1]
    profile = {
        "driver": "GTiff",
        "dtype": first.dtype,
        "count": 1,
        "height": first.shape[0],
        "width": width,
        "crs": CRS.from_user_input(crs),
        "transform": transform,
        "nodata": nodata,
        "compress": "deflate",
        "zlevel": 7,
        "predictor": 3 if first.dtype.kind == "f" else 1,
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
        "sparse_ok": True,
    }
    with rasterio.open(path, "w", **profile) as file:
        if tags:
            file.update_tags(**tags)
        for rows, columns, part in _tile_by_tile(pieces):
            window = RasterWindow.from_slices(rows, columns)
            file.write(part, 1, window=window)


def _tile_by_tile(
    pieces: list[tuple[int, NDArray[Any]]],
) -> Iterator[tuple[tuple[int, int], tuple[int, int], NDArray[Any]]]:
    """Give the rows, the columns and the values in each tile of a file, in the file's order.

    A cache that is full writes its oldest tile early. In this order that changes nothing; in
    another the bytes of a file would depend on the memory of the machine.
    """
    height = pieces[0][1].shape[0]
    for top in range(0, height, TILE):
        bottom = min(top + TILE, height)
        for first, piece in sorted(pieces, key=itemgetter(0)):
            last = first + piece.shape[1]
            for tile in range(first // TILE * TILE, last, TILE):
                left, right = max(tile, first), min(tile + TILE, last)
                yield (top, bottom), (left, right), piece[top:bottom, left - first : right - first]


def netcdf(
    path: Path,
    *,
    dimensions: dict[str, tuple[NDArray[Any], dict[str, Any]]],
    variables: dict[str, tuple[tuple[str, ...], Any, dict[str, Any], dict[str, Any]]],
    attributes: dict[str, Any],
) -> None:
    """Write a NetCDF-4 file.

    Parameters
    ----------
    path : Path
    dimensions : dict
        Name to (values, attributes).
    variables : dict
        Name to (dimensions, data, attributes, storage); ``storage`` holds
        ``chunks``, ``fillvalue``, ``level`` and ``shuffle``. Data may be a list of
        (slices, array) pairs: the rest of the variable is not stored.
    attributes : dict
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5netcdf.File(path, "w") as file:
        file.dimensions = {name: values.size for name, (values, _) in dimensions.items()}
        for name, (values, about) in dimensions.items():
            coordinate = file.create_variable(
                name, (name,), values.dtype, data=values, **_deflate(values.size > 1000)
            )
            coordinate.attrs.update(about)
        for name, (dims, data, about, storage) in variables.items():
            _variable(file, name, dims, data, about, storage)
        file.attrs.update(attributes)


def _variable(
    file: h5netcdf.File,
    name: str,
    dims: tuple[str, ...],
    data: Any,
    about: dict[str, Any],
    storage: dict[str, Any],
) -> None:
    parts = data if isinstance(data, list) else [(..., np.asarray(data))]
    chunks = storage.get("chunks")
    if chunks:
        shape = (file.dimensions[dim].size for dim in dims)
        chunks = tuple(min(size, length) for size, length in zip(chunks, shape, strict=True))
    variable = file.create_variable(
        name,
        dims,
        parts[0][1].dtype,
        chunks=chunks,
        fillvalue=storage.get("fillvalue"),
        **_deflate(bool(dims), storage.get("level", 5), storage.get("shuffle", False)),
    )
    for place, values in parts:
        variable[place] = values
    variable.attrs.update(about)


def _deflate(wanted: bool, level: int = 5, shuffle: bool = True) -> dict[str, Any]:
    if not wanted:
        return {}
    return {"compression": "gzip", "compression_opts": level, "shuffle": shuffle}
