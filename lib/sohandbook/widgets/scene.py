"""A country at a size that answers a touch at once, and the figures that show a status on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import geopandas as gpd
import ipywidgets
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, figures, reporting_tables, tables
from sohandbook.figures import cartography
from sohandbook.figures.display import Figure
from sohandbook.keyboard import Controls
from sohandbook.language import translate
from sohandbook.widgets.live import Shown, live

FINEST = 350  # cells a side of a map that is drawn again at every touch
MOST_CELLS = 1_000_000  # of a country that is computed again at every touch
STATUS = classes.system("status")


@dataclass(frozen=True)
class Scene:
    """The cells that count, thinned where a country has too many of them.

    Attributes
    ----------
    report : Report
    within : DataArray of bool, dims (y, x)
        The cells that count.
    cell_area : DataArray, dims (y, x)
        What each of these cells stands for, km2; adds up to the area of the whole.
    step : int
        Every so many rows and columns one cell was taken.
    """

    report: Any
    within: xr.DataArray
    cell_area: xr.DataArray
    step: int

    @classmethod
    def of(cls, report: Any, *, within: xr.DataArray | None = None) -> Self:
        """Return the scene of a country, or of a part of it such as its land."""
        within = report.grid if within is None else within
        step = max(1, int(np.ceil(np.sqrt(within.size / MOST_CELLS))))
        thin, area = (_every(data, step) for data in (within, report.cell_area))
        share = float(area.where(thin).sum()) / float(report.cell_area.where(within).sum())
        return cls(report, thin, area / share if share else area, step)

    def cells(self, data: xr.DataArray) -> xr.DataArray:
        """Return a map of the country at the cells of the scene, in memory."""
        return _every(data, self.step).compute()

    def areas(self, data: xr.DataArray) -> pd.DataFrame:
        """Return the area of each class, without data last; see ``tables.area_by_class``."""
        return tables.area_by_class(data, cell_area=self.cell_area, within=self.within)

    def map(
        self,
        data: xr.DataArray,
        *,
        caption: str,
        alt: str,
        lines: gpd.GeoSeries | None = None,
    ) -> Figure:
        """Draw a class map, small enough to be quick, with further lines on it."""
        system = classes.system(data.attrs["class_system"])
        boundary = self.report.boundary if lines is None else self.outlines(lines)
        thin = cartography.thin_classes(
            data.where(self.within, system.nodata).astype(data.dtype),
            nodata=system.nodata,
            finest=FINEST,
        )
        return figures.class_map(
            thin.assign_attrs(data.attrs),
            caption=caption,
            alt=alt,
            report=self.report,
            boundary=boundary,
            within=self._shown,
        )

    @cached_property
    def _shown(self) -> xr.DataArray:
        """The cells that count, on the cells of the drawn map."""
        inside = self.within.astype("uint8")
        return cartography.thin_classes(inside, nodata=0, finest=FINEST) == 1

    def outlines(self, lines: gpd.GeoSeries) -> gpd.GeoDataFrame:
        """Return the boundary and further lines, to be drawn together."""
        boundary = self.report.boundary
        shapes = [*boundary.geometry, *lines.to_crs(boundary.crs)]
        return gpd.GeoDataFrame(geometry=shapes, crs=boundary.crs)

    def figures(
        self,
        data: xr.DataArray,
        *,
        caption: str,
        whole: str = "the country area",
        areas: pd.DataFrame | None = None,
        lines: gpd.GeoSeries | None = None,
    ) -> list[Figure]:
        """Draw a status as a map, a chart and a table.

        Parameters
        ----------
        data : DataArray of int, dims (y, x)
            A class map on the cells of the scene.
        caption : str
            What the map shows, and at which setting.
        whole : str
            What the areas add up to.
        areas : DataFrame, optional
            From ``tables.area_by_class``, where they are known already.
        lines : GeoSeries, optional
            Outlines to draw on the map.
        """
        areas = self.areas(data) if areas is None else areas
        words = figures.describe_classes(areas, whole=whole)
        table = areas[["label", "area_km2"]].rename(columns={"label": "class"})
        table["percent"] = 100 * table.area_km2 / table.area_km2.sum()
        return [
            self.map(
                data,
                caption=caption,
                alt=map_of(self.report, words),
                lines=lines,
            ),
            figures.bar_chart(
                areas.set_index("key").area_km2,
                caption=translate("Area of each class."),
                alt=words,
                unit="km²",
                system=classes.system(data.attrs["class_system"]),
                digits=0,
            ),
            figures.table(
                table,
                caption=self.with_note(translate("Area of each class, and its share.")),
                units={"percent": translate("% of {whole}", whole=translate(whole))},
            ),
        ]

    def with_note(self, caption: str) -> str:
        """Add that areas are estimates, where not every cell was looked at."""
        if self.step == 1:
            return caption
        return f"{caption} {translate('Estimated from one cell in {number}.', number=self.step**2)}"


def status_explorer(
    compute: Callable[..., xr.DataArray],
    *,
    controls: Mapping[str, ipywidgets.Widget],
    settings: Sequence[Mapping[str, Any]],
    scene: Scene,
    describe: Callable[..., str],
    whole: str,
    static: bool | None,
) -> Controls | Shown:
    """Show a status that follows its controls, or, in a page, what it is at some settings.

    Parameters
    ----------
    compute : callable
        Gets the value of each control and returns a status on the cells of the scene.
    controls : mapping of str to widget
    settings : sequence of mapping
        Values of the controls that stand in a page without a kernel.
    scene : Scene
    describe : callable
        Says in a few words which values the controls have.
    whole : str
        What the areas add up to.
    static : bool, optional
    """

    def draw(**values: Any) -> list[Figure]:
        return scene.figures(
            compute(**values),
            caption=translate("Status of land: {setting}.", setting=describe(**values)),
            whole=whole,
        )

    def twin() -> list[Figure]:
        maps = {describe(**values): compute(**values) for values in settings}
        frame = reporting_tables.compare_status(
            maps, cell_area=scene.cell_area, within=scene.within
        )
        words = translate("; ").join(
            translate(
                "{choice}: degraded {degraded} km², improved {improved} km²",
                choice=row.choice,
                degraded=f"{row.degraded:,.0f}",
                improved=f"{row.improved:,.0f}",
            )
            for row in frame.itertuples()
        )
        return [
            figures.small_multiples(
                maps,
                caption=translate("Status of land at some settings of the control."),
                alt=map_of(scene.report, f"{words}."),
                within=scene.within,
                boundary=scene.report.boundary,
                report=scene.report,
            ),
            figures.table(
                frame,
                caption=scene.with_note(translate("Area of each status at these settings, km².")),
                digits=0,
            ),
        ]

    return live(draw, controls=controls, static=static, twin=twin)


def map_of(report: Any, words: str) -> str:
    """Return the alternative of a map: whose it is, and what one would see."""
    return f"{translate('Map of {country}.', country=report.country.name)} {words}"


def _every(data: xr.DataArray, step: int) -> xr.DataArray:
    """Return one cell of each square of ``step`` by ``step`` cells, the middle one."""
    if step == 1:
        return data
    taken = slice(step // 2, None, step)
    thin = data.isel(y=taken, x=taken)
    # The place of the first cell is kept beside the CRS, and is not that of the thinned map.
    return thin.rio.write_transform() if thin.rio.crs is not None else thin
