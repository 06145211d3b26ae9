"""What trainees touch: controls beside the map, chart and table that they move.

In JupyterLab these are live. In a page made to be read, without a kernel behind it, they
show what they would start with, as tables and figures that need no script.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, figures, tables
from sohandbook.errors import InputError
from sohandbook.figures import cartography
from sohandbook.figures.display import Figure, is_static
from sohandbook.indicators import land_cover
from sohandbook.matrix_editor import TransitionMatrixEditor, matrix_table, transition_matrix_editor

__all__ = ["live", "transition_explorer", "transition_matrix_editor"]

FINEST = 350  # cells a side of a map that is drawn again at every touch


@dataclass(frozen=True)
class Shown:
    """Several figures, one under the other."""

    parts: Sequence[Figure]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {
            "text/html": "".join(part.html for part in self.parts),
            "text/plain": "\n\n".join(map(str, self.parts)),
        }


def live(
    draw: Callable[..., Sequence[Figure]],
    *,
    controls: Mapping[str, ipywidgets.Widget],
    static: bool | None = None,
) -> ipywidgets.VBox | Shown:
    """Show figures that are drawn again whenever a control moves.

    Parameters
    ----------
    draw : callable
        Gets the value of each control by its name and returns figures, always as many.
    controls : mapping of str to widget
        For example ``{"threshold": ipywidgets.FloatSlider(0.1, min=0.05, max=0.2)}``.
    static : bool, optional
        Show the figures alone, drawn once; by default in pages without a kernel.
    """
    first = draw(**{name: control.value for name, control in controls.items()})
    if is_static() if static is None else static:
        return Shown(first)
    places = [ipywidgets.HTML(part.html) for part in first]
    trouble = ipywidgets.HTML()

    def again(_: Any) -> None:
        try:
            parts = draw(**{name: control.value for name, control in controls.items()})
        except InputError as error:  # a person at a slider needs the words, not a traceback
            trouble.value = f'<p role="alert">{html.escape(str(error))}</p>'
            return
        trouble.value = ""
        for place, part in zip(places, parts, strict=True):
            place.value = part.html

    for control in controls.values():
        control.observe(again, names="value")
    return ipywidgets.VBox([*controls.values(), trouble, *places])


def transition_explorer(
    *,
    start: xr.DataArray,
    end: xr.DataArray,
    matrix: np.ndarray,
    system: classes.ClassSystem,
    report: Any,
    caption: str,
    static: bool | None = None,
) -> ipywidgets.VBox | Figure:
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
    # Areas of the changes are summed once; a new meaning only sorts them anew.
    crossed = tables.cross_table(
        start.assign_attrs(system.attributes()),
        end.assign_attrs(system.attributes()),
        cell_area=report.cell_area,
        within=report.grid,
    )
    small = [
        cartography.thin_classes(
            layer.where(report.grid, system.nodata).astype(system.dtype),
            nodata=system.nodata,
            finest=FINEST,
        ).assign_attrs(system.attributes())
        for layer in (start, end)
    ]
    inside = cartography.thin_classes(report.grid.astype("uint8"), nodata=0, finest=FINEST) == 1
    status = classes.system("status")
    view = ipywidgets.HTML()

    def show(meaning: np.ndarray) -> None:
        known = crossed.iloc[:-1, :-1].to_numpy()
        areas = pd.Series({
            key: known[meaning == code].sum()
            for key, code in zip(status.keys, status.codes, strict=True)
        })  # fmt: skip
        areas["no_data"] = crossed.to_numpy().sum() - known.sum()
        table = pd.DataFrame(
            {"status": areas.index, "area_km2": areas.to_numpy(),
             "percent": 100 * areas.to_numpy() / areas.sum()}
        )  # fmt: skip
        labelled = table.assign(label=[*status.labels, "No data"])
        words = figures.describe_classes(labelled)
        degradation = land_cover.degradation(
            small[0], end=small[1], matrix=meaning, codes=system.codes
        )
        parts = [
            figures.class_map(
                degradation, caption="Status by land cover change, a coarse view.",
                alt=f"Map of {report.country.name}. {words}", within=inside,
                report=report,
            ),
            figures.bar_chart(
                areas, caption="Area of each status.", alt=words, unit="km²", system=status
            ),
            figures.table(
                table, caption="Area of each status, and its share of the country area.",
                units={"percent": "% of country area"},
            ),
        ]  # fmt: skip
        view.value = "".join(part.html for part in parts)

    editor = TransitionMatrixEditor(np.asarray(matrix), show, system)
    show(editor.matrix)
    return ipywidgets.VBox([ipywidgets.HTML(f"<p>{html.escape(caption)}</p>"), editor, view])
