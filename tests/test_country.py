"""A wrong country.yml stops with the field, the value found and the values allowed."""

import json
import re

import pytest
import yaml

from sohandbook import forms
from sohandbook.country import Country, Periods
from sohandbook.errors import InputError

GOOD = {
    "name": "Testland",
    "iso3": "XTL",
    "party": "affected",
    "boundary": {"file": "boundary.geojson", "source": "drawn here"},
    "grid": {"dataset": "land_cover"},
    "datasets": {
        "land_cover": {
            "product": "national_land_cover",
            "files": ["land_cover_{year}.tif"],
            "years": [2000, 2022],
            "stands_for": {2023: 2022},
            "metadata": {"title": "t", "link": "l", "author": "a", "citation": "c"},
        }
    },
}


@pytest.fixture
def write(tmp_path):
    """Write a country.yml with some fields changed; None removes a field."""

    def write(**changes):
        content = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
        (tmp_path / "country.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        (tmp_path / "boundary.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": []})
        )
        return tmp_path

    return write


def test_good_country_has_the_periods_of_the_cycle(write):
    country = Country.load("XTL", folder=write())
    assert country.periods.area_years == (2000, 2015, 2019, 2023)
    assert country.periods.status_years == (2015, 2019, 2023)
    assert country.preset == "guidance"
    assert country.datasets["land_cover"].stands_for == {2023: 2022}


@pytest.mark.parametrize(
    ("changes", "field", "found", "allowed"),
    [
        ({"party": "rich"}, "party", "'rich'", "'affected' or 'developed'"),
        ({"name": None}, "name", "'nothing'", "required"),
        ({"prset": "guidance"}, "prset", "'guidance'", "known fields only"),
        ({"iso3": "xtl"}, "iso3", "'xtl'", "[A-Z]{3}"),
        ({"grid": {"dataset": "soil"}}, "grid.dataset", "found 'soil'", "allowed: land_cover."),
        ({"grid": {"crs": "EPSG:99999", "resolution": 250}}, "grid.crs", "99999", "EPSG:6933"),
        ({"grid": {"crs": "EPSG:4326", "resolution": 250}}, "grid.resolution", "250", "degrees"),
        ({"bounary": GOOD["boundary"], "boundary": None}, "bounary", "bounary", "'boundary'"),
        ({"m49": "none"}, "m49", "'none'", "allowed: a whole number."),
        ({"grid": {"crs": "EPSG:4326"}}, "grid", "EPSG:4326", "both 'crs' and 'resolution'"),
        (
            {"grid": {"crs": "EPSG:4326", "resolution": -1}},
            "grid.resolution",
            "-1",
            "greater than 0",
        ),
        (
            {"periods": {"baseline": [2015, 2000]}},
            "periods",
            "2015",
            "'baseline' must start before it ends",
        ),
        (
            {"periods": {"report_1": [2010, 2019]}},
            "periods",
            "2010",
            "must follow one another",
        ),
        (
            {"boundary": {"file": "other.shp", "source": "s"}},
            "boundary.file",
            "other.shp",
            "a file in the country's folder",
        ),
        (
            {"boundary": {"file": "boundary.geojson", "source": "s", "nmae": 1}},
            "boundary.nmae",
            "1",
            "file, name_field, source",
        ),
    ],
)
def test_a_wrong_field_is_named(write, changes, field, found, allowed):
    with pytest.raises(InputError) as error:
        Country.load("XTL", folder=write(**changes))
    assert f"country.yml, {field}" in str(error.value)
    assert found in str(error.value)
    assert allowed in str(error.value)


def test_a_dataset_without_files_is_named(write):
    datasets = {"land_cover": {**GOOD["datasets"]["land_cover"], "files": []}}
    with pytest.raises(InputError, match=re.escape("datasets.land_cover.files")):
        Country.load("XTL", folder=write(datasets=datasets))


@pytest.mark.parametrize(
    ("changes", "field", "found", "allowed"),
    [
        ({"legnd": "esa_cci"}, "legnd", "'esa_cci'", "Perhaps it means 'legend'"),
        ({"metadata": {"tittle": "t"}}, "metadata.tittle", "'t'", "title, link, author"),
        ({"years": [2022, 2000]}, "years", "2022", "first and last year"),
        ({"years": [0, 22]}, "years", "22", "four figures"),
        ({"stands_for": {2023: 2024}}, "stands_for", "2024", "2024, for 2023, has none"),
        ({"stands_for": {2023: 2011, 2011: 2010}}, "stands_for", "2011", "2011, for 2023"),
        ({"stands_for": {2011: "newest"}}, "stands_for.2011", "'newest'", "a whole number"),
    ],
)
def test_a_wrong_field_of_a_dataset_is_named(write, changes, field, found, allowed):
    datasets = {"land_cover": GOOD["datasets"]["land_cover"] | changes}
    with pytest.raises(InputError) as error:
        Country.load("XTL", folder=write(datasets=datasets))
    message = str(error.value)
    assert f"country.yml, datasets.land_cover.{field}: found" in message
    assert found in message and allowed in message
    for finding in error.value.findings:
        assert len(str(finding)) < 700  # a person reads it: never the whole file


