"""Which series of poverty and of water is reported, and what stays beside it."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from sohandbook.errors import InputError
from sohandbook.indicators import drinking_water, poverty
from sohandbook.social_inputs import SocialSeries


def sdg(series, **groups):
    """Return rows of the SDG database: location to year to value."""
    rows = [
        {"series": series, "year": year, "value": value, "location": location, "sex": "BOTHSEX",
         "age": "ALLAGE"}
        for location, values in groups.items()
        for year, value in values.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def report(**datasets):
    country = SimpleNamespace(datasets=datasets, folder=Path("XXX"))
    return SimpleNamespace(country=country, data=lambda name: datasets[name])


def national(rows, columns=("region", "year", "value")):
    return pd.DataFrame(rows, columns=columns)


PUBLISHED = sdg("SI_POV_DAY1", ALLAREA={2001: 50.0, 2005: 40.0}, URBAN={2001: 20.0, 2005: 10.0})
GINI = pd.DataFrame({"series": "SI.POV.GINI", "iso3": "XXX", "year": [2001], "value": [38.5]})


def test_the_published_series_is_that_of_everybody():
    data = SocialSeries.poverty(report(sdg_series=PUBLISHED), metric="poverty")
    assert data.source == "sdg_series"
    assert data.country["value"].tolist() == [50, 40]
    assert len(data.published) == 4
    assert data.groups.to_dict("list") == {"all": [50, 40], "urban": [20, 10]}
    assert data.regions.empty
    assert data.beside_published(data.country.set_index("year")["value"]).empty


def test_a_national_series_stands_before_the_published_one_and_beside_it():
    own = national([("", 2001, 55.0), ("", 2003, 44.0), ("North", 2001, 70.0)])
    data = SocialSeries.poverty(report(sdg_series=PUBLISHED, poverty=own), metric="poverty")
    assert data.source == "poverty"
    table = poverty.table(data.country, metric="poverty_headcount").set_index("year")
    assert table["poverty_headcount"].dropna().to_dict() == {2001: 55, 2003: 44}
    beside = data.beside_published(table["poverty_headcount"])
    assert beside["gap"].dropna().to_dict() == {2001: 5}
    assert beside.index.tolist() == [2001, 2003, 2005]
    assert data.by_region.to_dict("records") == [{"year": 2001, "North": 70}]


def test_figures_of_regions_alone_never_become_the_country():
    own = national([("North", 2001, 70.0), ("South", 2001, 20.0)])
    with_published = SocialSeries.poverty(
        report(sdg_series=PUBLISHED, poverty=own), metric="poverty"
    )
    assert with_published.source == "sdg_series"
    assert len(with_published.regions) == 2
    with pytest.raises(InputError, match="rows of the whole country"):
        SocialSeries.poverty(report(poverty=own), metric="poverty")


def test_the_gini_index_needs_nothing_else():
    data = SocialSeries.poverty(report(gini=GINI), metric="gini")
    assert (data.source, data.published) == ("gini", None)
    assert data.groups.empty
    assert data.country["value"].tolist() == [38.5]


@pytest.mark.parametrize(
    ("listed", "metric", "named"),
    [
        ({"gini": GINI}, "poverty", "set so2-1.metric to gini"),
        ({"sdg_series": PUBLISHED}, "gini", "set so2-1.metric to poverty"),
        ({"sdg_series": sdg("SH_H2O_SAFE", ALLAREA={2001: 1.0})}, "poverty", "sdg_series or pov"),
        ({"gini": GINI}, "palma", "poverty, gini"),
    ],
)
def test_a_metric_without_its_series_is_refused(listed, metric, named):
    with pytest.raises(InputError, match=named):
        SocialSeries.poverty(report(**listed), metric=metric)


def test_water_by_location_and_region():
    published = sdg("SH_H2O_SAFE", ALLAREA={2001: 38.0}, URBAN={2001: 80.0}, RURAL={2001: 20.0})
    columns = ("region", "location", "year", "value", "population")
    rows = [
        ("North", "urban", 2001, 70.0, 100),
        ("North", "rural", 2001, 10.0, 300),
        ("South", "urban", 2001, 90.0, 300),
    ]
    own = national(rows, columns)
    data = SocialSeries.drinking_water(report(sdg_series=published, drinking_water=own))
    table = drinking_water.table(data.country).set_index("year")
    assert table.loc[2001].tolist() == [80, 20, 38]
    assert data.by_region.columns.tolist() == [
        "year", "North, urban", "North, rural", "South, urban",
    ]  # fmt: skip
    affected = drinking_water.affected_areas(data.regions, affected=["North", "South"])
    row = affected.set_index("year").loc[2001]
    assert row["urban"] == pytest.approx((70 * 100 + 90 * 300) / 400)
    assert row[["rural", "total"]].isna().all()  # one of the two regions has no value


def test_water_without_any_series_or_without_locations_is_refused():
    with pytest.raises(InputError, match="sdg_series or drinking_water"):
        SocialSeries.drinking_water(report(gini=GINI))
    with pytest.raises(InputError, match="location"):
        SocialSeries.drinking_water(report(drinking_water=national([("", 2001, 40.0)])))
