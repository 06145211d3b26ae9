"""Vegetation index of every 16 days, annual productivity, and the water that plants use."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.netcdf import is_netcdf, variables
from sohandbook.sources.dates import DatedBand, dated_bands, joined
from sohandbook.sources.files import Request, stand_ins
from sohandbook.sources.stacks import Layer, stack
from sohandbook.windows import open_raster

NDVI = "_250m_16_days_NDVI"
RELIABILITY = "_250m_16_days_pixel_reliability"
# MOD13Q1 user guide, table 6: 0 good, 1 marginal; 2 snow or ice, 3 cloudy, -1 fill.
RELIABLE = (0, 1)
FILL = -3000
SCALE = 1e-4
VALID_RANGE = (-2000, 10000)
# MOD16A3GF v061, layer ET_500m: uint16, kg/m2 a year; MOD16 user guide v6.1.
EVAPOTRANSPIRATION_SCALE = 0.1
EVAPOTRANSPIRATION_RANGE = (0, 65500)

# A year with a longer hole has lost a season, and its mean is not the year's.
LONGEST_GAP = pd.Timedelta(days=64)


def modis_ndvi_16_day(request: Request) -> xr.DataArray:
    """MODIS NDVI, every 16 days, 250 m, as AppEEARS delivers it in NetCDF.

    Returns
    -------
    DataArray, dask behind, shape (time, y, x)
        The file's int16 with the attributes ``_FillValue`` and ``scale_factor``, so that a
        year of a large country can be summed block by block without a copy as floats. Cells
        outside the valid range are fill, and so are those that the file's reliability layer,
        where it has one, calls snow, ice or cloud. Files with floats stay floats.
    """
    request.only_options("crs", "variable", "scale")
    first = request.files()[0][1]
    template = _template(first, request)
    by_year = dated_bands(request, template=template)
    chosen = request.sources(by_year)
    for source in set(chosen.values()):
        _refuse_holes(by_year[source], source, request)
    bands = [
        (_in_year(band.day, year), band)
        for year, source in chosen.items()
        for band in by_year[source]
    ]
    with open_raster(first, variable=template.variable, crs=template.crs) as (dataset, _):
        is_integer = np.issubdtype(np.dtype(dataset.dtypes[0]), np.integer)
        scale = dataset.scales[0] if dataset.scales[0] != 1.0 else SCALE
    if not is_integer:
        layers = {days: replace(layer, attributes={}) for days, layer in joined(bands).items()}
        how = {"kind": "continuous", "dtype": np.float32, "nodata": np.nan}
    else:
        layers = joined(bands)
        how = {"kind": "class", "dtype": np.int16, "nodata": FILL}
    result = stack(layers, dimension="time", boundary=request.boundary, grid=request.grid, **how)
    if is_integer:
        result.attrs["scale_factor"] = float(request.option("scale", scale))
    return result.assign_attrs(
        long_name="NDVI, 16-day composite", units="1", **stand_ins(chosen)
    ).rename("ndvi")


def annual_productivity(request: Request) -> xr.DataArray:
    """Productivity of each year: net or gross primary production, or a yearly NDVI.

    Options: ``scale``; ``valid_range`` of the raw numbers, which is the safe way with
    products that have several fill codes (MOD17: 65529 to 65535); ``fill``, one or several.
    """
    request.only_options("crs", "scale", "valid_range", "fill", "band")
    attributes = {}
    if request.option("scale") is not None:
        attributes["scale_factor"] = float(request.option("scale"))
    if request.option("valid_range") is not None:
        attributes["valid_range"] = tuple(request.option("valid_range"))
    if request.option("fill") is not None:
        attributes["missing_value"] = np.atleast_1d(request.option("fill"))
    result = _yearly(request, attributes)
    unit = {"units": request.dataset.unit} if request.dataset.unit else {}
    return result.assign_attrs(long_name="Annual productivity", **unit).rename("productivity")


def modis_annual_evapotranspiration(request: Request) -> xr.DataArray:
    """MODIS MOD16A3GF, layer ET_500m: the water that soil and plants give off in a year.

    Whole numbers in tenths of kg/m2, which are tenths of a millimetre; 65529 to 65535 stand for
    water, towns, barren land, snow, wetland and gaps, so drylands have holes here.

    Returns
    -------
    DataArray of float32, dask behind, shape (year, y, x)
        mm a year.
    """
    request.only_options("crs", "band")
    attributes = {"scale_factor": EVAPOTRANSPIRATION_SCALE, "valid_range": EVAPOTRANSPIRATION_RANGE}
    return (
        _yearly(request, attributes)
        .assign_attrs(long_name="Annual evapotranspiration", units="mm a-1")
        .rename("evapotranspiration")
    )


def _yearly(request: Request, attributes: dict[str, object]) -> xr.DataArray:
    """Stack one file a year, decoded."""
    by_year = request.files_by_year()
    chosen = request.sources(by_year)
    layers = {
        year: Layer(
            by_year[source],
            bands=(int(request.option("band", 1)),),
            crs=request.option("crs"),
            attributes=attributes,
        )
        for year, source in chosen.items()
    }
    result = stack(
        layers,
        dimension="year",
        boundary=request.boundary,
        grid=request.grid,
        kind="continuous",
        dtype=np.float32,
        nodata=np.nan,
    )
    return result.assign_attrs(**stand_ins(chosen))


def _template(path: Path, request: Request) -> Layer:
    names = variables(path) if is_netcdf(path) else []
    wanted = request.option("variable") or (NDVI if NDVI in names or len(names) > 1 else None)
    if wanted and wanted not in names:
        raise InputError(
            f"{path}, variable",
            found=names,
            allowed=wanted,
            remedy="Order the NDVI layer, or name its variable in the dataset's options.",
        )
    return Layer(
        path,
        variable=wanted,
        crs=request.option("crs"),
        attributes={"valid_range": VALID_RANGE},
        quality=RELIABILITY if RELIABILITY in names else None,
        good=RELIABLE,
    )


def _in_year(day: pd.Timestamp, year: int) -> pd.Timestamp:
    """Return the same day of another year; 16-day composites are counted by day of the year."""
    return pd.Timestamp(year, 1, 1) + pd.Timedelta(days=day.day_of_year - 1)


def _refuse_holes(bands: list[DatedBand], year: int, request: Request) -> None:
    days = [pd.Timestamp(year, 1, 1), *(band.day for band in bands), pd.Timestamp(year + 1, 1, 1)]
    gap, end = max((later - earlier, later) for earlier, later in pairwise(days))
    if gap > LONGEST_GAP:
        raise InputError(
            f"{request.where}, year {year}",
            found=f"{len(bands)} composites and none in the {gap.days} days before {end:%Y-%m-%d}",
            allowed="composites of the whole year, 23 of Terra",
            remedy="Fetch the missing ones, or name a year that stands for it.",
        )
