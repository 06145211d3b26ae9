"""Charts: bars, lines, and years divided into classes."""

from collections.abc import Collection

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.figures import fitting
from sohandbook.figures.display import WIDTH_INCHES, Figure, check_words, picture
from sohandbook.figures.fonts import in_letters_at_hand
from sohandbook.figures.words import number, readable
from sohandbook.language import current, translate

INK, GRID, PLAIN, NEUTRAL = "#222222", "#dddddd", "#2a7fa0", "#8a8a8a"
LEGEND = -0.12  # its upper edge, in heights of the axes
# Lines differ in colour, dash and marker, so that no one of the three has to be seen.
LINES = (
    ("#12401f", "-", "o"),
    ("#a6450c", "--", "s"),
    ("#3c2f80", "-.", "^"),
    ("#2a7fa0", ":", "D"),
    ("#922270", (0, (5, 1, 1, 1)), "v"),
    ("#5b5b5b", "-", "x"),
)


@in_letters_at_hand
def bar_chart(
    values: pd.Series,
    *,
    caption: str,
    alt: str,
    unit: str,
    system: classes.ClassSystem | None = None,
    digits: int = 1,
) -> Figure:
    """Show one bar for each row, with its number written beside it.

    Parameters
    ----------
    values : Series
        The index names the bars: words, or the keys of ``system``.
    caption, alt : str
        What the chart shows, and what one would read from it, in words.
    unit : str
        Of the numbers, for example ``"% of total land area"``.
    system : ClassSystem, optional
        Gives bars their class's name and colour.
    digits : int
        Decimals of the numbers.
    """
    check_words(caption, alt)
    _check_numbers(values.to_frame())
    keys = [str(key) for key in values.index]
    names = dict(zip(system.keys, map(translate, system.labels), strict=True)) if system else {}
    shades = dict(zip(system.keys, system.colours, strict=True)) if system else {}
    labels = [fitting.in_lines(names.get(key) or readable(key)) for key in keys]
    colours = [shades.get(key, NEUTRAL if system else PLAIN) for key in keys]
    lines = max(label.count("\n") + 1 for label in labels)
    drawing, axes = _sheet((0.17 + 0.17 * lines) * len(values) + 0.5)
    bars = axes.barh(
        range(len(values)), values.fillna(0), color=colours, edgecolor="#777777", linewidth=0.5
    )
    numbers = values.astype(float)
    written = [translate("no value") if np.isnan(v) else number(v, digits) for v in numbers]
    axes.set_yticks(range(len(values)), labels, fontsize=10)
    axes.set_xticks([])
    axes.tick_params(length=0)
    fitting.push_in(drawing, axes)
    beside = axes.bar_label(bars, written, padding=3, fontsize=10)
    fitting.room_beside_bars(axes, beside, on_both_sides=bool(values.min() < 0))
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(translate(unit), fontsize=10, loc="left")
    return picture(drawing, caption=caption, alt=alt)


@in_letters_at_hand
def line_chart(
    frame: pd.DataFrame,
    *,
    caption: str,
    alt: str,
    unit: str,
    from_zero: bool = True,
    computed: Collection[str] = (),
) -> Figure:
    """Show one line for each column; gaps stay gaps.

    Parameters
    ----------
    frame : DataFrame
        The index holds years or dates, each column is one line.
    caption, alt, unit : str
        As in :func:`bar_chart`.
    from_zero : bool
        Start the axis at zero, so that heights can be compared.
    computed : collection of str
        Columns that nobody observed, such as a trend: drawn without points.
    """
    check_words(caption, alt)
    _check_numbers(frame)
    if len(frame.columns) > len(LINES):
        raise InputError(
            "line chart", found=f"{len(frame.columns)} lines", allowed=f"at most {len(LINES)}",
            remedy="Show fewer, or show a table.",
        )  # fmt: skip
    drawing, axes = _sheet(2.6)
    for name, (colour, dash, marker) in zip(frame.columns, LINES, strict=False):
        few = len(frame) <= 40 and name not in computed
        axes.plot(
            frame.index, frame[name].astype(float), color=colour, linestyle=dash, linewidth=1.6,
            marker=marker if few else None, markersize=3.5, label=readable(str(name)),
        )  # fmt: skip
    _frame_of_years(axes, unit)
    low, high = axes.get_ylim()
    if from_zero and low > 0:
        axes.set_ylim(0, high)
    fitting.push_in(drawing, axes)
    if len(frame.columns) > 1:
        fitting.legend_below(axes, LEGEND, columns=2, handlelength=2.4)
    return picture(drawing, caption=caption, alt=alt)


@in_letters_at_hand
def stacked_chart(
    frame: pd.DataFrame,
    *,
    caption: str,
    alt: str,
    unit: str,
    system: classes.ClassSystem,
) -> Figure:
    """Show each year as a column divided into classes.

    Parameters
    ----------
    frame : DataFrame
        The index holds years, the columns are keys of ``system``; others are refused.
    caption, alt, unit : str
        As in :func:`bar_chart`.
    system : ClassSystem
        Gives the order and the colours.
    """
    check_words(caption, alt)
    _check_numbers(frame)
    if strangers := [str(name) for name in frame.columns if name not in system.keys]:
        raise InputError(
            "stacked chart", found=strangers, allowed=system.keys, remedy="Drop these columns."
        )
    drawing, axes = _sheet(2.6)
    base = np.zeros(len(frame))
    handles = []
    for key, label, colour in zip(system.keys, system.labels, system.colours, strict=True):
        if key not in frame.columns:
            continue
        height = frame[key].fillna(0).to_numpy(dtype=float)
        axes.bar(frame.index, height, bottom=base, color=colour, width=0.85,
                 edgecolor="#777777", linewidth=0.3)  # fmt: skip
        base += height
        handles.append(
            Patch(facecolor=colour, edgecolor="#777777", linewidth=0.4, label=translate(label))
        )
    _frame_of_years(axes, unit)
    fitting.push_in(drawing, axes)
    fitting.legend_below(axes, LEGEND, columns=2, handles=handles, handlelength=1.4)
    return picture(drawing, caption=caption, alt=alt)


def _check_numbers(frame: pd.DataFrame) -> None:
    words = [str(name) for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    if words or frame.empty:
        raise InputError(
            "chart",
            found=f"no numbers in {', '.join(words)}" if words else "an empty table",
            allowed="columns of numbers",
            remedy="Choose the columns to draw.",
        )


def _sheet(height: float) -> tuple[Drawing, Axes]:
    drawing = Drawing(figsize=(WIDTH_INCHES, height))
    return drawing, drawing.add_axes((0.02, 0.02, 0.96, 0.96))


def _frame_of_years(axes: Axes, unit: str) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=10, length=0)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(5))
    axes.yaxis.set_major_formatter(lambda value, _: _tick(value))
    axes.set_title(translate(unit), fontsize=10, loc="left", pad=6)


def _tick(value: float) -> str:
    marks = {",": current().thousands, ".": current().decimal}
    return f"{value:,.10g}".translate(str.maketrans(marks))
