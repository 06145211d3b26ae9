"""SO 2-3 by place: people exposed in each district, and where nobody was counted."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned

ELSEWHERE = "outside the districts"


def by_place(
    population: xr.DataArray,
    *,
    exposed: xr.DataArray,
    numbers: xr.DataArray,
    names: Sequence[str],
) -> pd.DataFrame:
    """Return the people and the exposed people of each district.

    Parameters
    ----------
    population : DataArray, dims (y, x), or with ``sex``
        Persons in each cell, NaN or 0 where nobody is known to live.
    exposed : DataArray of bool, dims (y, x)
        Cells on degraded land.
    numbers : DataArray of int, dims (y, x)
        1 to n in the districts, 0 in none, as ``sohandbook.polygons.numbers`` gives them.
    names : sequence of str
        The districts' names, in the order of their numbers.

    Returns
    -------
    DataFrame
        ``district``, ``people``, ``<sex>_exposed`` for each sex and the total (persons),
        ``percent`` of the district's own people: empty where nobody was counted. A last row
        holds people outside the districts, if there are any, so that the sums stay whole.

    Raises
    ------
    InputError
        If the maps lie on other cells, or a number has no name.
    """
    numbers, exposed, population = aligned("people by district", numbers, exposed, population)
    place = numbers.values.ravel().astype(np.intp)
    if place.max(initial=0) > len(names):
        raise InputError(
            "people by district",
            found=f"district number {place.max()}",
            allowed=f"1 to {len(names)}, one for each name",
            remedy="Take names and numbers from the same file.",
        )
    people = population.fillna(0).astype(np.float64)
    sexes = [str(sex) for sex in people["sex"].values] if "sex" in people.dims else []
    layers = {sex: people.sel(sex=sex) for sex in sexes}
    layers["total"] = people.sum("sex") if sexes else people

    def add_up(layer: xr.DataArray) -> np.ndarray:
        values = layer.transpose("y", "x").values.ravel()
        return np.bincount(place, weights=values, minlength=len(names) + 1)

    frame = pd.DataFrame({"district": [ELSEWHERE, *names], "people": add_up(layers["total"])})
    for sex, layer in layers.items():
        frame[f"{sex}_exposed"] = add_up(layer.where(exposed, 0))
    counted = frame["people"].where(frame["people"] > 0)
    frame["percent"] = 100 * frame["total_exposed"] / counted
    elsewhere = frame.iloc[:1] if frame["people"].iloc[0] > 0 else frame.iloc[:0]
    return pd.concat([frame.iloc[1:], elsewhere], ignore_index=True)
