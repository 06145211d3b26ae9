"""Words made from numbers: for labels, and for those who cannot see a figure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, tables
from sohandbook.errors import InputError
from sohandbook.language import current, translate

SHORT_NAMES = {
    "no_data": "No data",
    "sdg_15_3_1": "SDG 15.3.1",
    "literacy_15plus": "Literacy from age 15",
    "population_15_64": "Population aged 15 to 64",
} | {
    letters: letters.upper()
    for letters in ("dvi", "gdp", "sdg", "soc", "spei", "spi", "unccd", "usd")
}


def number(value: float, digits: int = 1) -> str:
    """Return a number for people, as the language in use writes it, with a true minus sign."""
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    marks = {",": current().thousands, ".": current().decimal, "-": "\N{MINUS SIGN}"}
    return text.translate(str.maketrans(marks))


def percent(value: float, digits: int = 1) -> str:
    """Return a share in percent for people."""
    return f"{number(value, digits)}{current().percent}"


@cache
def _class_labels() -> dict[str, str]:
    """The names of the land cover classes, whose keys are columns of reporting tables."""
    system = classes.system("land_cover")
    return dict(zip(system.keys, system.labels, strict=True))


def readable(name: str) -> str:
    """Return the name of a column or class in the language in use; see :func:`spelt_out`."""
    return translate(spelt_out(name))


def spelt_out(name: str) -> str:
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
    whole = translate(whole)
    if not total > 0:
        return translate("No cell of {whole} has a class.", whole=whole)
    shares = (100 * table.groupby("label", sort=False)["area_km2"].sum() / total).sort_values(
        ascending=False, kind="stable"
    )
    shares = shares[shares > 0]
    named = [f"{translate(label)} {percent(share)}" for label, share in shares.iloc[:most].items()]
    rest = shares.iloc[most:].sum()
    if rest > 0:
        named.append(translate("all others {share} %", share=number(rest)))
    listed = translate(", ").join(named)
    return translate("Shares of {whole}: {shares}.", whole=whole, shares=listed)


def describe_status(status: xr.DataArray | Mapping[str, xr.DataArray], *, report: Any) -> str:
    """Say how much is degraded, stable and improved on one or several status maps."""
    maps = {"": status} if isinstance(status, xr.DataArray) else status
    sentences = []
    for name, data in maps.items():
        table = tables.area_by_class(data, cell_area=report.cell_area, within=report.grid)
        shares = describe_classes(table)
        sentences.append(f"{readable(name)}{translate(': ')}{shares}" if name else shares)
    country = translate("Map of {country}.", country=report.country.name)
    return f"{country} {' '.join(sentences)}"


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
    largest = share.nlargest(3).items()
    most = translate(", ").join(f"{translate(label)} {percent(v)}" for label, v in largest if v > 0)
    sentences = [
        translate("Maps of {country}.", country=report.country.name),
        translate("Largest classes in {year}: {classes}.", year=first, classes=most),
    ]
    if change[gain] > 0:
        sentences.append(
            translate("{label} gains most until {year}, {area} km².", label=translate(gain),
                      year=last, area=number(change[gain]))
        )  # fmt: skip
    if change[loss] < 0:
        sentences.append(
            translate("{label} loses most until {year}, {area} km².", label=translate(loss),
                      year=last, area=number(-change[loss]))
        )  # fmt: skip
    if len(sentences) == 2:
        sentences.append(translate("No class changes its area until {year}.", year=last))
    return " ".join(sentences)


def describe_series(frame: pd.DataFrame, *, year: str = "year", value: str, unit: str) -> str:
    """Say where a series starts and ends and where it is lowest and highest."""
    if missing := [name for name in (year, value) if name not in frame.columns]:
        raise InputError(
            "describe_series", found=missing, allowed=frame.columns, remedy="Use its columns."
        )
    series = frame.set_index(year)[value].astype(float).dropna()
    if series.empty:
        return translate("{name}: no year has a value.", name=readable(value))
    digits = int(np.clip(2 - np.floor(np.log10(max(abs(series).max(), 1e-9))), 0, 4))
    unit = translate(unit)
    at = {
        name: translate("{number} {unit} in {year}", number=number(series[name], digits),
                        unit=unit, year=name)
        for name in series.index
    }  # fmt: skip
    return translate(
        "{name} goes from {first} to {last}; lowest {lowest}, highest {highest}.",
        name=readable(value),
        first=at[series.index[0]],
        last=at[series.index[-1]],
        lowest=at[series.idxmin()],
        highest=at[series.idxmax()],
    )
