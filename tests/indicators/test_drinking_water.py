"""SO2-2 on real series and hand-made regions."""

import numpy as np
import pandas as pd
import pytest

from sohandbook.errors import InputError
from sohandbook.indicators import drinking_water


@pytest.fixture(scope="module")
def world(realdata):
    frame = pd.read_csv(realdata / "sdg_tables" / "unsd_2020" / "sh_h2o_safe.csv")
    return frame.rename(columns={"sh_h2o_safe": "value"})


def test_real_series_by_urban_and_rural(world):
    table = drinking_water.table(world[world["geo_area"] == 1])
    assert table.columns.tolist() == ["year", "urban", "rural", "total"]
    assert table.set_index("year")["total"].loc[2000] == pytest.approx(61.25434)
    assert drinking_water.disagreements(table).empty
    by_year = table.set_index("year")
    trends = {place: drinking_water.trend(by_year[place]) for place in ("urban", "rural")}
    assert trends["rural"].word == "increase"
    assert trends["rural"].lower > trends["urban"].upper


def test_every_country_fits_the_table(world):
    for area, rows in world.groupby("geo_area"):
        table = drinking_water.table(rows)
        assert table[["urban", "rural", "total"]].notna().sum().sum() == len(
            rows[rows["year"].between(2000, 2023)].dropna(subset=["value"])
        ), area


def series(**columns):
    return pd.DataFrame(
        [(2000, place, value) for place, value in columns.items()],
        columns=["year", "location", "value"],
    )


def test_the_total_is_not_computed():
    table = drinking_water.table(series(URBAN=80.0), years=[2000, 2001])
    assert table.loc[0, "urban"] == 80
    assert table[["rural", "total"]].isna().all(axis=None)


def test_a_total_outside_is_shown():
    table = drinking_water.table(series(urban=80.0, rural=40.0, total=85.0), years=[2000])
    assert drinking_water.disagreements(table)["year"].tolist() == [2000]


def test_unknown_locations_stop():
    with pytest.raises(InputError, match="suburbs"):
        drinking_water.table(series(suburbs=1.0))


def test_affected_areas_by_location():
    regional = pd.DataFrame(
        [
            ("North", 2010, "rural", 20.0, 900), ("North", 2010, "urban", 70.0, 100),
            ("South", 2010, "rural", 50.0, 300), ("South", 2010, "urban", 90.0, 300),
        ],
        columns=["region", "year", "location", "value", "population"],
    )  # fmt: skip
    table = drinking_water.affected_areas(regional, affected=["North", "South"], years=[2010])
    assert table.loc[0, ["urban", "rural"]].tolist() == [85, 27.5]
    assert np.isnan(table.loc[0, "total"])
