"""Aid activities of the OECD's Creditor Reporting System."""

from pathlib import Path

import numpy as np
import pandas as pd

from sohandbook.errors import InputError
from sohandbook.sources.files import Request

# Our column and the names of the vintages of the system's files, without case, blanks and
# underscores: classic text, bulk files since 2024, parquet, and extracts of them.
NAMES = {
    "year": ("year",),
    "donor": ("donorname",),
    "donor_code": ("donorcode",),
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
}
AMOUNTS = ("commitment", "disbursement", "commitment_constant", "disbursement_constant")
MARKERS = ("desertification", "climate_mitigation", "climate_adaptation", "biodiversity")
# DAC directives: 0 not targeted, 1 significant, 2 principal, 3 principal and in an action
# programme (desertification only). Blank: not screened, which is not zero.
MARKER_CODES = (0, 1, 2, 3)


def oecd_crs(request: Request) -> pd.DataFrame:
    """Activities for the country, one row each.

    Text files with ``,`` or ``|``, zipped or not, and parquet are read.

    Returns
    -------
    DataFrame
        ``year``, ``donor``, ``recipient_iso3``, ``flow``, ``purpose_code`` and further columns,
        those that the file lacks empty; amounts in million USD (``commitment``,
        ``disbursement``, and both at constant prices); the four markers as nullable
        integers, ``<NA>`` where an activity was not screened.

    Raises
    ------
    InputError
        No year or amount in the file, or a marker that is not 0, 1, 2 or 3.
    """
    request.only_options("recipient_code")
    frames = [_tidy(_read(path), path) for _, path in request.files()]
    table = pd.concat(frames, ignore_index=True)
    code = request.option("recipient_code")
    if code is not None:
        table = table[table["recipient_code"].astype("Int64") == int(code)]
    elif table["recipient_iso3"].notna().any():
        table = table[table["recipient_iso3"] == request.iso3]
    elif table["recipient"].nunique() > 1:
        raise InputError(
            f"{request.where}.options",
            found=f"{table['recipient'].nunique()} recipients and no ISO3 codes in the file",
            allowed="the recipient's DAC code",
            remedy="Give 'recipient_code', as in the DAC's list of recipients.",
        )
    first, last = request.dataset.years or (0, 9999)
    return table[table["year"].between(first, last)].reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".zip":
        return pd.read_csv(path, sep=None, engine="python", dtype=str, encoding="utf-8-sig")
    with path.open(encoding="utf-8-sig") as file:
        separator = "|" if "|" in file.readline() else ","
    return pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig")


def _tidy(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
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
    table["year"] = table["year"].astype(int)
    for column in AMOUNTS:
        table[column] = pd.to_numeric(table[column], errors="coerce").astype(np.float64)
    for column in MARKERS:
        table[column] = _marker(table[column], f"{path}, {column}")
    return table


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
