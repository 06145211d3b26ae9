"""Rasters by product: real files where there are some, small made ones for what can go wrong."""

import json

import dask.array as da
import geopandas as gpd
import h5netcdf
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from sohandbook import grid, sources
from sohandbook.country import Dataset
from sohandbook.errors import InputError
from sohandbook.indicators import land_cover
from sohandbook.sources import stacks

MODIS = "assaba/Modis_Land_Cover_Data"


class TestLandCover:
    def test_modis_of_assaba(self, realdata, assaba, open_product):
        """Types and fill values differ by year; cells and classes do not."""
        cover = open_product("modis_igbp_land_cover", realdata / MODIS, "{year}LCT.tif", assaba)
        assert isinstance(cover.data, da.Array), "nothing is read before it is needed"
        assert cover.year.values.tolist() == list(range(2010, 2024))
        mask = grid.country_grid(assaba, like=cover)
        inside = cover.sel(y=mask.y, x=mask.x).where(mask, np.uint8(255)).compute()
        assert inside.dtype == np.uint8 and inside.attrs["_FillValue"] == 255
        assert ((inside != 255).sum(["y", "x"]) == 168_212).all()
        assert int((inside.sel(year=2010) == 16).sum()) == 41_332
        assert int((inside.sel(year=2023) == 16).sum()) == 44_540
        assert set(np.unique(inside)) <= {7, 10, 12, 13, 16, 255}

    def test_on_the_grid_it_is_the_same(self, realdata, assaba, open_product):
        native = open_product("modis_igbp_land_cover", realdata / MODIS, "{year}LCT.tif", assaba,
                              years=[2010, 2023])  # fmt: skip
        mask = grid.country_grid(assaba, like=native)
        ours = open_product("modis_igbp_land_cover", realdata / MODIS, "{year}LCT.tif", assaba,
                            cells=mask, years=[2010, 2023])  # fmt: skip
        assert ours.shape == (2, *mask.shape)
        assert ((ours == 16) & mask).sum(["y", "x"]).values.tolist() == [41_332, 44_540]

    def test_esa_cci_of_sao_paulo(self, realdata, box, open_product):
        cover = open_product(
            "esa_cci_land_cover", realdata / "landcover_esacci",
            "esacci_lc_saopaulo_1km_{year}.tif", box(-49.9, -22.9, -48.1, -22.1),
        )  # fmt: skip
        first, last = cover.sel(year=1992).values, cover.sel(year=2015).values
        mask = (first != 0) & (last != 0)
        assert 2_000 < int((first != last)[mask].sum()) <= 3_182

    def test_the_first_of_two_editions_wins_and_netcdf_is_read(self, raster, tmp_path, box,
                                                               open_product):  # fmt: skip
        raster("lc-2000.tif", np.full((4, 4), 10, np.uint8), nodata=0)
        raster("old-2000.tif", np.full((4, 4), 20, np.uint8), nodata=0)
        with h5netcdf.File(tmp_path / "lc-2001.nc", "w") as file:
            file.dimensions = {"time": 1, "lat": 4, "lon": 4}
            axes = {"time": [0.0], "lat": [19.95, 19.85, 19.75, 19.65],
                    "lon": [10.05, 10.15, 10.25, 10.35]}  # fmt: skip
            units = {"time": "days since 2001-01-01", "lat": "degrees_north", "lon": "degrees_east"}
            for name, axis in axes.items():
                file.create_variable(name, (name,), float, data=np.array(axis))
                file.variables[name].attrs["units"] = units[name]
            for name, value in (("processed_flag", 1), ("lccs_class", 210)):
                values = np.full((1, 4, 4), value, np.uint8)
                file.create_variable(name, ("time", "lat", "lon"), np.uint8, data=values,
                                     fillvalue=np.uint8(0))  # fmt: skip
        cover = open_product(
            "esa_cci_land_cover", tmp_path, ["lc-{year}.tif", "old-{year}.tif", "lc-{year}.nc"],
            box(10.01, 19.61, 10.39, 19.99),
        ).compute()  # fmt: skip
        inner = cover[:, 1:-1, 1:-1]
        assert inner.sel(year=2000).values.max() == 10
        assert inner.sel(year=2001).values.min() == 210, "codes above 127 are not signed"

    def test_a_year_that_stands_for_another(self, raster, tmp_path, box, open_product):
        for year in (2000, 2001):
            raster(f"lc{year}.tif", np.full((4, 4), year - 1990, np.uint8), nodata=0)
        cover = open_product(
            "national_land_cover", tmp_path, "lc{year}.tif", box(10.01, 19.61, 10.39, 19.99),
            stands_for={2002: 2001}, years=[2000, 2002],
        )  # fmt: skip
        assert cover.year.values.tolist() == [2000, 2002]
        assert cover.attrs["stands_for"] == {2002: 2001}
        assert int(cover.sel(year=2002).max()) == 11

    def test_a_legend_that_is_known_says_what_is_no_data(self, raster, tmp_path, box, open_product):
        raster("lc2020.tif", np.array([[0, 27, 255, 244]] * 4, np.uint8))
        cover = open_product(
            "national_land_cover", tmp_path, "lc{year}.tif", box(10.01, 19.61, 10.39, 19.99),
            legend="glad_glcluc",
        )  # fmt: skip
        assert int(cover.attrs["_FillValue"]) == 255
        found = land_cover.reclassify(cover, legend=cover.attrs["legend"]).compute()
        assert found.values[0, 2].tolist() == [0, 6, 1, 0, 3, 0]

    def test_a_second_fill_value_is_no_data(self, raster, tmp_path, box, open_product):
        raster("lc2020.tif", np.array([[0, 250, 51, 187]] * 4, np.uint8))
        cover = open_product(
            "national_land_cover", tmp_path, "lc{year}.tif", box(10.01, 19.61, 10.39, 19.99),
            legend="glc_fcs30d",
        )  # fmt: skip
        found = land_cover.reclassify(cover, legend="glc_fcs30d").compute()
        assert found.values[0, 2].tolist() == [0, 0, 0, 1, 4, 0]

    def test_a_missing_year_says_how_to_stand_in(self, raster, tmp_path, box, open_product):
        raster("lc2001.tif", np.ones((4, 4), np.uint8))
        with pytest.raises(InputError, match=r"year 2004.*allowed: 2001.*stands_for: \{2004: 2001"):
            open_product("national_land_cover", tmp_path, "lc{year}.tif",
                         box(10, 19.6, 10.4, 20), years=[2001, 2004])  # fmt: skip

    def test_a_missing_variable(self, tmp_path, box, open_product):
        with h5netcdf.File(tmp_path / "lc-2016.nc", "w") as file:
            file.dimensions = {"lat": 2, "lon": 2}
            file.create_variable("other", ("lat", "lon"), np.uint8, data=np.ones((2, 2), np.uint8))
        with pytest.raises(InputError, match="allowed: lccs_class"):
            open_product("esa_cci_land_cover", tmp_path, "lc-{year}.nc", box(10, 19, 11, 20))


