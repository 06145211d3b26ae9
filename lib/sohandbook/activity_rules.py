"""SO5: what the cells of an activity workbook may hold, and what to say where they do not."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sohandbook import forms
from sohandbook.errors import InputError
from sohandbook.form_definitions import catalogue
from sohandbook.indicators.finance import YEARS

YES_NO = {"yes": True, "y": True, "true": True, "1": True,
          "no": False, "n": False, "false": False, "0": False}  # fmt: skip
ERRORS = re.compile(r"#(REF|DIV/0|VALUE|NAME\?|N/A|NUM|NULL)!?|Err:\d+")
TOTAL = re.compile(r"(grand\s+)?(sub-?)?totals?\b.*", re.IGNORECASE)
# Which columns an indicator leaves empty, and which each of its rows must have.
NOT_IN = {"SO5-2": {"provider", "amount_usd"}}
ONLY_IN = {
    "SO5-2": {
        "country_name_or_economic_unit",
        "amount_domestic",
        "instrument_category",
        "instrument_type",
    }
}
NEEDED = {"year", "title", "type_of_flow", "type_of_support"}
ALSO_NEEDED = {
    "SO5-2": {"country_name_or_economic_unit", "amount_domestic"},
    "": {"provider", "recipient_or_beneficiary", "amount_usd"},
}
Wrong = tuple[str, str, str]  # found, allowed, remedy


@dataclass(frozen=True)
class Heading:
    """A column of a sheet: ``year``, ``amount``, ``rate``, ``choice``, ``yes_no`` or ``text``."""

    name: str
    kind: str
    needed: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One wrong cell of a sheet."""

    sheet: str
    row: int
    column: str
    found: str
    allowed: str
    remedy: str

    def error(self, file: Path, *, others: list["Finding"]) -> InputError:
        """Return the message, with the places of the other wrong cells."""
        places = "; ".join(f"{o.sheet} row {o.row}, {o.column}" for o in others[:12])
        rest = f"; and {len(others) - 12} more" if len(others) > 12 else ""
        also = f" Also wrong: {places}{rest}." if others else ""
        return InputError(
            f"{file}, sheet {self.sheet}, row {self.row}, column {self.column}",
            found=self.found,
            allowed=self.allowed,
            remedy=self.remedy + also,
        )


RATES = (
    Heading("year", "year", True),
    Heading("currency", "text", True),
    Heading("domestic_per_usd", "rate", True),
    Heading("source", "text", True),
    Heading("price_index", "rate"),
)


def headings(indicator: str) -> tuple[Heading, ...]:
    """Return the columns of an indicator's sheet, in the order of the layout."""
    layout = next(e for e in catalogue()["tables"] if e["id"] == "SO5-1.ACTIVITIES")
    flows = layout["type_of_flow_options"]
    choices = {
        "type_of_flow": flows.get(indicator)
        or [flow for group in flows.values() for flow in group],
        "type_of_support": ["principal", "significant"],
        "financial_instrument": layout["financial_instrument_options"],
        "leveraging_mechanism": layout["leveraging_mechanism_options"],
    }
    needed = NEEDED | ALSO_NEEDED.get(indicator, ALSO_NEEDED[""])
    only = set().union(*(names for other, names in ONLY_IN.items() if other != indicator))
    result = []
    for column in forms.table("SO5-1.ACTIVITIES").columns:
        if column.name in NOT_IN.get(indicator, ()) or column.name in only:
            continue
        kind = {"int": "year", "float": "amount", "bool": "yes_no"}.get(column.type, "text")
        kind = "choice" if column.name in choices else kind
        options = tuple(choices.get(column.name, ()))
        result.append(Heading(column.name, kind, column.name in needed, options))
    return tuple(result)


def plain(value: Any) -> str:
    """Return a heading without case, blanks, signs and units in brackets."""
    return re.sub(r"[\W_]", "", re.sub(r"\(.*?\)", "", str(value or "")).casefold())


def is_blank(value: Any) -> bool:
    """Tell whether a cell holds nothing that can be seen."""
    return value is None or (isinstance(value, str) and not value.strip("\u00a0 \t\n"))


def merged(area: str) -> Wrong:
    """Say what is wrong with a cell that is merged with others."""
    return f"merged cells {area}", "one value a cell", "Unmerge the cells and fill each."


def not_computed(formula: Any) -> Wrong:
    """Say what is wrong with a formula whose result was never saved."""
    return str(formula), "a value", "Open the file in an office program and save it once more."


