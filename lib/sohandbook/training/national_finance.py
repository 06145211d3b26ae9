"""Domestic and private money: workbooks in the layout of the reporting platform.

Only a country whose ``training.yml`` names a currency has them. Companies and ministries are
fictional. Two mistakes are in them for the lessons: the budget repeats a grant that SO5-1
holds already, and the private sheet repeats a provider's row of 2021.
"""

from pathlib import Path

import pandas as pd

from sohandbook import activity_workbook
from sohandbook.training import chance, public_finance
from sohandbook.training.public_finance import FINANCE_YEARS
from sohandbook.training.story import Story

# The budget grows by a tenth a year in dinars; what a dinar buys falls faster.
GROWTH = {2020: 1.0, 2021: 1.10, 2022: 1.23, 2023: 1.36}
# Title, who pays, who is paid, scope, flow, support, size in million dinars, what it brings.
BUDGET = (
    ("Land restoration programme", "Ministry of the Environment", "Provinces", "national",
     "expenditure", "principal", 620.0, ("capacity_building",)),
    ("Dune fixation works", "Ministry of the Environment", "Northern Steppe", "sub-national",
     "investment", "principal", 340.0, ()),
    ("Fodder reserves for dry years", "Ministry of Livestock", "Herders", "national",
     "expenditure", "significant", 280.0, ("gender_equality",)),
    ("Soil laboratory and land information system", "Institute of Soils", "Institute of Soils",
     "national", "investment", "principal", 95.0, ("technology_transfer", "capacity_building")),
    ("Levy on firewood licences", "Forest Service", "Treasury", "national",
     "revenue", "significant", 130.0, ()),
    ("Bond for land", "Treasury", "Land restoration programme", "national",
     "borrowing", "principal", 410.0, ()),
    ("Running costs of the land register", "Land Office", "Land Office", "national",
     "other", "significant", 60.0, ()),
)  # fmt: skip
INSTRUMENTS = {"borrowing": ("debt", "market borrowing", "bond"),
               "revenue": ("", "environmental tax", "licence fee")}  # fmt: skip
# Title, company and its country, who is paid, flow, instrument, support, size, what it brings.
# A name in braces stands for the country.
COMPANIES = (
    ("Solar pumps for pasture wells", "Sun and Well Company (Northland)", "Herders ({})",
     "private foreign direct investment", "equity and shares", "significant", 2.4,
     ("technology_transfer",)),
    ("Gum arabic plantations", "Acacia Traders ({})", "Village associations ({})",
     "other private flows at market terms", "equity and shares", "principal", 1.1,
     ("gender_equality",)),
    ("Loans for drip irrigation", "Bank of the Valleys ({})", "Farmers ({})",
     "other private flows at market terms", "debt", "significant", 3.2,
     ("technology_transfer",)),
    ("Weather insurance of harvests", "Harvest Mutual ({})", "Farmers ({})",
     "other private flows at market terms", "insurance", "significant", 0.7,
     ("gender_equality",)),
)  # fmt: skip
REPEATED_GRANT = "Watershed restoration in the Highlands"
REPEATED_ROW = ("Green belts against moving sand", 2021)


def write(story: Story, folder: Path) -> None:
    """Write ``public_finance/SO5-2.xlsx`` and ``SO5-3.xlsx``, where there is a currency."""
    currency = story.facts.get("currency")
    if currency is None:
        return
    rates = pd.DataFrame(
        {
            "year": FINANCE_YEARS,
            "currency": currency["name"],
            "domestic_per_usd": [currency["per_usd"][year] for year in FINANCE_YEARS],
            "source": "Central Bank (fictional), mean of the year",
            "price_index": [currency["price_index"][year] for year in FINANCE_YEARS],
        }
    )
    place = folder / "public_finance"
    activity_workbook.write(place / "SO5-2.xlsx", {"SO5-2": budget(story)}, rates=rates)
    activity_workbook.write(place / "SO5-3.xlsx", {"SO5-3": private(story)})


