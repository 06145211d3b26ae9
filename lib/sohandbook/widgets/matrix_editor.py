"""A transition matrix to look at and to edit: signs, colours and words for its meanings."""

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.figures.display import Figure, is_static
from sohandbook.keyboard import Controls
from sohandbook.language import message, translate

SIGNS = {1: "+", 0: "0", -1: "\N{MINUS SIGN}"}
MEANINGS = {1: message("improvement"), 0: message("stable"), -1: message("degradation")}
CELL_WIDTH = "72px"
# Out of sight, but read aloud.
HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


class TransitionMatrixEditor(Controls):
    """A grid of drop-downs: what each change of land cover means.

    Attributes
    ----------
    matrix : numpy.ndarray of int8, shape (n, n)
        The meanings as they are set now; rows are the classes at the start.
    """

    def __init__(
        self,
        matrix: np.ndarray,
        on_change: Callable[[np.ndarray], None] | None,
        system: classes.ClassSystem,
    ) -> None:
        self._on_change = on_change
        self._cells = [
            [
                self._drop_down(int(matrix[row, column]), start, end)
                for column, end in enumerate(system.labels)
            ]
            for row, start in enumerate(system.labels)
        ]
        children: list[ipywidgets.Widget] = [_head("from \\ to")]
        children += [_head(label) for label in system.labels]
        for label, cells in zip(system.labels, self._cells, strict=True):
            children += [_head(label), *cells]
        grid = ipywidgets.GridBox(
            children,
            layout=ipywidgets.Layout(
                grid_template_columns=f"130px repeat({len(system.labels)}, {CELL_WIDTH})",
                grid_gap="2px",
                align_items="center",
                overflow="auto",
            ),
        )
        super().__init__([ipywidgets.HTML(_style()), grid])

    @property
    def matrix(self) -> np.ndarray:
        return np.array([[cell.value for cell in row] for row in self._cells], dtype=np.int8)

    def cell(self, row: int, column: int) -> ipywidgets.Dropdown:
        """Return the drop-down of one change, counted from 0."""
        return self._cells[row][column]

    def _drop_down(self, sign: int, start: str, end: str) -> ipywidgets.Dropdown:
        cell = ipywidgets.Dropdown(
            options=[(symbol, value) for value, symbol in SIGNS.items()],
            value=sign,
            description=f"{start} to {end}",  # read aloud; the grid's heads show it to the eye
            tooltip=f"{start} to {end}",
            layout=ipywidgets.Layout(width=CELL_WIDTH, margin="0"),
            style={"description_width": "0px"},
        )
        cell.add_class("sohandbook-sign")
        cell.add_class(f"sohandbook-{MEANINGS[sign]}")
        cell.observe(self._changed, names="value")
        return cell

    def _changed(self, change: Mapping[str, Any]) -> None:
        cell = change["owner"]
        cell.remove_class(f"sohandbook-{MEANINGS[change['old']]}")
        cell.add_class(f"sohandbook-{MEANINGS[change['new']]}")
        if self._on_change is not None:
            self._on_change(self.matrix)


def transition_matrix_editor(
    matrix: np.ndarray,
    on_change: Callable[[np.ndarray], None] | None = None,
    *,
    system: classes.ClassSystem | None = None,
    caption: str = "What each change of land cover means.",
    static: bool | None = None,
) -> TransitionMatrixEditor | Figure:
    """Show the meaning of each change of land cover, to be edited.

    Parameters
    ----------
    matrix : array of int, shape (n, n)
        -1 degradation, 0 stable, 1 improvement; rows are the classes at the start.
    on_change : callable, optional
        Called with the whole matrix after each edit.
    system : ClassSystem, optional
        The classes; the seven UNCCD classes by default.
    caption : str
    static : bool, optional
        Show a table in place of controls; by default in pages without a kernel.

    Raises
    ------
    InputError
        If the matrix has another size than the classes, or another value than -1, 0 and 1.
    """
    system = system or classes.system("land_cover")
    matrix = np.asarray(matrix)
    size = len(system.codes)
    if matrix.shape != (size, size) or not np.isin(matrix, list(SIGNS)).all():
        raise InputError(
            "transition matrix",
            found=f"{matrix.shape} with values {np.unique(matrix).tolist()}",
            allowed=f"{size} by {size} cells of -1, 0 or 1",
            remedy="Use one row and one column for each class.",
        )
    if is_static() if static is None else static:
        return matrix_table(matrix, system=system, caption=caption)
    return TransitionMatrixEditor(matrix, on_change, system)


def matrix_table(matrix: np.ndarray, *, system: classes.ClassSystem, caption: str) -> Figure:
    """Show a transition matrix as a table: a sign, a colour and a word for each cell."""
    labels = [translate(label) for label in system.labels]
    heads = "".join(
        f'<th scope="col" style="text-align:center">{html.escape(label)}</th>' for label in labels
    )
    rows = ""
    for label, signs in zip(labels, np.asarray(matrix).tolist(), strict=True):
        cells = "".join(
            f'<td style="{_colours(sign)};text-align:center">{SIGNS[sign]}'
            f'<span style="{HIDDEN}"> {translate(MEANINGS[sign])}</span></td>'
            for sign in signs
        )
        rows += f'<tr><th scope="row" style="text-align:left">{html.escape(label)}</th>{cells}</tr>'
    caption = translate(caption)
    escaped = html.escape(caption)
    corner = translate("From \\ to")
    key = translate(
        "Rows: class at the start; columns: class at the end. "
        "Plus: improvement, 0: stable, minus: degradation."
    )
    page = (
        f'<div class="sohandbook-table" role="region" tabindex="0" aria-label="{escaped}" '
        'style="overflow-x:auto"><table>'
        f'<caption style="text-align:left;caption-side:top">{escaped} {html.escape(key)}</caption>'
        f'<thead><tr><th scope="col" style="text-align:left">{html.escape(corner)}</th>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    words = pd.DataFrame(matrix, index=system.labels, columns=system.labels).replace(SIGNS)
    return Figure(page, f"{caption}\n{words.to_string()}", "")


def _colours(sign: int) -> str:
    """Return the colours of a meaning: those of the status map, and ink that stands out."""
    status = classes.system("status")
    ground = status.colours[status.codes.index(sign)]
    return f"background:{ground};color:{'#222222' if sign == 0 else '#ffffff'}"


def _style() -> str:
    rules = "".join(
        f".sohandbook-{meaning} select{{{_colours(sign)};font-weight:bold;text-align:center}}"
        for sign, meaning in MEANINGS.items()
    )
    return f"<style>{rules}.sohandbook-sign label{{{HIDDEN}}}</style>"


def _head(label: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(
        f'<span style="line-height:1.1;display:block;font-size:0.8em">{html.escape(label)}</span>'
    )
