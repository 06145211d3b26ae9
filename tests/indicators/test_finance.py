"""SO5 on hand-made activities, the DAC's worked example and real CRS rows."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

from sohandbook.errors import InputError
from sohandbook.indicators import finance


def activities(*rows):
    return pd.DataFrame(rows, columns=["year", "desertification", "disbursement"])


def test_markers():
    kinds = finance.support(pd.Series([0, 1, 2, 3, None, "", " ", "2", 1.0], dtype=object))
    assert kinds.tolist() == [
        "not_targeted", "significant", "principal", "principal", "not_screened",
        "not_screened", "not_screened", "principal", "significant",
    ]  # fmt: skip
    nullable = finance.support(pd.Series([2, pd.NA], dtype="Int64"))
    assert nullable.tolist() == ["principal", "not_screened"]


@pytest.mark.parametrize("wrong", [4, -1, 1.5, "x"])
def test_other_markers_stop(wrong):
    with pytest.raises(InputError, match=r"rows \[1\]"):
        finance.support(pd.Series([0, wrong], dtype=object))


def test_marker_codes_are_those_of_the_code_list(realdata):
    tree = ElementTree.parse(realdata / "oda" / "iati" / "PolicySignificance.xml")
    names = {
        int(item.findtext("code")): item.findtext("name/narrative")
        for item in tree.iter("codelist-item")
    }
    for code, kind in finance.SUPPORT.items():
        assert kind.split("_")[0] in names[code], code
    assert set(names) - set(finance.SUPPORT) == {4}


def test_totals_and_their_bounds():
    rows = activities(
        (2020, 2, 1.5), (2020, 3, 0.5), (2020, 1, 10.0), (2020, 0, 99.0), (2020, None, 7.0),
        (2021, 1, 4.0), (2023, 0, 5.0),
    )  # fmt: skip
    table = finance.totals(rows, significant_weight=0.4).set_index("year")
    assert table.loc[2020].to_dict() == pytest.approx(
        {
            "principal": 2e6, "significant": 10e6, "weighted": 6e6, "lower": 2e6, "upper": 12e6,
            "not_screened": 7e6, "activities": 3,
        }
    )  # fmt: skip
    assert table.loc[2021, "weighted"] == pytest.approx(1.6e6)
    assert table.loc[2022].isna().all()  # no row at all: not known
    assert table.loc[2023, ["upper", "activities"]].tolist() == [0, 0]
    assert (table["lower"].dropna() <= table["weighted"].dropna()).all()
    for weight, bound in ((0, "lower"), (1, "upper")):
        ends = finance.totals(rows, significant_weight=weight)
        pd.testing.assert_series_equal(ends["weighted"], ends[bound], check_names=False)


def test_wrong_totals_stop():
    with pytest.raises(InputError, match="significant_weight"):
        finance.totals(activities((2020, 1, 1.0)), significant_weight=1.2)
    with pytest.raises(InputError, match=r"disbursement, rows \[1\]"):
        finance.totals(activities((2020, 0, np.nan), (2020, 1, np.nan)), significant_weight=1)
    with pytest.raises(InputError, match="Add commitment"):
        finance.totals(activities((2020, 1, 1.0)), significant_weight=1, amount="commitment")


def test_summary_of_both_directions():
    received = finance.totals(activities((2020, 2, 1.0), (2023, 2, 3.0)), significant_weight=1)
    table = finance.summary(None, received=received)
    assert table.columns.tolist() == ["year", "provided_usd", "received_usd"]
    assert table["year"].tolist() == [2020, 2021, 2022, 2023]
    assert table["provided_usd"].isna().all()
    assert table["received_usd"].iloc[[0, 3]].tolist() == [1e6, 3e6]


@pytest.mark.parametrize(
    ("amounts", "word"),
    [
        ([10, 12, 14, 16], "increasing"),
        ([16, 14, 12, 10], "declining"),
        ([10, 10.2, 10.1, 10.4], "stable"),
        ([10, np.nan, np.nan, 16], "unknown"),
        ([10, np.nan, 14, 16], "increasing"),
        ([0, 0, 0, 0], "stable"),
    ],
)
def test_trend_words(amounts, word):
    assert finance.trend_word(pd.Series(amounts, index=range(2020, 2024))) == word


def test_double_counting_is_found():
    columns = ["year", "provider", "title", "amount_usd"]
    public = pd.DataFrame(
        [(2020, "Northland", "Green belts", 5e6), (2021, "Northland", "Green belts", 5e6)],
        columns=columns,
    )
    private = pd.DataFrame(
        [(2020, " NORTHLAND ", "Green  Belts", 5e6), (2020, "Northland", "Green belts", 1e6)],
        columns=columns,
    )
    found = finance.double_counted({"SO5-1": public, "SO5-3": private})
    assert found[["group", "indicator", "row"]].values.tolist() == [
        [1, "SO5-1", 0],
        [1, "SO5-3", 0],
    ]
    assert finance.double_counted({"SO5-1": public}).empty
    with pytest.raises(InputError, match="by design"):
        finance.double_counted({"SO5-1": public, "SO5-4": public})


def test_the_worked_example_of_the_deflators():
    # 30 bn yen of 1966 at 300 to the dollar; prices double; 2006 has 100 to the dollar.
    factor = finance.deflator(exchange_rate=300, base_exchange_rate=100, price=50, base_price=100)
    assert factor == pytest.approx(0.1667, abs=1e-4)
    constant = finance.constant_prices(pd.Series([30e9 / 300]), deflator=factor)
    assert constant.item() == pytest.approx(600e6)
    with pytest.raises(InputError, match="deflator"):
        finance.constant_prices(pd.Series([1.0, 2.0]), deflator=pd.Series([1.0, np.nan]))


def test_real_rows_have_one_deflator_for_each_donor_and_year(realdata):
    rows = pd.read_csv(realdata / "oda" / "MRT_oecdcrs_climate_202508.csv", encoding="utf-8-sig")
    large = rows[rows["usd_disbursement"] > 1].copy()
    large["deflator"] = large["usd_disbursement"] / large["usd_disbursement_defl"]
    shared = large.groupby(["donor_name", "year"])["deflator"]
    assert (shared.max() / shared.min()).max() < 1.001
    constant = finance.constant_prices(
        large["usd_disbursement"], deflator=shared.transform("median")
    )
    np.testing.assert_allclose(constant, large["usd_disbursement_defl"], rtol=1e-3)
