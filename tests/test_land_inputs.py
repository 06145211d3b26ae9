"""What the chapters on land take from a country, and what they refuse."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import shapely
import xarray as xr

from sohandbook import classes, land_inputs, land_type_maps, soil_inputs
from sohandbook.country import Country
from sohandbook.errors import InputError

SHAPE = (4, 6)
SEVEN = classes.system("land_cover")


def a_map(values, dtype=np.int16):
    data = xr.DataArray(
        np.asarray(values, dtype=dtype),
        dims=("y", "x"),
        coords={"y": 20.35 - 0.1 * np.arange(SHAPE[0]), "x": 10.05 + 0.1 * np.arange(SHAPE[1])},
    )
    return data.rio.write_crs(4326)


@pytest.fixture
def report(tmp_path):
    """A country of 24 cells, whose datasets a test names; the first year's cover is 1 to 6."""
    (tmp_path / "boundary.geojson").write_text("{}")
    country = Country.load("XIS").model_copy(update={"folder": tmp_path, "settings": {}})
    boundary = gpd.GeoDataFrame(geometry=[shapely.box(10, 20, 10.6, 20.4)], crs=4326)
    cover = a_map(np.tile(np.arange(1, 7), (4, 1)), np.uint8)
    held = {}
    return SimpleNamespace(
        country=country,
        boundary=boundary,
        grid=a_map(np.ones(SHAPE), bool),
        held=held,
        data=lambda name, years=None, native=False: held[name],
        land_cover=lambda years, national=False: cover.expand_dims(year=list(years)),
        land_cover_system=lambda national=False: SEVEN,
        regions=a_map(np.repeat([[1, 2]], 4, axis=0).repeat(3, axis=1), np.uint16),
        region_names=["North", "South"],
        legend=classes.legend("esa_cci"),
    )


def with_datasets(report, *names):
    some = next(iter(report.country.datasets.values()))
    listed = dict.fromkeys(names, some)
    report.country = report.country.model_copy(update={"datasets": listed})


def test_ready_made_dynamics_are_taken_when_asked_for(report):
    with_datasets(report, "land_productivity_dynamics")
    assert not land_inputs.computes_dynamics(report, "ready_made")
    with pytest.raises(InputError, match="Set dynamics to ready_made"):
        land_inputs.computes_dynamics(report, "computed")


def test_ready_made_dynamics_need_their_dataset(report):
    with_datasets(report, "vegetation_index")
    assert land_inputs.computes_dynamics(report, "computed")
    with pytest.raises(InputError, match="no dataset land_productivity_dynamics"):
        land_inputs.computes_dynamics(report, "ready_made")
    with pytest.raises(InputError, match="found 'jrc'"):
        land_inputs.computes_dynamics(report, "jrc")


def test_ready_made_dynamics_by_period(report):
    years = report.country.periods.status_years
    maps = [a_map(np.full(SHAPE, code)) for code in (1, 3, 5)]
    report.held["land_productivity_dynamics"] = xr.concat(maps, pd.Index(years, name="year"))
    report.grid[0, 0] = False
    found = land_inputs.ready_made_dynamics(report)
    assert list(found) == ["baseline", "report_1", "reporting"]
    assert [int(five[1, 1]) for five in found.values()] == [1, 3, 5]
    assert int(found["baseline"][0, 0]) == 0
    assert found["baseline"].attrs["class_system"] == "land_productivity_dynamics"


def yearly(values):
    return xr.concat(
        [a_map(np.full(SHAPE, value), np.float32) for value in values],
        pd.Index(range(2000, 2000 + len(values)), name="year"),
    )


def test_water_use_efficiency_divides_by_the_water_of_the_same_year(report):
    report.held["annual_evapotranspiration"] = yearly([500, 250, np.nan])
    found = land_inputs.climate_corrected(
        yearly([0.4, 0.4, 0.4]), report=report, correction="water_use_efficiency"
    )
    np.testing.assert_allclose(found[:, 0, 0], [0.8, 1.6, np.nan], rtol=1e-6)


def test_rain_use_efficiency_and_water_use_efficiency_agree_where_all_rain_is_used(report):
    days = pd.date_range("2000-01-01", periods=24, freq="MS")
    monthly = xr.concat([a_map(np.full(SHAPE, 50.0), float)] * 24, pd.Index(days, name="time"))
    report.held |= {"precipitation": monthly, "annual_evapotranspiration": yearly([600, 600])}
    both = [
        land_inputs.climate_corrected(yearly([0.3, 0.6]), report=report, correction=name)
        for name in ("rain_use_efficiency", "water_use_efficiency")
    ]
    np.testing.assert_allclose(*both, rtol=1e-6)
    with pytest.raises(InputError, match="climate_correction"):
        land_inputs.climate_corrected(yearly([1, 2]), report=report, correction="rain")


def factors(folder, name, codes, value="0.5"):
    lines = [",".join([str(start), *[value] * len(codes)]) for start in codes]
    (folder / name).write_text("\n".join([",".join(["from", *map(str, codes)]), *lines]) + "\n")


def test_the_manuals_factors_and_water(report):
    found = soil_inputs.carbon_classes(report)
    assert found.rule == {"factors": None, "regions": None, "water": (7,)}
    assert found.land_cover([2000])[0, 0].values.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_national_legend_asks_for_its_own_factors(report):
    with pytest.raises(InputError, match="asks for own factors with an own legend"):
        soil_inputs.carbon_classes(report, national=True)


