"""Potential evapotranspiration, indices that others computed, and national series."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook.errors import InputError

FILL = -9999.0


@pytest.fixture
def here(box):
    return box(10.0, 19.8, 10.2, 20.0)


def netcdf(path, values, *, name, start, step=0.5, **attributes):
    """Write monthly values (month,), the same in 5 by 5 cells around 10 east, 20 north."""
    values = np.asarray(values)
    cells = np.broadcast_to(values[:, None, None], (len(values), 5, 5))
    data = xr.DataArray(
        cells,
        dims=("time", "lat", "lon"),
        coords={
            "time": pd.date_range(start, periods=len(values), freq="MS"),
            "lat": ("lat", 20 - step * (np.arange(5.0) - 2), {"units": "degrees_north"}),
            "lon": ("lon", 10 + step * (np.arange(5.0) - 2), {"units": "degrees_east"}),
        },
        attrs=attributes,
        name=name,
    )
    data.to_netcdf(path)


def test_cru_gives_mm_a_day_and_we_give_mm_a_month(tmp_path, here, open_product):
    daily = np.full(24, 2.0, np.float32)
    netcdf(tmp_path / "pet.nc", daily, name="pet", start="2019-01", units="mm/day")
    found = open_product("cru_evapotranspiration", tmp_path, "pet.nc", here)
    # February has 28 days in 2019 and 29 in 2020.
    assert found.isel(y=0, x=0).values[[0, 1, 13]].tolist() == [62.0, 56.0, 58.0]
    assert (found.dtype, found.attrs["units"]) == (np.float32, "mm month-1")


@pytest.mark.parametrize(
    ("product", "units"),
    [
        ("cru_evapotranspiration", "mm/month"),
        ("cru_evapotranspiration", "mm"),
        ("terraclimate_evapotranspiration", "mm/day"),
        ("cru_monthly", "mm d-1"),
        ("cru_monthly", "kg m-2 s-1"),
        ("cru_monthly", "mm/hr"),
        ("cru_monthly", "m"),
    ],
)
def test_amounts_of_another_time_than_the_products_stop(
    tmp_path, here, open_product, product, units
):
    netcdf(tmp_path / "a.nc", np.full(12, 2.0, np.float32), name="a", start="2019-01", units=units)
    with pytest.raises(InputError, match=rf"a\.nc, units: found '{units}'"):
        open_product(product, tmp_path, "a.nc", here)


@pytest.mark.parametrize("units", ["mm", "mm/month", "mm month-1", "mm mon-1", "kg m-2", ""])
def test_amounts_of_a_month_however_they_are_written(tmp_path, here, open_product, units):
    unit = {"units": units} if units else {}
    netcdf(tmp_path / "a.nc", np.full(12, 2.0, np.float32), name="a", start="2019-01", **unit)
    assert float(open_product("cru_monthly", tmp_path, "a.nc", here).max()) == 2


def test_terraclimate_packs_a_year_of_months_into_whole_numbers(tmp_path, here, open_product):
    for year, first in ((2019, 1000), (2020, 1100)):
        packed = (first + 10 * np.arange(12)).astype(np.int16)
        netcdf(
            tmp_path / f"TerraClimate_pet_{year}.nc", packed, name="pet", start=f"{year}-01",
            units="mm", scale_factor=0.1,
        )  # fmt: skip
    found = open_product(
        "terraclimate_evapotranspiration", tmp_path, "TerraClimate_pet_{year}.nc", here
    )
    assert found.sizes["time"] == 24
    np.testing.assert_allclose(found.isel(y=0, x=0)[[0, 1, 12]], [100.0, 101.0, 110.0], rtol=1e-6)


def test_a_ready_index_by_month_times_a_thousand(tmp_path, here, open_product):
    scores = np.array([-1500, FILL, 250], np.int16)
    netcdf(tmp_path / "spi.nc", scores, name="spi", start="2020-11")
    options = {"months": 12, "scale": 0.001, "fill": FILL}
    found = open_product("drought_index", tmp_path, "spi.nc", here, options=options)
    np.testing.assert_allclose(found.isel(y=0, x=0), [-1.5, np.nan, 0.25], rtol=1e-6)
    assert found["time"].dt.month.values.tolist() == [11, 12, 1]
    assert found.attrs["months"] == 12


def test_a_ready_index_in_a_map_a_year_is_of_december(raster, tmp_path, here, open_product):
    for year in (2001, 2002):
        raster(f"spi12_{year}.tif", np.full((5, 5), year - 2002.5, np.float32))
    found = open_product(
        "drought_index", tmp_path, "spi12_{year}.tif", here, options={"months": 12}
    )
    assert found["time"].dt.strftime("%Y-%m").values.tolist() == ["2001-12", "2002-12"]
    assert found.isel(y=2, x=2).values.tolist() == [-1.5, -0.5]


@pytest.mark.parametrize("options", [{}, {"months": 0}, {"months": "12"}, {"months": 49}])
def test_a_ready_index_must_say_how_many_months_it_looks_back(
    raster, tmp_path, here, open_product, options
):
    raster("spi_2001.tif", np.zeros((5, 5), np.float32))
    with pytest.raises(InputError, match=r"datasets\.tested\.options, months.*1 to 48"):
        open_product("drought_index", tmp_path, "spi_{year}.tif", here, options=options)


def test_the_ready_value_of_vulnerability_as_a_map_or_as_one_number(
    raster, tmp_path, here, open_product
):
    raster("dvi.tif", np.full((5, 5), 6340, np.int32), nodata=-32768)
    index_map = open_product(
        "jrc_vulnerability_index", tmp_path, "dvi.tif", here, options={"scale": 0.0001}
    )
    np.testing.assert_allclose(index_map[2, 2], 0.634, rtol=1e-6)
    assert index_map.dims == ("y", "x")
    (tmp_path / "dvi.csv").write_text("year,value\n2018,0.634\n")
    value = open_product("jrc_vulnerability_index", tmp_path, "dvi.csv", here)
    assert value.to_dict("records") == [{"year": 2018, "value": 0.634}]
    (tmp_path / "dvi.csv").write_text("year,value\n2018,0.6\n2019,0.5\n")
    with pytest.raises(InputError, match=r"2 rows.*vulnerability_factors"):
        open_product("jrc_vulnerability_index", tmp_path, "dvi.csv", here)


def test_a_national_series_with_regions(tmp_path, here, open_product):
    (tmp_path / "poverty.csv").write_text(
        "region,year,value,population\n,2001,40.5,\nNorth,2001,60,1000\nSouth,2001,,3000\n"
    )
    found = open_product("national_series", tmp_path, "poverty.csv", here)
    assert found["region"].tolist() == ["", "North", "South"]
    assert found["value"].isna().tolist() == [False, False, True]
    (tmp_path / "plain.csv").write_text("year,value\n2001,40.5\n")
    assert open_product("national_series", tmp_path, "plain.csv", here)["region"].tolist() == [""]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("year,value\n2001,4\n2002,5 %\n", "line 3, value.*5 %"),
        ("year,value\n2001,4\n,5\n", "line 3, year.*nothing"),
        ("year,poverty\n2001,4\n", "first line.*value"),
    ],
)
def test_wrong_lines_of_a_national_series_are_named(tmp_path, here, open_product, text, named):
    (tmp_path / "poverty.csv").write_text(text)
    with pytest.raises(InputError, match=f"(?s){named}"):
        open_product("national_series", tmp_path, "poverty.csv", here)


@pytest.mark.parametrize(
    ("product", "text", "named"),
    [
        (
            "vulnerability_factors",
            "component,factor,year,value\nsocial,life,2000,high\n",
            "line 2, value: found 'high'",
        ),
        ("vulnerability_factors", "factor,year,value\na,20x0,1\n", "line 2, year: found '20x0'"),
        ("species_categories", "species,year,category\na,May,LC\n", "line 2, year: found 'May'"),
    ],
)
def test_a_text_in_place_of_a_number_is_named(tmp_path, here, open_product, product, text, named):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(InputError, match=f"table.csv, {named}"):
        open_product(product, tmp_path, "table.csv", here)


@pytest.mark.parametrize("content", ["région,year,value\n".encode("cp1252"), b"", b'a,"b\n1,2\n'])
def test_a_file_that_is_no_table_says_how_to_save_one(tmp_path, here, open_product, content):
    (tmp_path / "poverty.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"poverty.csv: found .*save as 'CSV UTF-8'"):
        open_product("national_series", tmp_path, "poverty.csv", here)
