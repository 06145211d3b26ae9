"""A new country starts from a file that is valid as soon as its boundary is there."""

import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

import handbook_folder
from handbook_folder import Handbook
from sohandbook import (
    activity_workbook,
    country_codes,
    national_forms,
    national_templates,
    new_country,
)
from sohandbook.country import Country
from sohandbook.errors import InputError

ROOT = Path(__file__).parents[1]
TEMPLATE = "templates/country.yml"


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    from sohandbook import paths

    real = paths.data()
    made = handbook_folder.use(tmp_path, monkeypatch)
    (tmp_path / "data" / "templates").mkdir()
    for name in (TEMPLATE, "country_codes.csv"):
        shutil.copy(real / name, tmp_path / "data" / name)
    return made


def test_is_valid_with_a_boundary(handbook):
    file = new_country.write("MRT")
    with pytest.raises(InputError, match=r"boundary.file: found 'boundary.geojson'"):
        Country.load("MRT")
    (file.parent / "boundary.geojson").write_text("{}")
    country = Country.load("MRT")
    assert country.iso3 == "MRT"
    assert country.grid.dataset == "land_cover"
    assert country.periods.area_years == (2000, 2015, 2019, 2023)
    land_cover = country.datasets["land_cover"]
    assert all("{year}" in pattern for pattern in land_cover.files)
    assert land_cover.stands_for == {2023: 2022}


@pytest.mark.parametrize(
    ("iso3", "name", "m49", "words"),
    [
        ("CIV", "Côte d'Ivoire", 384, "Côte d'Ivoire, M49 number 384, Western Africa"),
        ("BOL", "Bolivia (Plurinational State of)", 68, "South America"),
        ("FJI", "Fiji", 242, "300 m may be too coarse"),
        ("XZZ", "XZZ", None, "has no XZZ: fill in 'name' and 'm49' yourself"),
    ],
)
def test_fills_in_what_the_list_of_countries_knows(handbook, iso3, name, m49, words):
    file = new_country.write(iso3)
    (file.parent / "boundary.geojson").write_text("{}")
    country = Country.load(iso3)
    assert (country.name, country.m49) == (name, m49)
    steps = "\n".join(new_country.next_steps(iso3))
    assert words in steps
    assert "Fill in 'party'" in steps


def test_the_list_is_the_one_of_the_sdg_database(realdata):
    folder, found = realdata / "sdg_tables" / "unsd_2019Q3", 0
    for file in folder.glob("*.csv"):
        frame = pd.read_csv(file, sep="\t", dtype=str, encoding="utf-8-sig")
        pairs = frame[["ISO3", "geoAreaCode"]].dropna().drop_duplicates()
        for iso3, m49 in pairs.itertuples(index=False):
            known = country_codes.find(iso3)
            found += known is not None
            assert known is None or known.m49 == int(m49), iso3
    assert found > 200


def test_commented_datasets_are_valid_too(handbook):
    file = new_country.write("MRT")
    (file.parent / "boundary.geojson").write_text("{}")
    text = re.sub(r"^  # ", "  ", file.read_text(), flags=re.MULTILINE)
    file.write_text(text)
    country = Country.load("MRT")
    assert set(country.datasets) == {
        "land_cover",
        "vegetation_index",
        "land_productivity_dynamics",
        "annual_evapotranspiration",
        "soil_units",
        "soil_organic_carbon",
        "climate_zones",
        "precipitation",
        "population",
        "sdg_series",
        "gini",
        "protected_areas",
        "key_biodiversity_areas",
        "public_finance",
        "domestic_public_finance",
        "private_finance",
        "financial_needs",
        "species_categories",
        "vulnerability_factors",
        "poverty",
        "drinking_water",
        "population_totals",
    }
    assert country.datasets["population"].files == ["population/mrt_{sex}_{year}.tif"]
    assert yaml.safe_load(text)["preset"] == "guidance"


def test_has_a_form_for_all_that_people_write(handbook):
    folder = new_country.write("MRT").parent
    names = {file.stem for file in (folder / "forms").glob("*.csv")}
    assert {"SO1-VT.T1", "SO3-IF", "AA"} <= names
    assert national_forms.read_all(folder) == {}


def test_every_dataset_that_a_chapter_must_have_is_in_the_template(handbook):
    """One of the names at least, so that nobody has to look for it in another country's file."""
    text = new_country.write("MRT").read_text()
    listed = set(re.findall(r"^  (?:# )?([a-z_]+):", text, re.MULTILINE))
    for entry in yaml.safe_load((ROOT / "notebooks" / "chapters.yml").read_text()):
        for names in entry["datasets"]:
            assert listed & set(names.split(" or ")), f"{entry['id']} needs {names}"


def test_has_empty_workbooks_of_the_money_that_only_the_country_knows(handbook):
    folder = new_country.write("MRT").parent / "finance"
    assert {file.name for file in folder.iterdir()} == {
        "SO5-2.xlsx",
        "SO5-3.xlsx",
        "SO5-5.NEEDS.csv",
    }
    assert list(activity_workbook.read(folder / "SO5-3.xlsx", indicator="SO5-3").index) == []
    assert len(national_forms.read(folder / "SO5-5.NEEDS.csv", "SO5-5.NEEDS")) == 0
    assert openpyxl.load_workbook(folder / "SO5-2.xlsx").sheetnames == ["SO5-2", "SO5-2 ST"]
    first = (folder / "SO5-2.xlsx").read_bytes()
    assert national_templates.write_money(folder.parent) == []
    assert (folder / "SO5-2.xlsx").read_bytes() == first


def test_never_overwrites(handbook):
    file = new_country.write("MRT")
    file.write_text("mine")
    with pytest.raises(InputError, match="Edit it, or move it away first"):
        new_country.write("MRT")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("iso3", ["mrt", "MR", "../", "MRTX", ""])
def test_refuses_what_is_no_code(handbook, iso3):
    with pytest.raises(InputError, match="three capital letters"):
        new_country.write(iso3)
