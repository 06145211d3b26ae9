"""Tables on a page: a caption, headed rows and columns, numbers that line up."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.figures.display import Figure
from sohandbook.figures.fitting import room_of
from sohandbook.figures.words import number, readable
from sohandbook.language import numbers, translate

PLAIN_WHOLE_NUMBERS = ("year", "code", "row", "line")
NUMBERS = ";white-space:nowrap;font-variant-numeric:tabular-nums"
NO_DATA = ("no_data", "No data")
TYPED_BY_PEOPLE = ("chapter",)  # the id that follows ``--only``: cp, so1-1, forms
# A column of sentences keeps room for them where the table is wider than the screen: the longest
# entry that still fits into a narrow column, and the room that longer ones get.
ROOM = ((26, ""), (45, ";min-width:9rem"), (None, ";min-width:13rem"))
MACHINE_WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    units: Mapping[str, str] | None = None,
    digits: int | Mapping[str, int] = 1,
) -> Figure:
    """Show a table that screen readers can walk through.

    Parameters
    ----------
    frame : DataFrame
        The first column names the rows; an index with a name is put before it.
        Text columns without a single entry are left out.
    caption : str
        What the table holds; with its unit if all numbers share one.
    units : mapping, optional
        Unit of a column, written in its head; ``forms.table(id).units`` fits.
    digits : int or mapping
        Decimals of the numbers shown, for all or for each column. The files keep them all.
    """
    if not caption.strip():
        remedy = "Say what the table holds."
        raise InputError("table, caption", found=caption, allowed="a sentence", remedy=remedy)
    if frame.index.name is not None:
        frame = frame.reset_index()
    frame = frame.loc[:, [not _is_blank(frame[name]) for name in frame.columns]]
    if frame.columns.empty:
        remedy = "Show a sentence instead."
        raise InputError("table", found="no columns", allowed="at least one", remedy=remedy)
    units = units or {}
    sides = ["left", *(_side(frame[name]) for name in frame.columns[1:])]
    places = [digits if isinstance(digits, int) else digits.get(n, 1) for n in frame.columns]
    rows, lines = "", []
    for values in frame.itertuples(index=False, name=None):
        words = [_words(*parts) for parts in zip(values, frame.columns, places, strict=True)]
        rows += _row(words, sides, missing=any(isinstance(v, str) and v in NO_DATA for v in values))
        lines.append(words)
    room = [_room(column) for column in zip(*lines, strict=True)] or [""] * len(sides)
    heads = "".join(
        _head(str(name), units, side + wide)
        for name, side, wide in zip(frame.columns, sides, room, strict=True)
    )
    caption = translate(caption)
    escaped = html.escape(caption)
    page = (
        f'<div class="sohandbook-table" role="region" tabindex="0" aria-label="{escaped}" '
        'style="overflow-x:auto"><table>'
        f'<caption style="text-align:left;caption-side:top">{escaped}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return Figure(page, f"{caption}\n{frame.to_string(index=False)}", "")


def dataset_table(country: Country, *, names: Sequence[str], caption: str) -> Figure:
    """Show what the country says about its datasets: title, author, years and link."""
    rows = []
    for name in names:
        if name in country.datasets:
            dataset = country.datasets[name]
            years = "not stated"
            if dataset.years:
                first, last = dataset.years
                years = translate("{first} to {last}", first=first, last=last)
            rows.append(
                {
                    "Dataset": readable(name),
                    "Title": dataset.metadata.title,
                    "Author": dataset.metadata.author,
                    "Years": years,
                    "Link": dataset.metadata.link,
                }
            )
    if not rows:
        listed = {"country": country.name, "names": ", ".join(names)}
        return _sentence(caption, translate("{country} lists none of: {names}.", **listed))
    return table(pd.DataFrame(rows), caption=caption)


def stand_in_table(country: Country, *, names: Sequence[str], caption: str) -> Figure:
    """Show for which years the data of another year stand in."""
    rows = [
        {"Dataset": readable(name), "Year": str(year), "Data of": str(other)}
        for name in names
        if name in country.datasets
        for year, other in sorted(country.datasets[name].stands_for.items())
    ]
    if not rows:
        return _sentence(caption, "None: every year has its own data.")
    return table(pd.DataFrame(rows), caption=caption)


def _sentence(caption: str, words: str) -> Figure:
    sentence = f"{translate(caption)} {translate(words)}"
    return Figure(f"<p>{html.escape(sentence)}</p>", sentence, "")


def _is_blank(column: pd.Series) -> bool:
    """Tell whether a text column holds nothing."""
    if pd.api.types.is_numeric_dtype(column):
        return False
    return bool((column.isna() | (column.astype(str).str.strip() == "")).all())


def _side(column: pd.Series) -> str:
    """Return the side at which a column lines up, its head and its cells alike."""
    values = [value for value in column if not _is_missing(value)]
    if not values:
        return "right" if pd.api.types.is_numeric_dtype(column) else "left"
    return "right" if all(_is_number(value) for value in values) else "left"


def _room(words: Sequence[str]) -> str:
    """Return the style that keeps a column of sentences from being squeezed into single words."""
    plain = [html.unescape(re.sub("<[^>]*>", "", word)) for word in words]
    longest = max(map(room_of, plain))
    return next(style for most, style in ROOM if most is None or longest <= most)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _is_number(value: Any) -> bool:
    is_yes_or_no = isinstance(value, (bool, np.bool_))
    return isinstance(value, (int, float, np.integer, np.floating)) and not is_yes_or_no


def _head(name: str, units: Mapping[str, str], side: str) -> str:
    unit = translate(units.get(name, "").replace("km2", "km²"))
    words = html.escape(readable(name) + (f" ({unit})" if unit else ""))
    return f'<th scope="col" style="text-align:{side}">{words}</th>'


def _words(value: Any, column: object, digits: int) -> str:
    """Return the words of a cell."""
    if _is_missing(value):
        missing = html.escape(translate("no value"))
        return f'<abbr title="{missing}" style="text-decoration:none">–</abbr>'
    if isinstance(value, (bool, np.bool_)):
        return translate("yes") if value else translate("no")
    if isinstance(value, (int, np.integer)):
        plain = any(word in str(column).lower().split("_") for word in PLAIN_WHOLE_NUMBERS)
        return str(value) if plain else number(value, 0)
    if isinstance(value, (float, np.floating)):
        return number(value, digits)
    text = str(value)
    if text.startswith(("http://", "https://")):
        text = html.escape(text)
        return f'<a href="{text}">{text}</a>'
    if not any(map(str.isalpha, text)):
        return html.escape(numbers(text))  # a calculation: (58 − 1) / 22.17
    if column in TYPED_BY_PEOPLE:
        return html.escape(text)
    return html.escape(readable(text) if MACHINE_WORD.fullmatch(text) else translate(text))


def _row(words: Sequence[str], sides: Sequence[str], *, missing: bool) -> str:
    style = ' class="no-data" style="font-style:italic"' if missing else ""
    body = "".join(
        f'<td style="text-align:{side}{NUMBERS if side == "right" else ""}">{cell}</td>'
        for cell, side in zip(words[1:], sides[1:], strict=True)
    )
    return f'<tr{style}><th scope="row" style="text-align:{sides[0]}">{words[0]}</th>{body}</tr>'
