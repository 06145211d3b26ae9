"""From an empty folder to a country's book, by the five commands that an officer types.

The country is a square in Mauritania with land cover and the number of poor people, from
servers of this machine: two datasets, so that it takes seconds. All datasets of the template
were fetched and run this way by hand.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import servers
import shapely
import yaml
from small_rasters import boundary, raster
from typer.testing import CliRunner

from sohandbook import manifest, paths
from sohandbook.cli import app

ROOT = Path(__file__).parents[2]
HOSTS = (
    "https://planetarycomputer.microsoft.com",
    "https://unstats.un.org",
    "https://www.geoboundaries.org",
    "https://github.com",
)
STAC, OUTLINE = "/api/stac/v1", "/boundaries/MRT.geojson"
GRASS, CROPS, CITY, WATER = 130, 10, 190, 210


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Path:
    """The handbook in another folder, without any country, data or result."""
    for path in ROOT.iterdir():
        if path.name not in ("data", "outputs", "build", ".git"):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "data").mkdir()
    for path in (ROOT / "data").iterdir():
        if path.name not in ("countries", "raw"):
            (tmp_path / "data" / path.name).symlink_to(path)
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(tmp_path))
    for name in ("SOHANDBOOK_RAW", "SOHANDBOOK_COUNTRIES", "SOHANDBOOK_OUTPUTS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def world(server, mirror):
    """Land cover of four years, one series of the SDG database, and an outline."""
    mirror(**dict.fromkeys(HOSTS, server.address))
    items = []
    for year in (2000, 2015, 2019, 2020):
        cover = np.full((360, 360), GRASS, np.uint8)
        cover[100:110, 100:110] = WATER
        cover[120:140, 120:140] = CROPS if year < 2015 else CITY
        server.files[f"/lc/{year}.tif"] = raster(
            cover, left=-12.0, top=17.0, step=1 / 360, nodata=0
        )
        items.append(
            servers.item(
                f"LC-{year}",
                "esa-cci-lc",
                assets={"lccs_class": f"{server.address}/lc/{year}.tif"},
                bbox=(-12.0, 16.0, -11.0, 17.0),
                dates=(f"{year}-01-01", f"{year}-12-31"),
            )
        )
    servers.stac(server, items, root=STAC)
    server.answers["/api/sas/v1/token/esa-cci-lc"] = lambda _: {"token": "sig=abc"}
    server.answers["/sdgs/UNSDGAPIV5/v1/sdg/Series/Data"] = lambda _: {
        "totalElements": 0,
        "data": [],
    }
    server.answers["/api/current/gbOpen/MRT/ADM0/"] = lambda _: {
        "boundaryLicense": "CC BY 4.0",
        "gjDownloadURL": f"https://github.com{OUTLINE}",
    }
    outline = boundary(-11.8, 16.2, -11.6, 16.8).rename(columns={"name": "shapeName"})
    server.files[OUTLINE] = outline.to_json().encode()
    return server


def type_command(*words: str) -> str:
    answer = CliRunner().invoke(app, list(words))
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_country_that_no_one_prepared(handbook, world):
    type_command("new", "MRT")
    file = paths.countries() / "MRT" / "country.yml"
    text = file.read_text().replace("years: [2000, 2022]", "years: [2000, 2020]")
    others = dict.fromkeys(range(2001, 2015), 2000) | {2016: 2015, 2017: 2015, 2018: 2019}
    stands_for = f"stands_for: {others | {2021: 2020, 2022: 2020, 2023: 2020}}"
    file.write_text(text.replace("stands_for: {2023: 2022}", stands_for))
    assert yaml.safe_load(file.read_text())["m49"] == 478

    assert "land_cover: 4 of 4 files are there" in type_command("fetch", "MRT")
    assert "The settings of Mauritania are in order." in type_command("check", "MRT")
    type_command("run", "MRT", "--only", "so1-1")
    page = Path(type_command("book", "MRT").removeprefix("Open ").strip())
    assert "Mauritania" in page.read_text()
    assert " 0 failed" in type_command("check", "MRT")

    outputs = handbook / "outputs" / "MRT"
    entries = manifest.read(outputs)["chapters"]
    assert {name: entry["result"] for name, entry in entries.items()} == {
        "cp": "done",
        "so1-1": "done",
    }
    areas = pd.read_csv(outputs / "tables" / "CP-1.T1.csv")
    pond = shapely.box(-12 + 100 / 360, 17 - 110 / 360, -12 + 110 / 360, 17 - 100 / 360)
    area, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(pond)
    assert areas["water_bodies_area"].tolist() == pytest.approx([abs(area) / 1e6] * 4, rel=1e-4)
    book = handbook / "build" / "site" / "MRT"
    assert "Artificial surfaces" in (book / "chapters" / "so1-1-land-cover.html").read_text()
    licence = file.parent / "boundary.geojson.licence.txt"
    assert "not endorsed" in licence.read_text()
