"""How sure a team can be of SDG indicator 15.3.1: a proposal, with the numbers it rests on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.indicators.rows import row_areas

LEVELS = ("high", "medium", "low")
# Up to the first number a reason speaks for high, up to the second for medium. The form asks for
# a level and gives no rule (SO1-4.T2); these limits are ours.
LIMITS = {
    "Land without data": (5.0, 20.0),
    "Degraded land that one part alone calls degraded": (33.0, 67.0),
    "Gap between the two rules for missing data": (1.0, 5.0),
}


def confidence(
    parts: Mapping[str, xr.DataArray],
    *,
    rules: Mapping[str, xr.DataArray],
    cell_area: xr.DataArray,
    within: xr.DataArray,
) -> tuple[str, pd.DataFrame]:
    """Propose a level of confidence for the last status, and say why.

    Parameters
    ----------
    parts : mapping of str to xarray.DataArray of int8
        The sub-indicators of the last period.
    rules : mapping of str to xarray.DataArray of int8
        Status by each rule for missing data; the first is the one in use.
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool
        The land.

    Returns
    -------
    level : str
        ``high``, ``medium`` or ``low``: the lowest that a reason speaks for.
    reasons : DataFrame
        ``reason``, ``value``, ``unit`` and ``speaks_for``.
    """
    nodata = classes.system("status").nodata
    areas = row_areas(cell_area)
    land = float(areas @ within.values.sum(axis=1))
    statuses = [status.values for status in rules.values()]
    known = [float(areas @ ((s != nodata) & within.values).sum(axis=1)) for s in statuses]
    degraded = [float(areas @ ((s == -1) & within.values).sum(axis=1)) for s in statuses]
    calls = np.sum([part.values == -1 for part in parts.values()], axis=0)
    called = float(areas @ ((calls > 0) & within.values).sum(axis=1))
    alone = float(areas @ ((calls == 1) & within.values).sum(axis=1))
    found = {
        "Land without data": (100 * (1 - known[0] / land), "% of the land"),
        "Degraded land that one part alone calls degraded": (
            100 * alone / called if called else 0.0,
            "% of the degraded land of the period",
        ),
        "Gap between the two rules for missing data": (
            100 * (max(degraded) - min(degraded)) / land,
            "percentage points of the indicator",
        ),
    }
    rows = [
        (reason, value, unit, LEVELS[int(np.searchsorted(LIMITS[reason], value))])
        for reason, (value, unit) in found.items()
    ]
    frame = pd.DataFrame(rows, columns=["reason", "value", "unit", "speaks_for"])
    return max(frame["speaks_for"], key=LEVELS.index), frame
