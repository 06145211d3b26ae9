"""SO 2-3 and SO 3-2: people exposed to land degradation and to drought, by sex.

People are counts on the cells of the class map and stay fractional: nothing is
rounded per cell, and the row of cells without data keeps the total whole.

Source: UNCCD reporting manual 2026, SO 2-3 and SO 3-2.
"""

from collections.abc import Hashable, Iterable, Mapping
from itertools import product

import numpy as np
import pandas as pd
import xarray as xr
from numba import guvectorize

from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned
from sohandbook.indicators.exposure_tables import degradation_table, drought_table, shares

__all__ = [
    "change",
    "degradation_table",
    "drought_table",
    "exposed",
    "nearest_years",
    "shares",
    "stand_in",
]


def exposed(population: xr.DataArray, *, mask_or_class: xr.DataArray) -> pd.DataFrame:
    """Return the people in each class of a map.

    Parameters
    ----------
    population : DataArray, dims (y, x), or with ``year`` and ``sex`` (female, male)
        Persons in each cell, a count and not a density; NaN where nobody is known to live.
    mask_or_class : DataArray of bool or int, dims (y, x) or (year, y, x)
        On the cells of ``population``. True marks exposed cells; or a class map with
        the attributes of its class system. A dimension that both have is matched.

    Returns
    -------
    DataFrame
        One row for each ``year`` and ``sex`` there is, and each class: ``code``, ``key``,
        ``people`` (float64). The last class is ``no_data``. By sex, the rows ``total`` hold
        female plus male. The people of all classes add up to the whole population.

    Raises
    ------
    InputError
        If the maps lie on other cells, hold negative people or a code of no class, or if
        ``sex`` is not female and male.
    """
    classes, population = aligned("people and classes", mask_or_class, population)
    codes, keys, nodata = _legend(classes)
    for dim in set(classes.dims) & set(population.dims) - {"y", "x"}:
        if not classes.get_index(dim).equals(population.get_index(dim)):
            raise InputError(
                f"people and classes, {dim}",
                found=population[dim].values.tolist(),
                allowed=classes[dim].values.tolist(),
                remedy="Take the nearest years of the population first (nearest_years).",
            )
    by_row = xr.apply_ufunc(
        _people_of_row,
        classes.astype(np.int8 if classes.dtype in (bool, np.int8) else np.int16),
        population if population.dtype.kind == "f" else population.astype(np.float64),
        xr.DataArray(np.array([*codes, nodata], dtype=np.int16), dims="code"),
        xr.DataArray(np.zeros(len(codes) + 3), dims="place"),
        input_core_dims=[["x"], ["x"], ["code"], ["place"]],
        output_core_dims=[["place"]],
        dask="parallelized",
        output_dtypes=[np.float64],
        dask_gufunc_kwargs={"allow_rechunk": True},
    )
    people = by_row.sum("y").compute()
    _refuse(people.isel(place=-1), "people below zero", "0 or more", "Mark no data as NaN.")
    _refuse(people.isel(place=-2), "cells of no class", keys, "Reclassify the map.")
    people = _with_total(people.isel(place=slice(0, -2)))
    extra = [dim for dim in people.dims if dim != "place"]
    blocks = [
        pd.DataFrame(
            {
                **{str(dim): value for dim, value in zip(extra, place, strict=True)},
                "code": [*codes, nodata],
                "key": [*keys, "no_data"],
                "people": people.sel(dict(zip(extra, place, strict=True))).values,
            }
        )
        for place in product(*(people[dim].values.tolist() for dim in extra))
    ]
    return pd.concat(blocks, ignore_index=True)


def nearest_years(years: Iterable[int], *, available: Iterable[int]) -> dict[int, int]:
    """Return, for each year, the nearest year with population data.

    With 2020 and no 2019, 2020 stands for both; 2020 also stands for 2021 to 2023 (manual,
    SO 3-2 step 2). Of two years as near, the earlier is taken.

    Parameters
    ----------
    years, available : iterable of int

    Returns
    -------
    dict of int to int
    """
    existing = sorted({int(year) for year in available})
    if not existing:
        raise InputError(
            "population, years",
            found="none",
            allowed="at least one year",
            remedy="List the population files of the country.",
        )
    return {int(year): min(existing, key=lambda at: abs(at - int(year))) for year in years}


def stand_in(population: xr.DataArray, *, years: Iterable[int]) -> xr.DataArray:
    """Return the population of the wanted years, each taken from the nearest year there is.

    Parameters
    ----------
    population : DataArray with the dimension ``year``
    years : iterable of int

    Returns
    -------
    DataArray
        The coordinate ``population_year`` says which year's data each year shows.
    """
    source = nearest_years(years, available=population["year"].values)
    chosen = population.sel(year=list(source.values()))
    return chosen.assign_coords(year=list(source), population_year=("year", list(source.values())))


