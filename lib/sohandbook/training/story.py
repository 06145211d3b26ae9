"""What really happened in a training country, year by year and cell by cell.

A story is the truth that nobody in the real world ever sees. The products
(``products/``) are drawn from it with their own grids, codes and flaws; the
truth maps are drawn from it directly.
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine

from sohandbook.training.chance import Array

YEARS = tuple(range(2000, 2024))
NEVER = 9999
PERIODS = {"baseline": (2000, 2015), "report_1": (2016, 2019), "report_2": (2016, 2023)}
NOTICEABLE = 0.25


@dataclass(frozen=True)
class Window:
    """A window of cells in longitude and latitude; longitudes may pass 180."""

    west: float
    north: float
    cell: float
    columns: int
    rows: int

    @property
    def longitude(self) -> Array:
        """Centres of the columns, degrees east."""
        return self.west + (np.arange(self.columns) + 0.5) * self.cell

    @property
    def latitude(self) -> Array:
        """Centres of the rows, degrees north, descending."""
        return self.north - (np.arange(self.rows) + 0.5) * self.cell

    @property
    def transform(self) -> Affine:
        """The affine transform of the window."""
        return Affine(self.cell, 0, self.west, 0, -self.cell, self.north)

    def on_globe(self, cells_per_degree: float, *, margin: int) -> "Window":
        """Return the window of a global grid that covers this one and a margin."""
        per = cells_per_degree
        left = int(np.floor((self.west + 180) * per + 1e-6)) - margin
        top = int(np.floor((90 - self.north) * per + 1e-6)) - margin
        right = int(np.ceil((self.west + self.columns * self.cell + 180) * per - 1e-6)) + margin
        bottom = int(np.ceil((90 - self.north + self.rows * self.cell) * per - 1e-6)) + margin
        return Window(left / per - 180, 90 - top / per, 1 / per, right - left, bottom - top)

    def nearest(self, longitude: Array, latitude: Array) -> tuple[NDArray, NDArray]:
        """Return the column and row nearest to each position, kept inside the window."""
        column = np.floor((longitude - self.west) / self.cell + 1e-9).astype(np.int64)
        row = np.floor((self.north - latitude) / self.cell + 1e-9).astype(np.int64)
        return np.clip(column, 0, self.columns - 1), np.clip(row, 0, self.rows - 1)

    def inside(self, shapes: gpd.GeoSeries) -> NDArray[np.bool_]:
        """Return True for cells whose centre lies in one of the shapes."""
        burned = rasterize(
            [(shape, 1) for shape in shapes],
            out_shape=(self.rows, self.columns),
            transform=self.transform,
            dtype="uint8",
        )
        return burned.astype(bool)


@dataclass(frozen=True)
class Process:
    """One thing that happened: its code, name, and what it truly does to the land."""

    code: int
    key: str
    sign: int
    label: str
    lesson: str


@dataclass(frozen=True)
class City:
    """A place where people live, in the unit coordinates of the country."""

    u: float
    v: float
    people: float
    radius: float
    growth: float


@dataclass(frozen=True)
class Story:
    """The latent truth of a training country.

    Attributes
    ----------
    iso3, name : str
    window : Window
        The 250 m grid (at scale 1) of everything below.
    boundary, districts : geopandas.GeoDataFrame
        In one piece, longitudes beyond 180 where the country passes it.
    inside : numpy.ndarray of bool, shape (y, x)
    land_cover : numpy.ndarray of uint8, shape (24, y, x)
        ESA CCI codes of what was there, 2000 to 2023.
    process : numpy.ndarray of uint8, shape (y, x)
    begins, ends : numpy.ndarray of int16, shape (y, x)
        First and last year in which the process worked on the cell.
    processes : tuple of Process
    wetness, height, fertility : numpy.ndarray of float64, shape (y, x)
        0 (desert) to 1 (rain forest); 0 to 1; about 1.
    vigour : numpy.ndarray of float32, shape (y, x)
        How far the process multiplies the vegetation once it is over.
    unseen : numpy.ndarray of bool, shape (y, x)
        Salt crust where the vegetation index is never delivered.
    outage : numpy.ndarray of bool, shape (y, x)
        Where the vegetation index misses ``outage_year``.
    cities : tuple of City
    villages : numpy.ndarray, shape (n, 3)
        u, v and people in 2000.
    facts : dict
        What is made up besides maps: the country's ``training.yml``.
    """

    iso3: str
    name: str
    window: Window
    boundary: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    inside: NDArray[np.bool_]
    land_cover: NDArray[np.uint8]
    process: NDArray[np.uint8]
    begins: NDArray[np.int16]
    ends: NDArray[np.int16]
    processes: tuple[Process, ...]
    wetness: Array
    height: Array
    fertility: Array
    vigour: NDArray[np.float32]
    unseen: NDArray[np.bool_]
    outage: NDArray[np.bool_]
    outage_year: int
    cities: tuple[City, ...]
    villages: Array
    facts: dict[str, Any]

    @property
    def sides(self) -> tuple[Array, Array]:
        """Unit coordinates of the columns and rows: 0 to 1 over the longer side."""
        span = max(self.window.columns, self.window.rows)
        u = (np.arange(self.window.columns) + 0.5) / span
        return u, (np.arange(self.window.rows) + 0.5) / span

    def progress(self, year: int) -> Array:
        """How far each cell's process has come by the end of a year, 0 to 1."""
        length = self.ends.astype(float) - self.begins + 1
        return np.clip((year - self.begins.astype(float) + 1) / length, 0, 1)

    def condition(self, period: str) -> NDArray[np.int8]:
        """What a period really did to each cell: -1, 0 or 1; -128 outside and in water.

        A period counts where it saw at least a quarter of the whole change.
        """
        first, last = PERIODS[period]
        sign = np.zeros(256, dtype=np.int8)
        for process in self.processes:
            sign[process.code] = process.sign
        moved = self.progress(last) - self.progress(first - 1)
        real = np.where(moved >= NOTICEABLE, sign[self.process], np.int8(0))
        dry = self.inside & (self.land_cover[last - YEARS[0]] != 210)
        return np.where(dry, real, np.int8(-128))
