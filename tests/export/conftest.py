"""A country of six cells of one square kilometre each, whose every figure is known by hand."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from rasterio.crs import CRS

from sohandbook import classes, forms
from sohandbook.country import Country
from sohandbook.export import cog
from sohandbook.export.results import Results
from sohandbook.lattice import Lattice

ISO3 = "XTT"
CELLS = Lattice(CRS.from_epsg(6933), 1_000_000.0, 2_000_000.0, 1000.0, 1000.0, 3, 2)
NO = -128
# The sixth cell is a lake; the fifth has no productivity.
LAND_MASK = [[1, 1, 1], [1, 1, 2]]
COVER = {2000: [[1, 1, 2], [3, 6, 7]], 2015: [[1, 3, 2], [3, 6, 7]], 2023: [[3, 3, 2], [3, 5, 7]]}
COVER |= {2016: COVER[2015], 2019: COVER[2015]}
CLASS_MAPS = {
    "land_cover_degradation": {
        "baseline": [[0, -1, 0], [0, 0, 0]],
        "report_1": [[0, 0, 0], [0, 0, 0]],
        "reporting": [[-1, 0, 0], [0, -1, 0]],
    },
    "land_productivity_degradation": {
        "baseline": [[0, -1, 1], [0, NO, 0]],
        "report_1": [[0, -1, 1], [0, NO, 0]],
        "reporting": [[0, 0, 1], [-1, NO, 0]],
    },
    "soil_organic_carbon_degradation": {
        "baseline": [[0, -1, 0], [0, 0, NO]],
        "report_1": [[0, 0, 0], [0, 0, NO]],
        "reporting": [[0, 0, 0], [0, 0, NO]],
    },
    "land_degradation_assessment": {
        "baseline": [[0, -1, 1], [0, NO, NO]],
        "report_1": [[0, -1, 1], [0, NO, NO]],
        "reporting": [[-1, 0, 1], [-1, NO, NO]],
    },
    "land_degradation_status": {
        2015: [[0, -1, 1], [0, NO, NO]],
        2019: [[0, -1, 1], [0, NO, NO]],
        2023: [[-1, -1, 1], [-1, NO, NO]],
    },
}
DYNAMICS = {
    "baseline": [[4, 1, 5], [3, 0, 4]],
    "report_1": [[4, 1, 5], [3, 0, 4]],
    "reporting": [[4, 4, 5], [2, 0, 4]],
}
STOCKS = {
    2000: [[50, 50, 50], [50, 50, np.nan]],
    2015: [[50, 40, 50], [50, 50, np.nan]],
    2019: [[50, 40, 50], [50, 50, np.nan]],
    2023: [[50, 40, 50], [50, 50, np.nan]],
}
METADATA = {
    "title": "Toy maps",
    "link": "doi:10.1234/toy.5",
    "author": "A. Person",
    "citation": "Person (2024), Toy maps",
}
TABLES = {
    "CP-1.T1": pd.DataFrame(
        {"year": [2000, 2015, 2019, 2023], "total_land_area": 5.0, "water_bodies_area": 1.0,
         "total_country_area": 6.0, "comments": ["=1+1", "", "", "a\x01b"]}
    ),
    "CP-1.T2": pd.DataFrame(
        {"year": [2015], "population_female": [6.0], "population_male": [4.0],
         "population_total": [10.0]}
    ),
    "SO1-4.T2": pd.DataFrame(
        {"assessment": ["baseline (2015)", "2019", "2023"], "degraded_area": [1.0, 1.0, 3.0],
         "sdg_15_3_1": [20.0, 20.0, 60.0], "change_in_degraded_area": [np.nan, 0.0, 2.0]}
    ),
    "SO2-2.T1": pd.DataFrame(
        {"year": [2015, 2016], "urban": [50.0, np.nan], "rural": [20.0, np.nan],
         "total": [30.123456789, np.nan]}
    ),
    "SO3-1.T1": pd.DataFrame(
        {"year": [2015], "mild": [2.0], "moderate": [1.0], "severe": [0.0], "extreme": [0.0],
         "non_drought": [1.5]}
    ),
    "SO3-2.T1": pd.DataFrame(
        {"year": [2015], "mild_percent": [20.0], "moderate_percent": [5.0],
         "severe_percent": [0.0], "extreme_percent": [0.0], "exposed_percent": [25.0],
         "exposed_count": [2500.0]}
    ),
    "SO3-3.T1": pd.DataFrame(
        {"year": [2015, 2016], "dvi_total": [0.5, np.nan], "dvi_female": [0.5, np.nan],
         "dvi_male": [0.5, np.nan]}
    ),
    "SO4-3.T1": pd.DataFrame(
        {"year": [2020], "kba_protected_share": [40.0], "lower_bound": [35.0],
         "upper_bound": [45.0]}
    ),
}  # fmt: skip


def _write_maps(folder: Path) -> None:
    def save(name, values, system):
        attributes = classes.system(system).attributes()
        data = CELLS.array(
            np.array(values, dtype=classes.system(system).dtype), attributes=attributes
        )
        cog.write(folder / f"{name}.tif", data, title=name.replace("_", " ").capitalize())

    for year in (2015, 2019, 2023):
        save(f"land_mask_{year}", LAND_MASK, "land_mask")
    for year, values in COVER.items():
        save(f"land_cover_{year}", values, "land_cover")
    for kind, periods in CLASS_MAPS.items():
        for period, values in periods.items():
            save(f"{kind}_{period}", values, "status")
    for period, values in DYNAMICS.items():
        save(f"land_productivity_dynamics_{period}", values, "land_productivity_dynamics")
    for year, values in STOCKS.items():
        data = CELLS.array(np.array(values, dtype="float32"), attributes={"units": "t C ha-1"})
        cog.write(folder / f"soil_organic_carbon_{year}.tif", data, title=f"Stock {year}")


def _write_country(folder: Path) -> None:
    box = [[10.36, 15.87], [10.4, 15.87], [10.4, 15.9], [10.36, 15.9], [10.36, 15.87]]
    feature = {"type": "Feature", "properties": {"name": "Toyland"},
               "geometry": {"type": "Polygon", "coordinates": [box]}}  # fmt: skip
    collection = {"type": "FeatureCollection", "features": [feature]}
    folder.mkdir(parents=True)
    (folder / "boundary.geojson").write_text(json.dumps(collection))
    settings = {
        "name": "Toy & land",
        "iso3": ISO3,
        "m49": 7,
        "party": "affected",
        "boundary": {"file": "boundary.geojson", "source": "drawn by hand"},
        "grid": {"crs": "EPSG:6933", "resolution": 1000},
        "datasets": {
            "land_cover": {"product": "esa_cci_land_cover", "files": ["x.tif"],
                           "legend": "esa_cci", "metadata": METADATA},
            "soil_organic_carbon": {"product": "soil_organic_carbon_map", "files": ["y.tif"],
                                    "metadata": METADATA | {"link": "https://example.org/soil"}},
        },
    }  # fmt: skip
    (folder / "country.yml").write_text(yaml.safe_dump(settings))


def _manifest(output: Path) -> dict:
    chapter_of = {"CP-1.T1": "cp", "CP-1.T2": "cp", "SO1-4.T2": "so1-4", "SO2-2.T1": "so2-2",
                  "SO3-1.T1": "so3-1", "SO3-2.T1": "so3-2", "SO3-3.T1": "so3-3",
                  "SO4-3.T1": "so4-3"}  # fmt: skip

    found: dict[str, dict] = {}
    for table_id, chapter in chapter_of.items():
        file = f"tables/{table_id}.csv"
        entry = found.setdefault(
            chapter,
            {"result": "done", "finished": "2024-05-06T07:08:09Z", "parameters": {}, "outputs": {}},
        )
        entry["outputs"][file] = hashlib.sha256((output / file).read_bytes()).hexdigest()
    for path in sorted((output / "maps").glob("land_degradation_*.tif")):
        found["so1-4"]["outputs"][f"maps/{path.name}"] = "0"
    found["cp"]["finished"] = "2024-05-05T00:00:00Z"
    return {"format": 1, "iso3": ISO3, "code": {"version": "0.1.0", "commit": "abc123"},
            "chapters": found}  # fmt: skip


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    _write_country(folder / "country")
    _write_maps(folder / "out" / "maps")
    for table_id, frame in TABLES.items():
        forms.write(table_id, frame, folder=folder / "out" / "tables")
    manifest = json.dumps(_manifest(folder / "out"))
    (folder / "out" / "manifest.json").write_text(manifest)
    return folder


@pytest.fixture(scope="session")
def toy_results(toy_folder: Path) -> Results:
    """The country's results, for tests that change nothing."""
    country = Country.load(ISO3, folder=toy_folder / "country")
    return Results.read(country, toy_folder / "out")


@pytest.fixture
def toy(toy_folder: Path, tmp_path: Path) -> tuple[Country, Path]:
    """The country and a copy of its results that a test may change."""
    shutil.copytree(toy_folder, tmp_path, dirs_exist_ok=True)
    return Country.load(ISO3, folder=tmp_path / "country"), tmp_path / "out"
