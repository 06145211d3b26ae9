"""Money: aid activities of the OECD's Creditor Reporting System, and national workbooks."""

from pathlib import Path

import numpy as np
import pandas as pd

from sohandbook import activity_workbook, national_forms
from sohandbook.activities import INDICATORS
from sohandbook.errors import InputError
from sohandbook.sources import crs_data_explorer
from sohandbook.sources.files import Request

# Our column and the names of the vintages of the system's files, without case, blanks and
# underscores: classic text, bulk files since 2024, parquet, and extracts of them.
NAMES = {
    "year": ("year",),
    "donor": ("donorname",),
    "donor_code": ("donorcode",),
    "donor_iso3": ("dedonorcode",),
    "recipient": ("recipientname",),
    "recipient_code": ("recipientcode",),
    "recipient_iso3": ("derecipientcode",),
    "flow": ("flowname",),
    "flow_code": ("flowcode",),
    "bilateral_multilateral": ("bimulti",),
    "activity": ("crsid", "projectnumber"),
    "title": ("projecttitle",),
    "purpose_code": ("purposecode",),
    "purpose": ("purposename",),
    "sector": ("sectorname", "sectorgroup"),
    "sector_code": ("sectorcode",),
    "channel": ("channelname",),
    "channel_code": ("channelcode",),
    "finance_type": ("financet",),
    "commitment": ("usdcommitment",),
    "disbursement": ("usddisbursement",),
    "commitment_constant": ("usdcommitmentdefl",),
    "disbursement_constant": ("usddisbursementdefl",),
    "desertification": ("desertification",),
    "climate_mitigation": ("climatemitigation",),
    "climate_adaptation": ("climateadaptation",),
    "biodiversity": ("biodiversity",),
    "gender": ("gender",),
}
AMOUNTS = ("commitment", "disbursement", "commitment_constant", "disbursement_constant")
MARKERS = ("desertification", "climate_mitigation", "climate_adaptation", "biodiversity", "gender")
# What names an activity and year where the file has ids; without them the whole row does.
IDENTITY = (
    "year",
    "donor",
    "recipient",
    "recipient_iso3",
    "flow",
    "activity",
    "purpose_code",
    "channel_code",
    "finance_type",
)
# DAC directives: 0 not targeted, 1 significant, 2 principal, 3 principal and in an action
# programme (desertification only). Blank: not screened, which is not zero.
MARKER_CODES = (0, 1, 2, 3)


def oecd_crs(request: Request) -> pd.DataFrame:
    """Activities that the country received or paid for, one row each.

    Text files with ``,`` or ``|``, zipped or not, and parquet are read, in three layouts: the
    classic text files, the bulk files since 2024, and the Data Explorer's SDMX-CSV.

    Returns
    -------
    DataFrame
        ``direction`` (received or provided), ``year``, ``donor``, ``recipient_iso3``, ``flow``,
        ``purpose_code`` and further columns, those that the file lacks empty; amounts in
        million USD (``commitment``, ``disbursement``, and both at constant prices); the
        markers as nullable integers, ``<NA>`` where an activity was not screened.

    Raises
    ------
    InputError
        No year or amount in the file, aggregates in place of activities, a marker that
        is not 0, 1, 2 or 3, or an activity and year in two files.
    """
    request.only_options("recipient_code", "donor_code")
    frames = {path: _tidy(_read(path), path) for _, path in request.files()}
    table = pd.concat(list(frames.values()), ignore_index=True)
    file = pd.Series(np.repeat([path.name for path in frames], [len(f) for f in frames.values()]))
    received = _of(table, "recipient", request)
    provided = _of(table, "donor", request)
    no_codes = request.option("recipient_code") is None and table["recipient_iso3"].isna().all()
    if no_codes and request.option("donor_code") is None:
        if table["recipient"].nunique() > 1:
            raise InputError(
                f"{request.where}.options",
                found=f"{table['recipient'].nunique()} recipients and no ISO3 codes in the file",
                allowed="the recipient's DAC code",
                remedy="Give 'recipient_code', as in the DAC's list of recipients.",
            )
        received = ~provided
    table.insert(0, "direction", np.where(received, "received", "provided"))
    first, last = request.dataset.years or (0, 9999)
    kept = (received | provided) & table["year"].between(first, last)
    _refuse_repeats(table[kept], file[kept], request)
    return table[kept].reset_index(drop=True)


def activities(request: Request) -> pd.DataFrame:
    """Activities of a workbook in the platform's layout; the option ``sheet`` names which.

    Returns
    -------
    DataFrame
        As :func:`sohandbook.activity_workbook.read` returns it.
    """
    request.only_options("sheet")
    sheet = request.option("sheet")
    if sheet not in INDICATORS:
        raise InputError(
            f"{request.where}.options.sheet",
            found=sheet,
            allowed=INDICATORS,
            remedy="Name the sheet whose activities this dataset holds.",
        )
    path = request.one_file()
    found = activity_workbook.read(path, indicator=str(sheet))
    _refuse_without_rows(found, request, f"{path}, sheet {sheet}")
    return found


