"""Charts no wider than a phone: long words push the axes in, and are not made small."""

import textwrap
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import blended_transform_factory

from sohandbook.figures.display import WIDTH_INCHES

NAME_LETTERS = 24  # a longer name goes on in a second line
WIDE_LETTERS = 0x2E80  # Chinese letters, which take the room of two, begin here
SOMEWHAT_WIDER = 1.05


def room_of(words: str) -> int:
    """Return how many Latin letters take the room of these words."""
    return sum(2 if ord(letter) >= WIDE_LETTERS else 1 for letter in words)


def in_lines(name: str) -> str:
    """Divide a long name into lines."""
    if room_of(name) <= NAME_LETTERS:
        return name
    return textwrap.fill(name, max(1, round(NAME_LETTERS * len(name) / room_of(name))))


def push_in(drawing: Drawing, axes: Axes) -> None:
    """Make the axes narrower by what the words at their sides need."""
    width = drawing.get_figwidth()
    words = axes.get_tightbbox(for_layout_only=True)
    left, right = max(0, -words.x0), max(0, words.x1 - width * drawing.dpi)
    place = axes.get_position()
    narrower = (left + right) / (width * drawing.dpi)
    axes.set_position(
        (place.x0 + left / (width * drawing.dpi), place.y0, place.width - narrower, place.height)
    )


def room_beside_bars(axes: Axes, numbers: Sequence[Text], *, on_both_sides: bool) -> None:
    """Widen the limits of the axes so that the numbers beside the bars stay inside."""
    longest = max(text.get_window_extent().width for text in numbers) + 0.06 * axes.figure.dpi
    share = min(longest / axes.get_window_extent().width, 0.4)
    axes.margins(x=share / (1 - (2 if on_both_sides else 1) * share))


def legend_below(axes: Axes, place: float, *, columns: int, **looks: object) -> None:
    """Write the legend under a chart, from the left side of the picture, with columns that fit."""
    where = blended_transform_factory(axes.figure.transFigure, axes.transAxes)
    fitting_legend(
        lambda count: axes.legend(
            loc="upper left", bbox_to_anchor=(-0.02, place), bbox_transform=where, ncols=count,
            fontsize=10, frameon=False, columnspacing=1.2, **looks,
        ),
        columns=columns,
    )  # fmt: skip


def fitting_legend(draw: Callable[[int], Legend], *, columns: int) -> float:
    """Draw a legend with as many columns as the picture has room for; return its height in inches.

    Parameters
    ----------
    draw : callable
        Draws it with so many columns.
    columns : int
        At most.
    """
    for count in range(columns, 0, -1):
        legend = draw(count)
        size = legend.get_window_extent()
        if count == 1 or size.width / legend.figure.dpi <= SOMEWHAT_WIDER * WIDTH_INCHES:
            break
        legend.remove()
    return size.height / legend.figure.dpi
