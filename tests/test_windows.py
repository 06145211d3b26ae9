"""Reading windows: the right cells, only these, and both sides of 180 degrees."""

import geopandas as gpd
import h5netcdf
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from sohandbook import grid
from sohandbook.errors import InputError


def box(west, south, east, north):
    return grid.unwrap(gpd.GeoDataFrame(geometry=[shapely.box(west, south, east, north)], crs=4326))


@pytest.fixture
def world(tmp_path):
    """A world of one-degree cells, each holding 1000 times its row plus its column."""
    path = tmp_path / "world.tif"
    values = np.arange(180, dtype=np.int32)[:, None] * 1000 + np.arange(360, dtype=np.int32)
    with rasterio.open(
        path, "w", driver="GTiff", dtype="int32", count=1, height=180, width=360, nodata=-1,
        crs="EPSG:4326", transform=from_origin(-180, 90, 1, 1), tiled=True,
        blockxsize=16, blockysize=16,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def netcdf(path, values, *, lat, lon, time=None, names=("lat", "lon"), **variables):
    with h5netcdf.File(path, "w") as file:
        file.dimensions = {names[0]: len(lat), names[1]: len(lon)}
        dims = names
        if time is not None:
            file.dimensions["time"] = len(time[0])
            axis = file.create_variable("time", ("time",), float, data=np.array(time[0], float))
            axis.attrs["units"] = time[1]
            dims = ("time", *names)
        for name, axis, unit in zip(
            names, (lat, lon), ("degrees_north", "degrees_east"), strict=True
        ):
            file.create_variable(name, (name,), float, data=np.asarray(axis, float))
            if name in ("lat", "lon"):
                file.variables[name].attrs["units"] = unit
        for name, data in {"value": values, **variables}.items():
            file.create_variable(name, dims, data.dtype, data=data)
    return path


def test_the_window_is_the_boundary_and_a_margin(world):
    window = grid.read_window(world, boundary=box(10.2, 5.1, 12.9, 6.5), margin_cells=1)
    assert window.shape == (4, 5)
    assert window.x.values.tolist() == [9.5, 10.5, 11.5, 12.5, 13.5]
    assert window.y.values.tolist() == [7.5, 6.5, 5.5, 4.5]
    assert int(window[0, 0]) == 82 * 1000 + 189
    assert window.dtype == np.int32 and window.attrs["_FillValue"] == -1


def test_only_the_window_is_read(world, monkeypatch):
    read = []
    original = rasterio.DatasetReader.read

    def count(self, *arguments, **keywords):
        result = original(self, *arguments, **keywords)
        read.append(np.prod(np.shape(keywords.get("out", result))))
        return result

    class Counting(rasterio.DatasetReader):
        read = count

    monkeypatch.setattr("sohandbook.windows.rasterio.open", lambda name: Counting(name))
    grid.read_window(world, boundary=box(10.2, 5.1, 12.9, 6.5))
    assert read == [6 * 7]


def test_a_huge_file_costs_no_more_memory_than_its_window(tmp_path):
    """129600 by 64800 cells, 8 GB as they stand, sparse on disk."""
    import tracemalloc

    path = tmp_path / "huge.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, height=64800, width=129600, nodata=0,
        crs="EPSG:4326", transform=from_origin(-180, 90, 1 / 360, 1 / 360), tiled=True,
        sparse_ok=True,
    ):  # fmt: skip
        pass
    tracemalloc.start()
    window = grid.read_window(path, boundary=box(10, 5, 11, 6))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert window.shape == (364, 364)
    assert peak < 5_000_000


def test_both_sides_of_180_are_joined(world):
    islands = box(178.2, -18.8, 181.9, -16.1)
    window = grid.read_window(world, boundary=islands, margin_cells=0)
    assert window.x.values.tolist() == [178.5, 179.5, 180.5, 181.5]
    assert (window[0] % 1000).values.tolist() == [358, 359, 0, 1]


