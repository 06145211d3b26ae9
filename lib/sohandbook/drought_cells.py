"""Land and people beneath each cell of a drought map, gathered by the nearest cell.

A drought cell is some 5 to 11 km wide; land and people are known in cells of 100 to 300 m.
The manual gives each small cell the class of the nearest drought cell and then adds up. We
add up the small cells beneath each drought cell once, and then need only the coarse map: the
sums are the same, for any number of years, indices and choices.

Source: UNCCD reporting manual 2026, SO 3-1 step 4 and SO 3-2 step 2.
"""

import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.grid import align

OUTSIDE = np.int32(-1)


def nearest_cells(drought: xr.DataArray, *, grid: xr.DataArray) -> xr.DataArray:
    """Return the place of the drought cell nearest to each cell of a finer grid.

    Parameters
    ----------
    drought : DataArray, dims (..., y, x)
        Any map on the drought grid.
    grid : DataArray, dims (y, x)
        The finer grid, in any CRS.

    Returns
    -------
    DataArray of int32, dims (y, x) of ``grid``
        The place in the drought grid, counted along its rows; -1 where it does not reach.
    """
    first = drought.isel(dict.fromkeys(set(drought.dims) - {"y", "x"}, 0)).transpose("y", "x")
    places = np.arange(first.size, dtype=np.int32).reshape(first.shape)
    numbered = first.copy(data=places).drop_attrs(deep=False).assign_attrs(_FillValue=OUTSIDE)
    return align(numbered, grid=grid, kind="class")


def gathered(amounts: xr.DataArray, *, places: xr.DataArray, drought: xr.DataArray) -> xr.DataArray:
    """Return the sum of the amounts beneath each drought cell.

    Parameters
    ----------
    amounts : DataArray, dims (..., y, x)
        Amounts of a cell: people, or km2 of land; NaN counts as nothing. Layers of a dask array
        are read one after the other.
    places : DataArray of int32, dims (y, x)
        From :func:`nearest_cells`, on the cells of ``amounts``.
    drought : DataArray, dims (..., y, x)
        Any map on the drought grid.

    Returns
    -------
    DataArray of float64, dims (..., y, x) on the drought grid
        Adds up to the amounts.

    Raises
    ------
    InputError
        If land or people lie where the drought grid does not reach.
    """
    shape = (drought.sizes["y"], drought.sizes["x"])
    size = shape[0] * shape[1]
    places = places.transpose("y", "x").values.ravel()
    leading = [dim for dim in amounts.dims if dim not in ("y", "x")]
    stacked = amounts.transpose(*leading, "y", "x")
    sums = np.empty((*stacked.shape[:-2], size))
    for layer in np.ndindex(stacked.shape[:-2]):
        values = np.nan_to_num(np.asarray(stacked[layer].data, dtype=np.float64).ravel())
        # One place more takes what lies outside.
        counted = np.bincount(places + 1, weights=values, minlength=size + 1)
        if counted[0] > 1e-9 * counted.sum():
            raise InputError(
                "drought data",
                found=f"none for {100 * counted[0] / counted.sum():.3g} % of the country",
                allowed="a record that reaches over the whole country",
                remedy="Take another one; CHIRPS, for example, ends at 50 degrees.",
            )
        sums[layer] = counted[1:]
    return xr.DataArray(
        sums.reshape(*stacked.shape[:-2], *shape),
        dims=(*leading, "y", "x"),
        coords={dim: amounts[dim] for dim in leading}
        | {name: drought.coords[name] for name in ("y", "x", "spatial_ref")},
        attrs={"conserves": "the total: every amount counts in the nearest drought cell"},
    )
