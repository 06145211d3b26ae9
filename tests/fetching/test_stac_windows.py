"""A STAC search on this machine: tiles joined, years and platforms told apart, few bytes."""

import datetime

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import servers
from servers import Fault
from small_rasters import boundary, raster

from sohandbook import catalogue, sources
from sohandbook.country import Dataset
from sohandbook.fetching.patience import FetchError, UnreachableError
from sohandbook.fetching.recipes import recipe
from sohandbook.fetching.stac_windows import write_year
from sohandbook.grid import unwrap
from sohandbook.windows import read_window

HOST = "https://planetarycomputer.microsoft.com"
TOKEN = "/api/sas/v1/token/"
SINUSOIDAL = "+proj=sinu +R=6371007.181 +lon_0=0 +units=m +no_defs"
STEP = 231.65635826395825
LAND_COVER = recipe(catalogue.entry("esa_cci_lc_pc"))
NDVI = recipe(catalogue.entry("modis_13q1_061"))
METADATA = {"title": "t", "link": "l", "author": "a", "citation": "c"}


@pytest.fixture
def land_cover(server, mirror):
    """Two tiles of one year that meet at 10 degrees east, one tile of another year."""
    mirror(**{HOST: server.address})
    values = np.random.default_rng(3).integers(10, 200, (1080, 1440), dtype=np.uint8)
    items = []
    for year in (2015, 2016):
        for index, left in enumerate((8.0, 10.0)):
            part = (
                values[:, 720 * index : 720 * (index + 1)] if year == 2015 else values[:, :720] * 0
            )
            path = f"/tiles/{year}-{index}.tif"
            server.files[path] = raster(part, left=left, top=18.0, step=1 / 360, nodata=0)
            items.append(
                servers.item(
                    f"ESACCI-LC-{year}-{index}",
                    "esa-cci-lc",
                    assets={"lccs_class": server.address + path},
                    bbox=(left, 15.0, left + 2, 18.0),
                    dates=(f"{year}-01-01", f"{year}-12-31"),
                )
            )
    server.items = items
    servers.stac(server, items, root="/api/stac/v1")
    server.answers[TOKEN + "esa-cci-lc"] = lambda _: {"token": "sig=abc"}
    server.values = values
    return server


def write(how, target, place, patience, *, dataset="esa_cci_lc_pc", year=2015):
    return write_year(how, target, dataset=dataset, year=year, boundary=place, patience=patience)


def test_tiles_of_one_year_are_joined_on_their_own_cells(land_cover, tmp_path, quick):
    place = boundary(9.5, 16.0, 10.5, 16.5)
    target = write(LAND_COVER, tmp_path / "lc.tif", place, quick)
    got = read_window(target, boundary=place, margin_cells=0)
    assert (got.values == land_cover.values[540:720, 540:900]).all()
    assert got.attrs["_FillValue"] == 0
    whole = sum(len(content) for content in land_cover.files.values())
    tiles = sum(count for path, count in land_cover.sent.items() if path.startswith("/tiles"))
    # 376 by 196 cells touch at most 4 by 3 blocks of 16 kB of the two tiles, opened twice.
    assert 0 < tiles < 12 * 128 * 128 + 4 * 64_000 and tiles < 0.5 * whole
    assert not any(path.startswith("/tiles/2016") for path in land_cover.requests)


def test_an_answer_of_several_pages(land_cover, tmp_path, quick):
    servers.stac(land_cover, land_cover.items, root="/api/stac/v1", page=1)
    land_cover.faults["/api/stac/v1/search"] = [Fault(), Fault(status=503)]  # on its second page
    place = boundary(9.5, 16.0, 10.5, 16.5)
    target = write(LAND_COVER, tmp_path / "lc.tif", place, quick)
    got = read_window(target, boundary=place, margin_cells=0)
    assert (got.values == land_cover.values[540:720, 540:900]).all()
    assert land_cover.requests.count("/api/stac/v1/search") == 4  # two, and again from the first


def test_a_search_on_a_bad_day(land_cover, tmp_path, quick):
    land_cover.faults["/api/stac/v1/search"] = [Fault(status=503), Fault(status=429)]
    land_cover.faults[TOKEN + "esa-cci-lc"] = [Fault(break_after=3)]
    target = write(LAND_COVER, tmp_path / "lc.tif", boundary(9.5, 16, 10.5, 16.5), quick)
    assert target.exists()


@pytest.mark.parametrize("good", range(5))
@pytest.mark.parametrize("fault", [Fault(status=500), Fault(break_after=700)], ids=["500", "cut"])
def test_a_tile_on_a_bad_day(land_cover, tmp_path, quick, good, fault):
    place = boundary(9.5, 16.0, 10.5, 16.5)
    for index in range(2):
        land_cover.faults[f"/tiles/2015-{index}.tif"] = [Fault()] * good + [fault]
    target = write(LAND_COVER, tmp_path / "lc.tif", place, quick)
    got = read_window(target, boundary=place, margin_cells=0)
    assert (got.values == land_cover.values[540:720, 540:900]).all()


@pytest.mark.parametrize(
    "year, fault, message",
    [(1999, Fault(), "no item of 1999 here"), (2015, 400, "answered with 400")],
)
def test_says_why_and_leaves_nothing(land_cover, tmp_path, quick, year, fault, message):
    if fault == 400:
        land_cover.faults["/api/stac/v1/search"] = [Fault(status=400)] * 9
    with pytest.raises(FetchError, match=message):
        write(LAND_COVER, tmp_path / "lc.tif", boundary(9.5, 16, 10.5, 16.5), quick, year=year)
    assert not any(tmp_path.glob("*.tif")) and not any(tmp_path.glob(".*.tif"))


