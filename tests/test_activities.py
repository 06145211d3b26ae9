"""SO5 in the platform's layout: hand-made activities, and real rows of the CRS."""

import numpy as np
import pandas as pd
import pytest

from sohandbook import activities, crs_activities, forms
from sohandbook.errors import InputError
from sohandbook.sources import finance as crs_source


def made(*rows: tuple) -> pd.DataFrame:
    columns = ["year", "direction", "type_of_support", "amount_usd", "type_of_flow"]
    return pd.DataFrame(rows, columns=columns)


ROWS = made(
    (2020, "received", "principal", 10.0, "expenditure"),
    (2020, "received", "significant", 5.0, "investment"),
    (2021, "received", "principal", 20.0, "revenue"),
    (2021, "provided", "principal", 1.0, "borrowing"),
    (2022, "domestic", "significant", 8.0, "other"),
    (2023, "received", "principal", 40.0, "expenditure"),
)


def crs(**columns: object) -> pd.DataFrame:
    base = {
        "direction": "received", "year": 2021, "donor": "Northland", "recipient": "Drylandia",
        "recipient_iso3": "XDL", "channel": "Government", "title": "Green belts",
        "sector": "Forestry",
        "flow": "ODA Grants", "finance_type": "110", "disbursement": 1.5,
        "disbursement_constant": 2.0, "desertification": 2, "gender": 1,
    }  # fmt: skip
    rows = max((len(value) for value in columns.values() if isinstance(value, list)), default=1)
    frame = pd.DataFrame({**base, **columns}, index=range(rows))
    return frame.astype({"desertification": "Int64", "gender": "Int64"})


def test_rows_of_the_crs_become_activities():
    rows = crs(
        title=["Green belts", "Schools", "Solar pumps", "Promised", "A gift", "Not screened"],
        desertification=[3, 0, 1, 2, 1, None],
        disbursement=[1.5, 9.0, 0.25, np.nan, 0.5, 3.0],
        flow=["ODA Grants", "ODA Grants", "ODA Loans", "ODA Grants", "Private Development Finance",
              "ODA Grants"],
        finance_type=["110", "110", "421", "110", "110", "110"],
    )  # fmt: skip
    table = crs_activities.from_crs(rows, country="Drylandia", technology_words=["solar"])
    assert table["title"].tolist() == ["Green belts", "Solar pumps"]
    assert table["amount_usd"].tolist() == [1.5e6, 0.25e6]
    assert table["type_of_support"].tolist() == ["principal", "significant"]
    assert table["financial_instrument"].tolist() == ["grants", "debt"]
    assert table["technology_transfer"].tolist() == [False, True]
    assert table["amount_constant_usd"].tolist() == [2e6, 2e6]
    names = forms.table("SO5-1.ACTIVITIES").names
    forms.validate("SO5-1.ACTIVITIES", table[names])
    gifts = crs_activities.from_crs(rows, country="Drylandia", private=True)
    assert gifts["title"].tolist() == ["A gift"]
    assert gifts["type_of_flow"].tolist() == ["private development finance"]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("ODA Loans", "ODA"),
        ("Equity Investment", "ODA"),
        ("Other Official Flows (non Export Credit)", "other official flows (non-export credit)"),
        ("Private Sector Instruments (PSI)", "private sector instruments"),
        ("Officially supported export credits", "officially supported export credits"),
    ],
)
def test_every_flow_has_a_word_of_the_form(name, word):
    assert crs_activities.from_crs(crs(flow=name), country="Drylandia")[
        "type_of_flow"
    ].tolist() == [word]


def test_the_names_of_real_flows_are_known(realdata):
    file = realdata / "oda" / "oecdcrs_flowtype_202508.csv"
    for name in pd.read_csv(file, encoding="utf-8-sig")["flow_name"].unique():
        rows = crs(flow=name)
        both = [
            crs_activities.from_crs(rows, country="X", private=private) for private in (False, True)
        ]
        words = pd.concat(both)["type_of_flow"].tolist()
        assert len(words) == 1 and words[0], name


def test_real_rows_without_the_marker_are_no_activities(realdata):
    file = realdata / "oda" / "MRT_oecdcrs_climate_202508.csv"
    rows = crs_source._tidy(pd.read_csv(file, encoding="utf-8-sig", dtype=str), file)
    rows.insert(0, "direction", "received")
    assert crs_activities.from_crs(rows, country="Mauritania").empty, (
        "not screened is not zero, and not marked"
    )
    everything = crs_activities.from_crs(rows.assign(desertification=1), country="Mauritania")
    assert everything["amount_usd"].sum() == pytest.approx(rows["disbursement"].sum() * 1e6)


def test_who_pays_decides_the_direction():
    frame = pd.DataFrame(
        {
            "row": [4, 5, 6],
            "provider": ["Northland", "Acacia Traders (DRYLANDIA)", "Drylandia"],
            "recipient_or_beneficiary": ["Drylandia", "Villages (Drylandia)", "Neighbourland"],
        }
    )
    ways = activities.directions(frame, country="Drylandia", indicator="SO5-3")
    assert ways.tolist() == ["received", "domestic", "provided"]
    frame.loc[1, ["provider", "recipient_or_beneficiary"]] = ["A", "B"]
    with pytest.raises(InputError, match=r"sheet SO5-3, rows \[5\].*found 'A and B'"):
        activities.directions(frame, country="Drylandia", indicator="SO5-3")
    assert set(activities.directions(frame, country="X", indicator="SO5-2")) == {"domestic"}


