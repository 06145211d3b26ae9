"""Controls of SO1: the matrix, the significance, the threshold and the baseline.

What a control does not touch is computed once, before the first drawing.
"""

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np
import xarray as xr

from sohandbook import classes, tables
from sohandbook.figures.display import Figure, is_static, quickly
from sohandbook.indicators import (
    land_cover,
    land_degradation,
    land_productivity,
    soil_organic_carbon,
)
from sohandbook.indicators.yearly import MINIMUM_YEARS
from sohandbook.keyboard import Controls
from sohandbook.language import translate
from sohandbook.widgets.live import Shown, choice, menu, side_by_side
from sohandbook.widgets.matrix_editor import TransitionMatrixEditor, matrix_table
from sohandbook.widgets.scene import STATUS, Scene, status_explorer

LAND = "the land area"
SIGNIFICANCES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
THRESHOLDS = (0.01, 0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3)


def transition_explorer(
    *,
    start: xr.DataArray,
    end: xr.DataArray,
    matrix: np.ndarray,
    system: classes.ClassSystem,
    report: Any,
    caption: str,
    static: bool | None = None,
) -> Controls | Figure:
    """Edit the meaning of each change and see the map, the chart and the table follow.

    Parameters
    ----------
    start, end : DataArray of int, dims (y, x)
        Land cover in the classes of ``system``.
    matrix : array of int, shape (n, n)
        The meanings to begin with.
    system : ClassSystem
    report : Report
        Gives the country, its cells and their areas.
    caption : str
        Of the matrix.
    static : bool, optional
        Show the matrix as a table; by default in pages without a kernel.
    """
    if is_static() if static is None else static:
        return matrix_table(matrix, system=system, caption=caption)
    scene = Scene.of(report)
    # Areas of the changes are summed once, over all cells; a new meaning only sorts them anew.
    crossed = tables.cross_table(
        start.assign_attrs(system.attributes()),
        end.assign_attrs(system.attributes()),
        cell_area=report.cell_area,
        within=report.grid,
    )
    known = crossed.iloc[:-1, :-1].to_numpy()
    ends = [scene.cells(layer) for layer in (start, end)]
    places = [ipywidgets.HTML() for _ in range(3)]

    def show(meaning: np.ndarray) -> None:
        degradation = land_cover.degradation(
            ends[0], end=ends[1], matrix=meaning, codes=system.codes
        )
        areas = scene.areas(degradation)
        areas.loc[areas.key.isin(STATUS.keys), "area_km2"] = [
            known[meaning == code].sum() for code in STATUS.codes
        ]
        areas.loc[areas.key == tables.NO_DATA, "area_km2"] = crossed.to_numpy().sum() - known.sum()
        with quickly():
            parts = scene.figures(
                degradation,
                caption=translate("Status of land by this matrix, a coarse view."),
                areas=areas,
            )
        for place, part in zip(places, parts, strict=True):
            place.value = part.html

    editor = TransitionMatrixEditor(np.asarray(matrix), show, system)
    show(editor.matrix)
    return Controls(
        [ipywidgets.HTML(f"<p>{html.escape(caption)}</p>"), editor, side_by_side(places)]
    )


