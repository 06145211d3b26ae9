"""Productivity with the effect of rain or of used water taken out, before its trend is tested."""

import numba
import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators import cells


def rain_use_efficiency(npp: xr.DataArray, *, rain: xr.DataArray) -> xr.DataArray:
    """Divide productivity by rain.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity.
    rain : xarray.DataArray, shape (year, y, x)
        mm a year, on the same cells and in the same years.

    Returns
    -------
    xarray.DataArray of float32, shape (year, y, x)
        Productivity per 1000 mm; NaN where no rain fell.

    Notes
    -----
    Le Houerou (1984), J. Arid Environ. 7, 213-247; Trends.Earth, productivity.py, lines 192-214.
    """
    return _efficiency(npp, rain, "Rain-use efficiency")


def water_use_efficiency(npp: xr.DataArray, *, evapotranspiration: xr.DataArray) -> xr.DataArray:
    """Divide productivity by evapotranspiration.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity.
    evapotranspiration : xarray.DataArray, shape (year, y, x)
        mm a year, on the same cells and in the same years.

    Returns
    -------
    xarray.DataArray of float32, shape (year, y, x)
        Productivity per 1000 mm; NaN where nothing evaporates.

    Notes
    -----
    Trends.Earth, productivity.py, lines 192-214.
    """
    return _efficiency(npp, evapotranspiration, "Water-use efficiency")


def restrend(npp: xr.DataArray, *, rain: xr.DataArray) -> xr.DataArray:
    """Return what rain does not explain of productivity, cell by cell.

    Parameters
    ----------
    npp : xarray.DataArray, shape (year, y, x)
        Annual productivity.
    rain : xarray.DataArray, shape (year, y, x)
        Annual rain, or another climate variable, on the same cells and in the same years.

    Returns
    -------
    xarray.DataArray of float32, shape (year, y, x)
        Residuals of the line of least squares through the years that have both; NaN in other
        years, and everywhere in cells with less than three. Where rain is the same every
        year the line is flat.

    Notes
    -----
    Evans and Geerken (2004), J. Arid Environ. 57, 535-554. If land degrades while rain falls
    steadily, the line takes part of the trend away: test the correlation before using it.
    """
    npp, rain = _same_years(npp, rain)
    residuals = xr.apply_ufunc(
        _residuals,
        npp,
        rain,
        input_core_dims=[["year"], ["year"]],
        output_core_dims=[["year"]],
        dask="parallelized",
        output_dtypes=[np.float32],
        keep_attrs=True,
    )
    return (
        residuals.drop_attrs(deep=False)
        .transpose("year", ...)
        .assign_attrs(
            long_name="Residual productivity (RESTREND)", units=npp.attrs.get("units", "")
        )
    )


def _efficiency(npp: xr.DataArray, water: xr.DataArray, name: str) -> xr.DataArray:
    npp, water = _same_years(npp, water)
    efficiency = (npp / water.where(water > 0) * 1000).astype(np.float32)
    return (
        efficiency.drop_attrs(deep=False)
        .transpose("year", ...)
        .assign_attrs(long_name=name, units=f"{npp.attrs.get('units', '')} per 1000 mm".strip())
    )


def _same_years(npp: xr.DataArray, climate: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    npp, climate = cells.aligned("climate correction", npp, climate)
    years, others = npp["year"].values.tolist(), climate["year"].values.tolist()
    if missing := sorted(set(years) - set(others)):
        raise InputError(
            "years of the climate data",
            found=f"none for {missing}",
            allowed=f"every year of the productivity, {years[0]} to {years[-1]}",
            remedy="Add the years, or select those that both have.",
        )
    climate = climate.sel(year=years)
    whole = {"year": -1}
    return (
        npp if npp.chunks is None else npp.chunk(whole),
        climate if climate.chunks is None else climate.chunk(whole),
    )


def _residuals(npp: np.ndarray, rain: np.ndarray) -> np.ndarray:
    npp, rain = np.broadcast_arrays(npp, rain)
    out = np.empty(npp.shape, dtype=np.float32)
    years = npp.shape[-1]
    _fit(
        np.ascontiguousarray(npp, dtype=np.float64).reshape(-1, years),
        np.ascontiguousarray(rain, dtype=np.float64).reshape(-1, years),
        out.reshape(-1, years),
    )
    return out


@numba.njit(cache=True, nogil=True)
def _fit(npp, rain, out):
    for i in range(npp.shape[0]):
        y, r = npp[i], rain[i]
        both = ~(np.isnan(y) | np.isnan(r))
        number = both.sum()
        out[i] = np.nan
        if number < 3:
            continue
        mean_y, mean_r = y[both].mean(), r[both].mean()
        spread = ((r[both] - mean_r) ** 2).sum()
        together = ((r[both] - mean_r) * (y[both] - mean_y)).sum()
        line = together / spread if spread > 0 else 0.0
        for k in range(y.size):
            if both[k]:
                out[i, k] = y[k] - mean_y - line * (r[k] - mean_r)
