"""The tables of the reporting platform: look one up, check it, write it, read it.

A table is checked here by itself; :mod:`sohandbook.checks` compares tables with each other.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera

from sohandbook.classes import ClassSystem
from sohandbook.errors import InputError
from sohandbook.form_definitions import (
    MIRROR,
    Column,
    TableDefinition,
    catalogue,
    entry_of,
    ids,
    mirror_ids,
    table,
    with_classes,
)

__all__ = [
    "MIRROR",
    "Column",
    "TableDefinition",
    "catalogue",
    "empty",
    "entry_of",
    "ids",
    "mirror_ids",
    "own_definition",
    "read",
    "read_all",
    "table",
    "validate",
    "write",
]

_TYPES = {"float": "float64", "int": "Int64", "bool": "boolean"}
_FILLED_BY_PEOPLE = ("text", "dropdown", "file", "spatial")


def validate(
    table_id: str,
    frame: pd.DataFrame,
    *,
    system: ClassSystem | None = None,
    rows: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Check a table by its own rules: columns, rows, types, limits and drop-downs.

    Columns that a person fills in (text, drop-downs, files) may be left out; they come back
    empty. Numbers that are not known are NaN; their row stays.

    Parameters
    ----------
    table_id : str
    frame : DataFrame
    system, rows : optional
        As in :func:`table`.

    Returns
    -------
    DataFrame
        The table with exactly the columns of the definition, in order and with their types.

    Raises
    ------
    InputError
        Names the table, the column, the row, the value found and what is allowed.
    """
    definition = table(table_id, system=system, rows=rows)
    _check_columns(definition, frame)
    complete = _complete(definition, frame)
    _check_rows(definition, complete)
    try:
        return _schema(definition).validate(complete, lazy=True)
    except pandera.errors.SchemaErrors as error:
        raise _first_of(error, definition, complete) from error


