"""Performance: is a cell far less productive than the best land of its own kind?"""

from collections.abc import Mapping

import numba
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.indicators import cells, yearly


def ecological_units(land_cover: xr.DataArray, *, soil: xr.DataArray | None = None) -> xr.DataArray:
    """Number the combinations of land cover and soil.

    Parameters
    ----------
    land_cover : xarray.DataArray, shape (y, x)
        Codes of a product, 1 to 999, as fine as it has them; 0 and ``_FillValue`` are no data.
    soil : xarray.DataArray, shape (y, x), optional
        Codes of soil units; 0, NaN and ``_FillValue`` are no data.

    Returns
    -------
    xarray.DataArray of int32, shape (y, x)
        ``1000 * soil + land_cover``, or the land cover; no data 0.
    """
    _, *maps = cells.aligned("ecological units", land_cover, land_cover, soil)
    known = [m.notnull() & ~m.isin([0, *cells.fill_values(m)]) for m in maps]
    codes = [m.where(k, 0).astype(np.int32) for m, k in zip(maps, known, strict=True)]
    unit = codes[0]
    if soil is not None:
        unit = xr.where(known[0] & known[1], 1000 * codes[1] + codes[0], 0).astype(np.int32)
    return unit.drop_attrs(deep=False).assign_attrs(
        long_name="Ecological unit", _FillValue=np.int32(0)
    )


def performance(
    npp: xr.DataArray,
    *,
    units: xr.DataArray,
    least_share: float = 0.5,
    percentile: float = 90,
    preset: yearly.Preset = "guidance",
    minimum_years: int = yearly.MINIMUM_YEARS,
    reference: pd.Series | Mapping[int, float] | None = None,
) -> xr.DataArray:
    """Say where land is far less productive than the best land of its kind.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x), or (y, x) if the mean of the years
        Annual productivity of all years of the window.
    units : xarray.DataArray, shape (y, x)
        Code of the ecological unit, for example from ``ecological_units``.
    least_share : float
        Share of the reference below which a cell is degraded.
    percentile : float
        The reference of a unit is this percentile of its cells.
    preset : {"guidance", "trends_earth"}
        A cell at exactly the share is stable in ``guidance``, degraded in ``trends_earth``.
    minimum_years : int
        Cells with fewer years are no data.
    reference : Series or mapping of unit to value, optional
        From ``performance_reference``, when a country is worked through block by block.
        Without it the whole country is read here.

    Returns
    -------
    xarray.DataArray of int8, shape (y, x)
        -1 degraded, 0 not; no data -128, also in units whose reference is not positive.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-2, performance; Trends.Earth, productivity.py, lines 319-787.
    """
    yearly.check_preset(preset)
    meaning = classes.system("status")
    npp, units = cells.aligned("performance", npp, units)
    mean = _mean_once(npp, minimum_years)
    if reference is None:
        mean = mean.compute()
        reference = performance_reference(mean, units=units, percentile=percentile)
    reference = pd.Series(reference, dtype=np.float64)
    reference = reference[reference > 0].sort_index()
    codes = reference.index.to_numpy(dtype=np.int64)
    limits = least_share * reference.to_numpy()
    result = cells.by_block(
        lambda mean_block, unit_block: _status_of_block(
            mean_block,
            unit_block,
            codes=codes,
            limits=limits,
            inclusive=preset == "trends_earth",
            nodata=meaning.nodata,
        ),
        mean,
        units,
        dtype=np.int8,
    )
    return result.assign_attrs(
        meaning.attributes(), long_name="Performance of land productivity", preset=preset
    )


def performance_reference(
    npp: xr.DataArray,
    *,
    units: xr.DataArray,
    percentile: float = 90,
    minimum_years: int = yearly.MINIMUM_YEARS,
) -> pd.Series:
    """Return the mean productivity that the best cells of each unit reach.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x), or (y, x) if the mean of the years
        Annual productivity of all years of the window.
    units : xarray.DataArray, shape (y, x)
        Code of the ecological unit; 0, NaN and ``_FillValue`` are none.
    percentile : float
    minimum_years : int
        Cells with fewer years are left out.

    Returns
    -------
    pandas.Series of float
        By unit. Every cell counts once, whatever its area. The mean of the whole country is held
        in memory, 12 bytes a cell; the result does not depend on chunks.
    """
    npp, units = cells.aligned("performance", npp, units)
    mean = _mean_once(npp, minimum_years)
    found = _percentile_by_unit(
        np.asarray(mean.data),
        np.asarray(units.transpose(*mean.dims).data),
        percentile=percentile,
        nodata={0} | cells.fill_values(units),
    )
    return pd.Series(found, name=f"p{percentile:g}", dtype=np.float64).rename_axis("unit")


