"""What a country's settings and small files must hold, looked at before anything is computed."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from sohandbook import early_maps, input_files
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import Findings, InputError
from sohandbook.settings_checks import SETTINGS_FILE

if TYPE_CHECKING:
    import geopandas as gpd

# Tables of officers are small; a year of the whole world's activities is not read twice.
MOST_BYTES = 20_000_000


def of_names(country: Country, chapters: Iterable[Chapter]) -> Iterator[InputError]:
    """Look at the names and years in the settings; quick, for every job of a batch does it.

    Yields
    ------
    InputError
        Names the field, what was found and what is allowed.
    """
    yield from _names(country, chapters)
    yield from _years(country)


def of_inputs(country: Country) -> Iterator[InputError]:
    """Look at what the settings name: layouts, units, and where the country lies.

    Yields
    ------
    InputError
        Names the field or file, what was found and what is allowed.
    """
    yield from _layouts(country)
    yield from _units(country)
    yield from _place(country)


def check_inputs(country: Country, data: Mapping[str, list[Path]]) -> None:
    """Look at what the settings name, read the small tables, then open the maps.

    Parameters
    ----------
    country : Country
    data : mapping
        Dataset to its files, as a plan has them.

    Raises
    ------
    InputError
        Names the field or file, the line or cell, what was found and what is allowed.
    """
    found = Findings(of_inputs(country))
    found.extend(_tables(country, data))
    found.refuse()
    early_maps.check_maps(country, data)


def _tables(country: Country, data: Mapping[str, list[Path]]) -> Iterator[InputError]:
    from sohandbook import sources
    from sohandbook.country_data import CountryData

    found = Findings()
    if any(_place(country)):  # no dataset opens without the boundary
        return
    for name, files in data.items():
        is_table = country.datasets[name].product in sources.TABLES
        if is_table and sum(file.stat().st_size for file in files) < MOST_BYTES:
            with found.gathering():
                CountryData(country).data(name, native=True)
    yield from found


def _names(country: Country, chapters: Iterable[Chapter]) -> Iterator[InputError]:
    read = {
        name
        for chapter in chapters
        for entry in (*chapter.datasets, *chapter.optional)
        for name in entry.split(input_files.OR)
    }
    for name, dataset in country.datasets.items():
        if name not in read and name != country.grid.dataset and not dataset.instead_of:
            yield InputError(
                f"{country.folder / 'country.yml'}, datasets",
                found=name,
                allowed=sorted(read),
                remedy=_perhaps(name, read, "No chapter reads it: mend the name."),
            )


def _layouts(country: Country) -> Iterator[InputError]:
    from sohandbook import sources

    for name, dataset in country.datasets.items():
        if dataset.product not in sources.PRODUCTS:
            yield InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.product",
                found=dataset.product,
                allowed=sources.PRODUCTS,
                remedy=_perhaps(dataset.product, sources.PRODUCTS, "Use one of these layouts."),
            )


def _units(country: Country) -> Iterator[InputError]:
    """A unit that is stated is the one in which we count: nothing converts the numbers."""
    from sohandbook import data_standards

    standards = data_standards.standards()
    for name, dataset in country.datasets.items():
        wanted = standards.get(dataset.instead_of or name, {}).get("unit")
        if not wanted or not dataset.unit or "scale" in dataset.options:
            continue
        if not data_standards.same_unit(dataset.unit, wanted):
            yield InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.unit",
                found=dataset.unit,
                allowed=wanted,
                remedy="Nothing converts the numbers: convert the file, or give 'options' a "
                "'scale', the number that turns its values into this unit.",
            )


def _perhaps(name: str, names: Iterable[str], remedy: str) -> str:
    near = get_close_matches(name, list(names), n=1)
    return f"{remedy} Perhaps '{near[0]}' is meant." if near else remedy


def _years(country: Country) -> Iterator[InputError]:
    """The first and the last years of the periods need a land cover map, their own or another."""
    dataset = country.datasets.get("land_cover")
    if dataset is None or dataset.years is None:
        return
    first, last = dataset.years
    for year in country.periods.area_years:
        if not first <= year <= last and year not in dataset.stands_for:
            yield InputError(
                f"{country.folder / 'country.yml'}, periods",
                found=year,
                allowed=f"{first} to {last}, the years of land_cover, or one of its 'stands_for'",
                remedy=f"Mend the period, or name under 'stands_for' of land_cover a year whose "
                f"map stands for {year}.",
            )


def _place(country: Country) -> Iterator[InputError]:
    """The boundary holds polygons, and a system of coordinates that is named is made for them."""
    import geopandas as gpd
    import pyogrio

    from sohandbook.grid import unwrap

    path = country.folder / country.boundary.file
    if path.name == SETTINGS_FILE or not path.is_file():  # the settings have been told of
        return
    try:
        frame = gpd.read_file(path)
    except pyogrio.errors.DataSourceError:
        yield InputError(
            str(path),
            found="no map that can be read",
            allowed="a vector file that GDAL reads, for example GeoJSON or GeoPackage",
            remedy="Open it in QGIS and save it again.",
        )
        return
    shapes = sorted(set(frame.geom_type.dropna()))
    if not shapes or not set(shapes) <= {"Polygon", "MultiPolygon"}:
        yield InputError(
            str(path),
            found=", ".join(shapes) or "no shapes",
            allowed="polygons, the country's outline",
            remedy="Turn lines into polygons, for example in QGIS.",
        )
        return
    if country.grid.crs is not None:
        yield from _area_of_use(country, unwrap(frame))


def _area_of_use(country: Country, boundary: "gpd.GeoDataFrame") -> Iterator[InputError]:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        area = CRS.from_user_input(country.grid.crs).area_of_use
    except CRSError:  # the settings have been told of
        return
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
        yield InputError(
            f"{country.folder / 'country.yml'}, grid.crs",
            found=f"{country.grid.crs}, made for {area.name}",
            allowed=f"a system for longitudes {left:.1f} to {right:.1f} and latitudes "
            f"{bottom:.1f} to {top:.1f}, where the boundary lies",
            remedy="Mend the code (EPSG:6933 serves everywhere), or look at the boundary.",
        )
