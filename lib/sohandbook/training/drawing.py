"""The pen with which the stories are drawn."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import chance
from sohandbook.training.chance import Array
from sohandbook.training.geography import Country
from sohandbook.training.story import NEVER, YEARS, City, Story


class Drawing:
    """A country under the pen: what happened where, one process a cell.

    Attributes
    ----------
    country : Country
    u, v : numpy.ndarray
        Unit coordinates of columns and rows.
    process, begins, ends, vigour, after : numpy.ndarray, shape (y, x)
        As in :class:`Story`; ``after`` is the land cover that a process leaves, or 0.
    """

    def __init__(self, country: Country) -> None:
        self.country = country
        self.u, self.v = country.sides
        shape = (self.v.size, self.u.size)
        self.process = np.zeros(shape, dtype=np.uint8)
        self.begins = np.full(shape, NEVER, dtype=np.int16)
        self.ends = np.full(shape, NEVER, dtype=np.int16)
        self.vigour = np.ones(shape, dtype=np.float32)
        self.after = np.zeros(shape, dtype=np.uint8)

    def noise(self, name: str, waves: int, octaves: int = 4) -> Array:
        """Return a smooth field of the country, known by its name."""
        iso3 = self.country.iso3
        return chance.smooth(iso3, name, u=self.u, v=self.v, waves=waves, octaves=octaves)

    def oval(self, name: str, centre: tuple[float, float], radii: tuple[float, float]) -> Array:
        """Return the distance from an uneven oval: 0 in its middle, 1 on its edge."""
        across = (self.u[None, :] - centre[0]) / radii[0]
        down = (self.v[:, None] - centre[1]) / radii[1]
        uneven = 0.75 * self.noise(name, 12, 5)
        return np.maximum(np.sqrt(across * across + down * down) + uneven, 0)

    def near_sea(self, share_of_side: float) -> Array:
        """Return the share of sea around each cell."""
        reach = max(1, round(self.u.size * share_of_side))
        return chance.box_mean((~self.country.inside).astype(float), reach)

    def town(self, cities: tuple[City, ...], year: int, *, level: float = 1.0) -> NDArray[np.bool_]:
        """Return where a year's towns stand."""
        edge = self.noise("town edge", 26, 4)
        return self.country.people_density(cities, year, edge) > level

    def town_growth(self, cities: tuple[City, ...], *, level: float = 1.0) -> NDArray[np.int16]:
        """Return the year in which each cell became town."""
        growth = np.full(self.process.shape, NEVER, dtype=np.int16)
        for year in reversed(YEARS):
            growth[self.town(cities, year, level=level)] = year
        return growth

    def happen(
        self,
        key: str,
        where: Array,
        *,
        begins: Array | int,
        lasts: int = 1,
        vigour: float = 1.0,
        after: Array | int = 0,
    ) -> None:
        """Write down a process where nothing happened before; ``after``: the new class."""
        code = next(process.code for process in self.country.processes if process.key == key)
        begins = np.broadcast_to(np.asarray(begins), where.shape)
        where = where & self.country.inside & (self.process == 0) & (begins < NEVER)
        self.process[where] = code
        self.begins[where] = begins[where]
        self.ends[where] = begins[where] + lasts - 1
        self.vigour[where] = vigour
        self.after[where] = np.broadcast_to(np.asarray(after), where.shape)[where]

    def story(self, first: NDArray[np.uint8], **rest: Any) -> Story:
        """Return the story: the land cover of 2000 carried on, and the rest as given."""
        cover = np.empty((len(YEARS), *first.shape), dtype=np.uint8)
        # A slow process changes the class halfway.
        when = self.begins.astype(np.int32) + (self.ends.astype(np.int32) - self.begins) // 2
        for number, year in enumerate(YEARS):
            cover[number] = np.where((self.after > 0) & (year >= when), self.after, first)
        country = self.country
        return Story(
            iso3=country.iso3,
            name=country.name,
            window=country.window,
            boundary=country.boundary,
            districts=country.districts,
            inside=country.inside,
            land_cover=cover,
            process=self.process,
            begins=self.begins,
            ends=self.ends,
            processes=country.processes,
            vigour=self.vigour,
            facts=country.facts,
            **rest,
        )


def front(distance: Array, first: int, last: int, jitter: Array) -> NDArray[np.int16]:
    """Return the year in which a front that starts in the middle reaches each cell."""
    year = np.floor(first + distance * (last - first + 1) + 1.2 * jitter)
    within = np.clip(year, first, last)
    return np.where(distance < 1, within, NEVER).astype(np.int16)
