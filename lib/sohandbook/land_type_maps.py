"""Types of land inside which gains are counted against losses: derived, or given."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import grid, polygons
from sohandbook.errors import InputError
from sohandbook.indicators import neutrality
from sohandbook.report import Report

BY_SOIL = "land_cover_by_soil"
RASTERS = (".tif", ".tiff")
NAME = "name"


def read(report: Report, choice: str = "") -> tuple[xr.DataArray, pd.Series]:
    """Return the type of land of each cell, and what the types are called.

    Parameters
    ----------
    report : Report
    choice : str
        Empty: the land cover of the first year of the baseline. ``land_cover_by_soil``: the same,
        divided by soil units. Otherwise a file in the country's folder: a GeoTIFF of classes from
        1 on, or polygons with the attribute ``name``; polygons of one name are one type.

    Returns
    -------
    types : DataArray (y, x) of integers
        1, 2, ...; 0 where a cell has none.
    names : Series
        By number.

    Raises
    ------
    InputError
        The file is missing, has no names, or covers nothing of the country.
    """
    first = report.country.periods.baseline[0]
    if choice in ("", BY_SOIL):
        cover = report.land_cover([first]).sel(year=first, drop=True)
        system = report.land_cover_system()
        if choice == "":
            return cover, pd.Series(system.labels, index=system.codes)
        soil = report.data("soil_units").where(report.grid, 0)
        types, key = neutrality.land_types({"land_cover": cover, "soil": soil})
        names = [
            f"{system.label(cover)}, soil {soil}"
            for cover, soil in zip(key.land_cover, key.soil, strict=True)
        ]
        return types, pd.Series(names, index=key.land_type.tolist())
    file = report.country.folder / choice
    if not file.is_file():
        raise InputError(
            f"{report.country.folder / 'country.yml'}, settings.so1-4.land_types",
            found=choice,
            allowed=f"a file in the country's folder, {BY_SOIL}, or nothing",
            remedy="Put the file there, or mend its name.",
        )
    types, names = (_raster if file.suffix.lower() in RASTERS else _polygons)(report, file)
    if not (types > 0).any():
        raise InputError(
            str(file),
            found=f"no land type in {report.country.name}",
            allowed="a map of this country",
            remedy="Check the coordinate reference system of the file.",
        )
    return types, names


def _raster(report: Report, file: Path) -> tuple[xr.DataArray, pd.Series]:
    found = grid.read_window(file, boundary=report.boundary)
    if not np.issubdtype(found.dtype, np.integer):
        raise InputError(
            str(file),
            found=f"values of type {found.dtype}",
            allowed="whole numbers from 1 on, 0 for no type",
            remedy="Number the types and save the map as integers.",
        )
    fill = found.attrs.get("_FillValue")
    aligned = grid.align(found, grid=report.grid, kind="class")
    known = report.grid & (aligned > 0) & (aligned != (0 if fill is None else fill))
    types = aligned.where(known, 0).astype(np.int32)
    numbers = np.unique(types.values)
    numbers = numbers[numbers > 0]
    return types, pd.Series([f"Type {number}" for number in numbers], index=numbers)


def _polygons(report: Report, file: Path) -> tuple[xr.DataArray, pd.Series]:
    frame = gpd.read_file(file)
    given = frame.get(NAME, pd.Series([None] * len(frame)))
    given = given.astype(str).str.strip().where(given.notna(), "")
    if given.eq("").any():
        raise InputError(
            f"{file}, attributes",
            found=[name for name in frame.columns if name != "geometry"],
            allowed=f"{NAME}, filled in for every polygon",
            remedy=f"Add the attribute {NAME!r}.",
        )
    names = list(dict.fromkeys(given))
    joined = frame.dissolve(by=given).loc[names]
    types = polygons.numbers(joined, grid=report.grid).where(report.grid, 0).astype(np.int32)
    return types, pd.Series(names, index=range(1, len(names) + 1))


def named(balance: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return a balance of gains and losses with the names of its land types for their numbers."""
    return balance.assign(land_type=balance["land_type"].map(names))
