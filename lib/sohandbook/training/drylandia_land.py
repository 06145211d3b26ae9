"""Drylandia in 2000, before the story begins: heights, rivers, land cover."""

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import chance
from sohandbook.training.chance import Array
from sohandbook.training.drawing import Drawing
from sohandbook.training.story import City

CITIES = (
    City(0.440, 0.735, 520_000, 0.0135, 1.037),
    City(0.585, 0.560, 120_000, 0.0075, 1.026),
    City(0.745, 0.690, 95_000, 0.0068, 1.030),
    City(0.210, 0.610, 60_000, 0.0052, 1.020),
    City(0.330, 0.245, 38_000, 0.0045, 1.015),
    City(0.180, 0.330, 45_000, 0.0046, 1.022),
    City(0.560, 0.850, 70_000, 0.0056, 1.028),
)


def height(drawing: Drawing) -> Array:
    """Highlands in the west, 0 to 1."""
    ridge = 0.27 + 0.06 * chance.curve("XDL", "ridge", at=drawing.v, waves=5)
    across = (drawing.u[None, :] - ridge[:, None]) / 0.085
    along = (drawing.v[:, None] - 0.57) / 0.17
    rough = drawing.noise("height", 8, 5)
    away = across * across + along * along
    mountain = (1 + 0.8 * rough) / (1 + away * away)
    return np.clip(0.85 * mountain + 0.15 * (rough + 0.5), 0, 1)


def rivers(drawing: Drawing) -> dict[str, Array]:
    """Distances from two rivers and a wadi."""
    u, v = drawing.u, drawing.v
    east = 0.53 + 0.20 * (u - 0.33) + 0.028 * chance.curve("XDL", "east river", at=u, waves=7)
    south = 0.33 + 0.38 * (v - 0.60) + 0.035 * chance.curve("XDL", "south river", at=v, waves=8)
    wadi = 0.40 - 0.10 * (u - 0.5) + 0.030 * chance.curve("XDL", "wadi", at=u, waves=9)
    away = 1.0
    return {
        "east": np.where(
            (u[None, :] > 0.33) & (u[None, :] < 0.64), np.abs(v[:, None] - east[None, :]), away
        ),
        "south": np.where(
            (v[:, None] > 0.60) & (v[:, None] < 0.97), np.abs(u[None, :] - south[:, None]), away
        ),
        "wadi": np.where(
            (u[None, :] > 0.47) & (u[None, :] < 0.80), np.abs(v[:, None] - wadi[None, :]), away
        ),
    }


def land_cover_in_2000(
    drawing: Drawing, wetness: Array, height: Array, rivers: dict[str, Array], lake: Array
) -> NDArray[np.uint8]:
    """Land cover before the story begins: wetness, height and a little chance."""
    patch = drawing.noise("patches", 16, 4)
    grain = drawing.noise("grain", 40, 3)
    m = wetness + 0.07 * patch
    rules = [
        (m < 0.10, np.where(height + 0.5 * patch > 0.35, 201, np.where(patch > -0.1, 202, 200))),
        (m < 0.17, np.where(grain > 0.25, 152, np.where(grain < -0.35, 200, 153))),
        (m < 0.24, np.where(grain > 0.30, 152, np.where(patch > 0.25, 150, 153))),
        (m < 0.42, np.where(grain > 0.30, 122, np.where(grain < -0.45, 110, 130))),
        (m < 0.54, np.where(grain > 0.28, 120, np.where(grain > -0.15, 110, 130))),
        (m < 0.68, np.where(grain > 0.20, 62, np.where(grain > -0.30, 100, 110))),
        (m < 0.84, np.where(grain > 0.15, 60, np.where(grain > -0.25, 62, 100))),
        (m >= 0.84, np.where(grain > -0.05, 50, 61)),
    ]
    cover = np.select([rule for rule, _ in rules], [value for _, value in rules]).astype(np.uint8)
    high = (height > 0.46) & (m > 0.36)
    cover = np.where(high, np.where(grain > 0.1, 90, np.where(patch > 0, 70, 72)), cover)
    cover = np.where((height > 0.86) & (grain > 0.1), 140, cover)

    farms = drawing.noise("farms", 7, 5) + 0.30 * _near(rivers["south"], 0.10)
    farms = farms + 0.25 * _near(rivers["east"], 0.06) + 0.22 * patch
    suits = (m > 0.34) & (m < 0.86) & (height < 0.40)
    field = np.select([grain > 0.35, grain > 0.02, grain > -0.30], [40, 11, 10], 30)
    cover = np.where(suits & (farms > 0.16), field, cover)
    cover = np.where(suits & (m > 0.72) & (farms > 0.05) & (farms < 0.16), 12, cover)
    watered = (
        (np.minimum(rivers["east"], rivers["south"]) < 0.011 + 0.012 * patch)
        & (m > 0.25)
        & (height < 0.4)
    )
    cover = np.where(watered & (grain > -0.25), 20, cover)
    gallery = (rivers["south"] < 0.0065) & (m > 0.55)
    cover = np.where(gallery, 160, cover)
    cover = np.where((rivers["wadi"] < 0.0055 + 0.009 * patch) & (m < 0.5), 100, cover)
    water = (rivers["east"] < 0.0013) | (rivers["south"] < 0.0016)
    cover = np.where(water, 210, cover)
    return _coast_lake_and_towns(drawing, cover, m, lake)


def _coast_lake_and_towns(
    drawing: Drawing, cover: Array, m: Array, lake: Array
) -> NDArray[np.uint8]:
    """Mangroves on the sheltered southern coast, the lake with its marsh, and towns."""
    sheltered = (drawing.near_sea(1 / 75) > 0.25) & (drawing.noise("mangrove", 8) > 0.12)
    cover = np.where(sheltered & (m > 0.72), 170, cover)
    cover = np.where(drawing.town(CITIES, 2000), 190, cover)
    lake_shore = (lake < 1.25) & (cover != 190)
    cover = np.where(lake < 1, 210, np.where(lake_shore, 180, cover))
    return np.where(drawing.country.inside, cover, 210).astype(np.uint8)


def _near(distance: Array, reach: float) -> Array:
    return np.maximum(1 - distance / reach, 0)
