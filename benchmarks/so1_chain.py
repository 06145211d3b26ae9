"""All of SO1 for a country, from files to files: time, and the most memory held.

    python benchmarks/so1_chain.py [--size 6560] [--threads 2]

A made-up country of ``size`` by ``size`` cells (6560 by 6560 is 43 million, a Kazakhstan at 250 m)
lies in yearly GeoTIFFs of 2000 to 2023: productivity (int16, scale 1e-4) and land cover
(37 ESA CCI codes), with a soil carbon map, climate zones and soil units. The chain writes the
sub-indicators of the baseline and the reporting period, both results, the status and the
expanded status as GeoTIFFs, and adds up the cross-table.

Windows of 1024 by 1024 cells go through a few threads, in two passes: performance needs the
best land of each ecological unit of the whole country before any cell can be judged.
Each size runs in a process of its own, so that its peak of memory is its own. Making the files is
not timed. Ratios are of processor time per cell, against the largest size: 1 is linear.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from rasterio.windows import Window

from sohandbook.indicators import (
    land_cover,
    land_degradation,
    land_productivity,
    soil_organic_carbon,
)

WORK = "all of SO1, files to files"
YEARS = range(2000, 2024)
PERIODS = {
    "baseline": {
        "window": (2000, 2015),
        "history": (2000, 2012),
        "recent": (2013, 2015),
        "cover": (2000, 2015),
    },
    "period": {
        "window": (2008, 2023),
        "history": (2008, 2020),
        "recent": (2021, 2023),
        "cover": (2016, 2023),
    },
}
METRICS = ("trend", "state", "land_cover", "soc")
SIDE = 1024
FILL = -3000
PROFILE = {
    "driver": "GTiff",
    "count": 1,
    "tiled": True,
    "blockxsize": 512,
    "blockysize": 512,
    "compress": "deflate",
    "zlevel": 1,
}


class Files:
    """GeoTIFFs of one folder, read by any thread and written by one at a time."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size
        self._reader, self._writing, self._writers = threading.local(), threading.Lock(), {}

    def read(self, name: str, window: Window) -> xr.DataArray:
        """Return a window of a file; each thread keeps its files open."""
        readers = self._reader.__dict__
        if name not in readers:
            readers[name] = rasterio.open(self.folder / f"{name}.tif")
        return xr.DataArray(readers[name].read(1, window=window), dims=("y", "x"))

    def read_years(self, name: str, window: Window) -> xr.DataArray:
        """Return a window of the files of all years."""
        layers = [self.read(f"{name}_{year}", window) for year in YEARS]
        return xr.concat(layers, dim=pd.Index(YEARS, name="year"))

    def write(self, name: str, data: xr.DataArray | np.ndarray, window: Window) -> None:
        """Write a window of a file, which begins with the first one."""
        values = np.asarray(data)
        with self._writing:
            if name not in self._writers:
                self._writers[name] = rasterio.open(
                    self.folder / f"{name}.tif",
                    "w",
                    width=self.size,
                    height=self.size,
                    dtype=values.dtype,
                    crs="EPSG:6933",
                    transform=rasterio.Affine(250, 0, 0, 0, -250, 0),
                    **PROFILE,
                )
            self._writers[name].write(values, 1, window=window)

    def close(self) -> None:
        """Finish what was written."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def windows(self) -> Iterator[Window]:
        """Yield the windows of the country."""
        for row in range(0, self.size, SIDE):
            for column in range(0, self.size, SIDE):
                yield Window(column, row, min(SIDE, self.size - column), min(SIDE, self.size - row))


def make_up_country(files: Files) -> None:
    """Write the raw files: noise of years on fields of land, with trends, changes and gaps."""
    codes = np.array([10, 50, 60, 100, 120, 130, 150, 180, 190, 200, 210], dtype=np.uint8)
    for number, window in enumerate(files.windows()):
        random = np.random.default_rng(number)
        shape = (int(window.height), int(window.width))
        fields = tuple(-(-side // 32) for side in shape)

        def spread(values: np.ndarray, shape: tuple[int, int] = shape) -> np.ndarray:
            return np.kron(values, np.ones((32, 32), dtype=values.dtype))[: shape[0], : shape[1]]

        level = spread(random.integers(500, 7000, fields, dtype=np.int16))
        slope = spread(random.integers(-60, 61, fields, dtype=np.int16))
        before, after = (spread(random.choice(codes, fields)) for _ in range(2))
        changes = spread(random.choice(np.array([2004, 2012, 2019, 2099], np.int16), fields))
        for year in YEARS:
            noise = random.integers(-400, 401, shape, dtype=np.int16)
            values = level + slope * np.int16(year - 2000) + noise
            values[random.random(shape, dtype=np.float32) < 0.01] = FILL
            files.write(f"productivity_{year}", values, window)
            files.write(f"land_cover_{year}", np.where(year < changes, before, after), window)
        carbon = spread(random.integers(5, 120, fields, dtype=np.int16))
        files.write("soil_carbon", carbon, window)
        files.write("climate_zones", spread(random.integers(1, 13, fields, np.uint8)), window)
        files.write("soil_units", spread(random.integers(1, 30, fields, np.uint8)), window)
    files.close()


def first_pass(files: Files, window: Window) -> None:
    """Write all that a cell says by itself."""
    product = files.read_years("productivity", window)
    npp = land_productivity.annual_productivity(product, method="annual", scale=1e-4, fill=FILL)
    npp = npp["productivity"]
    codes = files.read_years("land_cover", window)
    cover = land_cover.reclassify(codes, legend="esa_cci")
    ends = sorted({year for period in PERIODS.values() for year in period["cover"]})
    stock = soil_organic_carbon.stock(
        files.read("soil_carbon", window).astype(np.float32),
        land_cover=cover,
        climate_factor=soil_organic_carbon.climate_factor(files.read("climate_zones", window)),
        years=ends,
    )
    soil = files.read("soil_units", window)
    for name, period in PERIODS.items():
        inside = npp.sel(year=slice(*period["window"]))
        start, end = period["cover"]
        units = land_productivity.ecological_units(codes.sel(year=start), soil=soil)
        results = {
            "trend": land_productivity.trend(inside),
            "state": land_productivity.state(
                inside, history=period["history"], recent=period["recent"]
            ),
            "mean": land_productivity.mean_productivity(inside),
            "units": units,
            "land_cover": land_cover.degradation(cover.sel(year=start), end=cover.sel(year=end)),
            "soc": soil_organic_carbon.degradation(stock.sel(year=start), end=stock.sel(year=end)),
        }
        for metric, data in results.items():
            files.write(f"{name}_{metric}", data, window)


def second_pass(files: Files, window: Window, references: dict[str, pd.Series]) -> np.ndarray:
    """Write what the whole country decides; return the cells of each pair of results."""
    parts = {}
    for name in PERIODS:
        trend, state, cover, soc = (files.read(f"{name}_{m}", window) for m in METRICS)
        performance = land_productivity.performance(
            files.read(f"{name}_mean", window),
            units=files.read(f"{name}_units", window),
            reference=references[name],
        )
        dynamics = land_productivity.dynamics(trend, state=state, performance=performance)
        files.write(f"{name}_dynamics", dynamics, window)
        productivity = land_productivity.degradation(dynamics)
        parts[name] = {"land_cover": cover, "productivity": productivity, "soc": soc}
    result = land_degradation.assess(parts["baseline"], period=parts["period"])
    for name in ("baseline", "period", "status", "expanded_status"):
        files.write(f"result_{name}", result[name], window)
    return result["cells"].sum("y").values


def chain(files: Files, threads: int) -> np.ndarray:
    """Run both passes; return the cells of each pair of results."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda window: first_pass(files, window), files.windows()))
    files.close()
    whole = Window(0, 0, files.size, files.size)
    references = {
        name: land_productivity.performance_reference(
            files.read(f"{name}_mean", whole), units=files.read(f"{name}_units", whole)
        )
        for name in PERIODS
    }
    with ThreadPoolExecutor(threads) as pool:
        cells = list(pool.map(lambda w: second_pass(files, w, references), files.windows()))
    files.close()
    return np.sum(cells, axis=0)


