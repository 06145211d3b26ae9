"""Rectangles as countries, and GeoTIFFs in memory."""

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin


def boundary(*bounds: float) -> gpd.GeoDataFrame:
    """Return a rectangle as a boundary."""
    return gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.box(*bounds)], crs=4326)


def raster(
    values: np.ndarray, *, left: float, top: float, step: float, crs="EPSG:4326", **profile
) -> bytes:
    """Return a tiled GeoTIFF in memory."""
    bands = values if values.ndim == 3 else values[None]
    options = {
        "driver": "GTiff",
        "tiled": True,
        "blockxsize": 128,
        "blockysize": 128,
        "compress": "deflate",
    }
    with rasterio.MemoryFile() as memory:
        with memory.open(
            width=bands.shape[2],
            height=bands.shape[1],
            count=bands.shape[0],
            dtype=bands.dtype,
            crs=crs,
            transform=from_origin(left, top, step, step),
            **options | profile,
        ) as file:
            file.write(bands)
        return memory.read()
