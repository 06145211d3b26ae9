"""SO1-1: land cover, its change, and what each change means."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, tables


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
        [
            (name, system.keys[system.codes.index(legend.unccd[code])])
            for code, name in legend.labels.items()
        ],
        columns=["national_class_name", "unccd_class"],
    )


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
    codes = codes.where(~codes.isin(legend.fills), legend.nodata)  # a product may have two
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


def largest_change(change_table: pd.DataFrame, meaning: np.ndarray) -> tuple[int, int]:
    """Return row and column of the largest change that the matrix does not call stable."""
    size = len(meaning)
    areas = change_table.iloc[:size, 1 : size + 1].to_numpy(dtype=float)
    row, column = np.unravel_index(np.argmax(np.where(meaning != 0, areas, -1)), areas.shape)
    return int(row), int(column)
