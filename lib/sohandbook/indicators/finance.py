"""SO 5: public money for the Convention, from aid activities to yearly totals and trend words.

Source: UNCCD reporting manual 2026, SO 5; OECD DAC directives for the desertification marker;
OECD note on the DAC deflators.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from sohandbook.errors import InputError
from sohandbook.indicators.short_series import require_columns

YEARS = range(2020, 2024)
# 3 is "principal and in support of an action programme", for desertification only.
SUPPORT = {0: "not_targeted", 1: "significant", 2: "principal", 3: "principal"}
NOT_SCREENED = "not_screened"
_MILLION = 1e6


def support(marker: pd.Series) -> pd.Series:
    """Return the type of support that each desertification marker stands for.

    Parameters
    ----------
    marker : Series
        0, 1, 2, 3, or missing. A blank means that nobody looked, which is not zero.

    Returns
    -------
    Series of str
        ``principal``, ``significant``, ``not_targeted`` or ``not_screened``.

    Raises
    ------
    InputError
        On any other value, with its rows. 4 belongs to other markers.
    """
    blank = marker.isna() | (marker.astype("string").str.strip() == "").fillna(False)
    codes = pd.to_numeric(marker.mask(blank), errors="coerce")
    wrong = ~blank & ~codes.isin(SUPPORT)
    if wrong.any():
        raise InputError(
            f"desertification marker, rows {marker.index[wrong].tolist()[:5]}",
            found=sorted(marker[wrong].astype(str).unique()),
            allowed=[*SUPPORT, "blank"],
            remedy="Correct the marker, or leave it blank if the activity was not screened.",
        )
    return codes.map(SUPPORT).fillna(NOT_SCREENED).rename("support")


def totals(
    activities: pd.DataFrame,
    *,
    significant_weight: float,
    amount: str = "disbursement",
    years: Iterable[int] = YEARS,
) -> pd.DataFrame:
    """Return the money of each year, with the bounds that the weight lies between.

    Parameters
    ----------
    activities : DataFrame
        ``year``, ``desertification`` and the amount, in million USD; one row an activity and
        year.
    significant_weight : float, 0 to 1
        Share of an activity's money that counts where the objective is significant. The
        Convention prints none: 1 is the upper bound (and how the OECD counts), 0.4 a
        convention of some donors, 0 leaves the principal ones only.
    amount : {"disbursement", "disbursement_constant", "commitment", "commitment_constant"}
        The platform asks for disbursements of the year in USD of the year.
    years : iterable of int

    Returns
    -------
    DataFrame
        ``year``, ``principal``, ``significant`` (full amounts), ``weighted`` (principal + weight *
        significant), ``lower`` (principal only), ``upper`` (both in full), ``not_screened``, all
        in USD, and ``activities`` (how many are in ``upper``). A year without any row is
        empty, not zero.

    Raises
    ------
    InputError
        If the weight is out of range or an amount of the marked activities is missing.
    """
    require_columns(activities, ["year", "desertification", amount], name="activities")
    if not 0 <= significant_weight <= 1:
        raise InputError(
            "significant_weight", found=significant_weight, allowed="0 to 1", remedy="Change it."
        )
    kind = support(activities["desertification"])
    marked = kind.isin(["principal", "significant"])
    unknown = marked & activities[amount].isna()
    if unknown.any():
        raise InputError(
            f"activities, {amount}, rows {activities.index[unknown].tolist()[:5]}",
            found="nothing",
            allowed="an amount; 0 if nothing was paid",
            remedy="Fill the amounts; commitments and disbursements are not to be mixed.",
        )
    usd = (activities[amount] * _MILLION).groupby([activities["year"], kind]).sum().unstack()
    columns = ["principal", "significant", NOT_SCREENED]
    usd = usd.reindex(columns=columns).fillna(0.0)
    usd["weighted"] = usd["principal"] + significant_weight * usd["significant"]
    usd["lower"] = usd["principal"]
    usd["upper"] = usd["principal"] + usd["significant"]
    usd["activities"] = marked.groupby(activities["year"]).sum()
    order = ["principal", "significant", "weighted", "lower", "upper", NOT_SCREENED, "activities"]
    return usd[order].reindex(pd.Index(list(years), name="year")).reset_index()


def summary(provided: pd.DataFrame | None, *, received: pd.DataFrame | None) -> pd.DataFrame:
    """Return table SO5-1.SUMMARY from the totals of both directions.

    Parameters
    ----------
    provided, received : DataFrame or None
        Results of :func:`totals`; None leaves the column empty.

    Returns
    -------
    DataFrame
        ``year``, ``provided_usd``, ``received_usd``.
    """
    given = {"provided_usd": provided, "received_usd": received}
    columns = {
        name: frame.set_index("year")["weighted"] if frame is not None else pd.Series(dtype=float)
        for name, frame in given.items()
    }
    return pd.DataFrame(columns).rename_axis("year").reset_index()


def trend_word(amounts: pd.Series, *, threshold: float = 0.10) -> str:
    """Return the Tier 1 word for yearly amounts.

    Four years are too few for a test of significance, and the manual prints no limit. We
    take the change along the Theil-Sen line from the first to the last year, over the mean.

    Parameters
    ----------
    amounts : Series
        Amounts with the year as index; NaN is a gap.
    threshold : float
        Relative change up to which money counts as stable; 10 % by default, our choice.

    Returns
    -------
    str
        ``increasing``, ``stable``, ``declining``, or ``unknown`` with fewer than three years.
    """
    known = amounts.dropna().sort_index()
    if len(known) < 3:
        return "unknown"
    later, earlier = np.tril_indices(len(known), -1)
    years, values = known.index.to_numpy(float), known.to_numpy(float)
    slope = np.median((values[later] - values[earlier]) / (years[later] - years[earlier]))
    mean = np.abs(values).mean()
    change = slope * (years[-1] - years[0]) / mean if mean > 0 else 0.0
    if abs(change) <= threshold:
        return "stable"
    return "increasing" if change > 0 else "declining"


def double_counted(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return rows that look like the same money counted twice.

    Money stands in one of SO5-1, SO5-2 and SO5-3; a project with several sources is split.
    SO5-4 repeats money of the three by design: leave it out, and never add it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Activities by indicator, each with ``year``, ``provider``, ``title``, ``amount_usd``.

    Returns
    -------
    DataFrame
        ``group`` (rows of one group are alike), ``indicator``, ``row`` and the four columns. Rows
        are alike if year, provider and title agree without case and spaces, and the
        amounts to a dollar; a project whose text repeats with other amounts is not listed.
    """
    keys = ["year", "provider", "title", "amount_usd"]
    parts = []
    for indicator, frame in tables.items():
        if indicator.startswith("SO5-4"):
            raise InputError(
                "indicators to compare",
                found=indicator,
                allowed="SO5-1, SO5-2, SO5-3",
                remedy="Leave SO5-4 out: it repeats their money by design.",
            )
        require_columns(frame, keys, name=indicator)
        parts.append(frame[keys].assign(indicator=indicator, row=frame.index))
    rows = pd.concat(parts, ignore_index=True)
    alike = pd.DataFrame(
        {
            "year": rows["year"],
            "provider": rows["provider"].str.casefold().str.split().str.join(" "),
            "title": rows["title"].str.casefold().str.split().str.join(" "),
            "amount_usd": rows["amount_usd"].round(),
        }
    )
    twice = alike.duplicated(keep=False) & rows["amount_usd"].ne(0)
    found = rows[twice].copy()
    found.insert(0, "group", alike[twice].groupby(keys, sort=False, dropna=False).ngroup() + 1)
    columns = ["group", "indicator", "row", *keys]
    return found.sort_values(["group", "indicator"])[columns].reset_index(drop=True)


