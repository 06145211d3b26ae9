"""What a country needs, year by year and source by source."""

import re

import pytest
import yaml

from sohandbook import catalogue, paths, sources
from sohandbook.country import Country, Dataset
from sohandbook.errors import InputError
from sohandbook.fetching.plan import wanted
from sohandbook.fetching.recipes import recipe

METADATA = {"title": "t", "link": "l", "author": "a", "citation": "c"}
SQUARE = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
    ' "geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,1],[0,0]]]}}]}'
)


def country(folder, monkeypatch, **datasets) -> Country:
    monkeypatch.setenv("SOHANDBOOK_RAW", str(folder / "raw"))
    (folder / "boundary.geojson").write_text(SQUARE)
    settings = {
        "name": "A",
        "iso3": "ABC",
        "m49": 999,
        "party": "affected",
        "boundary": {"file": "boundary.geojson", "source": "s"},
        "grid": {"crs": "EPSG:6933", "resolution": 250},
        "datasets": {name: entry | {"metadata": METADATA} for name, entry in datasets.items()},
    }
    (folder / "country.yml").write_text(yaml.safe_dump(settings))
    return Country.load("ABC", folder=folder)


LAND_COVER = {
    "product": "esa_cci_land_cover",
    "sources": ["esa_cci_lc_pc", "c3s_lc_cds"],
    "files": [
        "land_cover/ESACCI-LC-L4-LCCS-Map-300m-P1Y-{year}-v2.0.7cds.tif",
        "land_cover/C3S-LC-L4-LCCS-Map-300m-P1Y-{year}-v2.1.1.tif",
        "land_cover/C3S-LC-L4-LCCS-Map-300m-P1Y-{year}-v2.1.1.nc",
    ],
    "years": [2014, 2022],
    "stands_for": {2018: 2017, 2023: 2022},
}


def test_a_year_comes_from_the_first_source_that_has_it(tmp_path, monkeypatch):
    files = wanted(country(tmp_path, monkeypatch, land_cover=LAND_COVER))
    by_year = {int(file.fields["year"]): file for file in files}
    assert sorted(by_year) == [2014, 2015, 2016, 2017, 2019, 2020, 2021, 2022]
    assert [file.entry.id for year, file in by_year.items() if year > 2020] == ["c3s_lc_cds"] * 2
    assert by_year[2015].target.name.endswith("2015-v2.0.7cds.tif")
    assert by_year[2016].target.name.endswith("2016-v2.1.1.tif")
    assert by_year[2022].target.name.endswith("2022-v2.1.1.nc")
    assert not by_year[2022].automatic and "Sign in at" in by_year[2022].by_hand
    assert by_year[2022].entry.needs_account and not by_year[2015].entry.needs_account
    assert by_year[2015].target.parent == tmp_path / "raw" / "ABC" / "land_cover"


def test_a_file_that_the_country_has_under_another_name_counts(tmp_path, monkeypatch):
    place = country(tmp_path, monkeypatch, land_cover=LAND_COVER)
    own = tmp_path / "land_cover" / "C3S-LC-L4-LCCS-Map-300m-P1Y-2016-v2.1.1.nc"
    own.parent.mkdir()
    own.touch()
    there = [file for file in wanted(place) if file.there]
    assert [file.target for file in there] == [own]


def test_one_series_does_not_stand_for_another(tmp_path, monkeypatch):
    place = country(
        tmp_path,
        monkeypatch,
        sdg_series={
            "product": "sdg_series_api",
            "sources": ["unsd_sdg_api"],
            "files": ["sdg_series/*.json"],
        },
    )
    first = tmp_path / "raw" / "ABC" / "sdg_series" / "SI_POV_DAY1.json"
    first.parent.mkdir(parents=True)
    first.touch()
    files = wanted(place)
    assert [file.there for file in files] == [True, False, False, False, False]


