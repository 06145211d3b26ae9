"""Rain: the years' weather, and the CHIRPS file made of it.

The departures of the years are written by hand, so that the droughts of the
lessons are where the lessons say, and so that no window of 16 years has a
trend of rain that would pass for a trend of the land.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import chance, files
from sohandbook.training.chance import Array
from sohandbook.training.story import Story, Window

FIRST_YEAR = 1981
# Departure of each year in standard deviations. 1982-84: the great drought, inside the
# reference period; 2005: mild; 2011-12: severe, worst in the north; 2022-23: see below.
DEPARTURE = dict(
    enumerate(
        (
            0.2, -0.9, -1.2, -1.8, 0.3, 0.1, -0.7, 1.1, 0.4, -0.8, 0.2, -0.1, -0.5, 1.4, 0.5,
            -0.3, -0.6, 0.9, 1.2, 0.2, 0.6, -0.2, 0.7, -0.3, -0.5, 0.6, 0.2, 0.7, 0.0, 1.2, -1.3,
            -1.1, 0.3, 0.4, 0.6, 0.2, 0.1, 0.7, 0.3, 0.9, 0.5, 0.3, 0.5,
        ),
        start=FIRST_YEAR,
    )
)  # fmt: skip
# Share of the yearly rain that falls in each month: one rainy season in the dry land, from
# May to November with two peaks in the wet.
DRY_SEASONS = np.array([0, 0, 0, 0.01, 0.03, 0.09, 0.24, 0.34, 0.21, 0.07, 0.01, 0])
WET_SEASONS = np.array([0.01, 0.02, 0.04, 0.08, 0.13, 0.15, 0.11, 0.10, 0.14, 0.13, 0.06, 0.03])
FILL = np.float32(-9999)
STEP = 1 / 16


def yearly_mean(wetness: Array) -> Array:
    """Return the mean yearly rain, mm, of a place's wetness (0 to 1)."""
    return 36 + 260 * wetness + 900 * wetness * wetness


def departure(iso3: str, year: int, *, u: Array, v: Array) -> Array:
    """Return the departure of a year's rain at each place, in standard deviations."""
    local = chance.smooth(iso3, "rain of the year", year, u=u, v=v, waves=2, octaves=2)
    north = {2011: 0.9, 2012: 0.7}.get(year, 0.0) * (v[:, None] - 0.5)
    # At the end of the record the rain fails in the north-east alone.
    failed = {2022: 2.2, 2023: 1.8}.get(year, 0.0)
    north_east = np.clip((u[None, :] - 0.42) / 0.16, 0, 1) * np.clip(
        (0.60 - v[:, None]) / 0.14, 0, 1
    )
    return DEPARTURE[year] + 0.75 * local + north - failed * north_east


def chirps_window(story: Story) -> Window:
    """Return the 0.05 degree cells around a country."""
    return story.window.on_globe(20, margin=3)


def monthly_rain(story: Story, window: Window) -> NDArray[np.float32]:
    """Return rain of every month from 1981, mm; float32 (month, y, x), -9999 at sea."""
    u, v, column, row = _places(story, window)
    wetness = chance.box_mean(story.wetness, max(1, round(0.02 / story.window.cell)))[
        np.ix_(row, column)
    ]
    mean = yearly_mean(wetness)
    spread = 0.42 - 0.27 * wetness
    wet = np.clip((wetness - 0.25) / 0.5, 0, 1)
    season = DRY_SEASONS[:, None, None] * (1 - wet) + WET_SEASONS[:, None, None] * wet
    land = _touches_land(story, window)
    months = []
    for year in DEPARTURE:
        total = mean * chance.gamma(1 / spread**2, departure(story.iso3, year, u=u, v=v))
        common = chance.normal(story.iso3, "rain months", year, shape=(12, 1, 1))
        own = chance.normal(story.iso3, "rain cells", year, shape=(12, *mean.shape))
        shape_parameter = 1.2 + 4 * wetness
        share = season * chance.gamma(shape_parameter, 0.8 * common + 0.45 * own)
        rain = total * share / np.maximum(share.sum(axis=0), 1e-6)
        # Less than a light shower is no rain: the dry months of the north are true zeros.
        rain = np.where(rain < 1.5, 0, np.round(rain / STEP) * STEP)
        months.append(np.where(land, rain, FILL).astype(np.float32))
    return np.concatenate(months)


def _places(story: Story, window: Window) -> tuple[Array, Array, NDArray, NDArray]:
    """Return unit coordinates of the rain cells and the story's cells beneath them."""
    span = max(story.window.columns, story.window.rows) * story.window.cell
    u = (window.longitude - story.window.west) / span
    v = (story.window.north - window.latitude) / span
    return u, v, *story.window.nearest(window.longitude, window.latitude)


def _touches_land(story: Story, window: Window) -> NDArray[np.bool_]:
    """Return True for rain cells that hold any land of the country."""
    column = np.floor((story.window.longitude - window.west) / window.cell).astype(np.int64)
    row = np.floor((window.north - story.window.latitude) / window.cell).astype(np.int64)
    land = np.zeros((window.rows, window.columns), dtype=bool)
    rows, columns = np.nonzero(story.inside)
    land[row[rows], column[columns]] = True
    return land


def write(story: Story, folder: Path) -> None:
    """Write ``precipitation/chirps-v2.0.monthly.nc``, 1981 to 2023."""
    window = chirps_window(story)
    rain = monthly_rain(story, window)
    globe, parts = files.around_the_globe(window)
    days = np.arange(
        np.datetime64(f"{FIRST_YEAR}-01"), np.datetime64("2024-01"), np.timedelta64(1, "M")
    ).astype("datetime64[D]") - np.datetime64("1980-01-01")
    pieces = [
        (np.s_[:, :, to : to + number], rain[:, :, start : start + number])
        for to, start, number in parts
    ]
    files.netcdf(
        folder / "precipitation" / "chirps-v2.0.monthly.nc",
        dimensions={
            "time": (
                days.astype(np.float32),
                {
                    "units": "days since 1980-1-1 0:0:0",
                    "standard_name": "time",
                    "calendar": "gregorian",
                    "axis": "T",
                },
            ),
            "latitude": (
                window.latitude.astype(np.float32),
                {"units": "degrees_north", "standard_name": "latitude", "axis": "Y"},
            ),
            "longitude": (
                globe.longitude.astype(np.float32),
                {"units": "degrees_east", "standard_name": "longitude", "axis": "X"},
            ),
        },
        variables={
            "precip": (
                ("time", "latitude", "longitude"),
                pieces,
                {
                    "units": "mm/month",
                    "standard_name": "convective precipitation rate",
                    "long_name": "Climate Hazards group InfraRed Precipitation with Stations",
                    "time_step": "month",
                    "missing_value": FILL,
                },
                {"chunks": (rain.shape[0], 8, 8), "fillvalue": FILL, "shuffle": True},
            )
        },
        attributes={
            "Conventions": "CF-1.6",
            "title": "CHIRPS Version 2.0 (fictional training data)",
            "comment": files.FICTION.format(name=story.name),
        },
    )
