"""Sheets of the workbook: headings, tables and lists in one look, ready to print."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from sohandbook.export import printing, wording
from sohandbook.export.results import Results
from sohandbook.form_definitions import Column, TableDefinition

INK, BLUE, RED = "1B2A33", "1F4E5F", "9B1C1C"
HEADER = PatternFill("solid", fgColor=BLUE)
UNITS = PatternFill("solid", fgColor="E3ECEF")
STRIPE = PatternFill("solid", fgColor="F6F8F9")
TO_FILL = PatternFill("solid", fgColor="FFF8DC")
ALARM = PatternFill("solid", fgColor="FBE3E0")
LINE = Side(style="thin", color="B8C4CA")

FILLED_BY_PEOPLE = ("text", "dropdown", "file", "spatial")
STATES = {"unverified": RED, "NO": RED, "implied": "8A5A00", "not checked": "8A5A00"}

# Tables of more columns than this get none that is wider than a number.
MANY = 10
NARROW, WIDE, NAMES, WIDEST, READABLE = 11.0, 16.0, 22.0, 36.0, 76.0


def _font(size: int = 11, color: str = INK, **style: Any) -> Font:
    return Font(name="Calibri", size=size, color=color, **style)


LINK = _font(color="0B5394", underline="single")


class Sheet:
    """One sheet, filled from top to bottom.

    Attributes
    ----------
    row : int
        The next free row.
    """

    def __init__(self, book: Workbook, name: str, results: Results) -> None:
        self.sheet = book.create_sheet(name)
        self.results = results
        self.row = 1
        self._widths: dict[int, float] = {}
        self._spanning: list[int] = []
        self._sections: list[int] = []
        self._records: list[int] = []
        self._labels = wording.labels()

    def heading(self, text: str, *, back: bool = False) -> None:
        """Write the sheet's title, and a way back to the first sheet."""
        self._write(1, text, font=_font(size=18, bold=True, color=BLUE))
        self._spanning.append(self.row)
        self.row += 1
        if back:
            cell = self._write(1, "Back to the list of tables", font=LINK)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location="'Report'!A1")
            self.row += 1

    def subtitle(self, text: str) -> None:
        """Write a line below the title."""
        self._write(1, text, font=_font(size=13))
        self.row += 1

    def section(self, text: str, *, keep: bool = True) -> None:
        """Write the title of a part of the sheet; ``keep`` it on one page where it fits."""
        if keep:
            self._sections.append(self.row)
        self._spanning.append(self.row)
        self._write(1, text, font=_font(size=13, bold=True))
        self.row += 1

    def warning(self, text: str) -> None:
        """Write a line that nobody may overlook."""
        self._write(1, text, font=_font(size=12, bold=True, color=RED), fill=ALARM)
        self._spanning.append(self.row)
        self.row += 1

    def notes(self, lines: Iterable[str]) -> None:
        """Write lines of text across the sheet."""
        for text in filter(None, lines):
            self._write(1, text, font=_font(size=10, italic=True, color="4A5A63"))
            self._spanning.append(self.row)
            self.row += 1

    def facts(self, pairs: Mapping[str, str]) -> None:
        """Write pairs of a name and a value."""
        for name, value in pairs.items():
            self._write(1, name, font=_font(bold=True))
            self._write(2, value)
            self.row += 1

    def table(self, frame: pd.DataFrame, definition: TableDefinition) -> None:
        """Write a reporting table: names, units, rows in the number formats of their units."""
        columns = [_column(name, definition) for name in frame.columns]
        most = WIDEST if len(columns) <= MANY else WIDE
        units = [wording.unit(column.unit) for column in columns]
        for index, column in enumerate(columns, start=1):
            name = self._label(column.name)
            self._header(index, name)
            self._widen(index, min(most, self._width(frame[column.name], column, name)))
        self.row += 1
        if any(units):
            font = _font(size=9, italic=True)
            for index, unit in enumerate(units, start=1):
                self._write(index, unit, fill=UNITS, wrap=True, align="center", font=font)
            self.row += 1
        empty = {c.name for c in columns
                 if c.entry in FILLED_BY_PEOPLE and _blank(frame[c.name])}  # fmt: skip
        for number, values in enumerate(frame.to_dict("records")):
            for index, column in enumerate(columns, start=1):
                stripe = STRIPE if number % 2 else None
                fill = TO_FILL if column.name in empty else stripe
                cell = self._write(index, self._shown(values[column.name], column), fill=fill)
                if isinstance(cell.value, int | float):
                    cell.number_format = wording.number_format(column.unit)
                text = isinstance(cell.value, str)
                side = "left" if text or column.entry == "key" else None
                if cell.value in column.options and len(str(cell.value)) < 3:
                    side = "center"
                inset = int(text and column.entry != "key" and side == "left")
                cell.alignment = Alignment(
                    wrap_text=True, vertical="top", horizontal=side, indent=inset
                )
            self.row += 1
        self._rule(len(columns))
        self.row += 1

    def record(self, frame: pd.DataFrame, definition: TableDefinition) -> None:
        """Write a table of texts with one row as names and values, one below the other."""
        for name, value in frame.iloc[0].items():
            column = _column(str(name), definition)
            self._write(1, self._label(column.name), fill=UNITS, wrap=True,
                        font=_font(bold=True))  # fmt: skip
            shown = self._shown(value, column)
            self._write(2, shown, fill=TO_FILL if shown in (None, "") else None)
            self._records.append(self.row)
            self.row += 1
        self.row += 1

    def listing(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        links: Mapping[int, tuple[str, int]] | None = None,
    ) -> None:
        """Write a list of texts with a header; ``links`` are sheet and row by row number."""
        for index, name in enumerate(header, start=1):
            self._header(index, name)
        top = self.row
        self.row += 1
        for number, values in enumerate(rows):
            for index, value in enumerate(values, start=1):
                colour = STATES.get(str(value), INK)
                font = _font(color=colour, bold=colour != INK)
                fill = STRIPE if number % 2 else None
                cell = self._write(index, value, font=font, wrap=True, fill=fill)
                if links and index == 1:
                    target, row = links[number]
                    cell.font = LINK
                    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target}'!A{row}")
            self.row += 1
        self._rule(len(header))
        if rows and not links:
            last = get_column_letter(len(header))
            self.sheet.auto_filter.ref = f"A{top}:{last}{self.row - 1}"

    def finish(self, *, widths: Sequence[float] = (), freeze: str = "") -> None:
        """Set widths and heights, what stays in view, and how the sheet prints."""
        self._widths |= dict(enumerate(widths, start=1))
        if self._records:
            self._widths[1] = max(self._widths.get(1, 0.0), NAMES)
        # Titles and texts run across the sheet: give them room where tables are narrow.
        while sum(self._widths.values()) < READABLE:
            self._widths[len(self._widths) + 1] = NARROW
        last = max(self._widths)
        for row in self._spanning:
            self._join(row, first=1, last=last)
        for row in self._records:
            self._join(row, first=2, last=last)
        marks = [self.results.country.name]
        marks += ["DRAFT"] if self.results.draft else []
        marks += ["fictional"] if self.results.country.fictional else []
        printing.lay_out(
            self.sheet,
            widths=self._widths,
            sections=self._sections,
            freeze=freeze,
            footer=", ".join(marks),
        )

    def _join(self, row: int, *, first: int, last: int) -> None:
        self.sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
        self.sheet.cell(row, first).alignment = Alignment(
            wrap_text=True, vertical="top", horizontal="left"
        )

    def _write(
        self,
        column: int,
        value: Any,
        *,
        row: int = 0,
        font: Font | None = None,
        fill: PatternFill | None = None,
        wrap: bool = False,
        align: str | None = None,
    ) -> Cell:
        cell = self.sheet.cell(row or self.row, column)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) or None
            if cell.value is not None:
                # A text that begins with "=" stays a text.
                cell.data_type = "s"
        else:
            cell.value = value
        cell.font = font or _font()
        if fill is not None:
            cell.fill = fill
        if wrap or align:
            cell.alignment = Alignment(wrap_text=wrap, horizontal=align, vertical="top")
        return cell

    def _header(self, column: int, name: str) -> None:
        cell = self._write(column, name, fill=HEADER,
                           font=_font(bold=True, color="FFFFFF"))  # fmt: skip
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")

    def _rule(self, columns: int) -> None:
        """Draw a line below the last row."""
        for index in range(1, columns + 1):
            self.sheet.cell(self.row - 1, index).border = Border(bottom=LINE)

    def _shown(self, value: Any, column: Column) -> Any:
        """Return a value as a reader wants it: labels for keys, nothing for what is not known."""
        if pd.isna(value):
            return None
        if column.type == "bool":
            return "yes" if value else "no"
        if column.type in ("int", "float"):
            return int(value) if column.type == "int" else float(value)
        return self._label(str(value)) if column.type == "enum" else str(value)

    def _label(self, name: str) -> str:
        return self._labels.get(name) or wording.in_words(name)

    def _width(self, values: pd.Series, column: Column, name: str) -> float:
        word = max((len(part) for part in name.split()), default=0) + 3
        if column.type in ("int", "float"):
            return min(WIDE, max(NARROW, word))
        longest = max((len(str(self._shown(value, column) or "")) for value in values), default=0)
        return min(WIDEST, max(NARROW, word, longest + 2))

    def _widen(self, column: int, width: float) -> None:
        self._widths[column] = max(self._widths.get(column, 0.0), width)


def _column(name: str, definition: TableDefinition) -> Column:
    """Return a column's definition; those of a national legend are areas."""
    if name in definition.names:
        return definition.column(name)
    return Column(name, "km2", "float", "computed", "")


def _blank(values: pd.Series) -> bool:
    return bool((values.isna() | (values.astype(str).str.strip() == "")).all())
