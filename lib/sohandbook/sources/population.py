"""People per cell, by sex where the source has it."""

from functools import reduce
from operator import add

import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.sources.files import Request, Values, stand_ins
from sohandbook.sources.stacks import Layer, stack

# How WorldPop's file names write the sexes, in the order of the reporting tables.
SEXES = {"f": "female", "m": "male"}


def worldpop_by_sex(request: Request) -> xr.DataArray:
    """WorldPop counts by sex; the pattern holds {sex} and {year}, and {age} where there is one.

    Returns
    -------
    DataArray of float64, dask behind, shape (sex, year, y, x)
        People per cell; ``sex`` is ``female``, ``male``. Ages are added up.
    """
    by_sex = {name: _counts(request, where={"sex": letter}) for letter, name in SEXES.items()}
    return xr.concat(
        by_sex.values(), dim=xr.Variable("sex", list(by_sex)), combine_attrs="override"
    )


def worldpop_total(request: Request) -> xr.DataArray:
    """WorldPop counts of all people, or any other raster of counts; shape (year, y, x)."""
    return _counts(request)


def population_density(request: Request) -> xr.DataArray:
    """People per km2, turned into people per cell by the true area of the source's cells.

    Returns
    -------
    DataArray of float64, dask behind, shape (year, y, x)
        People per cell.
    """
    return _counts(request, measure="density")


def _counts(
    request: Request, *, where: Values | None = None, measure: str = "count"
) -> xr.DataArray:
    request.only_options("crs", "band", "nodata")
    where = where or {}
    by_year: dict[int, dict[str, Layer]] = {}
    attributes: dict[str, object] = {"valid_range": (0, np.inf)}
    if request.option("nodata") is not None:
        attributes["missing_value"] = np.atleast_1d(request.option("nodata"))
    for values, path in request.files():
        if all(values.get(field) == value for field, value in where.items()):
            year = request.year_of(values, path)
            layer = Layer(
                path,
                bands=(int(request.option("band", 1)),),
                crs=request.option("crs"),
                attributes=attributes,
                counts=True,
            )
            of_year = by_year.setdefault(year, {})
            age = values.get("age", "all")
            if age in of_year:
                raise InputError(
                    f"{request.where}.files, year {values['year']}",
                    found=f"{of_year[age].path.name} and {path.name}",
                    allowed="one file for a year, a sex and an age",
                    remedy="Narrow the pattern, or people are counted twice.",
                )
            of_year[age] = layer
    chosen = request.sources(by_year)
    _refuse_missing_ages(request, {year: by_year[year] for year in set(chosen.values())})
    times_area = (request.dataset.measure or measure) == "density"
    ages = sorted(by_year[next(iter(chosen.values()))])
    parts = [
        stack(
            {year: by_year[source][age] for year, source in chosen.items()},
            dimension="year",
            boundary=request.boundary,
            grid=request.grid,
            kind="count",
            dtype=np.float64,
            nodata=np.nan,
            times_area=times_area,
        )
        for age in ages
    ]
    return (
        reduce(add, parts)
        .assign_attrs(parts[0].attrs)
        .assign_attrs(long_name="People in the cell", units="people", **stand_ins(chosen))
        .rename("population")
    )


def _refuse_missing_ages(request: Request, by_year: dict[int, dict[str, Layer]]) -> None:
    every = set().union(*by_year.values())
    for year, layers in by_year.items():
        if every - set(layers):
            raise InputError(
                f"{request.where}.files, year {year}",
                found=f"no file of the ages {sorted(every - set(layers))}",
                allowed="the same ages for every year",
                remedy="Fetch the missing ages.",
            )
