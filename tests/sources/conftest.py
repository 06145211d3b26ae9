"""How the tests of sources open a dataset, and small rasters to open."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from sohandbook import grid, sources
from sohandbook.country import Dataset

METADATA = {"title": "t", "link": "l", "author": "a", "citation": "c"}


@pytest.fixture
def box() -> Callable:
    """Make a boundary of a box in degrees."""

    def make(west: float, south: float, east: float, north: float) -> gpd.GeoDataFrame:
        shape = shapely.box(west, south, east, north)
        return grid.unwrap(gpd.GeoDataFrame(geometry=[shape], crs=4326))

    return make


@pytest.fixture
def open_product() -> Callable:
    """Open files of a folder as a product."""

    def make(product, folder, files, boundary, *, cells=None, years=None, m49=None, iso3="XXX",
             **settings):  # fmt: skip
        files = [files] if isinstance(files, str) else files
        dataset = Dataset(product=product, files=files, metadata=METADATA, **settings)
        return sources.open_dataset(
            dataset, name="tested", iso3=iso3, folder=folder, boundary=boundary, grid=cells,
            years=years, m49=m49,
        )  # fmt: skip

    return make


@pytest.fixture
def raster(tmp_path) -> Callable:
    """Write a small GeoTIFF at 10 east, 20 north, with cells of 0.1 degree."""

    def write(name: str, values: object, *, nodata: float | None = None, step: float = 0.1) -> Path:
        values = np.asarray(values)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with rasterio.open(
            path, "w", driver="GTiff", dtype=values.dtype, count=1, height=values.shape[0],
            width=values.shape[1], crs="EPSG:4326", nodata=nodata,
            transform=from_origin(10, 20, step, step),
        ) as file:  # fmt: skip
            file.write(values, 1)
        return path

    return write


@pytest.fixture(scope="session")
def assaba(realdata) -> gpd.GeoDataFrame:
    """The region Assaba in Mauritania."""
    return grid.unwrap(gpd.read_file(realdata / "assaba/Admin_layers/Assaba_Region_layer.shp"))
