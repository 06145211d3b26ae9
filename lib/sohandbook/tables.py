"""Areas and people by class, in tidy tables that always add up.

Every table has a row for cells without data, so that its rows sum to the whole
they divide. The loop over the cells is in :mod:`sohandbook.tally`.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product

import dask.array
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes as class_systems
from sohandbook import tally
from sohandbook.errors import InputError

NO_DATA = "no_data"
_CELLS = ("y", "x")


def area_by_class(
    classes: xr.DataArray, *, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """Return the area of each class inside a mask.

    Parameters
    ----------
    classes : DataArray of int, dims (y, x) or (..., y, x)
        A class map with the attributes of ``classes.system(...).attributes()``.
        Further dimensions, for example ``year``, become the first columns.
    cell_area : DataArray of float, dims (y, x) or (y,)
        Area of each cell in km2.
    within : DataArray of bool, dims (y, x)
        The cells that count, for example a country or its land.

    Returns
    -------
    DataFrame
        Columns ``code``, ``key``, ``label``, ``area_km2``; one row a class in the
        order of the class system, then the row ``no_data``. The areas sum to the
        area of ``within`` to 1e-9.

    Raises
    ------
    InputError
        If the grids differ, or the map holds a code that is not of its system.
    """
    legend = _legend(classes)
    _check_grids(classes, cell_area, within)
    return _tidy(classes, legend, cell_area, within, value="area_km2")


def population_by_class(
    classes: xr.DataArray, *, population: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """Return the people who live in each class inside a mask.

    Parameters
    ----------
    classes : DataArray of int, dims (..., y, x)
        A class map; see :func:`area_by_class`.
    population : DataArray of float, dims (..., y, x)
        Persons in each cell (a count, not a density); NaN where nobody is known to live.
        Its further dimensions, for example ``sex``, become columns too.
    within : DataArray of bool, dims (y, x)
        The cells that count.

    Returns
    -------
    DataFrame
        Columns ``code``, ``key``, ``label``, ``people``; the people sum to those of ``within``.
        People are not rounded.
    """
    legend = _legend(classes)
    _check_grids(classes, population, within)
    return _tidy(classes, legend, population, within, value="people")


def cross_table(
    rows: xr.DataArray, columns: xr.DataArray, *, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """Return the area of each pair of classes of two maps.

    Parameters
    ----------
    rows, columns : DataArray of int, dims (y, x)
        Two class maps, for example land cover at the start and at the end.
    cell_area, within : DataArray
        As in :func:`area_by_class`.

    Returns
    -------
    DataFrame
        Areas in km2. The index holds the row map's class keys and ``no_data``, the columns
        those of the column map. Row sums equal ``area_by_class(rows)``, column sums
        ``area_by_class(columns)``, and the whole the area of ``within``, to 1e-9.
    """
    row_legend, column_legend = _legend(rows), _legend(columns)
    _check_grids(rows, cell_area, within)
    _check_grids(columns, cell_area, within)
    for name, data in (("rows", rows), ("columns", columns)):
        if set(data.dims) != set(_CELLS):
            found, remedy = data.dims, "Select one year of each map."
            raise InputError(f"cross_table, {name}", found=found, allowed="y, x", remedy=remedy)
    totals = _totals([(rows, row_legend), (columns, column_legend)], cell_area, within)
    return pd.DataFrame(
        totals,
        index=pd.Index([*row_legend.keys, NO_DATA], name=rows.attrs.get("class_system", "class")),
        columns=[*column_legend.keys, NO_DATA],
    )


def share(frame: pd.DataFrame, denominator_km2: float, *, denominator: str) -> pd.DataFrame:
    """Add each class's share of a stated whole.

    Parameters
    ----------
    frame : DataFrame
        A table with the column ``area_km2``.
    denominator_km2 : float
        The whole, in km2.
    denominator : str
        Its name, for example ``"total land area 2023"``: a share without its whole is no figure.

    Returns
    -------
    DataFrame
        The table with the columns ``percent``, ``denominator`` and ``denominator_km2`` added;
        ``percent = 100 * area_km2 / denominator_km2``.

    Raises
    ------
    InputError
        If the whole is not positive, has no name, or is smaller than one of its parts.
    """
    if not denominator.strip():
        raise InputError(
            "share, denominator",
            found=denominator,
            allowed="the name of the whole",
            remedy="Say of what the shares are, for example 'total land area 2023'.",
        )
    largest = float(frame["area_km2"].max())
    if not denominator_km2 > 0 or largest > denominator_km2 * (1 + 1e-9):
        raise InputError(
            f"share, {denominator}",
            found=denominator_km2,
            allowed=f"an area above 0 and not below its largest part, {largest:.6g} km2",
            remedy="Use the area of the same cells that the table was made from.",
        )
    return frame.assign(
        percent=100 * frame["area_km2"] / denominator_km2,
        denominator=denominator,
        denominator_km2=float(denominator_km2),
    )


@dataclass(frozen=True)
class _Legend:
    codes: tuple[int, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    nodata: int

    @property
    def all_codes(self) -> tuple[int, ...]:
        """The codes in the order of a table's rows, no data last."""
        return (*self.codes, self.nodata)


def _legend(data: xr.DataArray) -> _Legend:
    """Read the legend that travels with a class map."""
    name = data.attrs.get("class_system")
    if name is not None:
        system = class_systems.system(name)
        return _Legend(system.codes, system.keys, system.labels, system.nodata)
    missing = [
        key for key in ("flag_values", "flag_meanings", "_FillValue") if key not in data.attrs
    ]
    if missing or data.dtype.kind not in "iu":
        raise InputError(
            f"class map {data.name or ''}".strip(),
            found=f"{data.dtype} without {', '.join(missing)}" if missing else str(data.dtype),
            allowed="whole numbers with the attributes of a class system",
            remedy="Set attrs from classes.system(name).attributes().",
        )
    keys = tuple(data.attrs["flag_meanings"].split())
    labels = tuple(key.replace("_", " ").capitalize() for key in keys)
    codes = tuple(int(code) for code in np.atleast_1d(data.attrs["flag_values"]))
    return _Legend(codes, keys, labels, int(data.attrs["_FillValue"]))


def _check_grids(classes: xr.DataArray, weights: xr.DataArray, within: xr.DataArray) -> None:
    """Refuse maps whose cells are not the same cells."""
    if within.dtype != bool:
        raise InputError(
            "within",
            found=str(within.dtype),
            allowed="bool",
            remedy="Pass a mask, not a class map.",
        )
    if classes.dtype.kind not in "iu":
        raise InputError(
            f"class map {classes.name or ''}".strip(),
            found=str(classes.dtype),
            allowed="whole numbers",
            remedy="Keep class maps as integers; do not mask them with NaN.",
        )
    for data in (classes, weights):
        for axis in _CELLS:
            if axis not in data.dims and not (axis == "x" and data is weights):
                raise InputError(
                    "maps of a table", found=data.dims, allowed="dims y, x", remedy="Name the axes."
                )
            if axis in data.dims and (
                data.sizes[axis] != within.sizes[axis]
                or not np.array_equal(data[axis].values, within[axis].values)
            ):
                raise InputError(
                    f"maps of a table, axis {axis}",
                    found=f"{data.sizes[axis]} cells",
                    allowed=f"the {within.sizes[axis]} cells of the mask",
                    remedy="Bring all maps to one grid first (grid.align).",
                )


def _tidy(
    classes: xr.DataArray,
    legend: _Legend,
    weights: xr.DataArray,
    within: xr.DataArray,
    *,
    value: str,
) -> pd.DataFrame:
    """Make one block of rows for each combination of the maps' further dimensions."""
    extra: dict[Hashable, xr.DataArray] = {}
    for data in (classes, weights):
        for dim in data.dims:
            if dim not in _CELLS:
                extra[dim] = data[dim]
    blocks = []
    for place in product(*(range(coordinate.size) for coordinate in extra.values())):
        chosen = dict(zip(extra, place, strict=True))
        layer = classes.isel(chosen, missing_dims="ignore")
        totals = _totals([(layer, legend)], weights.isel(chosen, missing_dims="ignore"), within)
        block = pd.DataFrame(
            {
                "code": [*legend.codes, legend.nodata],
                "key": [*legend.keys, NO_DATA],
                "label": [*legend.labels, "No data"],
                value: totals,
            }
        )
        for column, (dim, i) in enumerate(chosen.items()):
            block.insert(column, str(dim), extra[dim].values[i])
        blocks.append(block)
    return pd.concat(blocks, ignore_index=True)


def _totals(
    maps: Sequence[tuple[xr.DataArray, _Legend]],
    weights: xr.DataArray,
    within: xr.DataArray,
) -> np.ndarray:
    """Sum the weights over the classes of one map, or over the pairs of classes of two."""
    cells = [data.transpose(*_CELLS).data for data, _ in maps]
    codes = [legend.all_codes for _, legend in maps]
    sums, strangers = tally.sum_by_class(
        cells, codes, weights=_weights(weights), within=within.transpose(*_CELLS).data
    )
    if strangers:
        for data, legend in maps:
            _refuse_strangers(data, legend, within)
    return sums


def _weights(weights: xr.DataArray) -> np.ndarray | dask.array.Array:
    """Return weights as one column if they do not change along a row."""
    if "x" not in weights.dims:
        return weights.data[:, np.newaxis]
    cells = weights.transpose(*_CELLS).data
    if isinstance(cells, np.ndarray) and cells.shape[1] and cells.strides[1] == 0:
        return cells[:, :1]
    return cells


def _refuse_strangers(data: xr.DataArray, legend: _Legend, within: xr.DataArray) -> None:
    """Name the codes of a map that its class system does not have."""
    found = np.unique(data.where(within, legend.nodata).values)
    strangers = sorted(set(found.astype(int).tolist()) - set(legend.all_codes))
    if strangers:
        raise InputError(
            f"class map {data.attrs.get('class_system', data.name or '')}".strip(),
            found=strangers,
            allowed=legend.all_codes,
            remedy="Reclassify the map, or mend its legend.",
        )
