"""Following the stock of soil organic carbon through the years, cell by cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import numba
import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned
from sohandbook.indicators.soil_carbon_factors import factor_tables

WATER = 7


def stock(
    reference: xr.DataArray,
    *,
    land_cover: xr.DataArray,
    climate_factor: xr.DataArray | float,
    factors: Any = None,
    regions: xr.DataArray | None = None,
    horizon: int = 20,
    years: Sequence[int] | None = None,
    water: Sequence[int] = (WATER,),
) -> xr.DataArray:
    """Follow the stock of soil organic carbon through the years.

    A change of class sets the stock on a straight way from what it is, S, to
    F S, where F is the factor of the change, and it gets there after ``horizon``
    years. A newer change starts a new way from the stock reached so far::

        S(t) = S_change (1 + (F - 1) min(t, horizon) / horizon)

    Parameters
    ----------
    reference : DataArray (y, x)
        Stock in the first year of ``land_cover``, t C/ha; NaN or negative is no
        data. A national reference map makes it Tier 2.
    land_cover : DataArray (year, y, x)
        Classes 1, 2, ...; no data 0. Best yearly; of two maps that lie further
        apart, a change acts from the year of the earlier one.
    climate_factor : DataArray (y, x) or float
        f of each cell; see :func:`climate_factor`.
    factors : 7 by 7 table, or mapping of region code to such tables, optional
        Rows are the class before, columns the class after; numbers, or texts
        such as ``"0.71"``, ``"f"``, ``"1/f"``. By default the manual's Figure 3.
        A national legend brings a table of its own size.
    regions : DataArray (y, x), optional
        Region codes, if ``factors`` is given by region. Cells of no listed region
        have no stock.
    horizon : int
        Years until the new stock is reached.
    years : sequence of int, optional
        Which years to return; by default all years of ``land_cover``.
    water : sequence of int
        Classes without a stock of soil; of the seven classes it is the last.

    Returns
    -------
    DataArray (year, y, x) of float32
        t C/ha. NaN: no reference, no class in the first year or in that year,
        water in that year, or no climate factor where one was needed.

    Raises
    ------
    InputError
        If maps lie on different grids, years do not ascend, or a factor cannot
        be read.

    Notes
    -----
    Modified Tier 1 of the reporting manual 2026, SO1-3, steps 2 to 4; yearly
    steps after the Addendum 2025, section 3.3, as Trends.Earth computes them
    (te_algorithms, gee/soc.py). A change acts for exactly ``horizon`` years,
    beginning with the year in which the class has changed.
    """
    every_year, kept_years = _checked_years(land_cover, years=years)
    if horizon < 1:
        raise InputError(
            "horizon", found=horizon, allowed="1 year or more", remedy="The manual has 20."
        )
    by_region = factors if isinstance(factors, Mapping) else {0: factors}
    if (regions is None) == isinstance(factors, Mapping):
        raise InputError(
            "soil organic carbon, regions",
            found="only one of factors by region and a map of regions",
            allowed="both, or neither",
            remedy="Give the map of regions together with a table for each region.",
        )
    numbers, powers = factor_tables(by_region)
    kept = np.isin(every_year, kept_years)
    is_water = np.zeros(256, dtype=np.bool_)
    is_water[list(water)] = True
    if land_cover.chunks:
        land_cover = land_cover.chunk({"year": -1})
    if not isinstance(climate_factor, xr.DataArray):
        climate_factor = xr.full_like(reference, climate_factor, dtype=np.float32)
    maps = aligned("soil organic carbon", reference, land_cover, climate_factor, regions)

    def follow(reference_block, classes_block, climate_block, region_block=None):
        shape = reference_block.shape
        table = np.full(shape, 0 if region_block is None else -1, dtype=np.int16)
        if region_block is not None:
            for number, code in enumerate(by_region):
                table[region_block == code] = number
        out = np.empty((int(kept.sum()), *shape), dtype=np.float32)
        _follow_rows(
            np.ascontiguousarray(reference_block, dtype=np.float32),
            np.ascontiguousarray(np.moveaxis(classes_block, -1, 0)),
            np.ascontiguousarray(climate_block, dtype=np.float32),
            table,
            np.diff(every_year, prepend=every_year[0]),
            kept,
            numbers,
            powers,
            horizon,
            is_water,
            out,
        )
        return np.moveaxis(out, 0, -1)

    result = xr.apply_ufunc(
        follow,
        *maps,
        input_core_dims=[[], ["year"], *[[]] * (len(maps) - 2)],
        output_core_dims=[["kept_year"]],
        keep_attrs=True,  # those of the coordinates hold the CRS
        dask="parallelized",
        output_dtypes=[np.float32],
        dask_gufunc_kwargs={"output_sizes": {"kept_year": int(kept.sum())}},
    )
    result = result.rename(kept_year="year").assign_coords(year=every_year[kept])
    return (
        result.transpose("year", "y", "x")
        .rename("soil_organic_carbon_stock")
        .drop_attrs(deep=False)
        .assign_attrs(long_name="Soil organic carbon stock, 0-30 cm", units="t C ha-1")
    )


def _checked_years(
    land_cover: xr.DataArray, *, years: Sequence[int] | None
) -> tuple[np.ndarray, list[int]]:
    """Return all years of the land cover maps and those to keep, once both make sense."""
    every_year = land_cover["year"].values
    if land_cover.dtype != np.uint8:
        raise InputError(
            "land_cover",
            found=land_cover.dtype,
            allowed="uint8 with classes 1, 2, ... and no data 0",
            remedy="Reclassify the maps first, with land_cover.reclassify.",
        )
    if (np.diff(every_year) < 1).any():
        raise InputError(
            "land_cover, year",
            found=every_year.tolist(),
            allowed="ascending years",
            remedy="Sort the maps and keep one for each year.",
        )
    kept = every_year.tolist() if years is None else list(years)
    absent = sorted(set(kept) - set(every_year.tolist()))
    if absent:
        raise InputError(
            "years",
            found=absent[0],
            allowed=every_year.tolist(),
            remedy="Choose among the years of the land cover maps.",
        )
    return every_year, kept


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _follow_rows(
    reference, classes_by_year, climate, table, elapsed, kept, numbers, powers, horizon, is_water,
    out,
):  # fmt: skip
    """Fill ``out`` with the stock of the kept years, row by row: a row's state fits the cache."""
    size = numbers.shape[1]
    height, width = reference.shape
    start, factor = np.empty(width), np.empty(width)  # stock at the last change, and its factor
    age, waited = np.empty(width, np.int64), np.empty(width, np.int64)
    before = np.empty(width, np.uint8)
    for y in range(height):
        for x in range(width):
            known = classes_by_year[0, y, x] >= 1 and classes_by_year[0, y, x] <= size
            known &= reference[y, x] >= 0 and table[y, x] >= 0
            start[x] = reference[y, x] if known else np.nan
            before[x] = classes_by_year[0, y, x]
            factor[x], age[x], waited[x] = 1.0, horizon, 0
        place = 0
        for year in range(classes_by_year.shape[0]):
            for x in range(width):
                waited[x] += elapsed[year]
                now = classes_by_year[year, y, x]
                known = now >= 1 and now <= size and not np.isnan(start[x])
                if known:
                    if now != before[x]:
                        start[x] *= 1 + (factor[x] - 1) * age[x] / horizon
                        where, row, column = table[y, x], before[x] - 1, now - 1
                        f = climate[y, x] if climate[y, x] > 0 else np.nan
                        power = powers[where, row, column]
                        factor[x] = numbers[where, row, column]
                        if power != 0:
                            factor[x] *= f**power
                        age[x], before[x] = 0, now
                    age[x] = min(age[x] + waited[x], horizon)
                    waited[x] = 0
                if kept[year]:
                    now_stock = start[x] * (1 + (factor[x] - 1) * age[x] / horizon)
                    out[place, y, x] = now_stock if known and not is_water[now] else np.nan
            if kept[year]:
                place += 1
