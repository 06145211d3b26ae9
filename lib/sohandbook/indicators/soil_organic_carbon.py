"""SO1-3: stock of soil organic carbon, 0 to 30 cm, and what land cover change does to it.

Tier 1 starts from a reference stock and lets each change of land cover move it,
over twenty years, towards the stock that the new cover holds.
Tier 2 is the same with a national reference map and national factors.
"""

import numba
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned, by_block
from sohandbook.indicators.rows import row_areas, row_strips
from sohandbook.indicators.soil_carbon_factors import climate_factor
from sohandbook.indicators.soil_carbon_stock import stock

__all__ = ["climate_factor", "degradation", "mean_stock_by_class", "percent_change", "stock"]

# A stock is kept as float32, so a change of exactly 10 % comes back as 10 % give or take 1e-7.
# Changes this near to the threshold are read as being on it.
ON_THE_THRESHOLD = 1e-6


def percent_change(start: xr.DataArray, *, end: xr.DataArray) -> xr.DataArray:
    """Return the change of stock from start to end, in percent of the start.

    Parameters
    ----------
    start, end : DataArray (y, x)
        Stocks, t C/ha.

    Returns
    -------
    DataArray (y, x) of float32
        ``100 (end - start) / start``; NaN where a stock is missing or starts at 0.
    """
    start, end = _ends(start, end)
    change = by_block(
        lambda *stocks: (100 * _relative_change(*stocks)).astype(np.float32),
        start,
        end,
        dtype=np.float32,
    )
    return change.rename("soil_organic_carbon_change").assign_attrs(
        long_name="Change of soil organic carbon stock", units="percent"
    )


def degradation(
    start: xr.DataArray, *, end: xr.DataArray, threshold: float = 0.10, inclusive: bool = False
) -> xr.DataArray:
    """Tell where soil organic carbon degraded, was stable or improved.

    Parameters
    ----------
    start, end : DataArray (y, x)
        Stocks at both ends of the period, t C/ha.
    threshold : float
        Smallest change that counts, as a fraction of the start.
    inclusive : bool
        Whether a change of exactly the threshold counts. The manual says "more
        than 10 %", so it does not; in Trends.Earth it does. (Trends.Earth first
        cuts percents to whole numbers, which moves no cell over a whole threshold.)

    Returns
    -------
    DataArray (y, x) of int8
        -1 degraded, 0 stable, 1 improved, -128 no data.

    Raises
    ------
    InputError
        If the threshold is not between 0 and 1, or the maps' grids differ.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-3, step 5 (change within the period).
    Changes within 1e-6 of the threshold are read as exactly on it.
    """
    if not 0 < threshold < 1:
        raise InputError(
            "threshold", found=threshold, allowed="0 to 1", remedy="Write 10 % as 0.10."
        )
    start, end = _ends(start, end)
    system = classes.system("status")
    limit = threshold + (-ON_THE_THRESHOLD if inclusive else ON_THE_THRESHOLD)

    def judge(start_block: np.ndarray, end_block: np.ndarray) -> np.ndarray:
        change = _relative_change(start_block, end_block)
        status = (change > limit).astype(np.int8) - (change < -limit).astype(np.int8)
        status[np.isnan(change)] = system.nodata
        return status

    status = by_block(judge, start, end, dtype=np.int8)
    return status.rename("soil_organic_carbon_degradation").assign_attrs(system.attributes())


def mean_stock_by_class(
    stock: xr.DataArray,
    *,
    land_cover: xr.DataArray,
    cell_area: xr.DataArray,
    within: xr.DataArray | None = None,
    system: classes.ClassSystem | None = None,
) -> pd.DataFrame:
    """Average the stock over each land cover class, year by year (table SO1-3.T1).

    Parameters
    ----------
    stock : DataArray (year, y, x)
        t C/ha.
    land_cover : DataArray (year, y, x)
        Classes numbered from 1; years of ``stock`` are looked up in it.
    cell_area : DataArray (y, x)
        km2.
    within : DataArray (y, x) of bool, optional
        Cells that count.
    system : ClassSystem, optional
        A national legend with the codes 1 to n; by default the seven classes.

    Returns
    -------
    DataFrame
        year, code, key, label, area_km2 (cells with a stock), stock_t_per_ha
        (mean weighted by area; NaN where the class has no stock), stock_t.

    Raises
    ------
    InputError
        If a year has no land cover.
    """
    absent = sorted(set(stock["year"].values.tolist()) - set(land_cover["year"].values.tolist()))
    if absent:
        raise InputError(
            "land_cover, year",
            found=f"no {absent[0]}",
            allowed=land_cover["year"].values.tolist(),
            remedy="Choose the year that stands in for it and name it so.",
        )
    stock, land_cover, within = aligned(
        "soil organic carbon",
        stock,
        land_cover,
        xr.ones_like(stock[0], bool) if within is None else within,
    )
    system = system or classes.system("land_cover")
    areas = row_areas(cell_area)
    tables = []
    for year in stock["year"].values.tolist():
        area = np.zeros(len(system.codes) + 1)
        carbon = np.zeros(len(system.codes) + 1)
        maps = {"stock": stock.sel(year=year), "cover": land_cover.sel(year=year), "within": within}
        for rows, strip in row_strips(**maps):
            _add_up(strip["stock"], strip["cover"], strip["within"], areas[rows], area, carbon)
        tables.append(
            pd.DataFrame(
                {
                    "year": year,
                    "code": system.codes,
                    "key": system.keys,
                    "label": system.labels,
                    "area_km2": area[1:],
                    "stock_t_per_ha": np.divide(
                        carbon[1:], area[1:], out=np.full(area.size - 1, np.nan), where=area[1:] > 0
                    ),
                    "stock_t": carbon[1:] * 100,  # 100 ha to the km2
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _ends(start: xr.DataArray, end: xr.DataArray) -> list[xr.DataArray]:
    """Return both maps on the same cells, without the years they were taken from."""
    maps = aligned("soil organic carbon", start, end)
    return [data.drop_vars("year", errors="ignore") for data in maps]


def _relative_change(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the change as a fraction of the start, NaN where the start holds no carbon."""
    start = np.where(start > 0, start, np.nan).astype(np.float64)
    return (end - start) / start


@numba.njit(cache=True, nogil=True)
def _add_up(stock, cover, within, cell_area, area, carbon):
    """Add the area and the carbon (t/ha times km2) of each class, row after row."""
    for y in range(stock.shape[0]):
        cells = np.zeros(area.size, np.int64)
        stocks = np.zeros(area.size)
        for x in range(stock.shape[1]):
            if within[y, x] and not np.isnan(stock[y, x]) and cover[y, x] < area.size:
                cells[cover[y, x]] += 1
                stocks[cover[y, x]] += stock[y, x]
        for code in range(area.size):
            area[code] += cells[code] * cell_area[y]
            carbon[code] += stocks[code] * cell_area[y]
