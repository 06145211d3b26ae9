"""Area by class inside a country: ours against exactextract and against plain numpy, in one run.

Both get the same class map in memory and the same boundary. Ours includes the making of the
country's mask from the boundary, by the rule that a cell counts where its centre is inside.
All run on one thread; times are of the processor, so that a busy machine does not change them.

    python benchmarks/area_by_class.py [--size 8000] [--repeat 3]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import rasterio.features
import rasterio.transform
import shapely
import xarray as xr
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from sohandbook import areas, classes, tables

WORK = "area of seven classes inside a country"
WIDTH_DEGREES = 20.0
WEST, NORTH = -5.0, 25.0


def country(size: int) -> tuple[np.ndarray, shapely.Polygon]:
    """Return seven classes in patches, and a boundary of 4000 points around six tenths of them."""
    random = np.random.default_rng(1)
    patches = random.integers(1, 8, (size // 20, size // 20), dtype=np.uint8)
    cells = np.kron(patches, np.ones((20, 20), dtype=np.uint8))
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    radius = WIDTH_DEGREES / 2 * (0.87 + 0.08 * np.sin(9 * angle) + 0.02 * np.sin(70 * angle))
    middle = WIDTH_DEGREES / 2
    points = np.c_[WEST + middle + radius * np.cos(angle), NORTH - middle + radius * np.sin(angle)]
    return cells, shapely.Polygon(points)


def median_seconds(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the median time of several runs after a first one, and the result."""
    result = work()
    seconds = []
    for _ in range(repeat):
        began = time.process_time()
        result = work()
        seconds.append(time.process_time() - began)
    return statistics.median(seconds), result


def run(size: int = 8000, repeat: int = 3) -> list[dict[str, Any]]:
    """Time each implementation on ``size`` by ``size`` cells, a multiple of 20."""
    cells, boundary = country(size)
    degrees = WIDTH_DEGREES / size
    transform = rasterio.transform.from_origin(WEST, NORTH, degrees, degrees)
    latitude = NORTH - degrees * (np.arange(size) + 0.5)
    longitude = WEST + degrees * (np.arange(size) + 0.5)
    place = {"y": latitude, "x": longitude}
    attributes = classes.system("land_cover").attributes()
    classes_map = xr.DataArray(cells, dims=("y", "x"), coords=place, attrs=attributes)
    classes_map = classes_map.rio.write_crs(4326)
    cell_area = areas.cell_area(classes_map)
    row_area = cell_area.values[:, 0]

    def mask() -> np.ndarray:
        shape = [(boundary, 1)]
        inside = rasterio.features.rasterize(shape, cells.shape, transform=transform, dtype="u1")
        return inside.view(bool)

    def ours() -> np.ndarray:
        within = classes_map.copy(data=mask()).drop_attrs()
        table = tables.area_by_class(classes_map, cell_area=cell_area, within=within)
        return table["area_km2"].to_numpy()[:7]

    def plain_numpy() -> np.ndarray:
        within = mask()
        weights = np.broadcast_to(row_area[:, None], cells.shape)[within]
        return np.bincount(cells[within], weights=weights, minlength=8)[1:]

    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(boundary), "properties": {}}
    edges = {"xmin": WEST, "xmax": WEST + WIDTH_DEGREES, "ymin": NORTH - WIDTH_DEGREES,
             "ymax": NORTH, "srs_wkt": classes_map.rio.crs.to_wkt()}  # fmt: skip
    source = NumPyRasterSource(cells, **edges)

    def exact() -> np.ndarray:
        found = exact_extract(
            source, feature, ["unique", "frac", "count(coverage_weight=area_spherical_km2)"]
        )[0]["properties"]
        whole = next(value for name, value in found.items() if "count" in name)
        return np.asarray(found["frac"])[np.argsort(found["unique"])] * whole

    our_seconds, our_areas = median_seconds(ours, repeat)
    rows = [("sohandbook.tables", our_seconds, "mask and ellipsoidal areas")]
    for name, work, remark in (
        ("numpy bincount", plain_numpy, "mask and the same areas"),
        ("exactextract", exact, "parts of cells, areas on a sphere"),
    ):
        seconds, found = median_seconds(work, repeat)
        gap = 100 * abs(found / our_areas - 1).max()
        rows.append((name, seconds, f"{remark}; areas differ by up to {gap:.3g} %"))
    return [
        {
            "work": WORK,
            "implementation": name,
            "seconds": seconds,
            "megapixels_per_second": cells.size / 1e6 / seconds,
            "ratio": seconds / our_seconds,
            "note": note,
        }
        for name, seconds, note in rows
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=8000, help="cells on a side")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print(pd.DataFrame(run(options.size, options.repeat)).to_string(index=False))
