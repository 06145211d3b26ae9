"""The few figures that a minister asks for, taken from the tables of the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from sohandbook.country import Country
from sohandbook.evidence import year_in
from sohandbook.figures.words import number

COLUMNS = ["subject", "value", "unit", "when", "before", "before_when", "direction", "table",
           "digits"]  # fmt: skip
SMALLEST_CHANGE = 0.005
# Tables made from the status of the land, which says nothing where all land is without data.
OF_STATUS = ("SO1-4.T2", "SO2-3.T1")
WITHOUT_DATA = "Land that could not be judged"


@dataclass(frozen=True)
class Headline:
    """A figure worth a line.

    Attributes
    ----------
    subject, table, column, unit : str
    good : int
        1 if more is better, -1 if less is better, 0 if neither.
    kind : str
        ``last``: the last year against the end of the baseline. ``mean``: the mean of the
        reporting period against that of the baseline, for what swings from year to year.
    digits : int
    """

    subject: str
    table: str
    column: str
    unit: str
    good: int = 0
    kind: Literal["last", "mean"] = "last"
    digits: int = 1


HEADLINES = (
    Headline("Land area", "CP-1.T1", "total_land_area", "km²", digits=0),
    Headline("People", "CP-1.T2", "population_total", "thousand persons", digits=0),
    Headline("Degraded land (SDG 15.3.1)", "SO1-4.T2", "sdg_15_3_1", "% of the land area", -1),
    Headline("Degraded land", "SO1-4.T2", "degraded_area", "km²", -1, digits=0),
    Headline("People on degraded land", "SO2-3.T1", "total_percent", "% of all people", -1),
    Headline(
        "Land under drought, mean of the years", "SO3-1.T2", "proportion", "% of the land area",
        -1, "mean",
    ),
    Headline(
        "People under drought, mean of the years", "SO3-2.T1", "exposed_percent",
        "% of all people", -1, "mean",
    ),
    Headline("Drought vulnerability", "SO3-3.T1", "dvi_total", "from 0 to 1", -1, digits=2),
    Headline("People in poverty", "SO2-1.T1", "poverty_headcount", "% of all people", -1),
    Headline("Inequality (Gini index)", "SO2-1.T2", "gini_index", "from 0 to 100", -1),
    Headline("Safe drinking water", "SO2-2.T1", "total", "% of all people", 1),
    Headline("Red List Index", "SO4-2.T1", "red_list_index", "from 0 to 1", 1, digits=3),
    Headline("Key biodiversity areas protected", "SO4-3.T1", "kba_protected_share", "%", 1),
    Headline("Public money received", "SO5-1.SUMMARY", "received_usd", "USD", digits=0),
    Headline("Public money provided", "SO5-1.SUMMARY", "provided_usd", "USD", digits=0),
    Headline("Domestic public money spent", "SO5-2.SUMMARY", "public_spending_usd", "USD",
             digits=0),
)  # fmt: skip


def headlines(tables: Mapping[str, pd.DataFrame], *, country: Country) -> pd.DataFrame:
    """Return the headline figures that the tables hold.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By id; a figure whose table or number is missing is left out, and so is degraded land
        where no land could be judged.
    country : Country
        Its periods say which year, or years, are the baseline.

    Returns
    -------
    DataFrame
        ``subject``, ``value``, ``unit``, ``when``; ``before`` and ``before_when``, where there
        is something earlier; ``direction``: better, worse, the same, more or less; ``table``;
        ``digits``: how many decimals people need.
    """
    unknown = _without_data(tables.get("SO1-4.T1"))
    rows = []
    for headline in HEADLINES:
        if headline.table not in tables or (headline.table in OF_STATUS and unknown == 1):
            continue
        row = _row(headline, tables[headline.table], country)
        rows += [row] if row is not None else []
    if unknown > 0:
        year = str(country.periods.status_years[-1])
        share = (100 * unknown, "% of the land area", year)
        rows.append((WITHOUT_DATA, *share, float("nan"), "", "", "SO1-4.T1", 1))
    return pd.DataFrame(rows, columns=COLUMNS)


def for_page(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the headline figures as people read them, rounded and with their unit and year."""
    rows = [
        (row.subject, f"{_text(row.value, row)} {row.unit} ({row.when})",
         f"{_text(row.before, row)} ({row.before_when})" if row.before_when else "",
         row.direction, row.table)
        for row in figures.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["subject", "now", "before", "direction", "table"])


def in_words(figures: pd.DataFrame) -> list[str]:
    """Return the headline figures as sentences."""
    sentences = []
    for row in figures.itertuples():
        text = f"{row.subject}: {_text(row.value, row)} {row.unit} in {row.when}"
        if row.before_when:
            text += f", {_text(row.before, row)} in {row.before_when} ({row.direction})"
        sentences.append(f"{text}.")
    return sentences


def _text(value: float, row: Any) -> str:
    return number(value, row.digits)


def _without_data(crossed: pd.DataFrame | None) -> float:
    """Return the share of land that the last assessment could not judge; 0 if not known."""
    if crossed is None:
        return 0.0
    areas = crossed.select_dtypes("number")
    return float(areas["no_data"].sum() / areas.to_numpy().sum())


def _row(headline: Headline, table: pd.DataFrame, country: Country) -> tuple[Any, ...] | None:
    years = [year_in(value) for value in table.iloc[:, 0]]
    values = pd.Series(table[headline.column].to_numpy(dtype=float), index=years).dropna()
    if values.empty:
        return None
    if headline.kind == "mean":
        (now, when), (before, earlier) = (
            _mean(values, getattr(country.periods, name)) for name in ("report_2", "baseline")
        )
    else:
        now, when = values.iloc[-1], str(values.index[-1])
        base = country.periods.baseline[1]
        year = base if base in values.index else values.index[0]
        before, earlier = values[year], str(year)
    if pd.isna(now):
        return None
    known = pd.notna(before) and earlier != when
    return (
        headline.subject,
        now,
        headline.unit,
        when,
        before if known else float("nan"),
        earlier if known else "",
        _direction(headline, now - before, before) if known else "",
        headline.table,
        headline.digits,
    )


def _mean(values: pd.Series, period: tuple[int, int]) -> tuple[float, str]:
    within = values[(values.index >= period[0]) & (values.index <= period[1])]
    return within.mean(), f"{period[0]} to {period[1]}"


def _direction(headline: Headline, change: float, before: float) -> str:
    """Name a change; one of less than half a per cent of the number is none."""
    if abs(change) <= SMALLEST_CHANGE * abs(before):
        return "the same"
    if not headline.good:
        return "more" if change > 0 else "less"
    return "better" if change * headline.good > 0 else "worse"
