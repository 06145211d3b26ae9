"""Aid activities: the text files of the OECD's Creditor Reporting System.

The classic layout: 86 columns between ``|``, one file a year, USD million.
Providers are fictional. The desertification marker is 0, 1, 2, once 3, and
often blank, which means that nobody looked. The file holds a neighbour's rows
too, as the real one holds the world's.
"""

from pathlib import Path

from sohandbook.training import chance
from sohandbook.training.story import Story

FINANCE_YEARS = (2020, 2021, 2022, 2023)
HEADER = [
    "Year",
    "DonorCode",
    "DonorName",
    "AgencyCode",
    "AgencyName",
    "CRSid",
    "ProjectNumber",
    "InitialReport",
    "RecipientCode",
    "RecipientName",
    "RegionCode",
    "RegionName",
    "IncomegroupCode",
    "IncomegroupName",
    "FlowCode",
    "FlowName",
    "bi_multi",
    "Category",
    "Finance_t",
    "Aid_t",
    "usd_commitment",
    "usd_disbursement",
    "usd_received",
    "usd_commitment_defl",
    "usd_disbursement_defl",
    "usd_received_defl",
    "usd_adjustment",
    "usd_adjustment_defl",
    "usd_amountuntied",
    "usd_amountpartialtied",
    "usd_amounttied",
    "usd_amountuntied_defl",
    "usd_amountpartialtied_defl",
    "usd_amounttied_defl",
    "usd_IRTC",
    "usd_expert_commitment",
    "usd_expert_extended",
    "usd_export_credit",
    "CurrencyCode",
    "commitment_national",
    "disbursement_national",
    "GrantEquiv",
    "usd_GrantEquiv",
    "ShortDescription",
    "ProjectTitle",
    "PurposeCode",
    "PurposeName",
    "SectorCode",
    "SectorName",
    "ChannelCode",
    "ChannelName",
    "ChannelReportedName",
    "ParentChannelCode",
    "Geography",
    "ExpectedStartDate",
    "CompletionDate",
    "LongDescription",
    "Gender",
    "Environment",
    "Trade",
    "Pdgg",
    "FTC",
    "PBA",
    "InvestmentProject",
    "AssocFinance",
    "biodiversity",
    "climateMitigation",
    "climateAdaptation",
    "desertification",
    "commitmentdate",
    "typerepayment",
    "numberrepayment",
    "interest1",
    "interest2",
    "repaydate1",
    "repaydate2",
    "grantelement",
    "usd_interest",
    "usd_outstanding",
    "usd_arrears_principal",
    "usd_arrears_interest",
    "usd_future_DS_principal",
    "usd_future_DS_interest",
    "RMNCH",
    "BudgetIdent",
    "CapitalExpend",
]
# Code, name, bilateral (1) or multilateral (4). No real provider stands here.
PROVIDERS = (
    (9901, "Northland", 1),
    (9902, "Republic of Isles", 1),
    (9903, "Southern Union", 1),
    (9904, "Fund for Land", 4),
)
# Title, purpose, purpose's name, size in USD million, marker (None: not screened), grant or loan.
ACTIVITIES = (
    ("Watershed restoration in the Highlands", 31130, "Agricultural land resources", 6.8, 2, 110),
    ("Green belts against moving sand", 31220, "Forestry development", 2.9, 2, 110),
    (
        "National action programme against desertification",
        41010,
        "Environmental policy and administrative management",
        0.7,
        3,
        110,
    ),
    ("Farmer-managed regeneration of trees", 31120, "Agricultural development", 1.9, 1, 110),
    (
        "Small dams and irrigation around the lake",
        31140,
        "Agricultural water resources",
        8.4,
        1,
        421,
    ),
    ("Drought early warning", 74020, "Multi-hazard response preparedness", 1.3, 1, 110),
    ("Pasture management with herders", 31163, "Livestock", 2.2, 1, 110),
    ("Rural roads", 21021, "Road transport", 14.5, 0, 421),
    ("Water supply of the capital", 14021, "Water supply - large systems", 11.2, 0, 421),
    ("Primary schools", 11220, "Primary education", 4.1, None, 110),
    ("Health in the villages", 12220, "Basic health care", 3.6, None, 110),
    ("Clearing thorn trees from the wadi", 31130, "Agricultural land resources", 0.9, None, 110),
    ("Budget support", 51010, "General budget support-related aid", 7.5, None, 110),
    ("Seeds for dry fields", 31150, "Agricultural inputs", 0.6, 1, 110),
)
# What a private foundation pays: its flow is no official one.
PRIVATE = {"Seeds for dry fields": (9905, "Foundation for Seeds", 1)}
SECTORS = {
    "111": "Education",
    "112": "Education",
    "122": "Basic Health",
    "140": "Water Supply & Sanitation",
    "210": "Transport & Storage",
    "311": "Agriculture",
    "312": "Forestry",
    "410": "General Environment Protection",
    "510": "General Budget Support",
    "740": "Disaster Prevention & Preparedness",
}
NEIGHBOUR = (998, "Neighbourland")


