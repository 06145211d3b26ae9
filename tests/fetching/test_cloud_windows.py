"""Windows of rasters on a server: the same numbers as from disk, and few bytes."""

import shutil
from collections import namedtuple

import numpy as np
import pytest
import rasterio
from rasterio.errors import RasterioIOError
from servers import Fault
from small_rasters import boundary, raster

from sohandbook.fetching import cloud_windows
from sohandbook.fetching.cloud_windows import MARGIN_CELLS, write_window
from sohandbook.fetching.patience import FetchError, NoPlaceError, UnreachableError
from sohandbook.grid import unwrap
from sohandbook.windows import read_window

NOISE = np.random.default_rng(2).integers(1, 255, (4096, 4096), dtype=np.uint8)
LAND_COVER = {"left": 10.0, "top": 40.0, "step": 0.01}
COUNTRY = boundary(20.003, 20.0, 21.5, 21.2)


@pytest.fixture(scope="module")
def world() -> bytes:
    return raster(NOISE, **LAND_COVER, nodata=0)


def test_the_same_numbers_as_from_disk_and_few_bytes(server, world, tmp_path, quick):
    server.files["/lc.tif"] = world
    (tmp_path / "world.tif").write_bytes(world)
    write_window(
        [server.address + "/lc.tif"], tmp_path / "a" / "lc.tif", boundary=COUNTRY, patience=quick
    )
    here = read_window(tmp_path / "a" / "lc.tif", boundary=COUNTRY)
    there = read_window(tmp_path / "world.tif", boundary=COUNTRY)
    assert here.equals(there) and here.dtype == np.uint8 and here.attrs["_FillValue"] == 0
    # 166 by 136 cells with the margin touch at most 3 by 3 blocks of 16 kB, which do not compress.
    blocks = 9 * 128 * 128
    header = 64_000
    assert server.sent["/lc.tif"] < blocks + header < 0.02 * len(world)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["lc.tif"]


def test_a_margin_for_readers_that_look_beyond_the_boundary(server, world, tmp_path, quick):
    server.files["/lc.tif"] = world
    file = write_window(
        [server.address + "/lc.tif"], tmp_path / "lc.tif", boundary=COUNTRY, patience=quick
    )
    with rasterio.open(file) as written:
        west, south, east, north = written.bounds
    # The boundary's west is not at a cell's edge: its cell starts at 20.00.
    assert np.allclose(
        (west, south, east, north),
        (
            20.0 - MARGIN_CELLS * 0.01,
            20.0 - MARGIN_CELLS * 0.01,
            21.5 + MARGIN_CELLS * 0.01,
            21.2 + MARGIN_CELLS * 0.01,
        ),
    )


def test_scale_unit_and_names_come_along(server, tmp_path, quick):
    values = np.arange(2 * 100 * 100, dtype=np.int16).reshape(2, 100, 100)
    source = tmp_path / "source.tif"
    source.write_bytes(raster(values, left=20.0, top=22.0, step=0.02))
    with rasterio.open(source, "r+") as file:
        file.scales, file.offsets, file.units = (0.1, 0.1), (5.0, 5.0), ("mm", "mm")
        file.set_band_description(1, "2000-01-01")
    server.files["/rain.tif"] = source.read_bytes()
    target = write_window(
        [server.address + "/rain.tif"],
        tmp_path / "rain.tif",
        boundary=COUNTRY,
        patience=quick,
        nodata=-9999,
    )
    with rasterio.open(target) as file:
        assert file.scales == (0.1, 0.1) and file.offsets == (5.0, 5.0) and file.units[0] == "mm"
        assert file.descriptions[0] == "2000-01-01"
        assert file.nodata == -9999  # CHIRPS does not name its own


def test_both_sides_of_180_degrees(server, tmp_path, quick):
    values = np.arange(360 * 60, dtype=np.int32).reshape(60, 360)
    server.files["/world.tif"] = raster(values, left=-180.0, top=30.0, step=1.0)
    islands = unwrap(
        boundary(176.0, -5.0, 180.0, 0.0).merge(boundary(-180.0, -5.0, -174.0, 0.0), how="outer")
    )
    assert islands.total_bounds.tolist() == [176.0, -5.0, 186.0, 0.0]
    target = write_window(
        [server.address + "/world.tif"], tmp_path / "w.tif", boundary=islands, patience=quick
    )
    with rasterio.open(target) as file:
        row = file.read(1)[MARGIN_CELLS]
        assert file.bounds.left == 176 - MARGIN_CELLS and file.bounds.right == 186 + MARGIN_CELLS
    # Row 30 starts at 30 x 360; columns 348 to 359 lie west of 180 degrees, 0 to 13 east of it.
    assert row.tolist() == [30 * 360 + column % 360 for column in range(348, 374)]