def test_no_connection(mirror, tmp_path, quick):
    mirror(**{HOST: "http://127.0.0.1:9"})
    with pytest.raises(UnreachableError, match="cannot be reached"):
        write(LAND_COVER, tmp_path / "lc.tif", boundary(9, 16, 10, 17), quick)


@pytest.fixture
def ndvi(server, mirror):
    """A year of composites on MODIS' sinusoidal cells, with one of Aqua and one of new year."""
    mirror(**{HOST: server.address})
    left, top = 4400 * STEP, 7700 * STEP  # about 9.6 E, 16 N
    rng = np.random.default_rng(4)
    items, server.values = [], {}
    days = [datetime.date(2001, 1, 1) + datetime.timedelta(days=16 * n) for n in range(23)]
    names = [("MOD13Q1", day) for day in days]
    names += [("MYD13Q1", days[3]), ("MOD13Q1", datetime.date(2000, 12, 18))]
    for platform, day in names:
        index = rng.integers(-2000, 10000, (160, 200), dtype=np.int16)
        index[:5] = -3000
        quality = rng.integers(0, 4, (160, 200), dtype=np.int16)
        assets = {}
        for name, values in (
            ("250m_16_days_NDVI", index),
            ("250m_16_days_pixel_reliability", quality),
        ):
            path = f"/{platform}/{day}/{name}.tif"
            server.files[path] = raster(values, left=left, top=top, step=STEP, crs=SINUSOIDAL)
            assets[name] = server.address + path
        if platform == "MOD13Q1":
            server.values[str(day)] = np.where(np.isin(quality, (0, 1)), index, -3000)
        end = day + datetime.timedelta(days=15)
        items.append(
            servers.item(
                f"{platform}.A{day:%Y%j}.h18v07.061",
                "modis-13Q1-061",
                assets=assets,
                bbox=(9.0, 15.0, 11.0, 17.0),
                dates=(str(day), str(end)),
            )
        )
    servers.stac(server, items, root="/api/stac/v1")
    server.answers[TOKEN + "modis-13Q1-061"] = lambda _: {"token": "sig=abc"}
    server.corner = left, top
    return server


def test_a_year_of_composites_is_what_the_reader_reads(ndvi, tmp_path, quick):
    left, top = ndvi.corner
    square = boundary(left + 50 * STEP, top - 120 * STEP, left + 150 * STEP, top - 40 * STEP)
    place = square.set_crs(SINUSOIDAL, allow_override=True).to_crs(4326)
    write(NDVI, tmp_path / "ndvi_2001.nc", place, quick, dataset="modis_13q1_061", year=2001)
    dataset = Dataset(
        product="modis_ndvi_16_day", files=["ndvi_{year}.nc"], metadata=METADATA, years=(2001, 2001)
    )
    cube = sources.open_dataset(
        dataset, name="vegetation_index", iso3="XXX", folder=tmp_path, boundary=place
    )
    assert cube.sizes["time"] == 23
    assert str(cube.time.values[1])[:10] == "2001-01-17"
    assert cube.attrs["scale_factor"] == pytest.approx(1e-4)
    # One margin cell around the square, itself 80 by 100 cells but for the curve of its edges.
    row = round((top - float(cube.y[0])) / STEP - 0.5)
    column = round((float(cube.x[0]) - left) / STEP - 0.5)
    expected = ndvi.values["2001-01-17"][
        row : row + cube.sizes["y"], column : column + cube.sizes["x"]
    ]
    assert (cube[1].values == expected).all() and (expected != -3000).any()
    assert rasterio.crs.CRS.from_user_input(cube.rio.crs) == rasterio.crs.CRS.from_user_input(
        SINUSOIDAL
    )


def test_an_archipelago_across_180_degrees_comes_in_degrees(server, mirror, tmp_path, quick):
    """The sinusoidal projection tears it; the two halves come from the ends of the world."""
    mirror(**{HOST: server.address})
    half = 86400  # tiles of 4800 cells: the world is 36 tiles wide
    items = []
    for index, (left, value) in enumerate(((half - 400, 1), (-half, 2))):
        path = f"/npp/{index}.tif"
        # At the equator the sinusoidal x is the longitude: the files touch 180 degrees.
        values = np.full((200, 400), value, np.int16)
        server.files[path] = raster(
            values, left=left * STEP, top=100 * STEP, step=STEP, crs=SINUSOIDAL
        )
        west = 179.0 if index == 0 else -180.0
        items.append(
            servers.item(
                f"MOD17A3HGF.A2001001.{index}",
                "modis-17A3HGF-061",
                assets={"Npp_500m": server.address + path},
                bbox=(west, -0.3, west + 1, 0.3),
                dates=("2001-01-01", "2001-12-31"),
            )
        )
    servers.stac(server, items, root="/api/stac/v1")
    server.answers[TOKEN + "modis-17A3HGF-061"] = lambda _: {"token": "sig=abc"}
    parts = boundary(179.5, -0.02, 180.0, 0.02).geometry.tolist()
    parts += boundary(-180.0, -0.02, -179.5, 0.02).geometry.tolist()
    islands = unwrap(gpd.GeoDataFrame(geometry=parts, crs=4326))
    how = recipe(catalogue.entry("modis_17a3hgf_061"))
    target = write(
        how, tmp_path / "npp.tif", islands, quick, dataset="modis_17a3hgf_061", year=2001
    )
    got = read_window(target, boundary=islands, margin_cells=0)
    assert got.rio.crs.to_epsg() == 4326
    line = got.values[got.sizes["y"] // 2]
    seam = int(np.searchsorted(got.x.values, 180.0))
    assert set(line[: seam - 1]) == {1} and set(line[seam + 1 :]) == {2}
