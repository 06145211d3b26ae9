"""The country profile: where land is, where inland water is."""

import numpy as np
import xarray as xr

from sohandbook import classes


def land_and_water(land_cover: xr.DataArray, *, within: xr.DataArray) -> xr.DataArray:
    """Tell land from inland water.

    Parameters
    ----------
    land_cover : xarray.DataArray of uint8, dims (..., y, x)
        The seven UNCCD classes, 0 without data.
    within : xarray.DataArray of bool, dims (y, x)
        The cells of the country.

    Returns
    -------
    xarray.DataArray of uint8, dims (..., y, x)
        1 land, 2 inland water, 0 outside of the country. Water is class 7; everything
        else in the country is land, cells without land cover data too.

    Notes
    -----
    UNCCD reporting manual 2026, country profile, table CP-1.T1.
    """
    system = classes.system("land_mask")
    is_water = land_cover == classes.system("land_cover").code("water")
    land, water = (np.uint8(system.code(key)) for key in ("land", "water"))
    mask = land_cover.where(is_water, land).where(~is_water, water)
    return mask.where(within, np.uint8(system.nodata)).assign_attrs(system.attributes())
