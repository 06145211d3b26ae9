"""How the maps of status are stored, and the tables that judge two of them together."""

from functools import cache

import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned

# The place of a code in tables: -1 degraded 0, 0 stable 1, 1 improved 2, all else no data 3.
PLACES = ("degraded", "stable", "improved", "no_data")
NO_DATA_RULES = ("any", "available")


def place(codes: np.ndarray) -> np.ndarray:
    """Return the place of each status code in :data:`PLACES`."""
    return np.minimum((codes + np.int8(1)).view(np.uint8), np.uint8(3))


def status_maps(**maps: xr.DataArray) -> list[xr.DataArray]:
    """Return status maps on the same cells, without the years they were taken from.

    Raises
    ------
    InputError
        If a map is not int8, or lies elsewhere.
    """
    for name, data in maps.items():
        if data.dtype != np.int8:
            raise InputError(
                name,
                found=data.dtype,
                allowed="int8 with -1 degraded, 0 stable, 1 improved, -128 no data",
                remedy="Recode the map; a plain change of type turns -32768 into 0, stable.",
            )
    together = aligned("status maps", *maps.values())
    return [data.drop_vars("year", errors="ignore") for data in together]


def as_map(data: xr.DataArray, *, name: str, system: str) -> xr.DataArray:
    """Return the map under its name, with the attributes of its class system."""
    return (
        data.rename(name).drop_attrs(deep=False).assign_attrs(classes.system(system).attributes())
    )


def check_no_data_rule(no_data: str) -> None:
    """Stop unless the rule for missing sub-indicators is a known one."""
    if no_data not in NO_DATA_RULES:
        raise InputError("no_data", found=no_data, allowed=NO_DATA_RULES, remedy="Use one.")


@cache
def status_tables() -> tuple[np.ndarray, np.ndarray]:
    """Return the status matrix and its expansion, from ``prais_forms.yml``.

    Returns
    -------
    status, expanded : numpy.ndarray of int8, shape (4, 4)
        Rows are the place of the baseline, columns that of the period.
    """
    tables = []
    for name, system in (
        ("status_matrix", "status"),
        ("status_matrix_expanded", "expanded_status"),
    ):
        printed, codes = classes.reference_table(name), classes.system(system)
        table = np.full((4, 4), codes.nodata, dtype=np.int8)
        for row, baseline in enumerate(PLACES[:3]):
            for column, period in enumerate(PLACES[:3]):
                cell = printed[baseline][printed["columns"].index(period)]
                table[row, column] = codes.code(cell) if isinstance(cell, str) else cell
        table.flags.writeable = False
        tables.append(table)
    return tables[0], tables[1]
