"""Land degradation neutrality: gains counted against losses, like for like.

Neutrality is judged inside each land type: a gain on one type does not make up
for a loss on another.
"""

from collections.abc import Mapping

import numba
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.cells import aligned, by_block
from sohandbook.indicators.rows import row_areas, row_strips

# Classes of the expanded status (Addendum 2025, section 2.2, steps 4 and 5, as Trends.Earth's
# counterbalancing module reads it). What the baseline already had is neither gain nor loss.
GAINS = ("recent_improvement", "persistent_improvement")
LOSSES = ("recent_degradation", "persistent_degradation")
_MOST_TYPES = 2**20


def gains_and_losses(expanded_status: xr.DataArray) -> xr.DataArray:
    """Map where the period gained land and where it lost land.

    Parameters
    ----------
    expanded_status : DataArray (y, x) of int8
        Classes 1 to 7, no data 0.

    Returns
    -------
    DataArray (y, x) of int8
        -1 loss, 0 neither, 1 gain, -128 no data.
    """
    signs = _signs()
    result = by_block(
        lambda codes: signs[np.where((codes >= 1) & (codes <= 7), codes, 0)],
        expanded_status,
        dtype=np.int8,
    )
    nodata = classes.system("status").nodata
    return result.rename("gains_and_losses").assign_attrs(
        long_name="Gains and losses of the period",
        _FillValue=np.int8(nodata),
        flag_values=np.array([-1, 0, 1], dtype=np.int8),
        flag_meanings="loss neither gain",
    )


def land_types(layers: Mapping[str, xr.DataArray]) -> tuple[xr.DataArray, pd.DataFrame]:
    """Combine class maps into land types, for example land cover of the baseline with soils.

    Parameters
    ----------
    layers : mapping of str to DataArray (y, x) of integers
        Classes 1, 2, ...; 0 and negative codes are no data.

    Returns
    -------
    types : DataArray (y, x) of int32
        Number of the combination, 0 where one layer has no data.
    key : DataFrame
        land_type and the class in each layer, for every combination that occurs.

    Raises
    ------
    InputError
        If the layers have more than a million combinations between them.
    """
    maps = aligned("land types", *layers.values())
    sizes = [int(data.max()) + 1 for data in maps]
    if np.prod(sizes, dtype=float) > _MOST_TYPES:
        raise InputError(
            "land types",
            found=dict(zip(layers, sizes, strict=True)),
            allowed=f"up to {_MOST_TYPES} combinations of classes",
            remedy="Use fewer layers, or number the classes of each from 1 without gaps.",
        )

    def combine(*blocks: np.ndarray) -> np.ndarray:
        known = np.all([block > 0 for block in blocks], axis=0)
        parts = [np.where(known, block, 0).astype(np.int64) for block in blocks]
        return np.ravel_multi_index(parts, sizes).astype(np.int32)

    types = by_block(combine, *maps, dtype=np.int32).rename("land_type")
    types.attrs = {"long_name": "Land type", "_FillValue": np.int32(0)}
    seen = np.zeros(int(np.prod(sizes)), dtype=bool)
    for _, strip in row_strips(types=types):
        seen[strip["types"]] = True
    numbers = np.flatnonzero(seen)
    numbers = numbers[numbers > 0]
    parts = np.unravel_index(numbers, sizes)
    return types, pd.DataFrame({"land_type": numbers, **dict(zip(layers, parts, strict=True))})


def counterbalance(
    expanded_status: xr.DataArray,
    *,
    land_type: xr.DataArray,
    cell_area: xr.DataArray,
    within: xr.DataArray | None = None,
) -> pd.DataFrame:
    """Weigh gains against losses in each land type.

    Neutrality holds for a type if gains are as large as losses, or larger.

    Parameters
    ----------
    expanded_status : DataArray (y, x) of int8
        Classes 1 to 7: gains are recent and persistent improvement, losses recent
        and persistent degradation.
    land_type : DataArray (y, x) of integers
        Type of land before the change, from 1; other cells are left out.
    cell_area : DataArray (y, x)
        km2, the same along a row.
    within : DataArray (y, x) of bool, optional
        Cells that count.

    Returns
    -------
    DataFrame
        land_type, gains_km2, losses_km2, neither_km2, no_data_km2, total_km2,
        net_km2 (gains less losses), net_percent (of the type's area with data),
        neutral (missing where a type has no data). Every type that occurs has a row.

    Raises
    ------
    InputError
        If a land type is numbered above a million, or maps lie on different grids.

    Notes
    -----
    Addendum 2025 to the good practice guidance for SDG 15.3.1, section 2.2
    (read in secondary sources).
    """
    within = xr.ones_like(expanded_status, dtype=bool) if within is None else within
    expanded_status, land_type, within = aligned(
        "land degradation neutrality", expanded_status, land_type, within
    )
    areas, signs = row_areas(cell_area), _signs()
    highest = int(land_type.max())
    if highest >= _MOST_TYPES:
        raise InputError(
            "land_type",
            found=highest,
            allowed=f"numbers up to {_MOST_TYPES}",
            remedy="Number the land types from 1.",
        )
    total = np.zeros((max(highest, 0) + 1, 4))
    for rows, strip in row_strips(status=expanded_status, types=land_type, within=within):
        _add_up(strip["status"], strip["types"], strip["within"], signs, areas[rows], total)
    numbers = np.flatnonzero(total.any(axis=1))
    losses, neither, gains, no_data = total[numbers].T
    known = gains + losses + neither
    table = pd.DataFrame(
        {
            "land_type": numbers,
            "gains_km2": gains,
            "losses_km2": losses,
            "neither_km2": neither,
            "no_data_km2": no_data,
            "total_km2": known + no_data,
            "net_km2": gains - losses,
            "net_percent": np.divide(
                100 * (gains - losses), known, out=np.full(known.size, np.nan), where=known > 0
            ),
            "neutral": pd.array(gains >= losses, dtype="boolean"),
        }
    )
    table.loc[known == 0, "neutral"] = pd.NA
    return table


def _signs() -> np.ndarray:
    """Return -1, 0 or 1 for each class of the expanded status; place 0 is no data."""
    system = classes.system("expanded_status")
    signs = np.zeros(len(system.codes) + 1, dtype=np.int8)
    signs[0] = classes.system("status").nodata
    for key in GAINS:
        signs[system.code(key)] = 1
    for key in LOSSES:
        signs[system.code(key)] = -1
    return signs


@numba.njit(cache=True, nogil=True)
def _add_up(status, types, within, signs, cell_area, total):
    """Add the cells of each type to ``total``: loss, neither, gain, no data; row after row."""
    row_cells = np.zeros(total.shape, np.int64)
    for y in range(status.shape[0]):
        for x in range(status.shape[1]):
            if within[y, x] and types[y, x] > 0:
                known = status[y, x] >= 1 and status[y, x] < signs.size
                row_cells[types[y, x], signs[status[y, x]] + 1 if known else 3] += 1
        for x in range(status.shape[1]):
            if types[y, x] > 0:
                for sign in range(4):
                    total[types[y, x], sign] += row_cells[types[y, x], sign] * cell_area[y]
                    row_cells[types[y, x], sign] = 0
