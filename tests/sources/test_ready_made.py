"""Maps of productivity dynamics that others made, and yearly evapotranspiration, as they come."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from sohandbook.errors import InputError
from sohandbook.indicators import land_productivity

FIVE = np.array([[1, 2, 3], [4, 5, 15]], dtype=np.int16)
PRODUCT = "ready_made_productivity_dynamics"


@pytest.fixture
def here(box):
    return box(10, 19.8, 10.3, 20)


def inner(found):
    """Return the cells of the file, without the margin that a native grid has."""
    return found.isel(y=slice(1, -1), x=slice(1, -1)).compute()


def dynamics(found):
    return inner(land_productivity.ready_made_dynamics(found))


def test_one_file_for_each_period(tmp_path, raster, here, open_product):
    """JRC: int16 with 15 for no data, the last year of the period in the name."""
    for year in (2015, 2019, 2023):
        raster(f"LPD_JRC_2000-{year}.tif", np.roll(FIVE, year - 2015, axis=1))
    found = open_product(PRODUCT, tmp_path, "LPD_JRC_*-{year}.tif", here, years=[2015, 2023])
    assert found.year.values.tolist() == [2015, 2023]
    assert dynamics(found).sel(year=2015).values.tolist() == [[1, 2, 3], [4, 5, 0]]


def test_one_file_of_several_bands(tmp_path, here, open_product):
    """Trends.Earth: int16, -32768 no data, -32767 outside, a band for each period."""
    bands = np.stack([FIVE, np.where(FIVE == 15, -32768, FIVE), np.where(FIVE > 4, -32767, FIVE)])
    with rasterio.open(
        tmp_path / "land_productivity.tif", "w", driver="GTiff", dtype="int16", count=3, height=2,
        width=3, crs="EPSG:4326", nodata=-32768, transform=from_origin(10, 20, 0.1, 0.1),
    ) as file:  # fmt: skip
        file.write(bands)
    found = open_product(
        PRODUCT, tmp_path, "land_productivity.tif", here,
        options={"bands": {2015: 1, 2019: 2, 2023: 3}},
    )  # fmt: skip
    assert found.year.values.tolist() == [2015, 2019, 2023]
    assert dynamics(found).values.tolist() == [
        [[1, 2, 3], [4, 5, 0]],
        [[1, 2, 3], [4, 5, 0]],
        [[1, 2, 3], [4, 0, 0]],
    ]


def test_fao_wocat_has_99_for_no_data_and_comes_as_bytes(tmp_path, raster, here, open_product):
    raster("FAO_WOCAT_LPD_2023.tif", np.where(FIVE == 15, 99, FIVE).astype(np.uint8))
    found = open_product(PRODUCT, tmp_path, "FAO_WOCAT_LPD_{year}.tif", here)
    assert dynamics(found)[0].values.tolist() == [[1, 2, 3], [4, 5, 0]]


def test_one_map_may_stand_for_another_period(tmp_path, raster, here, open_product):
    raster("LPD_2019.tif", FIVE)
    found = open_product(PRODUCT, tmp_path, "LPD_{year}.tif", here, stands_for={2023: 2019})
    assert found.attrs["stands_for"] == {2023: 2019}
    with pytest.raises(InputError, match="no data of 2015"):
        open_product(PRODUCT, tmp_path, "LPD_{year}.tif", here, years=[2015])


def test_a_code_beyond_the_five_is_named(tmp_path, raster, here, open_product):
    raster("LPD_2019.tif", np.where(FIVE == 15, 7, FIVE))
    found = open_product(PRODUCT, tmp_path, "LPD_{year}.tif", here)
    with pytest.raises(InputError, match="7"):
        dynamics(found)
    told = open_product(PRODUCT, tmp_path, "LPD_{year}.tif", here, options={"nodata": 7})
    assert dynamics(told)[0].values.tolist() == [[1, 2, 3], [4, 5, 0]]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bands": [1, 2]}, "options.bands"),
        ({"bands": {"2015": 1}}, "options.bands"),
        ({"bands": {2015: 0}}, "options.bands"),
        ({"scale": 2}, "options"),
        ({}, "a pattern with"),
    ],
)
def test_wrong_options_are_refused(tmp_path, raster, here, open_product, options, words):
    raster("map.tif", FIVE)
    with pytest.raises(InputError, match=words):
        open_product(PRODUCT, tmp_path, "map.tif", here, options=options)


def test_modis_evapotranspiration_is_scaled_and_its_seven_fill_codes_are_none(
    tmp_path, raster, here, open_product
):
    """MOD16A3GF, ET_500m: uint16 in tenths of a millimetre; valid up to 65500."""
    values = np.array([[0, 1, 3456], [65500, 65529, 65535]], dtype=np.uint16)
    raster("MOD16A3GF.061_ET_500m_2015.tif", values)
    found = open_product(
        "modis_annual_evapotranspiration", tmp_path, "MOD16A3GF.061_ET_500m_{year}.tif", here
    )
    assert found.attrs["units"] == "mm a-1"
    np.testing.assert_allclose(
        inner(found).sel(year=2015), [[0, 0.1, 345.6], [6550, np.nan, np.nan]], rtol=1e-6
    )


def test_evapotranspiration_needs_a_year(tmp_path, raster, here, open_product):
    raster("ET.tif", FIVE)
    with pytest.raises(InputError, match="a pattern with"):
        open_product("modis_annual_evapotranspiration", tmp_path, "ET.tif", here)


def test_classes_saved_as_decimal_numbers_keep_their_gaps(tmp_path, raster, here, open_product):
    """Where 0 is a class, as in GLAD, a gap without a tag must not become it."""
    codes = np.array([[0, 244, np.nan], [27, 250, np.nan]], dtype=np.float32)
    raster("cover_2020.tif", codes)
    found = open_product(
        "national_land_cover", tmp_path, "cover_{year}.tif", here, options={"nodata": 255}
    )
    assert inner(found)[0].values.tolist() == [[0, 244, 255], [27, 250, 255]]