@pytest.mark.parametrize(
    ("country", "other"),
    [
        ("Niger", "Nigeria Trust Fund"),
        ("Mali", "Somalia"),
        ("Oman", "Romania"),
        ("Guinea", "Equatorial Guinea"),
        ("Dominica", "Dominican Republic"),
    ],
)
def test_a_longer_name_is_another_country(country, other):
    """Money of Nigeria to Niger comes from abroad; "domestic" would be lost from SO5-1."""
    frame = pd.DataFrame(
        {
            "provider": [other, f"Ministry of Land, {country}", other],
            "recipient_or_beneficiary": [country, other, f"{other} and {country}"],
        }
    )
    ways = activities.directions(frame, country=country, indicator="SO5-1")
    assert ways.tolist() == ["received", "provided", "received"]
    with pytest.raises(InputError, match=f"found '{other} and {other}'"):
        activities.directions(
            frame.assign(provider=other, recipient_or_beneficiary=other),
            country=country,
            indicator="SO5-1",
        )


def test_a_name_in_a_script_without_capitals_may_touch_other_letters():
    frame = pd.DataFrame({"provider": ["干旱国农业部"], "recipient_or_beneficiary": ["邻国"]})
    ways = activities.directions(frame, country="干旱国", indicator="SO5-1")
    assert ways.tolist() == ["provided"]


def test_summaries_by_hand():
    first = activities.summary(ROWS, "SO5-1", significant_weight=1)
    assert first["received_usd"].tolist()[:2] == [15, 20]
    assert np.isnan(first["received_usd"][2]) and first["received_usd"][3] == 40
    assert first["provided_usd"].isna().tolist() == [True, False, True, True]
    second = activities.summary(ROWS, "SO5-2", significant_weight=0.4)
    assert second["public_spending_usd"].dropna().tolist() == pytest.approx([12, 40])
    assert second["public_funding_usd"].dropna().tolist() == [21]
    forms.validate("SO5-2.SUMMARY", second)
    third = activities.summary(ROWS, "SO5-3", significant_weight=0)
    assert third["domestic_mobilised_usd"].dropna().tolist() == [0]
    forms.validate("SO5-3.SUMMARY", third)


def test_a_year_that_was_looked_through_is_zero():
    seen = {"received_usd": [2020, 2021, 2022]}
    table = activities.summary(ROWS, "SO5-1", significant_weight=1, seen=seen)
    assert table["received_usd"].tolist() == [15, 20, 0, 40]
    assert table["provided_usd"].isna().sum() == 3


def test_the_bounds_stand_beside_the_choice():
    table = activities.bounds(ROWS[ROWS["year"] == 2020], significant_weight=0.5)
    row = table.set_index("year").loc[2020]
    assert row.to_dict() == pytest.approx(
        {"chosen": 12.5, "principal_only": 10, "significant_at_0.4": 12, "both_in_full": 15}
    )


@pytest.mark.parametrize("indicator", activities.INDICATORS)
def test_words_agree_with_the_numbers(indicator):
    columns = list(activities.GROUPS[indicator])
    rising = pd.DataFrame({"year": range(2020, 2024)})
    for column in columns:
        rising[column] = [1.0, 2, 3, 4]
    table = activities.trends(rising, indicator)
    assert set(table["trend"]) == {"increasing"}
    forms.validate(f"{indicator}.TREND", table)
    falling = activities.trends(rising.assign(year=range(2023, 2019, -1)), indicator)
    assert set(falling["trend"]) == {"declining"}
    unknown = activities.trends(rising.assign(**dict.fromkeys(columns, np.nan)), indicator)
    assert set(unknown["trend"]) == {"unknown"}


def test_technology_is_the_sum_of_flagged_rows():
    a = pd.DataFrame({"title": ["x", "y"], "technology_transfer": [True, None]})
    b = pd.DataFrame({"title": ["z"], "technology_transfer": [True]})
    assert activities.technology([a, b])["title"].tolist() == ["x", "z"]
    assert activities.technology([b.assign(technology_transfer=False)]).empty


def test_money_counted_twice_is_found_across_indicators_only():
    first = pd.DataFrame({"year": [2020, 2020], "provider": "Northland", "title": "Belts",
                          "amount_usd": 5e6, "row": [2, 3]})  # fmt: skip
    budget = first.head(1).assign(country_name_or_economic_unit="Ministry", row=9)
    assert activities.counted_twice({"SO5-1": first}, same_provider=True).empty
    both = {"SO5-1": first, "SO5-2": budget}
    assert activities.counted_twice(both, same_provider=True).empty
    found = activities.counted_twice(both, same_provider=False)
    assert found[["indicator", "row"]].values.tolist() == [["SO5-1", 2], ["SO5-1", 3], ["SO5-2", 9]]


def test_dinars_at_constant_prices():
    """By hand: 80 dinars at 4 a USD; prices rise by a quarter to the base year, 10 a USD."""
    frame = pd.DataFrame({"year": [2020, 2023], "amount_usd": [20.0, 9.0],
                          "exchange_rate": [4.0, 10.0], "price_index": [80.0, 100.0]})  # fmt: skip
    assert activities.at_constant_prices(frame).tolist() == pytest.approx([10.0, 9.0])


def test_the_country_has_its_own_name():
    rows = crs(direction=["received", "provided"], donor="A (formerly B)", recipient="C, Republic")
    table = crs_activities.from_crs(rows, country="C")
    assert table["recipient_or_beneficiary"].tolist() == ["C", "C, Republic"]
    assert table["provider"].tolist() == ["A (formerly B)", "C"]
