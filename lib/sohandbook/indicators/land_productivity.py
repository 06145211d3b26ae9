"""SO1-2: land productivity dynamics from trend, state and performance.

The metrics live in modules of their own; import them from here. Maps are numpy or dask behind, in
blocks of any shape; the result is the same. Two presets: ``guidance`` is the reporting manual
computed exactly, ``trends_earth`` is what the tool behind the default data computes. Where the
manual is silent the choice is a parameter, and its default is said to be ours.
"""

from collections.abc import Iterable

import numba
import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import cells
from sohandbook.indicators.annual_productivity import annual_productivity
from sohandbook.indicators.climate_correction import (
    rain_use_efficiency,
    restrend,
    water_use_efficiency,
)
from sohandbook.indicators.productivity_performance import (
    ecological_units,
    mean_productivity,
    performance,
    performance_reference,
)
from sohandbook.indicators.productivity_state import state
from sohandbook.indicators.productivity_trend import trend, trend_statistics

__all__ = [
    "annual_productivity",
    "degradation",
    "dynamics",
    "ecological_units",
    "mean_productivity",
    "performance",
    "performance_reference",
    "rain_use_efficiency",
    "ready_made_dynamics",
    "restrend",
    "state",
    "trend",
    "trend_statistics",
    "water_use_efficiency",
]

# Trend -1, 0, 1; state -1, 0, 1; performance -1, 0 (manual, Table 13).
DYNAMICS = np.array(
    [
        [[1, 1], [1, 1], [1, 1]],
        [[1, 2], [3, 4], [4, 4]],
        [[2, 5], [5, 5], [5, 5]],
    ],
    dtype=np.int8,
)
# 6 on the reporting platform; 15, 99, -32768 (no data) and -32767 (outside) in ready-made maps.
READY_MADE_NODATA = (0, 6, 15, 99, -32768, -32767)


def dynamics(
    trend: xr.DataArray, *, state: xr.DataArray, performance: xr.DataArray
) -> xr.DataArray:
    """Combine the three metrics into five classes.

    Parameters
    ----------
    trend, state : xarray.DataArray, shape (y, x)
        Status -1, 0, 1; no data -128.
    performance : xarray.DataArray, shape (y, x)
        -1 or 0; no data -128.

    Returns
    -------
    xarray.DataArray of int8, shape (y, x)
        1 declining, 2 moderate decline, 3 stressed, 4 stable, 5 increasing; 0 where a
        metric is no data.

    Notes
    -----
    UNCCD reporting manual 2026, Table 13 (18 rows).
    """
    maps = cells.aligned("land productivity metrics", trend, state, performance)
    result = cells.by_block(_combine, *maps, dtype=np.int8)
    return result.assign_attrs(classes.system("land_productivity_dynamics").attributes())


def degradation(dynamics: xr.DataArray) -> xr.DataArray:
    """Reduce the five classes to a status.

    Parameters
    ----------
    dynamics : xarray.DataArray, shape (..., y, x)
        1 to 5, no data 0.

    Returns
    -------
    xarray.DataArray of int8, same shape
        -1 for declining and moderate decline, 0 for stressed and stable, 1 for increasing;
        no data -128.

    Notes
    -----
    UNCCD reporting manual 2026, Table 13, last column.
    """
    meaning = classes.system("status")
    known = cells.lookup("dynamics", {code: code for code in range(1, 6)}, nodata={0})
    status = np.array([meaning.nodata, -1, -1, 0, 0, 1], dtype=np.int8)
    result = cells.by_block(lambda block: status[known(block)], dynamics, dtype=np.int8)
    return result.assign_attrs(meaning.attributes(), long_name="Degradation by land productivity")


def ready_made_dynamics(
    product: xr.DataArray,
    *,
    nodata: Iterable[int] = READY_MADE_NODATA,
    where: str = "ready-made dynamics",
) -> xr.DataArray:
    """Take a ready-made map of the five classes, such as those of JRC or FAO-WOCAT.

    Parameters
    ----------
    product : xarray.DataArray, shape (..., y, x)
        1 declining to 5 increasing.
    nodata : iterable of int
        Codes without data, besides NaN and ``_FillValue``.
    where : str
        What the map is, for the message.

    Returns
    -------
    xarray.DataArray of int8, same shape
        1 to 5, no data 0; any other code raises InputError.
    """
    absent = set(nodata) | cells.fill_values(product)
    look_up = cells.lookup(where, {c: c for c in range(1, 6)}, nodata=absent)
    result = cells.by_block(lambda block: look_up(block).view(np.int8), product, dtype=np.int8)
    return result.assign_attrs(classes.system("land_productivity_dynamics").attributes())


_INVALID = 255


def _combine(trend: np.ndarray, state: np.ndarray, performance: np.ndarray) -> np.ndarray:
    """Look one block up; each metric adds its part of the place in the table."""
    steps = []
    for codes, step in (((-1, 0, 1), 16), ((-1, 0, 1), 4), ((-1, 0), 1)):
        places = np.full(256, _INVALID, dtype=np.int16)
        places[-128] = 0
        places[list(codes)] = step * np.arange(1, len(codes) + 1)
        steps.append(places)
    table = np.zeros(64, dtype=np.int8)
    for t, s, p in np.ndindex(DYNAMICS.shape):
        table[16 * (t + 1) + 4 * (s + 1) + p + 1] = DYNAMICS[t, s, p]
    metrics = [metric.astype(np.int8, copy=False).ravel() for metric in (trend, state, performance)]
    out = np.empty(trend.size, dtype=np.int8)
    invalid = _look_up(*(metric.view(np.uint8) for metric in metrics), *steps, table, out)
    given = (trend, state, performance)
    wrapped = any(m.dtype != np.int8 and (m.astype(np.int8) != m).any() for m in given)
    if invalid or wrapped:
        raise InputError(
            "trend, state and performance",
            found=[np.unique(metric).tolist()[:9] for metric in given],
            allowed="-1, 0, 1; -1, 0, 1; -1, 0; and -128 for no data",
            remedy="Give the metrics as land_productivity computes them.",
        )
    return out.reshape(trend.shape)


@numba.njit(cache=True, nogil=True)
def _look_up(trend, state, performance, trends, states, performances, table, out):
    invalid = 0
    for i in range(out.size):
        t, s, p = trends[trend[i]], states[state[i]], performances[performance[i]]
        place = t + s + p
        if place >= _INVALID:
            invalid += 1
            place = 0
        out[i] = table[place] if t > 0 and s > 0 and p > 0 else 0
    return invalid
