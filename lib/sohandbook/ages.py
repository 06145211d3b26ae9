"""People by age group, where the population files are given by age."""

import re
from functools import reduce
from operator import add
from typing import Any

import xarray as xr

from sohandbook import input_files, sources
from sohandbook.people import Placement
from sohandbook.sources.files import FIELDS

# First and last age of each group. WorldPop's files are named by the first age of a band of
# five years (the first bands are 0 and 1 to 4), so no band lies in two groups.
GROUPS = {"children": (0, 14), "working_age": (15, 64), "older": (65, 999)}


def ages(report: Any) -> list[str]:
    """Return the first ages of the bands in the country's population files, as they are written.

    Empty if the files are not given by age.
    """
    dataset = report.country.datasets["population"]
    patterns = [pattern for pattern in dataset.files if "{age}" in pattern]
    if not patterns:
        return []
    found = set()
    for file in input_files.find(dataset, name="population", country=report.country):
        for pattern in patterns:
            name = re.escape(pattern.rsplit("/", 1)[-1])
            for field, form in FIELDS.items():
                named = f"(?P<age>{form})" if field == "age" else form
                name = name.replace(re.escape(f"{{{field}}}"), named)
            match = re.fullmatch(name, file.name)
            if match:
                found.add(match["age"])
    return sorted(found, key=int)


def by_age_group(report: Any, *, year: int) -> dict[str, xr.DataArray]:
    """Return the people of each age group on the country grid.

    Parameters
    ----------
    report : Report
    year : int

    Returns
    -------
    dict of str to DataArray of float64, dims (y, x) or (sex, y, x)
        By the name of the group; empty if the files are not given by age.
    """
    groups = {}
    bands = ages(report)
    for group, (first, last) in GROUPS.items():
        members = [age for age in bands if first <= int(age) <= last]
        if members:
            people = reduce(add, (_of_age(report, age, year) for age in members))
            placement = Placement.of(people, grid=report.grid, boundary=report.boundary)
            groups[group] = placement.on_grid(people).sel(year=year, drop=True)
    return groups


def _of_age(report: Any, age: str, year: int) -> xr.DataArray:
    """Open the people of one band on the cells of their files."""
    dataset = report.country.datasets["population"]
    files = [pattern.replace("{age}", age) for pattern in dataset.files if "{age}" in pattern]
    return sources.open_dataset(
        dataset.model_copy(update={"files": files}),
        name="population",
        iso3=report.country.iso3,
        folder=report.country.folder,
        boundary=report.boundary,
        years=[year],
    )
