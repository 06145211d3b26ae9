"""Shares of a whole, bar above bar: three parts of one place set against one another."""

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.figures import fitting
from sohandbook.figures.display import WIDTH_INCHES, Figure, check_words, picture
from sohandbook.figures.fonts import in_letters_at_hand
from sohandbook.figures.words import percent, readable
from sohandbook.language import translate

INK, BLANK = "#222222", "#ffffff"
# Every class has its hatching besides its colour, so that a print in grey says the same.
HATCHES = ("////", "", "....", "xxxx", "\\\\\\\\", "----", "++++")
NARROWEST_WITH_NUMBER = 11.0
WHOLE = 1e-6


@in_letters_at_hand
def share_chart(
    frame: pd.DataFrame, *, caption: str, alt: str, system: classes.ClassSystem
) -> Figure:
    """Show each row as one bar from 0 to 100 %, divided into classes.

    Classes differ in place, hatching and written share, so that no colour has to be seen.

    Parameters
    ----------
    frame : DataFrame
        The index names the bars; the columns are keys of ``system``, and ``no_data``; each row
        adds up to 100 percent.
    caption, alt : str
        As in :func:`sohandbook.figures.bar_chart`; :func:`describe_shares` makes ``alt``.
    system : ClassSystem
        Gives names, colours and the order from left to right.
    """
    check_words(caption, alt)
    keys, labels = [*system.keys, "no_data"], [*system.labels, "No data"]
    if strangers := [str(name) for name in frame.columns if name not in keys]:
        raise InputError("share chart", found=strangers, allowed=keys, remedy="Drop these columns.")
    whole = frame.sum(axis=1)
    if frame.empty or not np.allclose(whole, 100, atol=100 * WHOLE):
        raise InputError(
            "share chart", found=whole.tolist(), allowed="rows that add up to 100",
            remedy="Give percent of the whole of each row.",
        )  # fmt: skip
    drawing = Drawing(figsize=(WIDTH_INCHES, 0.34 * len(frame) + 0.75))
    axes = drawing.add_axes((0.02, 0.02, 0.96, 0.96))
    left, handles = np.zeros(len(frame)), []
    for key, label, colour, hatch in zip(
        keys, labels, [*system.colours, BLANK], cycle(HATCHES), strict=False
    ):
        if key not in frame.columns or not frame[key].any():
            continue
        width = frame[key].to_numpy(dtype=float)
        look = {"facecolor": colour, "edgecolor": "#777777", "linewidth": 0.5, "hatch": hatch}
        axes.barh(range(len(frame)), width, left=left, **look)
        handles.append(Patch(label=translate(label), **look))
        for row, share in enumerate(width):
            if share >= NARROWEST_WITH_NUMBER:
                axes.text(
                    left[row] + share / 2, row, percent(share, 0), fontsize=9, color=INK,
                    ha="center", va="center",
                    bbox={"facecolor": BLANK, "edgecolor": "none", "pad": 1.2},
                )  # fmt: skip
        left += width
    names = [fitting.in_lines(readable(str(name))) for name in frame.index]
    axes.set_yticks(range(len(frame)), names, fontsize=10)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    fitting.push_in(drawing, axes)
    fitting.legend_below(axes, 0.0, columns=len(handles), handles=handles, handlelength=1.6)
    return picture(drawing, caption=caption, alt=alt)


def describe_shares(frame: pd.DataFrame, *, system: classes.ClassSystem) -> str:
    """Say the shares of each row of :func:`share_chart`, in words.

    Returns
    -------
    str
        For example ``"Land cover: Degraded 12 %, Stable 88 %."``, a sentence for each bar.
    """
    labels = dict(zip([*system.keys, "no_data"], [*system.labels, "No data"], strict=True))
    sentences = []
    for name, row in frame.iterrows():
        named = [
            f"{translate(labels[key])} {percent(row[key], 0)}"
            for key in labels
            if key in frame.columns and row[key] > 0
        ]
        listed = translate(", ").join(named)
        sentences.append(f"{readable(str(name))}{translate(': ')}{listed}{translate('. ')}")
    return "".join(sentences).rstrip()
