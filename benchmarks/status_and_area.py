"""Status maps and areas by class beside two other ways: time and values, in one run.

    python benchmarks/status_and_area.py [--size 6000] [--repeat 5]

The work: two periods of three sub-indicators become four maps (one out, all out of each
period, status, expanded status), the cross-table and the areas by class. The ways:

- one pass: land_degradation.assess;
- plain functions: the same maps by numpy expressions, then a count weighted by area;
- a temporary per class: numba on blocks of 512 cells, in the manner of Trends.Earth
  (a boolean map for every class and step, areas summed cell by cell into a dictionary).
  It is our own re-telling, not their code. Their own kernels were measured elsewhere, for
  one period, at 48 (map) and 24 (areas) megapixels per second, 16 for both (AMD EPYC,
  2.6 GHz, one thread).

One thread each, after a warm-up; the median of the repeats. A ratio is how many
times longer a way takes than the one pass.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pandas as pd
import xarray as xr
from numba import types
from numba.typed import Dict

from sohandbook.indicators import land_degradation

WORK = "status maps and areas by class"
PARTS = ("land_cover", "productivity", "soc")
NO_DATA = -128
BLOCK = 512


def made_up_maps(size: int) -> tuple[dict, dict, xr.DataArray, xr.DataArray]:
    """Return the sub-indicators of two periods, the land mask and the cell areas."""
    random = np.random.default_rng(20)
    axes = {"y": np.arange(size, 0, -1.0), "x": np.arange(size, dtype=float)}
    codes = np.array([-1, 0, 1, NO_DATA], dtype=np.int8)

    def as_map(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values, dims=("y", "x"), coords=axes)

    ends = [
        {
            part: as_map(codes[random.choice(4, size=(size, size), p=[0.15, 0.6, 0.2, 0.05])])
            for part in PARTS
        }
        for _ in range(2)
    ]
    within = as_map(random.random((size, size)) < 0.8)
    area = xr.DataArray(np.linspace(0.05, 0.0625, size), dims="y", coords={"y": axes["y"]})
    return *ends, within, area


def in_one_pass(baseline: dict, period: dict, within: xr.DataArray, area: xr.DataArray):
    """Return the status map and the area of each of its classes."""
    result = land_degradation.assess(baseline, period=period, within=within)
    areas = land_degradation.areas_by_class(
        land_degradation.cross_table(result["cells"], cell_area=area)
    )
    rows = areas[areas["map"] == "status"]
    return result["status"].values, dict(zip(rows["code"], rows["area_km2"], strict=True))


def by_plain_functions(baseline: dict, period: dict, within: xr.DataArray, area: xr.DataArray):
    """Return the same from the plain functions, one map after the other."""
    ends = []
    for end in (baseline, period):
        combined = land_degradation.one_out_all_out(
            end["land_cover"], productivity=end["productivity"], soc=end["soc"]
        )
        ends.append(combined.copy(data=np.where(within.values, combined.values, np.int8(NO_DATA))))
    status = land_degradation.status(ends[0], period=ends[1]).values
    expanded = land_degradation.expanded_status(ends[0], period=ends[1]).values
    weights = np.broadcast_to(area.values[:, np.newaxis], status.shape)[within.values]
    counts = [
        np.bincount(codes[within.values].view(np.uint8), weights=weights, minlength=256)
        for codes in (ends[0].values, ends[1].values, status, expanded)
    ]
    return status, {code: counts[2][np.uint8(np.int8(code))] for code in (-1, 0, 1, NO_DATA)}


@numba.njit(nogil=True)
def _map_by_class(land_cover, productivity, soc):
    """Combine one block; each class and step makes a boolean map of the whole block."""
    result = productivity.copy().ravel()
    flat = (land_cover.ravel(), productivity.ravel(), soc.ravel())
    result[(result == 0) & ((flat[0] == 1) | (flat[2] == 1))] = 1
    result[(flat[0] == -1) | (flat[2] == -1)] = -1
    result[flat[0] == NO_DATA] = NO_DATA
    result[flat[1] == NO_DATA] = NO_DATA
    result[flat[2] == NO_DATA] = NO_DATA
    return result.reshape(land_cover.shape)


@numba.njit(nogil=True)
def _status_by_class(baseline, period):
    """Judge one block; each pair of classes makes a boolean map."""
    first, last = baseline.ravel(), period.ravel()
    expanded = np.zeros(first.size, np.int8)
    expanded[(first == -1) & (last == -1)] = 1
    expanded[((first == 0) | (first == 1)) & (last == -1)] = 2
    expanded[(first == -1) & (last == 0)] = 3
    expanded[(first == 0) & (last == 0)] = 4
    expanded[(first == 1) & (last == 0)] = 5
    expanded[((first == -1) | (first == 0)) & (last == 1)] = 6
    expanded[(first == 1) & (last == 1)] = 7
    status = np.full(first.size, NO_DATA, np.int8)
    status[(expanded >= 1) & (expanded <= 3)] = -1
    status[expanded == 4] = 0
    status[expanded >= 5] = 1
    return status.reshape(baseline.shape), expanded.reshape(baseline.shape)


@numba.njit(nogil=True)
def _areas_in_dictionary(codes, within, area):
    """Add up one block's areas cell by cell."""
    totals = Dict.empty(types.int64, types.float64)
    for y in range(codes.shape[0]):
        for x in range(codes.shape[1]):
            code = np.int64(codes[y, x]) if within[y, x] else np.int64(-32767)
            totals[code] = totals.get(code, 0.0) + area[y]
    return totals


