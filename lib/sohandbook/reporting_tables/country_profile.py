"""The country profile: areas and people."""

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import tables


def country_areas(
    land_mask: xr.DataArray, *, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """CP-1.T1: land, inland water and the whole country by year.

    Parameters
    ----------
    land_mask : xarray.DataArray, dims (year, y, x)
        From :func:`sohandbook.indicators.country_profile.land_and_water`.
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool
        The cells of the country.
    """
    areas = tables.area_by_class(land_mask, cell_area=cell_area, within=within)
    wide = areas.pivot(index="year", columns="key", values="area_km2")
    return pd.DataFrame(
        {
            "year": wide.index.astype(int),
            "total_land_area": wide["land"].to_numpy(),
            "water_bodies_area": wide["water"].to_numpy(),
            "total_country_area": wide.sum(axis=1).to_numpy(),
            "comments": "",
        }
    )


def population(people: xr.DataArray) -> pd.DataFrame:
    """CP-1.T2: female, male and all people by year, in thousand.

    Parameters
    ----------
    people : xarray.DataArray, dims (year, sex) or (year,)
        Persons in the country. Without sexes, their columns stay empty.
    """
    thousands = people / 1000
    sexes = {
        f"population_{sex}": thousands.sel(sex=sex).values if "sex" in people.dims else np.nan
        for sex in ("female", "male")
    }
    total = thousands.sum("sex") if "sex" in people.dims else thousands
    return pd.DataFrame(
        {
            "year": people["year"].values.astype(int),
            **sexes,
            "population_total": total.values,
            "comments": "",
        }
    )