def deflator(
    *, exchange_rate: float, base_exchange_rate: float, price: float, base_price: float
) -> float:
    """Return the deflator of a donor's year: ``(base rate / rate) * (price / base price)``.

    Parameters
    ----------
    exchange_rate, base_exchange_rate : float
        Donor's currency per USD, in the year and in the base year.
    price, base_price : float
        The donor's price index in both. Prices in the United States play no part.
    """
    return base_exchange_rate / exchange_rate * price / base_price


def constant_prices(nominal_usd: pd.Series, *, deflator: pd.Series | float) -> pd.Series:
    """Return amounts at the prices and exchange rates of the base year.

    The platform wants USD of the year; constant prices are for comparing years.

    Parameters
    ----------
    nominal_usd : Series
        USD of the year, converted from the donor's currency at the rate of that year.
    deflator : Series or float
        Of the donor and year, on the same index. Its base year moves with each release:
        name it beside the result.

    Raises
    ------
    InputError
        If a deflator is missing or not above 0.
    """
    factors = pd.Series(deflator, index=nominal_usd.index, dtype=float)
    wrong = ~(factors > 0)
    if wrong.any():
        raise InputError(
            f"deflator, rows {nominal_usd.index[wrong].tolist()[:5]}",
            found=factors[wrong].tolist()[:5],
            allowed="above 0",
            remedy="Take the DAC deflator of the donor; of the DAC total for multilateral donors.",
        )
    return nominal_usd / factors
