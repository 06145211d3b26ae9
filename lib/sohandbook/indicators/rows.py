"""Reading maps row by row.

Areas are added up row by row, from north to south, so that a total is the same
number to the last digit however the maps are cut into chunks.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sohandbook.errors import InputError


def row_areas(cell_area: xr.DataArray) -> np.ndarray:
    """Return the area of one cell in each row.

    Parameters
    ----------
    cell_area : DataArray (y, x) or (y)
        Area of the cells, km2, the same along a row, as on geographic and on
        equal-area grids.

    Returns
    -------
    numpy.ndarray of float64, shape (y,)
        km2.

    Raises
    ------
    InputError
        If the area changes along a row.
    """
    if "x" in cell_area.dims:
        first = cell_area.isel(x=0, drop=True)
        if not bool((cell_area == first).all()):
            raise InputError(
                "cell_area",
                found="areas that differ along a row",
                allowed="a geographic or an equal-area grid",
                remedy="Choose such a grid in country.yml.",
            )
        cell_area = first
    return np.asarray(cell_area.values, dtype=np.float64)


def row_strips(**maps: xr.DataArray) -> Iterator[tuple[slice, dict[str, np.ndarray]]]:
    """Read maps on one grid from north to south, in strips of whole rows.

    Parameters
    ----------
    **maps : DataArray (..., y, x)
        With dask behind, a strip is as high as the chunks of the first chunked
        map, and only one strip is in memory at a time.

    Yields
    ------
    rows : slice
    strip : dict of str to numpy.ndarray
        The maps' values in these rows, contiguous.
    """
    together = xr.Dataset({name: data.variable for name, data in maps.items()})
    heights = next(
        (data.chunksizes["y"] for data in maps.values() if data.chunks), (together.sizes["y"],)
    )
    start = 0
    for height in heights:
        rows = slice(start, start + height)
        strip = together.isel(y=rows).compute()
        yield rows, {name: np.ascontiguousarray(strip[name].values) for name in maps}
        start += height
