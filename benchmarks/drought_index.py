"""SPI-12 beside climate-indices and xclim: time and values, in one run.

    python benchmarks/drought_index.py [--cells 90000] [--repeat 3]

480 months of made-up rain in three climates: humid, seasonal, and arid with dry
spells of years. All tools fit a gamma distribution to 1981-2010 in closed form, with its
location fixed at zero and a rainless window at the top of the zeros' probability, so that
the values can be compared. One thread each, after a warm-up; the median of the repeats.
xclim is timed on a part of the cells and scaled up, as its time is linear in cells.
It sums and fits in float32 when given float32, and comes within 5e-6 of ours when given float64.
"""

import argparse
import logging
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.indicators import drought_hazard

MONTHS = 480
WORK = f"SPI-12, {MONTHS} months"
XCLIM_CELLS = 2500
AGREED = {"climate-indices": 2e-5, "xclim": 5e-4}  # in the index, where it rained
OURS = {"zero_rule": "upper"}


def made_up_rain(cells: int) -> xr.DataArray:
    """Return rain of 40 years, a third of the cells in each climate, mixed."""
    random = np.random.default_rng(20)
    rain = random.gamma(2.0, 40.0, (MONTHS, cells)).astype(np.float32)
    season = (1 + np.sin(2 * np.pi * np.arange(MONTHS) / 12)).astype(np.float32)
    rain[:, 1::3] *= season[:, None]
    wet_years = np.repeat(random.random((MONTHS // 12, cells // 3)) < 0.9, 12, axis=0)
    rain[:, 2::3] *= wet_years & (random.random((MONTHS, cells // 3)) < 0.55)
    times = pd.date_range("1981-01", periods=MONTHS, freq="MS")
    return xr.DataArray(
        rain.reshape(MONTHS, -1, 300), dims=("time", "y", "x"), coords={"time": times}
    )


def timed(repeat: int, call: Callable) -> tuple[float, np.ndarray]:
    """Return the median time in seconds after a warm-up, and what the call returned."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), np.asarray(result)


# The peers are imported late: both set up logging when imported.


def with_climate_indices(rain: xr.DataArray) -> np.ndarray:
    """Return the index as climate-indices computes it, by its compiled core."""
    from climate_indices.compute import Periodicity
    from climate_indices.indices import Distribution
    from climate_indices.indices import spi as climate_indices_spi

    return climate_indices_spi(
        rain.values, 12, Distribution.gamma, 1981, 1981, 2010, Periodicity.monthly,
        spatial_time_major=True,
    )  # fmt: skip


def with_xclim(rain: xr.DataArray) -> xr.DataArray:
    """Return the index as xclim computes it, by its fastest method."""
    from xclim.indices import standardized_precipitation_index as xclim_spi

    index = xclim_spi(
        rain.assign_attrs(units="mm/month"), freq=None, window=12, dist="gamma", method="APP",
        fitkwargs={"floc": 0}, cal_start="1981-01-01", cal_end="2010-12-31",
    )  # fmt: skip
    return index.transpose(*rain.dims).clip(-3.09, 3.09)


def largest_difference(ours: np.ndarray, theirs: np.ndarray, rain: xr.DataArray) -> float:
    """Return the largest difference of index where it rained and both have a value."""
    wet = (rain.rolling(time=12).reduce(np.max) > 0).values
    return float(np.nanmax(np.abs(ours - theirs)[wet]))


def run(cells: int = 90_000, repeat: int = 3) -> list[dict[str, Any]]:
    """Time all tools on so many cells, a multiple of 300, after checking that they agree."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _run(cells, repeat)
    finally:
        logging.disable(logging.NOTSET)


def _run(cells: int, repeat: int) -> list[dict[str, Any]]:
    rain = made_up_rain(cells)
    part = rain.isel(y=slice(0, -(-XCLIM_CELLS // 300)))
    scale = rain.sizes["y"] / part.sizes["y"]
    for warm_up in (drought_hazard.spi, with_climate_indices, with_xclim):
        warm_up(rain.isel(y=slice(0, 1)))
    times, gaps = {}, {}
    times["ours"], ours = timed(repeat, lambda: drought_hazard.spi(rain, **OURS))
    times["ours, December only"], _ = timed(
        repeat, lambda: drought_hazard.spi(rain, calendar_month=12, **OURS)
    )
    times["climate-indices"], theirs = timed(repeat, lambda: with_climate_indices(rain))
    gaps["climate-indices"] = largest_difference(ours, theirs, rain)
    seconds, theirs = timed(repeat, lambda: with_xclim(part))
    times["xclim"] = seconds * scale
    gaps["xclim"] = largest_difference(ours[:, : part.sizes["y"]], theirs, part)
    for name, gap in gaps.items():
        if gap > AGREED[name]:
            raise AssertionError(f"{name} differs from ours by up to {gap:.1e}")
    notes = {
        "ours": "every month",
        "ours, December only": "what the report needs",
        "climate-indices": f"compiled core; differs by up to {gaps['climate-indices']:.0e}",
        "xclim": f"method APP on {part.sizes['y'] * 300} cells, scaled up; "
        f"differs by up to {gaps['xclim']:.0e}",
    }
    return [
        {
            "work": WORK,
            "implementation": name,
            "seconds": seconds,
            "megapixels_per_second": MONTHS * cells / 1e6 / seconds,
            "ratio": seconds / times["ours"],
            "note": notes[name],
        }
        for name, seconds in times.items()
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=90_000, help="a multiple of 300")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print(pd.DataFrame(run(options.cells, options.repeat)).to_string(index=False))
