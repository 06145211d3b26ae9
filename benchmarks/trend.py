"""Mann-Kendall score, slope and p of 20 years beside two other ways: time and values, in one run.

    python benchmarks/trend.py [--size 1500] [--repeat 5]

The ways, one thread each, after a warm-up, the median of the repeats, in processor time, which a
busy machine changes little:

- rows of cells: land_productivity.trend_statistics (score, years, exact or tie-corrected p, slope)
  and land_productivity.trend (status only), on smooth values and on values with ties and gaps;
- plain numpy: signs of all pairs of years, and the slope as one product; no p, no gaps;
- pymannkendall: original_test cell by cell, on a few hundred cells, its time scaled up.

Ratios are of time, against ``trend_statistics`` on complete values.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymannkendall
import xarray as xr

from sohandbook.indicators import land_productivity

WORK = "Mann-Kendall score, slope and p, 20 years"
YEARS = 20
PEER_CELLS = 300


def made_up_series(size: int) -> tuple[xr.DataArray, xr.DataArray]:
    """Return complete values without ties, and the same in steps of 0.01 with gaps."""
    random = np.random.default_rng(15)
    values = random.random((YEARS, size, size), dtype=np.float32)
    values += np.linspace(0, 0.3, YEARS, dtype=np.float32)[:, np.newaxis, np.newaxis]
    stepped = values.round(2)
    stepped[random.random(values.shape, dtype=np.float32) < 0.03] = np.nan
    years = {"year": np.arange(2001, 2001 + YEARS)}
    return tuple(xr.DataArray(v, dims=("year", "y", "x"), coords=years) for v in (values, stepped))


def by_plain_numpy(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return score and slope, in strips of 32 rows that stay in the cache."""
    years = np.arange(YEARS, dtype=np.float32) - (YEARS - 1) / 2
    weights = years / (years * years).sum()
    score = np.empty(values.shape[1:], dtype=np.int16)
    slope = np.empty(values.shape[1:], dtype=np.float32)
    for y in range(0, values.shape[1], 32):
        strip = values[:, y : y + 32]
        total = np.zeros(strip.shape[1:], dtype=np.int16)
        for k in range(1, YEARS):
            for j in range(k):
                total += (strip[k] > strip[j]).view(np.int8)
                total -= (strip[k] < strip[j]).view(np.int8)
        score[y : y + 32] = total
        slope[y : y + 32] = np.tensordot(weights, strip, axes=1)
    return score, slope


def timed(repeat: int, call: Callable) -> tuple[float, Any]:
    """Return the median processor seconds after a warm-up, and what the call returned."""
    call()
    seconds = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds), result


def run(size: int = 1500, repeat: int = 5) -> list[dict[str, Any]]:
    """Time all ways on ``size`` by ``size`` cells, after checking that they agree."""
    complete, stepped = made_up_series(size)
    cells = size * size
    times = {}
    times["rows of cells"], ours = timed(
        repeat, lambda: land_productivity.trend_statistics(complete)
    )
    times["rows of cells, ties and gaps"], with_ties = timed(
        repeat, lambda: land_productivity.trend_statistics(stepped)
    )
    times["rows of cells, status only"], _ = timed(
        repeat, lambda: land_productivity.trend(complete)
    )
    times["plain numpy"], (score, slope) = timed(
        min(repeat, 3), lambda: by_plain_numpy(complete.values)
    )
    np.testing.assert_array_equal(ours["score"], score)
    np.testing.assert_allclose(ours["slope"], slope, atol=1e-5)

    few = stepped.values.reshape(YEARS, -1)[:, :PEER_CELLS].astype(np.float64)
    start = time.process_time()
    peers = [pymannkendall.original_test(series) for series in few.T]
    times["pymannkendall"] = (time.process_time() - start) * cells / PEER_CELLS
    found = with_ties["p"].values.ravel()[:PEER_CELLS]
    tied = [np.unique(s[np.isfinite(s)]).size < np.isfinite(s).sum() for s in few.T]
    expected = np.array([peer.p for peer in peers])
    np.testing.assert_allclose(found[tied], expected[tied], rtol=1e-4)
    notes = {
        "rows of cells": "score, years, exact p, slope",
        "rows of cells, ties and gaps": "the same with p by tie-corrected variance",
        "rows of cells, status only": "no slope, no p: critical scores",
        "plain numpy": "score and slope only; identical",
        "pymannkendall": f"{PEER_CELLS} cells, scaled up; normal p, Sen slope; p equal where tied",
    }
    return [
        {
            "work": WORK,
            "implementation": name,
            "seconds": seconds,
            "megapixels_per_second": cells / 1e6 / seconds,
            "ratio": seconds / times["rows of cells"],
            "note": notes[name],
        }
        for name, seconds in times.items()
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1500, help="cells on a side")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(pd.DataFrame(run(options.size, options.repeat)).to_string(index=False))
