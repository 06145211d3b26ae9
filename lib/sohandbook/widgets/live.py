"""Figures that are drawn again at each touch of a control."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from sohandbook.errors import InputError
from sohandbook.figures.display import Figure, is_static, quickly
from sohandbook.keyboard import Controls

WORDS = {"description_width": "initial"}
WIDE = ipywidgets.Layout(width="min(100%, 34rem)")
# Side by side on a desk, one under the other on a phone: nobody scrolls to see what moved.
ROW = ipywidgets.Layout(display="flex", flex_flow="row wrap", align_items="flex-start")
COLUMN = ipywidgets.Layout(flex="1 1 20rem", min_width="0", margin="0 1rem 0 0")


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
    twin: Callable[[], Sequence[Figure]] | None = None,
) -> Controls | Shown:
    """Show figures that are drawn again whenever a control moves.

    Parameters
    ----------
    draw : callable
        Gets the value of each control by its name and returns figures, always as many.
    controls : mapping of str to widget
        For example ``{"threshold": ipywidgets.FloatSlider(0.1, min=0.05, max=0.2)}``.
    static : bool, optional
        Show the figures alone; by default in pages without a kernel.
    twin : callable, optional
        Draws what stands in a page without a kernel; by default ``draw`` at the first values.
    """

    def values() -> dict[str, Any]:
        return {name: control.value for name, control in controls.items()}

    if is_static() if static is None else static:
        return Shown(twin() if twin else draw(**values()))
    with quickly():
        places = [ipywidgets.HTML(part.html) for part in draw(**values())]
    trouble = ipywidgets.HTML()

    drawn = values()

    def again(_: Any) -> None:
        nonlocal drawn
        if values() == drawn:  # one control had moved another, and all was drawn then
            return
        drawn = values()
        try:
            with quickly():
                parts = draw(**drawn)
        except InputError as error:  # a person at a slider needs the words, not a traceback
            trouble.value = f'<p role="alert">{html.escape(str(error))}</p>'
            return
        trouble.value = ""
        for place, part in zip(places, parts, strict=True):
            place.value = part.html

    for control in controls.values():
        control.observe(again, names="value")
    return Controls([*controls.values(), trouble, side_by_side(places)])


def side_by_side(places: Sequence[ipywidgets.DOMWidget]) -> ipywidgets.Box:
    """Set the first figure beside all others; on a phone one stands under the other."""
    for place in places:
        place.add_class("jp-RenderedHTMLCommon")  # as JupyterLab shows tables that stand still
    columns = [places[:1], places[1:]]
    return ipywidgets.Box(
        [ipywidgets.VBox(column, layout=COLUMN) for column in columns], layout=ROW
    )


def choice(description: str, options: Sequence[Any], value: Any) -> ipywidgets.SelectionSlider:
    """Return a slider that stops at the options only; keys and a mouse move it."""
    return ipywidgets.SelectionSlider(
        options=list(options), value=value, description=description, style=WORDS, layout=WIDE
    )


def menu(description: str, options: Sequence[Any], value: Any) -> ipywidgets.Dropdown:
    """Return a list to choose from."""
    return ipywidgets.Dropdown(
        options=list(options), value=value, description=description, style=WORDS, layout=WIDE
    )
