"""Monthly rain, and the potential evapotranspiration that goes with it."""

import re

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.sources.dates import dated_bands, joined
from sohandbook.sources.files import Request, stand_ins
from sohandbook.sources.stacks import Layer, stack
from sohandbook.windows import open_raster

# CHIRPS marks the sea and its ends with this number, in the tag of the file or not.
CHIRPS_FILL = -9999.0
# How files write amounts of a shorter time than a month: mm/day, mm d-1, kg m-2 s-1, mm/hr.
SHORT_TIME = re.compile(r"day|sec|hour|hr|\b[dsh]\^?-1|/\s*[dsh]\b", re.IGNORECASE)
EVAPOTRANSPIRATION = "Potential evapotranspiration of the month"


def chirps_monthly(request: Request) -> xr.DataArray:
    """CHIRPS v2 or v3, 0.05 degree: one NetCDF, one a year, or a GeoTIFF a month."""
    return _monthly(request, default_fill=CHIRPS_FILL)


def cru_monthly(request: Request) -> xr.DataArray:
    """CRU TS, 0.5 degree, and other monthly rain in NetCDF with CF time."""
    return _monthly(request, default_fill=None)


def cru_evapotranspiration(request: Request) -> xr.DataArray:
    """CRU TS ``pet``, 0.5 degree: Penman and Monteith, mm a day, here mm a month."""
    daily = _monthly(request, default_fill=None, long_name=EVAPOTRANSPIRATION, a_day=True)
    return daily * daily["time"].dt.days_in_month.astype(np.float32)


def terraclimate_evapotranspiration(request: Request) -> xr.DataArray:
    """TerraClimate ``pet``, 1/24 degree, one NetCDF a year: Penman and Monteith, mm a month."""
    return _monthly(request, default_fill=None, long_name=EVAPOTRANSPIRATION)


def _monthly(
    request: Request,
    *,
    default_fill: float | None,
    long_name: str = "Rain of the month",
    a_day: bool = False,
) -> xr.DataArray:
    """Return mm a month, or mm ``a_day``, float32 (time, y, x), days set to the first of a month.

    A file may say another time in its units: mm a day taken for mm a month make a drought
    of every water balance.
    """
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
    _check_unit(by_year[next(iter(chosen.values()))][0].layer, a_day=a_day)
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
        .assign_attrs(long_name=long_name, units="mm month-1", **stand_ins(chosen))
        .rename("precipitation" if long_name != EVAPOTRANSPIRATION else "evapotranspiration")
    )


def _check_unit(layer: Layer, *, a_day: bool) -> None:
    with open_raster(layer.path, variable=layer.variable, crs=layer.crs) as (dataset, _):
        unit = dataset.tags(layer.bands[0]).get("units") or dataset.units[layer.bands[0] - 1]
    if not unit:
        return
    metres = unit.strip().lower() in ("m", "metre", "meter", "m of water equivalent")
    if metres or bool(SHORT_TIME.search(unit)) != a_day:
        raise InputError(
            f"{layer.path}, units",
            found=unit,
            allowed="mm a day" if a_day else "mm a month",
            remedy="Bring the file to this unit, or take the product whose unit it has.",
        )
