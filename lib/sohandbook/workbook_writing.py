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

from sohandbook.activity_rules import Heading
from sohandbook.figures.words import readable

MADE = datetime.datetime(2000, 1, 1)  # stands in for the clock
EMPTY_ROWS = 200  # rows below the last one that have drop-downs too
LONGEST_LIST = 255  # Excel's limit for a list that stands in the rule itself
HEAD = PatternFill("solid", fgColor="DCE6DC")


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
    sheet.append([readable(heading.name).replace("usd", "USD") for heading in headings])
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
    book.properties.created = MADE
    buffer = io.BytesIO()
    book.save(buffer)
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    with (
        zipfile.ZipFile(buffer) as made,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as fixed,
    ):
        for entry in made.infolist():
            content = made.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _without_clock(content)
            fixed.writestr(zipfile.ZipInfo(entry.filename), content, zipfile.ZIP_DEFLATED)
    temporary.replace(file)
    return file


def _without_clock(core: bytes) -> bytes:
    """Put the fixed time in the place of the time of saving."""
    start = core.index(b"<dcterms:modified")
    start = core.index(b">", start) + 1
    end = core.index(b"</dcterms:modified>")
    return core[:start] + MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + core[end:]


def _written(value: Any) -> Any:
    """Return a value as a cell holds it."""
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value) or None
    return value.item() if hasattr(value, "item") else value