def budget(story: Story) -> pd.DataFrame:
    """Return the rows of sheet SO5-2, in the country's currency."""
    rows = []
    for year in FINANCE_YEARS:
        luck = chance.uniform(story.iso3, "budget", year, shape=(len(BUDGET),))
        for number, line in enumerate(BUDGET):
            title, payer, paid, scope, flow, support, size, brings = line
            amount = round(size * GROWTH[year] * (0.95 + 0.1 * float(luck[number])) * 1e6)
            instrument, category, kind = INSTRUMENTS.get(flow, ("grants", "public budget", ""))
            rows.append(
                {
                    "year": year,
                    "country_name_or_economic_unit": payer,
                    "recipient_or_beneficiary": paid,
                    "channel_or_geographic_scope": scope,
                    "title": title,
                    "amount_domestic": float(amount),
                    "sector": "General environment protection",
                    "type_of_flow": flow,
                    "financial_instrument": instrument,
                    "instrument_category": category,
                    "instrument_type": kind,
                    "type_of_support": support,
                    **_brings(brings),
                }
            )
        rows.append(_repeated_grant(story, year))
    return pd.DataFrame(rows)


def private(story: Story) -> pd.DataFrame:
    """Return the rows of sheet SO5-3, in USD."""
    rows = []
    for year in FINANCE_YEARS:
        luck = chance.uniform(story.iso3, "companies", year, shape=(len(COMPANIES),))
        for number, line in enumerate(COMPANIES):
            title, payer, paid, flow, instrument, support, size, brings = line
            growth = 1 + 0.12 * (year - FINANCE_YEARS[0])
            amount = round(size * growth * (0.9 + 0.2 * float(luck[number])) * 1e6)
            rows.append(
                _private(
                    year, title, payer.format(story.name), paid.format(story.name), amount,
                    flow, instrument, support, brings,
                )
            )  # fmt: skip
        for line in public_finance.rows(story, year):
            foundation = line["ProjectTitle"] in public_finance.PRIVATE
            if not foundation and (line["ProjectTitle"], year) != REPEATED_ROW:
                continue
            if line["RecipientName"] == story.name:
                rows.append(
                    _private(
                        year, line["ProjectTitle"], line["DonorName"], story.name, _paid(line),
                        "private development finance" if foundation
                        else "other private flows at market terms",
                        "grants", "significant" if foundation else "principal", (),
                    )
                )  # fmt: skip
    return pd.DataFrame(rows)


def _private(
    year: int,
    title: str,
    payer: str,
    paid: str,
    amount: int,
    flow: str,
    instrument: str,
    support: str,
    brings: tuple[str, ...],
) -> dict[str, object]:
    return {
        "year": year,
        "provider": payer,
        "recipient_or_beneficiary": paid,
        "channel_or_geographic_scope": "Private sector institutions",
        "title": title,
        "amount_usd": float(amount),
        "sector": "Agriculture",
        "type_of_flow": flow,
        "financial_instrument": instrument,
        "type_of_support": support,
        "amount_private_usd": float(amount),
        **_brings(brings),
    }


def _repeated_grant(story: Story, year: int) -> dict[str, object]:
    """Return the budget's row of a grant that a provider reported too."""
    line = next(
        line
        for line in public_finance.rows(story, year)
        if (line["ProjectTitle"], line["RecipientName"]) == (REPEATED_GRANT, story.name)
    )
    return {
        "year": year,
        "country_name_or_economic_unit": "Ministry of the Environment",
        "recipient_or_beneficiary": "Highlands",
        "channel_or_geographic_scope": "sub-national",
        "title": REPEATED_GRANT,
        "amount_domestic": _paid(line) * story.facts["currency"]["per_usd"][year],
        "sector": "Agriculture",
        "type_of_flow": "expenditure",
        "financial_instrument": "grants",
        "instrument_category": "public budget",
        "type_of_support": "principal",
        **_brings(()),
    }


def _paid(line: dict[str, str]) -> int:
    """Return what a row of the Creditor Reporting System paid, whole USD."""
    return int(line["usd_disbursement"].replace(".", ""))


def _brings(what: tuple[str, ...]) -> dict[str, bool]:
    return {
        name: name in what
        for name in ("capacity_building", "technology_transfer", "gender_equality")
    }
