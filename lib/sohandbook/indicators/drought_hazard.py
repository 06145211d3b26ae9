"""SO 3-1: drought hazard, from monthly rain to classes of drought.

The chain is index (:func:`spi`, :func:`spei` or :func:`ready_index`), one value
a year (:func:`yearly`), class (:func:`intensity`), worst class of each
four-year window (:func:`worst`), reporting tables (:func:`area_table`,
:func:`share_table`).

Source: UNCCD reporting manual 2026, SO 3-1, steps 2 to 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.drought_index import spei, spi

__all__ = [
    "area_table",
    "intensity",
    "ready_index",
    "regroup_windows",
    "share_table",
    "spei",
    "spi",
    "worst",
    "yearly",
]

WINDOWS = ((2000, 2003), (2004, 2007), (2008, 2011), (2012, 2015), (2016, 2019), (2020, 2023))
DROUGHT_CLASSES = ("mild", "moderate", "severe", "extreme")


def ready_index(index: xr.DataArray, *, scale: float = 1.0) -> xr.DataArray:
    """Return an index computed elsewhere (for example GMID's SPI-12) in our layout.

    Parameters
    ----------
    index : DataArray, dims (time, y, x), or (time, lat, lon) in any of the usual spellings
        The index; its ``_FillValue`` or ``nodata`` attribute marks cells without a value.
    scale : float
        What one unit of the file is worth; 0.001 for the copies that store the index
        times 1000 as whole numbers.

    Returns
    -------
    DataArray of float32, dims (time, y, x)

    Raises
    ------
    InputError
        If dimensions are missing or the values are no standardised index.
    """
    names = {"latitude": "y", "lat": "y", "longitude": "x", "lon": "x"}
    data = index.rename({name: names[name] for name in index.dims if name in names})
    if set(data.dims) != {"time", "y", "x"}:
        raise InputError(
            "drought index, dimensions",
            found=tuple(index.dims),
            allowed="time, latitude, longitude",
            remedy="Select one variable and one accumulation period.",
        )
    for fill in (index.attrs.get("_FillValue"), index.attrs.get("nodata")):
        if fill is not None:
            data = data.where(data != fill)
    data = (data.astype("float32") * np.float32(scale)).transpose("time", "y", "x")
    # A fill value that nobody declared may stand in any month, and would be the worst drought.
    largest = float(np.abs(data).max())
    if largest > 10:
        raise InputError(
            "drought index",
            found=f"values up to {largest:g}",
            allowed="-10 to 10",
            remedy="Give the scale of the file, for example scale=0.001, or its fill value.",
        )
    name = index.attrs.get("long_name", "Drought index")
    return data.drop_attrs(deep=False).assign_attrs(units="1", long_name=name)


def yearly(index: xr.DataArray, *, calendar_month: int = 12) -> xr.DataArray:
    """Return the index of one month, by year.

    Parameters
    ----------
    index : DataArray, dims (time, y, x)
        A monthly index.
    calendar_month : int
        December by default: with 12 months it stands for the calendar year (manual, step 3).

    Returns
    -------
    DataArray, dims (year, y, x)
        Years without that month are left out.
    """
    chosen = index.isel(time=np.flatnonzero(index["time"].dt.month.values == calendar_month))
    years = chosen["time"].dt.year.values
    return chosen.rename(time="year").assign_coords(year=years)


def intensity(
    index: xr.DataArray, *, preset: Literal["guidance", "trends_earth"] = "guidance"
) -> xr.DataArray:
    """Return the class of drought of each index value.

    Parameters
    ----------
    index : DataArray of float
        SPI or SPEI, any dimensions.
    preset : {"guidance", "trends_earth"}
        ``guidance`` reads the manual's Table 19 as half-open intervals: above 0 none,
        0 to above -1 mild, -1 to above -1.5 moderate, -1.5 to above -2 severe, -2 and
        less extreme. ``trends_earth`` puts each edge into the milder class: 0 is none,
        -1 mild, -1.5 moderate, -2 severe.

    Returns
    -------
    DataArray of int8
        0 none, 1 mild, 2 moderate, 3 severe, 4 extreme, -128 no data.
    """
    sides = {"guidance": np.less_equal, "trends_earth": np.less}
    if preset not in sides:
        raise InputError("preset", found=preset, allowed=sides, remedy="Name one of the presets.")
    reached = sides[preset]

    def classify(values: np.ndarray) -> np.ndarray:
        drought = np.zeros(values.shape, dtype=np.int8)
        for edge in (0.0, -1.0, -1.5, -2.0):
            drought += reached(values, edge)
        drought[np.isnan(values)] = -128
        return drought

    # Keeping attributes keeps those of the coordinates, and with them the CRS.
    drought = xr.apply_ufunc(
        classify,
        index.drop_attrs(deep=False),
        dask="parallelized",
        output_dtypes=[np.int8],
        keep_attrs=True,
    )
    return drought.rename("drought").assign_attrs(
        classes.system("drought").attributes(), preset=preset
    )


def regroup_windows(
    years: Iterable[int], *, windows: Sequence[tuple[int, int]] = WINDOWS
) -> dict[tuple[int, int], list[int]]:
    """Return the years that stand for each window.

    Missing years are skipped: 2004, 2007, 2008, 2009 and 2011 become (2004, 2007) for
    2004-2007 and (2008, 2009, 2011) for 2008-2011 (manual, step 5).

    Parameters
    ----------
    years : iterable of int
        The years that exist.
    windows : sequence of (int, int)
        First and last year of each window.

    Returns
    -------
    dict
        The years of each window, which may be none.
    """
    existing = sorted({int(year) for year in years})
    return {
        (first, last): [year for year in existing if first <= year <= last]
        for first, last in windows
    }


def worst(intensity: xr.DataArray, *, windows: Sequence[tuple[int, int]] = WINDOWS) -> xr.DataArray:
    """Return the worst class of drought of each window.

    Parameters
    ----------
    intensity : DataArray of int8, dims (year, y, x)
        Classes of drought; years may be missing.
    windows : sequence of (int, int)
        First and last year of each window; six windows of four years by default.

    Returns
    -------
    DataArray of int8, dims (window, y, x)
        A cell without data in some years takes the worst of the others. The coordinate
        ``window`` reads ``2004-2007``; ``years`` lists the years that were used.

    Raises
    ------
    InputError
        If no year falls into any window.
    """
    groups = regroup_windows(intensity["year"].values, windows=windows)
    if not any(groups.values()):
        raise InputError(
            "drought intensity, years",
            found=intensity["year"].values.tolist(),
            allowed=[f"{first}-{last}" for first, last in windows],
            remedy="Give windows that hold years of the record.",
        )
    # No data is the smallest code, so the maximum passes it over by itself.
    layers = [
        intensity.sel(year=years).max("year")
        if years
        else xr.full_like(intensity.isel(year=0, drop=True), -128)
        for years in groups.values()
    ]
    names = [f"{first}-{last}" for first, last in groups]
    used = [", ".join(map(str, years)) for years in groups.values()]
    stacked = xr.concat(layers, dim=pd.Index(names, name="window"), combine_attrs="override")
    return stacked.assign_coords(years=("window", used)).assign_attrs(
        classes.system("drought").attributes(), long_name="Worst drought of each window"
    )


def area_table(areas: pd.DataFrame, *, years: Iterable[int] | None = None) -> pd.DataFrame:
    """Return table SO3-1.T1: land in each class of drought, by year.

    Parameters
    ----------
    areas : DataFrame
        Columns ``year``, ``key`` (of the class, or ``no_data``) and ``area_km2``, as from
        ``tables.area_by_class`` of the classes within the land.
    years : iterable of int, optional
        The rows of the table; a year without data has empty cells.

    Returns
    -------
    DataFrame
        ``year``, ``mild``, ``moderate``, ``severe``, ``extreme``, ``non_drought`` and
        ``no_data``, in km2. Where no land could be judged in a year its classes are empty: no
        land known to be dry is not the same as no dry land.
    """
    wide = areas.pivot(index="year", columns="key", values="area_km2").rename(
        columns={"none": "non_drought"}
    )
    columns = [*DROUGHT_CLASSES, "non_drought", "no_data"]
    wide = wide.reindex(columns=columns, fill_value=0.0)
    judged = columns[:-1]
    wide[judged] = wide[judged].where(wide[judged].sum(axis=1) > 0)
    if years is not None:
        wide = wide.reindex(pd.Index(years, name="year"))
    return wide.rename_axis(columns=None).reset_index()


def share_table(
    table: pd.DataFrame, *, land_area_km2: Mapping[int, float] | None = None
) -> pd.DataFrame:
    """Return table SO3-1.T2: land under drought of any class, by year.

    Parameters
    ----------
    table : DataFrame
        The result of :func:`area_table`.
    land_area_km2 : mapping of int to float, optional
        Land area of table CP-1.T1 by year. Without it the share is of all land cells of
        the drought grid, as the manual's formula says; with it, of the nearest of these
        years (the earlier of two), as the reporting platform does.

    Returns
    -------
    DataFrame
        ``year``, ``area_under_drought`` (km2), ``proportion`` (%), ``land_area`` (km2, the
        denominator), ``without_data`` (% of the denominator that the index does not cover).
    """
    area = table[list(DROUGHT_CLASSES)].sum(axis=1, skipna=False)
    grid = area.fillna(0) + table["non_drought"].fillna(0) + table["no_data"]
    if land_area_km2 is None:
        land = grid
    else:
        nearest = [min(sorted(land_area_km2), key=lambda at: abs(at - y)) for y in table["year"]]
        land = pd.Series([land_area_km2[at] for at in nearest], index=table.index)
    return pd.DataFrame(
        {
            "year": table["year"],
            "area_under_drought": area,
            "proportion": 100 * area / land,
            "land_area": land,
            "without_data": 100 * (1 - (grid - table["no_data"]) / land),
        }
    )
