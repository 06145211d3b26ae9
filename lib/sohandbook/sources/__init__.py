"""Open a country's datasets, each by the layout of its product.

Rasters come back lazily, on the country grid or on their own; series and national data come
back as tables. One small module holds each family of layouts.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import xarray as xr

from sohandbook import paths
from sohandbook.country import Dataset
from sohandbook.errors import InputError
from sohandbook.sources import (
    finance,
    land_cover,
    national,
    population,
    productivity,
    rain,
    ready_index,
    ready_made,
    series,
    soil,
)
from sohandbook.sources.files import Request

PRODUCTS: dict[str, Callable[[Request], Any]] = {
    "esa_cci_land_cover": land_cover.esa_cci,
    "modis_igbp_land_cover": land_cover.modis_igbp,
    "national_land_cover": land_cover.national,
    "modis_ndvi_16_day": productivity.modis_ndvi_16_day,
    "annual_productivity": productivity.annual_productivity,
    "modis_annual_evapotranspiration": productivity.modis_annual_evapotranspiration,
    "ready_made_productivity_dynamics": ready_made.productivity_dynamics,
    "soilgrids_ocs": soil.soilgrids_ocs,
    "soil_organic_carbon_map": soil.soil_organic_carbon_map,
    "ipcc_climate_zones": soil.climate_zones,
    "soil_units": soil.soil_units,
    "chirps_monthly": rain.chirps_monthly,
    "cru_monthly": rain.cru_monthly,
    "cru_evapotranspiration": rain.cru_evapotranspiration,
    "terraclimate_evapotranspiration": rain.terraclimate_evapotranspiration,
    "drought_index": ready_index.drought_index,
    "worldpop_by_sex": population.worldpop_by_sex,
    "worldpop_total": population.worldpop_total,
    "population_density": population.population_density,
    "sdg_series_api": series.sdg_series_api,
    "sdg_series_csv": series.sdg_series_csv,
    "world_bank_series": series.world_bank_series,
    "oecd_crs": finance.oecd_crs,
    "activity_workbook": finance.activities,
    "financial_needs": finance.financial_needs,
    "species_categories": national.species_categories,
    "vulnerability_factors": national.vulnerability_factors,
    "jrc_vulnerability_index": ready_index.vulnerability_index,
    "national_series": national.series,
    "protected_areas": national.sites,
    "key_biodiversity_areas": national.sites,
}

# Those whose files are tables of numbers: read at once, on no grid.
TABLES = frozenset(
    {
        "sdg_series_api",
        "sdg_series_csv",
        "world_bank_series",
        "oecd_crs",
        "activity_workbook",
        "financial_needs",
        "species_categories",
        "vulnerability_factors",
        "national_series",
    }
)


def open_dataset(
    dataset: Dataset,
    *,
    name: str,
    iso3: str,
    folder: Path | str,
    boundary: gpd.GeoDataFrame,
    grid: xr.DataArray | None = None,
    years: Iterable[int] | None = None,
    m49: int | None = None,
) -> Any:
    """Open one of a country's datasets.

    Parameters
    ----------
    dataset : Dataset
        Its entry in ``country.yml``.
    name : str
        Its name there, for messages.
    iso3 : str
    folder : path
        The country's folder. Files are looked for there first, then in the country's raw data.
    boundary : GeoDataFrame
        As :func:`sohandbook.grid.unwrap` returns it.
    grid : DataArray, optional
        The country grid; by default rasters stay on their own.
    years : iterable of int, optional
        Only these years; by default all that there are.
    m49 : int, optional
        The country's code in the UN's statistics, for files of several countries.

    Returns
    -------
    DataArray, DataFrame or GeoDataFrame
        As the product's function in this package says. Rasters have dask behind and carry
        the attribute ``stands_for``, {year: year whose data are used}, where years differ.

    Raises
    ------
    InputError
        Names the file or field, what was found and what is allowed.
    """
    if dataset.product not in PRODUCTS:
        raise InputError(
            f"country.yml, datasets.{name}.product",
            found=dataset.product,
            allowed=PRODUCTS,
            remedy="Use one of these layouts.",
        )
    request = Request(
        dataset=dataset,
        name=name,
        iso3=iso3,
        folders=(Path(folder), paths.raw_data() / iso3),
        boundary=boundary,
        grid=grid,
        years=None if years is None else tuple(int(year) for year in years),
        m49=m49,
    )
    return PRODUCTS[dataset.product](request)
