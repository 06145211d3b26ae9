"""What the fields of ``country.yml`` must be to one another and to the files that they name."""

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sohandbook.errors import InputError

if TYPE_CHECKING:
    from sohandbook.country import Country

SETTINGS_FILE = "country.yml"
# What stands in for a wrong field while the others are looked at: nothing is wrong with it.
_STAND_INS = {
    "name": "",
    "party": "affected",
    "boundary": {"file": SETTINGS_FILE, "source": ""},
    "grid": {"crs": "EPSG:6933", "resolution": 250},
}
_DATASET_STAND_INS = {
    "product": "soil_units",
    "files": [SETTINGS_FILE],
    "metadata": {"title": "", "link": "", "author": "", "citation": ""},
}
_OF_FILES = ("files", "years", "stands_for")  # which files there must be, only all three tell

# A cell in degrees that is wider was meant in metres.
COARSEST_DEGREES = 1.0


def of_country(country: "Country") -> Iterator[InputError]:
    """Yield what is wrong with a country's files, grid and other sources."""
    yield from _files(country)
    yield from _grid(country)
    yield from _other_sources(country)


def _files(country: "Country") -> Iterator[InputError]:
    for field in ("boundary", "regions", "affected_areas"):
        vector = getattr(country, field)
        if vector is not None and not (country.folder / vector.file).is_file():
            yield InputError(
                f"{country.folder / 'country.yml'}, {field}.file",
                found=vector.file,
                allowed="a file in the country's folder",
                remedy="Put the file there or mend its name.",
            )


def _grid(country: "Country") -> Iterator[InputError]:
    where, grid = f"{country.folder / 'country.yml'}, grid", country.grid
    if grid.dataset is not None and grid.dataset not in country.datasets:
        yield InputError(
            f"{where}.dataset",
            found=grid.dataset,
            allowed=country.datasets,
            remedy="Name a dataset of the list, or give 'crs' and 'resolution' instead.",
        )
    if grid.crs is None or grid.resolution is None:
        return
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(grid.crs)
    except CRSError:
        yield InputError(
            f"{where}.crs",
            found=grid.crs,
            allowed="a coordinate reference system that is known, for example EPSG:6933",
            remedy="Mend the code: epsg.io lists them all.",
        )
        return
    if crs.is_geographic and grid.resolution > COARSEST_DEGREES:
        yield InputError(
            f"{where}.resolution",
            found=grid.resolution,
            allowed=f"up to {COARSEST_DEGREES:g}: cells of {grid.crs} are in degrees",
            remedy="Give degrees, for example 0.0025, or a system in metres.",
        )


def _other_sources(country: "Country") -> Iterator[InputError]:
    first = [name for name, dataset in country.datasets.items() if not dataset.instead_of]
    for name, dataset in country.datasets.items():
        if dataset.instead_of and dataset.instead_of not in first:
            yield InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.instead_of",
                found=dataset.instead_of,
                allowed=first,
                remedy="Name the dataset of which this is another source.",
            )


def with_stand_ins(content: dict[str, Any], error: ValidationError, *, iso3: str) -> dict[str, Any]:
    """Return the fields that are in order, and what stands in for the others.

    Parameters
    ----------
    content : dict
        The fields of ``country.yml``.
    error : pydantic.ValidationError
        What is wrong with them.
    iso3 : str
    """
    sound = copy.deepcopy(content)
    for finding in error.errors():
        match finding["loc"]:
            case ("datasets", name, field, *_):
                for each in _OF_FILES if field in _OF_FILES else (field,):
                    sound["datasets"][name].pop(each, None)
                sound["datasets"][name] = _DATASET_STAND_INS | sound["datasets"][name]
            case ("datasets", name):
                sound["datasets"][name] = _DATASET_STAND_INS
            case ("settings", chapter, *_):
                sound["settings"].pop(chapter, None)
            case (field, *_):
                sound.pop(field, None)
    return {**_STAND_INS, "iso3": iso3, **sound}
