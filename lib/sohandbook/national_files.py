"""The CSV files that people write: read as text, whatever program saved them."""

import csv
import io
from pathlib import Path

import pandas as pd

from sohandbook.errors import InputError
from sohandbook.form_definitions import TableDefinition


def rows(file: Path, definition: TableDefinition) -> tuple[list[dict[str, str]], list[int]]:
    """Read a CSV file as text, with the line in which each record ends."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            str(file),
            found=f"byte {error.object[error.start]:#x} at {error.start}",
            allowed="text in UTF-8",
            remedy="Save the file as 'CSV UTF-8'.",
        ) from error
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    names = [name.strip() for name in next(reader, [])]
    if names != definition.names:
        raise InputError(
            f"{file}, line 1",
            found=names,
            allowed=definition.names,
            remedy="Put back the columns of the form, in this order.",
        )
    found, lines = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise InputError(
                f"{file}, line {reader.line_num}",
                found=f"{len(cells)} cells",
                allowed=f"{len(names)} cells",
                remedy='Put a text that holds a comma between quotes, "like, this".',
            )
        found.append({name: cell.strip() for name, cell in zip(names, cells, strict=True)})
        lines.append(reader.line_num)
    return found, lines


def all_rows(frame: pd.DataFrame, definition: TableDefinition, file: Path) -> pd.DataFrame:
    """Return a table with every row of its form, in their order; those nobody wrote are empty."""
    key, rows = definition.key, definition.rows
    if not key or rows is None or definition.repeated_for:
        return frame
    strange = [name for name in frame[key] if name not in rows]
    twice = frame.loc[frame[key].duplicated(), key].tolist()
    if strange or twice:
        raise InputError(
            f"{file}, column {key}",
            found=(strange or twice)[0],
            allowed=rows if strange else "each row once",
            remedy="Name rows of the form, each once.",
        )
    return frame.set_index(key).reindex(list(rows)).rename_axis(key).reset_index()