def write(story: Story, folder: Path) -> None:
    """Write ``public_finance/CRS <year> data.txt``, 2020 to 2023."""
    for year in FINANCE_YEARS:
        path = folder / "public_finance" / f"CRS {year} data.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["|".join(HEADER)]
        lines += ["|".join(row.get(name, "") for name in HEADER) for row in rows(story, year)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows(story: Story, year: int) -> list[dict[str, str]]:
    """Return one year's activities: every activity of the country, two of a neighbour."""
    size = story.facts["size_of_aid"]
    luck = chance.uniform(story.iso3, "finance", year, shape=(len(ACTIVITIES) + 2, 3))
    # Money rises by a sixth a year, and more after the drought of 2022.
    growth = {2020: 1.0, 2021: 1.14, 2022: 1.31, 2023: 1.72}[year]
    result = []
    for number, activity in enumerate((*ACTIVITIES, ACTIVITIES[0], ACTIVITIES[7])):
        ours = number < len(ACTIVITIES)
        recipient = (story.facts["m49"], story.name) if ours else NEIGHBOUR
        provider = PROVIDERS[int(luck[number, 0] * len(PROVIDERS))]
        provider = PRIVATE.get(activity[0], provider)
        committed = activity[3] * growth * size * (0.7 + 0.6 * float(luck[number, 1]))
        paid = committed * (0.45 + 0.5 * float(luck[number, 2]))
        result.append(_row(year, number, activity, recipient, provider, committed, paid))
    return result


def _row(
    year: int,
    number: int,
    activity: tuple[str, int, str, float, int | None, int],
    recipient: tuple[int, str],
    provider: tuple[int, str, int],
    committed: float,
    paid: float,
) -> dict[str, str]:
    title, purpose, purpose_name, _, marker, finance = activity
    # Prices of 2023: a made-up deflator of three percent a year.
    deflator = {2020: 0.913, 2021: 0.941, 2022: 0.970, 2023: 1.0}[year]
    sector = str(purpose)[:3]
    grant = finance == 110
    flow = ("11", "ODA Grants") if grant else ("13", "ODA Loans")
    if title in PRIVATE:
        flow = ("30", "Private Development Finance")
    screened = marker is not None
    return {
        "Year": str(year),
        "DonorCode": str(provider[0]),
        "DonorName": provider[1],
        "AgencyCode": "1",
        "AgencyName": f"{provider[1]} Development Agency",
        "CRSid": f"{year}{provider[0]}{number:04d}",
        "ProjectNumber": f"P{number:03d}",
        "InitialReport": "1" if year == 2020 else "3",
        "RecipientCode": str(recipient[0]),
        "RecipientName": recipient[1],
        "FlowCode": flow[0],
        "FlowName": flow[1],
        "bi_multi": str(provider[2]),
        "Category": "10",
        "Finance_t": str(finance),
        "Aid_t": "C01",
        "usd_commitment": f"{committed:.6f}",
        "usd_disbursement": f"{paid:.6f}",
        "usd_commitment_defl": f"{committed / deflator:.6f}",
        "usd_disbursement_defl": f"{paid / deflator:.6f}",
        "CurrencyCode": "302",
        "ShortDescription": title.upper(),
        "ProjectTitle": title,
        "PurposeCode": str(purpose),
        "PurposeName": purpose_name,
        "SectorCode": sector,
        "SectorName": SECTORS.get(sector, "Other"),
        "ChannelCode": "12001" if number % 3 else "20000",
        "ChannelName": "Central Government" if number % 3 else "Non-governmental organisations",
        "LongDescription": f"{title}. Fictional, made for training.",
        "Gender": str(number % 3) if screened else "",
        "Environment": "2" if marker in (2, 3) else "1" if marker == 1 else "0",
        "biodiversity": "1" if purpose == 31220 else "0" if screened else "",
        "climateMitigation": "0" if screened else "",
        "climateAdaptation": {3: "2", 2: "1", 1: "1", 0: "0"}.get(marker, ""),
        "desertification": "" if marker is None else str(marker),
    }
