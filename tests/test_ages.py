"""People by age group add up to all people; files without ages have no groups."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from sohandbook import ages, grid
from sohandbook.country import Dataset

BANDS = {"0": "children", "1": "children", "10": "children", "15": "working_age", "80": "older"}
METADATA = {"title": "T", "link": "none", "author": "A", "citation": "C"}


@pytest.fixture
def report(tmp_path):
    boundary = gpd.GeoDataFrame(geometry=[shapely.box(10, 10, 11, 11)], crs=4326)
    rng = np.random.default_rng(7)
    for sex in "fm":
        for age in BANDS:
            profile = {
                "driver": "GTiff", "dtype": "float32", "count": 1, "width": 10, "height": 10,
                "crs": "EPSG:4326", "transform": from_origin(10, 11, 0.1, 0.1), "nodata": -99999,
            }  # fmt: skip
            with rasterio.open(tmp_path / f"xtt_{sex}_{age}_2020.tif", "w", **profile) as file:
                file.write(rng.uniform(0, 9, (1, 10, 10)).astype("float32"))
    dataset = Dataset(
        product="worldpop_by_sex",
        files=["xtt_{sex}_{age}_{year}.tif"],
        years=(2020, 2020),
        stands_for={2023: 2020},
        metadata=METADATA,
    )
    return SimpleNamespace(
        country=SimpleNamespace(datasets={"population": dataset}, iso3="XTT", folder=tmp_path),
        boundary=boundary,
        grid=grid.country_grid(boundary, crs="EPSG:4326", resolution=0.25),
    )


def sum_of_files(folder, group):
    bands = [age for age, name in BANDS.items() if name == group]
    return {
        sex: sum(
            rasterio.open(folder / f"xtt_{letter}_{age}_2020.tif").read(1).sum(dtype="f8")
            for age in bands
        )
        for sex, letter in (("female", "f"), ("male", "m"))
    }


def test_bands_are_found_in_the_order_of_age(report):
    assert ages.ages(report) == ["0", "1", "10", "15", "80"]


def test_each_group_holds_its_bands_by_sex_in_a_stand_in_year_too(report):
    for year in (2020, 2023):
        groups = ages.by_age_group(report, year=year)
        assert list(groups) == ["children", "working_age", "older"]
        for name, people in groups.items():
            for sex, expected in sum_of_files(report.country.folder, name).items():
                assert float(people.sel(sex=sex).sum()) == pytest.approx(expected, rel=1e-6)


def test_files_without_ages_have_no_groups(report):
    dataset = report.country.datasets["population"]
    whole = dataset.model_copy(update={"files": ["xtt_{sex}_{year}.tif"]})
    report.country.datasets["population"] = whole
    assert ages.ages(report) == []
    assert ages.by_age_group(report, year=2020) == {}
