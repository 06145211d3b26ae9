"""Indices that others have computed: of drought, and of vulnerability to it."""

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.sources.dates import dated_bands, joined
from sohandbook.sources.files import Request, stand_ins
from sohandbook.sources.stacks import Layer, stack

DECEMBER = 12
JRC_YEAR = 2018  # the manual enters the ready value of vulnerability in this year


def drought_index(request: Request) -> xr.DataArray:
    """SPI or SPEI as GMID and others give it: NetCDF with months, or a GeoTIFF for each December.

    Options: ``months``, how many months the index looks back (needed, because no file says
    it in one way); ``variable``; ``scale``, 0.001 for copies that hold the index times 1000;
    ``fill``; ``crs``.

    Returns
    -------
    DataArray of float32, dims (time, y, x), on the cells of the file
        No unit; the attribute ``months``. Months may be missing, Decembers too.
    """
    request.only_options("months", "variable", "scale", "fill", "crs")
    months = request.option("months")
    if not isinstance(months, int) or not 1 <= months <= 48:
        raise InputError(
            f"{request.where}.options, months",
            found=months,
            allowed="1 to 48",
            remedy="Say how many months the index looks back, for example 'months: 12'.",
        )
    template = Layer(
        request.folders[0],
        variable=request.option("variable"),
        crs=request.option("crs"),
        attributes=_attributes(request),
    )
    by_year = dated_bands(request, template=template, month_of_year=DECEMBER)
    chosen = request.sources(by_year)
    bands = [
        (pd.Timestamp(year, band.day.month, 1), band)
        for year, source in chosen.items()
        for band in by_year[source]
    ]
    result = stack(
        joined(bands),
        dimension="time",
        boundary=request.boundary,
        grid=request.grid,
        kind="continuous",
        dtype=np.float32,
        nodata=np.nan,
    )
    named = f"Drought index of {months} months, as it came"
    return result.assign_attrs(
        long_name=named, units="1", months=months, **stand_ins(chosen)
    ).rename("drought_index")


def vulnerability_index(request: Request) -> xr.DataArray | pd.DataFrame:
    """The JRC's ready index of vulnerability: a map (GeoTIFF), or the value in a CSV file.

    Options of a map: ``scale``, 0.0001 for the copy that holds the index times 10,000;
    ``fill``; ``crs``. The CSV file has the columns ``year`` and ``value`` and one row.

    Returns
    -------
    DataArray of float32, dims (y, x), on the cells of the file; or DataFrame with one row
    """
    request.only_options("scale", "fill", "crs")
    path = request.one_file()
    if path.suffix == ".csv":
        return _one_value(pd.read_csv(path), where=str(path))
    layer = Layer(path, crs=request.option("crs"), attributes=_attributes(request))
    result = stack(
        {JRC_YEAR: layer},
        dimension="year",
        boundary=request.boundary,
        grid=request.grid,
        kind="continuous",
        dtype=np.float32,
        nodata=np.nan,
    )
    return result.isel(year=0).rename("vulnerability_index")


def _attributes(request: Request) -> dict[str, object]:
    """Return what the settings say of the raw numbers and the file may not."""
    attributes: dict[str, object] = {}
    if request.option("scale") is not None:
        attributes["scale_factor"] = float(request.option("scale"))
    if request.option("fill") is not None:
        attributes["missing_value"] = np.atleast_1d(request.option("fill"))
    return attributes


def _one_value(table: pd.DataFrame, *, where: str) -> pd.DataFrame:
    if not {"year", "value"} <= set(table) or len(table) != 1:
        raise InputError(
            where,
            found=f"{len(table)} rows with the columns {list(table.columns)}",
            allowed="one row with the columns year and value",
            remedy="The ready index is one value; a national series belongs to "
            "'vulnerability_factors'.",
        )
    return table[["year", "value"]]