def significance_explorer(
    statistics: xr.Dataset,
    *,
    state: xr.DataArray,
    performance: xr.DataArray,
    within: xr.DataArray,
    report: Any,
    significance: float = 0.05,
    static: bool | None = None,
) -> Controls | Shown:
    """Drag the significance of the trend and see the status of the productivity follow.

    Parameters
    ----------
    statistics : Dataset
        From :func:`sohandbook.indicators.land_productivity.trend_statistics`: the test is done
        once, a new level only asks of each p whether it is small enough.
    state, performance : DataArray of int8, dims (y, x)
    within : DataArray of bool, dims (y, x)
        The land.
    report : Report
    significance : float
        The level to begin with.
    static : bool, optional
        Show three levels side by side; by default in pages without a kernel.
    """
    scene = Scene.of(report, within=within)
    p = scene.cells(statistics.p.where(statistics.years >= MINIMUM_YEARS))
    sign = np.sign(scene.cells(statistics.score)).astype(np.int8)
    others = {"state": scene.cells(state), "performance": scene.cells(performance)}

    def compute(significance: float) -> xr.DataArray:
        trend = sign.where(p <= significance, np.int8(0)).where(p.notnull(), np.int8(-128))
        trend = trend.astype(np.int8).assign_attrs(STATUS.attributes())
        return land_productivity.degradation(land_productivity.dynamics(trend, **others))

    return status_explorer(
        compute,
        controls={
            "significance": choice(
                translate("Significance"), sorted({*SIGNIFICANCES, significance}), significance
            )
        },
        settings=[{"significance": level} for level in (0.01, 0.05, 0.2)],
        scene=scene,
        describe=lambda significance: translate("significance {level}", level=f"{significance:g}"),
        whole=LAND,
        static=static,
    )


def threshold_explorer(
    start: xr.DataArray,
    *,
    end: xr.DataArray,
    within: xr.DataArray,
    report: Any,
    threshold: float = 0.10,
    inclusive: bool = False,
    static: bool | None = None,
) -> Controls | Shown:
    """Drag the threshold of a change of soil carbon and see the status follow.

    Parameters
    ----------
    start, end : DataArray of float, dims (y, x)
        Stocks at both ends of the period, t C/ha.
    within : DataArray of bool, dims (y, x)
        The land.
    report : Report
    threshold : float
        The share of the stock to begin with.
    inclusive : bool
        Whether a change of exactly the threshold counts.
    static : bool, optional
        Show three thresholds side by side; by default in pages without a kernel.
    """
    scene = Scene.of(report, within=within)
    first, last = scene.cells(start), scene.cells(end)

    def compute(threshold: float) -> xr.DataArray:
        return soil_organic_carbon.degradation(
            first, end=last, threshold=threshold, inclusive=inclusive
        )

    return status_explorer(
        compute,
        controls={
            "threshold": choice(
                translate("Threshold"),
                [(f"{100 * t:g} %", t) for t in sorted({*THRESHOLDS, threshold})],
                threshold,
            )
        },
        settings=[{"threshold": share} for share in (0.05, 0.1, 0.2)],
        scene=scene,
        describe=lambda threshold: translate(
            "threshold {percent} %", percent=f"{100 * threshold:g}"
        ),
        whole=LAND,
        static=static,
    )


def baseline_explorer(
    baselines: Mapping[str, xr.DataArray | None],
    *,
    period: xr.DataArray,
    within: xr.DataArray,
    report: Any,
    static: bool | None = None,
) -> Controls | Shown:
    """Switch the baseline and see the status at the end of the period follow.

    Parameters
    ----------
    baselines : mapping of str to DataArray of int8, dims (y, x), or None
        Name of each baseline and its status; ``None`` for no baseline, which leaves the
        assessment of the period as it is. The first one is shown first.
    period : DataArray of int8, dims (y, x)
        The assessment of the period.
    within : DataArray of bool, dims (y, x)
        The land.
    report : Report
    static : bool, optional
        Show all baselines side by side; by default in pages without a kernel.
    """
    scene = Scene.of(report, within=within)
    assessed = scene.cells(period)
    known = {
        name: None if baseline is None else scene.cells(baseline)
        for name, baseline in baselines.items()
    }

    def compute(baseline: str) -> xr.DataArray:
        before = known[baseline]
        return assessed if before is None else land_degradation.status(before, period=assessed)

    def describe(baseline: str) -> str:
        if known[baseline] is None:
            return translate("no baseline")
        return translate("baseline {name}", name=translate(baseline))

    options = [(describe(name), name) for name in known]
    return status_explorer(
        compute,
        controls={"baseline": menu(translate("Baseline"), options, next(iter(known)))},
        settings=[{"baseline": name} for name in known],
        scene=scene,
        describe=describe,
        whole=LAND,
        static=static,
    )