def empty(
    table_id: str, *, system: ClassSystem | None = None, rows: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Return a table with its row keys and nothing else, ready to be filled in."""
    definition = table(table_id, system=system, rows=rows)
    frame = pd.DataFrame(index=range(len(definition.rows or ())), columns=definition.names)
    if definition.key:
        frame[definition.key] = list(definition.rows or ())
    return _complete(definition, frame)


def write(table_id: str, frame: pd.DataFrame, *, folder: Path | str) -> Path:
    """Write a table to ``<folder>/<table_id>.csv``, whole or not at all, in full precision.

    Numbers are written with the fewest digits that read back to the same float64.
    """
    file = Path(folder) / f"{table_id}.csv"
    definition = own_definition(table_id, list(frame.columns))
    _check_columns(definition, frame)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{table_id}-", suffix=".csv", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            _complete(definition, frame).to_csv(stream, index=False, lineterminator="\n")
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return file


def read(table_id: str, *, folder: Path | str) -> pd.DataFrame:
    """Read a table that :func:`write` wrote, with the types of its columns.

    Raises
    ------
    InputError
        If the file is missing, or its columns or types are not those of the table.
    """
    file = Path(folder) / f"{table_id}.csv"
    if not file.is_file():
        raise InputError(
            str(file), found="no such file", allowed="a table", remedy="Run its chapter first."
        )
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    definition = own_definition(table_id, list(frame.columns))
    _check_columns(definition, frame, where=str(file))
    return _complete(definition, frame, where=str(file))


def read_all(folder: Path | str) -> dict[str, pd.DataFrame]:
    """Return every table of a folder by id, in the order of the forms; mirror tables come last."""
    return {
        table_id: read(table_id, folder=folder)
        for table_id in (*ids(), *mirror_ids())
        if (Path(folder) / f"{table_id}.csv").is_file()
    }


def own_definition(table_id: str, names: list[str]) -> TableDefinition:
    """Return the definition with the classes that a table itself has as columns."""
    definition = table(table_id)
    unccd = catalogue()["row_sets"]["uncc_classes"]
    if not set(unccd) <= set(definition.names) or set(unccd) <= set(names):
        return definition
    fixed = set(definition.names) - set(unccd)
    return with_classes(table_id, [name for name in names if name not in fixed])


def _check_columns(definition: TableDefinition, frame: pd.DataFrame, where: str = "") -> None:
    where = where or f"table {definition.id}"
    if not definition.columns:
        raise InputError(
            where,
            found="numbers for it",
            allowed="nothing: the platform asks for text or sections here",
            remedy="Fill in this form on the platform.",
        )
    needed = [c.name for c in definition.columns if c.entry not in _FILLED_BY_PEOPLE]
    found = list(map(str, frame.columns))
    if missing := [name for name in needed if name not in found]:
        remedy = f"Add {', '.join(missing)}."
    elif strange := [name for name in found if name not in definition.names]:
        remedy = f"Remove {', '.join(strange)}."
    elif found != [name for name in definition.names if name in found]:
        remedy = "Put the columns in this order."
    else:
        return
    raise InputError(f"{where}, columns", found=found, allowed=definition.names, remedy=remedy)


def _complete(definition: TableDefinition, frame: pd.DataFrame, where: str = "") -> pd.DataFrame:
    """Return all columns in order and with their types; what is not known is empty."""
    where = where or f"table {definition.id}"
    complete = pd.DataFrame(index=range(len(frame)))
    for column in definition.columns:
        values = frame[column.name] if column.name in frame.columns else None
        if values is None:
            values = pd.Series([None] * len(frame), dtype=object)
        complete[column.name] = _typed(
            values.reset_index(drop=True), column, f"{where}, column {column.name}"
        )
    return complete


def _typed(values: pd.Series, column: Column, where: str) -> pd.Series:
    """Bring a column to its type, and name the first value that does not fit."""
    if column.type not in _TYPES:
        return values.astype(object).where(values.notna(), "").astype(str)
    blank = (values.isna() | (values.astype(str).str.strip() == "")).to_numpy()
    if column.type == "bool":
        meanings = {"true": True, "yes": True, "false": False, "no": False}
        typed = values.astype(str).str.lower().map(meanings).astype("boolean")
        wrong, allowed = typed.isna().to_numpy() & ~blank, "true or false"
    else:
        typed = values.astype(object).where(~blank).map(_number).astype("float64")
        wrong, allowed = typed.isna().to_numpy() & ~blank, "digits with a point, no other signs"
        if column.type == "int":
            blank = blank & (column.entry != "key")
            wrong, allowed = ~blank & (typed.to_numpy() % 1 != 0), "whole numbers"
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{where}, line {row + 2}",
            found=values.iloc[row],
            allowed=allowed,
            remedy="Mend the value; leave the cell empty if it is not known.",
        )
    whole_key = column.entry == "key" and column.type == "int"
    return typed.astype("int64" if whole_key else _TYPES[column.type])


def _number(value: Any) -> float:
    """Read one number to its last bit; what is no number becomes NaN."""
    try:
        return np.nan if "_" in str(value) else float(value)
    except (TypeError, ValueError):
        return np.nan


def _check_rows(definition: TableDefinition, frame: pd.DataFrame) -> None:
    """Compare the row keys with those of the definition, once for each region if repeated."""
    if definition.rows is None or not definition.key:
        return
    repeated = definition.repeated_for
    blocks = dict(tuple(frame.groupby(repeated, sort=False))) if repeated else {"": frame}
    for name, block in blocks.items():
        found = block[definition.key].tolist()
        if found != list(definition.rows):
            place = f", {repeated} {name}" if name else ""
            raise InputError(
                f"table {definition.id}{place}, rows ({definition.key})",
                found=found,
                allowed=definition.rows,
                remedy="Give every row once, in this order; leave cells empty where not known.",
            )


def _schema(definition: TableDefinition) -> pandera.DataFrameSchema:
    """Return the pandera schema of a table's cells."""
    columns = {}
    for column in definition.columns:
        checks = []
        if column.type in ("float", "int"):
            low, high = column.limits
            words = "any number" if low < 0 else "0 or more" if high == np.inf else f"0 to {high:g}"
            # A share of sums may exceed 100 by the rounding of its last digit.
            checks.append(
                pandera.Check.in_range(
                    low,
                    high * (1 + 1e-12) if np.isfinite(high) else np.finfo(float).max,
                    error=words,
                )
            )
        if column.options:
            allowed = list(column.options) + ([] if column.entry == "key" else [""])
            words = ", ".join(map(str, column.options))
            checks.append(pandera.Check.isin(allowed, error=words))
        columns[column.name] = pandera.Column(checks=checks, nullable=column.entry != "key")
    return pandera.DataFrameSchema(columns, strict=True, ordered=True)


def _first_of(
    error: pandera.errors.SchemaErrors, definition: TableDefinition, frame: pd.DataFrame
) -> InputError:
    """Turn pandera's findings into one message that names the row as the table does."""
    findings = error.failure_cases
    first = findings.iloc[0]
    row = int(first["index"])
    name = frame[definition.key].iloc[row] if definition.key else row + 1
    more = f" ({len(findings) - 1} more after this one.)" if len(findings) > 1 else ""
    unit = definition.column(first["column"]).unit
    return InputError(
        f"table {definition.id}, column {first['column']}, row {name}",
        found=getattr(first["failure_case"], "item", lambda: first["failure_case"])(),
        allowed=f"{first['check']}{f' ({unit})' if unit else ''}",
        remedy=f"Look at the step that made this number.{more}",
    )
