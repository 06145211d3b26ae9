"""SO5: activities in the platform's layout, and the tables that are made from them.

The layout is that of ``SO5-1.ACTIVITIES`` in ``data/prais_forms.yml``, the same for SO5-1 to
SO5-4. Amounts are what was paid in the year, in USD of the year.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from sohandbook import forms
from sohandbook.country_codes import is_named
from sohandbook.errors import InputError
from sohandbook.indicators import finance
from sohandbook.indicators.finance import YEARS

INDICATORS = ("SO5-1", "SO5-2", "SO5-3", "SO5-4")
LAYOUT = "SO5-1.ACTIVITIES"
COMMON_WEIGHT = 0.4  # what some donors count of money with a significant objective
MARKER = {"principal": 2, "significant": 1}
# Each column of a summary table: the directions or types of flow whose money it adds up.
GROUPS = {
    "SO5-1": {"provided_usd": ("provided",), "received_usd": ("received",)},
    "SO5-2": {
        "public_spending_usd": ("expenditure", "investment"),
        "public_funding_usd": ("revenue", "borrowing"),
    },
    "SO5-3": {
        "international_provided_usd": ("provided",),
        "international_received_usd": ("received",),
        "domestic_mobilised_usd": ("domestic",),
    },
    "SO5-4": {
        "international_provided_usd": ("provided",),
        "international_received_usd": ("received",),
        "domestic_spent_usd": ("domestic",),
    },
}
# Each row of a trend table: the columns of the summary whose sum it judges.
TRENDS = {
    "SO5-1": {"provided": ("provided_usd",), "received": ("received_usd",)},
    "SO5-2": {
        "public spending": ("public_spending_usd",),
        "public funding": ("public_funding_usd",),
    },
    "SO5-3": {
        "international private": ("international_provided_usd", "international_received_usd"),
        "domestic private": ("domestic_mobilised_usd",),
    },
    "SO5-4": {
        "international provided": ("international_provided_usd",),
        "international received": ("international_received_usd",),
        "domestic spent": ("domestic_spent_usd",),
    },
}


def directions(frame: pd.DataFrame, *, country: str, indicator: str) -> pd.Series:
    """Return ``provided``, ``received`` or ``domestic`` for each activity.

    Who pays and who is paid are texts; one that holds the country's name is of the country,
    for example "Solar Cooperative (Drylandia)". Longer names are other countries: Nigeria
    is not Niger.

    Raises
    ------
    InputError
        Neither of the two is of the country; names the rows of the file.
    """
    if indicator == "SO5-2":
        return pd.Series("domestic", index=frame.index)
    ours = {
        role: frame[role].fillna("").map(lambda text: is_named(text, country)).astype(bool)
        for role in ("provider", "recipient_or_beneficiary")
    }
    pays, gets = ours["provider"], ours["recipient_or_beneficiary"]
    foreign = ~(pays | gets)
    if foreign.any():
        first = frame[foreign].iloc[0]
        raise InputError(
            f"sheet {indicator}, rows {_row_numbers(frame[foreign])}, provider and recipient",
            found=f"{first['provider']} and {first['recipient_or_beneficiary']}",
            allowed=f"{country} as one of the two",
            remedy="Name the country in the provider or the recipient, or remove the row.",
        )
    return pd.Series(
        np.select([pays & gets, pays], ["domestic", "provided"], "received"), index=frame.index
    )


def totals(
    frame: pd.DataFrame,
    *,
    significant_weight: float,
    amount: str = "amount_usd",
    seen_years: Iterable[int] = (),
) -> pd.DataFrame:
    """Return :func:`finance.totals` of activities in the platform's layout.

    Parameters
    ----------
    frame : DataFrame
    significant_weight : float
    amount : str
        ``amount_usd``, or ``amount_constant_usd`` for comparing years.
    seen_years : iterable of int
        Years for which the source was looked through: without a row they are 0, not empty.
    """
    marked = pd.DataFrame(
        {
            "year": frame["year"].astype(int),
            "desertification": frame["type_of_support"].map(MARKER),
            "disbursement": frame[amount] / 1e6,
        }
    )
    found = finance.totals(marked, significant_weight=significant_weight)
    seen = found["year"].isin(list(seen_years))
    return found.where(found.notna() | ~seen.to_numpy()[:, None], 0)


def bounds(frame: pd.DataFrame, *, significant_weight: float, **options: object) -> pd.DataFrame:
    """Return each year's money for the chosen weight, and beside it for 0, 0.4 and 1.

    The Convention prints no weight, so one figure alone says more than anybody knows.
    """
    weights = {
        "chosen": significant_weight,
        "principal_only": 0.0,
        "significant_at_0.4": COMMON_WEIGHT,
        "both_in_full": 1.0,
    }
    found = {
        name: totals(frame, significant_weight=weight, **options).set_index("year")["weighted"]
        for name, weight in weights.items()
    }
    return pd.DataFrame(found).reset_index()


def grouped(frame: pd.DataFrame, indicator: str) -> dict[str, pd.DataFrame]:
    """Return the activities behind each column of an indicator's summary table."""
    by = frame["type_of_flow"] if indicator == "SO5-2" else frame["direction"]
    return {column: frame[by.isin(values)] for column, values in GROUPS[indicator].items()}


