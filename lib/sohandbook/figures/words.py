"""Words made from numbers: for labels, and for those who cannot see a figure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, tables
from sohandbook.errors import InputError

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
SHORT_NAMES = {"no_data": "No data", "sdg_15_3_1": "SDG 15.3.1", "dvi": "DVI", "usd": "USD"}


def number(value: float, digits: int = 1) -> str:
    """Return a number for people: thin spaces between thousands, a true minus sign."""
    text = f"{value:,.{digits}f}".replace(",", THIN_SPACE)
    is_zero = not text.strip(f"-0.{THIN_SPACE}")
    return text.lstrip("-") if is_zero else text.replace("-", "\N{MINUS SIGN}")


@cache
def _class_labels() -> dict[str, str]:
    """The names of the land cover classes, whose keys are columns of reporting tables."""
    system = classes.system("land_cover")
    return dict(zip(system.keys, system.labels, strict=True))


def readable(name: str) -> str:
    """Return the name of a column or class for people: ``total_land_area`` is Total land area."""
    if name in SHORT_NAMES or name in _class_labels():
        return SHORT_NAMES.get(name) or _class_labels()[name]
    if "_" not in name and not name.islower():
        return name
    words = [SHORT_NAMES.get(word, word) for word in name.split("_")]
    words = ["km²" if word == "km2" else word for word in words]
    sentence = " ".join(words)
    return sentence[:1].upper() + sentence[1:]


def describe_classes(table: pd.DataFrame, *, whole: str = "the country area", most: int = 4) -> str:
    """Say which classes are the largest.

    Parameters
    ----------
    table : DataFrame
        From :func:`sohandbook.tables.area_by_class`: columns ``label`` and ``area_km2``.
    whole : str
        What the rows of the table add up to.
    most : int
        How many classes to name; the rest is added up.

    Returns
    -------
    str
        For example ``"Shares of the country area: Grassland 52.1 %, Cropland 20.0 %, ..."``.
    """
    total = float(table["area_km2"].sum())
    if not total > 0:
        return f"No cell of {whole} has a class."
    shares = (100 * table.groupby("label", sort=False)["area_km2"].sum() / total).sort_values(
        ascending=False, kind="stable"
    )
    shares = shares[shares > 0]
    named = [f"{label} {number(share)} %" for label, share in shares.iloc[:most].items()]
    rest = shares.iloc[most:].sum()
    if rest > 0:
        named.append(f"all others {number(rest)} %")
    return f"Shares of {whole}: {', '.join(named)}."


def describe_status(status: xr.DataArray | Mapping[str, xr.DataArray], *, report: Any) -> str:
    """Say how much is degraded, stable and improved on one or several status maps."""
    maps = {"": status} if isinstance(status, xr.DataArray) else status
    sentences = []
    for name, data in maps.items():
        table = tables.area_by_class(data, cell_area=report.cell_area, within=report.grid)
        sentences.append(f"{f'{name}: ' if name else ''}{describe_classes(table)}")
    return f"Map of {report.country.name}. {' '.join(sentences)}"


def describe_change(data: xr.DataArray, *, first: int, last: int, report: Any) -> str:
    """Say which classes gained and lost the most area between two years of a class map."""
    areas = {
        year: tables.area_by_class(
            data.sel(year=year), cell_area=report.cell_area, within=report.grid
        ).set_index("label")["area_km2"]
        for year in (first, last)
    }
    share = 100 * areas[first] / areas[first].sum()
    change = (areas[last] - areas[first]).drop("No data")
    gain, loss = change.idxmax(), change.idxmin()
    most = ", ".join(f"{label} {number(v)} %" for label, v in share.nlargest(3).items() if v > 0)
    moves = []
    if change[gain] > 0:
        moves.append(f"{gain} gains most, {number(change[gain])} km²")
    if change[loss] < 0:
        moves.append(f"{loss} loses most, {number(-change[loss])} km²")
    return (
        f"Maps of {report.country.name}. Largest classes in {first}: {most}. "
        f"Until {last}, {' and '.join(moves) or 'no class changes its area'}."
    )


def describe_series(frame: pd.DataFrame, *, year: str = "year", value: str, unit: str) -> str:
    """Say where a series starts and ends and where it is lowest and highest."""
    if missing := [name for name in (year, value) if name not in frame.columns]:
        raise InputError(
            "describe_series", found=missing, allowed=frame.columns, remedy="Use its columns."
        )
    series = frame.set_index(year)[value].astype(float).dropna()
    if series.empty:
        return f"{readable(value)}: no year has a value."
    digits = int(np.clip(2 - np.floor(np.log10(max(abs(series).max(), 1e-9))), 0, 4))
    at = {name: f"{number(series[name], digits)} {unit} in {name}" for name in series.index}
    start, end = series.index[0], series.index[-1]
    return (
        f"{readable(value)} goes from {at[start]} to {at[end]}; "
        f"lowest {at[series.idxmin()]}, highest {at[series.idxmax()]}."
    )
