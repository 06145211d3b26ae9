"""The country grid: one land mask and one raster of cell areas for every indicator.

Rooms behind this door: ``lattice`` (where cells lie), ``windows`` (reading), ``areas``
(cell areas) and ``resampling`` (bringing a map onto the grid).
"""

import geopandas as gpd
import numpy as np
import shapely
import shapely.affinity
import xarray as xr
from rasterio.crs import CRS
from rasterio.features import rasterize

from sohandbook.areas import cell_area
from sohandbook.errors import InputError
from sohandbook.lattice import Lattice
from sohandbook.resampling import align
from sohandbook.windows import bounds_in, read_window, refuse_torn

__all__ = ["align", "cell_area", "country_grid", "read_window", "split_at_180", "unwrap"]


def unwrap(boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a boundary in degrees, in one piece across 180 degrees.

    A country on both sides of 180 degrees gets longitudes from 0 to 360 where that makes
    it narrower, and the seam at 180 is dissolved. Others only change to EPSG:4326.

    Parameters
    ----------
    boundary : GeoDataFrame
        In any CRS.

    Returns
    -------
    GeoDataFrame in EPSG:4326
    """
    if boundary.crs is None or boundary.empty or boundary.geometry.isna().any():
        raise InputError(
            "boundary",
            found="no CRS" if boundary.crs is None else "features without a shape",
            allowed="polygons with a coordinate reference system",
            remedy="Mend the boundary file, for example in QGIS.",
        )
    degrees = boundary.to_crs(4326)
    degrees.geometry = degrees.geometry.make_valid()
    west, _, east, _ = degrees.total_bounds
    if east - west <= 180 and west >= -180:
        return degrees
    turned = degrees.copy()
    turned.geometry = [_east_of_zero(shape) for shape in degrees.geometry]
    first, _, last, _ = turned.total_bounds
    return turned if last - first < east - west else degrees


def _east_of_zero(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [
        shapely.affinity.translate(part, xoff=360.0) if part.bounds[2] <= 0 else part
        for part in shapely.get_parts(shape)
    ]
    return shapely.union_all(parts)


def split_at_180(boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a boundary with longitudes from -180 to 180, cut at 180 where it goes across.

    GeoJSON and most web maps want it so (RFC 7946, section 3.1.9).
    """
    degrees = boundary.to_crs(4326)
    degrees.geometry = [_cut_at_180(shape) for shape in degrees.geometry]
    return degrees


def _cut_at_180(shape: shapely.Geometry) -> shapely.Geometry:
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        piece = shapely.intersection(shape, shapely.box(turn - 180, -90, turn + 180, 90))
        pieces.append(shapely.affinity.translate(piece, xoff=-turn))
    return shapely.union_all(
        [part for piece in pieces for part in shapely.get_parts(piece) if part.area]
    )


def country_grid(
    boundary: gpd.GeoDataFrame,
    *,
    like: xr.DataArray | None = None,
    crs: CRS | str | int | None = None,
    resolution: float | None = None,
) -> xr.DataArray:
    """Return the country grid: which cells belong to the country.

    Its coordinates and CRS are the grid of every indicator, and its values the one mask. A
    cell belongs to the country if its centre lies inside the boundary: neighbours that share
    a border share no cell, and Trends.Earth counts in the same way.

    Parameters
    ----------
    boundary : GeoDataFrame
        As :func:`unwrap` returns it.
    like : DataArray, optional
        A map, for example a window of a dataset, whose cells the grid takes over.
    crs, resolution : optional
        Instead of ``like``: a CRS and the width of a cell in its unit. Cells start at a
        multiple of the resolution, so that grids of neighbours fit.

    Returns
    -------
    DataArray of bool, shape (y, x)

    Raises
    ------
    InputError
        Neither or both ways given, no cell's centre inside the boundary, or a projection
        that tears the country in two.
    """
    if (like is None) == (crs is None or resolution is None):
        raise InputError(
            "country grid",
            found={"like": like is not None, "crs": crs, "resolution": resolution},
            allowed="either 'like', or both 'crs' and 'resolution'",
            remedy="Choose one way to state the grid.",
        )
    if like is not None:
        cells = Lattice.of(like)
    else:
        cells = Lattice(CRS.from_user_input(crs), 0.0, 0.0, resolution, resolution, 1, 1)
    bounds = bounds_in(boundary, cells.crs)
    refuse_torn(boundary, bounds, cells.crs, where="country grid")
    lattice = cells.part(*cells.ranges(bounds))
    shapes = [shape for shape in boundary.to_crs(cells.crs).geometry if not shape.is_empty]
    inside = rasterize(shapes, out_shape=lattice.shape, transform=lattice.transform, dtype="uint8")
    if not inside.any():
        raise InputError(
            "country grid",
            found=f"no centre of a cell of {lattice.step_x:g} by {lattice.step_y:g} inside",
            allowed="a boundary that holds the centre of one cell at least",
            remedy="Choose a finer grid for so small a country.",
        )
    return lattice.array(
        inside.view(np.bool_),
        attributes={"long_name": "Inside the country, by the centre of the cell"},
        name="grid",
    )
