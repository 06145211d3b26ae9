"""State: has the mean of recent years left the class that the history gives it?"""

import math

import numba
import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import yearly

MINIMUM_HISTORY, MINIMUM_RECENT = 8, 2  # of 13 and of 3; ours: the manual has no rule
TRENDS_EARTH_WIDENING = 0.05
TRENDS_EARTH_LEAST_CHANGE = 0.01  # NDVI
LEAST_CLASSES = 2

_TILE = 1024


def state(
    npp: xr.DataArray,
    *,
    history: tuple[int, int],
    recent: tuple[int, int],
    number_of_classes: int = 10,
    preset: yearly.Preset = "guidance",
    widen: float | None = None,
    least_change: float | None = None,
    minimum_years: tuple[int, int] = (MINIMUM_HISTORY, MINIMUM_RECENT),
) -> xr.DataArray:
    """Compare the class of recent years with that of the history.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity; NaN where a year is missing.
    history, recent : (int, int)
        First and last year of each, both included: 13 and 3 years in the manual.
    number_of_classes : int
        Percentile classes of the history, with linear interpolation between its values.
    preset : {"guidance", "trends_earth"}
        The defaults of the next two.
    widen : float, optional
        Share of its range by which the history is widened at both ends: 0, and 0.05 in
        ``trends_earth``. The manual does not widen.
    least_change : float, optional
        Means that differ by no more are stable, in units of ``npp``: 0, and 0.01 in
        ``trends_earth``.
    minimum_years : (int, int)
        Cells with fewer years in the history or in the recent years are no data.

    Returns
    -------
    xarray.DataArray of int8, shape (y, x)
        Status -1 where the recent mean lies two or more classes below the mean of the history,
        1 where as many above, else 0; no data -128.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-2, state; Trends.Earth, productivity.py, lines 790-929.
    """
    yearly.check_preset(preset)
    meaning = classes.system("status")
    if number_of_classes < LEAST_CLASSES + 1:
        raise InputError(
            "number_of_classes", found=number_of_classes, allowed="3 or more", remedy="10 is usual."
        )
    faithful = preset == "trends_earth"
    options = {
        "widen": (TRENDS_EARTH_WIDENING if faithful else 0.0) if widen is None else widen,
        "least_change": (TRENDS_EARTH_LEAST_CHANGE if faithful else 0.0)
        if least_change is None
        else least_change,
    }
    result = yearly.over_years(
        _status_of_block,
        npp,
        dtype=np.int8,
        history=yearly.window(npp, name="history", first_and_last=history),
        recent=yearly.window(npp, name="recent", first_and_last=recent),
        classes=number_of_classes,
        least_classes=LEAST_CLASSES,
        minimum_years=minimum_years,
        nodata=meaning.nodata,
        **options,
    )
    return result.assign_attrs(
        meaning.attributes(), long_name="State of land productivity", preset=preset, **options
    )


def _status_of_block(
    block: np.ndarray,
    *,
    history: np.ndarray,
    recent: np.ndarray,
    classes: int,
    widen: float,
    least_change: float,
    least_classes: int,
    minimum_years: tuple[int, int],
    nodata: int,
) -> np.ndarray:
    """Return the status of a (year, y, x) block; ``history`` and ``recent`` are places in it."""
    values = np.ascontiguousarray(block, dtype=np.float32)
    rows = values.reshape(values.shape[0], -1)
    out = np.empty(rows.shape[1], dtype=np.int8)
    _status(
        rows,
        history,
        recent,
        classes,
        widen,
        least_change,
        least_classes,
        minimum_years[0],
        minimum_years[1],
        nodata,
        out,
    )
    return out.reshape(values.shape[1:])


@numba.njit(cache=True, nogil=True)
def _moments(rows, chosen, x0, width, number, low, high, mean):
    """Fill number, minimum, maximum and mean of the chosen years, exact for equal values."""
    number[:width] = 0
    low[:width] = np.inf
    high[:width] = -np.inf
    mean[:width] = 0
    for k in chosen:
        values = rows[k, x0 : x0 + width]
        for x in range(width):
            valid = values[x] == values[x]
            number[x] += valid
            low[x] = min(low[x], values[x]) if valid else low[x]
            high[x] = max(high[x], values[x]) if valid else high[x]
    for k in chosen:
        values = rows[k, x0 : x0 + width]
        for x in range(width):
            valid = values[x] == values[x]
            mean[x] += values[x] - low[x] if valid else 0.0
    for x in range(width):
        mean[x] = low[x] + mean[x] / number[x] if number[x] > 0 else np.nan


@numba.njit(cache=True, nogil=True)
def _place(rows, chosen, x0, width, low, high, widen, target, place, below, above):
    """Fill the place of the target among the sorted history, with linear interpolation.

    Percentiles climb in straight lines from one sorted value to the next, so the place
    follows from the nearest value on either side and how many lie below: no sorting.
    """
    place[:width] = -1
    below[:width] = -np.inf
    above[:width] = np.inf
    for k in chosen:
        values = rows[k, x0 : x0 + width]
        _weigh(values, target[:width], place, below, above)
    if widen > 0:
        step = widen * (high[:width] - low[:width])
        _weigh(low[:width] - step, target[:width], place, below, above)
        _weigh(high[:width] + step, target[:width], place, below, above)
    for x in range(width):
        between = below[x] > -np.inf and above[x] < np.inf
        place[x] += (target[x] - below[x]) / (above[x] - below[x]) if between else 0.0


@numba.njit(cache=True, nogil=True)
def _weigh(values, target, place, below, above):
    for x in range(target.size):
        value = np.float64(values[x])
        less, not_less = value < target[x], value >= target[x]  # both false for NaN
        place[x] += 1.0 if less else 0.0
        below[x] = value if less and value > below[x] else below[x]
        above[x] = value if not_less and value < above[x] else above[x]


@numba.njit(cache=True, nogil=True)
def _class(place, number, classes):
    """Return 1 + the number of class limits below the place; limit i is at i (n - 1) / classes."""
    return min(max(math.ceil(place * classes / max(number - 1, 1)), 1), classes)


@numba.njit(cache=True, nogil=True)
def _status(
    rows, history, recent, classes, widen, least_change, least_classes, least_history, least_recent,
    nodata, out,
):  # fmt: skip
    low, high, before, now = (np.empty(_TILE), np.empty(_TILE), np.empty(_TILE), np.empty(_TILE))
    lowest, highest = np.empty(_TILE), np.empty(_TILE)
    years, years_now = np.empty(_TILE, dtype=np.int64), np.empty(_TILE, dtype=np.int64)
    place, place_now = np.empty(_TILE), np.empty(_TILE)
    below, above = np.empty(_TILE), np.empty(_TILE)
    extra = 2 if widen > 0 else 0
    for x0 in range(0, out.size, _TILE):
        width = min(_TILE, out.size - x0)
        _moments(rows, history, x0, width, years, low, high, before)
        _moments(rows, recent, x0, width, years_now, lowest, highest, now)
        _place(rows, history, x0, width, low, high, widen, before, place, below, above)
        _place(rows, history, x0, width, low, high, widen, now, place_now, below, above)
        for x in range(width):
            if years[x] < least_history or years_now[x] < least_recent:
                out[x0 + x] = nodata
                continue
            number = years[x] + extra
            change = _class(place_now[x], number, classes) - _class(place[x], number, classes)
            moved = abs(change) >= least_classes and abs(now[x] - before[x]) > least_change
            out[x0 + x] = np.sign(change) if moved else 0
