"""The drought index of SO 3-1: SPI and SPEI from monthly records.

Used through :mod:`sohandbook.indicators.drought_hazard`; the loops are in
:mod:`sohandbook.indicators.standardised_index`.
"""

from typing import Literal

import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators import standardised_index

ZERO_RULES = {"centre_of_mass": 0.5, "upper": 1.0}


def spi(
    precipitation: xr.DataArray,
    *,
    months: int = 12,
    reference: tuple[int, int] = (1981, 2010),
    calendar_month: int | None = None,
    zero_rule: Literal["centre_of_mass", "upper"] = "centre_of_mass",
    clip: float = 3.09,
    minimum_years: int = 30,
    completeness: float = 0.85,
) -> xr.DataArray:
    """Return the Standardised Precipitation Index.

    The rain of ``months`` months up to each month is added up; for each cell and
    calendar month a gamma distribution is fitted to the reference years (location
    fixed at zero, Thom's closed form) and applied to the whole record; the
    probability becomes the standard normal quantile with the same probability.

    Parameters
    ----------
    precipitation : DataArray, dims (time, y, x)
        Monthly rain, any unit, numpy or dask. NaN, and values below zero, are missing;
        months that are not on the time axis are missing too. A sum with a missing month
        is missing: nothing is filled.
    months : int, 1 to 48
        Length of the sums.
    reference : (int, int)
        First and last year of the reference period.
    calendar_month : int, optional
        Return this month of each year only, for example 12, and compute no other.
    zero_rule : {"centre_of_mass", "upper"}
        The score of a window without rain, where the share of such windows in the
        reference years is q. ``centre_of_mass`` gives the quantile of q/2 (Stagge et
        al. 2015), ``upper`` that of q (McKee et al. 1993; what most tools do). The guidance
        leaves it open. We choose the first: with the second, where rain fails in more
        than half of the years, a year without any rain scores above normal.
    clip : float, 2 to 5
        Scores stop at plus and minus this. Thirty years tell little about rarer
        events; 3.09 is once in a thousand years, as in climate-indices.
    minimum_years : int
        Least length of the reference period. The manual asks for 30 years.
    completeness : float, above 0, up to 1
        Least share of the reference years in which a cell's sum must be present. The
        manual names 85 %. Cells below it are NaN, in that calendar month.

    Returns
    -------
    DataArray of float32, dims (time, y, x)
        The index, no unit; the rules used are in its attributes. NaN where a month is
        missing, before the first whole window, and where the reference years define no
        distribution: no rain at all, a constant amount, or rain in one year only.

    Raises
    ------
    InputError
        If a setting is out of range, or the record does not cover the reference years.

    Notes
    -----
    ``H(x) = q + (1 - q) G(x)`` and ``SPI = Phi^-1(H)``. A window counts as rainless only if its
    sum is exactly zero. In December, SPI-12 of 2019 rests on January to December 2019.

    References
    ----------
    McKee, Doesken and Kleist 1993; Thom 1958; Stagge et al. 2015, doi:10.1002/joc.4267;
    WMO-No. 1090 (2012), Standardized Precipitation Index user guide.
    """
    if zero_rule not in ZERO_RULES:
        raise InputError(
            "zero_rule", found=zero_rule, allowed=ZERO_RULES, remedy="Name one of the rules."
        )
    index = _standardise(
        precipitation,
        gamma=True,
        zero_position=ZERO_RULES[zero_rule],
        months=months,
        reference=reference,
        calendar_month=calendar_month,
        clip=clip,
        minimum_years=minimum_years,
        completeness=completeness,
    )
    return index.rename("spi").assign_attrs(
        long_name=f"Standardised Precipitation Index, {months} months",
        distribution="gamma, location 0, Thom's closed form",
        zero_rule=zero_rule,
    )


def spei(
    precipitation: xr.DataArray,
    *,
    evapotranspiration: xr.DataArray,
    months: int = 12,
    reference: tuple[int, int] = (1981, 2010),
    calendar_month: int | None = None,
    clip: float = 3.09,
    minimum_years: int = 30,
    completeness: float = 0.85,
) -> xr.DataArray:
    """Return the Standardised Precipitation Evapotranspiration Index.

    As :func:`spi`, of the balance rain minus potential evapotranspiration, with a
    log-logistic distribution fitted by L-moments. The manual advises it for dry climates:
    the balance has no heap of zeros.

    Parameters
    ----------
    precipitation, evapotranspiration : DataArray, dims (time, y, x)
        Monthly rain and potential evapotranspiration on the same cells and months, in the
        same unit.
    months, reference, calendar_month, clip, minimum_years, completeness
        As in :func:`spi`.

    Returns
    -------
    DataArray of float32, dims (time, y, x)
        NaN also where the balance of the reference years is constant.

    Raises
    ------
    InputError
        As in :func:`spi`, or if the two inputs differ in months or cells.

    References
    ----------
    Vicente-Serrano, Begueria and Lopez-Moreno 2010, doi:10.1175/2009JCLI2909.1;
    Begueria et al. 2014, doi:10.1002/joc.3887 (unbiased moments).
    """
    try:
        rain, demand = xr.align(precipitation, evapotranspiration, join="exact", copy=False)
    except ValueError as error:
        raise InputError(
            "evapotranspiration",
            found="other months or cells than precipitation",
            allowed="the same",
            remedy="Bring both to one grid and one period first.",
        ) from error
    index = _standardise(
        rain.where(rain >= 0) - demand,
        gamma=False,
        zero_position=1.0,
        months=months,
        reference=reference,
        calendar_month=calendar_month,
        clip=clip,
        minimum_years=minimum_years,
        completeness=completeness,
    )
    return index.rename("spei").assign_attrs(
        long_name=f"Standardised Precipitation Evapotranspiration Index, {months} months",
        distribution="log-logistic, unbiased L-moments",
    )


