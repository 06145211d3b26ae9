"""Workbooks that people edit: headed columns, drop-downs, and the same bytes each time."""

import datetime
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from sohandbook.activity_rules import Heading
from sohandbook.figures.words import readable

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # no file in an archive may be older
CONTENTS = "[Content_Types].xml"
MADE = datetime.datetime(2000, 1, 1)  # stands in for the clock
EMPTY_ROWS = 200  # rows below the last one that have drop-downs too
LONGEST_LIST = 255  # Excel's limit for a list that stands in the rule itself
HEAD = PatternFill("solid", fgColor="DCE6DC")


def heading_words(name: str) -> str:
    """Return the heading of a column in the language in use."""
    return readable(name).replace("usd", "USD")


def add_sheet(
    book: openpyxl.Workbook,
    name: str,
    frame: pd.DataFrame,
    *,
    headings: tuple[Heading, ...],
    years: list[int],
) -> None:
    """Add a sheet with one row of headings, the rows of a table, and drop-downs."""
    sheet = book.create_sheet(name)
    sheet.append([heading_words(heading.name) for heading in headings])
    for record in frame.reindex(columns=[heading.name for heading in headings]).itertuples(
        index=False, name=None
    ):
        sheet.append([_written(value) for value in record])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a title that begins with '=' is no formula
    last = sheet.max_row + EMPTY_ROWS
    for number, heading in enumerate(headings, start=1):
        letter = get_column_letter(number)
        head = sheet[f"{letter}1"]
        head.font, head.fill = Font(bold=heading.needed), HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
        wide = heading.name in ("title", "source", "channel_or_geographic_scope")
        sheet.column_dimensions[letter].width = 44 if wide else 18
        options = {"year": [str(year) for year in years], "yes_no": ["yes", "no"]}.get(
            heading.kind, list(heading.options)
        )
        listed = ",".join(options)
        if options and len(listed) <= LONGEST_LIST and not any("," in o for o in options):
            rule = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "B2"


def save(book: openpyxl.Workbook, file: Path) -> Path:
    """Write a workbook whole or not at all; the clock leaves no trace in it."""
    book.properties.created = book.properties.modified = MADE
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_bytes(packed(book))
    temporary.replace(file)
    return file


def packed(book: openpyxl.Workbook) -> bytes:
    """Return a workbook as a file's bytes, without the time of saving.

    openpyxl would write the clock into the properties and into every part of the archive. The
    list of contents comes first, where readers look for it.
    """
    made, result = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        ExcelWriter(book, archive).save()
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(result, "w") as target:
        for part in sorted(archive.namelist(), key=lambda name: (name != CONTENTS, name)):
            entry = zipfile.ZipInfo(part, FIRST_DAY)
            target.writestr(entry, archive.read(part), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _written(value: Any) -> Any:
    """Return a value as a cell holds it."""
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value) or None
    return value.item() if hasattr(value, "item") else value
