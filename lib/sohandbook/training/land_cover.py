"""Land cover: ESA CCI GeoTIFF to 2015, C3S NetCDF to 2022, with the products' flaws.

The product has cells of 1/360 degree, a little larger than the story's, some
classes taken for their look-alikes in every year, and single cells that flip
for a year or three and back. The year 2011 was never delivered.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sohandbook.training import chance, files
from sohandbook.training.story import YEARS, Story, Window

LAST_YEAR = 2022
LAST_GEOTIFF = 2015
MISSING_YEAR = 2011
LOOK_ALIKE = {
    10: 11, 11: 30, 12: 60, 20: 11, 30: 40, 40: 110, 50: 61, 60: 62, 61: 50, 62: 100, 70: 72,
    72: 70, 90: 61, 100: 110, 110: 130, 120: 122, 121: 120, 122: 130, 130: 110, 140: 153,
    150: 153, 152: 150, 153: 200, 160: 180, 170: 160, 180: 130, 190: 190, 200: 153, 201: 200,
    202: 200, 210: 210,
}  # fmt: skip
ALWAYS_WRONG = 0.012
FLIPS = 0.006
FLAG_MEANINGS = (
    "no_data cropland_rainfed cropland_rainfed_herbaceous_cover "
    "cropland_rainfed_tree_or_shrub_cover cropland_irrigated mosaic_cropland "
    "mosaic_natural_vegetation tree_broadleaved_evergreen_closed_to_open "
    "tree_broadleaved_deciduous_closed_to_open tree_broadleaved_deciduous_closed "
    "tree_broadleaved_deciduous_open tree_needleleaved_evergreen_closed_to_open "
    "tree_needleleaved_evergreen_closed tree_needleleaved_evergreen_open "
    "tree_needleleaved_deciduous_closed_to_open tree_needleleaved_deciduous_closed "
    "tree_needleleaved_deciduous_open tree_mixed mosaic_tree_and_shrub mosaic_herbaceous "
    "shrubland shrubland_evergreen shrubland_deciduous grassland lichens_and_mosses "
    "sparse_vegetation sparse_tree sparse_shrub sparse_herbaceous "
    "tree_cover_flooded_fresh_or_brakish_water tree_cover_flooded_saline_water "
    "shrub_or_herbaceous_cover_flooded urban bare_areas bare_areas_consolidated "
    "bare_areas_unconsolidated water snow_and_ice"
)
FLAG_VALUES = (
    0, 10, 11, 12, 20, 30, 40, 50, 60, 61, 62, 70, 71, 72, 80, 81, 82, 90, 100, 110, 120, 121,
    122, 130, 140, 150, 151, 152, 153, 160, 170, 180, 190, 200, 201, 202, 210, 220,
)  # fmt: skip


def product_years() -> tuple[int, ...]:
    """Return the years of which the product exists."""
    return tuple(year for year in YEARS if year <= LAST_YEAR and year != MISSING_YEAR)


def product_maps(story: Story, window: Window) -> NDArray[np.uint8]:
    """Return the product's maps 2000 to 2022, uint8 (year, y, x), with its errors."""
    column, row = story.window.nearest(window.longitude, window.latitude)
    maps = story.land_cover[: LAST_YEAR - YEARS[0] + 1][:, row][:, :, column]
    west_east = (window.longitude < story.window.west) | (
        window.longitude > story.window.west + story.window.columns * story.window.cell
    )
    maps[:, :, west_east] = 210
    table = np.arange(256, dtype=np.uint8)
    for code, wrong in LOOK_ALIKE.items():
        table[code] = wrong
    size = maps.shape[1:]
    wrong = chance.uniform(story.iso3, "look-alikes", shape=size) < ALWAYS_WRONG
    begin = np.floor(chance.uniform(story.iso3, "flip begins", shape=size) * 22) + 2001
    lasts = np.floor(chance.uniform(story.iso3, "flip lasts", shape=size) * 3) + 1
    flips = chance.uniform(story.iso3, "flips", shape=size) < FLIPS
    for number, map_ in enumerate(maps):
        year = YEARS[0] + number
        now = wrong | (flips & (year >= begin) & (year < begin + lasts))
        map_[now] = table[map_[now]]
    return maps


def write(story: Story, folder: Path) -> None:
    """Write ``land_cover/``: one file a year, 2000 to 2022 without 2011."""
    per_degree = 360 * 0.00225 / story.window.cell
    window = story.window.on_globe(per_degree, margin=6)
    maps = product_maps(story, window)
    for year in product_years():
        map_ = maps[year - YEARS[0]]
        if year <= LAST_GEOTIFF:
            name = f"ESACCI-LC-L4-LCCS-Map-300m-P1Y-{year}-v2.0.7.tif"
            files.geotiff(
                folder / "land_cover" / name,
                map_,
                window,
                nodata=0,
                tags={"TITLE": files.FICTION.format(name=story.name)},
            )
        else:
            name = f"C3S-LC-L4-LCCS-Map-300m-P1Y-{year}-v2.1.1.nc"
            _write_netcdf(folder / "land_cover" / name, story, map_, window, year)


def _write_netcdf(
    path: Path, story: Story, map_: NDArray[np.uint8], window: Window, year: int
) -> None:
    globe, parts = files.around_the_globe(window)
    pieces = [
        (np.s_[:, :, to : to + number], map_[None, :, start : start + number])
        for to, start, number in parts
    ]
    day = (np.datetime64(f"{year}-01-01") - np.datetime64("1970-01-01")).astype(np.float64)
    files.netcdf(
        path,
        dimensions={
            "time": (
                np.array([day]),
                {
                    "standard_name": "time",
                    "long_name": "time",
                    "axis": "T",
                    "calendar": "standard",
                    "units": "days since 1970-01-01 00:00:00",
                },
            ),
            "lat": (
                globe.latitude,
                {
                    "standard_name": "latitude",
                    "long_name": "latitude",
                    "units": "degrees_north",
                    "axis": "Y",
                },
            ),
            "lon": (
                globe.longitude,
                {
                    "standard_name": "longitude",
                    "long_name": "longitude",
                    "units": "degrees_east",
                    "axis": "X",
                },
            ),
        },
        variables={
            "crs": ((), np.int32(0), files.GEOGRAPHIC, {}),
            "lccs_class": (
                ("time", "lat", "lon"),
                pieces,
                {
                    "standard_name": "land_cover_lccs",
                    "long_name": "Land cover class defined in LCCS",
                    "flag_values": np.array(FLAG_VALUES, dtype=np.uint8),
                    "flag_meanings": FLAG_MEANINGS,
                    "valid_min": np.uint8(1),
                    "valid_max": np.uint8(220),
                    "grid_mapping": "crs",
                },
                {"chunks": (1, 256, 256), "fillvalue": np.uint8(0)},
            ),
        },
        attributes={
            "id": path.stem,
            "title": "Land Cover Map of C3S (fictional training data)",
            "type": f"C3S-LC-L4-LCCS-Map-300m-P1Y-{year}",
            "product_version": "2.1.1",
            "Conventions": "CF-1.6",
            "comment": files.FICTION.format(name=story.name),
        },
    )
