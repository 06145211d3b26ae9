"""Overlaps of the cells of two lattices: apart by rows and columns, or as polygons."""

import numpy as np
from numba import njit
from scipy import sparse

from sohandbook.areas import zone_area
from sohandbook.lattice import Lattice

# A quadrilateral cut by four straight lines has no more corners than this.
MOST_CORNERS = 12


def row_edges(lattice: Lattice) -> np.ndarray:
    """Return the row edges, in degrees measured by area so that equal steps are equal areas."""
    edges = lattice.top - np.arange(lattice.height + 1) * lattice.step_y
    return zone_area(np.clip(edges, -90, 90)) if lattice.crs.is_geographic else edges


def shared(values: np.ndarray, source: Lattice, target: Lattice) -> np.ndarray:
    """Share the cells of one lattice among those of another, by area.

    With a_ij the overlap of cells i and j, total_j = sum_i v_i a_ij / a_i, so that the sum
    over all j is that over all i. In one CRS rows and columns are shared apart,
    W_y V W_x^T; between two, cells are cut as polygons. GDAL's sum comes near the latter, but
    loses the cells across the borders of its pieces of memory (0.08 % of the people in
    pieces of 4 MB), and up to 1e-5 of them in one piece.

    Parameters
    ----------
    values : array, shape (source.height, source.width)
        An amount per cell; NaN is no data.
    source, target : Lattice

    Returns
    -------
    array of float64, shape (target.height, target.width)
        NaN where no cell with data lies.
    """
    values = values.astype(np.float64)
    if source.crs != target.crs:
        x, y = np.meshgrid(
            source.left + np.arange(source.width + 1) * source.step_x,
            source.top - np.arange(source.height + 1) * source.step_y,
        )
        column, row = target.positions(x, y, crs=source.crs)
        total, covered = _cut_up(values, column, row, target.shape, float(target.turn or 0))
    else:
        rows, columns = _row_and_column_shares(source, target)
        known = np.isfinite(values)
        total = (columns @ (rows @ np.where(known, values, 0.0)).T).T
        # A sliver that rounding makes of two equal edges covers nothing.
        covered = (columns @ (rows @ known.astype(np.float64)).T).T
        covered = covered > 1e-9 * (covered.max() or 1.0)
    return np.where(covered, total, np.nan)