def mean_productivity(
    npp: xr.DataArray, *, minimum_years: int = yearly.MINIMUM_YEARS
) -> xr.DataArray:
    """Return the mean of the years of each cell, what performance compares.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity of all years of the window.
    minimum_years : int
        Cells with fewer years are NaN.

    Returns
    -------
    xarray.DataArray of float32, shape (y, x)
    """
    yearly.years_of(npp)
    mean = yearly.over_years(_mean_of_block, npp, dtype=np.float32, minimum_years=minimum_years)
    return mean.assign_attrs(long_name="Mean annual productivity")


def _mean_once(npp: xr.DataArray, minimum_years: int) -> xr.DataArray:
    return mean_productivity(npp, minimum_years=minimum_years) if "year" in npp.dims else npp


def _mean_of_block(block: np.ndarray, *, minimum_years: int) -> np.ndarray:
    """Return the mean over the years of a (year, y, x) block, NaN with less than the minimum.

    Years are added one after another in double precision, so that the mean of a cell does
    not depend on the shape of its block.
    """
    values = np.ascontiguousarray(block, dtype=np.float32)
    rows = values.reshape(values.shape[0], -1)
    mean = np.empty(rows.shape[1], dtype=np.float32)
    _mean(rows, minimum_years, mean)
    return mean.reshape(values.shape[1:])


def _percentile_by_unit(
    mean: np.ndarray, units: np.ndarray, *, percentile: float, nodata: set[int]
) -> dict[int, float]:
    """Return the percentile of the cells of each unit, exactly, whatever their order.

    Cells are put together by unit with one counting sort: 8 bytes a cell on top of the input.
    """
    units = units.ravel()
    codes = np.sort(pd.unique(units))  # by hashing: sorting every cell takes ten times longer
    codes = codes[~np.isin(codes, list(nodata))]
    if codes.dtype.kind == "f":
        codes = codes[~np.isnan(codes)]
    if codes.size == 0:
        return {}
    values, starts = _group(mean.ravel(), units, codes)
    found = {}
    for unit, start, stop in zip(codes.tolist(), starts[:-1], starts[1:], strict=True):
        if stop > start:
            found[int(unit)] = float(
                np.percentile(values[start:stop].astype(np.float64), percentile)
            )
    return found


def _status_of_block(
    mean: np.ndarray, units: np.ndarray, *, codes: np.ndarray, limits: np.ndarray, inclusive: bool,
    nodata: int,
) -> np.ndarray:  # fmt: skip
    """Compare each cell with the limit of its unit; ``codes`` are sorted."""
    out = np.empty(mean.size, dtype=np.int8)
    _status(mean.ravel(), units.ravel(), codes, limits, inclusive, nodata, out)
    return out.reshape(mean.shape)


@numba.njit(cache=True, nogil=True)
def _mean(rows, minimum_years, mean):
    tile = 1024
    total, number = np.empty(tile), np.empty(tile, dtype=np.int64)
    for x0 in range(0, mean.size, tile):
        width = min(tile, mean.size - x0)
        total[:] = 0
        number[:] = 0
        for k in range(rows.shape[0]):
            values = rows[k, x0 : x0 + width]
            for x in range(width):
                valid = values[x] == values[x]
                total[x] += values[x] if valid else 0.0
                number[x] += valid
        for x in range(width):
            mean[x0 + x] = total[x] / number[x] if number[x] >= minimum_years else np.nan


@numba.njit(cache=True, nogil=True)
def _place(codes, unit):
    """Return the place of a unit in the sorted codes, or -1."""
    place = np.searchsorted(codes, unit)
    return place if place < codes.size and codes[place] == unit else -1


@numba.njit(cache=True, nogil=True)
def _group(mean, units, codes):
    starts = np.zeros(codes.size + 1, dtype=np.int64)
    last_unit, place = codes[0], 0
    for i in range(mean.size):
        if mean[i] == mean[i]:
            if units[i] != last_unit:
                last_unit, place = units[i], _place(codes, units[i])
            if place >= 0:
                starts[place + 1] += 1
    starts = np.cumsum(starts)
    free = starts[:-1].copy()
    values = np.empty(starts[-1], dtype=mean.dtype)
    for i in range(mean.size):
        if mean[i] == mean[i]:
            if units[i] != last_unit:
                last_unit, place = units[i], _place(codes, units[i])
            if place >= 0:
                values[free[place]] = mean[i]
                free[place] += 1
    return values, starts


@numba.njit(cache=True, nogil=True)
def _status(mean, units, codes, limits, inclusive, nodata, out):
    last_unit, place = units[0], _place(codes, units[0])
    for i in range(mean.size):
        if units[i] != last_unit:
            last_unit, place = units[i], _place(codes, units[i])
        if mean[i] != mean[i] or place < 0:
            out[i] = nodata
        elif mean[i] < limits[place] or (inclusive and mean[i] == limits[place]):
            out[i] = -1
        else:
            out[i] = 0