def change(
    population: Mapping[str, xr.DataArray],
    *,
    status: Mapping[str, xr.DataArray],
    exposed_key: str = "degraded",
) -> pd.DataFrame:
    """Separate what the land did from what the people did.

    The share of exposed people can rise although no land degraded (manual, section on
    interpretation): people were born on, or moved to, degraded land. With ``S(land,
    people)`` the share of exposed people::

        from_land   = S(end, start) - S(start, start)
        from_people = S(end, end)   - S(end, start)

    and the number of exposed people changes by growth at the old share, and by the share::

        from_growth = (N_end - N_start) S(start, start)
        from_share  = N_end (S(end, end) - S(start, start))

    Parameters
    ----------
    population : mapping with ``start`` and ``end``
        Persons in each cell, dims (y, x) or (sex, y, x).
    status : mapping with ``start`` and ``end``
        Status maps or masks on the same cells, dims (y, x).
    exposed_key : str
        The class that counts; a mask's is ``exposed``.

    Returns
    -------
    DataFrame
        By sex: ``exposed_start``, ``exposed_end`` (persons), ``percent_start``, ``percent_end``
        (of the people on the maps), ``from_land``, ``from_people`` (percentage points),
        ``from_growth``, ``from_share`` (persons); NaN if nobody's land could be judged.
    """

    def count(people: str, land: str) -> pd.DataFrame:
        rows = exposed(population[people], mask_or_class=status[land])
        if "sex" not in rows:
            rows["sex"] = "total"
        wide = rows.pivot(index="sex", columns="key", values="people")
        judged = wide.drop(columns="no_data").sum(axis=1) > 0
        return pd.DataFrame({"exposed": wide[exposed_key].where(judged), "all": wide.sum(axis=1)})

    start, land_only, end = count("start", "start"), count("start", "end"), count("end", "end")
    first, middle, last = (part["exposed"] / part["all"] for part in (start, land_only, end))
    return pd.DataFrame(
        {
            "exposed_start": start["exposed"],
            "exposed_end": end["exposed"],
            "percent_start": 100 * first,
            "percent_end": 100 * last,
            "from_land": 100 * (middle - first),
            "from_people": 100 * (last - middle),
            "from_growth": (end["all"] - start["all"]) * first,
            "from_share": end["all"] * (last - first),
        }
    ).reset_index()


def _legend(classes: xr.DataArray) -> tuple[list[int], list[str], int]:
    """Return codes, keys and the no-data code of a mask or class map."""
    if classes.dtype == bool:
        return [1, 0], ["exposed", "not_exposed"], -1
    if classes.dtype.kind not in "iu" or "flag_values" not in classes.attrs:
        raise InputError(
            "class map",
            found=f"{classes.dtype} with attributes {sorted(map(str, classes.attrs))}",
            allowed="a mask, or whole numbers with the attributes of a class system",
            remedy="Set attrs from classes.system(name).attributes().",
        )
    codes = [int(code) for code in np.atleast_1d(classes.attrs["flag_values"])]
    return codes, classes.attrs["flag_meanings"].split(), int(classes.attrs["_FillValue"])


def _with_total(people: xr.DataArray) -> xr.DataArray:
    if "sex" not in people.dims:
        return people
    sexes = people["sex"].values.tolist()
    if sorted(sexes) != ["female", "male"]:
        raise InputError(
            "population, sex",
            found=sexes,
            allowed="female and male",
            remedy="Give one layer of each; the total is their sum.",
        )
    total = people.sum("sex").expand_dims(sex=["total"])
    return xr.concat([people.sel(sex=["female", "male"]), total], dim="sex")


def _refuse(counts: xr.DataArray, found: str, allowed: Hashable, remedy: str) -> None:
    if float(counts.sum()):
        raise InputError(
            "people and classes",
            found=f"{int(counts.sum())} {found}",
            allowed=str(allowed),
            remedy=remedy,
        )


@guvectorize(
    [
        f"void({classes}[:], {people}[:], int16[:], float64[:], float64[:])"
        for classes, people in (("int8", "float32"), ("int8", "float64"), ("int16", "float64"))
    ],
    "(x),(x),(c),(p)->(p)",
    cache=True,
    nopython=True,
)
def _people_of_row(classes, people, codes, places, sums):
    """Add up one row's people by class; then count cells of no class, and negative people."""
    strangers, negative = places.size - 2, places.size - 1
    for place in range(places.size):
        sums[place] = 0.0
    for cell in range(classes.size):
        place = strangers
        for candidate in range(codes.size):
            if classes[cell] == codes[candidate]:
                place = candidate
        if place == strangers:
            sums[strangers] += 1.0
        elif people[cell] >= 0.0:
            sums[place] += people[cell]
        elif people[cell] < 0.0:
            sums[negative] += 1.0
