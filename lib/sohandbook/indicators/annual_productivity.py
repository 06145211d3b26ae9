"""One value of productivity a year, from composites of a vegetation index."""

from collections.abc import Iterable
from typing import Literal

import numba
import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators import cells

# A year counts when at least this share of its composites is there. Ours: the manual has no rule.
LEAST_SHARE = 0.75


def annual_productivity(
    vegetation_index: xr.DataArray,
    *,
    method: Literal["calendar_year", "growing_season", "annual"] = "calendar_year",
    scale: float = 1.0,
    fill: float | Iterable[float] = (),
    season: tuple[int, int] | None = None,
    minimum_composites: int | None = None,
) -> xr.Dataset:
    """Average a vegetation index over each year or growing season.

    Parameters
    ----------
    vegetation_index : xarray.DataArray, shape (time, y, x), or (year, y, x) when ``annual``
        Composites as stored, in any number type.
    method : {"calendar_year", "growing_season", "annual"}
        ``annual`` takes an annual product, such as GPP, as it comes: only scale and fill apply.
    scale : float
        What stored values are multiplied by, 0.0001 for MODIS.
    fill : float or iterable of float
        Stored values that are no data, besides NaN, ``_FillValue`` and ``missing_value``.
    season : (int, int)
        First and last month of the growing season, both included; (11, 4) goes over the end
        of the year and belongs to the year in which it ends.
    minimum_composites : int, optional
        A year with fewer is no data. The default is three quarters of the largest number
        of composites that any year of the series has.

    Returns
    -------
    xarray.Dataset
        ``productivity`` float32 (year, y, x), the mean over the composites that are there, in
        units of the index; ``missing_composites`` int16 (year, y, x), how many are not.

    Notes
    -----
    The manual (SO1-2) asks for the integral over the growing season. We divide it by its
    length: trends, classes and ratios stay the same, a missing composite does not look like
    a bad year, and limits stay in units of the index.
    """
    absent = {*np.atleast_1d(np.asarray(list(np.ravel(fill)), dtype=np.float64)).tolist()}
    absent |= {float(value) for value in cells.fill_values(vegetation_index)}
    fills = np.array(sorted(absent), dtype=np.float64)
    axis, seasons = _seasons(vegetation_index, method, season)
    expected = max(members.size for members in seasons.values())
    least = minimum_composites
    if least is None:
        least = int(np.ceil(LEAST_SHARE * expected))
    if not 1 <= least <= expected:
        raise InputError(
            "minimum_composites",
            found=least,
            allowed=f"1 to {expected}, the most composites of any year",
            remedy="Choose one in that range.",
        )
    means, missing = [], []
    for members in seasons.values():
        chosen = vegetation_index.isel({axis: members})
        if chosen.chunks is not None:
            chosen = chosen.chunk({axis: -1})
        mean, count = xr.apply_ufunc(
            _season_mean,
            chosen,
            kwargs={"fills": fills, "scale": scale, "least": least},
            input_core_dims=[[axis]],
            output_core_dims=[[], []],
            dask="parallelized",
            output_dtypes=[np.float32, np.int16],
            keep_attrs=True,
        )
        means.append(mean.drop_attrs(deep=False))
        missing.append(np.int16(expected) - count.drop_attrs(deep=False))
    years = xr.DataArray(list(seasons), dims="year", name="year")
    productivity = xr.concat(means, dim=years).transpose("year", ...)
    gaps = xr.concat(missing, dim=years).transpose("year", ...).astype(np.int16)
    return xr.Dataset(
        {
            "productivity": productivity.assign_attrs(
                long_name="Annual productivity", method=method, minimum_composites=least
            ),
            "missing_composites": gaps.assign_attrs(
                long_name="Composites that are missing", expected_composites=expected
            ),
        }
    )


def _seasons(
    index: xr.DataArray, method: str, season: tuple[int, int] | None
) -> tuple[str, dict[int, np.ndarray]]:
    """Return the axis of time and the places on it that belong to each year."""
    methods = ("calendar_year", "growing_season", "annual")
    if method not in methods or (method == "growing_season") != (season is not None):
        raise InputError(
            "annual_productivity",
            found=f"method {method!r}, season {season}",
            allowed=f"{methods}; a season with growing_season and only there",
            remedy="Name the method, and for growing_season its first and last month.",
        )
    axis = "year" if method == "annual" else "time"
    if axis not in index.dims:
        raise InputError(
            f"annual_productivity, method {method}",
            found=index.dims,
            allowed=(axis, "y", "x"),
            remedy=f"Give the map an axis named {axis}.",
        )
    if method == "annual":
        return axis, {int(year): np.array([i]) for i, year in enumerate(index["year"].values)}
    year, month = index["time"].dt.year.values, index["time"].dt.month.values
    inside = np.ones(year.size, dtype=bool)
    if season is not None:
        first, last = season
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise InputError(
                "season", found=season, allowed="months 1 to 12", remedy="Give two months."
            )
        if first <= last:
            inside = (month >= first) & (month <= last)
        else:
            inside = (month >= first) | (month <= last)
            year = year + (month >= first)
    if not inside.any():
        raise InputError(
            "season",
            found=f"{season}, without a composite",
            allowed=f"months {sorted(set(month.tolist()))}",
            remedy="Choose months that the series has.",
        )
    return axis, {int(y): np.flatnonzero(inside & (year == y)) for y in np.unique(year[inside])}


def _season_mean(
    block: np.ndarray, *, fills: np.ndarray, scale: float, least: int
) -> tuple[np.ndarray, np.ndarray]:
    composites = np.ascontiguousarray(np.moveaxis(block, -1, 0))
    shape = composites.shape[1:]
    mean, count = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.int16)
    rows = composites.reshape(composites.shape[0], -1)
    _mean_of_valid(rows, fills, scale, least, mean.reshape(-1), count.reshape(-1))
    return mean, count


@numba.njit(cache=True, nogil=True)
def _mean_of_valid(composites, fills, scale, least, mean, count):
    tile = 1024
    total = np.empty(tile)
    for x0 in range(0, mean.size, tile):
        width = min(tile, mean.size - x0)
        number = count[x0 : x0 + width]
        number[:] = 0
        total[:] = 0
        for k in range(composites.shape[0]):
            values = composites[k, x0 : x0 + width]
            for x in range(width):
                value = np.float64(values[x])
                valid = value == value
                for i in range(fills.size):
                    valid &= value != fills[i]
                total[x] += value if valid else 0.0
                number[x] += valid
        for x in range(width):
            mean[x0 + x] = scale * total[x] / number[x] if number[x] >= least else np.nan