def with_a_temporary_per_class(
    baseline: dict, period: dict, within: xr.DataArray, area: xr.DataArray
):
    """Return the same, block by block."""
    result, areas = np.empty(within.shape, np.int8), {}
    for y in range(0, len(result), BLOCK):
        rows = area.values[y : y + BLOCK]
        for x in range(0, result.shape[1], BLOCK):
            at = np.s_[y : y + BLOCK, x : x + BLOCK]
            inside = within.values[at]
            ends = [
                _map_by_class(*(np.ascontiguousarray(end[part].values[at]) for part in PARTS))
                for end in (baseline, period)
            ]
            for end in ends:
                end[~inside] = NO_DATA
            status, expanded = _status_by_class(*ends)
            result[at] = status
            for name, codes in (
                ("baseline", ends[0]),
                ("period", ends[1]),
                ("status", status),
                ("expanded", expanded),
            ):
                totals = areas.setdefault(name, {})
                for code, km2 in _areas_in_dictionary(codes, inside, rows).items():
                    totals[code] = totals.get(code, 0.0) + km2
    return result, areas["status"]


def timed(repeat: int, call: Callable) -> tuple[float, Any]:
    """Return the median time in seconds after a warm-up, and what the call returned."""
    call()
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def run(size: int = 6000, repeat: int = 5) -> list[dict[str, Any]]:
    """Time all ways on maps of ``size`` by ``size`` cells, after checking that they agree."""
    baseline, period, within, area = made_up_maps(size)
    ours_seconds, (status, areas) = timed(
        repeat, lambda: in_one_pass(baseline, period, within, area)
    )
    plain_seconds, (plain_status, plain_areas) = timed(
        min(repeat, 3), lambda: by_plain_functions(baseline, period, within, area)
    )
    blocks_seconds, (blocks_status, blocks_areas) = timed(
        min(repeat, 3), lambda: with_a_temporary_per_class(baseline, period, within, area)
    )
    for other_status, other_areas in (plain_status, plain_areas), (blocks_status, blocks_areas):
        np.testing.assert_array_equal(status, other_status)
        for code, km2 in areas.items():
            np.testing.assert_allclose(km2, other_areas[code], rtol=1e-9)
    megapixels = size * size / 1e6
    rows = (
        ("one pass", ours_seconds, "two periods, four maps, their areas, cross-table"),
        ("plain functions", plain_seconds, "the same, without cross-table; same values"),
        ("a temporary per class", blocks_seconds, "the same, without cross-table; same values"),
    )
    return [
        {
            "work": WORK,
            "implementation": name,
            "seconds": seconds,
            "megapixels_per_second": megapixels / seconds,
            "ratio": seconds / ours_seconds,
            "note": note,
        }
        for name, seconds, note in rows
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=6000, help="cells on a side")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(pd.DataFrame(run(options.size, options.repeat)).to_string(index=False))
