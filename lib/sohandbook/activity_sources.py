"""SO5: where a country's activities come from, the same for all four indicators."""

from collections.abc import Iterable

import pandas as pd

from sohandbook import activities, crs_activities, forms, parameters
from sohandbook.chapters import read as read_chapters
from sohandbook.errors import InputError
from sohandbook.report import Report

# The dataset of country.yml that holds an officer's workbook.
WORKBOOKS = {
    "SO5-1": "international_public_finance",
    "SO5-2": "domestic_public_finance",
    "SO5-3": "private_finance",
    "SO5-4": "technology_transfer",
}
CREDITOR_REPORTING_SYSTEM = "public_finance"


def dataset_of(report: Report, indicator: str) -> str:
    """Return the dataset that an indicator reads: a workbook where there is one."""
    name = WORKBOOKS[indicator]
    return name if name in report.country.datasets else CREDITOR_REPORTING_SYSTEM


def of(
    report: Report,
    indicator: str,
    *,
    technology_words: Iterable[str] = (),
    left_out: Iterable[int] = (),
) -> pd.DataFrame:
    """Return a country's activities of one indicator.

    Parameters
    ----------
    report : Report
    indicator : str
    technology_words : iterable of str
        For rows of the Creditor Reporting System, which do not say what transfers technology.
    left_out : iterable of int
        Rows of the workbook that are counted elsewhere.

    Returns
    -------
    DataFrame
        ``row`` where there is a workbook, the columns of the layout, ``direction``, and for
        comparing years ``amount_constant_usd`` where prices are known.

    Raises
    ------
    InputError
        A row to leave out is not in the workbook.
    """
    country = report.country
    name = dataset_of(report, indicator)
    rows = report.data(name)
    if name == CREDITOR_REPORTING_SYSTEM:
        return crs_activities.from_crs(
            rows,
            country=country.name,
            private=indicator == "SO5-3",
            technology_words=technology_words,
        )
    unknown = sorted(set(left_out) - set(rows["row"]))
    if unknown:
        raise InputError(
            f"rows of sheet {indicator} to leave out",
            found=unknown,
            allowed=f"rows {rows['row'].min()} to {rows['row'].max()} with an activity",
            remedy="Look the rows up in the workbook again.",
        )
    rows = rows[~rows["row"].isin(list(left_out))].reset_index(drop=True)
    rows["direction"] = activities.directions(rows, country=country.name, indicator=indicator)
    if indicator == "SO5-2" and rows["price_index"].notna().all():
        rows["amount_constant_usd"] = activities.at_constant_prices(rows)
    return rows


def seen(report: Report, indicator: str) -> dict[str, list[int]]:
    """Return for which years each column of a summary was looked through.

    The files of the Creditor Reporting System hold all aid to a recipient: a year in which
    somebody screened and marked nothing is 0. A workbook holds what somebody typed: a year
    without a row is unknown there.
    """
    if dataset_of(report, indicator) != CREDITOR_REPORTING_SYSTEM or indicator != "SO5-1":
        return {}
    rows = report.data(CREDITOR_REPORTING_SYSTEM)
    screened = rows["desertification"].notna() & (rows["direction"] == "received")
    years = rows[screened]["year"].unique()
    return {"received_usd": [int(year) for year in years]}


def kept(report: Report, indicators: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Return the activities that earlier chapters kept, by indicator.

    ``row`` is the line in the table's file; ``direction`` is found anew.
    """
    found = {}
    for indicator in indicators:
        try:
            frame = report.table(f"{indicator}.ACTIVITIES")
        except InputError:
            continue
        ways = activities.directions(frame, country=report.country.name, indicator=indicator)
        found[indicator] = frame.assign(row=frame.index + 2, direction=ways)
    return found


def layout(frame: pd.DataFrame) -> pd.DataFrame:
    """Return activities with exactly the columns of the platform's layout, in order."""
    return frame.reindex(columns=forms.table(activities.LAYOUT).names)


def methods(report: Report, found: Iterable[str]) -> pd.DataFrame:
    """Return the table SO5.METHODS: how the figures of each indicator were made.

    Parameters
    ----------
    report : Report
    found : iterable of str
        The indicators that have figures.
    """
    rows = []
    by_id = {chapter.id: chapter for chapter in read_chapters()}
    for indicator in found:
        chapter = by_id[indicator.lower()]
        values = parameters.resolve(report.country, chapter.id, parameters.read(chapter.file))
        name = dataset_of(report, indicator)
        if indicator == "SO5-4" and name == CREDITOR_REPORTING_SYSTEM:
            origin = "The sum of rows of SO5-1, SO5-2 and SO5-3 that transfer technology."
        else:
            about = report.country.datasets[name].metadata
            origin = f"From {about.title}, {about.author}."
        weight = values["significant_weight"]
        text = (
            f"{origin} Amounts are what was paid in the year, USD of the year. Activities with "
            f"the objective as principal count in full, as significant with {weight:g}."
        )
        if values.get("technology_words") and name == CREDITOR_REPORTING_SYSTEM:
            words = ", ".join(values["technology_words"])
            text += f" Titles with one of these words count as technology transfer: {words}."
        if indicator == "SO5-2":
            text += " Domestic amounts are converted with the rates of sheet 'SO5-2 ST'."
        if indicator == "SO5-4":
            text += " Technology transfer is what the rows are flagged with, see SO5-1."
        rows.append({"parameter": f"{indicator}, yearly totals", "method_text": text})
    return pd.DataFrame(rows)
