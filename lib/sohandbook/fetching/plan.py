"""What a country's settings ask for, what of it is there, and what is missing."""

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

from sohandbook import catalogue, paths
from sohandbook.catalogue import Entry
from sohandbook.country import Country, Dataset
from sohandbook.errors import InputError
from sohandbook.fetching.recipes import Place, Recipe, recipe


@dataclass(frozen=True)
class Wanted:
    """One file that a dataset of the country needs.

    Attributes
    ----------
    dataset : str
        Its name in ``country.yml``.
    entry : Entry
    recipe : Recipe
    place : Place
    fields : dict of str to str
        What stands for the braces of its name and address.
    target : Path
        Where it lands, or the file of the country that is there in its stead.
    there : bool
    """

    dataset: str
    entry: Entry
    recipe: Recipe
    place: Place
    fields: dict[str, str] = field(repr=False)
    target: Path
    there: bool

    @property
    def address(self) -> str:
        """The address of the file, of the first where several are added up."""
        return self.addresses[0]

    @property
    def addresses(self) -> list[str]:
        """The addresses of the file: several where their values are added up."""
        pattern = self.place.address or self.recipe.address
        (name, values), *_ = self.recipe.sum_over.items() or [("", [""])]
        return [_fill(pattern, self.fields | {name: value}) for value in values]

    @property
    def automatic(self) -> bool:
        """Whether the file can be fetched without a person."""
        return self.recipe.how != "by_hand"

    @property
    def by_hand(self) -> str:
        """How to bring the file without this program."""
        text = self.recipe.by_hand or "Download {address} on a machine with a network."
        how = _fill(text, self.fields | {"address": self.address})
        return f"{how} Put it at {self.target}"


def wanted(country: Country, *, only: Iterable[str] = ()) -> list[Wanted]:
    """Return the files that a country's datasets need of the catalogue, and whether they are there.

    A year comes from the first of a dataset's ``sources`` that has it. A year that another
    stands for is not wanted. A file that the country has under another name of its patterns
    counts as there, and nothing overwrites it.

    Parameters
    ----------
    country : Country
    only : iterable of str
        Names of datasets in ``country.yml``, or ids of the catalogue.

    Raises
    ------
    InputError
        A name that is neither, a source that the catalogue does not know, or a file that
        would land where none of the dataset's patterns finds it.
    """
    only = set(only)
    known = set(country.datasets) | {
        source for dataset in country.datasets.values() for source in dataset.sources
    }
    for name in sorted(only - known):
        raise InputError(
            f"{country.folder / 'country.yml'}, datasets",
            found=name,
            allowed=sorted(known),
            remedy="Name a dataset, or one of the 'sources' of a dataset.",
        )
    return [
        file
        for name, dataset in country.datasets.items()
        for file in _of_dataset(name, dataset, country)
        if not only or only & {name, file.entry.id}
    ]


def by_the_country(country: Country) -> list[str]:
    """Return the datasets without sources: their files are the country's own."""
    return [name for name, dataset in country.datasets.items() if not dataset.sources]


def _of_dataset(name: str, dataset: Dataset, country: Country) -> Iterator[Wanted]:
    entries = [catalogue.entry(source) for source in dataset.sources]
    chosen = [(entry, recipe(entry)) for entry in entries]
    general = {
        "ISO3": country.iso3,
        "iso3": country.iso3.lower(),
        "m49": "" if country.m49 is None else str(country.m49),
    }
    for entry, how in chosen:
        if not any("{year}" in place.file for place in how.files):
            for place in how.files:
                yield from _files(name, dataset, country, entry, how, place, general)
    yearly = [
        (entry, how) for entry, how in chosen if any("{year}" in place.file for place in how.files)
    ]
    for year in _years(dataset, [how for _, how in yearly]):
        source = next(((entry, how) for entry, how in yearly if how.has(year)), None)
        if source is None:
            raise InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.years",
                found=year,
                allowed="; ".join(f"{entry.id}: {how.years}" for entry, how in yearly),
                remedy="Shorten 'years', name a year that stands for it, or add a source.",
            )
        for place in source[1].files:
            if place.years is None or place.years[0] <= year <= place.years[1]:
                fields = general | {"year": str(year)}
                yield from _files(name, dataset, country, *source, place, fields)


def _years(dataset: Dataset, recipes: list[Recipe]) -> list[int]:
    if not recipes:
        return []
    spans = [dataset.years] if dataset.years else [how.years for how in recipes if how.years]
    years = {year for first, last in spans for year in range(first, last + 1)}
    return sorted(years - set(dataset.stands_for))


def _files(
    name: str,
    dataset: Dataset,
    country: Country,
    entry: Entry,
    how: Recipe,
    place: Place,
    fields: dict[str, str],
) -> Iterator[Wanted]:
    for values in product(*how.over.values()):
        every = fields | dict(zip(how.over, values, strict=True))
        file = _fill(place.file, every)
        if not any(_fits(file, pattern, every) for pattern in dataset.files):
            raise InputError(
                f"{country.folder / 'country.yml'}, datasets.{name}.files",
                found=", ".join(dataset.files),
                allowed=f"a pattern that finds {file}, where {entry.id} lands",
                remedy="Add the pattern, as in data/templates/country.yml.",
            )
        folder = paths.raw_data() / country.iso3
        found = _present(file, dataset, every, [country.folder, folder])
        yield Wanted(name, entry, how, place, every, found or folder / file, found is not None)


def _present(
    file: str, dataset: Dataset, fields: dict[str, str], folders: list[Path]
) -> Path | None:
    """Return the file, or another one of the country that stands for the same fields."""
    if (folders[-1] / file).is_file():
        return folders[-1] / file
    for pattern in dataset.files:
        # A pattern without the fields that tell files apart would let one stand for all.
        if "{" not in pattern and "*" in pattern:
            continue
        glob = _fill(pattern, fields, otherwise="*")
        for folder in folders:
            found = next(iter(sorted(folder.glob(glob))), None)
            if found and found.is_file():
                return found
    return None


def _fits(file: str, pattern: str, fields: dict[str, str]) -> bool:
    return fnmatch(file, _fill(pattern, fields, otherwise="?"))


def _fill(pattern: str, fields: dict[str, str], *, otherwise: str | None = None) -> str:
    """Return a pattern with its fields filled in; a field without a value stays, or is replaced."""
    text = ""
    for literal, name, _, _ in string.Formatter().parse(pattern):
        text += literal
        if name is not None:
            missing = "{" + name + "}" if otherwise is None else otherwise
            text += fields.get(name, missing)
    return text
