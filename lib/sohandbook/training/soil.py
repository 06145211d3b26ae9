"""Soil and climate zones: SoilGrids stock, USDA soil suborders, IPCC zones."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import Affine

from sohandbook.training import chance, files, precipitation
from sohandbook.training.story import Story, Window

HOMOLOSINE = "+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs"
SOIL_CELL = 250.0
SUBORDERS = {
    1: "Shifting sand", 2: "Rock", 32: "Ustox", 51: "Salids", 54: "Argids", 55: "Calcids",
    56: "Cambids", 63: "Ustults", 71: "Aquolls", 75: "Ustolls", 82: "Ustalfs", 96: "Psamments",
    97: "Fluvents", 98: "Orthents",
}  # fmt: skip
FORESTS = (50, 60, 61, 70, 72, 90, 160, 170)
FIELDS = (10, 11, 12, 20, 30)


def carbon(story: Story) -> NDArray[np.int16]:
    """Return soil organic carbon 0-30 cm of 2000, t/ha; int16 (y, x), -32768 without soil."""
    u, v = story.sides
    cover = story.land_cover[0]
    texture = chance.smooth(story.iso3, "soil carbon", u=u, v=v, waves=9, octaves=5)
    stock = 6 + 58 * story.wetness + 26 * story.height * story.wetness
    stock = (
        stock + np.where(np.isin(cover, FORESTS), 14, 0) - np.where(np.isin(cover, FIELDS), 9, 0)
    )
    stock = stock + np.where(cover == 180, 30, 0)
    stock = np.floor(np.maximum(stock * (1 + 0.28 * texture), 2) + 0.5)
    bare = ~story.inside | np.isin(cover, (190, 210))
    return np.where(bare, -32768, stock).astype(np.int16)


def suborders(story: Story) -> NDArray[np.uint8]:
    """Return USDA soil suborders, uint8 (y, x), 255 outside the country."""
    u, v = story.sides
    patch = chance.smooth(story.iso3, "soil unit", u=u, v=v, waves=6, octaves=4)
    m = story.wetness + 0.10 * patch
    unit = np.select(
        [m < 0.10, m < 0.20, m < 0.32, m < 0.46, m < 0.60, m < 0.78],
        [np.where(patch > 0, 1, 96), np.where(patch > 0, 55, 56), np.where(patch > 0.1, 54, 55),
         np.where(patch > 0, 82, 54), np.where(patch > 0, 75, 82), np.where(patch > 0, 63, 82)],
        np.where(patch > 0, 32, 63),
    )  # fmt: skip
    unit = np.where(story.height > 0.55, np.where(patch > 0.15, 2, 98), unit)
    unit = np.where(np.isin(story.land_cover[0], (20, 160)), 97, unit)
    unit = np.where(story.land_cover[0] == 180, 71, unit)
    unit = np.where(story.unseen, 51, unit)
    return np.where(story.inside, unit, 255).astype(np.uint8)


def climate_zones(story: Story, window: Window) -> NDArray[np.int8]:
    """Return IPCC climate zones, int8 (y, x): 9 montane, 10 wet, 11 moist, 12 dry, 0 at sea."""
    column, row = story.window.nearest(window.longitude, window.latitude)
    at = np.ix_(row, column)
    rain = precipitation.yearly_mean(story.wetness[at])
    zone = np.select([rain >= 2000, rain >= 1000], [10, 11], 12)
    zone = np.where(story.height[at] > 0.62, 9, zone)
    beyond = np.abs(window.longitude - story.window.longitude[column]) > story.window.cell
    inside = story.inside[at] & ~beyond[None, :]
    return np.where(inside, zone, 0).astype(np.int8)


def write(story: Story, folder: Path) -> None:
    """Write the three maps."""
    tags = {"TITLE": files.FICTION.format(name=story.name)}
    ocs = folder / "soil_organic_carbon" / "ocs_0-30cm_mean.tif"
    tags_of_carbon = {**tags, "UNIT": "t/ha"}
    if files.around_the_globe(story.window)[0] == story.window:
        write_homolosine(story, ocs, tags=tags_of_carbon)
    else:
        # The projection tears the world apart at 180 degrees: there SoilGrids' server is asked
        # for the map in degrees.
        files.geotiff(ocs, carbon(story), story.window, nodata=-32768, tags=tags_of_carbon)
    files.geotiff(
        folder / "soil_units" / "usda_soil_suborders.tif",
        suborders(story),
        story.window,
        nodata=255,
        tags=tags,
    )
    legend = "code,name\n" + "".join(f"{code},{name}\n" for code, name in SUBORDERS.items())
    (folder / "soil_units" / "usda_soil_suborders.csv").write_text(legend, encoding="utf-8")
    window = story.window.on_globe(12, margin=3)
    files.geotiff(
        folder / "climate_zones" / "ipcc_climate_zones.tif",
        climate_zones(story, window),
        window,
        nodata=-128,
        tags=tags,
    )


def write_homolosine(story: Story, path: Path, *, tags: dict[str, str]) -> None:
    """Write the carbon map in SoilGrids' projection, 250 m cells aligned to its origin."""
    to_plane = Transformer.from_crs("EPSG:4326", HOMOLOSINE, always_xy=True)
    to_globe = Transformer.from_crs(HOMOLOSINE, "EPSG:4326", always_xy=True)
    window, cell = story.window, SOIL_CELL * story.window.cell / 0.00225
    east, south = (
        window.west + window.columns * window.cell,
        window.north - window.rows * window.cell,
    )
    x, y = to_plane.transform(
        *np.meshgrid(np.linspace(window.west, east, 21), np.linspace(south, window.north, 21))
    )
    left, top = (x.min() // cell - 3) * cell, (y.max() // cell + 4) * cell
    columns, rows = int((x.max() - left) // cell) + 4, int((top - y.min()) // cell) + 4
    longitude, latitude = to_globe.transform(
        *np.meshgrid(left + (np.arange(columns) + 0.5) * cell, top - (np.arange(rows) + 0.5) * cell)
    )
    column, row = window.nearest(longitude, latitude)
    known = (longitude >= window.west) & (longitude < east)
    known &= (latitude <= window.north) & (latitude > south)
    values = np.where(known, carbon(story)[row, column], np.int16(-32768))
    files.projected_geotiff(
        path,
        [(0, values)],
        transform=Affine(cell, 0, left, 0, -cell, top),
        crs=HOMOLOSINE,
        width=columns,
        nodata=-32768,
        tags=tags,
    )