class TestProductivity:
    GPP = "assaba/MODIS_Gross_Primary_Production_GPP"

    def test_gpp_has_two_fill_values(self, realdata, assaba, open_product):
        gpp = open_product(
            "annual_productivity", realdata / self.GPP, "{year}_GP.tif", assaba,
            options={"scale": 1e-4, "valid_range": [0, 65500]}, unit="kg C m-2",
        )  # fmt: skip
        mask = grid.country_grid(assaba, like=gpp)
        values = gpp.where(mask).compute()
        always = values.notnull().all("year")
        assert int(always.sum()) == 108_061
        means = values.where(always).mean(["y", "x"])
        assert float(means.sel(year=2017)) == pytest.approx(0.071, abs=5e-4)
        assert float(means.sel(year=2022)) == pytest.approx(0.2005, abs=5e-5)

    def test_listed_fill_values_do_the_same(self, realdata, assaba, open_product):
        both = [
            open_product("annual_productivity", realdata / self.GPP, "{year}_GP.tif", assaba,
                         years=[2017], options={"scale": 1e-4, **options})
            for options in ({"valid_range": [0, 65500]}, {"fill": [65533]})
        ]  # fmt: skip
        np.testing.assert_array_equal(*(gpp.compute() for gpp in both))

    def test_ndvi_of_chile(self, realdata, box, open_product):
        """Floats, EPSG:32719, axes that GDAL does not know, two satellites."""
        boundary = gpd.GeoDataFrame(
            geometry=[shapely.box(312_500, 6_355_500, 314_500, 6_357_500)], crs=32719
        )
        ndvi = open_product(
            "modis_ndvi_16_day", realdata / "ndvi", "modis_ndvi_250m_central_chile_2000-2021.nc",
            grid.unwrap(boundary), options={"crs": "EPSG:32719"},
            years=range(2001, 2021),
        )  # fmt: skip
        yearly = ndvi.compute().groupby("time.year").mean()
        assert 0.37 < float(yearly.sel(year=2020).mean()) < 0.41
        assert float(ndvi.compute()[0].max()) < 1

    def test_ndvi_of_somalia_has_its_dates_in_the_names(self, realdata, box, open_product):
        ndvi = open_product(
            "modis_ndvi_16_day", realdata / "ndvi", "modisraster.tif",
            box(41.91, -0.14, 42.14, 0.09), options={"crs": "EPSG:4326"}, years=range(2001, 2012),
        )  # fmt: skip
        inner = ndvi.compute()[:, 1:-1, 1:-1]
        assert inner.sizes["time"] == 11 * 23
        yearly = inner.groupby("time.year").mean(...) * 1e-4
        assert float(yearly.sel(year=2011)) == pytest.approx(0.48, abs=0.005)
        assert float(yearly.sel(year=2007)) == pytest.approx(0.63, abs=0.005)

    @staticmethod
    def appeears(path, days, values, reliability=None):
        with h5netcdf.File(path, "w") as file:
            file.dimensions = {"time": len(days), "lat": 2, "lon": 2}
            axes = {"time": days, "lat": [19.95, 19.85], "lon": [10.05, 10.15]}
            units = {"time": "days since 2000-01-01 00:00:00", "lat": "degrees_north",
                     "lon": "degrees_east"}  # fmt: skip
            for name, axis in axes.items():
                file.create_variable(name, (name,), float, data=np.array(axis, float))
                file.variables[name].attrs["units"] = units[name]
            ndvi = file.create_variable(
                "_250m_16_days_NDVI", ("time", "lat", "lon"), np.int16,
                data=np.asarray(values, np.int16), fillvalue=np.int16(-3000),
            )  # fmt: skip
            ndvi.attrs["scale_factor"] = 0.0001
            if reliability is not None:
                file.create_variable(
                    "_250m_16_days_pixel_reliability", ("time", "lat", "lon"), np.int8,
                    data=np.asarray(reliability, np.int8), fillvalue=np.int8(-1),
                )  # fmt: skip

    def test_ndvi_stays_raw_and_bad_cells_are_fill(self, tmp_path, box, open_product):
        days = 366 + 16 * np.arange(23)
        values = np.tile(np.array([[5000, 12000], [-3000, 700]]), (23, 1, 1))
        reliability = np.zeros((23, 2, 2))
        reliability[4, 1, 1] = 3
        self.appeears(tmp_path / "ndvi_2001.nc", days, values, reliability)
        ndvi = open_product("modis_ndvi_16_day", tmp_path, "ndvi_{year}.nc",
                            box(10.01, 19.81, 10.19, 19.99))  # fmt: skip
        assert ndvi.dtype == np.int16 and ndvi.attrs["scale_factor"] == 1e-4
        inner = ndvi.sel(y=slice(19.96, 19.84), x=slice(10.04, 10.16)).compute()
        assert inner[0].values.tolist() == [[5000, -3000], [-3000, 700]]
        assert inner[4].values.tolist() == [[5000, -3000], [-3000, -3000]]
        assert str(inner.time.values[0])[:10] == "2001-01-01"

    def test_a_stand_in_keeps_the_day_of_the_year(self, tmp_path, box, open_product):
        self.appeears(tmp_path / "n_2001.nc", 366 + 16 * np.arange(23), np.ones((23, 2, 2)))
        ndvi = open_product("modis_ndvi_16_day", tmp_path, "n_{year}.nc",
                            box(10.01, 19.81, 10.19, 19.99), stands_for={2004: 2001})  # fmt: skip
        assert ndvi.time.dt.dayofyear.values[23:].tolist() == list(range(1, 366, 16))
        assert set(ndvi.time.dt.year.values) == {2001, 2004}

    def test_a_year_without_its_rainy_season_is_refused(self, tmp_path, box, open_product):
        days = 366 + 16 * np.r_[0:10, 15:23]
        self.appeears(tmp_path / "n_2001.nc", days, np.ones((18, 2, 2)))
        with pytest.raises(InputError, match="18 composites and none in the 96 days"):
            open_product("modis_ndvi_16_day", tmp_path, "n_{year}.nc",
                         box(10.01, 19.81, 10.19, 19.99))  # fmt: skip

    def test_blocks_of_rows_make_the_same_stack(self, tmp_path, box, open_product, monkeypatch):
        values = np.arange(23 * 4).reshape(23, 2, 2)
        self.appeears(tmp_path / "n_2001.nc", 366 + 16 * np.arange(23), values)
        boundary = box(10.01, 19.81, 10.19, 19.99)
        cells = grid.country_grid(boundary, crs=4326, resolution=0.013)
        whole = open_product("modis_ndvi_16_day", tmp_path, "n_{year}.nc", boundary, cells=cells)
        monkeypatch.setattr(stacks, "BLOCK_BYTES", 23 * 2 * 14 * 3)
        parts = open_product("modis_ndvi_16_day", tmp_path, "n_{year}.nc", boundary, cells=cells)
        assert parts.data.numblocks[1] > 3
        np.testing.assert_array_equal(whole.compute(), parts.compute())