def test_months_and_ages(tmp_path, monkeypatch):
    place = country(
        tmp_path,
        monkeypatch,
        precipitation={
            "product": "chirps_monthly",
            "sources": ["chirps_v2_monthly"],
            "files": ["precipitation/chirps-v2.0.{year}.{month}.tif"],
            "years": [2001, 2002],
        },
        population={
            "product": "worldpop_by_sex",
            "sources": ["worldpop_global1_agesex"],
            "files": ["population/abc_{sex}_{year}.tif"],
            "years": [2000, 2000],
        },
    )
    rain, people = wanted(place, only=["precipitation"]), wanted(place, only=["population"])
    assert len(rain) == 24
    assert rain[13].address.endswith("cogs/chirps-v2.0.2002.02.cog")
    assert [len(file.addresses) for file in people] == [18, 18]
    assert people[1].addresses[-1].endswith("global_m_80_2000_1km.tif")
    assert "{sex}, {age} and {year}" in people[0].by_hand


def test_only_by_the_catalogues_name(tmp_path, monkeypatch):
    place = country(tmp_path, monkeypatch, land_cover=LAND_COVER)
    files = wanted(place, only=["c3s_lc_cds"])
    assert [file.fields["year"] for file in files] == ["2021", "2022"]
    with pytest.raises(InputError, match="found 'rain'; allowed: c3s_lc_cds, esa"):
        wanted(place, only=["rain"])


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"files": ["lc_{year}.tif"]}, r"a pattern that finds land_cover/ESACCI.*2014-v2.0.7cds"),
        ({"years": [2014, 2024]}, "years: found 2023"),
        ({"sources": ["esa"]}, "found 'esa'"),
        ({"sources": ["natural_earth"]}, "natural_earth.fetch: found 'nothing'"),
    ],
)
def test_settings_that_do_not_fit(tmp_path, monkeypatch, changes, message):
    changes = {"stands_for": {}} | changes
    place = country(tmp_path, monkeypatch, land_cover=LAND_COVER | changes)
    with pytest.raises(InputError, match=message):
        wanted(place)


def test_the_template_asks_for_what_the_catalogue_has(tmp_path, monkeypatch):
    text = (paths.data() / "templates" / "country.yml").read_text()
    text = re.sub(r"^  # ", "  ", text, flags=re.MULTILINE).replace("abc_", "abc_")
    datasets = yaml.safe_load(text)["datasets"]
    place = country(tmp_path, monkeypatch, **datasets)
    fetched = {name: dataset for name, dataset in datasets.items() if "sources" in dataset}
    assert {file.dataset for file in wanted(place)} == set(fetched)
    brought = [dataset["product"] for name, dataset in datasets.items() if name not in fetched]
    assert brought and set(brought) <= set(sources.PRODUCTS)
    for name, dataset in fetched.items():
        for source in dataset["sources"]:
            how = recipe(catalogue.entry(source))
            assert (how.dataset, how.product) == (name, dataset["product"])


def test_every_recipe_is_understood_and_lands_in_a_layout_that_we_read():
    choices: dict[str, set[str]] = {}
    for entry in catalogue.entries().values():
        if "fetch" not in entry.facts:
            continue
        how = recipe(entry)
        assert how.product in sources.PRODUCTS or how.dataset in ("boundary", "drought_index")
        assert how.by_hand or how.how in ("windows", "download"), entry.id
        if how.product:
            Dataset(
                product=how.product, files=[place.file for place in how.files], metadata=METADATA
            )
        choices.setdefault(how.dataset, set()).add(entry.id)
    # Where there are several a country chooses by name.
    assert {"modis_17a3hgf_061", "modis_17a3hgf_061_gpp"} <= choices["land_productivity"]
    assert choices["precipitation"] == {"chirps_v2_monthly", "chirps_v3_monthly", "gpcc_monthly"}
    assert len(choices["population"]) == 2 and len(choices["land_cover"]) >= 5
