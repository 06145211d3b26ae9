"""The files: the same bytes each time, in the products' forms, whole or not at all."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import h5netcdf
import numpy as np
import pandas as pd
import pytest
import rasterio

from sohandbook import activity_workbook, classes, training
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.indicators import vulnerability_factors
from sohandbook.training import land_cover, making, national_finance, public_finance

BOTH = pytest.mark.parametrize("iso3", ["XDL", "XIS"])


def digests(folder: Path) -> dict[str, str]:
    """Return the hash of every file in a folder."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@BOTH
def test_the_same_bytes_in_another_process(small: Any, iso3: str, tmp_path: Path) -> None:
    """Another process, hash seed, time zone, memory, threads and folder: no byte differs."""
    arguments = f"{iso3!r}, {str(tmp_path)!r}, scale={small[iso3].scale}"
    code = f"from sohandbook import training; training.generate({arguments})"
    settings = {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1", "TZ": "Asia/Tokyo"}
    settings |= {"GDAL_CACHEMAX": "1"}  # MB, as if other maps had filled the memory for them
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **settings})
    assert digests(tmp_path) == digests(small[iso3].folder)


@BOTH
def test_country_settings_name_the_files_that_are_made(small: Any, iso3: str) -> None:
    country = Country.load(iso3)
    assert country.fictional
    assert country.m49 == {"XDL": 990, "XIS": 991}[iso3]
    for name, dataset in country.datasets.items():
        for pattern in dataset.files:
            for year in dataset.years or (2000,):
                later = name == "land_cover" and (year > land_cover.LAST_GEOTIFF) != (
                    "C3S" in pattern
                )
                if later:
                    continue
                path = pattern.replace("{year}", str(year)).replace("{sex}", "f")
                folders = (small[iso3].folder, country.folder)
                assert any(list(folder.glob(path)) for folder in folders), f"{name}: {path}"


@BOTH
def test_land_cover_files_hold_the_product_legend(small: Any, iso3: str) -> None:
    folder = small[iso3].folder / "land_cover"
    labels = classes.legend("esa_cci").labels
    with rasterio.open(folder / "ESACCI-LC-L4-LCCS-Map-300m-P1Y-2000-v2.0.7.tif") as file:
        first = file.read(1)
        assert file.nodata == 0
        assert file.crs.to_epsg() == 4326
        width, left = file.width, file.transform.c
    assert set(np.unique(first)) <= {0, *labels}
    assert (left == -180 and width == round(360 * 360 * small[iso3].scale)) == (iso3 == "XIS")
    with h5netcdf.File(folder / "C3S-LC-L4-LCCS-Map-300m-P1Y-2022-v2.1.1.nc") as file:
        variable = file["lccs_class"]
        assert variable.dimensions == ("time", "lat", "lon")
        assert variable.dtype == np.uint8
        assert len(variable.attrs["flag_values"]) == len(variable.attrs["flag_meanings"].split())
        assert set(variable.attrs["flag_values"]) - {0} == set(labels)
        assert np.all(np.diff(file["lat"][:]) < 0)
    assert not list(folder.glob("*2011*"))
    assert not list(folder.glob("*2023*"))


@BOTH
def test_vegetation_index_files_are_as_appeears_writes_them(small: Any, iso3: str) -> None:
    folder = small[iso3].folder / "vegetation_index"
    days = {}
    for year in (2000, 2001):
        with h5netcdf.File(folder / f"MOD13Q1.061__250m_16_days_NDVI_{year}_{iso3}.nc") as file:
            variable = file["_250m_16_days_NDVI"]
            assert variable.dtype == np.int16
            assert variable.attrs["_FillValue"] == -3000
            assert variable.attrs["scale_factor"] == 0.0001
            values = variable[:]
            days[year] = file["time"][:]
        valid = values[values != -3000]
        assert valid.min() >= -2000
        assert valid.max() <= 10000
        assert 0.02 < (values == -3000).mean() < 0.999
    assert days[2000].tolist() == [48 + 16 * number for number in range(20)]  # from 18 February
    assert days[2001].tolist() == [366 + 16 * number for number in range(23)]


def test_one_cell_misses_a_whole_year(small: Any) -> None:
    """The outage of 2004: no composite at all, where the years around it have most."""
    counts = {}
    for year in (2003, 2004):
        path = small["XDL"].folder / "vegetation_index"
        with h5netcdf.File(path / f"MOD13Q1.061__250m_16_days_NDVI_{year}_XDL.nc") as file:
            counts[year] = (file["_250m_16_days_NDVI"][:] != -3000).sum(axis=0)
    assert ((counts[2003] > 15) & (counts[2004] == 0)).sum() > 10