class TestSoil:
    def test_carbon_of_mauritania(self, realdata, open_product):
        world = gpd.read_file(realdata / "boundaries/naturalearth_lowres.shp")
        mauritania = grid.unwrap(world[world["iso_a3"] == "MRT"])
        carbon = open_product("soil_organic_carbon_map", realdata / "soc",
                              "SOCS_0_30cm_year_2010AD_10km.tif", mauritania)  # fmt: skip
        mask = grid.country_grid(mauritania, like=carbon)
        assert float(carbon.where(mask).mean()) == pytest.approx(14.7, abs=0.2)
        assert carbon.attrs["units"] == "t C ha-1"

    def test_carbon_in_homolosine_on_a_grid_in_degrees(self, raster, tmp_path, box, open_product):
        """Goode's projection is interrupted: the window is that of the bent boundary."""
        crs = "+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs"
        values = np.arange(400, dtype=np.int16)[None, :] * np.ones((400, 1), np.int16)
        values[:, 390:] = -32768
        with rasterio.open(
            tmp_path / "ocs.tif", "w", driver="GTiff", dtype="int16", count=1, height=400,
            width=400, crs=crs, nodata=-32768,
            transform=from_origin(1_195_000, 2_190_000, 250, 250),
        ) as file:  # fmt: skip
            file.write(values, 1)
        boundary = box(9.8, 19.2, 10.2, 19.6)
        cells = grid.country_grid(boundary, crs=4326, resolution=0.0022457)
        carbon = open_product("soilgrids_ocs", tmp_path, "ocs.tif", boundary, cells=cells).compute()
        x, _ = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(10.0, 19.4)
        found = float(carbon.sel(x=10.0, y=19.4, method="nearest"))
        assert found == pytest.approx((x - 1_195_000) / 250 - 0.5, abs=1.0)

    def test_zones_reach_the_coast(self, raster, tmp_path, box, open_product):
        zones = np.zeros((12, 12), np.int8)
        zones[:, :4] = 12
        raster("zones.tif", zones, nodata=-128)
        boundary = box(10.05, 18.85, 11.15, 19.95)
        cells = grid.country_grid(boundary, crs=4326, resolution=0.05)
        found = open_product("ipcc_climate_zones", tmp_path, "zones.tif", boundary, cells=cells)
        assert int(found.sel(x=10.62, y=19.4, method="nearest")) == 12
        assert int(found.sel(x=11.12, y=19.4, method="nearest")) == 0, "not across the sea"

    def test_real_zones(self, realdata, assaba, open_product):
        mask = grid.country_grid(assaba, crs=4326, resolution=0.01)
        zones = open_product(
            "ipcc_climate_zones", realdata / "soc", "ipcc_climate_zones.tif", assaba, cells=mask
        )
        assert set(np.unique(zones.values[mask.values])) == {12}

    def test_soil_units_have_zero_for_no_data(self, raster, tmp_path, box, open_product):
        raster("u.tif", np.array([[7, 255], [255, 9]], np.uint8), nodata=255)
        units = open_product("soil_units", tmp_path, "u.tif", box(10.01, 19.81, 10.19, 19.99))
        inner = units.sel(y=slice(19.96, 19.84), x=slice(10.04, 10.16))
        assert inner.values.tolist() == [[7, 0], [0, 9]]


