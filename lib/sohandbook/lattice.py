"""A lattice of cells: where a raster's cells lie, without their values."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import rioxarray  # noqa: F401  registers the .rio accessor that every map carries
import xarray as xr
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.transform import Affine

from sohandbook.errors import InputError

# Two edges nearer than this part of a cell are the same edge: files store steps such as
# 0.0833333 or 0.05000000074505806, and 4,320 of them drift by less than this.
EDGE_TOLERANCE = 1e-2

# A centre that lies on an edge belongs to the cell east or south of it, whatever the rounding.
TIE = 1e-6


@dataclass(frozen=True)
class Piece:
    """A range of rows and columns that a raster file holds.

    ``shift`` is the column at which the file's first column stands: 0, or a full turn of
    360 degrees east or west of it.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    shift: int


@dataclass(frozen=True)
class Lattice:
    """Rows and columns of equal cells, north up.

    Attributes
    ----------
    crs : rasterio.crs.CRS
    left, top : float
        The outer corner of the first cell, in units of ``crs``.
    step_x, step_y : float
        Width and height of a cell, both positive.
    width, height : int
        Number of columns and rows.
    """

    crs: CRS
    left: float
    top: float
    step_x: float
    step_y: float
    width: int
    height: int

    @classmethod
    def from_transform(
        cls, transform: Affine, *, width: int, height: int, crs: CRS, where: str
    ) -> Self:
        """Return the lattice of a raster file; rotated rasters are refused."""
        if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
            raise InputError(
                f"{where}, geotransform",
                found=tuple(transform)[:6],
                allowed="rows from north to south and columns from west to east, not rotated",
                remedy="Warp the file to a north-up grid first, for example with gdalwarp.",
            )
        return cls(crs, transform.c, transform.f, transform.a, -transform.e, width, height)

    @classmethod
    def of(cls, array: xr.DataArray) -> Self:
        """Return the lattice of a map from its coordinates and CRS."""
        where = f"map '{array.name or 'without a name'}'"
        if array.rio.crs is None:
            raise InputError(
                f"{where}, CRS",
                found="none",
                allowed="a coordinate reference system",
                remedy="State it with .rio.write_crs.",
            )
        x, y = (np.asarray(array[dim], dtype=np.float64) for dim in ("x", "y"))
        stored = _stored_transform(array)
        if stored is None and min(x.size, y.size) < 2:
            raise InputError(
                f"{where}, size",
                found=array.shape,
                allowed="two rows and columns at least, or a stored transform",
                remedy="State it with .rio.write_transform.",
            )
        step_x = (x[-1] - x[0]) / (x.size - 1) if x.size > 1 else stored.a
        step_y = (y[-1] - y[0]) / (y.size - 1) if y.size > 1 else stored.e
        transform = Affine(step_x, 0, x[0] - step_x / 2, 0, step_y, y[0] - step_y / 2)
        # The stored transform is exact, where it still belongs to these coordinates: a slice
        # of a map keeps the transform of the whole.
        if stored is not None and stored.almost_equals(transform, 1e-6 * abs(step_x)):
            transform = stored
        return cls.from_transform(
            transform, width=x.size, height=y.size, crs=array.rio.crs, where=where
        )

    @property
    def transform(self) -> Affine:
        """The affine transform from (column, row) to (x, y)."""
        return Affine(self.step_x, 0, self.left, 0, -self.step_y, self.top)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def x(self) -> np.ndarray:
        """The x of the cells' centres, west to east."""
        return _rounded(self.left + (np.arange(self.width) + 0.5) * self.step_x, self.step_x)

    @property
    def y(self) -> np.ndarray:
        """The y of the cells' centres, north to south."""
        return _rounded(self.top - (np.arange(self.height) + 0.5) * self.step_y, self.step_y)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge."""
        right = self.left + self.width * self.step_x
        return self.left, self.top - self.height * self.step_y, right, self.top

    @property
    def turn(self) -> float | None:
        """Cells in a full turn of 360 degrees; None where the CRS is projected."""
        return 360.0 / self.step_x if self.crs.is_geographic else None

    def part(self, rows: tuple[int, int], columns: tuple[int, int]) -> Self:
        """Return the cells of a range of rows and columns, also beyond the lattice's own."""
        return replace(
            self,
            left=self.left + columns[0] * self.step_x,
            top=self.top - rows[0] * self.step_y,
            width=columns[1] - columns[0],
            height=rows[1] - rows[0],
        )

    def ranges(
        self, bounds: tuple[float, float, float, float], *, margin: int = 0
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rows and columns that cover west, south, east, north; may lie outside."""
        west, south, east, north = bounds
        first_column = math.floor((west - self.left) / self.step_x + EDGE_TOLERANCE)
        last_column = math.ceil((east - self.left) / self.step_x - EDGE_TOLERANCE)
        first_row = math.floor((self.top - north) / self.step_y + EDGE_TOLERANCE)
        last_row = math.ceil((self.top - south) / self.step_y - EDGE_TOLERANCE)
        return (
            (first_row - margin, max(last_row, first_row + 1) + margin),
            (first_column - margin, max(last_column, first_column + 1) + margin),
        )

    def pieces(self, bounds: tuple[float, float, float, float], *, margin: int = 0) -> list[Piece]:
        """Return the lattice's own cells within bounds, from west to east.

        There are two pieces where the bounds go across the edge of a file that goes around
        the world, and none where the bounds lie elsewhere.
        """
        rows, columns = self.ranges(bounds, margin=margin)
        rows = max(rows[0], 0), min(rows[1], self.height)
        # The columns wanted may stand one turn east or west of where the file has them.
        whole_turn = self.turn is not None and abs(self.turn - round(self.turn)) < EDGE_TOLERANCE
        pieces = []
        for turn in (-1, 0, 1) if whole_turn else (0,):
            shift = turn * round(self.turn) if turn else 0
            first, last = max(columns[0], shift), min(columns[1], shift + self.width)
            if first < last and rows[0] < rows[1]:
                pieces.append(Piece(rows, (first, last), shift))
        return pieces

    def offset(self, other: Self) -> tuple[int, int] | None:
        """Return this lattice's first row and column counted in another's cells.

        None where the two do not share their cells.
        """
        same_step = math.isclose(self.step_x, other.step_x, rel_tol=1e-6) and math.isclose(
            self.step_y, other.step_y, rel_tol=1e-6
        )
        if not same_step or self.crs != other.crs:
            return None
        row = (other.top - self.top) / other.step_y
        column = (self.left - other.left) / other.step_x
        near = max(abs(row - round(row)), abs(column - round(column))) < EDGE_TOLERANCE
        return (round(row), round(column)) if near else None

    def positions(self, x: np.ndarray, y: np.ndarray, *, crs: CRS) -> tuple[np.ndarray, np.ndarray]:
        """Return columns and rows, counted in cells from the corner, of points in a CRS."""
        if crs != self.crs:
            x, y = Transformer.from_crs(crs, self.crs, always_xy=True).transform(x, y)
        column = (x - self.left) / self.step_x
        if self.turn:
            # Longitudes west of the first column may be the same meridians one turn further.
            column = (column + TIE) % self.turn - TIE
        return column, (self.top - y) / self.step_y

    def array(
        self,
        values: object,
        *,
        leading: dict[str, object] | None = None,
        attributes: dict[str, object] | None = None,
        name: str | None = None,
    ) -> xr.DataArray:
        """Return values of shape (..., y, x) as a map with coordinates and CRS."""
        leading = leading or {}
        # rioxarray's own writers copy all the values: the CRS is written on an empty map.
        empty = xr.DataArray().rio.write_crs(self.crs).rio.write_transform(self.transform)
        return xr.DataArray(
            values,
            dims=(*leading, "y", "x"),
            coords={**leading, "y": self.y, "x": self.x, "spatial_ref": empty["spatial_ref"]},
            attrs=dict(attributes or {}),
            name=name,
        )


def _stored_transform(array: xr.DataArray) -> Affine | None:
    """Return the transform as it was written; rioxarray's own accessor derives it anew."""
    text = array[array.rio.grid_mapping].attrs.get("GeoTransform", "")
    numbers = [float(number) for number in text.split()]
    return Affine.from_gdal(*numbers) if len(numbers) == 6 else None


def _rounded(centres: np.ndarray, step: float) -> np.ndarray:
    """Round coordinates to a ten-millionth of a cell.

    Two windows of one file compute the same centre with another last digit, and xarray
    would take them for two places.
    """
    return np.round(centres, 7 - math.floor(math.log10(step)))


def on_grid(
    values: object,
    *,
    grid: xr.DataArray,
    leading: dict[str, object] | None = None,
    attributes: dict[str, object] | None = None,
    name: str | None = None,
) -> xr.DataArray:
    """Return values of shape (..., y, x) with the very coordinates of a grid.

    Coordinates computed anew differ in the last digit, and xarray then drops cells without
    a word when it aligns two maps: so they are handed on, never computed twice.
    """
    leading = leading or {}
    coordinates = {**leading, "y": grid["y"], "x": grid["x"], "spatial_ref": grid["spatial_ref"]}
    return xr.DataArray(
        values,
        dims=(*leading, "y", "x"),
        coords=coordinates,
        attrs=dict(attributes or {}),
        name=name,
    )
