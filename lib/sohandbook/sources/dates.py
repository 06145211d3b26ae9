"""Which band of which file is of which day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sohandbook.errors import InputError
from sohandbook.netcdf import band_times, is_netcdf
from sohandbook.sources.files import Request
from sohandbook.sources.stacks import Layer
from sohandbook.windows import open_raster

# Dates as R and GDAL write them in band names: X2000.02.18, 2000-02-18, 2000_02_18.
DATE_IN_NAME = re.compile(r"(\d{4})[.\-_](\d{2})[.\-_](\d{2})")


@dataclass(frozen=True)
class DatedBand:
    """One band and its day."""

    day: pd.Timestamp
    layer: Layer


def dated_bands(
    request: Request, *, template: Layer, month_of_year: int | None = None
) -> dict[int, list[DatedBand]]:
    """Return the bands of all files of a dataset by year, in order of time.

    Parameters
    ----------
    request : Request
    template : Layer
        Variable, CRS and attributes of the bands.
    month_of_year : int, optional
        The month that a GeoTIFF with only a year in its name is of.

    Raises
    ------
    InputError
        A file whose bands carry no dates.
    """
    by_day: dict[pd.Timestamp, DatedBand] = {}
    for values, path in request.files():
        layer = replace(template, path=path)
        if "month" in values:
            days = [pd.Timestamp(int(values["year"]), int(values["month"]), 1)]
        elif month_of_year and "year" in values and not is_netcdf(path):
            days = [pd.Timestamp(int(values["year"]), month_of_year, 1)]
        else:
            days = _days(path, template)
        for band, day in enumerate(days, start=1):
            by_day.setdefault(day, DatedBand(day, replace(layer, bands=(band,))))
    by_year: dict[int, list[DatedBand]] = {}
    for day in sorted(by_day):
        by_year.setdefault(day.year, []).append(by_day[day])
    return by_year


def joined(
    bands: Iterable[tuple[pd.Timestamp, DatedBand]],
) -> dict[tuple[np.datetime64, ...], Layer]:
    """Return layers of several bands where neighbours in time come from one file."""
    groups: list[tuple[list[np.datetime64], Layer]] = []
    for day, band in bands:
        if groups and groups[-1][1].path == band.layer.path:
            days, layer = groups[-1]
            days.append(day.to_datetime64())
            groups[-1] = days, replace(layer, bands=(*layer.bands, *band.layer.bands))
        else:
            groups.append(([day.to_datetime64()], band.layer))
    return {tuple(days): layer for days, layer in groups}


def _days(path: Path, template: Layer) -> list[pd.Timestamp]:
    with open_raster(path, variable=template.variable, crs=template.crs) as (dataset, _):
        times = band_times(dataset, list(dataset.indexes))
        if times is not None:
            return list(times)
        found = [DATE_IN_NAME.search(name or "") for name in dataset.descriptions]
    if not all(found):
        raise InputError(
            f"{path}, dates",
            found="bands without a date",
            allowed="a CF time axis, or dates such as 2000-02-18 in the names of the bands",
            remedy="Write the file again with its time axis.",
        )
    return [pd.Timestamp("-".join(match.groups())) for match in found]