class TestRain:
    def test_cru_iberia(self, realdata, box, open_product):
        rain = open_product(
            "cru_monthly",
            realdata / "precip",
            "cru_ts4_iberia_monthly_1981-2010.nc",
            box(-9.4, 36.1, 3.4, 43.9),
        )
        yearly = rain.compute().sum("time", min_count=360) / 30
        madrid = float(yearly.sel(x=-3.7, y=40.4, method="nearest"))
        almeria = float(yearly.sel(x=-2.46, y=36.84, method="nearest"))
        assert (round(madrid), round(almeria)) == (398, 279)
        assert bool(np.isnan(yearly.sel(x=0, y=37, method="nearest"))), "the sea"

    def test_chirps_east_java(self, realdata, box, open_product):
        rain = open_product("chirps_monthly", realdata / "precip",
                            "chirps_v2_monthly_east_java_1981-2020.nc",
                            box(112.51, -8.79, 114.59, -5.06))  # fmt: skip
        assert rain.sizes["time"] == 480 and rain.dtype == np.float32
        assert rain.chunksizes["time"] == (480,), "an index looks at all years of a cell"
        yearly = rain.compute().sum("time", min_count=480) / 40
        assert float(yearly.mean()) == pytest.approx(1935, abs=2)

    def test_the_fill_value_that_no_tag_names(self, raster, tmp_path, box, open_product):
        for month in range(1, 13):
            raster(f"chirps-v2.0.2001.{month:02d}.tif", np.array([[5, -9999]], np.float32))
        rain = open_product("chirps_monthly", tmp_path, "chirps-v2.0.{year}.{month}.tif",
                            box(10.01, 19.91, 10.19, 19.99)).compute()  # fmt: skip
        inner = rain.sel(x=slice(10.04, 10.16)).sel(y=19.95)
        assert inner.shape == (12, 2)
        assert float(inner[0, 0]) == 5 and bool(inner[:, 1].isnull().all())
        assert str(rain.time.values[1])[:10] == "2001-02-01"

    def test_a_missing_month(self, raster, tmp_path, box, open_product):
        for month in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12):
            raster(f"r.2001.{month:02d}.tif", np.array([[5, 1]], np.float32))
        with pytest.raises(InputError, match=r"11 layers, without the months \[5\]"):
            open_product("chirps_monthly", tmp_path, "r.{year}.{month}.tif",
                         box(10.01, 19.91, 10.19, 19.99))  # fmt: skip


