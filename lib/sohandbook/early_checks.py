"""What a country's settings and small files must hold, looked at before anything is computed."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from sohandbook import input_files
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

# Tables of officers are small; a year of the whole world's activities is not read twice.
MOST_BYTES = 20_000_000


def check_names(country: Country, chapters: Iterable[Chapter]) -> None:
    """Look at the names and years in the settings; quick, for every job of a batch does it.

    Raises
    ------
    InputError
        Names the field, what was found and what is allowed.
    """
    _check_names(country, chapters)
    _check_years(country)


def check_inputs(country: Country) -> None:
    """Look at what the settings name: layouts, units, and where the country lies.

    Raises
    ------
    InputError
        Names the field or file, what was found and what is allowed.
    """
    _check_layouts(country)
    _check_units(country)
    _check_place(country)


def read_tables(country: Country, data: dict[str, list[Path]]) -> None:
    """Read the small tables among a country's datasets, so that a wrong cell is found at once.

    Parameters
    ----------
    country : Country
    data : dict
        Dataset to its files, as a plan has them.

    Raises
    ------
    InputError
        Names the file, the line or cell, what was found and what is allowed.
    """
    from sohandbook import sources
    from sohandbook.country_data import CountryData

    for name, files in data.items():
        is_table = country.datasets[name].product in sources.TABLES
        if is_table and sum(file.stat().st_size for file in files) < MOST_BYTES:
            CountryData(country).data(name, native=True)


def _check_names(country: Country, chapters: Iterable[Chapter]) -> None:
    read = {
        name
        for chapter in chapters
        for entry in (*chapter.datasets, *chapter.optional)
        for name in entry.split(input_files.OR)
    }
    for name, dataset in country.datasets.items():
        if name not in read and name != country.grid.dataset and not dataset.instead_of:
            raise InputError(
                f"{country.folder / 'country.yml'}, datasets",
                found=name,
                allowed=sorted(read),
                remedy=_perhaps(name, read, "No chapter reads it: mend the name."),
            )


def _check_layouts(country: Country) -> None:
    from sohandbook import sources

    for name, dataset in country.datasets.items():
        if dataset.product not in sources.PRODUCTS:
            raise InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.product",
                found=dataset.product,
                allowed=sources.PRODUCTS,
                remedy=_perhaps(dataset.product, sources.PRODUCTS, "Use one of these layouts."),
            )


def _check_units(country: Country) -> None:
    """A unit that is stated is the one in which we count: nothing converts the numbers."""
    from sohandbook import data_standards

    standards = data_standards.standards()
    for name, dataset in country.datasets.items():
        wanted = standards.get(dataset.instead_of or name, {}).get("unit")
        if not wanted or not dataset.unit or "scale" in dataset.options:
            continue
        if not data_standards.same_unit(dataset.unit, wanted):
            raise InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.unit",
                found=dataset.unit,
                allowed=wanted,
                remedy="Nothing converts the numbers: convert the file, or give 'options' a "
                "'scale', the number that turns its values into this unit.",
            )


def _perhaps(name: str, names: Iterable[str], remedy: str) -> str:
    near = get_close_matches(name, list(names), n=1)
    return f"{remedy} Perhaps '{near[0]}' is meant." if near else remedy


def _check_years(country: Country) -> None:
    """The first and the last years of the periods need a land cover map, their own or another."""
    dataset = country.datasets.get("land_cover")
    if dataset is None or dataset.years is None:
        return
    first, last = dataset.years
    for year in country.periods.area_years:
        if not first <= year <= last and year not in dataset.stands_for:
            raise InputError(
                f"{country.folder / 'country.yml'}, periods",
                found=year,
                allowed=f"{first} to {last}, the years of land_cover, or one of its 'stands_for'",
                remedy=f"Mend the period, or name under 'stands_for' of land_cover a year whose "
                f"map stands for {year}.",
            )


def _check_place(country: Country) -> None:
    """The boundary holds polygons, and a system of coordinates that is named is made for them."""
    import geopandas as gpd
    import pyogrio

    from sohandbook.grid import unwrap

    path = country.folder / country.boundary.file
    try:
        frame = gpd.read_file(path)
    except pyogrio.errors.DataSourceError as error:
        raise InputError(
            str(path),
            found="no map that can be read",
            allowed="a vector file that GDAL reads, for example GeoJSON or GeoPackage",
            remedy="Open it in QGIS and save it again.",
        ) from error
    shapes = sorted(set(frame.geom_type.dropna()))
    if not shapes or not set(shapes) <= {"Polygon", "MultiPolygon"}:
        raise InputError(
            str(path),
            found=", ".join(shapes) or "no shapes",
            allowed="polygons, the country's outline",
            remedy="Turn lines into polygons, for example in QGIS.",
        )
    boundary = unwrap(frame)
    if country.grid.crs is not None:
        _check_area_of_use(country, boundary)


def _check_area_of_use(country: Country, boundary: "gpd.GeoDataFrame") -> None:
    from pyproj import CRS

    area = CRS.from_user_input(country.grid.crs).area_of_use
    if area is None:
        return
    west, south, east, north = area.bounds
    width = (east - west) % 360 or 360.0
    left, bottom, right, top = boundary.total_bounds
    inside = (
        bottom < north
        and top > south
        and ((left - west) % 360 < width or (right - west) % 360 < width)
    )
    if not inside:
        raise InputError(
            f"{country.folder / 'country.yml'}, grid.crs",
            found=f"{country.grid.crs}, made for {area.name}",
            allowed=f"a system for longitudes {left:.1f} to {right:.1f} and latitudes "
            f"{bottom:.1f} to {top:.1f}, where the boundary lies",
            remedy="Mend the code (EPSG:6933 serves everywhere), or look at the boundary.",
        )
