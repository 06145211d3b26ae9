"""SO1-2 and SO1-3, and the frame of status areas that all sub-indicators share."""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr

from sohandbook import classes, tables

STATUS_ORDER = ("improved", "stable", "degraded", tables.NO_DATA)


def status_by_period(
    baseline: xr.DataArray,
    reporting: xr.DataArray,
    *,
    cell_area: xr.DataArray,
    within: xr.DataArray | Mapping[str, xr.DataArray],
) -> pd.DataFrame:
    """SO1-1.T7, SO1-2.T3 and SO1-3.T2: improved, stable, degraded and no data by period.

    Parameters
    ----------
    baseline, reporting : xarray.DataArray of int8
        Status of each cell.
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool, or mapping
        The cells that are the whole of each share: the country for land cover; for the
        others, the land of each period's last year, as ``baseline`` and ``reporting``.
    """
    columns: dict[str, object] = {"status": list(STATUS_ORDER)}
    for name, status in (("baseline", baseline), ("reporting", reporting)):
        whole = within if isinstance(within, xr.DataArray) else within[name]
        areas = tables.area_by_class(status, cell_area=cell_area, within=whole)
        km2 = areas.set_index("key")["area_km2"].reindex(STATUS_ORDER)
        columns[f"area_{name}"] = km2.to_numpy()
        columns[f"percent_{name}"] = (100 * km2 / km2.sum()).to_numpy()
    return pd.DataFrame(columns)


def compare_status(
    choices: Mapping[str, xr.DataArray], *, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """Set the same status map, made by different choices, side by side.

    Parameters
    ----------
    choices : mapping of str to xarray.DataArray of int8
        What was chosen, and the status that it gives.
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool

    Returns
    -------
    pandas.DataFrame
        One row a choice; improved, stable, degraded and no data in km².
    """
    rows = []
    for choice, status in choices.items():
        areas = tables.area_by_class(status, cell_area=cell_area, within=within)
        rows.append({"choice": choice, **areas.set_index("key")["area_km2"][list(STATUS_ORDER)]})
    return pd.DataFrame(rows)


def dynamics_by_land_cover(
    dynamics: xr.DataArray,
    land_cover: xr.DataArray,
    *,
    cell_area: xr.DataArray,
    within: xr.DataArray,
) -> pd.DataFrame:
    """SO1-2.T1 and T2: the five classes of land productivity in each land cover class, km²."""
    crossed = tables.cross_table(land_cover, dynamics, cell_area=cell_area, within=within)
    return crossed.rename_axis("land_cover").reset_index()


def stock_by_class(means: pd.DataFrame, *, tier: int) -> pd.DataFrame:
    """SO1-3.T1: the mean stock of soil organic carbon in each land cover class, t C/ha.

    Parameters
    ----------
    means : DataFrame
        From :func:`sohandbook.indicators.soil_organic_carbon.mean_stock_by_class`.
    tier : int
        1, 2 or 3.
    """
    order = list(dict.fromkeys(means["key"]))
    wide = means.pivot(index="year", columns="key", values="stock_t_per_ha")[order]
    return wide.reset_index().rename_axis(columns=None).assign(tier=str(tier))


def soil_factors(
    table: Sequence[Sequence[str]] | Mapping[int, Sequence[Sequence[str]]] | None,
    *,
    system: classes.ClassSystem | None = None,
    region_names: Sequence[str] = (),
) -> pd.DataFrame:
    """The factors of change as people read them.

    Parameters
    ----------
    table : square table, or mapping of region to such
        None for the manual's.
    system : ClassSystem, optional
        A national legend; by default the seven classes.
    region_names : sequence of str
        In the order of the regions' numbers, which start at 1.
    """
    system = system or classes.system("land_cover")
    if isinstance(table, Mapping):
        parts = [
            soil_factors(part, system=system).assign(region=region_names[number - 1])
            for number, part in table.items()
        ]
        return pd.concat(parts, ignore_index=True)
    if table is None:
        printed = classes.reference_table("soc_change_coefficients")
        table = [printed["matrix"][code] for code in printed["order"]]
    frame = pd.DataFrame(table, columns=list(system.labels))
    frame.insert(0, "From", list(system.labels))
    return frame
