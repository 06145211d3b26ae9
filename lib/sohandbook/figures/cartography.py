"""What makes a picture a map: cells at a size to see, a scale, north, a boundary and its note."""

from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numba
import numpy as np
import pyproj
import xarray as xr
from matplotlib.axes import Axes

from sohandbook.language import message, translate

NOT_OURS = message(
    "The boundaries and names shown do not imply official endorsement or acceptance "
    "by the United Nations."
)
INK = "#222222"
FINEST = 700  # cells across a picture; more cannot be seen
HATCH_DARK, HATCH_LIGHT, HATCH_WIDTH = (130, 130, 130), (205, 205, 205), 3


def note(report: Any) -> str:
    """Return the sentence about boundaries that every map needs."""
    if report is not None and report.country.fictional:
        return translate("{country} is fictional.", country=report.country.name)
    return translate(NOT_OURS)


def imprint(report: Any, *, source: str = "") -> str:
    """Return a map's small print: data, boundary and the day it was drawn, and the note.

    Parameters
    ----------
    report : Report, optional
        Gives the country and the source of its boundary.
    source : str
        Where the data come from; by default the section of the chapter that lists them.
    """
    if report is None:
        return " ".join(part for part in (translate(source), note(report)) if part)
    parts = [
        translate(source) or translate("Data: see the section Data of this chapter."),
        translate("Boundary: {source}", source=translate(report.country.boundary.source)),
        translate("Drawn on {date}.", date=datetime.now(UTC).date().isoformat()),
        note(report),
    ]
    return " ".join(part if part.endswith((".", "。")) else f"{part}." for part in parts)


def thin_classes(data: xr.DataArray, *, nodata: int, finest: int = FINEST) -> xr.DataArray:
    """Return a class map with at most ``finest`` cells a side; each takes its commonest class.

    No data wins only where nothing else is; ties go to the smaller code.
    """
    data = data.transpose("y", "x")
    step = int(np.ceil(max(data.shape) / finest))
    if step == 1:
        return data.compute()
    cells = np.ascontiguousarray(data.values)
    return _coarse(data, step, _commonest(cells, step, cells.dtype.type(nodata)))


def thin_values(data: xr.DataArray, *, finest: int = FINEST) -> xr.DataArray:
    """Return a continuous map with at most ``finest`` cells a side; each takes the mean."""
    data = data.transpose("y", "x")
    step = int(np.ceil(max(data.shape) / finest))
    means = data.coarsen(y=step, x=step, boundary="pad").mean().compute()
    return _coarse(data, step, means.values)


def _coarse(data: xr.DataArray, step: int, cells: np.ndarray) -> xr.DataArray:
    """Put thinned cells at the centres of the cells they stand for."""
    coordinates = {}
    for axis, size in zip(("y", "x"), cells.shape, strict=True):
        place = data[axis].values
        width = (place[-1] - place[0]) / (len(place) - 1) if len(place) > 1 else 1.0
        coordinates[axis] = place[0] + width * (step * (np.arange(size) + 0.5) - 0.5)
    thin = xr.DataArray(cells, dims=("y", "x"), coords=coordinates, attrs=data.attrs)
    return thin.rio.write_crs(data.rio.crs) if data.rio.crs is not None else thin


