"""Assaba's real files, served as cloud-optimised GeoTIFFs, give the same as from disk."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import servers
import yaml

from sohandbook import catalogue, fetching, runner
from sohandbook.export import cog
from sohandbook.report import Report

SETTINGS = Path(__file__).parents[1] / "realdata" / "assaba.yml"
# 2010 is stored with signs and another fill value than the years after it.
YEARS = {"land_cover": (2010, 2023), "land_productivity": (2010, 2012), "population": (2010, 2020)}


def cloud_optimised(file: Path) -> bytes:
    """Return a GeoTIFF as a provider would serve it."""
    with rasterio.open(file) as source, rasterio.MemoryFile() as memory:
        profile = {
            "driver": "COG",
            "blocksize": 128,
            "compress": "deflate",
            "dtype": source.dtypes[0],
            "count": 1,
            "width": source.width,
            "height": source.height,
            "crs": source.crs,
            "transform": source.transform,
            "nodata": source.nodata,
        }
        with memory.open(**profile) as copy:
            copy.write(source.read(1), 1)
        return memory.read()


@pytest.fixture
def countries(realdata, server, tmp_path, monkeypatch):
    """Assaba twice: with its files from disk, and with a catalogue that serves them."""
    settings = yaml.safe_load(SETTINGS.read_text().replace("{realdata}", str(realdata)))
    for name, years in YEARS.items():
        settings["datasets"][name]["years"] = list(years)
    entries, boundary = {}, settings["boundary"]["file"]
    disk, cloud = tmp_path / "disk", tmp_path / "cloud"
    for folder in (disk, cloud):
        folder.mkdir()
    (disk / "country.yml").write_text(yaml.safe_dump(settings))
    items = []
    for name, dataset in settings["datasets"].items():
        (pattern,) = dataset["files"]
        years = YEARS.get(name, (0, 0))
        for year in range(years[0], years[1] + 1):
            file = Path(pattern.replace("{year}", str(year)))
            if file.is_file():
                server.files[f"/{name}/{file.name}"] = cloud_optimised(file)
                if name == "land_productivity":
                    items.append(
                        servers.item(
                            f"MOD17A3HGF.A{year}001",
                            "gpp",
                            assets={"Gpp_500m": f"{server.address}/{name}/{file.name}"},
                            bbox=(-13.0, 15.0, -9.0, 18.5),
                            dates=(f"{year}-01-01", f"{year}-12-31"),
                        )
                    )
        landing = f"{name}/{Path(pattern).name}"
        recipe = {
            "how": "windows",
            "dataset": name,
            "product": dataset["product"],
            "files": [{"file": landing, "address": f"{server.address}/{landing}"}],
        }
        if name == "land_productivity":
            recipe |= {
                "how": "stac",
                "address": f"{server.address}/stac",
                "collection": "gpp",
                "assets": {"Gpp_500m": {"variable": "g", "dtype": "uint16", "nodata": 65535}},
                "files": [{"file": landing}],
            }
        row = {"id": f"assaba_{name}", "title": name, "licence": "as the producer's"}
        entries[row["id"]] = catalogue._entry(row | {"fetched_live": "never", "fetch": recipe})
        settings["datasets"][name] |= {"sources": [row["id"]], "files": [landing]}
    servers.stac(server, items)
    (cloud / "country.yml").write_text(yaml.safe_dump(settings))
    version = catalogue.Version("", "1", "", "", "", "", "", "2026-01-01", "")
    monkeypatch.setattr(catalogue, "entries", lambda: entries)
    monkeypatch.setattr(catalogue, "version", lambda _: version)
    monkeypatch.setenv("SOHANDBOOK_RAW", str(tmp_path / "raw"))
    assert Path(boundary).is_file()
    return disk, cloud


def test_the_same_as_from_disk(countries, server, tmp_path, quick):
    disk, cloud = countries
    outcomes = list(fetching.fetch("XAS", folder=cloud, patience=quick))
    assert [(o.file.target.name, o.reason) for o in outcomes if o.result != "fetched"] == []
    assert len(outcomes) == 14 + 3 + 3 + 2
    # The soil map is one of the world: Assaba's window of it is small.
    (soil,) = (path for path in server.files if path.startswith("/soil_organic_carbon"))
    assert server.sent[soil] < 0.1 * len(server.files[soil])

    here = Report.open("XAS", country_folder=str(disk), output_folder=str(tmp_path / "a"))
    there = Report.open("XAS", country_folder=str(cloud), output_folder=str(tmp_path / "b"))
    assert here.grid.identical(there.grid)
    inside = here.grid.values
    assert inside.sum() > 160_000
    for name in ("land_cover", "land_productivity", "soil_organic_carbon", "climate_zones"):
        mine, theirs = here.data(name).values, there.data(name).values
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine[..., inside], theirs[..., inside], equal_nan=True), name
    # The chapter on soil carbon and the country profile read four of the five datasets.
    for folder in (disk, cloud):
        runner.run("XAS", only=["so1-3"], folder=folder, output=folder / "out")
    tables = {file.name: file.read_text() for file in (disk / "out" / "tables").iterdir()}
    assert {"CP-1.T1.csv", "CP-1.T2.csv", "SO1-3.T1.csv", "SO1-3.T2.csv"} <= tables.keys()
    assert tables == {f.name: f.read_text() for f in (cloud / "out" / "tables").iterdir()}
    maps = sorted(file.name for file in (disk / "out" / "maps").glob("*.tif"))
    assert maps and maps == sorted(file.name for file in (cloud / "out" / "maps").glob("*.tif"))
    for name in maps:
        mine, theirs = (cog.read(folder / "out" / "maps" / name) for folder in (disk, cloud))
        assert np.array_equal(mine.values, theirs.values, equal_nan=True), name
    people = [float(report.data("population").sum()) for report in (here, there)]
    assert people[0] == pytest.approx(people[1], rel=1e-12) and people[0] > 0