def test_all_wrong_fields_are_named_together(write):
    land_cover = GOOD["datasets"]["land_cover"]
    folder = write(
        party="rich",
        preset=None,
        prset="guidance",
        regions={"file": "regions.shp", "source": "s"},
        grid={"dataset": "soil"},
        datasets={
            "land_cover": land_cover | {"years": [2022, 2000]},
            "rain": land_cover | {"instead_of": "cloud"},
        },
    )
    with pytest.raises(InputError) as error:
        Country.load("XTL", folder=folder)
    told = [(each.where.split(", ")[-1], each.found) for each in error.value.findings]
    assert told == [
        ("prset", "guidance"),
        ("party", "rich"),
        ("datasets.land_cover.years", [2022, 2000]),
        ("regions.file", "regions.shp"),
        ("grid.dataset", "soil"),
        ("datasets.rain.instead_of", "cloud"),
    ]
    lines = str(error.value).splitlines()
    assert [line[:3] for line in lines] == ["1. ", "2. ", "3. ", "4. ", "5. ", "6. "]
    assert all(each.remedy in line for each, line in zip(error.value.findings, lines, strict=True))


@pytest.mark.parametrize(
    "changes",
    [
        {"boundary": None},
        {"boundary": "boundary.geojson"},
        {"grid": {"dataset": "land_cover", "crs": "EPSG:6933", "resolution": 250}},
        {"name": None},
        {"datasets": None},
        {"datasets": {"land_cover": "a file"}},
        {"datasets": {"land_cover": {**GOOD["datasets"]["land_cover"], "product": None}}},
        {"settings": {"so1-1": "none"}},
    ],
)
def test_one_wrong_field_has_no_consequences(write, changes):
    """A stand-in takes its place, and nobody is told of what follows from it."""
    with pytest.raises(InputError) as error:
        Country.load("XTL", folder=write(**changes))
    assert len(error.value.findings) == 1


def test_a_misspelt_field_is_told_of_once(write):
    folder = write(boundary=None, bounary=GOOD["boundary"], name=None)
    with pytest.raises(InputError) as error:
        Country.load("XTL", folder=folder)
    assert [each.where.split(", ")[-1] for each in error.value.findings] == ["bounary", "name"]


def test_a_field_written_twice_is_refused(write):
    folder = write()
    file = folder / "country.yml"
    file.write_text(file.read_text() + "party: developed\n")
    with pytest.raises(InputError, match="'party' stands there twice, in line"):
        Country.load("XTL", folder=folder)


def test_a_tab_is_called_a_tab(write):
    folder = write()
    file = folder / "country.yml"
    file.write_text("name: Testland\nboundary:\n\tfile: boundary.geojson\n")
    with pytest.raises(InputError, match=r"line 3, .*: found character a tab"):
        Country.load("XTL", folder=folder)


def test_the_code_asked_for_and_the_code_written_must_agree(write):
    with pytest.raises(InputError, match="found 'XTL'; allowed: XXX"):
        Country.load("XXX", folder=write())


def test_a_missing_country_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="sohandbook new QQQ"):
        Country.load("QQQ", folder=tmp_path)


def test_broken_yaml_says_the_line(write):
    folder = write()
    (folder / "country.yml").write_text("name: Testland\nparty: [affected\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3"):
        Country.load("XTL", folder=folder)


def test_an_empty_file_is_not_a_country(write):
    folder = write()
    (folder / "country.yml").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="Fill the file"):
        Country.load("XTL", folder=folder)


def test_productivity_windows_are_those_of_the_manual():
    printed = forms.catalogue()["periods"]["land_productivity_windows"]
    computed = Periods().productivity_windows()
    for name, printed_name in (("baseline",) * 2, ("report_1",) * 2, ("reporting", "report_2")):
        expected = {
            "trend": tuple(printed[printed_name]["trend"]),
            "history": tuple(printed[printed_name]["state_history"]),
            "recent": tuple(printed[printed_name]["state_recent"]),
        }
        assert computed[name] == expected


def test_productivity_windows_do_not_start_before_the_data():
    windows = Periods().productivity_windows(first_year=2001)
    assert windows["baseline"] == {
        "trend": (2001, 2015),
        "history": (2001, 2012),
        "recent": (2013, 2015),
    }
    assert windows["report_1"]["trend"] == (2004, 2019)
