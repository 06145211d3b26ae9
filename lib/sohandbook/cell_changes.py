"""What differs between two versions of a table, cell by cell."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from sohandbook import forms

COLUMNS = ["table", "row", "column", "change", "before", "after", "difference", "percent"]
HEADING = "(heading)"
EMPTY = ("", "nan", "NaN")

# Sums of float64 in another order differ by less; nobody reports twelve digits.
TOLERANCE = 1e-9


def read(file: Path | str) -> pd.DataFrame:
    """Read a table as text, whatever its columns: a comparison must not refuse an old table."""
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def changes(
    before: pd.DataFrame, after: pd.DataFrame, *, table_id: str, tolerance: float = TOLERANCE
) -> pd.DataFrame:
    """Compare two versions of a table.

    Parameters
    ----------
    before, after : DataFrame
        As :func:`read` returns them; rows and columns may stand in another order.
    table_id : str
        Its form says which column names the rows; where none does, rows count from 1.
    tolerance : float
        Numbers differ if their gap is larger than this share of the larger one.

    Returns
    -------
    DataFrame
        One row a cell that differs: ``table``, ``row``, ``column``, ``change`` (changed, new or
        gone), ``before`` and ``after`` as written, and for two numbers their ``difference``
        (after less before) and ``percent`` of the number before. Two empty cells are the same.
    """
    sides = {"before": _long(before, table_id), "after": _long(after, table_id)}
    joined = pd.concat(sides, axis=1, join="outer", sort=False).fillna("")
    written = joined.apply(lambda side: side.where(~side.isin(EMPTY), ""))
    numbers = written.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    gap = numbers["after"] - numbers["before"]
    allowed = tolerance * numbers.abs().max(axis=1, skipna=False)
    differs = (gap.abs() > allowed).where(gap.notna(), written["before"] != written["after"])
    found = written[differs.astype(bool)]
    kinds = np.select([found["before"] == "", found["after"] == ""], ["new", "gone"], "changed")
    base = numbers["before"].abs().where(numbers["before"] != 0)
    frame = found.assign(
        table=table_id,
        change=kinds,
        difference=gap.reindex(found.index),
        percent=(100 * gap / base).reindex(found.index),
    )
    return frame.reset_index()[COLUMNS]


def _long(frame: pd.DataFrame, table_id: str) -> pd.Series:
    """Return one value a cell, by row and column; row names are cells too, so that no row hides."""
    rows, names = _row_names(frame, table_id), [str(name) for name in frame.columns]
    index = pd.MultiIndex.from_product([[HEADING, *rows], names], names=["row", "column"])
    return pd.Series([*names, *frame.to_numpy(dtype=object).ravel()], index=index, dtype=object)


def _row_names(frame: pd.DataFrame, table_id: str) -> list[str]:
    """Name each row by its key; a name that comes again gets a number."""
    keys = _keys(table_id)
    if not keys or not set(keys) <= set(frame.columns):
        return [f"row {number}" for number in range(1, len(frame) + 1)]
    met: Counter[str] = Counter()
    names = []
    for parts in frame[keys].itertuples(index=False):
        name = ", ".join(str(part) for part in parts if str(part))
        met[name] += 1
        names.append(name if met[name] == 1 else f"{name} ({met[name]})")
    return names


def _keys(table_id: str) -> list[str]:
    if table_id not in (*forms.ids(), *forms.mirror_ids()):
        return []
    definition = forms.table(table_id)
    return [name for name in (definition.repeated_for, definition.key) if name]
