"""What GDAL does not say about NetCDF files: their variables, dates and axes."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.transform import Affine

from sohandbook.errors import InputError


def is_netcdf(path: Path | str) -> bool:
    """Return whether a file is NetCDF, by its name."""
    return Path(path).suffix in {".nc", ".nc4"}


def variables(path: Path | str) -> list[str]:
    """Return the variables with rows and columns of a NetCDF file."""
    with quietly(), rasterio.open(path) as dataset:
        if dataset.subdatasets:
            return [name.rpartition(":")[2] for name in dataset.subdatasets]
        return [dataset.tags(1)["NETCDF_VARNAME"]] if dataset.count else []


def band_times(dataset: rasterio.DatasetReader, indexes: list[int]) -> pd.DatetimeIndex | None:
    """Return the dates of a NetCDF file's bands from its CF time axis."""
    tags = dataset.tags()
    unit, _, origin = tags.get("time#units", "").partition(" since ")
    if not origin:
        return None
    # From 1900 to 2100 the Julian and Gregorian calendars count the same days from an origin
    # within these years, so the calendar attribute of AppEEARS files changes nothing.
    steps = [float(dataset.tags(index)["NETCDF_DIM_time"]) for index in indexes]
    return pd.Timestamp(origin) + pd.to_timedelta(steps, unit=unit.rstrip("s"))


def looks_geographic(dataset: rasterio.DatasetReader) -> bool:
    """Return whether the axes are called latitude and longitude."""
    names = {key.partition("#")[0] for key in dataset.tags()}
    return bool(names & {"lat", "latitude"}) and bool(names & {"lon", "longitude"})


def transform_from_axes(path: Path, *, where: str) -> Affine:
    """Return the transform of a NetCDF file whose x and y carry no attributes."""
    with quietly():
        try:
            axes = []
            for name in ("x", "y"):
                with rasterio.open(f"netcdf:{path}:{name}") as dataset:
                    axes.append(dataset.read(1)[0].astype(np.float64))
        except RasterioIOError as error:
            raise InputError(
                where,
                found="no coordinates",
                allowed="coordinate variables x and y, or lat and lon",
                remedy="Write the file again with its coordinates.",
            ) from error
    x, y = axes
    step_x, step_y = (x[-1] - x[0]) / (x.size - 1), (y[-1] - y[0]) / (y.size - 1)
    return Affine(step_x, 0, x[0] - step_x / 2, 0, step_y, y[0] - step_y / 2)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep rasterio's warning about missing georeference: we answer that case ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield
