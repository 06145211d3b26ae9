"""The loop that adds up areas or people over the classes of maps.

Where the cell area is the same along a row, cells are counted and the counts are
multiplied by the area of the row: exact up to the last multiplication, and as fast as
memory can be read. Elsewhere the weights of the cells are added up row by row in float64.
"""

from collections.abc import Sequence
from typing import Any

import dask.array
import numba
import numpy as np

Cells = np.ndarray | dask.array.Array

_LANES = 4  # counting in turn into four histograms lets neighbours of one class not wait in line


def sum_by_class(
    maps: Sequence[Cells], codes: Sequence[Sequence[int]], *, weights: Cells, within: Cells
) -> tuple[np.ndarray, int]:
    """Sum weights over the classes of one map, or the pairs of classes of two.

    Parameters
    ----------
    maps : one or two arrays of int, shape (y, x)
        numpy or dask; dask blocks are summed one by one, so memory stays flat.
    codes : one sequence of int for each map
        The codes to sum over, in the order of the result.
    weights : array of float, shape (y, x), or (y, 1) if the same along a row
        NaN counts as nothing.
    within : array of bool, shape (y, x)
        The cells that count.

    Returns
    -------
    sums : array of float64, shape (len(codes[0]),) or (len(codes[0]), len(codes[1]))
    strangers : int
        Number of cells within whose code is none of the codes.
    """
    places = [_place(cells, wanted) for cells, wanted in zip(maps, codes, strict=True)]
    if len(places) == 1:
        places.append((places[0][0], np.zeros(256, dtype=np.uint8)))
    (rows, row_places), (columns, column_places) = places
    sizes = (len(codes[0]) + 1, len(codes[1]) + 1 if len(codes) == 2 else 2)
    options = {"row_places": row_places, "column_places": column_places, "sizes": sizes}
    arrays = (rows, columns, weights, within)
    if any(isinstance(array, dask.array.Array) for array in arrays):
        table = _sum_of_blocks(arrays, options)
    else:
        table = _sum_of_block(*arrays, **options)
    sums, strangers = table[0, :-1, :-1], table[1, -1, :].sum() + table[1, :-1, -1].sum()
    return (sums if len(maps) == 2 else sums[:, 0]), int(strangers)


def _place(cells: Cells, codes: Sequence[int]) -> tuple[Cells, np.ndarray]:
    """Return a map as bytes and, for each byte, its class's place; strangers come last."""
    if cells.dtype.itemsize == 1:
        places = np.full(256, len(codes), dtype=np.uint8)
        places[np.asarray(codes).astype(cells.dtype).view(np.uint8)] = np.arange(len(codes))
        return cells.view(np.uint8), places
    order = np.argsort(codes)
    ordered = np.asarray(codes)[order]

    def place(block: np.ndarray) -> np.ndarray:
        near = np.searchsorted(ordered, block).clip(max=len(ordered) - 1)
        return np.where(ordered[near] == block, order[near], len(ordered)).astype(np.uint8)

    if isinstance(cells, dask.array.Array):
        return cells.map_blocks(place, dtype=np.uint8), np.arange(256, dtype=np.uint8)
    return place(cells), np.arange(256, dtype=np.uint8)


def _sum_of_blocks(arrays: Sequence[Cells], options: dict[str, Any]) -> np.ndarray:
    """Sum dask arrays block by block."""
    like = next(array for array in arrays if isinstance(array, dask.array.Array))
    aligned = []
    for array in arrays:
        chunks = tuple(
            whole if size > 1 else (size,)
            for whole, size in zip(like.chunks, array.shape, strict=True)
        )
        lazy = isinstance(array, dask.array.Array)
        aligned.append(array.rechunk(chunks) if lazy else dask.array.from_array(array, chunks))
    blocks = dask.array.map_blocks(
        lambda *parts: _sum_of_block(*parts, **options)[np.newaxis, np.newaxis],
        *aligned,
        dtype=np.float64,
        new_axis=(2, 3, 4),
        chunks=(
            *((1,) * count for count in like.numblocks),
            (2,),
            *((n,) for n in options["sizes"]),
        ),
    )
    return blocks.sum(axis=(0, 1)).compute()


def _sum_of_block(
    rows: np.ndarray,
    columns: np.ndarray,
    weights: np.ndarray,
    within: np.ndarray,
    *,
    row_places: np.ndarray,
    column_places: np.ndarray,
    sizes: tuple[int, int],
) -> np.ndarray:
    """Return the sums and the numbers of cells, shape (2, rows, columns)."""
    if weights.shape[1] == 1 != within.shape[1]:
        counts = _count_rows(rows, columns, within, row_places, column_places, *sizes)
        sums = np.tensordot(weights[:, 0].astype(np.float64), counts, axes=1)
        return np.stack([sums, counts.sum(axis=0)]).reshape(2, *sizes)
    table = _sum_cells(rows, columns, weights, within, row_places, column_places, *sizes)
    return table.reshape(2, *sizes)


@numba.njit(cache=True, nogil=True)
def _count_rows(rows, columns, within, row_places, column_places, height, width):
    """Count the cells of each pair of classes in each row."""
    counts = np.zeros((rows.shape[0], height * width), dtype=np.int64)
    for y in range(rows.shape[0]):
        lanes = np.zeros((_LANES, height * width), dtype=np.int64)
        for x in range(rows.shape[1]):
            place = row_places[rows[y, x]] * width + column_places[columns[y, x]]
            lanes[x % _LANES, place] += within[y, x]
        for lane in range(_LANES):
            counts[y] += lanes[lane]
    return counts


@numba.njit(cache=True, nogil=True)
def _sum_cells(rows, columns, weights, within, row_places, column_places, height, width):
    """Add up the weights and count the cells of each pair of classes."""
    table = np.zeros((2, height * width), dtype=np.float64)
    for y in range(rows.shape[0]):
        line = np.zeros((2, height * width), dtype=np.float64)
        for x in range(rows.shape[1]):
            if within[y, x]:
                place = row_places[rows[y, x]] * width + column_places[columns[y, x]]
                line[1, place] += 1
                weight = weights[y, x]
                if weight == weight:  # not NaN
                    line[0, place] += weight
        table += line
    return table
