"""The Creditor Reporting System as the OECD's Data Explorer hands it out (SDMX-CSV).

One row is one number: an activity has a row each for what was committed and paid, at current
and at constant prices, and totals stand among the activities. Adding rows up counts money
several times.

Source: dataflow OECD.DCD.FSD:DSD_CRS@DF_CRS; code lists CL_FLOW_TYPE (C commitments,
D disbursements), CL_PRICE_BASE (V current, Q constant), MD_DIM (DD for single activities).
"""

import numpy as np
import pandas as pd

from sohandbook.errors import InputError

ACTIVITIES = "DD"
AMOUNTS = {
    ("C", "V"): "USD_Commitment",
    ("D", "V"): "USD_Disbursement",
    ("C", "Q"): "USD_Commitment_Defl",
    ("D", "Q"): "USD_Disbursement_Defl",
}
# Columns that name an activity and year, and their names in the bulk files.
NAMES = {
    "TIME_PERIOD": "Year",
    "DONOR": "DEDonorcode",
    "RECIPIENT": "DERecipientcode",
    "SECTOR": "PurposeCode",
    "Sector": "PurposeName",
    "MEASURE": "FlowCode",
    "Measure": "FlowName",
    "CHANNEL": "ChannelCode",
    "Channel": "ChannelName",
    "Donor": "DonorName",
    "Recipient": "RecipientName",
    "OECD_ID": "CrsID",
    "DONOR_PROJECT_ID": "ProjectNumber",
    "PROJECT_TITLE": "ProjectTitle",
    "FINANCETYPE_CODE": "Finance_T",
    "BIMULTI_CODE": "Bi_Multi",
    "GENDER_EQUALITY": "Gender",
    "BIODIVERSITY": "Biodiversity",
    "CLIMATE_MITIGATION": "ClimateMitigation",
    "CLIMATE_ADAPTATION": "ClimateAdaptation",
    "DESERTIFICATION": "Desertification",
}


def as_bulk(frame: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Return activities in the columns of the bulk files, one row an activity and year.

    Parameters
    ----------
    frame : DataFrame
        All columns as text. Rows that are no single activity are left out.
    where : str
        The file, for messages.

    Raises
    ------
    InputError
        Only totals in the file, or a combination of flow and price that is not known.
    """
    single = frame[frame["MD_DIM"] == ACTIVITIES].copy()
    if single.empty:
        raise InputError(
            f"{where}, MD_DIM",
            found=sorted(frame["MD_DIM"].dropna().unique())[:5],
            allowed=f"{ACTIVITIES}: rows of single activities",
            remedy="Download the microdata; totals carry no marker.",
        )
    measured = list(zip(single["FLOW_TYPE"], single["PRICE_BASE"], strict=True))
    wrong = [index for index, kind in enumerate(measured) if kind not in AMOUNTS]
    if wrong:
        raise InputError(
            f"{where}, FLOW_TYPE and PRICE_BASE, row {single.index[wrong[0]] + 2}",
            found=measured[wrong[0]],
            allowed=AMOUNTS,
            remedy="Choose commitments and disbursements, at current and constant prices.",
        )
    numbers = pd.to_numeric(single["OBS_VALUE"], errors="coerce")
    empty = single["OBS_VALUE"].fillna("").str.strip() == ""
    if (numbers.isna() & ~empty).any():
        row = single.index[numbers.isna() & ~empty][0]
        raise InputError(
            f"{where}, OBS_VALUE, row {row + 2}",
            found=single["OBS_VALUE"][row],
            allowed="a number, or nothing where it is not known",
            remedy="Write numbers with a point, and no unit behind them.",
        )
    single["amount"] = numbers * 10.0 ** (_multiplier(single) - 6)
    single["kind"] = [AMOUNTS[kind] for kind in measured]
    single = single[~empty].copy()  # what is not known is not zero
    if "Donor" not in single:
        single["Donor"] = single["DONOR"]
    keys = [name for name in NAMES if name in single.columns]
    wide = single.pivot_table(
        index=[single[name].fillna("") for name in keys],
        columns="kind",
        values="amount",
        aggfunc="sum",
        sort=False,
    ).reset_index()
    wide.columns.name = None
    return wide.rename(columns=NAMES).replace({"": np.nan})


def _multiplier(frame: pd.DataFrame) -> pd.Series:
    """Return the power of ten of each number; the dataflow's is 6, million."""
    if "UNIT_MULT" not in frame:
        return pd.Series(6.0, index=frame.index)
    return pd.to_numeric(frame["UNIT_MULT"], errors="coerce").fillna(6.0)
