"""The Meridian Atolls: a tiny archipelago on both sides of 180 degrees.

Eleven atolls, none of which exists. Mangrove that gives way to houses, palms
replanted after a storm, and a shore that the sea takes.
"""

import numpy as np

from sohandbook.training import chance
from sohandbook.training.geography import Country
from sohandbook.training.story import NEVER, YEARS, City, Process, Story, blob, front

PROCESSES = (
    Process(1, "village_growth", -1, "Growing town", "Seen by land cover, if the town is wider than a cell."),
    Process(2, "mangrove_loss", -1, "Mangrove filled for houses", "Narrower than a cell in many places: 300 m is too coarse for atolls."),
    Process(3, "palms_replanted", 1, "Palms replanted after the storm of 2003", "Only productivity sees it."),
    Process(4, "shore_taken", -1, "Shore taken by the sea", "Land that turns to water: the land area itself changes."),
)  # fmt: skip
CITIES = (City(0.262, 0.185, 9_000, 0.0060, 1.024), City(0.655, 0.335, 3_800, 0.0042, 1.012))


def tell(country: Country) -> Story:
    """Tell what happened in the atolls from 2000 to 2023."""
    u, v = country.sides
    shape = (v.size, u.size)
    inside = country.inside
    grain = chance.smooth("XIS", "grain", u=u, v=v, waves=40, octaves=3)
    patch = chance.smooth("XIS", "patches", u=u, v=v, waves=14, octaves=3)
    sea = chance.box_mean((~inside).astype(float), max(1, round(shape[1] / 200)))
    first = np.select([grain > 0.30, grain > -0.05, grain > -0.30], [50, 12, 110], 130)
    first = np.where((sea > 0.42) & (patch > 0.05), 170, first)
    first = np.where((sea > 0.62) & (grain > 0.15), 200, first)
    edge = chance.smooth("XIS", "town edge", u=u, v=v, waves=26, octaves=4)
    first = np.where(country.people_density(CITIES, 2000, edge) > 0.16, 190, first)
    first = np.where(inside, first, 210).astype(np.uint8)

    process = np.zeros(shape, dtype=np.uint8)
    begins = np.full(shape, NEVER, dtype=np.int16)
    ends = begins.copy()
    vigour = np.ones(shape, dtype=np.float32)
    after = np.zeros(shape, dtype=np.uint8)

    def happen(code, where, starts, *, lasts=1, strength=1.0, to=0):
        starts = np.broadcast_to(np.asarray(starts), shape)
        where = where & inside & (process == 0) & (starts < NEVER)
        process[where], vigour[where], after[where] = code, strength, to
        begins[where] = starts[where]
        ends[where] = starts[where] + lasts - 1

    growth = begins.copy()
    for year in reversed(YEARS):
        town = country.people_density(CITIES, year, edge) > 0.16
        growth = np.where(town, np.int16(year), growth)
    happen(1, first != 190, growth, to=190)
    filled = blob(u, v, patch, centre=(0.27, 0.20), radii=(0.06, 0.05))
    happen(2, (first == 170) & (filled < 1), front(filled, 2004, 2013, grain), to=190)
    storm = blob(u, v, patch, centre=(0.62, 0.33), radii=(0.14, 0.10))
    happen(3, (first == 12) & (storm < 1), 2004, lasts=15, strength=1.45)
    taken = (sea > 0.60) & (patch < -0.10) & (u[None, :] > 0.5)
    happen(4, taken, np.where(taken, 2010 + np.floor(6 * sea), NEVER).astype(np.int16), to=210)

    land_cover = np.empty((len(YEARS), *shape), dtype=np.uint8)
    for number, year in enumerate(YEARS):
        changed = (after > 0) & (year >= begins)
        land_cover[number] = np.where(changed, after, first)
    return Story(
        iso3=country.iso3,
        name=country.name,
        window=country.window,
        boundary=country.boundary,
        districts=country.districts,
        inside=inside,
        land_cover=land_cover,
        process=process,
        begins=begins,
        ends=ends,
        processes=PROCESSES,
        wetness=np.clip(0.78 + 0.10 * patch - 0.12 * u[None, :], 0, 1),
        height=np.zeros(shape),
        fertility=1 + 0.20 * grain,
        vigour=vigour,
        unseen=np.zeros(shape, dtype=bool),
        outage=np.zeros(shape, dtype=bool),
        outage_year=2004,
        cities=CITIES,
        villages=_villages(country),
    )


def _villages(country: Country) -> np.ndarray:
    """About thirty villages, on land; u, v and people in 2000."""
    u, v = country.sides
    rows, columns = np.nonzero(country.inside)
    if rows.size == 0:
        return np.empty((0, 3))
    chosen = chance.uniform("XIS", "villages", shape=(34, 2))
    at = (chosen[:, 0] * rows.size).astype(int)
    return np.column_stack([u[columns[at]], v[rows[at]], 80 + 420 * chosen[:, 1] ** 2])
