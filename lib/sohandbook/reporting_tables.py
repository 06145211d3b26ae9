"""From areas and people by class to the rows and columns of the reporting tables.

Each function returns a frame with the columns that ``data/prais_forms.yml``
gives the table, in km², thousand persons or percent, without rounding.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, tables

STATUS_ORDER = ("improved", "stable", "degraded", tables.NO_DATA)


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


def extent(
    land_cover: xr.DataArray, *, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """SO1-1.T4: the area of each land cover class by year, km²."""
    areas = tables.area_by_class(land_cover, cell_area=cell_area, within=within)
    order = list(dict.fromkeys(areas["key"]))
    wide = areas.pivot(index="year", columns="key", values="area_km2")[order]
    return wide.reset_index().rename_axis(columns=None).astype({"year": int})


def change(
    start: xr.DataArray, *, end: xr.DataArray, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """SO1-1.T5 and T6: where each class went, km².

    Rows are the classes at the start, columns those at the end. The net change of a
    class is its area at the end less its area at the start.
    """
    crossed = tables.cross_table(start, end, cell_area=cell_area, within=within)
    frame = crossed.assign(
        row_total=crossed.sum(axis=1), net_area_change=crossed.sum(axis=0) - crossed.sum(axis=1)
    )
    return frame.rename_axis("class_at_start").reset_index()


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


def matrix(values: np.ndarray, *, system: classes.ClassSystem, region: str = "") -> pd.DataFrame:
    """SO1-1.T3: the meaning of each change, in the signs of the form.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, n)
        -1, 0 or 1; rows are the classes at the start.
    system : ClassSystem
    region : str
        The region that the matrix holds for; empty for the whole country.
    """
    signs = {-1: "-", 0: "0", 1: "+"}
    frame = pd.DataFrame(
        [[signs[int(value)] for value in row] for row in values],
        columns=list(system.keys),
    )
    frame.insert(0, "class_at_start", list(system.keys))
    return frame.assign(region_name=region)


def degradation_processes(
    start: xr.DataArray,
    *,
    end: xr.DataArray,
    matrix: np.ndarray,
    cell_area: xr.DataArray,
    within: xr.DataArray,
) -> pd.DataFrame:
    """SO1-1.T1: the changes that degrade land, largest first, as a proposal.

    Parameters
    ----------
    start, end : xarray.DataArray of uint8
        The seven UNCCD classes.
    matrix : numpy.ndarray, shape (7, 7)
        Only changes that it calls degradation are listed.
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool

    Returns
    -------
    pandas.DataFrame
        The columns of the table, and ``area_km2``. A change that none of the menu's
        processes names is ``Other``, with its two classes as its title.
    """
    system = classes.system("land_cover")
    crossed = tables.cross_table(start, end, cell_area=cell_area, within=within)
    rows = []
    for i, first in enumerate(system.keys):
        for j, last in enumerate(system.keys):
            if matrix[i][j] == -1 and crossed.loc[first, last] > 0:
                process = _process(first, last)
                names = system.labels[i], system.labels[j]
                rows.append(
                    {
                        "degradation_process": process,
                        "other_title": " to ".join(names) if process == "Other" else "",
                        "starting_land_cover": first,
                        "ending_land_cover": last,
                        "area_km2": crossed.loc[first, last],
                    }
                )
    columns = [
        "degradation_process",
        "other_title",
        "starting_land_cover",
        "ending_land_cover",
        "area_km2",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("area_km2", ascending=False, ignore_index=True)


def _process(first: str, last: str) -> str:
    """Name the process of the manual's Table 7 that leads from one class to the other."""
    groups = {
        "vegetated classes": ("tree_covered", "grassland", "cropland"),
        "bare soil": ("other_land",),
        "any": (),
    }
    for option in classes.reference_table("degradation_process_options"):
        from_classes, to_classes = (
            [key for name in option[side] for key in groups.get(name, (name,))]
            for side in ("from", "to")
        )
        if first in from_classes and last in to_classes:
            return option["process"]
    return "Other"


def national_legend(legend: classes.Legend) -> pd.DataFrame:
    """SO1-1.T2: the classes of a national legend and the UNCCD class of each."""
    system = classes.system("land_cover")
    return pd.DataFrame(
        [(name, system.label(legend.unccd[code])) for code, name in legend.labels.items()],
        columns=["national_class_name", "unccd_class"],
    )


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


def matrices(
    national: np.ndarray,
    *,
    by_region: Mapping[int, np.ndarray] | None,
    region_names: Sequence[str],
    system: classes.ClassSystem,
) -> pd.DataFrame:
    """SO1-1.T3: the national matrix, or the matrices of the regions below one another."""
    if not by_region:
        return matrix(national, system=system)
    parts = [
        matrix(values, system=system, region=region_names[number - 1])
        for number, values in by_region.items()
    ]
    return pd.concat(parts, ignore_index=True)


def largest_change(change_table: pd.DataFrame, meaning: np.ndarray) -> tuple[int, int]:
    """Return row and column of the largest change that the matrix does not call stable."""
    size = len(meaning)
    areas = change_table.iloc[:size, 1 : size + 1].to_numpy(dtype=float)
    row, column = np.unravel_index(np.argmax(np.where(meaning != 0, areas, -1)), areas.shape)
    return int(row), int(column)


def legend_areas(
    codes: xr.DataArray, *, legend: classes.Legend, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """The area of each class of a product's own legend, km², largest first.

    Parameters
    ----------
    codes : xarray.DataArray of int, dims (y, x)
        Codes of the product.
    legend : Legend
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool
    """
    labelled = codes.assign_attrs(
        _FillValue=legend.nodata,
        flag_values=list(legend.labels),
        flag_meanings=" ".join(f"code_{code}" for code in legend.labels),
    )
    areas = tables.area_by_class(labelled, cell_area=cell_area, within=within)
    system = classes.system("land_cover")
    frame = pd.DataFrame(
        {
            "code": areas["code"],
            "name": [legend.labels.get(code, "No data") for code in areas["code"]],
            "unccd_class": [
                system.label(legend.unccd.get(code, system.nodata)) for code in areas["code"]
            ],
            "area_km2": areas["area_km2"],
        }
    )
    return frame.sort_values("area_km2", ascending=False, ignore_index=True)