def test_ages_are_added_up(server, tmp_path, quick):
    ages = np.array([[[1.5, 2.0], [-9.0, -9.0]], [[3.0, -9.0], [4.0, -9.0]]], dtype=np.float32)
    for index, age in enumerate(ages):
        server.files[f"/f_{index}.tif"] = raster(
            np.kron(age, np.ones((60, 60), np.float32)), left=20.0, top=21.2, step=0.01, nodata=-9
        )
    target = write_window(
        [f"{server.address}/f_{index}.tif" for index in range(2)],
        tmp_path / "f.tif",
        boundary=boundary(20.2, 20.1, 21.0, 21.0),
        patience=quick,
    )
    people = read_window(target, boundary=boundary(20.55, 20.55, 20.65, 20.65), margin_cells=0)
    # The four corners: 1.5 + 3; 2 and nothing; 4 and nothing; no data of either age.
    assert people.values[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [4.5, 2.0, 4.0, -9.0]
    assert people.attrs["_FillValue"] == -9


def test_other_cells_are_not_added(server, tmp_path, quick):
    ones = np.ones((200, 200), np.float32)
    server.files["/a.tif"] = raster(ones, left=20.0, top=22.0, step=0.01)
    server.files["/b.tif"] = raster(ones, left=20.005, top=22.0, step=0.01)
    with pytest.raises(FetchError, match=r"b\.tif: other cells than"):
        write_window(
            [server.address + "/a.tif", server.address + "/b.tif"],
            tmp_path / "f.tif",
            boundary=boundary(20.2, 20.3, 21.0, 21.0),
            patience=quick,
        )


def test_a_vrt_over_tiles(server, world, tmp_path, quick):
    """SoilGrids: the mosaic is a text that names its tiles beside it."""
    server.files["/soc/tile/1.tif"] = world
    server.files["/soc/ocs.vrt"] = b"""<VRTDataset rasterXSize="4096" rasterYSize="4096">
      <GeoTransform>10, 0.01, 0, 40, 0, -0.01</GeoTransform><VRTRasterBand dataType="Byte" band="1">
      <SimpleSource><SourceFilename relativeToVRT="1">tile/1.tif</SourceFilename>
      <SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"""
    target = write_window(
        [server.address + "/soc/ocs.vrt"],
        tmp_path / "ocs.tif",
        boundary=COUNTRY,
        patience=quick,
        crs="EPSG:4326",
    )
    got = read_window(target, boundary=COUNTRY, margin_cells=0)
    assert (got.values == NOISE[1880:2000, 1000:1150]).all()
    assert server.bytes_sent() < 0.02 * len(world)


@pytest.mark.parametrize("good", range(6))
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, retry_after="0"),
        Fault(status=500),
        Fault(break_after=0),
        Fault(break_after=1000),
        Fault(silence=0.6),
    ],
    ids=["429", "500", "cut at once", "cut", "silent"],
)
def test_a_server_on_a_bad_day(server, world, tmp_path, quick, good, fault):
    """Whichever request goes wrong, the window is right: no half header, no half block."""
    server.files["/lc.tif"] = world
    server.faults["/lc.tif"] = [Fault()] * good + [fault]
    target = write_window(
        [server.address + "/lc.tif"], tmp_path / "lc.tif", boundary=COUNTRY, patience=quick
    )
    got = read_window(target, boundary=COUNTRY, margin_cells=0)
    assert (got.values == NOISE[1880:2000, 1000:1150]).all()


@pytest.mark.parametrize(
    "path, place, message",
    [
        ("/gone.tif", COUNTRY, "404.*has moved"),
        ("/lc.tif", boundary(-60, -20, -59, -19), "extent.*a raster that covers"),
        ("/whole.tif", COUNTRY, "gives no parts of files"),
    ],
)
def test_says_why_and_leaves_nothing(server, world, tmp_path, quick, path, place, message):
    server.files["/lc.tif"] = world
    server.answers["/whole.tif"] = lambda _: world
    with pytest.raises(FetchError, match=message):
        write_window([server.address + path], tmp_path / "x.tif", boundary=place, patience=quick)
    assert list(tmp_path.iterdir()) == []


def test_no_connection(tmp_path, quick):
    with pytest.raises(UnreachableError):
        write_window(
            ["http://127.0.0.1:9/x.tif"], tmp_path / "x.tif", boundary=COUNTRY, patience=quick
        )


def test_a_disk_that_filled_up_meanwhile_is_not_the_servers_fault(
    server, world, tmp_path, quick, monkeypatch
):
    server.files["/lc.tif"] = world
    usage = namedtuple("usage", "total used free")

    def full(*_: object, **__: object) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 0))
        raise RasterioIOError("Write failed. See previous exception for details.")

    monkeypatch.setattr(cloud_windows, "_copy", full)
    with pytest.raises(NoPlaceError, match="the disk is full"):
        write_window(
            [server.address + "/lc.tif"], tmp_path / "lc.tif", boundary=COUNTRY, patience=quick
        )
    assert server.requests == ["/lc.tif"] and list(tmp_path.iterdir()) == []
