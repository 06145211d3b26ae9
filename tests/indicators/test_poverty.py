"""SO2-1 on real series and hand-made regions."""

import numpy as np
import pandas as pd
import pytest

from sohandbook.errors import InputError
from sohandbook.indicators import poverty

MAURITANIA = 478


@pytest.fixture(scope="module")
def headcount(realdata):
    frame = pd.read_csv(realdata / "sdg_tables" / "unsd_2020" / "si_pov_day1.csv")
    rows = frame[frame["geo_area"] == MAURITANIA]
    return rows.rename(columns={"si_pov_day1": "value"})[["year", "value"]]


def test_real_headcount_keeps_its_gaps(headcount):
    table = poverty.table(headcount, metric="poverty_headcount")
    assert table.columns.tolist() == ["year", "poverty_headcount"]
    assert table["year"].tolist() == list(range(2000, 2024))
    known = table.dropna().set_index("year")["poverty_headcount"].to_dict()
    assert known == {2000: 20, 2004: 14, 2008: 11, 2014: 6}
    assert len(poverty.gaps(table.set_index("year")["poverty_headcount"])) == 20
    assert poverty.trend(table.set_index("year")["poverty_headcount"]).word == "unknown"
    longer = poverty.table(headcount, metric="poverty_headcount", years=range(1990, 2024))
    assert poverty.trend(longer.set_index("year")["poverty_headcount"]).word == "decrease"


def test_real_gini(realdata):
    frame = pd.read_csv(realdata / "sdg_tables" / "gini-index.csv")
    rows = frame[frame["Country Code"] == "MRT"].rename(columns={"Year": "year", "Value": "value"})
    table = poverty.table(rows, metric="gini_index")
    assert table.set_index("year")["gini_index"].loc[2019] == 32


def test_wrong_choices_stop():
    mixed = pd.DataFrame({"year": [2000, 2001], "value": [5, 9], "poverty_line": [1.9, 3.0]})
    with pytest.raises(InputError, match="one line for all years"):
        poverty.table(mixed, metric="poverty_headcount")
    unnamed = mixed.assign(poverty_line=[np.nan, 3.0])
    with pytest.raises(InputError, match="one line for all years"):
        poverty.table(unnamed, metric="poverty_headcount")
    with pytest.raises(InputError, match="metric"):
        poverty.table(mixed, metric="both")


def test_a_gini_index_as_a_fraction_stops():
    fractions = pd.DataFrame({"year": [2000, 2001], "value": [0.45, 0.44]})
    with pytest.raises(InputError, match=r"gini_index, year 2000: found .*0\.45.*to 100.*unit"):
        poverty.table(fractions, metric="gini_index")
    few = poverty.table(fractions, metric="poverty_headcount")
    assert few["poverty_headcount"].dropna().tolist() == [0.45, 0.44], "few people can be poor"


def regions():
    return pd.DataFrame(
        [
            ("North", 2010, 60.0, 1000), ("South", 2010, 20.0, 3000), ("Delta", 2010, 5.0, 9000),
            ("North", 2015, 50.0, 1000), ("South", 2015, np.nan, 3000),
        ],
        columns=["region", "year", "value", "population"],
    )  # fmt: skip


def test_affected_areas_are_weighted_with_their_people():
    table = poverty.affected_areas(
        regions(), metric="poverty_headcount", affected=["North", "South"], years=[2010, 2015, 2020]
    )
    assert table["poverty_headcount"].tolist()[0] == 30  # not 40, the plain mean
    assert table["poverty_headcount"].isna().tolist() == [False, True, True]
    assert table["regions"].tolist() == [2, 1, 0]


def test_a_region_counted_twice_in_a_year_stops():
    twice = pd.concat([regions(), regions().iloc[:1].assign(value=90.0)])
    with pytest.raises(InputError, match=r"North, year 2010: found \[60\.0, 90\.0\]"):
        poverty.affected_areas(twice, metric="poverty_headcount", affected=["North", "South"])


def test_regions_that_cannot_be_joined_stop():
    with pytest.raises(InputError, match="metric"):
        poverty.affected_areas(regions(), metric="gini_index", affected=["North"])
    with pytest.raises(InputError, match="East"):
        poverty.affected_areas(regions(), metric="poverty_headcount", affected=["East"])