class TestPopulation:
    def test_burundi(self, realdata, open_product, tmp_path):
        """Unsigned integers with 65535 for no data."""
        (tmp_path / "bdi_2000.tif").symlink_to(realdata / "population/burundi_worldpop.tif")
        boundary = grid.unwrap(gpd.read_file(realdata / "population/burundi.gpkg"))
        how = ("worldpop_total", tmp_path, "bdi_{year}.tif", boundary)
        native = open_product(*how).compute()
        assert float(native.sum()) == 9_131_486
        cells = grid.country_grid(boundary, crs="EPSG:32735", resolution=300.0)
        ours = open_product(*how, cells=cells).compute()
        # The file holds neighbours too. Those inside, once by the centres of its own cells and
        # once by parts of them, are the 6.5 million of the census year.
        mask = grid.country_grid(boundary, like=native)
        inside = float(native.where(mask).sum())
        assert inside == pytest.approx(6.53e6, rel=0.01)
        assert float(ours.where(cells).sum()) == pytest.approx(inside, rel=0.005)

    def test_aruba_on_a_grid(self, realdata, box, open_product):
        aruba = box(-70.1, 12.4, -69.85, 12.64)
        how = ("worldpop_total", realdata / "population", "abw_ppp_{year}_UNadj_constrained.tif")
        native = open_product(*how, aruba).compute()
        assert float(native.sum()) == pytest.approx(106_766, abs=0.5)
        for crs, resolution in ((4326, 1 / 360), ("EPSG:32619", 250.0)):
            cells = grid.country_grid(aruba, crs=crs, resolution=resolution)
            ours = open_product(*how, aruba, cells=cells).compute()
            assert float(ours.sum()) == pytest.approx(float(native.sum()), rel=1e-9)

    @pytest.mark.parametrize(("year", "printed"), [(2010, 299_439), (2015, 337_950),
                                                   (2020, 383_534)])  # fmt: skip
    def test_density_of_assaba_becomes_people(self, realdata, assaba, open_product, year, printed):
        """The printed totals take a round cell area; true areas give 0.11 % more."""
        how = ("population_density", realdata / "assaba/Gridded_Population_Density_Data",
               "Assaba_Pop_{year}.tif")  # fmt: skip
        people = open_product(*how, assaba, years=[year]).compute()
        assert float(people.sum()) == pytest.approx(printed * 1.0011, rel=2e-4)
        modis = "+proj=sinu +lon_0=0 +R=6371007.181 +units=m +no_defs"
        cells = grid.country_grid(assaba, crs=modis, resolution=463.31271653)
        ours = open_product(*how, assaba, cells=cells, years=[year]).compute()
        inside = float(ours.where(cells).sum())
        # Cells whose centre is inside are whole in the source: some reach over the border.
        assert inside == pytest.approx(float(people.sum()), rel=0.01)

    def test_by_sex_and_age(self, raster, tmp_path, box, open_product):
        for sex, base in (("f", 1.0), ("m", 10.0)):
            for age in (0, 1, 5):
                raster(f"x_{sex}_{age}_2015.tif", np.array([[base, -99999.0]]), nodata=-99999)
        people = open_product("worldpop_by_sex", tmp_path, "x_{sex}_{age}_{year}.tif",
                              box(10.01, 19.91, 10.19, 19.99)).compute()  # fmt: skip
        assert people.dims == ("sex", "year", "y", "x")
        assert people.sum(["year", "y", "x"]).to_series().to_dict() == {"female": 3, "male": 30}
        assert bool(people.sel(x=10.15, method="nearest").isnull().all()), "not counted, not zero"

    def test_less_than_nobody_is_a_mistake(self, raster, tmp_path, box, open_product):
        """Not so a fill code: one that the file names, one of the settings, or one far below 0."""
        place = box(10.01, 19.91, 10.39, 19.99)
        raster("a_2015.tif", np.array([[7.0, -5.0, -0.5, -9999.0]]), nodata=-99999)
        people = open_product("worldpop_total", tmp_path, "a_{year}.tif", place)
        with pytest.raises(InputError, match=r"a_2015.tif: found '2 cells below 0, the least -5'"):
            people.compute()
        raster("b_2015.tif", np.array([[7.0, -5.0, -9999.0, 1.0]]), nodata=-5)
        assert open_product("worldpop_total", tmp_path, "b_{year}.tif", place).sum() == 8
        raster("c_2015.tif", np.array([[7.0, -1.0, 2.0, 1.0]]), nodata=-99999)
        how = {"options": {"nodata": -1}}
        assert open_product("worldpop_total", tmp_path, "c_{year}.tif", place, **how).sum() == 10

    def test_a_missing_age(self, raster, tmp_path, box, open_product):
        for name in ("f_0_2015", "f_1_2015", "f_0_2016", "m_0_2015", "m_1_2015", "m_0_2016"):
            raster(f"x_{name}.tif", np.ones((1, 2)))
        with pytest.raises(InputError, match=r"year 2016.*ages \['1'\]"):
            open_product("worldpop_by_sex", tmp_path, "x_{sex}_{age}_{year}.tif",
                         box(10.01, 19.91, 10.19, 19.99))  # fmt: skip

    def test_two_files_of_one_year_would_count_people_twice(self, raster, tmp_path, box,
                                                            open_product):  # fmt: skip
        for name in ("a_2015", "b_2015"):
            raster(f"{name}.tif", np.ones((1, 2)))
        with pytest.raises(InputError, match="counted twice"):
            open_product("worldpop_total", tmp_path, "*_{year}.tif",
                         box(10.01, 19.91, 10.19, 19.99))  # fmt: skip


