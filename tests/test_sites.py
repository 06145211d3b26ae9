"""A team's polygons are checked one by one before they change a figure."""

import geopandas as gpd
import pytest
import shapely

from sohandbook import paths, sites
from sohandbook.errors import InputError

GOOD = {
    "location_name": "Bush on pasture",
    "type": "false positive",
    "process": "Woody plants invade",
    "basis_for_judgement": "Field visit",
    "period_when_started": "both",
}


@pytest.fixture
def write(tmp_path):
    def write(geometry=None, **changes):
        row = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
        shape = geometry or shapely.box(0, 0, 0.1, 0.1)
        file = tmp_path / "sites.geojson"
        gpd.GeoDataFrame([row], geometry=[shape], crs=4326).to_file(file, driver="GeoJSON")
        return file

    return write


def test_a_good_site_has_its_geodesic_area(write):
    frame = sites.read(write())
    assert frame.site.tolist() == [1]
    # A tenth of a degree at the equator is 11.132 km by 11.057 km on the ellipsoid WGS 84.
    assert frame.area_km2[0] == pytest.approx(11.132 * 11.057, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "where", "found"),
    [
        ({"type": "positive"}, "site 1, type", "'positive'"),
        ({"period_when_started": "2019"}, "site 1, period_when_started", "'2019'"),
        ({"process": " "}, "site 1, process", "' '"),
        ({"basis_for_judgement": None}, "attributes", "'period_when_started'"),
        ({"geometry": shapely.Point(0, 0)}, "site 1, geometry", "'Point'"),
    ],
)
def test_a_wrong_site_is_named(write, changes, where, found):
    with pytest.raises(InputError) as error:
        sites.read(write(**changes))
    assert f"sites.geojson, {where}: found" in str(error.value)
    assert found in str(error.value)


def test_a_site_in_another_country_is_named(write):
    def country(*bounds):
        return gpd.GeoDataFrame(geometry=[shapely.box(*bounds)], crs=4326)

    assert len(sites.read(write(), boundary=country(0.05, 0, 1, 1))) == 1
    with pytest.raises(InputError, match=r"site 1, geometry: found \[0\.0.*\[20\.0, "):
        sites.read(write(), boundary=country(20, 0, 21, 1))
    beyond_180 = write(geometry=shapely.box(-179.9, 0, -179.8, 0.1))
    assert len(sites.read(beyond_180, boundary=country(179, 0, 181, 1))) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        sites.read(tmp_path / "sites.geojson")


def test_drylandias_sites_are_good():
    frame = sites.read(paths.countries() / "XDL" / "sites.geojson")
    assert frame["type"].tolist() == ["false positive", "false negative"]
