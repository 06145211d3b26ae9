"""Polygons on the country grid: regions, districts and sites."""

import geopandas as gpd
import numpy as np
import xarray as xr
from rasterio.features import rasterize
from scipy import ndimage

from sohandbook.errors import InputError
from sohandbook.grid import unwrap

LARGEST_GAP = 0.01


def numbers(frame: gpd.GeoDataFrame, *, grid: xr.DataArray) -> xr.DataArray:
    """Give each cell the number of the polygon that its centre lies in.

    Parameters
    ----------
    frame : GeoDataFrame
        Polygons in any CRS. Where two overlap, the later one counts.
    grid : xarray.DataArray of bool, dims (y, x)
        The country grid.

    Returns
    -------
    xarray.DataArray of uint16, dims (y, x)
        1 for the first polygon, 0 in none of them.
    """
    shapes = unwrap(frame).to_crs(grid.rio.crs).geometry
    values = rasterize(
        [(shape, number) for number, shape in enumerate(shapes, start=1)],
        out_shape=grid.shape,
        transform=grid.rio.transform(),
        dtype="uint16",
    )
    return grid.copy(data=values).assign_attrs(
        long_name="Number of the polygon", _FillValue=np.uint16(0)
    )


def partition(frame: gpd.GeoDataFrame, *, grid: xr.DataArray, where: str) -> xr.DataArray:
    """Divide the country into regions that add up to it.

    Boundaries of regions seldom follow the country's to the metre. A cell of the
    country in none of them goes to the nearest region; if there are many, the
    regions do not belong to this country.

    Parameters
    ----------
    frame : GeoDataFrame
    grid : xarray.DataArray of bool, dims (y, x)
    where : str
        The file, for the message.

    Returns
    -------
    xarray.DataArray of uint16, dims (y, x)
        1 to n in the country, 0 outside.

    Raises
    ------
    InputError
        More than 1 % of the country's cells lie in no region.
    """
    found = numbers(frame, grid=grid)
    inside, values = grid.values, found.values
    gap = (inside & (values == 0)).sum() / inside.sum()
    if gap > LARGEST_GAP:
        raise InputError(
            where,
            found=f"{100 * gap:.1f} % of the country in no region",
            allowed=f"at most {100 * LARGEST_GAP:g} %",
            remedy="Regions must cover the whole country; mend the polygons.",
        )
    rows, columns = ndimage.distance_transform_edt(
        values == 0, return_distances=False, return_indices=True
    )
    return found.copy(data=np.where(inside, values[rows, columns], 0).astype(np.uint16))