def summary(
    frame: pd.DataFrame,
    indicator: str,
    *,
    significant_weight: float,
    seen: Mapping[str, Iterable[int]] | None = None,
) -> pd.DataFrame:
    """Return the table ``<indicator>.SUMMARY``: money by year, USD; empty where not known.

    Parameters
    ----------
    frame : DataFrame
        Activities with ``direction``.
    indicator : str
    significant_weight : float
    seen : mapping of str to iterable of int, optional
        Column to the years for which its source was looked through.
    """
    columns = {
        column: totals(
            part, significant_weight=significant_weight, seen_years=(seen or {}).get(column, ())
        )["weighted"].to_numpy()
        for column, part in grouped(frame, indicator).items()
    }
    return pd.DataFrame({"year": list(YEARS), **columns})


def trends(summary: pd.DataFrame, indicator: str, *, stable_change: float = 0.10) -> pd.DataFrame:
    """Return the table ``<indicator>.TREND``: a word for each item, from the same numbers.

    ``stable_change`` is the relative change up to which money counts as stable.
    """
    key = forms.table(f"{indicator}.TREND").key
    by_year = summary.set_index("year")
    words = {
        item: finance.trend_word(
            by_year[list(columns)].sum(axis=1, min_count=1), threshold=stable_change
        )
        for item, columns in TRENDS[indicator].items()
    }
    return pd.DataFrame({key: list(words), "trend": list(words.values())})


def at_constant_prices(frame: pd.DataFrame) -> pd.Series:
    """Return what domestic amounts are worth at the prices and the rate of the last year, USD.

    Parameters
    ----------
    frame : DataFrame
        Activities of SO5-2 with ``amount_usd``, ``exchange_rate`` and ``price_index``.
    """
    base = frame.loc[frame["year"].idxmax()]
    deflator = finance.deflator(
        exchange_rate=frame["exchange_rate"],
        base_exchange_rate=base["exchange_rate"],
        price=frame["price_index"],
        base_price=base["price_index"],
    )
    return finance.constant_prices(frame["amount_usd"], deflator=deflator)


def technology(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the activities of SO5-1 to SO5-3 that transfer technology: the sheet SO5-4.

    They are repeated, not added: SO5-4 overlaps the other three by design.
    """
    flagged = [frame[frame["technology_transfer"].fillna(False).astype(bool)] for frame in tables]
    flagged = [frame for frame in flagged if len(frame)]
    if not flagged:
        return pd.DataFrame(columns=[*forms.table(LAYOUT).names, "direction"])
    return pd.concat(flagged, ignore_index=True)


def counted_twice(tables: Mapping[str, pd.DataFrame], *, same_provider: bool) -> pd.DataFrame:
    """Return activities that look like the same money in two of SO5-1, SO5-2 and SO5-3.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Activities by indicator, with ``amount_usd`` also for SO5-2.
    same_provider : bool
        Without it also rows of other providers are alike: a grant and the ministry that
        spends it look like this.

    Returns
    -------
    DataFrame
        As :func:`finance.double_counted` returns it; ``row`` is that of the file where known.
    """
    given = {}
    for indicator, frame in tables.items():
        payer = "country_name_or_economic_unit" if indicator == "SO5-2" else "provider"
        given[indicator] = pd.DataFrame(
            {
                "year": frame["year"].astype(int),
                "provider": frame[payer].fillna("") if same_provider else "",
                "title": frame["title"],
                "amount_usd": frame["amount_usd"].astype(float),
            }
        )
        if "row" in frame:
            given[indicator].index = frame["row"]
    found = finance.double_counted(given)
    across = found.groupby("group")["indicator"].transform("nunique") > 1
    return found[across].reset_index(drop=True)


def _row_numbers(frame: pd.DataFrame) -> list[int]:
    numbers = frame["row"] if "row" in frame else frame.index + 1
    return [int(number) for number in numbers]
