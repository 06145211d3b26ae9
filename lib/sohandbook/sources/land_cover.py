"""Yearly land cover maps in the codes of their own legends."""

from pathlib import Path

import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.netcdf import is_netcdf, variables
from sohandbook.sources.files import Request, stand_ins
from sohandbook.sources.stacks import Layer, stack

NETCDF_VARIABLE = "lccs_class"


def esa_cci(request: Request) -> xr.DataArray:
    """ESA CCI (v2.0.7) and Copernicus C3S (v2.1.1) land cover, 300 m, GeoTIFF and NetCDF."""
    return _yearly(request, legend="esa_cci")


def modis_igbp(request: Request) -> xr.DataArray:
    """MODIS MCD12Q1 land cover in the 17 IGBP classes, 500 m.

    Files differ in type and fill value by year (int8 with -128, uint8 with 255); the result
    has 255 throughout.
    """
    return _yearly(request, legend="modis_igbp")


def national(request: Request) -> xr.DataArray:
    """A land cover map by year; its legend stands in the country's settings.

    A legend of ``data/land_cover_legends.yml`` says which code is no data, unless the option
    ``nodata`` does.
    """
    request.only_options("crs", "nodata", "band")
    return _yearly(request, legend=None)


def _yearly(request: Request, *, legend: str | None) -> xr.DataArray:
    if legend is not None:
        request.only_options("crs")
    known = legend or request.dataset.legend
    default = classes.legend(known).nodata if known in classes.legends() else 0
    nodata = default if legend else int(request.option("nodata", default))
    by_year = request.files_by_year()
    chosen = request.sources(by_year)
    band = int(request.option("band", 1))
    layers = {
        year: Layer(
            by_year[source],
            variable=_variable(by_year[source]),
            bands=(band,),
            crs=request.option("crs"),
        )
        for year, source in chosen.items()
    }
    result = stack(
        layers,
        dimension="year",
        boundary=request.boundary,
        grid=request.grid,
        kind="class",
        dtype=np.uint8,
        nodata=nodata,
    )
    legend_name = request.dataset.legend or legend or "unccd"
    return result.assign_attrs(
        long_name="Land cover", legend=legend_name, **stand_ins(chosen)
    ).rename("land_cover")


def _variable(path: Path) -> str | None:
    """Return the class variable of a NetCDF file, which also holds flags and counts."""
    if not is_netcdf(path):
        return None
    names = variables(path)
    if NETCDF_VARIABLE not in names:
        raise InputError(
            f"{path}, variable",
            found=names,
            allowed=NETCDF_VARIABLE,
            remedy="Fetch the file again with all its variables.",
        )
    return NETCDF_VARIABLE
