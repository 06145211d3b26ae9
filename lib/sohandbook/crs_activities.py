"""SO5-1 and SO5-3: from rows of the Creditor Reporting System to the platform's activities."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sohandbook import forms
from sohandbook.activities import LAYOUT, MARKER
from sohandbook.indicators import finance

# DAC finance types by hundred, for example 110 a standard grant, 421 a standard loan.
INSTRUMENTS = {
    1: "grants",
    4: "debt",
    5: "equity and shares",
    6: "debt",
    11: "contingent instruments",
}
# Flow types of the Creditor Reporting System: a piece of their name, and the form's word.
PRIVATE_FLOWS = {
    "private development finance": "private development finance",
    "foreign direct investment": "private foreign direct investment",
    "at market terms": "other private flows at market terms",
}
PUBLIC_FLOWS = {
    "oda": "ODA",
    "equity investment": "ODA",
    "non export credit": "other official flows (non-export credit)",
    "export credits": "officially supported export credits",
    "private sector instruments": "private sector instruments",
}


def from_crs(
    rows: pd.DataFrame,
    *,
    country: str,
    private: bool = False,
    technology_words: Iterable[str] = (),
) -> pd.DataFrame:
    """Lay marked rows of the Creditor Reporting System out as activities.

    Parameters
    ----------
    rows : DataFrame
        As :func:`sohandbook.sources.finance.oecd_crs` returns them, in million USD.
    country : str
        The country's name, which takes the place of the name that the file gives it.
    private : bool
        Private flows, for SO5-3, in place of official ones, for SO5-1.
    technology_words : iterable of str
        A title with one of these marks technology transfer; officers correct the marks.

    Returns
    -------
    DataFrame
        The columns of the layout, then ``direction`` and ``amount_constant_usd``. Rows
        that are not marked, or whose year saw no payment, are left out.
    """
    kinds = rows["flow"].fillna("").str.casefold().str.replace("-", " ")
    is_private = kinds.map(lambda kind: any(part in kind for part in PRIVATE_FLOWS))
    support = finance.support(rows["desertification"])
    paid = rows["disbursement"].fillna(0) != 0
    kept = support.isin(MARKER) & paid & (is_private if private else ~is_private)
    rows, support, kinds = rows[kept], support[kept], kinds[kept]
    names = PRIVATE_FLOWS if private else PUBLIC_FLOWS
    received = rows["direction"] == "received"
    payee = rows["recipient"].fillna(rows["recipient_iso3"])
    title = rows["title"].fillna("").astype(str)
    instrument = pd.to_numeric(rows["finance_type"], errors="coerce") // 100
    frame = pd.DataFrame(
        {
            "year": rows["year"],
            "provider": rows["donor"].fillna("").mask(~received, country),
            "recipient_or_beneficiary": payee.mask(received, country),
            "channel_or_geographic_scope": rows["channel"].fillna(""),
            "title": title,
            "amount_usd": (rows["disbursement"] * 1e6).round(2),
            "sector": rows["sector"].fillna(""),
            "type_of_flow": [next((n for p, n in names.items() if p in k), "") for k in kinds],
            "financial_instrument": instrument.map(INSTRUMENTS).fillna(""),
            "type_of_support": support,
            "amount_private_usd": rows["disbursement"] * 1e6 if private else np.nan,
            "technology_transfer": has_words(title, technology_words),
            "gender_equality": rows["gender"].gt(0),
        }
    ).reindex(columns=forms.table(LAYOUT).names)
    return frame.assign(
        direction=rows["direction"], amount_constant_usd=rows["disbursement_constant"] * 1e6
    ).reset_index(drop=True)


def has_words(text: pd.Series, words: Iterable[str]) -> pd.Series:
    """Tell which texts hold one of the words, whatever their case."""
    plain = text.str.casefold()
    found = pd.Series(False, index=text.index)
    for word in words:
        found |= plain.str.contains(word.casefold(), regex=False)
    return found
