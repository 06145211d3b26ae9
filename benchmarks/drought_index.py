"""SPI-12 beside climate-indices and xclim: time and values, in one run.

    python benchmarks/drought_index.py [--cells 90000] [--repeat 3]

480 months of made-up rain in three climates: humid, seasonal, and arid with dry
spells of years. All tools fit a gamma distribution to 1981-2010 in closed form, with its
location fixed at zero and a rainless window at the top of the zeros' probability, so that
the values can be compared. One thread each, after a warm-up; the median of the repeats.
xclim is timed on a part of the cells and scaled up, as its time is linear in cells.
"""

import argparse
import logging
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.indicators import drought_hazard

MONTHS = 480
XCLIM_CELLS = 2500
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
    """Return the median time in seconds, and what the call returned."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), np.asarray(result)


# The peers are imported late: both set up logging when imported.


def with_climate_indices(rain: xr.DataArray) -> np.ndarray:
    from climate_indices.compute import Periodicity
    from climate_indices.indices import Distribution
    from climate_indices.indices import spi as climate_indices_spi

    return climate_indices_spi(
        rain.values, 12, Distribution.gamma, 1981, 1981, 2010, Periodicity.monthly,
        spatial_time_major=True,
    )  # fmt: skip


def with_xclim(rain: xr.DataArray) -> xr.DataArray:
    from xclim.indices import standardized_precipitation_index as xclim_spi

    index = xclim_spi(
        rain.assign_attrs(units="mm/month"), freq=None, window=12, dist="gamma", method="APP",
        fitkwargs={"floc": 0}, cal_start="1981-01-01", cal_end="2010-12-31",
    )  # fmt: skip
    return index.transpose(*rain.dims).clip(-3.09, 3.09)


def compare(name: str, ours: np.ndarray, theirs: np.ndarray, rain: xr.DataArray) -> None:
    """Print the largest difference where it rained, and where it did not."""
    dry = (rain.rolling(time=12).reduce(np.max) == 0).values
    off = np.abs(ours - theirs)
    for climate, first in (("humid", 0), ("seasonal", 1), ("arid", 2)):
        cells = (slice(None), slice(None), slice(first, None, 3))
        known = off[cells][11:]
        rainless = dry[cells][11:]
        worst_wet = np.nanmax(known[~rainless])
        worst_dry = np.nanmax(known[rainless]) if rainless.any() else 0.0
        missing = np.isnan(ours[cells]) != np.isnan(theirs[cells])
        print(
            f"  {name:16} {climate:9} {worst_wet:10.1e} {worst_dry:12.1e}"
            f" {rainless.mean():9.1%} {int(missing.sum()):8}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=90_000, help="a multiple of 300")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)

    rain = made_up_rain(options.cells)
    rows = -(-XCLIM_CELLS // 300)
    part = rain.isel(y=slice(0, rows))
    scale = rain.sizes["y"] / part.sizes["y"]
    for warm_up in (drought_hazard.spi, with_climate_indices, with_xclim):
        warm_up(rain.isel(y=slice(0, 1)))

    whole, ours = timed(options.repeat, lambda: drought_hazard.spi(rain, **OURS))
    december, _ = timed(options.repeat, lambda: drought_hazard.spi(rain, calendar_month=12, **OURS))
    chunked = rain.chunk(y=max(1, rain.sizes["y"] // 8))
    threads, _ = timed(
        options.repeat,
        lambda: drought_hazard.spi(chunked, **OURS).compute(scheduler="threads", num_workers=2),
    )
    theirs_seconds, theirs = timed(options.repeat, lambda: with_climate_indices(rain))
    part_seconds, xclim = timed(options.repeat, lambda: with_xclim(part))

    print(f"SPI-12, {MONTHS} months, {options.cells} cells (median of {options.repeat})")
    for name, seconds in (
        ("ours", whole),
        ("ours, two threads (dask)", threads),
        ("ours, December only", december),
        ("climate-indices, compiled core", theirs_seconds),
        ("xclim APP, scaled", part_seconds * scale),
    ):
        rate = MONTHS * options.cells / seconds / 1e6
        print(f"  {name:32} {seconds:9.2f} s  {seconds / whole:7.2f} x ours  {rate:7.1f} M/s")
    print("Largest difference in value       with rain  without rain  rainless  missing")
    compare("climate-indices", ours, theirs, rain)
    compare("xclim APP", ours[:, :rows], xclim, part)
    print(
        "Why: ours ends Temme's expansion after its third term (below 5e-6); xclim sums and fits\n"
        "in float32 when given float32, and comes within 5e-6 when given float64."
    )


if __name__ == "__main__":
    main()
