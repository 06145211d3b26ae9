"""Series of yearly maps: their years, windows of them, and functions over all years of a cell."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import xarray as xr

from sohandbook.errors import InputError

Preset = Literal["guidance", "trends_earth"]

MINIMUM_YEARS = 10  # of the 16 of a window; ours: the manual does not say how many may be missing


def check_preset(preset: str) -> None:
    """Raise InputError for a preset that does not exist."""
    if preset not in ("guidance", "trends_earth"):
        raise InputError(
            "preset", found=preset, allowed=("guidance", "trends_earth"), remedy="Use one of these."
        )


def years_of(npp: xr.DataArray) -> np.ndarray:
    """Return the years as float64; they must be there and rise."""
    if "year" not in npp.dims or "year" not in npp.coords:
        raise InputError(
            "annual productivity",
            found=npp.dims,
            allowed=("year", "y", "x"),
            remedy="Give the maps an axis and a coordinate named year.",
        )
    years = np.asarray(npp["year"].values, dtype=np.float64)
    if np.any(np.diff(years) <= 0):
        raise InputError(
            "years of the annual productivity",
            found=npp["year"].values.tolist(),
            allowed="rising years, each once",
            remedy="Sort by year and drop repeated ones.",
        )
    return years


def window(npp: xr.DataArray, *, name: str, first_and_last: tuple[int, int]) -> np.ndarray:
    """Return the places of the years from the first to the last, both included."""
    years = years_of(npp)
    first, last = first_and_last
    places = np.flatnonzero((years >= first) & (years <= last))
    if places.size == 0:
        raise InputError(
            f"years of the {name}",
            found=first_and_last,
            allowed=f"within {int(years[0])} to {int(years[-1])}",
            remedy="Give the first and the last year of the window.",
        )
    return places


def over_years(
    function: Callable[..., np.ndarray], npp: xr.DataArray, *, dtype: type, **options: object
) -> xr.DataArray:
    """Apply a function of (year, y, x) blocks that returns (y, x) blocks."""
    if npp.chunks is not None:
        npp = npp.chunk({"year": -1})
    result = xr.apply_ufunc(
        # xarray moves the year last, as a view; moving it back keeps rows contiguous.
        lambda block: function(np.moveaxis(block, -1, 0), **options),
        npp,
        input_core_dims=[["year"]],
        dask="parallelized",
        output_dtypes=[dtype],
        keep_attrs=True,
    )
    return result.drop_attrs(deep=False)  # those of the coordinates stay: they hold the CRS
