"""Potential evapotranspiration: a CRU TS file, half-degree cells, mm a day.

It follows the sun and the year's rain: clouds of a wet year keep the land cool. It rises
over the years, as the air warms; so SPEI sees more drought at the end than SPI does.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import files
from sohandbook.training.precipitation import DEPARTURE, FIRST_YEAR
from sohandbook.training.story import Story, Window

# Mean of each month, mm a day, where the land is driest, and what the wettest land lacks of it.
DRIEST = np.array([4.1, 4.7, 5.6, 6.5, 7.1, 7.0, 6.2, 5.7, 5.6, 5.3, 4.5, 3.9])
WETTEST_LACKS = 2.2
WARMING = 0.0006  # share a year
CLOUDS = 0.01  # share that a standard deviation of rain takes away
STEP = 0.1  # CRU TS is printed with one digit
FILL = np.float32(9.96921e36)


def daily(story: Story, window: Window) -> NDArray[np.float32]:
    """Return mm a day of every month from 1981; float32 (month, y, x)."""
    span = max(story.window.columns, story.window.rows) * story.window.cell
    south = np.clip((story.window.north - window.latitude) / span, 0, 1)
    mean = DRIEST[:, None] - WETTEST_LACKS * south[None, :]
    years = []
    for year, departure in DEPARTURE.items():
        share = 1 + WARMING * (year - FIRST_YEAR) - CLOUDS * departure
        years.append(np.round(mean * share / STEP) * STEP)
    by_latitude = np.concatenate(years).astype(np.float32)
    return np.repeat(by_latitude[:, :, None], window.columns, axis=2)


def write(story: Story, folder: Path) -> None:
    """Write ``evapotranspiration/cru_ts4.pet.dat.nc``, 1981 to 2023."""
    window = story.window.on_globe(2, margin=1)
    values = daily(story, window)
    globe, parts = files.around_the_globe(window)
    days = np.arange(
        np.datetime64(f"{FIRST_YEAR}-01"), np.datetime64("2024-01"), np.timedelta64(1, "M")
    ).astype("datetime64[D]")
    since_1900 = (days - np.datetime64("1900-01-01")).astype(np.float32) + np.float32(15)
    # CRU's rows go from south to north.
    pieces = [
        (np.s_[:, :, to : to + number], values[:, ::-1, start : start + number])
        for to, start, number in parts
    ]
    files.netcdf(
        folder / "evapotranspiration" / "cru_ts4.pet.dat.nc",
        dimensions={
            "time": (
                since_1900,
                {
                    "units": "days since 1900-1-1",
                    "long_name": "time",
                    "calendar": "gregorian",
                },
            ),
            "lat": (
                window.latitude[::-1].astype(np.float32),
                {"units": "degrees_north", "long_name": "latitude"},
            ),
            "lon": (
                globe.longitude.astype(np.float32),
                {"units": "degrees_east", "long_name": "longitude"},
            ),
        },
        variables={
            "pet": (
                ("time", "lat", "lon"),
                pieces,
                {
                    "units": "mm/day",
                    "long_name": "potential evapotranspiration",
                    "missing_value": FILL,
                },
                {"fillvalue": FILL, "shuffle": True},
            )
        },
        attributes={
            "Conventions": "CF-1.4",
            "title": "CRU TS potential evapotranspiration (fictional training data)",
            "comment": files.FICTION.format(name=story.name),
        },
    )