def read_cell(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    """Return a cell's value in the kind of its column, or what is wrong with it."""
    if isinstance(value, str):
        value = value.replace("\u00a0", " ").strip()
        if ERRORS.fullmatch(value):
            return None, (value, "a value", "Mend the formula, or type the value.")
    if is_blank(value):
        if heading.needed:
            return None, ("nothing", _allowed(heading), "Fill the cell, or remove the whole row.")
        return None, None
    return {
        "year": _year,
        "amount": _amount,
        "rate": _rate,
        "choice": _choice,
        "yes_no": _yes_no,
        "text": _text,
    }[heading.kind](value, heading)


def _allowed(heading: Heading) -> str:
    if heading.options:
        return ", ".join(heading.options)
    words = {"year": f"{min(YEARS)} to {max(YEARS)}", "amount": "a number, 0 or more"}
    return words.get(heading.kind, "a number above 0" if heading.kind == "rate" else "a text")


def _year(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    if isinstance(value, datetime.date):
        return None, (str(value), _allowed(heading), "Give the cell the format 'number'.")
    try:
        year = float(value)
    except (TypeError, ValueError):
        return None, (str(value), _allowed(heading), "Write the year with four digits.")
    if year not in YEARS:
        remedy = "Give each year a row of its own; only these years are reported."
        return None, (f"{year:g}", _allowed(heading), remedy)
    return int(year), None


def _amount(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    if isinstance(value, str | bool | datetime.date):
        remedy = "Write digits only: no currency, blanks or thousands separators; 0 if none."
        return None, (str(value), _allowed(heading), remedy)
    if value < 0:
        return None, (
            f"{value:g}",
            _allowed(heading),
            "Repayments are not reported: leave them out.",
        )
    return float(value), None


def _rate(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    if isinstance(value, str | bool | datetime.date) or value <= 0:
        remedy = "Write the domestic currency that one USD cost, mean of the year."
        return None, (str(value), _allowed(heading), remedy)
    return float(value), None


def _choice(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    known = {plain(option): option for option in heading.options}
    if plain(value) not in known:
        return None, (str(value), _allowed(heading), "Choose from the drop-down of the cell.")
    return known[plain(value)], None


def _yes_no(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    word = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    if word.casefold() not in YES_NO:
        return None, (str(value), "yes, no, or blank if not known", "Answer yes or no.")
    return YES_NO[word.casefold()], None


def _text(value: Any, heading: Heading) -> tuple[Any, Wrong | None]:
    text = str(value)
    if heading.name == "title" and TOTAL.fullmatch(text):
        remedy = "Remove the row: totals are added up by the platform and would count twice."
        return None, (text, "an activity", remedy)
    return text, None


def typed(frame: pd.DataFrame, headings: tuple[Heading, ...]) -> pd.DataFrame:
    """Return the rows of a sheet with the type of each column."""
    result = frame[["row"]].astype(int)
    for heading in headings:
        column = frame[heading.name]
        if heading.kind == "year":
            result[heading.name] = column.astype(int)
        elif heading.kind in ("amount", "rate"):
            result[heading.name] = column.astype(float)
        elif heading.kind == "yes_no":
            result[heading.name] = column.astype("boolean")
        else:
            result[heading.name] = column.fillna("").astype(str)
    return result


def across(rows: pd.DataFrame, indicator: str) -> Iterator[Finding]:
    """Find rows that repeat another one whole."""
    for number, first in _repeated(rows.drop(columns="row"), rows["row"]):
        yield Finding(
            indicator,
            number,
            "all columns",
            f"the same as row {first}",
            "each activity and year once",
            "Remove one of the two, or say in the title how they differ.",
        )


def _repeated(values: pd.DataFrame, numbers: pd.Series) -> Iterator[tuple[int, int]]:
    first: dict[tuple[str, ...], int] = {}
    for number, row in zip(numbers, values.astype("string").fillna("").values, strict=True):
        key = tuple(row)
        if key in first:
            yield int(number), first[key]
        first.setdefault(key, int(number))


def rates_for(rows: pd.DataFrame, rates: pd.DataFrame) -> Iterator[Finding]:
    """Find years of activities without exactly one rate."""
    counts = rates["year"].value_counts()
    for number, year in zip(rates["row"], rates["year"], strict=True):
        if counts[year] > 1:
            found = f"{counts[year]} rates of {year}"
            yield Finding("SO5-2 ST", int(number), "year", found, "one a year", "Keep one of them.")
    for number, year in zip(rows["row"], rows["year"], strict=True):
        if year not in counts.index:
            yield Finding(
                "SO5-2",
                int(number),
                "year",
                f"{year}, which has no rate",
                ", ".join(map(str, sorted(counts.index))),
                "Add the rate of the year to the sheet 'SO5-2 ST'.",
            )