def test_a_file_from_0_to_360_serves_a_country_on_both_sides_of_greenwich(tmp_path):
    values = np.tile(np.arange(36, dtype=np.float32), (18, 1))
    path = netcdf(tmp_path / "w.nc", values, lat=np.arange(85, -86, -10), lon=np.arange(5, 360, 10))
    window = grid.read_window(path, boundary=box(-14, -4, 14, 4), margin_cells=0)
    assert window.x.values.tolist() == [-15, -5, 5, 15]
    assert window.values[0].tolist() == [34, 35, 0, 1]


def test_a_boundary_in_another_crs_is_bent(realdata):
    """Straight edges in degrees are curves in the sinusoidal projection."""
    file = realdata / "assaba/Modis_Land_Cover_Data/2011LCT.tif"
    boundary = box(-12.7, 15.3, -10.7, 18.2)
    window = grid.read_window(file, boundary=boundary, margin_cells=0)
    mask = grid.country_grid(boundary, like=window)
    assert mask.shape == window.shape or mask.size >= window.size
    assert float(window.y.max()) <= 2_036_259.4


def test_netcdf_of_three_dimensions_and_bottom_up(tmp_path):
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    path = netcdf(tmp_path / "m.nc", values, lat=[1, 2, 3], lon=[10, 11, 12, 13],
                  time=([31, 60], "days since 2000-1-1"))  # fmt: skip
    window = grid.read_window(path, boundary=box(10, 1, 13, 3))
    assert window.dims == ("time", "y", "x")
    assert window.y.values.tolist() == [3, 2, 1]
    np.testing.assert_array_equal(window.values, values[:, ::-1])
    assert window.time.dt.strftime("%Y-%m-%d").values.tolist() == ["2000-02-01", "2000-03-01"]


def test_netcdf_whose_axes_gdal_does_not_know(tmp_path):
    """Plain x and y, from north to south: GDAL alone would turn it upside down."""
    values = np.arange(6, dtype=np.int16).reshape(2, 3)
    path = netcdf(tmp_path / "m.nc", values, lat=[6000.0, 5000.0], lon=[1000.0, 2000.0, 3000.0],
                  names=("y", "x"))  # fmt: skip
    window = grid.read_window(path, boundary=box(-180, -80, 180, 84), crs="EPSG:3857")
    np.testing.assert_array_equal(window.values, values)
    assert window.y.values.tolist() == [6000, 5000]


def test_several_variables_need_a_name(tmp_path):
    values = np.zeros((3, 4), np.uint8)
    path = netcdf(tmp_path / "m.nc", values, lat=[3, 2, 1], lon=[10, 11, 12, 13], other=values)
    with pytest.raises(InputError, match="value, other"):
        grid.read_window(path, boundary=box(10, 1, 13, 3))
    with pytest.raises(InputError, match="found 'rain'"):
        grid.read_window(path, boundary=box(10, 1, 13, 3), variable="rain")
    assert grid.read_window(path, boundary=box(10, 1, 13, 3), variable="other").shape == (3, 4)


def test_a_file_of_another_place(world, tmp_path):
    small = tmp_path / "small.tif"
    with rasterio.open(
        small, "w", driver="GTiff", dtype="uint8", count=1, height=2, width=2,
        crs="EPSG:4326", transform=from_origin(50, 10, 1, 1),
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match=r"small.tif, extent: found \(50.0, 8.0, 52.0, 10.0\)"):
        grid.read_window(small, boundary=box(0, 0, 1, 1))


def test_a_file_without_crs(tmp_path):
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, height=2, width=2,
        transform=from_origin(50, 10, 1, 1),
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match="CRS"):
        grid.read_window(path, boundary=box(50, 8, 52, 10))
    assert grid.read_window(path, boundary=box(50, 8, 52, 10), crs="EPSG:4326").shape == (2, 2)


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        grid.read_window(tmp_path / "none.tif", boundary=box(0, 0, 1, 1))


def test_a_rotated_file(tmp_path):
    path = tmp_path / "r.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, height=2, width=2, crs="EPSG:4326",
        transform=rasterio.Affine(1, 0.2, 0, 0.2, -1, 2),
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match="not rotated"):
        grid.read_window(path, boundary=box(0, 0, 1, 1))
