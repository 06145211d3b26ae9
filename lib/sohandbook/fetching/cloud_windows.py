"""Read a country's window of a raster on a server, and write it as a GeoTIFF of its own.

GDAL asks the server for the bytes of the blocks that the window touches (HTTP range requests),
so that of a file of the whole world a few per cent travel.
"""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from sohandbook.errors import InputError
from sohandbook.fetching import disk
from sohandbook.fetching.patience import FetchError, PassingError, Patience, ask_for_a_part
from sohandbook.lattice import Lattice, Piece
from sohandbook.netcdf import band_times, quietly
from sohandbook.windows import bounds_in, refuse_torn

# Beyond the boundary: more than any of our readers looks at (coasts of climate zones: 7).
MARGIN_CELLS = 8

# Rows are copied in strips of about so many bytes.
STRIP_BYTES = 64_000_000


def gdal_settings(patience: Patience) -> dict[str, str]:
    """Return how GDAL talks to servers: no listing of folders, and with the same patience."""
    return {
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_INGESTED_BYTES_AT_OPEN": "32768",
        "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
        "GDAL_HTTP_MAX_RETRY": str(patience.attempts - 1),
        "GDAL_HTTP_RETRY_DELAY": str(patience.first_wait),
        "GDAL_HTTP_CONNECTTIMEOUT": str(max(1, round(patience.timeout[0]))),
        "GDAL_HTTP_LOW_SPEED_TIME": str(max(1, round(patience.silence))),
        "GDAL_HTTP_LOW_SPEED_LIMIT": "1",
        # A part that broke off is asked for anew, not taken from memory.
        "CPL_VSIL_CURL_NON_CACHED": "/vsicurl/",
    }


class _Complaints(logging.Handler):
    """GDAL's warnings of tags that it could not read, of one thread or of all."""

    def __init__(self, thread: int | None) -> None:
        super().__init__(logging.WARNING)
        self.thread, self.found = thread, ""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if self.thread in (None, record.thread) and ("IO error" in text or "tag ignored" in text):
            self.found = text


@contextmanager
def whole_headers(*, all_threads: bool = False) -> Iterator[None]:
    """Raise what GDAL only warns of: a header that broke off, and so a file without its place.

    Raises
    ------
    PassingError
    """
    complaints = _Complaints(None if all_threads else threading.get_ident())
    logger = logging.getLogger("rasterio._env")
    logger.addHandler(complaints)
    try:
        yield
    except Exception as error:
        if complaints.found:
            raise PassingError("the file's header broke off") from error
        raise
    finally:
        logger.removeHandler(complaints)
    if complaints.found:
        raise PassingError("the file's header broke off")


def write_window(
    addresses: Sequence[str],
    target: Path,
    *,
    boundary: gpd.GeoDataFrame,
    patience: Patience,
    crs: str | None = None,
    nodata: float | None = None,
) -> Path:
    """Write the cells around a boundary, of one raster or of the sum of several.

    Parameters
    ----------
    addresses : sequence of str
        Addresses or paths that GDAL reads. Of several, with the same cells, values are added
        up; a cell is no data where all of them have none.
    target : Path
        Ends in ``.tif``; it appears when it is whole, and not before.
    boundary : GeoDataFrame
        As :func:`sohandbook.grid.unwrap` returns it.
    patience : Patience
    crs, nodata : optional
        What the file does not say.

    Returns
    -------
    Path
        The file: type, scale, unit, dates and names of bands as in the source.

    Raises
    ------
    FetchError
        No connection, no room, or another place than the country's.
    """
    partial = target.with_name(f".{target.stem}.{os.getpid()}.tif")

    def once() -> None:
        try:
            with quietly(), whole_headers(), rasterio.Env(**gdal_settings(patience)):
                _copy(addresses, partial, boundary=boundary, crs=crs, nodata=nodata)
        except RasterioIOError as error:
            # The server has answered before: a reading that fails may succeed the next time.
            raise disk.read_or_write(error, folder=partial.parent) from error

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for address in addresses:
            if address.startswith(("http://", "https://")):
                ask_for_a_part(address, patience=patience)
        patience.keep_trying(once, what=addresses[0])
        partial.replace(target)
    except InputError as error:
        raise FetchError(str(error)) from error
    except OSError as error:
        raise disk.not_written(target, error) from error
    finally:
        if partial.exists():
            partial.unlink()
    return target


