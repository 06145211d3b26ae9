"""Two years of a class map on one sheet: a slider uncovers the later one."""

from typing import Any

import geopandas as gpd
import ipywidgets
import pandas as pd
import xarray as xr
from shapely.geometry import LineString

from sohandbook import classes, figures
from sohandbook.figures import cartography
from sohandbook.figures.display import Figure
from sohandbook.keyboard import Controls
from sohandbook.language import translate
from sohandbook.widgets.live import WIDE, WORDS, Shown, live, menu
from sohandbook.widgets.scene import Scene, map_of


def swipe(
    maps: xr.DataArray,
    *,
    report: Any,
    subject: str,
    static: bool | None = None,
) -> Controls | Shown:
    """Swipe between two years of a class map; the chart and the table say what changed.

    Parameters
    ----------
    maps : DataArray of int, dims (year, y, x)
        Class maps of two years or more; the first and the last are shown first.
    report : Report
    subject : str
        What the maps show, for example ``"Land cover"``.
    static : bool, optional
        Show both years side by side; by default in pages without a kernel.
    """
    scene, subject = Scene.of(report), translate(subject)
    system = classes.system(maps.attrs["class_system"])
    years = [int(year) for year in maps.year.values]
    layers = {year: scene.cells(maps.sel(year=year)) for year in years}
    areas = {year: scene.areas(layer).set_index("key") for year, layer in layers.items()}
    left, right, bottom, top = cartography.extent(scene.within)

    def change(first: int, last: int) -> list[Figure]:
        frame = pd.DataFrame(
            {
                "class": areas[first].label,
                f"{first}": areas[first].area_km2,
                f"{last} ": areas[last].area_km2,  # a space: a year may stand beside itself
                "change": areas[last].area_km2 - areas[first].area_km2,
            }
        )
        moved = frame.change.drop("no_data")
        most, least = moved.idxmax(), moved.idxmin()
        words = translate(
            "From {first} to {last} {most} changes by {gain} km², {least} by {loss} km².",
            first=first,
            last=last,
            most=translate(frame["class"][most]),
            gain=f"{moved[most]:+,.0f}",
            least=translate(frame["class"][least]),
            loss=f"{moved[least]:+,.0f}",
        )
        return [
            figures.bar_chart(
                frame.change,
                caption=translate(
                    "Change of each class, {first} to {last}.", first=first, last=last
                ),
                alt=words,
                unit="km²",
                system=system,
                digits=0,
            ),
            figures.table(
                frame.reset_index(drop=True),
                caption=scene.with_note(
                    translate("{subject}, area of each class, km².", subject=subject)
                ),
                digits=0,
            ),
        ]

    def draw(left_year: int, right_year: int, place: int) -> list[Figure]:
        cut = left + (right - left) * place / 100
        both = layers[left_year].where(scene.within.x < cut, layers[right_year])
        chart, table = change(left_year, right_year)
        line = gpd.GeoSeries(
            [LineString([(cut, bottom), (cut, top)]).buffer((right - left) / 1000)],
            crs=scene.within.rio.crs,
        )
        shown = scene.map(
            both.astype(maps.dtype).assign_attrs(maps.attrs),
            caption=translate(
                "{subject}: {left} left of the line, {right} right of it.",
                subject=subject,
                left=left_year,
                right=right_year,
            ),
            alt=map_of(report, chart.alt),
            lines=line,
        )
        return [shown, chart, table]

    def twin() -> list[Figure]:
        first, last = years[0], years[-1]
        chart, table = change(first, last)
        pair = figures.small_multiples(
            {str(year): layers[year] for year in (first, last)},
            caption=translate("{subject} of the two years side by side.", subject=subject),
            alt=map_of(report, chart.alt),
            report=report,
            within=scene.within,
        )
        return [pair, chart, table]

    controls = {
        "left_year": menu(translate("Left"), years, years[0]),
        "right_year": menu(translate("Right"), years, years[-1]),
        "place": ipywidgets.IntSlider(
            50,
            min=0,
            max=100,
            description=translate("Place of the line, %"),
            style=WORDS,
            layout=WIDE,
        ),
    }
    return live(draw, controls=controls, static=static, twin=twin)
