"""Sites where people know better than the map: false positives and false negatives.

The names are the reporting manual's, and the reverse of what one expects. A
*false positive* is land that the result calls stable or improved although it is
degraded; a *false negative* is land that it calls degraded although it is not.
"""

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned, by_block
from sohandbook.indicators.rows import row_areas, row_strips
from sohandbook.indicators.status_codes import PLACES, as_map, place, status_maps

FROM = PLACES[:3]
PERIODS = ("baseline", "report_1", "report_2", "reporting", "both")
_NUMBERS_OF_SITES = 2**16


def recode_rules(sites: pd.DataFrame) -> pd.DataFrame:
    """Turn a list of false positives and negatives (table SO1-4.T3) into rules for :func:`recode`.

    Parameters
    ----------
    sites : DataFrame
        site (number on the map of sites), type (``"false positive"`` or ``"false
        negative"``), period_when_started (``"baseline"``, ``"reporting"`` or
        ``"both"``); optionally becomes (0 or 1: what a false negative really is,
        by default 0, stable).

    Returns
    -------
    DataFrame
        site, period, degraded, stable, improved: what each becomes; empty keeps it.

    Raises
    ------
    InputError
        Names the row and the value that is not allowed.
    """
    rows = []
    for number, row in enumerate(sites.to_dict("records"), 1):
        becomes = row.get("becomes", 0)
        becomes = 0 if pd.isna(becomes) else becomes
        for column, value, allowed in (
            ("type", row["type"], ("false positive", "false negative")),
            ("period_when_started", row["period_when_started"], ("baseline", "reporting", "both")),
            ("becomes", becomes, (0, 1)),
        ):
            if value not in allowed:
                raise InputError(
                    f"false positives and negatives, row {number}, {column}",
                    found=value,
                    allowed=allowed,
                    remedy="Mend the cell.",
                )
        positive = row["type"] == "false positive"
        rows.append(
            {
                "site": row["site"],
                "period": row["period_when_started"],
                "degraded": np.nan if positive else becomes,
                "stable": -1 if positive else np.nan,
                "improved": -1 if positive else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=["site", "period", *FROM])


def recode(
    status: xr.DataArray, *, sites: xr.DataArray, rules: pd.DataFrame, period: str
) -> xr.DataArray:
    """Put right what the map has wrong at known sites; elsewhere nothing changes.

    Parameters
    ----------
    status : DataArray (y, x) of int8
        Result of :func:`one_out_all_out` for one period. Recode each period, then
        compute the status again.
    sites : DataArray (y, x) of integers
        Number of the site in each cell, 0 outside; where sites overlap, the map
        says which one counts.
    rules : DataFrame
        site, period, degraded, stable, improved: what cells of that class become
        (-1, 0, 1, or -128 no data); empty keeps them. A rule holds in the named
        period (for example ``baseline``, ``report_2``), in every period after the
        baseline (``reporting``), or in all (``both``).
    period : str
        The period of ``status``.

    Returns
    -------
    DataArray (y, x) of int8
        Cells without data keep none.

    Raises
    ------
    InputError
        If a rule cannot be read, or two rules for a site hold in the period.
    """
    system = classes.system("status")
    table = np.empty((_NUMBERS_OF_SITES, len(PLACES)), dtype=np.int8)
    table[:] = (*system.codes, system.nodata)
    in_force = {period, "both"} | ({"reporting"} if period != "baseline" else set())
    seen = set()
    for number, rule in enumerate(rules.to_dict("records"), 1):
        where = f"rules, row {number}"
        site = rule["site"]
        if not (1 <= site < _NUMBERS_OF_SITES and site == int(site)):
            raise InputError(
                f"{where}, site",
                found=site,
                allowed=f"whole numbers from 1 to {_NUMBERS_OF_SITES - 1}",
                remedy="Number the sites as on the map of sites.",
            )
        if rule["period"] not in PERIODS:
            raise InputError(
                f"{where}, period", found=rule["period"], allowed=PERIODS, remedy="Mend the cell."
            )
        if rule["period"] not in in_force:
            continue
        if site in seen:
            raise InputError(
                f"{where}, site",
                found=site,
                allowed=f"one rule in period {period}",
                remedy="Join the rules of this site.",
            )
        seen.add(site)
        for column, name in enumerate(FROM):
            value = rule[name]
            if pd.isna(value):
                continue
            if value not in (*system.codes, system.nodata):
                raise InputError(
                    f"{where}, {name}",
                    found=value,
                    allowed=(*system.codes, system.nodata, "empty"),
                    remedy="Mend the cell.",
                )
            table[int(site), column] = value

    def look_up(codes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        inside = (numbers >= 0) & (numbers < _NUMBERS_OF_SITES)
        return table[np.where(inside, numbers, 0).astype(np.uint16), place(codes)]

    (status,) = status_maps(status=status)
    maps = aligned("sites", status, sites)
    return as_map(by_block(look_up, *maps, dtype=np.int8), name="status", system="status")


def site_profile(
    sites: xr.DataArray, *, cell_area: xr.DataArray, **sub_indicators: xr.DataArray
) -> pd.DataFrame:
    """Return how much of each site every sub-indicator calls degraded or improved.

    The chart of these shares helps to judge whether a site is a false result.

    Parameters
    ----------
    sites : DataArray (y, x) of integers
        Number of the site in each cell, 0 outside.
    cell_area : DataArray (y, x)
        km2, the same along a row.
    **sub_indicators : DataArray (y, x) of int8
        Status maps by name, for example land_cover, productivity and soc.

    Returns
    -------
    DataFrame
        site, sub_indicator, key (degraded, stable, improved, no_data), area_km2,
        share (fraction of the site's area, cells without data included).
    """
    maps = dict(zip(sub_indicators, status_maps(**sub_indicators), strict=True))
    _, sites = aligned("sites", next(iter(maps.values())), sites)
    areas, highest = row_areas(cell_area), max(int(sites.max()), 0)
    totals = {name: np.zeros((highest + 1, len(PLACES))) for name in maps}
    for rows, strip in row_strips(sites=sites, **maps):
        row, column = np.nonzero(strip["sites"] > 0)
        numbers = strip["sites"][row, column].astype(np.int64)
        for name, total in totals.items():
            np.add.at(total, (numbers, place(strip[name][row, column])), areas[rows][row])
    tables = []
    for name, area in totals.items():
        size = area.sum(axis=1)
        for number in np.flatnonzero(size):
            tables.append(
                pd.DataFrame(
                    {
                        "site": number,
                        "sub_indicator": name,
                        "key": PLACES,
                        "area_km2": area[number],
                        "share": area[number] / size[number],
                    }
                )
            )
    columns = ["site", "sub_indicator", "key", "area_km2", "share"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