class TestSettings:
    def test_an_unknown_product(self, tmp_path, box, open_product):
        with pytest.raises(InputError, match="esa_cci_land_cover"):
            open_product("esa", tmp_path, "x.tif", box(0, 0, 1, 1))

    def test_an_unknown_option(self, tmp_path, box, open_product):
        with pytest.raises(InputError, match=r"options: found 'scael'; allowed: crs, scale"):
            open_product("soilgrids_ocs", tmp_path, "x.tif", box(0, 0, 1, 1), options={"scael": 1})

    def test_an_unknown_field_in_a_pattern(self, tmp_path, box, open_product):
        with pytest.raises(InputError, match=r"found '\{yaer\}'"):
            open_product("national_land_cover", tmp_path, "x{yaer}.tif", box(0, 0, 1, 1))

    def test_no_file_at_all(self, tmp_path, box, open_product):
        with pytest.raises(InputError, match="sohandbook fetch XXX"):
            open_product("national_land_cover", tmp_path, "x{year}.tif", box(0, 0, 1, 1))

    def test_a_file_of_another_place_stops_before_computing(self, raster, tmp_path, box,
                                                            open_product):  # fmt: skip
        raster("x2000.tif", np.ones((4, 4), np.uint8))
        with pytest.raises(InputError, match=r"x2000.tif, extent"):
            open_product("national_land_cover", tmp_path, "x{year}.tif", box(40, 0, 41, 1))

    def test_the_countrys_folder_comes_before_raw_data(self, raster, tmp_path, box, monkeypatch):
        monkeypatch.setenv("SOHANDBOOK_RAW", str(tmp_path / "raw"))
        raster("raw/XXX/lc2000.tif", np.full((4, 4), 1, np.uint8))
        raster("raw/XXX/lc2001.tif", np.full((4, 4), 1, np.uint8))
        raster("own/lc2001.tif", np.full((4, 4), 2, np.uint8))
        dataset = Dataset(
            product="national_land_cover",
            files=["lc{year}.tif"],
            metadata=json.loads('{"title":"t","link":"","author":"","citation":""}'),
        )
        cover = sources.open_dataset(
            dataset, name="land_cover", iso3="XXX", folder=tmp_path / "own",
            boundary=box(10.01, 19.61, 10.39, 19.99),
        )  # fmt: skip
        assert [int(layer.max()) for layer in cover] == [1, 2]


