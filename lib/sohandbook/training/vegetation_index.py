"""The vegetation index: MOD13Q1 NDVI as AppEEARS delivers it, one file a year.

16-day composites, in EPSG:4326 on the 250 m grid (AppEEARS can deliver MODIS
tiles in geographic coordinates), int16, scale 0.0001, fill -3000.

Each year's curve is a dry-season level plus a rainy season; what lives there,
how wet the place is, the year's rain, the story's processes and a little noise
of its own multiply it. Values are rounded to 0.01, and the seasons have few
steps, so that a year compresses to about a megabyte.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import chance, files, precipitation
from sohandbook.training.chance import Array
from sohandbook.training.story import YEARS, Story

COMPOSITES = 23
FIRST_COMPOSITE_OF_2000 = 3
FILL = np.int16(-3000)
NOISE = 0.088

# ESA CCI code: NDVI of the dry season, height of the rainy season, and its kind.
PLANTS = {
    10: (0.19, 0.38, 1), 11: (0.20, 0.34, 1), 12: (0.42, 0.26, 2), 20: (0.30, 0.40, 3),
    30: (0.22, 0.34, 1), 40: (0.25, 0.32, 1), 50: (0.62, 0.20, 2), 60: (0.36, 0.40, 2),
    61: (0.42, 0.36, 2), 62: (0.29, 0.36, 1), 70: (0.52, 0.16, 2), 72: (0.45, 0.18, 2),
    90: (0.48, 0.24, 2), 100: (0.27, 0.34, 1), 110: (0.22, 0.28, 1), 120: (0.24, 0.24, 1),
    121: (0.34, 0.20, 1), 122: (0.19, 0.26, 0), 130: (0.18, 0.30, 0), 140: (0.24, 0.14, 2),
    150: (0.13, 0.09, 0), 152: (0.14, 0.10, 0), 153: (0.12, 0.12, 0), 160: (0.50, 0.26, 2),
    170: (0.60, 0.14, 2), 180: (0.36, 0.30, 2), 190: (0.17, 0.09, 1), 200: (0.085, 0.015, 0),
    201: (0.090, 0.010, 0), 202: (0.075, 0.010, 0), 210: (-0.06, 0.0, 0),
}  # fmt: skip
# Height of the season in each composite, in few steps (0, 0.2, 0.55, 0.85, 1).
_SEASONS = (
    "00000000000122344321100",  # one short rainy season
    "00000000012234443321100",  # a longer one
    "00000123344444444332100",  # long and wet
    "01234320000123444332100",  # irrigated: two harvests
)
SEASONS = np.array([0.0, 0.2, 0.55, 0.85, 1.0])[
    np.array([[int(step) for step in season] for season in _SEASONS])
]
CLOUDS = np.array([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 4, 2, 1, 0, 0, 0]) / 8


def _table(position: int) -> Array:
    table = np.zeros(256)
    for code, values in PLANTS.items():
        table[code] = values[position]
    return table


DRY, HEIGHT, KIND = _table(0), _table(1), _table(2).astype(np.int64)


def vigour(story: Story, year: int) -> Array:
    """Return what multiplies each cell's vegetation in a year: place, story, rain, chance."""
    u, v = story.sides
    wetness = story.wetness
    rain = precipitation.departure(story.iso3, year, u=u, v=v)
    sensitivity = 0.045 + 0.060 * (1 - wetness) * np.minimum(4 * wetness, 1)
    chance_of_year = chance.normal(story.iso3, "ndvi", year, shape=wetness.shape)
    process = 1 + (story.vigour - 1) * story.progress(year)
    place = story.fertility * (0.88 + 0.24 * wetness)
    return place * process * (1 + sensitivity * rain + NOISE * chance_of_year)


def composites(story: Story, year: int) -> NDArray[np.int16]:
    """Return the year's 23 composites (20 in 2000), int16 (time, y, x)."""
    cover = story.land_cover[year - YEARS[0]]
    strength = vigour(story, year)
    green = cover != 210
    dry = np.where(green, DRY[cover] * (0.25 + 0.75 * strength), DRY[cover])
    height = HEIGHT[cover] * strength
    hidden = ~story.inside | story.unseen
    if year == story.outage_year:
        hidden = hidden | story.outage
    first = FIRST_COMPOSITE_OF_2000 if year == 2000 else 0
    result = np.empty((COMPOSITES - first, *cover.shape), dtype=np.int16)
    season_of_cell = KIND[cover]
    planes: dict[tuple[float, ...], NDArray[np.int16]] = {}
    for number in range(first, COMPOSITES):
        season = SEASONS[:, number]
        key = tuple(season)
        if key not in planes:
            level = np.floor((dry + height * season[season_of_cell]) * 100 + 0.5) * 100
            planes[key] = np.where(hidden, FILL, np.clip(level, -2000, 9900)).astype(np.int16)
        plane = planes[key]
        if CLOUDS[number] > 0:
            plane = np.where(_cloud(story, year, number) & green, FILL, plane)
        result[number - first] = plane
    return result


def _cloud(story: Story, year: int, number: int) -> NDArray[np.bool_]:
    """Return where clouds hide the ground for a whole composite, in blocks of 1 km."""
    u, v = (side[1::4] for side in story.sides)
    thick = chance.smooth(story.iso3, "cloud", year, number, u=u, v=v, waves=5, octaves=3)
    wet = story.wetness[1::4, 1::4]
    cloud = thick > 0.80 - 0.42 * CLOUDS[number] * np.minimum(wet * 1.6, 1)
    rows, columns = story.wetness.shape
    return cloud.repeat(4, axis=0).repeat(4, axis=1)[:rows, :columns]


def write(story: Story, folder: Path, year: int) -> None:
    """Write one year's file."""
    values = composites(story, year)
    first = FIRST_COMPOSITE_OF_2000 if year == 2000 else 0
    start = (np.datetime64(f"{year}-01-01") - np.datetime64("2000-01-01")).astype(int)
    days = (start + 16 * np.arange(first, COMPOSITES)).astype(np.int32)
    files.netcdf(
        folder / "vegetation_index" / f"MOD13Q1.061__250m_16_days_NDVI_{year}_{story.iso3}.nc",
        dimensions={
            # AppEEARS writes the Julian calendar; from 2000 to 2099 the days are the same.
            "time": (
                days,
                {
                    "units": "days since 2000-01-01 00:00:00",
                    "calendar": "julian",
                    "axis": "T",
                    "standard_name": "time",
                },
            ),
            "lat": (
                story.window.latitude,
                {"units": "degrees_north", "standard_name": "latitude", "axis": "Y"},
            ),
            "lon": (
                story.window.longitude,
                {"units": "degrees_east", "standard_name": "longitude", "axis": "X"},
            ),
        },
        variables={
            "crs": ((), np.int8(0), files.GEOGRAPHIC, {}),
            "_250m_16_days_NDVI": (
                ("time", "lat", "lon"),
                values,
                {
                    "long_name": "250m 16 days NDVI",
                    "units": "NDVI",
                    "scale_factor": 0.0001,
                    "add_offset": 0.0,
                    "valid_min": np.int16(-2000),
                    "valid_max": np.int16(10000),
                    "grid_mapping": "crs",
                },
                {"chunks": (len(values), 40, 40), "fillvalue": FILL, "level": 6},
            ),
        },
        attributes={
            "title": "MOD13Q1.061 (fictional training data)",
            "Conventions": "CF-1.6",
            "institution": "sohandbook training",
            "comment": files.FICTION.format(name=story.name),
        },
    )
