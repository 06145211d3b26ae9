"""Maps written and read back: values, attributes, colours, names; whole or not at all."""

from xml.etree import ElementTree as Xml

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.crs import CRS
from rio_cogeo import cog_validate

from sohandbook import classes, grid
from sohandbook.errors import InputError
from sohandbook.export import cog
from sohandbook.lattice import Lattice

CELLS = Lattice(CRS.from_epsg(4326), 10.0, 20.0, 0.0025, 0.0025, 600, 700)


def class_map(name, **leading):
    system = classes.system(name)
    random = np.random.default_rng(1)
    codes = np.array([*system.codes, system.nodata], dtype=system.dtype)
    shape = (*(len(steps) for steps in leading.values()), *CELLS.shape)
    return CELLS.array(random.choice(codes, shape), leading=leading, attributes=system.attributes())


@pytest.mark.parametrize("name", ["status", "land_cover", "expanded_status", "drought"])
def test_classes_come_back(tmp_path, name):
    data = class_map(name)
    path = cog.write(tmp_path / "maps" / "m.tif", data, title="A map", tags={"source": "made"})
    back = cog.read(path)
    np.testing.assert_array_equal(back.values, data.values)
    assert back.dtype == data.dtype
    assert back.attrs["flag_values"].tolist() == list(classes.system(name).codes)
    assert back.attrs["class_system"] == name
    assert back.attrs["_FillValue"] == classes.system(name).nodata
    assert back.rio.crs == data.rio.crs
    assert cog_validate(path, quiet=True)[0]


def test_coordinates_come_back_to_the_last_bit():
    """Else xarray drops cells when a map that was read meets the grid."""
    boundary = gpd.GeoDataFrame(geometry=[shapely.box(14.1, 6.3, 15.3, 7.7)], crs=4326)
    for how in ({"crs": 4326, "resolution": 1 / 360}, {"crs": 32633, "resolution": 231.656358}):
        mask = grid.country_grid(boundary, **how)
        with pytest.MonkeyPatch.context() as patch, _folder() as folder:
            patch.chdir(folder)
            back = cog.read(cog.write("m.tif", mask.astype(np.int8), title="m"))
        assert (back.x.values == mask.x.values).all()
        assert (back.y.values == mask.y.values).all()


def test_qgis_and_gdal_find_colours_and_names(tmp_path):
    path = cog.write(tmp_path / "cover.tif", class_map("land_cover"), title="Land cover")
    with rasterio.open(path) as file:
        colours = file.colormap(1)
        assert file.nodata == 0
    tree_covered = classes.system("land_cover").colours[0]
    assert "#{:02x}{:02x}{:02x}".format(*colours[1][:3]) == tree_covered
    assert colours[0][3] == 0, "no data is transparent"
    path = cog.write(tmp_path / "status.tif", class_map("status"), title="Status")
    system = classes.system("status")
    table = Xml.parse(f"{path}.aux.xml").find("PAMRasterBand/GDALRasterAttributeTable")
    rows = [[cell.text for cell in row] for row in table.findall("Row")]
    assert [row[:2] for row in rows] == [["-1", "Degraded"], ["0", "Stable"], ["1", "Improved"]]
    usages = [int(field.find("Usage").text) for field in table.findall("FieldDefn")]
    assert usages == [5, 2, 6, 7, 8, 9], "GDAL: min-max, name, red, green, blue, alpha"
    entries = Xml.parse(path.with_suffix(".qml")).findall(".//paletteEntry")
    assert [entry.get("color") for entry in entries] == list(system.colours)
    assert [int(entry.get("value")) for entry in entries] == list(system.codes)


def test_overviews_of_classes_hold_classes_only(tmp_path):
    path = cog.write(tmp_path / "m.tif", class_map("status"), title="m")
    with rasterio.open(path, overview_level=0) as file:
        assert set(np.unique(file.read(1))) <= {-128, -1, 0, 1}
        assert file.shape == (350, 300)


def test_one_band_a_year(tmp_path):
    data = class_map("land_cover", year=[2000, 2015])
    path = cog.write(tmp_path / "m.tif", data, title="m")
    back = cog.read(path)
    assert back.dims == ("year", "y", "x")
    assert back.year.values.tolist() == [2000, 2015]
    np.testing.assert_array_equal(back.values, data.values)
    with rasterio.open(path) as file:
        assert file.descriptions == ("2000", "2015")


def test_floats_with_gaps(tmp_path):
    values = np.random.default_rng(2).random(CELLS.shape, dtype=np.float32)
    values[:3] = np.nan
    data = CELLS.array(values, attributes={"units": "t C ha-1", "stands_for": {2021: 2020}})
    back = cog.read(cog.write(tmp_path / "m.tif", data, title="Carbon"))
    np.testing.assert_array_equal(back.values, values)
    assert back.attrs["units"] == "t C ha-1"
    assert back.attrs["title"] == "Carbon"


def test_a_failure_leaves_the_old_map(tmp_path, monkeypatch):
    path = cog.write(tmp_path / "m.tif", class_map("status"), title="old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("sohandbook.export.cog._style", fail)
    with pytest.raises(OSError, match="disk full"):
        cog.write(path, class_map("status"), title="new")
    assert cog.read(path).attrs["title"] == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.qml", "m.tif", "m.tif.aux.xml"]


def test_a_disk_that_takes_no_more_says_so_in_the_systems_words(tmp_path):
    """GDAL says 'TIFFAppendToStrip:Write error at scanline 0'."""
    resource = pytest.importorskip("resource")
    path = cog.write(tmp_path / "m.tif", class_map("status"), title="old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(OSError, match="File too large") as error:
            cog.write(path, class_map("status"), title="new")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(tmp_path) in error.value.filename
    assert cog.read(path).attrs["title"] == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.qml", "m.tif", "m.tif.aux.xml"]


def test_a_map_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="earlier chapter"):
        cog.read(tmp_path / "none.tif")


def test_four_dimensions_are_too_many(tmp_path):
    data = CELLS.array(np.zeros((2, 2, 700, 600)), leading={"sex": [0, 1], "year": [1, 2]})
    with pytest.raises(InputError, match="one dimension more"):
        cog.write(tmp_path / "m.tif", data, title="m")


def _folder():
    import tempfile

    return tempfile.TemporaryDirectory()