class TestFillValuesThatNobodyDeclared:
    """Each would pass for a stock, a year's growth, a month's rain or a crowd."""

    HERE = (10.01, 19.91, 10.19, 19.99)

    @pytest.mark.parametrize(
        ("product", "value", "dtype"),
        [
            ("soilgrids_ocs", 65535, np.uint16),
            ("soilgrids_ocs", np.inf, np.float32),
            ("annual_productivity", -9999, np.float32),
            ("annual_productivity", 65533, np.uint16),
            ("annual_productivity", -32768, np.int16),
            ("worldpop_total", 3.4e38, np.float32),
            ("worldpop_total", 65535, np.uint16),
        ],
    )
    def test_they_stop(self, raster, tmp_path, box, open_product, product, value, dtype):
        raster("m_2001.tif", np.array([[5, value]]).astype(dtype))
        found = open_product(product, tmp_path, "m_{year}.tif", box(*self.HERE))
        with pytest.raises(InputError, match=r"m_2001\.tif: found '1 cells of .*fill value"):
            found.compute()
        raster("m_2001.tif", np.array([[5, value]]).astype(dtype), nodata=value)
        found = open_product(product, tmp_path, "m_{year}.tif", box(*self.HERE)).compute()
        assert float(found.max()) == 5, "declared, it is no data"

    def test_a_month_of_rain(self, raster, tmp_path, box, open_product):
        for month in range(1, 13):
            values = [[5, 1e20 if month == 7 else 6]]
            raster(f"r.2001.{month:02d}.tif", np.array(values, np.float32))
        rain = open_product("chirps_monthly", tmp_path, "r.{year}.{month}.tif", box(*self.HERE))
        with pytest.raises(InputError, match=r"r\.2001\.07\.tif.*1e\+20"):
            rain.compute()

    def test_a_stated_range_is_believed(self, raster, tmp_path, box, open_product):
        raster("m_2001.tif", np.array([[5, 65535]], np.uint16))
        found = open_product("annual_productivity", tmp_path, "m_{year}.tif", box(*self.HERE),
                             options={"valid_range": [0, 65535]})  # fmt: skip
        assert float(found.max()) == 65535


@pytest.mark.parametrize(
    ("code", "dtype"),
    [(266, np.int16), (10.5, np.float32), (-1, np.int8)],
)
def test_codes_that_would_become_others_stop(raster, tmp_path, box, open_product, code, dtype):
    """As bytes they would be 10, 10 and 255."""
    raster("m_2001.tif", np.array([[20, code]]).astype(dtype))
    found = open_product("national_land_cover", tmp_path, "m_{year}.tif",
                         box(10.01, 19.91, 10.19, 19.99), legend="esa_cci")  # fmt: skip
    with pytest.raises(InputError, match=rf"m_2001\.tif, codes: found \[{code}.*0 to 255"):
        found.compute()
