"""Archives of the whole world of which a country keeps its window."""

import gzip
import io
import shutil
import zipfile
from collections import namedtuple

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_origin
from servers import Fault
from small_rasters import boundary

from sohandbook import catalogue, sources
from sohandbook.country import Dataset
from sohandbook.fetching.archives import download_and_cut
from sohandbook.fetching.patience import FetchError, NoPlaceError
from sohandbook.fetching.recipes import recipe

METADATA = {"title": "t", "link": "l", "author": "a", "citation": "c"}
COUNTRY = boundary(20.0, 10.0, 25.0, 15.0)


@pytest.fixture
def climate_zones(tmp_path) -> bytes:
    """The zone map as the source has it: an IDRISI raster in a zip archive."""
    zones = np.random.default_rng(5).integers(1, 13, (216, 432), dtype=np.uint8)
    file = tmp_path / "CLIMATE_ZONE.rst"
    with rasterio.open(
        file,
        "w",
        driver="RST",
        width=432,
        height=216,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=from_origin(-180, 90, 360 / 432, 360 / 432),
    ) as raster:
        raster.write(zones, 1)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in tmp_path.glob("CLIMATE_ZONE.r*"):
            packed.write(part, f"Climate_Zone/{part.name}")
            part.unlink()
    return archive.getvalue()


def test_a_window_of_a_raster_in_an_archive(server, climate_zones, tmp_path, quick):
    server.files["/Climate_Zone.zip"] = climate_zones
    server.faults["/Climate_Zone.zip"] = [Fault(break_after=9000)]
    folder = tmp_path / "climate_zones"
    download_and_cut(
        server.address + "/Climate_Zone.zip",
        folder / "ipcc_climate_zones.tif",
        recipe=recipe(catalogue.entry("ipcc_climate_zones_jrc")),
        boundary=COUNTRY,
        patience=quick,
        checksum="",
    )
    zones = sources.open_dataset(
        Dataset(
            product="ipcc_climate_zones",
            files=["climate_zones/ipcc_climate_zones.tif"],
            metadata=METADATA,
        ),
        name="climate_zones",
        iso3="XXX",
        folder=tmp_path,
        boundary=COUNTRY,
    )
    world = np.random.default_rng(5).integers(1, 13, (216, 432), dtype=np.uint8)
    row, column = (
        round((90 - zones.y.values[0]) * 1.2 - 0.5),
        round((zones.x.values[0] + 180) * 1.2 - 0.5),
    )
    rows, columns = zones.shape
    assert (zones.values == world[row : row + rows, column : column + columns]).all()
    assert [path.name for path in folder.iterdir()] == ["ipcc_climate_zones.tif"]
    assert (folder / "ipcc_climate_zones.tif").stat().st_size < 0.1 * len(climate_zones)


def test_monthly_rain_in_gzipped_netcdf(server, tmp_path, quick):
    months = pd.date_range("1981-01-01", "1982-12-01", freq="MS")
    values = np.arange(24 * 180 * 360, dtype=np.float32).reshape(24, 180, 360)
    world = xr.Dataset(
        {"precip": (("time", "lat", "lon"), values), "numgauge": (("time", "lat", "lon"), values)},
        {"time": months, "lat": np.arange(89.5, -90, -1), "lon": np.arange(-179.5, 180)},
    )
    world["precip"].attrs["_FillValue"] = np.float32(-99999.99)
    file = tmp_path / "world.nc"
    world.to_netcdf(file, engine="scipy", format="NETCDF3_CLASSIC")
    server.files["/gpcc_1981_1990_05.nc.gz"] = gzip.compress(file.read_bytes(), 1)
    download_and_cut(
        server.address + "/gpcc_1981_1990_05.nc.gz",
        tmp_path / "rain" / "gpcc_1981_1990.tif",
        recipe=recipe(catalogue.entry("gpcc_monthly")),
        boundary=COUNTRY,
        patience=quick,
        checksum="",
    )
    rain = sources.open_dataset(
        Dataset(product="cru_monthly", files=["rain/gpcc_*.tif"], metadata=METADATA),
        name="precipitation",
        iso3="XXX",
        folder=tmp_path,
        boundary=COUNTRY,
    )
    assert rain.sizes["time"] == 24 and str(rain.time.values[13])[:7] == "1982-02"
    row, column = round(89.5 - float(rain.y[0])), round(float(rain.x[0]) + 179.5)
    rows, columns = rain.shape[1:]
    expected = values[13, row : row + rows, column : column + columns]
    assert (rain[13].values == expected).all()
    assert [path.name for path in (tmp_path / "rain").iterdir()] == ["gpcc_1981_1990.tif"]


def test_a_spoilt_archive_is_not_kept(server, tmp_path, quick):
    server.files["/Climate_Zone.zip"] = b"<html>please fill in this form</html>"
    with pytest.raises(FetchError, match="cannot be used"):
        download_and_cut(
            server.address + "/Climate_Zone.zip",
            tmp_path / "zones.tif",
            recipe=recipe(catalogue.entry("ipcc_climate_zones_jrc")),
            boundary=COUNTRY,
            patience=quick,
            checksum="",
        )
    assert list(tmp_path.iterdir()) == []


def cut_rain(server, folder, quick) -> None:
    download_and_cut(
        server.address + "/gpcc_1981_1990_05.nc.gz",
        folder / "gpcc_1981_1990.tif",
        recipe=recipe(catalogue.entry("gpcc_monthly")),
        boundary=COUNTRY,
        patience=quick,
        checksum="",
    )


def test_a_download_that_does_not_fit_unpacked_is_kept(server, tmp_path, quick, monkeypatch):
    packed = gzip.compress(np.random.default_rng(1).bytes(400_000))
    server.files["/gpcc_1981_1990_05.nc.gz"] = packed
    usage = namedtuple("usage", "total used free")(10**9, 10**9 - 201_000_000, 201_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    for _ in range(2):
        with pytest.raises(NoPlaceError, match=r"2 MB are to come.*The download is kept"):
            cut_rain(server, tmp_path, quick)
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == packed
    assert server.requests == ["/gpcc_1981_1990_05.nc.gz"]


def test_a_gzip_file_with_spoilt_bytes_is_not_kept(server, tmp_path, quick):
    packed = bytearray(gzip.compress(np.random.default_rng(1).bytes(4000) * 100))
    packed[2000:2100] = bytes(100)
    server.files["/gpcc_1981_1990_05.nc.gz"] = bytes(packed)
    with pytest.raises(FetchError, match="cannot be used"):
        cut_rain(server, tmp_path, quick)
    assert list(tmp_path.iterdir()) == []
