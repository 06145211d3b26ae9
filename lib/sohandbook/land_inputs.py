"""What the chapter on land productivity reads, brought to the form that the indicators take."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators import land_productivity
from sohandbook.indicators.productivity_state import MINIMUM_HISTORY, MINIMUM_RECENT
from sohandbook.indicators.yearly import MINIMUM_YEARS
from sohandbook.report import Report

UNITS = ("land_cover_by_soil", "land_cover", "soil")
CORRECTIONS = ("none", "rain_use_efficiency", "restrend", "water_use_efficiency")
DYNAMICS = ("computed", "ready_made")
INPUTS = ("vegetation_index", "land_productivity")
READY_MADE = "land_productivity_dynamics"


def computes_dynamics(report: Report, choice: str) -> bool:
    """Tell whether the five classes are computed here, or come ready-made; checks the data.

    Parameters
    ----------
    report : Report
    choice : {"computed", "ready_made"}

    Raises
    ------
    InputError
        The choice is neither, or the country lists no dataset for it.
    """
    if choice not in DYNAMICS:
        raise InputError("dynamics", found=choice, allowed=DYNAMICS, remedy="Use one of these.")
    settings = report.country.folder / "country.yml"
    listed = report.country.datasets
    if choice == "ready_made" and READY_MADE not in listed:
        raise InputError(
            f"{settings}, settings.so1-2.dynamics",
            found=choice,
            allowed=f"computed, because no dataset {READY_MADE} is listed",
            remedy=f"Add the dataset {READY_MADE}, or set dynamics to computed.",
        )
    if choice == "computed" and not any(name in listed for name in INPUTS):
        raise InputError(
            f"{settings}, settings.so1-2.dynamics",
            found=choice,
            allowed=f"ready_made, because none of {' or '.join(INPUTS)} is listed",
            remedy="Set dynamics to ready_made, or add one of these datasets.",
        )
    return choice == "computed"


def ready_made_dynamics(report: Report) -> dict[str, xr.DataArray]:
    """Read the five classes of each period from maps that others made.

    Returns
    -------
    dict
        ``baseline``, ``report_1`` and ``reporting``: int8 (y, x), 1 to 5, no data 0 and outside.
        The map of a period is the one whose year is the period's last.
    """
    years = report.country.periods.status_years
    found = land_productivity.ready_made_dynamics(
        report.data(READY_MADE, years=years),
        where=f"{report.country.folder / 'country.yml'}, datasets.{READY_MADE}",
    )
    names = ("baseline", "report_1", "reporting")
    return {
        name: found.sel(year=year, drop=True).where(report.grid, np.int8(0)).compute()
        for name, year in zip(names, years, strict=True)
    }


def annual_productivity(
    report: Report, *, annual_value: str, first_year: int, season: Sequence[int] = ()
) -> xr.Dataset:
    """One value a year for each cell: from an annual product, or from a vegetation index.

    Parameters
    ----------
    report : Report
    annual_value : {"calendar_year", "growing_season"}
        How composites of a vegetation index become one value; no matter for annual products.
    first_year : int
        Earlier years are left out.
    season : pair of int
        First and last month of the growing season; no matter for ``calendar_year``.

    Returns
    -------
    xarray.Dataset
        ``productivity`` (year, y, x), float32, NaN without data and outside of the country;
        ``missing_composites`` (year, y, x). Held in memory: 4 bytes a cell and year.
    """
    last_year = report.country.periods.report_2[1]
    if "land_productivity" in report.country.datasets:
        product = _of_years(report.data("land_productivity"), first_year, last_year)
        found = land_productivity.annual_productivity(product, method="annual")
        found["productivity"].attrs["units"] = product.attrs.get("units", "")
    else:
        seasonal = annual_value == "growing_season"
        if seasonal and len(season) != 2:
            raise InputError(
                f"{report.country.folder / 'country.yml'}, settings.so1-2.season",
                found=list(season) or "no season",
                allowed="the first and the last month of the growing season, such as [6, 10]",
                remedy="Give both months, or set annual_value to calendar_year.",
            )
        index = report.data("vegetation_index")
        found = land_productivity.annual_productivity(
            index,
            method=annual_value,
            scale=index.attrs.get("scale_factor", 1.0),
            season=tuple(season) if seasonal else None,
        )
        found = _of_years(found, first_year, last_year)
    found["productivity"] = found["productivity"].where(report.grid)
    return found.compute()


def _of_years(data: Any, first: int, last: int) -> Any:
    years = [year for year in data["year"].values.tolist() if first <= year <= last]
    return data.sel(year=years)


def productivity_windows(
    report: Report, *, productivity: xr.DataArray, trend_years: int, recent_years: int
) -> dict[str, dict[str, tuple[int, int]]]:
    """The windows of each period, checked to hold enough years of data.

    Parameters
    ----------
    report : Report
    productivity : xarray.DataArray, dims (year, y, x)
    trend_years, recent_years : int
        As in :meth:`sohandbook.country.Periods.productivity_windows`.

    Raises
    ------
    InputError
        A window holds fewer years than the metrics need, so that every cell would be no data.
    """
    years = productivity["year"].values
    windows = report.country.periods.productivity_windows(
        trend_years=trend_years, recent_years=recent_years, first_year=int(years[0])
    )
    needed = {"trend": MINIMUM_YEARS, "history": MINIMUM_HISTORY, "recent": MINIMUM_RECENT}
    for period, window in windows.items():
        for name, (first, last) in window.items():
            number = int(((years >= first) & (years <= last)).sum())
            if number < needed[name]:
                raise InputError(
                    f"{report.country.folder / 'country.yml'}, settings.so1-2, {name} of {period}",
                    found=f"{number} years of data in {first}-{last}",
                    allowed=f"{needed[name]} years or more",
                    remedy="Change trend_years or recent_years, or the periods.",
                )
    return windows


def climate_corrected(
    productivity: xr.DataArray, *, report: Report, correction: str
) -> xr.DataArray:
    """Take out of the productivity what rain or used water explains; for the trend only.

    Parameters
    ----------
    productivity : xarray.DataArray, dims (year, y, x)
    report : Report
    correction : {"none", "rain_use_efficiency", "restrend", "water_use_efficiency"}
        The last needs the dataset ``annual_evapotranspiration``, the two before it
        ``precipitation``.
    """
    if correction == "none":
        return productivity
    if correction not in CORRECTIONS:
        raise InputError(
            "climate_correction", found=correction, allowed=CORRECTIONS, remedy="Use one of these."
        )
    years = productivity["year"].values.tolist()
    if correction == "water_use_efficiency":
        used = report.data("annual_evapotranspiration", years=years).compute()
        return land_productivity.water_use_efficiency(productivity, evapotranspiration=used)
    rain = report.data("precipitation", years=years)
    rain = rain.groupby("time.year").sum(skipna=False).compute()
    correct = getattr(land_productivity, correction)
    return correct(productivity, rain=rain.sel(year=productivity["year"]))


def ecological_units(report: Report, *, year: int, units: str) -> xr.DataArray:
    """The units inside which Performance compares; int (y, x), 0 without data.

    Parameters
    ----------
    report : Report
    year : int
        Year of the land cover map, the first of the window.
    units : {"land_cover_by_soil", "land_cover", "soil"}
    """
    if units not in UNITS:
        raise InputError("units", found=units, allowed=UNITS, remedy="Use one of these.")
    has_soil = "soil_units" in report.country.datasets
    if units != "land_cover" and not has_soil:
        raise InputError(
            f"{report.country.folder / 'country.yml'}, settings.so1-2.units",
            found=units,
            allowed="land_cover, because no dataset soil_units is listed",
            remedy="Set units to land_cover, or add the dataset soil_units.",
        )
    soil = report.data("soil_units") if units != "land_cover" else None
    if units == "soil":
        return soil.where(report.grid, 0)
    cover = report.data("land_cover", years=[year]).sel(year=year, drop=True)
    found = land_productivity.ecological_units(cover, soil=soil)
    return found.where(report.grid, 0).compute()
