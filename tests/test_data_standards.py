"""A country's own data against the manual's minimum standards."""

import numpy as np
import pytest
import rasterio
import yaml
from rasterio.transform import from_origin
from typer.testing import CliRunner

from sohandbook import data_standards, plan
from sohandbook.book import numbers_sources
from sohandbook.cli import app
from sohandbook.country import Country
from sohandbook.errors import InputError

METADATA = {"title": "National map", "link": "https://a.example", "author": "We", "citation": "We"}
SQUARE = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
    ' "geometry": {"type": "Polygon", "coordinates": [[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]]]}}]}'
)


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Write a country with one dataset and return its findings by standard."""
    monkeypatch.setenv("SOHANDBOOK_RAW", str(tmp_path / "raw"))
    (tmp_path / "boundary.geojson").write_text(SQUARE)

    def run(name: str, *, folder=tmp_path, **dataset: object) -> dict[str, tuple[str, bool]]:
        settings = {
            "name": "A",
            "iso3": "ABC",
            "party": "affected",
            "boundary": {"file": "boundary.geojson", "source": "s"},
            "grid": {"crs": "EPSG:6933", "resolution": 250},
            "datasets": {name: {"metadata": METADATA} | dataset},
        }
        (folder / "country.yml").write_text(yaml.safe_dump(settings))
        found = data_standards.findings(Country.load("ABC", folder=folder))
        assert set(found["dataset"]) <= {name}
        return {row.standard: (row.found, row.meets) for row in found.itertuples()}

    return run


def write(file, *, step=0.001, size=120, left=-0.01, crs="EPSG:4326", count=1, **profile) -> None:
    values = np.ones((count, size, size), profile.setdefault("dtype", "uint8"))
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        width=size,
        height=size,
        count=count,
        crs=crs,
        transform=from_origin(left, 0.11, step, step),
        **profile,
    ) as raster:
        raster.write(values)


LAND_COVER = {
    "product": "national_land_cover",
    "files": ["{year}.tif"],
    "legend": "legend.csv",
    "accuracy": 81,
}


def test_a_good_map_of_land_cover(check, tmp_path):
    for year in (2000, 2015, 2019, 2022):
        write(tmp_path / f"{year}.tif", nodata=0)
    found = check("land_cover", **LAND_COVER, stands_for={2023: 2022})
    assert all(meets for _, meets in found.values()), found
    assert set(found) == {
        "metadata",
        "CRS",
        "coverage",
        "fill value",
        "resolution",
        "accuracy",
        "legend",
        "years",
    }
    assert found["resolution"][0] == "111 m"  # 0.001 degrees of latitude at the equator: 110.6


def test_a_poor_map_of_land_cover(check, tmp_path):
    for year in (2000, 2015):
        write(tmp_path / f"{year}.tif", step=0.01, size=8, left=0.02)
    metadata = METADATA | {"author": " ", "link": "..."}
    poor = LAND_COVER | {"accuracy": 70, "legend": None, "metadata": metadata}
    found = check("land_cover", **poor)
    short = {standard: text for standard, (text, meets) in found.items() if not meets}
    assert short == {
        "metadata": "link, author empty",
        # Rows 0.03 to 0.10 and columns 0.02 to 0.10 of ten each.
        "coverage": "56.0 % of the country",
        "fill value": "not stated",
        "resolution": "1,106 m",
        "accuracy": "70 %",
        "legend": "not stated",
        "years": "2000 to 2015, without 2019, 2023",
    }


def test_default_data_are_not_compared(check, tmp_path):
    write(tmp_path / "lc_2000.tif", step=0.01, size=12)
    assert (
        check(
            "land_cover",
            product="esa_cci_land_cover",
            sources=["esa_cci_lc_pc"],
            files=["lc_{year}.tif"],
        )
        == {}
    )


def test_files_that_are_not_there(check):
    found = check("land_cover", **LAND_COVER)
    assert list(found) == ["files"] and not found["files"][1]


def test_population_in_each_period_and_by_sex(check, tmp_path):
    for year in (2005, 2018):
        write(tmp_path / f"pop_{year}.tif", dtype="float32", nodata=-1)
    found = check("population", product="worldpop_total", files=["pop_{year}.tif"], measure="count")
    assert found["years"] == ("2005 to 2018", True)
    assert found["sex"] == ("all people", False)
    (tmp_path / "pop_2018.tif").unlink()
    found = check("population", product="worldpop_total", files=["pop_{year}.tif"], measure="count")
    assert found["years"] == ("2005 to 2005, without 2016 to 2019, 2016 to 2023", False)


def test_rain_of_thirty_years_with_gaps(check, tmp_path):
    for year in range(1981, 2011):
        values = np.ones((12, 6, 6), np.float32)
        values[:, :, :3] = -9999 if year < 1990 else 5
        with rasterio.open(
            tmp_path / f"rain_{year}.tif",
            "w",
            driver="GTiff",
            width=6,
            height=6,
            count=12,
            dtype="float32",
            nodata=-9999,
            crs="EPSG:4326",
            transform=from_origin(-0.01, 0.11, 0.02, 0.02),
        ) as raster:
            raster.write(values)
            for month in range(1, 13):
                raster.set_band_description(month, f"{year}-{month:02d}-01")
    found = check("precipitation", product="chirps_monthly", files=["rain_*.tif"])
    assert found["years"] == ("1981 to 2010", True)
    text, meets = found["completeness"]
    # Half of the country's cells lack nine of thirty years: 15 % are missing.
    assert 0.80 <= float(text.split()[0]) / 100 <= 0.89
    assert meets == (float(text.split()[0]) >= 85)
    (tmp_path / "rain_1981.tif").unlink()
    found = check("precipitation", product="chirps_monthly", files=["rain_*.tif"])
    assert found["years"] == ("1982 to 2010, without 1981", False)


def test_soil_carbon_says_its_unit(check, tmp_path):
    write(tmp_path / "soc.tif", dtype="int16", nodata=-1)
    soil = {"product": "soil_organic_carbon_map", "files": ["soc.tif"]}
    assert check("soil_organic_carbon", **soil)["unit"] == ("not stated", False)
    assert check("soil_organic_carbon", **soil, unit="t C ha-1")["unit"][1]
    assert not check("soil_organic_carbon", **soil, unit="kg C/m2")["unit"][1]


def test_a_file_without_crs(check, tmp_path):
    write(tmp_path / "soc.tif", dtype="int16", nodata=-1, crs=None)
    soil = {"product": "soil_organic_carbon_map", "files": ["soc.tif"], "unit": "t C/ha"}
    assert check("soil_organic_carbon", **soil)["CRS"] == ("none", False)
    named = check("soil_organic_carbon", **soil, options={"crs": "EPSG:4326"})
    assert named["CRS"] == ("EPSG:4326", True)


def test_a_boundary_that_is_none(check, tmp_path):
    write(tmp_path / "soc.tif")
    check("soil_organic_carbon", product="soil_organic_carbon_map", files=["soc.tif"])
    (tmp_path / "boundary.geojson").write_text("{}")
    (found,) = data_standards.findings(Country.load("ABC", folder=tmp_path)).itertuples()
    assert (found.dataset, found.standard, found.meets) == ("boundary", "files", False)


def test_the_books_section(check, tmp_path):
    for year in (2000, 2015, 2019):
        write(tmp_path / f"{year}.tif", nodata=0)
    check("land_cover", **LAND_COVER)
    text = numbers_sources.write(Country.load("ABC", folder=tmp_path))
    assert "| SO1-1.T1, SO1-1.T2" in text
    assert "| `land_cover` | National map: the country's own data |" in text
    assert "7 of 8 are met. These are not:" in text
    assert "without 2023" in text
    training = numbers_sources.write(Country.load("XDL"))
    (line,) = (line for line in training.splitlines() if line.startswith("| SO1-4.T1"))
    for name in ("land_cover", "vegetation_index", "soil_organic_carbon", "climate_zones"):
        assert f"`{name}`" in line
    assert "public_finance" not in line and "population" not in line
    # No map is made from series: the grid's dataset is not among what they rest on.
    assert "| SO2-2.T1, SO2-2.T2 | `sdg_series`, `drinking_water` |" in training
    assert "standards" not in training


def test_check_shows_what_falls_short(check, tmp_path):
    for year in (2000, 2015, 2019, 2023):
        write(tmp_path / f"{year}.tif", nodata=0)
    check("land_cover", **LAND_COVER | {"accuracy": 60, "legend": "unccd"})
    words = ["check", "ABC", "--folder", str(tmp_path), "--output", str(tmp_path / "out")]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    assert "minimum standards: 7 of 8 are met." in answer.output
    assert "60 %" in answer.output and "74 % or more" in answer.output


@pytest.mark.parametrize(
    ("legend", "words"), [("esa", "esa_cci, modis"), ("l.csv", "no such file")]
)
def test_a_legend_that_is_not_there_stops_before_computing(check, tmp_path, legend, words):
    for year in (2000, 2015, 2019, 2023):
        write(tmp_path / f"{year}.tif", nodata=0)
    check("land_cover", **LAND_COVER | {"legend": legend})
    with pytest.raises(InputError, match=words):
        plan.check("ABC", folder=tmp_path, output=tmp_path / "out")
