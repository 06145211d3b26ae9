"""The Meridian Atolls: a tiny archipelago on both sides of 180 degrees.

Eleven islands, none of which exists. Mangrove that gives way to houses, palms
replanted after a storm, and a shore that the sea takes.
"""

import numpy as np

from sohandbook.training import chance
from sohandbook.training.drawing import Drawing, front
from sohandbook.training.geography import Country
from sohandbook.training.story import NEVER, City, Story

CITIES = (City(0.520, 0.262, 11_000, 0.0060, 1.026), City(0.281, 0.161, 4_200, 0.0042, 1.015))
TOWN_LEVEL = 0.16


def tell(country: Country) -> Story:
    """Tell what happened in the atolls from 2000 to 2023."""
    drawing = Drawing(country)
    grain, patch = drawing.noise("grain", 40, 3), drawing.noise("patches", 14, 3)
    sea = drawing.near_sea(1 / 200)
    first = np.select([grain > 0.30, grain > -0.05, grain > -0.30], [50, 12, 110], 130)
    first = np.where((sea > 0.42) & (patch > 0.05), 170, first)
    first = np.where((sea > 0.62) & (grain > 0.15), 200, first)
    first = np.where(drawing.town(CITIES, 2000, level=TOWN_LEVEL), 190, first)
    first = np.where(country.inside, first, 210).astype(np.uint8)

    growth = drawing.town_growth(CITIES, level=TOWN_LEVEL)
    drawing.happen("village_growth", first != 190, begins=growth, after=190)
    filled = drawing.oval("filled", (0.30, 0.19), (0.09, 0.07))
    drawing.happen(
        "mangrove_loss",
        (first == 170) & (filled < 1),
        begins=front(filled, 2004, 2013, grain),
        after=190,
    )
    storm = drawing.oval("storm", (0.66, 0.34), (0.14, 0.10))
    drawing.happen(
        "palms_replanted", (first == 12) & (storm < 1), begins=2004, lasts=15, vigour=1.45
    )
    taken = (sea > 0.60) & (patch < -0.10) & (drawing.u[None, :] > 0.5)
    year = np.where(taken, 2010 + np.floor(6 * sea), NEVER).astype(np.int16)
    drawing.happen("shore_taken", taken, begins=year, after=210)

    nowhere = np.zeros(first.shape, dtype=bool)
    return drawing.story(
        first,
        wetness=np.clip(0.78 + 0.10 * patch - 0.12 * drawing.u[None, :], 0, 1),
        height=np.zeros(first.shape),
        fertility=1 + 0.20 * grain,
        unseen=nowhere,
        outage=nowhere,
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
