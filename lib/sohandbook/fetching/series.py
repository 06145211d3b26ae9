"""Answers of statistical interfaces, kept as files that ``sohandbook.sources`` reads."""

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from sohandbook.fetching.patience import FetchError, Patience, ask, ask_json
from sohandbook.input_files import write_whole

PAGE_ROWS = 1000
WORLD_BANK_ROWS = 20000

# Columns of the OECD's interface by our reader's names, which are those of its text files.
OECD_COLUMNS = {
    "TIME_PERIOD": "Year",
    "DONOR": "DonorCode",
    "Donor": "DonorName",
    "RECIPIENT": "DE_RecipientCode",
    "Recipient": "RecipientName",
    "MEASURE": "FlowCode",
    "Measure": "FlowName",
    "SECTOR": "PurposeCode",
    "Sector": "PurposeName",
    "CHANNELDELIVERY_CODE": "ChannelCode",
    "CHANNELDELIVERY_NAME": "ChannelName",
    "BIMULTI_CODE": "Bi_Multi",
    "FINANCETYPE_CODE": "Finance_t",
    "OECD_ID": "CRSID",
    "PROJECT_TITLE": "ProjectTitle",
    "DESERTIFICATION": "Desertification",
    "CLIMATE_MITIGATION": "ClimateMitigation",
    "CLIMATE_ADAPTATION": "ClimateAdaptation",
    "BIODIVERSITY": "Biodiversity",
}
# By the codes of the dimensions FLOW_TYPE and PRICE_BASE: commitments and disbursements, at
# current (V) and constant (Q) prices.
OECD_AMOUNTS = {
    ("C", "V"): "USD_Commitment",
    ("D", "V"): "USD_Disbursement",
    ("C", "Q"): "USD_Commitment_Defl",
    ("D", "Q"): "USD_Disbursement_Defl",
}


def sdg_series(
    address: str, target: Path, *, series: str, m49: int | None, patience: Patience
) -> None:
    """Keep all pages of a series of the UN's SDG database for one country.

    Pages are asked for until all rows are there that the first one promises. A country
    without values gives an empty answer, which is kept: it says that there are none.

    Raises
    ------
    FetchError
        No M49 code, no answer, or fewer rows than promised.
    """
    if m49 is None:
        raise FetchError("country.yml has no 'm49', the code that the UN's statistics use")
    pages: list[dict[str, Any]] = []
    rows = 0
    while not pages or (rows < pages[0]["totalElements"] and pages[-1]["data"]):
        page = ask_json(
            address,
            patience=patience,
            parameters={
                "seriesCode": series,
                "areaCode": m49,
                "pageSize": PAGE_ROWS,
                "page": len(pages) + 1,
            },
        )
        if not _is_page(page):
            raise FetchError(f"{address}: the answer is no page of data: {str(page)[:100]}")
        if pages and page["data"] and page["data"] == pages[-1]["data"]:
            raise FetchError(f"{address}, {series}: the same page came twice")
        pages.append(page)
        rows += len(page["data"])
    if rows != pages[0]["totalElements"]:
        raise FetchError(
            f"{address}, {series}: {rows} rows came of {pages[0]['totalElements']} promised"
        )
    _keep(target, json.dumps(pages, ensure_ascii=False))


def _is_page(page: Any) -> bool:
    return (
        isinstance(page, dict)
        and isinstance(page.get("data"), list)
        and isinstance(page.get("totalElements"), int)
    )


def world_bank(address: str, target: Path, *, patience: Patience) -> None:
    """Keep a World Bank series of one country: ``[facts, rows]`` as the interface has it."""
    facts: dict[str, Any] = {}
    rows: list[Any] = []
    page = 1
    while page == 1 or page <= int(facts["pages"]):
        answer = ask_json(
            address,
            patience=patience,
            parameters={"format": "json", "per_page": WORLD_BANK_ROWS, "page": page},
        )
        # A wrong code is answered with 200 and a list of one message.
        if not isinstance(answer, list) or len(answer) != 2 or "pages" not in (answer[0] or {}):
            raise FetchError(f"{address}: the answer is no table: {str(answer)[:100]}")
        facts = answer[0]
        rows += answer[1] or []
        page += 1
    _keep(target, json.dumps([facts, rows], ensure_ascii=False))


def oecd_crs(address: str, target: Path, *, year: int, patience: Patience) -> None:
    """Keep a year of a recipient's activities, one row each, in the columns of the text files.

    The interface has a row for every amount: commitments and disbursements, at current and
    constant prices, each a row. They become columns of one activity.
    """
    text = ask(
        address,
        patience=patience,
        read=lambda answer: answer.content.decode("utf-8-sig", errors="replace"),
        parameters={
            "startPeriod": year,
            "endPeriod": year,
            "dimensionAtObservation": "AllDimensions",
            "format": "csvfilewithlabels",
        },
    )
    try:
        rows = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise FetchError(f"{address}: the answer is no table ({str(error).strip()})") from error
    needed = {"TIME_PERIOD", "FLOW_TYPE", "PRICE_BASE", "MD_ID", "OBS_VALUE", "RECIPIENT"}
    if not needed <= set(rows.columns):
        raise FetchError(
            f"{address}: the answer lacks the columns "
            f"{', '.join(sorted(needed - set(rows.columns)))}"
        )
    names = {old: new for old, new in OECD_COLUMNS.items() if old in rows}
    rows["amount"] = [
        OECD_AMOUNTS.get(pair) for pair in zip(rows["FLOW_TYPE"], rows["PRICE_BASE"], strict=True)
    ]
    # An amount that is left empty is not known: it does not become zero.
    rows = rows[rows["amount"].notna() & (rows["OBS_VALUE"].str.strip() != "")].copy()
    try:
        # Where nothing is said the dataflow counts in millions.
        power = pd.to_numeric(rows["UNIT_MULT"]).fillna(6) if "UNIT_MULT" in rows else 6
        rows["million"] = pd.to_numeric(rows["OBS_VALUE"]) / 10.0 ** (6 - power)
    except ValueError as error:
        raise FetchError(f"{address}: an amount is no number ({error})") from error
    table = rows.pivot_table(
        index=["MD_ID", *names], columns="amount", values="million", aggfunc="sum", sort=False
    )
    table = table.reset_index().drop(columns="MD_ID").rename(columns=names)
    for amount in OECD_AMOUNTS.values():
        if amount not in table:
            table[amount] = ""
    _keep(target, table.to_csv(index=False))


def _keep(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text)