def _standardise(
    values: xr.DataArray,
    *,
    gamma: bool,
    zero_position: float,
    months: int,
    reference: tuple[int, int],
    calendar_month: int | None,
    clip: float,
    minimum_years: int,
    completeness: float,
) -> xr.DataArray:
    """Check the settings, lay the record out in whole calendar years, run the kernel."""
    _check("months", months, 1 <= months <= 48 and months == int(months), "1 to 48")
    _check("calendar_month", calendar_month, calendar_month in (None, *range(1, 13)), "1 to 12")
    _check("clip", clip, 2 <= clip <= 5, "2 to 5")
    _check("completeness", completeness, 0 < completeness <= 1, "above 0, up to 1")
    numbers = _month_numbers(values)
    first_year, last_year = numbers[0] // 12, numbers[-1] // 12
    start, end = reference
    length = end - start + 1
    if not (first_year <= start and end <= last_year):
        raise InputError(
            "reference period",
            found=f"{start}-{end}",
            allowed=f"years within the record, {first_year}-{last_year}",
            remedy="Use a longer record, or state another reference period and report it.",
        )
    if length < minimum_years:
        raise InputError(
            "reference period",
            found=f"{length} years",
            allowed=f"{minimum_years} years or more",
            remedy="Lengthen it, or lower minimum_years and say so in the report.",
        )
    whole = np.arange(12 * first_year, 12 * last_year + 12)
    monthly = values.drop_attrs(deep=False)
    monthly = monthly.drop_vars([name for name in values.coords if "time" in values[name].dims])
    if not np.array_equal(whole, numbers):
        monthly = monthly.assign_coords(time=numbers).reindex(time=whole).drop_vars("time")
    if monthly.chunks is not None:
        monthly = monthly.chunk(time=-1)
    seasons = np.arange(12) if calendar_month is None else np.array([calendar_month - 1])

    def kernel(block: np.ndarray) -> np.ndarray:
        columns = np.moveaxis(block, -1, 0)
        cells = columns.shape[1:]
        scored = standardised_index.scores(
            np.ascontiguousarray(columns.reshape(columns.shape[0], -1)),
            seasons,
            int(months),
            start - first_year,
            end - first_year + 1,
            int(np.ceil(completeness * length)),
            gamma,
            zero_position,
            float(clip),
        )
        return np.moveaxis(scored.reshape(-1, *cells), 0, -1)

    computed = (
        np.arange(len(whole)) if calendar_month is None else np.arange(seasons[0], len(whole), 12)
    )
    index = xr.apply_ufunc(
        kernel,
        monthly,
        input_core_dims=[["time"]],
        output_core_dims=[["time"]],
        exclude_dims={"time"},
        dask="parallelized",
        output_dtypes=[np.float32],
        keep_attrs=True,  # else the coordinates lose theirs, and the map its CRS
        dask_gufunc_kwargs={"output_sizes": {"time": len(computed)}},
    ).transpose(*values.dims)
    wanted = np.isin(numbers, whole[computed])
    positions = np.searchsorted(whole[computed], numbers[wanted])
    if len(positions) != len(computed):
        index = index.isel(time=positions)
    return index.assign_coords(time=values["time"][wanted]).assign_attrs(
        units="1",
        months=int(months),
        reference_period=f"{start}-{end}",
        clipped_at=float(clip),
        completeness=float(completeness),
    )


def _check(name: str, value: object, fits: bool, allowed: str) -> None:
    if not fits:
        raise InputError(name, found=value, allowed=allowed, remedy=f"Change {name}.")


def _month_numbers(values: xr.DataArray) -> np.ndarray:
    """Return 12 * year + month - 1 of each step, after checking that steps are months in order."""
    if "time" not in values.dims or not hasattr(values["time"], "dt"):
        raise InputError(
            "monthly record",
            found=f"dimensions {tuple(values.dims)}",
            allowed="a dimension time that holds dates",
            remedy="Decode the dates of the file first.",
        )
    numbers = 12 * values["time"].dt.year.values + values["time"].dt.month.values - 1
    wrong = np.flatnonzero(np.diff(numbers) <= 0)
    if wrong.size:
        year, month = divmod(int(numbers[wrong[0] + 1]), 12)
        raise InputError(
            "monthly record, time",
            found=f"{year}-{month + 1:02d} after the same or a later month",
            allowed="each month once, in order",
            remedy="Sort the record and take one value a month.",
        )
    return numbers.astype(int)
