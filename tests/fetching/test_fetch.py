"""From an empty folder to a country's files, by the command that an officer types."""

import json
import re

import numpy as np
import pytest
import servers
import yaml
from servers import Fault
from small_rasters import boundary, raster
from typer.testing import CliRunner

from sohandbook import paths, sources
from sohandbook.cli import app
from sohandbook.country import Country
from sohandbook.grid import unwrap

SOURCES = {
    "https://planetarycomputer.microsoft.com": "",
    "https://data.chc.ucsb.edu": "",
    "https://files.isric.org": "",
    "https://unstats.un.org": "",
    "https://api.worldbank.org": "",
    "https://www.geoboundaries.org": "",
    "https://github.com": "",
}
CHOSEN = ["land_cover", "soil_organic_carbon", "precipitation", "sdg_series", "gini"]
CHIRPS = "/products/CHIRPS-2.0/global_monthly/cogs/chirps-v2.0.2001.{:02d}.cog"
OUTLINE = boundary(20.0, 10.0, 20.5, 10.5)


@pytest.fixture
def type_command(tmp_path, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_COUNTRIES", str(tmp_path / "countries"))
    monkeypatch.setenv("SOHANDBOOK_RAW", str(tmp_path / "raw"))

    def run(*words: str):
        return CliRunner().invoke(app, list(words))

    return run


@pytest.fixture
def world(server, mirror):
    """A server of this machine with a little of everything that the template names."""
    mirror(**dict.fromkeys(SOURCES, server.address))
    noise = np.random.default_rng(6)
    codes = noise.choice([10, 50, 130, 200], (1440, 1440)).astype(np.uint8)
    server.files["/tiles/lc.tif"] = raster(codes, left=18.0, top=12.0, step=1 / 360, nodata=0)
    tile = servers.item(
        "C3S-LC-2020",
        "esa-cci-lc",
        assets={"lccs_class": server.address + "/tiles/lc.tif"},
        bbox=(18.0, 8.0, 22.0, 12.0),
        dates=("2020-01-01", "2020-12-31"),
    )
    servers.stac(server, [tile], root="/api/stac/v1")
    server.answers["/api/sas/v1/token/esa-cci-lc"] = lambda _: {"token": "sig=abc"}
    for month in range(1, 13):
        rain = np.full((400, 400), 10.0 * month, np.float32)
        server.files[CHIRPS.format(month)] = raster(rain, left=10.0, top=20.0, step=0.05)
    igh = "+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs"
    server.files["/soilgrids/latest/data/ocs/ocs_0-30cm_mean.vrt"] = raster(
        np.full((1500, 1500), 30, np.int16),
        left=2_000_000,
        top=1_300_000,
        step=250,
        crs=igh,
        nodata=-32768,
    )
    server.answers["/sdgs/UNSDGAPIV5/v1/sdg/Series/Data"] = lambda _: {
        "totalElements": 0,
        "data": [],
    }
    server.answers["/v2/country/MRT/indicator/SI.POV.GINI"] = lambda _: [{"pages": 1}, []]
    server.answers["/api/current/gbOpen/MRT/ADM0/"] = lambda _: {
        "boundaryID": "MRT-ADM0-1",
        "boundaryLicense": "CC BY 4.0",
        "boundarySource": "a survey",
        "gjDownloadURL": "https://github.com/wmgeolab/geoBoundaries-MRT-ADM0.geojson",
    }
    outline = OUTLINE.rename(columns={"name": "shapeName"}).to_json().encode()
    server.files["/wmgeolab/geoBoundaries-MRT-ADM0.geojson"] = outline
    return server


def choose(**changes: object) -> Country:
    """Take the datasets of the template that the server has, with one year each."""
    file = paths.countries() / "MRT" / "country.yml"
    text = re.sub(r"^  # ", "  ", file.read_text(), flags=re.MULTILINE)
    settings = yaml.safe_load(text)
    settings["datasets"] = {name: settings["datasets"][name] for name in CHOSEN}
    settings["datasets"]["land_cover"] |= {"years": [2020, 2020], "stands_for": {}}
    settings["datasets"]["precipitation"]["years"] = [2001, 2001]
    file.write_text(yaml.safe_dump(settings | {"m49": 478} | changes))


def test_from_an_empty_folder(world, type_command, tmp_path):
    assert type_command("new", "MRT").exit_code == 0
    choose()
    world.faults[CHIRPS.format(3)] = [Fault(status=429, retry_after="0"), Fault(break_after=100)]
    result = type_command("fetch", "MRT", "--wait", "0.01")
    assert result.exit_code == 0, result.output
    assert "precipitation: 12 of 12 files are there" in result.output

    country = Country.load("MRT")
    outline = unwrap(OUTLINE)
    place = {"iso3": "MRT", "folder": country.folder, "boundary": outline, "m49": 478}
    rain = sources.open_dataset(country.datasets["precipitation"], name="precipitation", **place)
    assert rain.mean(("y", "x")).values.tolist() == [10.0 * month for month in range(1, 13)]
    carbon = sources.open_dataset(
        country.datasets["soil_organic_carbon"], name="soil_organic_carbon", **place
    )
    assert float(carbon.mean()) == 30
    cover = sources.open_dataset(country.datasets["land_cover"], name="land_cover", **place)
    assert set(np.unique(cover)) == {10, 50, 130, 200}
    gini = sources.open_dataset(country.datasets["gini"], name="gini", **place)
    assert gini.empty

    raw = tmp_path / "raw" / "MRT"
    note = (raw / "precipitation" / "chirps_v2_monthly.licence.txt").read_text()
    assert "Licence: public domain" in note and "10.1038/sdata.2015.66" in note
    assert note.count("\tchirps-v2.0.2001.") == 12
    boundary_note = (country.folder / "boundary.geojson.licence.txt").read_text()
    assert "CC BY 4.0" in boundary_note and "not endorsed" in boundary_note
    hidden = [p for p in raw.rglob(".*") if p.name != ".fetch.lock"]
    assert hidden == []

    world.requests.clear()
    again = type_command("fetch", "MRT")
    assert again.exit_code == 0 and world.requests == []
    assert (raw / "precipitation" / "chirps_v2_monthly.licence.txt").read_text() == note


def test_offline_it_says_what_is_missing_and_how_to_bring_it(type_command, mirror):
    mirror(**dict.fromkeys(SOURCES, "http://127.0.0.1:9"))
    type_command("new", "MRT")
    choose()
    result = type_command("fetch", "MRT", "--wait", "0.01")
    assert result.exit_code == 1
    assert "The boundary is missing" in result.output
    assert "Download the country's ADM0 GeoJSON from https://www.geoboundaries.org" in result.output

    OUTLINE.to_file(paths.countries() / "MRT" / "boundary.geojson")
    result = type_command("fetch", "MRT", "--wait", "0.01")
    assert result.exit_code == 1
    for words in (
        "land_cover: 0 of 1 files are there",
        "It can be brought by hand: Order the year from the Climate Data Store",
        "precipitation: 0 of 12 files are there",
        "Download https://data.chc.ucsb.edu/products/CHIRPS-2.0/global_monthly/cogs/",
        "seriesCode=AG_LND_DGRD&areaCode=478",
        "Put it at",
    ):
        assert words in result.output, words


def test_one_failure_stops_only_its_own_file(world, type_command):
    type_command("new", "MRT")
    choose()
    del world.files[CHIRPS.format(7)]
    result = type_command("fetch", "MRT", "--dataset", "precipitation", "--dataset", "gini")
    assert result.exit_code == 1
    assert "precipitation: 11 of 12 files are there" in result.output
    assert "404" in result.output and "has moved" in result.output
    assert "gini: 1 of 1 files are there" in result.output
    assert "soil_organic_carbon" not in result.output


def test_a_year_that_needs_an_account(world, type_command):
    type_command("new", "MRT")
    choose()
    file = paths.countries() / "MRT" / "country.yml"
    settings = yaml.safe_load(file.read_text())
    settings["datasets"]["land_cover"]["years"] = [2022, 2022]
    file.write_text(yaml.safe_dump(settings))
    result = type_command("fetch", "MRT", "--dataset", "c3s_lc_cds")
    assert result.exit_code == 1
    assert "Account: CDS account + personal access token" in result.output
    assert "Bring it by hand: Sign in at https://cds.climate.copernicus.eu" in result.output


def test_a_wrong_file_of_addresses(type_command, monkeypatch, tmp_path):
    type_command("new", "MRT")
    monkeypatch.setenv("SOHANDBOOK_ADDRESSES", str(tmp_path / "none.yml"))
    result = type_command("fetch", "MRT")
    assert result.exit_code == 2
    assert "no such file" in result.output + str(result.stderr)


def test_training_data_are_not_fetched():
    result = CliRunner().invoke(app, ["fetch", "XDL"])
    assert result.exit_code == 0 and "sohandbook training" in result.output


def test_answers_are_json(world, type_command, tmp_path):
    type_command("new", "MRT")
    choose()
    type_command("fetch", "MRT", "--dataset", "sdg_series")
    files = sorted((tmp_path / "raw" / "MRT" / "sdg_series").glob("*.json"))
    assert [file.stem for file in files] == [
        "AG_LND_DGRD",
        "ER_PTD_TERR",
        "ER_RSK_LST",
        "SH_H2O_SAFE",
        "SI_POV_DAY1",
    ]
    assert json.loads(files[0].read_text())[0]["totalElements"] == 0
