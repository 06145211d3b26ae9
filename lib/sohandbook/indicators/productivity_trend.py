"""Trend: does productivity rise or fall over the years, and is it more than chance?"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators import kendall_tables, mann_kendall, yearly

TRENDS_EARTH_MINIMUM_YEARS = 4
TRENDS_EARTH_LEAST_SLOPE = 0.001  # NDVI a year, 10 in its units of 1e-4


def trend(
    npp: xr.DataArray,
    *,
    significance: float = 0.05,
    preset: yearly.Preset = "guidance",
    minimum_years: int | None = None,
    least_slope: float | None = None,
) -> xr.DataArray:
    """Say where productivity rises or falls.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity; NaN where a year is missing.
    significance : float
        Largest two-sided p that counts; 0.10, 0.05 or 0.01 in ``trends_earth``.
    preset : {"guidance", "trends_earth"}
        ``guidance``: the sign of the Mann-Kendall score where its p is small enough, exact
        without ties up to 60 years, normal with tie correction otherwise.
        ``trends_earth``: the sign of the slope where the score reaches that tool's table, made for
        a one-sided test, and the slope exceeds ``least_slope``. Missing years do not shorten the
        series there.
    minimum_years : int, optional
        Cells with fewer are no data. The default is 10, and 4 in ``trends_earth``.
    least_slope : float, optional
        For ``trends_earth`` only, in units of ``npp`` a year; the default is 0.001, for NDVI.

    Returns
    -------
    xarray.DataArray of int8, shape (y, x)
        Status -1, 0, 1; no data -128.

    Notes
    -----
    UNCCD reporting manual 2026, SO1-2, trend; Trends.Earth, productivity.py, lines 72-316.
    """
    yearly.check_preset(preset)
    years = yearly.years_of(npp)
    if not 0 < significance < 1:
        raise InputError(
            "significance", found=significance, allowed="between 0 and 1", remedy="0.05 is usual."
        )
    meaning = classes.system("status")
    if preset == "guidance":
        if least_slope is not None:
            raise InputError(
                "least_slope",
                found=least_slope,
                allowed="none in preset guidance",
                remedy="Drop it.",
            )
        function: Callable = mann_kendall.status
        options = {"significance": significance}
        least = yearly.MINIMUM_YEARS if minimum_years is None else minimum_years
    else:
        length = int(years[-1] - years[0]) + 1
        function = mann_kendall.trends_earth_status
        options = {
            "critical": kendall_tables.trends_earth_critical_score(length, significance),
            "least_slope": TRENDS_EARTH_LEAST_SLOPE if least_slope is None else least_slope,
        }
        least = TRENDS_EARTH_MINIMUM_YEARS if minimum_years is None else minimum_years
    options |= {"years": years, "minimum_years": least, "nodata": meaning.nodata}
    result = yearly.over_years(function, npp, dtype=np.int8, **options)
    return result.assign_attrs(
        meaning.attributes(),
        long_name="Trend of land productivity",
        preset=preset,
        significance=significance,
        minimum_years=least,
    )


def trend_statistics(
    npp: xr.DataArray, *, slope: Literal["least_squares", "sen"] = "least_squares"
) -> xr.Dataset:
    """Return what stands behind the trend: score, years, p and slope.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity; NaN where a year is missing.
    slope : {"least_squares", "sen"}
        The line of least squares, or the median of the slopes of all pairs of years (Sen 1968),
        which is about fifty times slower.

    Returns
    -------
    xarray.Dataset
        ``score`` int32 (Mann-Kendall S), ``years`` int16 (how many have a value), ``p`` float32
        (two-sided), ``slope`` float32 (units of ``npp`` a year); shape (y, x).
    """
    if slope not in ("least_squares", "sen"):
        raise InputError(
            "slope", found=slope, allowed=("least_squares", "sen"), remedy="Use one of these."
        )
    years = yearly.years_of(npp)
    whole = npp if npp.chunks is None else npp.chunk({"year": -1})
    parts = xr.apply_ufunc(
        lambda block: mann_kendall.statistics(np.moveaxis(block, -1, 0), years, sen=slope == "sen"),
        whole,
        input_core_dims=[["year"]],
        output_core_dims=[[]] * 4,
        dask="parallelized",
        output_dtypes=[np.int32, np.int16, np.float32, np.float32],
        keep_attrs=True,
    )
    unit = f"{npp.attrs.get('units', '')} a year".strip()
    described = {
        "score": {"long_name": "Mann-Kendall score S"},
        "years": {"long_name": "Years with a value"},
        "p": {"long_name": "Two-sided p of the Mann-Kendall score"},
        "slope": {"long_name": f"Slope ({slope})", "units": unit},
    }
    return xr.Dataset(
        {
            name: part.drop_attrs(deep=False).assign_attrs(attributes)
            for (name, attributes), part in zip(described.items(), parts, strict=True)
        }
    )