def _row_and_column_shares(
    source: Lattice, target: Lattice
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the part of each source row and column that lies in each target row and column."""
    rows = _edge_shares(-row_edges(source), -row_edges(target))
    source_edges = source.left + np.arange(source.width + 1) * source.step_x
    target_edges = target.left + np.arange(target.width + 1) * target.step_x
    columns = _edge_shares(source_edges, target_edges)
    for turn in (-360.0, 360.0) if source.turn else ():
        columns = columns + _edge_shares(source_edges + turn, target_edges)
    return rows, columns.tocsr()


def _edge_shares(source: np.ndarray, target: np.ndarray) -> sparse.csr_array:
    """Return a matrix (target, source): the part of a source interval in a target interval."""
    cuts = np.unique(np.concatenate([source, target]))
    cuts = cuts[(cuts >= max(source[0], target[0])) & (cuts <= min(source[-1], target[-1]))]
    if cuts.size < 2:
        return sparse.csr_array((target.size - 1, source.size - 1))
    # Two edges may differ in their last bit only; the middle between them is one of the two.
    middles = (cuts[:-1] + cuts[1:]) / 2
    of_source = np.clip(np.searchsorted(source, middles, side="right") - 1, 0, source.size - 2)
    of_target = np.clip(np.searchsorted(target, middles, side="right") - 1, 0, target.size - 2)
    parts = np.diff(cuts) / np.diff(source)[of_source]
    return sparse.csr_array(
        (parts, (of_target, of_source)), shape=(target.size - 1, source.size - 1)
    )


@njit(cache=True, nogil=True)
def _cut_up(
    values: np.ndarray,
    corner_column: np.ndarray,
    corner_row: np.ndarray,
    shape: tuple[int, int],
    turn: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Share cells among those of another lattice, as quadrilaterals with straight edges.

    Parameters
    ----------
    values : array of float64, shape (rows, columns)
        NaN is no data.
    corner_column, corner_row : array of float64, shape (rows + 1, columns + 1)
        The corners of the cells, counted in cells of the other lattice.
    shape : tuple of int
        Rows and columns of the other lattice.
    turn : float
        Columns in 360 degrees, 0 where the other lattice does not close.

    Returns
    -------
    total : array of float64, shape ``shape``
    covered : array of bool, shape ``shape``
        Whether any cell with data lies here.
    """
    total = np.zeros(shape)
    covered = np.zeros(shape, dtype=np.bool_)
    x, y = np.empty(MOST_CORNERS), np.empty(MOST_CORNERS)
    strip_x, strip_y = np.empty(MOST_CORNERS), np.empty(MOST_CORNERS)
    cell_x, cell_y = np.empty(MOST_CORNERS), np.empty(MOST_CORNERS)
    spare_x, spare_y = np.empty(MOST_CORNERS), np.empty(MOST_CORNERS)
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = values[row, column]
            if np.isnan(value):
                continue
            for corner in range(4):
                # Around the cell: top left, top right, bottom right, bottom left.
                down = 1 if corner >= 2 else 0
                right = 1 if corner in (1, 2) else 0
                x[corner] = corner_column[row + down, column + right]
                y[corner] = corner_row[row + down, column + right]
                if turn > 0 and x[corner] - x[0] > turn / 2:
                    x[corner] -= turn
                elif turn > 0 and x[0] - x[corner] > turn / 2:
                    x[corner] += turn
            area = _area(x, y, 4)
            if not (area > 0 and np.isfinite(area)):
                continue
            for i in range(int(np.floor(y[:4].min())), int(np.ceil(y[:4].max()))):
                if i < 0 or i >= shape[0]:
                    continue
                size = _cut(y, x, 4, i, 1.0, spare_y, spare_x)
                size = _cut(spare_y, spare_x, size, i + 1, -1.0, strip_y, strip_x)
                if size < 3:
                    continue
                first = int(np.floor(strip_x[:size].min()))
                last = int(np.ceil(strip_x[:size].max()))
                for j in range(first, last):
                    place = j
                    if turn > 0:
                        place = int(j % turn + 0.5)
                    if place < 0 or place >= shape[1]:
                        continue
                    corners = _cut(strip_x, strip_y, size, j, 1.0, spare_x, spare_y)
                    corners = _cut(spare_x, spare_y, corners, j + 1, -1.0, cell_x, cell_y)
                    overlap = _area(cell_x, cell_y, corners)
                    if overlap > 0:
                        total[i, place] += value * overlap / area
                        covered[i, place] = True
    return total, covered


@njit(cache=True, nogil=True)
def _area(x: np.ndarray, y: np.ndarray, size: int) -> float:
    """Return the area of a polygon (shoelace), its corners taken from its first one."""
    twice = 0.0
    for k in range(1, size - 1):
        twice += (x[k] - x[0]) * (y[k + 1] - y[0]) - (x[k + 1] - x[0]) * (y[k] - y[0])
    return abs(twice) / 2


@njit(cache=True, nogil=True)
def _cut(
    along: np.ndarray,
    other: np.ndarray,
    size: int,
    line: float,
    side: float,
    out_along: np.ndarray,
    out_other: np.ndarray,
) -> int:
    """Keep the part of a polygon beyond a line (Sutherland and Hodgman 1974); return its size.

    ``side`` 1 keeps what is above the line, -1 what is below.
    """
    kept = 0
    for k in range(size):
        after = (k + 1) % size
        here, there = side * (along[k] - line), side * (along[after] - line)
        if here >= 0:
            out_along[kept], out_other[kept] = along[k], other[k]
            kept += 1
        if (here > 0 and there < 0) or (here < 0 and there > 0):
            part = here / (here - there)
            out_along[kept] = line
            out_other[kept] = other[k] + part * (other[after] - other[k])
            kept += 1
    return kept