def work_alone(folder: Path, size: int, threads: int) -> dict[str, float]:
    """Run the chain and return its seconds, those of all processors, and its peak memory in GB."""
    with rasterio.Env(GDAL_CACHEMAX=64):
        files = Files(folder, size)
        start, processor_start = time.perf_counter(), time.process_time()
        cells = chain(files, threads)
        seconds = time.perf_counter() - start
        processor = time.process_time() - processor_start
    if cells.sum() != size * size:
        raise AssertionError(f"{cells.sum()} cells came out of {size * size}")
    judged = cells[:3, :3].sum() / cells.sum()
    return {
        "seconds": seconds,
        "processor": processor,
        "peak_gb": peak_memory_gb(),
        "judged": judged,
    }


def peak_memory_gb() -> float:
    """Return the most memory that this process held; Linux's getrusage counts its parent's, too."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def in_a_process(size: int, threads: int) -> dict[str, float]:
    """Make a country, run the chain in a process of its own, and return what it measured."""
    with tempfile.TemporaryDirectory() as folder:
        make_up_country(Files(Path(folder), size))
        command = [sys.executable, __file__, "--alone", folder]
        command += ["--size", str(size), "--threads", str(threads)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def run(size: int = 6560, threads: int = 2) -> list[dict[str, Any]]:
    """Run the chain for a sixteenth, a quarter and all of ``size`` by ``size`` cells."""
    in_a_process(64, threads)  # compiles what is not compiled yet
    rows = []
    for side in (size // 4, size // 2, size):
        found = in_a_process(side, threads)
        rows.append(
            {
                "work": WORK,
                "implementation": "two passes over windows",
                "seconds": found["seconds"],
                "megapixels_per_second": side * side / 1e6 / found["seconds"],
                "ratio": found["processor"] / side**2,
                "note": f"{side * side / 1e6:.1f} million cells, {len(YEARS)} years, "
                f"threads: {threads}, "
                f"{found['processor']:.0f} s of processors, peak {found['peak_gb']:.2f} GB, "
                f"{found['judged']:.0%} of cells judged",
            }
        )
    largest = rows[-1]["ratio"]
    return [row | {"ratio": row["ratio"] / largest} for row in rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=6560, help="cells on a side")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(work_alone(options.alone, options.size, options.threads)))
    else:
        print(pd.DataFrame(run(options.size, options.threads)).to_string(index=False))
