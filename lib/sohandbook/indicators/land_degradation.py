"""SO1-4, SDG indicator 15.3.1: the share of land that is degraded.

Three sub-indicators are combined cell by cell, one out, all out; the result of a
period is then judged against the baseline.

Maps hold -1 degraded, 0 stable, 1 improved; every other code is no data. These
functions are plain on purpose: :func:`assess` computes the same in one pass and
is tested against them.
"""

from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators.cells import by_block
from sohandbook.indicators.false_results import recode, recode_rules, site_profile
from sohandbook.indicators.hotspots import brightspot_candidates, hotspot_candidates
from sohandbook.indicators.one_pass import areas_by_class, assess, cross_table
from sohandbook.indicators.status_codes import (
    as_map,
    check_no_data_rule,
    place,
    status_maps,
    status_tables,
)

__all__ = [
    "areas_by_class",
    "assess",
    "brightspot_candidates",
    "change",
    "cross_table",
    "expanded_status",
    "hotspot_candidates",
    "one_out_all_out",
    "recode",
    "recode_rules",
    "site_profile",
    "status",
]


def one_out_all_out(
    land_cover: xr.DataArray,
    *,
    productivity: xr.DataArray,
    soc: xr.DataArray,
    no_data: Literal["any", "available"] = "any",
) -> xr.DataArray:
    """Combine the three sub-indicators: land is as bad as the worst of them says.

    Any degraded: degraded. None degraded, one or more improved: improved. All
    stable: stable.

    Parameters
    ----------
    land_cover, productivity, soc : DataArray (y, x) of int8
        Status of each sub-indicator, for one period.
    no_data : {"any", "available"}
        ``any``: a cell without data in one sub-indicator has no result, as in the
        default data. ``available``: it is judged by those it has.

    Returns
    -------
    DataArray (y, x) of int8
        Status.

    Raises
    ------
    InputError
        If maps are not int8, lie on different grids, or the rule is unknown.

    Notes
    -----
    Good practice guidance for SDG 15.3.1, version 2; UNCCD reporting manual 2026,
    SO1-4. The manual does not say what a missing sub-indicator means.
    """
    check_no_data_rule(no_data)
    maps = status_maps(land_cover=land_cover, productivity=productivity, soc=soc)

    def combine(*parts: np.ndarray) -> np.ndarray:
        missing = [abs(part.astype(np.int16)) > 1 for part in parts]
        lost = np.any(missing, axis=0) if no_data == "any" else np.all(missing, axis=0)
        degraded = np.any([part == -1 for part in parts], axis=0)
        improved = np.any([part == 1 for part in parts], axis=0)
        return np.where(lost, -128, np.where(degraded, -1, improved)).astype(np.int8)

    return as_map(by_block(combine, *maps, dtype=np.int8), name="status", system="status")


def status(baseline: xr.DataArray, *, period: xr.DataArray) -> xr.DataArray:
    """Judge a period's result in the light of the baseline (status matrix).

    Land is degraded if the period degraded it, or if the baseline had degraded it
    and the period left it so. Only an improvement clears a degraded baseline.

    Parameters
    ----------
    baseline, period : DataArray (y, x) of int8
        Results of :func:`one_out_all_out`, or of one sub-indicator.

    Returns
    -------
    DataArray (y, x) of int8
        Status at the end of the period; no data where one of both is missing.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-4, Figure 4. Every period is compared with
    the baseline, never with the period before.
    """
    return _look_up(baseline, period, table=status_tables()[0], system="status")


def expanded_status(baseline: xr.DataArray, *, period: xr.DataArray) -> xr.DataArray:
    """Tell old from new degradation and improvement: seven classes.

    Parameters
    ----------
    baseline, period : DataArray (y, x) of int8
        As for :func:`status`, which has the same cells degraded (1 to 3), stable
        (4) and improved (5 to 7).

    Returns
    -------
    DataArray (y, x) of int8
        1 to 7, see class system ``expanded_status``; no data 0.

    Notes
    -----
    Addendum 2025 to the good practice guidance for SDG 15.3.1, section 2.1.
    """
    return _look_up(baseline, period, table=status_tables()[1], system="expanded_status")


def change(
    baseline_area: float, *, latest_area: float, land: float | tuple[float, float]
) -> pd.Series:
    """Return SDG 15.3.1 at both ends, and how far degradation has moved since the baseline.

    Parameters
    ----------
    baseline_area : float
        Degraded area of the baseline assessment, km2.
    latest_area : float
        Area with status degraded at the end of the period, km2.
    land : float or pair of float
        Total land area without inland water, km2; two numbers if each end is
        divided by the land area of its own year.

    Returns
    -------
    Series
        percent_baseline, percent_latest, change_km2, change_points (percentage
        points).

    Raises
    ------
    InputError
        If an area is negative or larger than the land.
    """
    lands = land if isinstance(land, tuple) else (land, land)
    for name, area, total in zip(
        ("baseline_area", "latest_area"), (baseline_area, latest_area), lands, strict=True
    ):
        if not 0 <= area <= total or total == 0:
            raise InputError(
                name,
                found=area,
                allowed=f"0 to the land area, {total} km2",
                remedy="Use km2 and the same land mask for both.",
            )
    first, last = 100 * baseline_area / lands[0], 100 * latest_area / lands[1]
    return pd.Series(
        {
            "percent_baseline": first,
            "percent_latest": last,
            "change_km2": latest_area - baseline_area,
            "change_points": last - first,
        }
    )


def _look_up(
    baseline: xr.DataArray, period: xr.DataArray, *, table: np.ndarray, system: str
) -> xr.DataArray:
    """Read the table of ``system`` at each pair of baseline and period."""

    def look_up(first: np.ndarray, last: np.ndarray) -> np.ndarray:
        return table[place(first), place(last)]

    maps = status_maps(baseline=baseline, period=period)
    return as_map(by_block(look_up, *maps, dtype=np.int8), name=system, system=system)
