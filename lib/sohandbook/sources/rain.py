"""Monthly rain."""

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.sources.dates import dated_bands, joined
from sohandbook.sources.files import Request, stand_ins
from sohandbook.sources.stacks import Layer, stack

# CHIRPS marks the sea and its ends with this number, in the tag of the file or not.
CHIRPS_FILL = -9999.0


def chirps_monthly(request: Request) -> xr.DataArray:
    """CHIRPS v2 or v3, 0.05 degree: one NetCDF, one a year, or a GeoTIFF a month."""
    return _monthly(request, default_fill=CHIRPS_FILL)


def cru_monthly(request: Request) -> xr.DataArray:
    """CRU TS, 0.5 degree, and other monthly rain in NetCDF with CF time."""
    return _monthly(request, default_fill=None)


def _monthly(request: Request, *, default_fill: float | None) -> xr.DataArray:
    """Return mm a month, float32 (time, y, x), days set to the first of the month."""
    request.only_options("crs", "variable", "fill")
    attributes: dict[str, object] = {"valid_range": (0.0, np.inf)}
    fill = request.option("fill", default_fill)
    if fill is not None:
        attributes["missing_value"] = np.atleast_1d(fill)
    template = Layer(
        request.folders[0],
        variable=request.option("variable"),
        crs=request.option("crs"),
        attributes=attributes,
    )
    by_year = dated_bands(request, template=template)
    chosen = request.sources(by_year)
    bands = []
    for year, source in chosen.items():
        months = {band.day.month: band for band in by_year[source]}
        missing = [month for month in range(1, 13) if month not in months]
        if missing or len(by_year[source]) != 12:
            raise InputError(
                f"{request.where}, year {source}",
                found=f"{len(by_year[source])} layers, without the months {missing}",
                allowed="one layer for each of the twelve months",
                remedy=f"Fetch what is missing, or leave {source} out with 'years'.",
            )
        bands += [(pd.Timestamp(year, month, 1), months[month]) for month in range(1, 13)]
    result = stack(
        joined(bands),
        dimension="time",
        boundary=request.boundary,
        grid=request.grid,
        kind="continuous",
        dtype=np.float32,
        nodata=np.nan,
    )
    # An index of drought looks at all years of a cell at once.
    return (
        result.chunk(time=-1)
        .assign_attrs(long_name="Rain of the month", units="mm month-1", **stand_ins(chosen))
        .rename("precipitation")
    )
