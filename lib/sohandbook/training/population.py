"""People: WorldPop-like counts by sex, 3 arc-seconds, 2000 to 2020.

Each file ``xdl_f_2015.tif`` is the sum of the age bands of one sex and year
(WorldPop delivers one file an age band; the sum over its bands is what SO2-3
and SO3-2 need). Cells without settlement hold no data, as in WorldPop's
constrained files. One district was never counted: no data in every year.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import chance, files
from sohandbook.training.chance import Array
from sohandbook.training.geography import city_density
from sohandbook.training.story import Story, Window

POPULATION_YEARS = tuple(range(2000, 2021))
FILL = np.float32(-99999)
STEP = 1 / 8
FEWEST = 0.75
RURAL_GROWTH = 1.019
VILLAGE_RADIUS = 0.0018


def population_window(story: Story) -> Window:
    """Return the cells of 3 arc-seconds (at scale 1) around the country."""
    return story.window.on_globe(1200 * 0.00225 / story.window.cell, margin=4)


@dataclass(frozen=True)
class Settlement:
    """Where people live and how they multiply; all arrays (y, x) on the population grid.

    Attributes
    ----------
    window : Window
    u, v : numpy.ndarray
        Unit coordinates of columns and rows.
    villages : numpy.ndarray
        People in villages in 2000.
    rough : numpy.ndarray
        Streets and yards around 1; 0 where nobody was counted.
    local : numpy.ndarray
        How the sexes differ from place to place.
    """

    story: Story
    window: Window
    u: Array
    v: Array
    villages: Array
    rough: Array
    local: Array

    @classmethod
    def of(cls, story: Story) -> Self:
        """Settle a country."""
        window = population_window(story)
        span = max(story.window.columns, story.window.rows) * story.window.cell
        u = (window.longitude - story.window.west) / span
        v = (story.window.north - window.latitude) / span
        streets = chance.smooth(story.iso3, "streets", u=u, v=v, waves=180, octaves=2)
        # Towns sprawl unevenly, the same way as they do on the land cover map.
        edge = chance.smooth(story.iso3, "town edge", u=u, v=v, waves=26, octaves=4)
        rough = np.clip(1 + 1.1 * streets, 0.15, 2) * np.clip(1 + 1.3 * edge, 0.1, 2.5)
        rough = np.where(_counted(story, window), rough, 0)
        local = chance.smooth(story.iso3, "sexes", u=u, v=v, waves=8, octaves=2)
        return cls(story, window, u, v, _villages(story, u, v), rough, local)

    def people(self, year: int) -> Array:
        """Return people per cell before they are split by sex; 0 where none live."""
        growth = 1.0
        for _ in range(2000, year):
            growth *= RURAL_GROWTH
        total = (self._towns(year) + self.villages * growth) * self.rough
        return np.where(total >= FEWEST * self._area, total, 0)

    def female_share(self, year: int) -> Array:
        """Return the share of women: men leave the villages, more so every year."""
        towns = self._towns(2000) / self._area
        urban = towns / (towns + 4)
        leaving = 0.006 + 0.0007 * (year - 2000)
        return 0.507 + leaving * (2.2 - 3.5 * urban) + 0.004 * self.local

    def by_sex(self, year: int) -> dict[str, NDArray[np.float32]]:
        """Return women and men per cell, float32; -99999 where nobody was counted."""
        total = self.people(year)
        both = np.floor(total / STEP + 0.5) * STEP
        women = np.floor(total * self.female_share(year) / STEP + 0.5) * STEP
        return {
            "f": np.where(total > 0, women, FILL).astype(np.float32),
            "m": np.where(total > 0, np.maximum(both - women, 0), FILL).astype(np.float32),
        }

    def _towns(self, year: int) -> Array:
        cell = float(self.u[1] - self.u[0])
        return city_density(self.story.cities, year, self.u, self.v) * cell * cell

    @property
    def _area(self) -> float:
        """The area of a cell against that at scale 1."""
        return (self.story.window.cell / 0.00225) ** 2


def write(story: Story, folder: Path) -> None:
    """Write ``population/``: two files a year, 2000 to 2020."""
    settlement = Settlement.of(story)
    for year in POPULATION_YEARS:
        for sex, count in settlement.by_sex(year).items():
            files.geotiff(
                folder / "population" / f"{story.iso3.lower()}_{sex}_{year}.tif",
                count,
                settlement.window,
                nodata=float(FILL),
                tags={"TITLE": files.FICTION.format(name=story.name), "UNIT": "people per cell"},
            )


def _villages(story: Story, u: Array, v: Array) -> Array:
    """Return people in villages in 2000: small discs."""
    total = np.zeros((v.size, u.size))
    cell = float(u[1] - u[0])
    area = VILLAGE_RADIUS * VILLAGE_RADIUS
    reach = max(2, round(6 * VILLAGE_RADIUS / cell))
    for village_u, village_v, number in story.villages:
        column, row = int((village_u - u[0]) / cell), int((village_v - v[0]) / cell)
        rows = slice(max(row - reach, 0), row + reach)
        columns = slice(max(column - reach, 0), column + reach)
        du, dv = u[None, columns] - village_u, v[rows, None] - village_v
        fall = 1 + (du * du + dv * dv) / area
        density = number / (3.141592653589793 * area) / (fall * fall)
        total[rows, columns] += density * cell * cell
    return total


def _counted(story: Story, window: Window) -> NDArray[np.bool_]:
    """Return True on land, but not in districts without census."""
    census = story.districts["census"].astype(bool)
    return window.inside(story.districts.geometry[census])