def test_a_national_legend_is_numbered_from_one_and_knows_its_water(report, tmp_path):
    own = classes.Legend(
        name="own", title="own", source="own", nodata=0,
        labels={10: "Wood", 20: "Lake", 30: "River", 45: "Field"},
        unccd={10: 1, 20: 7, 30: 7, 45: 3},
    )  # fmt: skip
    system = classes.national_system(own)
    report.legend, report.land_cover_system = own, lambda national=False: system
    cover = a_map(np.tile([10, 20, 30, 45, 0, 10], (4, 1)), np.uint8)
    report.land_cover = lambda years, national=False: cover.expand_dims(year=list(years))
    factors(tmp_path, "factors.csv", (10, 20, 30, 45))
    found = soil_inputs.carbon_classes(report, national=True, factors="factors.csv")
    assert found.water == (2, 3)
    assert found.land_cover([2000])[0, 0].values.tolist() == [1, 2, 3, 4, 0, 1]
    assert found.system.keys == ("wood", "lake", "river", "field")
    factors(tmp_path, "seven.csv", SEVEN.codes)
    with pytest.raises(InputError, match=r"seven.csv, line 1"):
        soil_inputs.carbon_classes(report, national=True, factors="seven.csv")


def test_factors_by_region(report, tmp_path):
    factors(tmp_path, "n.csv", SEVEN.codes, "0.5")
    factors(tmp_path, "s.csv", SEVEN.codes, "f")
    found = soil_inputs.carbon_classes(
        report, regional_factors={"South": "s.csv", "North": "n.csv"}
    )
    assert found.factors[1][0][0] == "0.5" and found.factors[2][0][0] == "f"
    assert found.at({"y": 0, "x": 5})["factors"] == found.factors[2]
    with pytest.raises(InputError, match="Give each region"):
        soil_inputs.carbon_classes(report, regional_factors={"South": "s.csv"})
    with pytest.raises(InputError, match="Give one of them"):
        soil_inputs.carbon_classes(
            report, factors="n.csv", regional_factors={"South": "s.csv", "North": "n.csv"}
        )


def test_the_tier_fits_the_factors(report):
    assert soil_inputs.check_tier(report, 1, factors="", regional_factors={}) == 1
    assert soil_inputs.check_tier(report, 2, factors="n.csv", regional_factors={}) == 2
    for tier, given in ((1, "n.csv"), (4, "")):
        with pytest.raises(InputError, match=r"settings.so1-3.tier"):
            soil_inputs.check_tier(report, tier, factors=given, regional_factors={})


def test_land_types_are_the_first_land_cover(report):
    types, names = land_type_maps.read(report)
    assert types[0].values.tolist() == [1, 2, 3, 4, 5, 6]
    assert names[3] == "Cropland"


def test_land_types_by_soil(report):
    report.held["soil_units"] = a_map([[8, 8, 8, 0, 0, 0]] * 4)
    types, names = land_type_maps.read(report, "land_cover_by_soil")
    assert len(names) == 3
    assert set(names) == {"Tree-covered areas, soil 8", "Grassland, soil 8", "Cropland, soil 8"}
    assert int((types > 0).sum()) == 12


def test_land_types_as_polygons_of_one_name_are_one_type(report, tmp_path):
    boxes = [shapely.box(10, 20, 10.2, 20.4), shapely.box(10.2, 20, 10.4, 20.4),
             shapely.box(10.4, 20, 10.5, 20.4)]  # fmt: skip
    frame = gpd.GeoDataFrame({"name": ["Hills", "Plain", "Hills"]}, geometry=boxes, crs=4326)
    frame.to_file(tmp_path / "types.geojson", driver="GeoJSON")
    types, names = land_type_maps.read(report, "types.geojson")
    assert types[0].values.tolist() == [1, 1, 2, 2, 1, 0]
    assert names.to_dict() == {1: "Hills", 2: "Plain"}
    frame.rename(columns={"name": "kind"}).to_file(tmp_path / "kinds.geojson", driver="GeoJSON")
    with pytest.raises(InputError, match="Add the attribute 'name'"):
        land_type_maps.read(report, "kinds.geojson")
    frame.assign(name=["Hills", None, "Hills"]).to_file(tmp_path / "gap.geojson", driver="GeoJSON")
    with pytest.raises(InputError, match="filled in for every polygon"):
        land_type_maps.read(report, "gap.geojson")


def test_land_types_as_a_map(report, tmp_path):
    given = a_map([[1, 1, 9, 9, 0, 0]] * 4).rio.write_nodata(0)
    given.rio.to_raster(tmp_path / "types.tif")
    types, names = land_type_maps.read(report, "types.tif")
    assert types[0].values.tolist() == [1, 1, 9, 9, 0, 0]
    assert names.to_dict() == {1: "Type 1", 9: "Type 9"}
    given.astype("float32").rio.to_raster(tmp_path / "floats.tif")
    with pytest.raises(InputError, match="save the map as integers"):
        land_type_maps.read(report, "floats.tif")


def test_land_types_of_elsewhere_and_of_nowhere_are_refused(report, tmp_path):
    far = gpd.GeoDataFrame({"name": ["Far"]}, geometry=[shapely.box(50, 1, 51, 2)], crs=4326)
    far.to_file(tmp_path / "far.geojson", driver="GeoJSON")
    with pytest.raises(InputError, match="no land type"):
        land_type_maps.read(report, "far.geojson")
    with pytest.raises(InputError, match=r"settings.so1-4.land_types"):
        land_type_maps.read(report, "missing.geojson")
