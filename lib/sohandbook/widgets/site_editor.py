"""A false positive or negative drawn by its corners, or loaded, and what it moves."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import geopandas as gpd
import ipywidgets
import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import box

from sohandbook import figures, polygons, reporting_tables
from sohandbook.errors import InputError
from sohandbook.figures.display import Figure
from sohandbook.indicators import land_degradation
from sohandbook.keyboard import Controls
from sohandbook.language import message, translate
from sohandbook.widgets.live import WIDE, WORDS, Shown, live, menu
from sohandbook.widgets.scene import Scene, map_of

TYPES = (message("false positive"), message("false negative"))
PERIODS = (message("baseline"), message("reporting"), message("both"))


def site_explorer(
    baseline: xr.DataArray,
    *,
    period: xr.DataArray,
    within: xr.DataArray,
    report: Any,
    start: gpd.GeoDataFrame | None = None,
    static: bool | None = None,
) -> Controls | Shown:
    """Draw a site by its corners, or load one, and see the corrected status follow.

    Parameters
    ----------
    baseline, period : DataArray of int8, dims (y, x)
        Assessments of the baseline and of the period, before any correction.
    within : DataArray of bool, dims (y, x)
        The land.
    report : Report
    start : GeoDataFrame, optional
        A site whose outer corners to begin with; by default the middle of the country.
    static : bool, optional
        Show the status before and after; by default in pages without a kernel.
    """
    scene = Scene.of(report, within=within)
    before = {"baseline": scene.cells(baseline), "reporting": scene.cells(period)}
    uncorrected = land_degradation.status(before["baseline"], period=before["reporting"])
    limits = report.boundary.total_bounds
    corners = _middle(limits) if start is None else start.to_crs(4326).total_bounds

    def correct(site: gpd.GeoDataFrame, kind: str, since: str) -> xr.DataArray:
        numbers = polygons.numbers(site, grid=scene.within)
        rules = land_degradation.recode_rules(
            pd.DataFrame(
                {"site": range(1, len(site) + 1), "type": kind, "period_when_started": since}
            )
        )
        after = {
            name: land_degradation.recode(part, sites=numbers, rules=rules, period=name)
            for name, part in before.items()
        }
        return land_degradation.status(after["baseline"], period=after["reporting"])

    def compare(after: xr.DataArray) -> pd.DataFrame:
        return reporting_tables.compare_status(
            {"before": uncorrected, "after": after},
            cell_area=scene.cell_area,
            within=scene.within,
        )

    def draw(kind: str, since: str, west_east: Any, south_north: Any, file: Any) -> list[Figure]:
        site = _loaded(file, scene) if file else _rectangle(west_east, south_north)
        after = correct(site, kind, since)
        where = file[0]["name"] if file else translate("the rectangle")
        shown, chart, _ = scene.figures(
            after,
            caption=translate("Status with {site} as a {kind}.", site=where, kind=translate(kind)),
            whole="the land area",
            lines=site.geometry,
        )
        return [shown, chart, _comparison(compare(after), scene)]

    def twin() -> list[Figure]:
        site = _rectangle(corners[[0, 2]], corners[[1, 3]])
        maps = {"before": uncorrected} | {kind: correct(site, kind, "reporting") for kind in TYPES}
        frame = compare(maps["false positive"])
        return [
            figures.small_multiples(
                maps,
                caption=translate("Status before a correction, and with one site of either kind."),
                alt=map_of(report, _words(frame)),
                report=report,
                within=scene.within,
                boundary=scene.outlines(site.geometry),
            ),
            _comparison(frame, scene),
        ]

    controls = {
        "kind": menu(translate("The site is a"), _named(TYPES), TYPES[0]),
        "since": menu(translate("Since the period"), _named(PERIODS), "reporting"),
        "west_east": _range(translate("West and east, degrees"), limits[[0, 2]], corners[[0, 2]]),
        "south_north": _range(
            translate("South and north, degrees"), limits[[1, 3]], corners[[1, 3]]
        ),
        "file": ipywidgets.FileUpload(
            accept=".geojson,.json,.gpkg", description=translate("or load a file"), layout=WIDE
        ),
    }
    # What was touched last counts: a moved side takes the place of a file.
    for side in ("west_east", "south_north"):
        controls[side].observe(lambda _: setattr(controls["file"], "value", ()), names="value")
    return live(draw, controls=controls, static=static, twin=twin)


def _range(description: str, limits: Any, value: Any) -> ipywidgets.FloatRangeSlider:
    """Return a slider for two sides of the rectangle; the map follows when it is let go."""
    low, high = (float(limit) for limit in limits)
    return ipywidgets.FloatRangeSlider(
        value=[max(low, float(value[0])), min(high, float(value[1]))],
        min=low,
        max=high,
        step=(high - low) / 200,
        description=description,
        readout_format=".2f",
        continuous_update=False,
        style=WORDS,
        layout=WIDE,
    )


def _named(values: Sequence[str]) -> list[tuple[str, str]]:
    """Return what a list shows, and what each entry stands for."""
    return [(translate(value), value) for value in values]


def _middle(limits: np.ndarray) -> np.ndarray:
    """Return the corners of the middle fifth."""
    middle, reach = (limits[:2] + limits[2:]) / 2, (limits[2:] - limits[:2]) / 10
    return np.concatenate([middle - reach, middle + reach])


def _rectangle(west_east: Any, south_north: Any) -> gpd.GeoDataFrame:
    shape = box(west_east[0], south_north[0], west_east[1], south_north[1])
    if not shape.area > 0:
        raise InputError(
            "corners",
            found=f"{tuple(west_east)}, {tuple(south_north)}",
            allowed="a rectangle with some width and height",
            remedy="Draw its sides apart.",
        )
    return gpd.GeoDataFrame(geometry=[shape], crs=4326)


def _loaded(files: Any, scene: Scene) -> gpd.GeoDataFrame:
    """Return the polygons of a file that was handed over in the browser."""
    name, content = files[0]["name"], bytes(files[0]["content"])
    try:
        frame = gpd.read_file(BytesIO(content))
    except Exception:  # the reader's own errors differ, and speak of its parts
        raise InputError(
            name,
            found="a file that cannot be read",
            allowed="GeoJSON or GeoPackage",
            remedy="Save the site as GeoJSON.",
        ) from None
    kinds = sorted({str(kind) for kind in frame.geom_type}) if len(frame) else ["no feature"]
    if not set(kinds) <= {"Polygon", "MultiPolygon"}:
        raise InputError(name, found=kinds, allowed="polygons", remedy="Draw each site as an area.")
    site = frame[["geometry"]].to_crs(4326) if frame.crs else frame[["geometry"]].set_crs(4326)
    if not polygons.numbers(site, grid=scene.within).where(scene.within, 0).any():
        raise InputError(
            name,
            found="sites that cover no land of the country",
            allowed="sites on its land",
            remedy="Look whether the coordinates are degrees, first east, then north.",
        )
    return site


def _words(frame: pd.DataFrame) -> str:
    old, new = frame.degraded
    return translate(
        "Degraded land goes from {old} to {new} km².", old=f"{old:,.0f}", new=f"{new:,.0f}"
    )


def _comparison(frame: pd.DataFrame, scene: Scene) -> Figure:
    caption = translate("Status before and after the correction, km².")
    caption = scene.with_note(f"{caption} {_words(frame)}")
    return figures.table(frame, caption=caption, digits=1)
