"""Candidates for degradation hotspots and improvement brightspots.

The reporting manual sets no threshold: hotspots and brightspots are chosen by
people, who know drivers and actions. What we compute from a stated rule are
candidates for them to look at, and are labelled so.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy import ndimage

from sohandbook.errors import InputError
from sohandbook.indicators.rows import row_areas
from sohandbook.indicators.status_codes import PLACES, place, status_maps

# 0.55 of 20 cells is a little over 11 in binary fractions, and 11 cells are enough.
_ROUNDING = 1e-9
_WITH_DIAGONALS = np.ones((3, 3), dtype=bool)


class Candidates(NamedTuple):
    """Places to look at.

    Attributes
    ----------
    map : DataArray (y, x) of int32
        Number of the candidate in each cell, 1 the largest; 0 elsewhere.
    table : DataFrame
        candidate, area_km2, matching_km2 (degraded, or improved, land in it),
        share, x, y (the middle of its cells).
    rule : str
        The rule, in words.
    """

    map: xr.DataArray
    table: pd.DataFrame
    rule: str


def hotspot_candidates(
    status: xr.DataArray,
    *,
    cell_area: xr.DataArray,
    window: int = 11,
    share: float = 0.5,
    minimum_area: float = 10.0,
) -> Candidates:
    """Find contiguous land in whose surroundings much is degraded.

    Parameters
    ----------
    status : DataArray (y, x) of int8
        Status; cells without data and outside the land are no data. It is read whole.
    cell_area : DataArray (y, x)
        km2, the same along a row.
    window : int
        Side of the moving window, an odd number of cells.
    share : float
        A cell belongs to a candidate if at least this fraction of the cells with
        data in the window around it is degraded.
    minimum_area : float
        Smallest area of a candidate, km2. Cells that touch by a corner are together.

    Returns
    -------
    Candidates
        Map, table and rule.

    Raises
    ------
    InputError
        If the window is even, or a number is out of its range.
    """
    return _candidates(status, "degraded", "hotspot", cell_area, window, share, minimum_area)


def brightspot_candidates(
    status: xr.DataArray,
    *,
    cell_area: xr.DataArray,
    window: int = 11,
    share: float = 0.5,
    minimum_area: float = 10.0,
) -> Candidates:
    """Find contiguous land in whose surroundings much has improved.

    Parameters, result and errors are those of :func:`hotspot_candidates`.
    """
    return _candidates(status, "improved", "brightspot", cell_area, window, share, minimum_area)


def _candidates(
    status: xr.DataArray,
    key: str,
    kind: str,
    cell_area: xr.DataArray,
    window: int,
    share: float,
    minimum_area: float,
) -> Candidates:
    for name, value, good, allowed in (
        ("window", window, window >= 1 and window % 2 == 1, "odd numbers of cells"),
        ("share", share, 0 < share <= 1, "above 0, up to 1"),
        ("minimum_area", minimum_area, minimum_area >= 0, "0 km2 or more"),
    ):
        if not good:
            raise InputError(name, found=value, allowed=allowed, remedy="Choose another.")
    (status,) = status_maps(status=status)
    places = place(status.values)
    matching, known = places == PLACES.index(key), places != PLACES.index("no_data")
    needed = share * _window_sum(known, window) - _ROUNDING
    dense = _window_sum(matching, window) >= needed
    patches, count = ndimage.label(dense & known, structure=_WITH_DIAGONALS)
    row, column = np.nonzero(patches)
    patch, area = patches[row, column], row_areas(cell_area)[row]
    total = np.bincount(patch, weights=area, minlength=count + 1)
    kept = np.flatnonzero((total >= minimum_area) & (total > 0))
    kept = kept[np.argsort(-total[kept], kind="stable")]
    number = np.zeros(count + 1, dtype=np.int32)
    number[kept] = np.arange(1, kept.size + 1)
    cells = np.maximum(np.bincount(patch, minlength=count + 1), 1)
    match_area = np.bincount(patch, weights=area * matching[row, column], minlength=count + 1)
    middle = {
        axis: np.bincount(patch, weights=status[axis].values[at], minlength=count + 1) / cells
        for axis, at in (("x", column), ("y", row))
    }
    table = pd.DataFrame(
        {
            "candidate": number[kept],
            "area_km2": total[kept],
            "matching_km2": match_area[kept],
            "share": match_area[kept] / total[kept],
            "x": middle["x"][kept],
            "y": middle["y"][kept],
        }
    )
    rule = (
        f"Candidate {kind}s: at least {share:.0%} of the cells with data in the {window} by "
        f"{window} cells around are {key}, over {minimum_area:g} km2 or more of touching cells. "
        "Computed; not yet judged by people."
    )
    labelled = status.copy(data=number[patches]).rename(f"{kind}_candidates")
    labelled.attrs = {"long_name": f"Candidate {kind}s", "comment": rule, "_FillValue": np.int32(0)}
    return Candidates(labelled, table, rule)


def _window_sum(cells: np.ndarray, window: int) -> np.ndarray:
    """Count the True cells in the window around each cell; nothing lies outside the map."""
    sums = cells.astype(np.int32)
    for axis in (0, 1):
        middle = np.arange(sums.shape[axis])
        first = np.maximum(middle - window // 2, 0)
        last = np.minimum(middle + window // 2 + 1, middle.size)
        before = np.insert(np.cumsum(sums, axis=axis, dtype=np.int32), 0, 0, axis=axis)
        sums = before.take(last, axis=axis) - before.take(first, axis=axis)
    return sums