def financial_needs(request: Request) -> pd.DataFrame:
    """What plans still lack, table SO5-5.NEEDS, as the national team wrote it."""
    request.only_options()
    path = request.one_file()
    found = national_forms.read(path, "SO5-5.NEEDS")
    _refuse_without_rows(found, request, str(path))
    return found


def _refuse_without_rows(found: pd.DataFrame, request: Request, where: str) -> None:
    """A file that nobody has filled in is not a country without money for land."""
    if found.empty:
        raise InputError(
            where,
            found="no row",
            allowed="one row at least",
            remedy=f"Fill the file in, or take {request.name} out of country.yml.",
        )


def _refuse_repeats(table: pd.DataFrame, file: pd.Series, request: Request) -> None:
    """Refuse an activity and year that two files hold: its money would count twice.

    Rows are compared by :data:`IDENTITY` where they have an id, so that a revised amount is found
    too, otherwise by all columns. Equal rows of one file are the donor's, and stay.
    """
    plain = table.astype("string").fillna("")
    named = plain["activity"] != ""
    rest = plain.columns.difference(IDENTITY)
    plain.loc[named, rest] = ""
    once = plain.assign(file=file).drop_duplicates()
    again = once[once.duplicated(list(plain.columns))]
    if again.empty:
        return
    row = table.loc[again.index[0]]
    alike = (once[plain.columns] == plain.loc[again.index[0]]).all(axis=1)
    raise InputError(
        f"{request.where}.files",
        found=f"{len(again)} activities in {' and '.join(once.loc[alike, 'file'])}, "
        f"the first of {row['year']} by {row['donor']}",
        allowed="each activity and year in one file",
        remedy="Keep one of the files, or name the years of each in the pattern.",
    )


def _of(table: pd.DataFrame, role: str, request: Request) -> pd.Series:
    """Tell which rows have the country in a role, by the DAC code given or by ISO3."""
    code = request.option(f"{role}_code")
    if code is not None:
        return (pd.to_numeric(table[f"{role}_code"], errors="coerce") == int(code)).fillna(False)
    return (table[f"{role}_iso3"] == request.iso3).fillna(False).astype(bool)


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".zip":
        return pd.read_csv(path, sep=None, engine="python", dtype=str, encoding="utf-8-sig")
    with path.open(encoding="utf-8-sig") as file:
        separator = "|" if "|" in file.readline() else ","
    return pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig")


def _tidy(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    if {"MD_DIM", "PRICE_BASE", "FLOW_TYPE"} <= set(frame.columns):
        frame = crs_data_explorer.as_bulk(frame, where=str(path))
    plain = {_plain(name): name for name in frame.columns}
    table = pd.DataFrame(index=frame.index)
    for column, names in NAMES.items():
        name = next((plain[name] for name in names if name in plain), None)
        table[column] = frame[name] if name is not None else pd.NA
    if table["year"].isna().all() or table[list(AMOUNTS)].isna().all(axis=None):
        raise InputError(
            f"{path}, columns",
            found=list(frame.columns)[:12],
            allowed="Year and USD_Disbursement or USD_Commitment among the columns",
            remedy="Take the activity file of the Creditor Reporting System.",
        )
    years = _numbers(table["year"], f"{path}, year")
    if years.isna().any():
        raise InputError(
            f"{path}, year, row {int(np.flatnonzero(years.isna())[0]) + 2}",
            found="nothing",
            allowed="a year",
            remedy="Give each row its year.",
        )
    table["year"] = years.astype(int)
    for column in AMOUNTS:
        table[column] = _numbers(table[column], f"{path}, {column}")
    for column in MARKERS:
        table[column] = _marker(table[column], f"{path}, {column}")
    return table


def _numbers(column: pd.Series, where: str) -> pd.Series:
    """Return a column as numbers, NaN where it is empty."""
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    wrong = numbers.isna() & column.notna() & (column.astype("string").str.strip().fillna("") != "")
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{where}, row {row + 2}",
            found=column.iloc[row],
            allowed="a number, or nothing where it is not known",
            remedy="Write numbers with a point, and no unit behind them.",
        )
    return numbers


def _marker(column: pd.Series, where: str) -> pd.Series:
    marker = pd.to_numeric(column, errors="coerce").astype("Int64")
    written = column.notna() & (column.astype("string").str.strip().fillna("") != "")
    wrong = written & ~marker.isin(MARKER_CODES).fillna(False)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{where}, row {row + 2}",
            found=column.iloc[row],
            allowed=(*MARKER_CODES, "blank"),
            remedy="Mend the marker: 1 significant, 2 principal, blank not screened.",
        )
    return marker


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "").lstrip("﻿")
