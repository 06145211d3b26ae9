"""The stage: a training country's grid, outline and towns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import yaml
from numpy.typing import NDArray
from shapely.affinity import translate

from sohandbook import paths
from sohandbook.training.chance import Array
from sohandbook.training.story import City, Process, Window

CELL = 0.00225
NAMES = {"XDL": "Drylandia", "XIS": "Meridian Atolls"}
# West edge, north edge, columns and rows at scale 1.
EXTENTS = {"XDL": (-38.675, 14.675, 600, 600), "XIS": (179.325, -16.425, 600, 300)}
# Density above which land is town, in people per unit area; fixes the size of towns.
TOWN_DENSITY = 9.0e7


@dataclass(frozen=True)
class Country:
    """The outline of a training country on its grid."""

    iso3: str
    name: str
    window: Window
    boundary: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    inside: NDArray[np.bool_]
    facts: dict[str, Any]

    @property
    def processes(self) -> tuple[Process, ...]:
        """What happens in the country."""
        return tuple(Process(**row) for row in self.facts["processes"])

    @property
    def sides(self) -> tuple[Array, Array]:
        """Unit coordinates of columns and rows."""
        span = max(self.window.columns, self.window.rows)
        u = (np.arange(self.window.columns) + 0.5) / span
        return u, (np.arange(self.window.rows) + 0.5) / span

    def people_density(self, cities: tuple[City, ...], year: int, edge: Array) -> Array:
        """Density of people around cities, in multiples of what makes a town."""
        u, v = self.sides
        return city_density(cities, year, u, v) / TOWN_DENSITY * (1 + 1.1 * edge)


def city_density(cities: tuple[City, ...], year: int, u: Array, v: Array) -> Array:
    """Return people per unit area around cities; each city's people sum to its number.

    A Plummer disc: ``n / (pi a^2) / (1 + r^2/a^2)^2``; the disc widens with the city.
    """
    total = np.zeros((v.size, u.size))
    for city in cities:
        people, area = city.people, city.radius * city.radius
        for _ in range(2000, year):
            people *= city.growth
            area *= 1 + 0.8 * (city.growth - 1)
        # Beyond 14 radii less than half a percent of the people live: left out.
        columns = np.abs(u - city.u) < 14 * city.radius
        rows = np.abs(v - city.v) < 14 * city.radius
        du, dv = u[None, columns] - city.u, v[rows, None] - city.v
        fall = 1 + (du * du + dv * dv) / area
        total[np.ix_(rows, columns)] += people / (3.141592653589793 * area) / (fall * fall)
    return total


def stage(iso3: str, scale: float = 1.0) -> Country:
    """Return the outline and the grid of a training country.

    ``scale`` draws the same country with more (above 1) or fewer cells a side.
    """
    west, north, columns, rows = EXTENTS[iso3]
    window = Window(west, north, CELL / scale, round(columns * scale), round(rows * scale))
    folder = paths.countries() / iso3
    boundary = _one_piece(folder / "boundary.geojson")
    return Country(
        iso3=iso3,
        name=NAMES[iso3],
        window=window,
        boundary=boundary,
        districts=_one_piece(folder / "districts.geojson"),
        inside=window.inside(boundary.geometry),
        facts=yaml.safe_load((folder / "training.yml").read_text(encoding="utf-8")),
    )


def _one_piece(file: Path) -> gpd.GeoDataFrame:
    """Read shapes; those west and east of 180 are brought together at 0 to 360."""
    frame = gpd.read_file(file)
    west, _, east, _ = frame.total_bounds
    if east - west < 180:
        return frame
    parts = frame.explode(ignore_index=True)
    moved = [
        translate(shape, xoff=360) if shape.bounds[0] < 0 else shape for shape in parts.geometry
    ]
    return parts.set_geometry(gpd.GeoSeries(moved, crs=frame.crs))
