"""SO5: the workbook of activities that an officer downloads, edits and gives back.

One sheet an indicator, named ``SO5-1`` to ``SO5-4``, with the columns of the layout; SO5-2 has
a second sheet, ``SO5-2 ST``, with the rates of its currency. Reading names every wrong cell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sohandbook import activity_rules as rules
from sohandbook import language
from sohandbook.activities import INDICATORS
from sohandbook.activity_rules import Finding, Heading
from sohandbook.errors import InputError
from sohandbook.indicators.finance import YEARS

RATES_SHEET = "SO5-2 ST"


@dataclass(frozen=True)
class Sheet:
    """What one sheet holds: its rows as they are, and where each stands."""

    name: str
    rows: pd.DataFrame
    findings: list[Finding]


def read(file: Path | str, *, indicator: str) -> pd.DataFrame:
    """Read the activities of an indicator from an officer's workbook.

    Parameters
    ----------
    file : path
        ``.xlsx``, saved by any office program.
    indicator : str
        ``SO5-1`` to ``SO5-4``: the sheet.

    Returns
    -------
    DataFrame
        ``row`` (of the sheet), then the columns of the layout. For SO5-2 ``amount_usd`` is the
        domestic amount by the rate of its year, and ``exchange_rate``, ``currency`` and
        ``price_index`` follow.

    Raises
    ------
    InputError
        Names the sheet, row and column of the first wrong cell, what was found and what is
        allowed, and the places of all others.
    """
    sheet, rates = _load(Path(file), indicator)
    findings = sheet.findings + (rates.findings if rates else [])
    if findings:
        raise findings[0].error(Path(file), others=findings[1:])
    activities = sheet.rows
    if rates is not None:
        by_year = rates.rows.drop(columns="row").set_index("year")
        rate = activities["year"].map(by_year["domestic_per_usd"]).astype(float)
        activities = activities.assign(
            amount_usd=activities["amount_domestic"] / rate,
            exchange_rate=rate,
            currency=activities["year"].map(by_year["currency"]),
            price_index=activities["year"].map(by_year["price_index"]).astype(float),
        )
    return activities


def findings(file: Path | str, *, indicator: str) -> pd.DataFrame:
    """Return all that is wrong in an officer's workbook, one row a cell.

    Returns
    -------
    DataFrame
        ``sheet``, ``row``, ``column``, ``found``, ``allowed``, ``remedy``; empty if all is right.
    """
    sheet, rates = _load(Path(file), indicator)
    every = sheet.findings + (rates.findings if rates else [])
    return pd.DataFrame(
        [vars(finding) for finding in every], columns=list(Finding.__dataclass_fields__)
    )


def rates(file: Path | str) -> pd.DataFrame:
    """Return the sheet of rates: ``year``, ``currency``, ``domestic_per_usd``, ``source``, ..."""
    _, found = _load(Path(file), "SO5-2")
    if found is None or found.findings:
        read(file, indicator="SO5-2")
    return found.rows.drop(columns="row")


def _load(file: Path, indicator: str) -> tuple[Sheet, Sheet | None]:
    if indicator not in INDICATORS:
        raise InputError("indicator", found=indicator, allowed=INDICATORS, remedy="Choose one.")
    try:
        book = openpyxl.load_workbook(file, data_only=True)
        formulas = openpyxl.load_workbook(file, data_only=False)
    except Exception as error:
        raise InputError(
            str(file),
            found=str(error),
            allowed="a workbook, .xlsx",
            remedy="Save it again as 'Excel workbook (.xlsx)' under the same name.",
        ) from error
    rate_rows = None
    if indicator == "SO5-2":
        rate_rows = _sheet(book, formulas, RATES_SHEET, file, rules.RATES)
    sheet = _sheet(book, formulas, indicator, file, rules.headings(indicator))
    if not sheet.findings:
        sheet.findings.extend(rules.across(sheet.rows, indicator))
    if rate_rows is not None and not sheet.findings and not rate_rows.findings:
        sheet.findings.extend(rules.rates_for(sheet.rows, rate_rows.rows))
    return sheet, rate_rows


def _sheet(
    book: openpyxl.Workbook,
    formulas: openpyxl.Workbook,
    name: str,
    file: Path,
    headings: tuple[Heading, ...],
) -> Sheet:
    if name not in book.sheetnames:
        raise InputError(
            f"{file}, sheets",
            found=book.sheetnames,
            allowed=name,
            remedy=f"Give the sheet its name {name!r} back.",
        )
    sheet, written = book[name], formulas[name]
    head, places = _places(sheet, file, headings)
    found: list[Finding] = []
    rows = []
    merged = {
        (row, column): str(area)
        for area in sheet.merged_cells.ranges
        for row in range(max(area.min_row, head + 1), area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    for number in range(head + 1, sheet.max_row + 1):
        cells = {name: sheet.cell(number, place).value for name, place in places.items()}
        pending = {
            name: written.cell(number, place).value
            for name, place in places.items()
            if cells[name] is None
        }
        if all(rules.is_blank(value) for value in (*cells.values(), *pending.values())):
            continue
        record: dict[str, Any] = {"row": number}
        for heading in headings:
            value = cells.get(heading.name)
            place = places.get(heading.name)
            at = f"{heading.name} ({get_column_letter(place)})" if place else heading.name
            if (number, place) in merged:
                finding = rules.merged(merged[number, place])
            elif heading.name in pending and not rules.is_blank(pending[heading.name]):
                finding = rules.not_computed(pending[heading.name])
            else:
                record[heading.name], finding = rules.read_cell(value, heading)
            if finding:
                found.append(Finding(name, number, at, *finding))
        rows.append(record)
    columns = ["row", *(heading.name for heading in headings)]
    frame = pd.DataFrame(rows, columns=columns)
    return Sheet(name, frame if found else rules.typed(frame, headings), found)


def _places(
    sheet: Worksheet, file: Path, headings: tuple[Heading, ...]
) -> tuple[int, dict[str, int]]:
    """Find the row of headings, which titles may stand above, and the column of each."""
    wanted = _in_any_language(headings)
    best: tuple[int, dict[str, int]] = (1, {})
    for number in range(1, min(sheet.max_row, 10) + 1):
        names = [rules.plain(sheet.cell(number, c).value) for c in range(1, sheet.max_column + 1)]
        known = {wanted[name]: place for place, name in enumerate(names, 1) if name in wanted}
        if len(known) > len(best[1]):
            best = number, known
    missing = [h.name for h in headings if h.needed and h.name not in best[1]]
    if missing:
        head = [str(cell.value) for cell in sheet[best[0]] if cell.value is not None]
        raise InputError(
            f"{file}, sheet {sheet.title}, row {best[0]}, headings",
            found=head,
            allowed=[heading.name for heading in headings],
            remedy=f"Give the column {missing[0]!r} its heading back.",
        )
    names = [wanted.get(rules.plain(cell.value)) for cell in sheet[best[0]]]
    twice = [heading.name for heading in headings if names.count(heading.name) > 1]
    if twice:
        raise InputError(
            f"{file}, sheet {sheet.title}, row {best[0]}, headings",
            found=f"{twice[0]} twice",
            allowed="each heading once",
            remedy="Remove the column that was copied.",
        )
    return best


def _in_any_language(headings: tuple[Heading, ...]) -> dict[str, str]:
    """Return the column of each heading: an officer's workbook has a language of its own."""
    from sohandbook import workbook_writing

    wanted = {rules.plain(heading.name): heading.name for heading in headings}
    for code in language.known():
        with language.using(code):
            for heading in headings:
                words = workbook_writing.heading_words(heading.name)
                wanted.setdefault(rules.plain(words), heading.name)
    return wanted


def write(
    file: Path | str,
    activities: Mapping[str, pd.DataFrame],
    *,
    rates: pd.DataFrame | None = None,
    years: Iterable[int] = YEARS,
) -> Path:
    """Write activities as a workbook that an officer can edit; the same bytes each time.

    Parameters
    ----------
    file : path
    activities : mapping of str to DataFrame
        The layout's columns by indicator; others are left out.
    rates : DataFrame, optional
        ``year``, ``currency``, ``domestic_per_usd``, ``source``, ``price_index``, for SO5-2.
    years : iterable of int
        What the drop-down of years offers.
    """
    from sohandbook import workbook_writing

    book = openpyxl.Workbook()
    book.remove(book.active)
    for indicator, frame in activities.items():
        headings = rules.headings(indicator)
        workbook_writing.add_sheet(book, indicator, frame, headings=headings, years=list(years))
        if indicator == "SO5-2":
            empty = pd.DataFrame({"year": list(years)})
            table = empty if rates is None else rates
            workbook_writing.add_sheet(
                book, RATES_SHEET, table, headings=rules.RATES, years=list(years)
            )
    return workbook_writing.save(book, Path(file))