def test_carbon_comes_in_the_projection_of_soilgrids(small: Any) -> None:
    with rasterio.open(small["XDL"].folder / "soil_organic_carbon/ocs_0-30cm_mean.tif") as file:
        values = file.read(1)
        assert "Goode" in file.crs.to_wkt()
        assert (file.dtypes[0], file.nodata) == ("int16", -32768)
    stock = values[values != -32768]
    assert 2 <= stock.min() < stock.max() < 150


@BOTH
def test_rain_is_monthly_from_1981_with_true_zeros(small: Any, iso3: str) -> None:
    with h5netcdf.File(small[iso3].folder / "precipitation/chirps-v2.0.monthly.nc") as file:
        variable = file["precip"]
        assert variable.shape[0] == 43 * 12
        days = file["time"][:]
        columns = np.flatnonzero((variable[0] >= 0).any(axis=0))
        rain = np.stack([variable[:, :, int(column)] for column in columns])
    assert days[:2].tolist() == [366.0, 397.0]  # 1981-01-01 and 1981-02-01 from 1980-01-01
    land = rain[rain > -9999]
    assert land.min() == 0
    if iso3 == "XDL":
        months = rain.shape[1]
        cells = rain.transpose(0, 2, 1).reshape(-1, months)
        dry = (cells[cells[:, 0] > -9999] == 0).mean(axis=1)
        assert dry.max() > 0.5
        assert dry.min() < 0.05


def test_answers_of_the_services_keep_their_layout(small: Any) -> None:
    answer = json.loads((small["XDL"].folder / "sdg_series/SH_H2O_SAFE.json").read_text())
    assert answer["totalElements"] == len(answer["data"]) == 69
    assert {row["dimensions"]["Location"] for row in answer["data"]} == {
        "ALLAREA",
        "URBAN",
        "RURAL",
    }
    assert all(isinstance(row["value"], str) for row in answer["data"])
    assert [row["timePeriodStart"] for row in answer["data"] if row["value"] == "NaN"] == [2004.0]
    facts, rows = json.loads((small["XDL"].folder / "gini/SI.POV.GINI.json").read_text())
    assert facts["total"] == len(rows) == 24
    assert sum(row["value"] is not None for row in rows) == 6


def test_finance_rows_have_the_classic_86_columns(small: Any) -> None:
    assert len(public_finance.HEADER) == len(set(public_finance.HEADER)) == 86
    path = small["XDL"].folder / "public_finance/CRS 2023 data.txt"
    frame = pd.read_csv(path, sep="|", dtype=str, keep_default_na=False)
    assert set(frame["desertification"]) == {"", "0", "1", "2", "3"}
    assert set(frame["RecipientCode"]) == {"990", "998"}
    paid = frame["usd_disbursement"].astype(float)
    assert (paid <= frame["usd_commitment"].astype(float)).all()


def test_national_workbooks_hold_the_lessons(small: Any) -> None:
    """Dinars that lose value, a grant repeated in the budget, a public row among private ones."""
    folder = small["XDL"].folder / "public_finance"
    aid = pd.read_csv(folder / "CRS 2021 data.txt", sep="|", dtype=str)
    aid = aid[aid["RecipientCode"] == "990"].set_index("ProjectTitle")
    paid = aid["usd_disbursement"].astype(float) * 1e6
    budget = activity_workbook.read(folder / "SO5-2.xlsx", indicator="SO5-2")
    assert budget["year"].value_counts().to_dict() == dict.fromkeys(range(2020, 2024), 8)
    repeated = budget[
        (budget["title"] == national_finance.REPEATED_GRANT) & (budget["year"] == 2021)
    ]
    assert repeated["amount_usd"].item() == pytest.approx(paid[national_finance.REPEATED_GRANT])
    rates = activity_workbook.rates(folder / "SO5-2.xlsx")
    assert rates["domestic_per_usd"].is_monotonic_increasing
    companies = activity_workbook.read(folder / "SO5-3.xlsx", indicator="SO5-3")
    title, year = national_finance.REPEATED_ROW
    public = companies[companies["title"] == title]
    assert public["year"].tolist() == [year]
    assert public["amount_usd"].item() == pytest.approx(paid[title])
    assert public["provider"].item() == aid.loc[title, "DonorName"]
    assert not (small["XIS"].folder / "public_finance" / "SO5-2.xlsx").exists(), "no currency"


