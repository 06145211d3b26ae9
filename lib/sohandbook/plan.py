"""The plan of a run: everything that can be wrong is found before a kernel starts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sohandbook import chapters, early_checks, input_files, parameters
from sohandbook import language as languages
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import Findings, InputError


@dataclass(frozen=True)
class Plan:
    """A run whose settings, parameters and files are in order.

    Attributes
    ----------
    country : Country
    chapters : list of Chapter
        What to run, in order: the chapters asked for and all that they need.
    asked_for, known : set of str
        Ids of the chapters asked for, and of all chapters of the handbook.
    values : dict
        Chapter to parameter to value.
    data : dict of str to list of Path
        Dataset to its files.
    output : Path
    default_folders : bool
        True if country and output stand where a notebook looks by itself.
    language : str
        What people read; tables and maps are the same in every language.
    """

    country: Country
    chapters: list[Chapter]
    asked_for: set[str]
    known: set[str]
    values: dict[str, dict[str, Any]]
    data: dict[str, list[Path]]
    output: Path
    default_folders: bool
    language: str


def check(
    iso3: str,
    *,
    only: Iterable[str] = (),
    folder: Path | str | None = None,
    output: Path | str | None = None,
    language: str = "",
) -> Plan:
    """Check a country's settings, every chapter's parameters and all input files.

    Parameters
    ----------
    iso3 : str
    only : iterable of str
        Ids of chapters; what they need comes along. All chapters by default.
    folder : path, optional
        The country's folder; by default ``data/countries/<ISO3>``.
    output : path, optional
        Where results go; by default ``outputs/<ISO3>``, or ``outputs/<language>/<ISO3>`` for
        another language than the country's own.
    language : str
        By its code; by default the country's own.

    Raises
    ------
    InputError
        Names the file, what was found and what is allowed, for each finding.
    """
    country, found = Country.examine(iso3, folder=folder)
    language = languages.check(language or country.language)
    every = chapters.read()
    known = {chapter.id for chapter in every}
    asked_for = {chapter.id for chapter in chapters.choose(every, only)}
    chosen = chapters.choose(every, asked_for | chapters.needed(every, asked_for))
    found.extend(_unknown_chapters(country, every))
    found.extend(early_checks.of_names(country, every))
    values = {}
    for chapter in every:
        with found.gathering():
            values[chapter.id] = parameters.resolve(
                country, chapter.id, parameters.read(chapter.file)
            )
    for chapter in chosen:
        found.extend(_without_data(chapter, country))
    with found.gathering():
        _check_legend(country)
    chosen = chosen or every
    possible = [chapter for chapter in chosen if not input_files.lacking(chapter, country)]
    used = {
        name: dataset
        for chapter in possible
        for name, dataset in input_files.used_by(chapter, country).items()
    }
    data, missing = {}, Findings()
    for name, dataset in sorted(used.items()):
        with missing.gathering():
            data[name] = input_files.find(dataset, name=name, country=country)
    if found or missing:  # it stops here anyway: tell also of what takes longer to look at
        found.extend(early_checks.of_inputs(country))
    found.extend(missing)  # last: before anything is fetched they are many
    found.refuse()
    return Plan(
        country=country,
        chapters=chosen,
        asked_for=asked_for or known,
        known=known,
        values=values,
        data=data,
        output=Path(output or country.results_folder(language)).resolve(),
        default_folders=folder is None and output is None,
        language=language,
    )


def _unknown_chapters(country: Country, every: list[Chapter]) -> Iterator[InputError]:
    names = [chapter.id for chapter in every]
    for chapter_id in country.settings:
        if chapter_id not in names:
            yield InputError(
                f"{country.folder / 'country.yml'}, settings",
                found=chapter_id,
                allowed=names,
                remedy="Name a chapter of the handbook.",
            )


def _check_legend(country: Country) -> None:
    """Read the legend of the land cover map, a known one or a table in the country's folder."""
    dataset = country.datasets.get("land_cover")
    if dataset is None or not dataset.legend:
        return
    from sohandbook import classes, national_inputs

    if dataset.legend.endswith(".csv"):
        national_inputs.read_legend(country.folder / dataset.legend)
    elif dataset.legend not in classes.legends():
        raise InputError(
            f"{country.folder / 'country.yml'}, datasets.land_cover.legend",
            found=dataset.legend,
            allowed=f"{', '.join(classes.legends())}, or a CSV file in the country's folder",
            remedy="Name a legend, or write one: code, name and unccd.",
        )


def _without_data(chapter: Chapter, country: Country) -> Iterator[InputError]:
    """Somebody who asks for a chapter by name wants it; without data it cannot be."""
    for name in input_files.lacking(chapter, country):
        yield InputError(
            f"{country.folder / 'country.yml'}, datasets",
            found=f"no dataset {name!r}",
            allowed=f"{name!r} among them, because chapter {chapter.id} needs it",
            remedy="Add the dataset, or ask for other chapters.",
        )