def _copy(
    addresses: Sequence[str],
    partial: Path,
    *,
    boundary: gpd.GeoDataFrame,
    crs: str | None,
    nodata: float | None,
) -> None:
    with rasterio.open(addresses[0]) as first:
        if not (crs or first.crs):
            raise FetchError(f"{addresses[0]}: the file names no coordinate reference system")
        lattice = Lattice.from_transform(
            first.transform,
            width=first.width,
            height=first.height,
            crs=CRS.from_user_input(crs) if crs else first.crs,
            where=addresses[0],
        )
        pieces = country_pieces(lattice, boundary, where=addresses[0])
        rows, columns = pieces[0].rows, (pieces[0].columns[0], pieces[-1].columns[1])
        part = lattice.part(rows, columns)
        sums = len(addresses) > 1
        fill = first.nodata if first.nodata is not None else nodata
        if sums and fill is None:
            fill = np.nan
        profile = {
            "driver": "GTiff",
            "width": part.width,
            "height": part.height,
            "count": first.count,
            "dtype": "float32" if sums else first.dtypes[0],
            "crs": part.crs,
            "transform": part.transform,
            "nodata": fill,
            "tiled": True,
            "blockxsize": 256,
            "blockysize": 256,
            "compress": "deflate",
            "bigtiff": "if_safer",
        }
        bytes_a_row = part.width * first.count * np.dtype(profile["dtype"]).itemsize
        disk.need(bytes_a_row * part.height, folder=partial.parent)
        with rasterio.open(partial, "w", **profile) as copy:
            _copy_facts(first, copy)
            for strip in _strips(rows, first.block_shapes[0][0], bytes_a_row):
                values = _read(first, pieces, strip, columns, fill)
                if sums:
                    values = values.astype(np.float64)
                    values[values == fill] = np.nan
                    for address in addresses[1:]:
                        with rasterio.open(address) as other:
                            if other.transform != first.transform or other.shape != first.shape:
                                raise FetchError(f"{address}: other cells than {addresses[0]}")
                            values = _sum(values, _read(other, pieces, strip, columns, fill), fill)
                    values = np.where(np.isnan(values), fill, values).astype(np.float32)
                copy.write(values, window=Window(0, strip[0] - rows[0], part.width, len(strip)))


def country_pieces(lattice: Lattice, boundary: gpd.GeoDataFrame, *, where: str) -> list[Piece]:
    """Return the parts of a raster around a boundary, with a margin.

    Raises
    ------
    InputError
        The raster lies elsewhere, or its projection tears the country in two.
    """
    bounds = bounds_in(boundary, lattice.crs)
    refuse_torn(boundary, bounds, lattice.crs, where=where)
    pieces = lattice.pieces(bounds, margin=MARGIN_CELLS)
    if not pieces:
        raise InputError(
            f"{where}, extent",
            found=tuple(round(edge, 4) for edge in lattice.bounds),
            allowed=f"a raster that covers {tuple(round(edge, 4) for edge in bounds)}",
            remedy="Choose a source that has the country.",
        )
    return pieces


def _read(
    dataset: rasterio.DatasetReader,
    pieces: list[Piece],
    strip: range,
    columns: tuple[int, int],
    fill: float | None,
) -> np.ndarray:
    shape = (dataset.count, len(strip), columns[1] - columns[0])
    values = np.full(shape, 0 if fill is None else fill, dataset.dtypes[0])
    for piece in pieces:
        first, last = piece.columns
        window = Window(first - piece.shift, strip.start, last - first, len(strip))
        values[:, :, first - columns[0] : last - columns[0]] = dataset.read(window=window)
    return values


def _sum(total: np.ndarray, more: np.ndarray, fill: float | None) -> np.ndarray:
    more = np.where(more == fill, np.nan, more.astype(np.float64))
    both = np.isnan(total) & np.isnan(more)
    return np.where(both, np.nan, np.nan_to_num(total) + np.nan_to_num(more))


def _strips(rows: tuple[int, int], block: int, bytes_a_row: int) -> Iterator[range]:
    """Return ranges of rows that end where blocks of the source do: no block comes twice."""
    height = max(block, STRIP_BYTES // bytes_a_row // block * block)
    start = rows[0]
    while start < rows[1]:
        end = min(rows[1], (start // height + 1) * height)
        yield range(start, end)
        start = end


def _copy_facts(source: rasterio.DatasetReader, copy: rasterio.io.DatasetWriter) -> None:
    copy.scales, copy.offsets = source.scales, source.offsets
    times = band_times(source, list(source.indexes))
    names = source.descriptions if times is None else [f"{day:%Y-%m-%d}" for day in times]
    for band, name in enumerate(names, start=1):
        if name:
            copy.set_band_description(band, name)
        if source.units[band - 1]:
            copy.set_band_unit(band, source.units[band - 1])
