"""Soil organic carbon, climate zones and soil units: maps without a year."""

import numpy as np
import xarray as xr
from scipy.ndimage import distance_transform_edt

from sohandbook.resampling import align
from sohandbook.sources.files import Request
from sohandbook.sources.stacks import Layer, stack
from sohandbook.windows import read_window

# Coasts of a zone map of 5 arc-minutes lie up to this many of its cells off the country's.
COAST_CELLS = 5


def soilgrids_ocs(request: Request) -> xr.DataArray:
    """SoilGrids 2.0: stock of the top 30 cm in t C/ha, already a stock, stored without scale."""
    return soil_organic_carbon_map(request)


def soil_organic_carbon_map(request: Request) -> xr.DataArray:
    """Soil organic carbon stock of the top 30 cm, t C/ha after ``scale``.

    Options: ``scale``, ``nodata``, ``band``, and ``crs`` where the file's own is unknown to
    PROJ (some SoilGrids files name EPSG:152160: give
    ``+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs``).

    Returns
    -------
    DataArray of float32, dask behind, shape (y, x)
    """
    request.only_options("crs", "scale", "nodata", "band")
    attributes = {}
    if request.option("scale") is not None:
        attributes["scale_factor"] = float(request.option("scale"))
    if request.option("nodata") is not None:
        attributes["_FillValue"] = request.option("nodata")
    # No stock is negative, but fill codes are, also those that no tag names.
    attributes["valid_range"] = (0, np.inf)
    result = _single(
        request, _layer(request, attributes), kind="continuous", dtype=np.float32, nodata=np.nan
    )
    return result.assign_attrs(
        long_name="Soil organic carbon stock, 0-30 cm", units="t C ha-1"
    ).rename("soil_organic_carbon")


def climate_zones(request: Request) -> xr.DataArray:
    """IPCC climate zones, codes 1 to 12 of the JRC map, 0 no data.

    The map holds 0 at sea, and its coast is not the country's: cells without a zone take
    the nearest one, up to five cells of the map away.

    Returns
    -------
    DataArray of uint8, shape (y, x)
    """
    request.only_options("crs")
    zones = read_window(
        request.one_file(),
        boundary=request.boundary,
        crs=request.option("crs"),
        margin_cells=COAST_CELLS + 2,
    )
    known = (zones > 0) & (zones <= 12)
    distance, nearest = distance_transform_edt(~known, return_indices=True)
    filled = np.where(distance <= COAST_CELLS, zones.values[tuple(nearest)], 0).astype(np.uint8)
    result = zones.copy(data=filled).assign_attrs(_FillValue=np.uint8(0))
    if request.grid is not None:
        result = align(result, grid=request.grid, kind="class")
    return result.assign_attrs(long_name="IPCC climate zone").rename("climate_zone")


def soil_units(request: Request) -> xr.DataArray:
    """Units of soil that land productivity performance compares with each other; 0 no data.

    Returns
    -------
    DataArray of int32, dask behind, shape (y, x)
    """
    request.only_options("crs", "band")
    result = _single(request, _layer(request, {}), kind="class", dtype=np.int32, nodata=0)
    return result.assign_attrs(long_name="Soil unit").rename("soil_unit")


def _layer(request: Request, attributes: dict[str, object]) -> Layer:
    return Layer(
        request.one_file(),
        bands=(int(request.option("band", 1)),),
        crs=request.option("crs"),
        attributes=attributes,
    )


def _single(request: Request, layer: Layer, **how: object) -> xr.DataArray:
    result = stack(
        {0: layer}, dimension="layer", boundary=request.boundary, grid=request.grid, **how
    )
    return result.isel(layer=0, drop=True)