@numba.njit(cache=True)
def _commonest(cells, step, nodata):
    """Return the commonest value of each block of step by step cells."""
    height, width = -(-cells.shape[0] // step), -(-cells.shape[1] // step)
    found = np.full((height, width), nodata, dtype=cells.dtype)
    for y in range(height):
        for x in range(width):
            block = np.sort(
                cells[y * step : (y + 1) * step, x * step : (x + 1) * step].copy().ravel()
            )
            longest, start = 0, 0
            for i in range(block.size):
                if block[i] != block[start]:
                    start = i
                if block[i] != nodata and i - start + 1 > longest:
                    longest, found[y, x] = i - start + 1, block[i]
    return found


def paint(colours: np.ndarray, *, hatched: np.ndarray) -> np.ndarray:
    """Return an image in which hatched cells, those without data, carry stripes.

    Stripes tell no data from any class without relying on a colour. Cells are enlarged
    first, so that stripes look the same on every grid.

    Parameters
    ----------
    colours : array of uint8, shape (y, x, 3)
    hatched : array of bool, shape (y, x)
    """
    enlarge = max(1, FINEST // max(hatched.shape))
    image = colours.repeat(enlarge, axis=0).repeat(enlarge, axis=1)
    mask = hatched.repeat(enlarge, axis=0).repeat(enlarge, axis=1)
    rows, columns = np.indices(mask.shape, sparse=True)
    dark = ((rows + columns) // HATCH_WIDTH) % 2 == 0
    image[mask & dark], image[mask & ~dark] = HATCH_DARK, HATCH_LIGHT
    return image


def extent(data: xr.DataArray) -> tuple[float, float, float, float]:
    """Return the outer edges of a map: left, right, bottom, top."""
    edges = []
    for axis in ("x", "y"):
        place = data[axis].values
        half = abs(place[-1] - place[0]) / (len(place) - 1) / 2 if len(place) > 1 else 0.5
        edges += [float(place.min() - half), float(place.max() + half)]
    return edges[0], edges[1], edges[2], edges[3]


def furnish(
    axes: Axes, data: xr.DataArray, *, boundary: gpd.GeoDataFrame | None, furniture: bool = True
) -> None:
    """Draw the boundary, the scale bar and the north arrow, and take away the axes."""
    left, right, bottom, top = extent(data)
    crs = data.rio.crs
    if crs is not None and crs.is_geographic:
        axes.set_aspect(1 / max(0.05, np.cos(np.radians((bottom + top) / 2))))
    else:
        axes.set_aspect("equal")
    if boundary is not None and crs is not None:
        lines = boundary if crs == boundary.crs else boundary.to_crs(crs)
        lines.boundary.plot(ax=axes, color=INK, linewidth=0.6)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()
    if furniture and crs is not None:
        _scale_bar(axes, crs, (left, right, bottom, top))
        _north_arrow(axes, crs, (left, right, bottom, top))


def _scale_bar(axes: Axes, crs: Any, edges: tuple[float, float, float, float]) -> None:
    """Draw a bar below the map whose length is measured on the ellipsoid at the map's middle."""
    left, right, bottom, top = edges
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    middle = (bottom + top) / 2
    ends = [to_degrees.transform(x, middle) for x in ((left + right) / 2, left)]
    half = pyproj.Geod(ellps="WGS84").inv(*ends[0], *ends[1])[2] / 1000
    kilometres = nice_length(half * 2 / 3)
    share = kilometres / (2 * half)
    bar = {"transform": axes.transAxes, "clip_on": False, "color": INK, "linewidth": 1.4}
    axes.plot([0, 0, share, share], [-0.015, -0.035, -0.035, -0.015], **bar)
    words = {"transform": axes.transAxes, "fontsize": 9, "color": INK, "va": "center"}
    axes.text(share + 0.02, -0.03, f"{kilometres:g} {translate('km')}", **words)


def nice_length(longest: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-12)))


def _north_arrow(axes: Axes, crs: Any, edges: tuple[float, float, float, float]) -> None:
    """Draw an arrow at the lower right that points to the north as the map has it there."""
    left, right, bottom, top = edges
    x, y = (left + right) / 2, (bottom + top) / 2
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    step = -0.01 if latitude > 89 else 0.01
    there = to_degrees.transform(longitude, latitude + step, direction="INVERSE")
    lean = np.array([there[0] - x, there[1] - y]) * np.sign(step)
    lean /= np.hypot(*lean)
    axes.annotate(
        translate("N"),
        xy=(0.97, -0.012),
        xycoords="axes fraction",
        xytext=tuple(-20 * lean),
        textcoords="offset points",
        fontsize=9,
        color=INK,
        ha="center",
        va="center",
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkB": 0},
        annotation_clip=False,
    )