def test_factors_have_gaps_a_constant_and_both_sexes(small: Any) -> None:
    table = pd.read_csv(small["XDL"].folder / "vulnerability/factors.csv")
    total = table[table["sex"] == "total"].groupby("factor")["value"]
    keys = {
        row["key"]
        for factors in ("social", "economic", "infrastructural")
        for row in classes.reference_table("dvi_factors")[factors]
    }
    assert set(table["factor"]) == keys
    assert total.nunique()["irrigated_cultivated_area"] == 1
    assert total.count()["literacy_15plus"] == 8
    assert {"female", "male"} < set(table["sex"])
    assert not table.duplicated(["factor", "sex", "year"]).any()


@pytest.mark.parametrize("iso3", ["XDL", "XIS"])
def test_no_factor_has_a_value_that_a_national_table_could_not_have(iso3: str, small: Any) -> None:
    table = pd.read_csv(small[iso3].folder / "vulnerability/factors.csv")
    vulnerability_factors.refuse_wrong_values(table.assign(region=""), where=iso3)


def test_the_five_cycads_give_the_published_example(small: Any) -> None:
    """R package "red", rli: 0.6, then 0.4 with the extinct species counted."""
    table = pd.read_csv(small["XDL"].folder / "species/red_list_categories.csv")
    weight = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "EX": 5}
    cycads = table[(table["group"] == "cycads") & (table["category"] != "DD")]
    index = 1 - cycads["category"].map(weight).groupby(cycads["year"]).mean() / 5
    assert index.to_dict() == pytest.approx({2000: 0.6, 2010: 0.4})
    assert {"DD", "EX"} <= set(table["category"])
    assert not table.duplicated(["species", "year"]).any()


@BOTH
def test_sites_lie_between_180_and_180(small: Any, iso3: str) -> None:
    folder = small[iso3].folder
    areas = gpd.read_file(folder / f"protected_areas/WDPA_WDOECM_{iso3}.gpkg")
    sites = gpd.read_file(folder / f"key_biodiversity_areas/KBA_{iso3}.gpkg")
    for frame in (areas, sites):
        assert frame.is_valid.all()
        west, _, east, _ = frame.total_bounds
        assert -180 <= west < east <= 180
    assert (areas.geom_type == "Point").sum() == 1
    assert sites["NatName"].is_unique
    if iso3 == "XDL":
        assert set(areas["STATUS"]) == {"Designated", "Proposed"}
        assert 0 in set(areas["STATUS_YR"])


@BOTH
def test_truth_is_read_with_its_legend(small: Any, iso3: str) -> None:
    truth = training.truth(iso3, folder=small[iso3].folder)
    legend = truth["process"].attrs["legend"]
    assert set(np.unique(truth["process"])) <= {0, 255, *legend}
    for period in ("baseline", "report_1", "report_2"):
        assert set(np.unique(truth[f"condition_{period}"])) <= {-128, -1, 0, 1}


def test_no_truth_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sohandbook training"):
        training.truth("MRT", folder=tmp_path)


def test_make_moves_only_what_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure leaves the old folder as it was and no rest beside it."""

    def broken(iso3: str, folder: Path, **_: Any) -> None:
        (Path(folder) / "half.tif").write_text("half")
        raise OSError("disk full")

    old = tmp_path / "XIS" / "old.txt"
    old.parent.mkdir()
    old.write_text("old")
    monkeypatch.setattr(making, "generate", broken)
    with pytest.raises(OSError, match="disk full"):
        training.make(("XIS",), folder=tmp_path)
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["XIS", "old.txt"]


def test_make_does_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def quick(iso3: str, folder: Path, **_: Any) -> None:
        (Path(folder) / "data.txt").write_text(iso3)

    monkeypatch.setattr(making, "generate", quick)
    assert training.make(folder=tmp_path) == {"XDL": True, "XIS": True}
    assert training.make(folder=tmp_path) == {"XDL": False, "XIS": False}
    assert training.make(("XIS",), folder=tmp_path, again=True) == {"XIS": True}
    (tmp_path / "XDL" / making.STAMP).write_text("older source")
    assert training.make(("XDL",), folder=tmp_path) == {"XDL": True}


@BOTH
def test_evapotranspiration_is_a_file_of_cru_and_rises_a_little(small: Any, iso3: str) -> None:
    with h5netcdf.File(small[iso3].folder / "evapotranspiration/cru_ts4.pet.dat.nc") as file:
        variable = file["pet"]
        assert variable.attrs["units"] == "mm/day"
        assert (np.diff(file["lat"][:]) == 0.5).all()  # from south to north, as CRU has it
        values = variable[:, 0, 0] if iso3 == "XDL" else variable[:, 0, -1]
    assert values.shape == (43 * 12,)
    assert 1 < values.min() < values.max() < 9
    by_year = values.reshape(43, 12).mean(axis=1)
    assert 1.0 < by_year[-10:].mean() / by_year[:10].mean() < 1.03
