"""The book's section on which sources each number rests on."""

from collections.abc import Iterator

import pandas as pd

from sohandbook import catalogue, chapters, data_standards, input_files
from sohandbook.book import pages
from sohandbook.chapters import Chapter
from sohandbook.country import Country, Dataset


def write(country: Country) -> str:
    """Say for each reporting table which datasets it rests on, and how good the country's own are.

    A table also rests on what the tables before it rest on: the share of degraded land on land
    cover, productivity, soil carbon and everything that these were made from.
    """
    every = chapters.read()
    by_id = {chapter.id: chapter for chapter in every}
    rows = []
    for chapter in every:
        if not chapter.tables or input_files.lacking(chapter, country):
            continue
        names = {
            name
            for one in chapters.needed(every, [chapter.id]) | {chapter.id}
            for name in _read_by(by_id[one], for_itself=one == chapter.id)
        }
        if chapter.maps:
            names.add(country.grid.dataset or "")
        listed = [f"`{name}`" for name in country.datasets if name in names]
        rows.append((", ".join(chapter.tables), ", ".join(listed) or "what the country writes"))
    parts = [
        pages.table(("Reporting tables", "Rest on"), rows),
        pages.table(
            ("Dataset", "Where its files come from", "Licence"),
            (_origin(name, dataset, country) for name, dataset in country.datasets.items()),
        ),
        *_own_data(data_standards.findings(country)),
    ]
    return "\n\n".join(parts) + "\n"


def _read_by(chapter: Chapter, *, for_itself: bool) -> Iterator[str]:
    """Yield the datasets of a chapter that its results, or those of a later one, come from."""
    for names in chapter.datasets:
        yield from names.split(input_files.OR)
    # Later chapters take the land mask from the country profile, and none of its people.
    if for_itself or chapter.objective != "CP":
        yield from chapter.optional


def _origin(name: str, dataset: Dataset, country: Country) -> tuple[str, str, str]:
    if not dataset.sources:
        kind = "made for training" if country.fictional else "the country's own data"
        return f"`{name}`", f"{pages.escape(dataset.metadata.title)}: {kind}", "as its author says"
    entries = [catalogue.entry(source) for source in dataset.sources]
    origins = (
        f"{pages.escape(entry.title)} (`{entry.id}`), version "
        f"{pages.escape(catalogue.version(entry.id).version)}"
        for entry in entries
    )
    licences = dict.fromkeys(entry.licence or "not stated" for entry in entries)
    return f"`{name}`", "; then ".join(origins), pages.escape("; ".join(licences))


def _own_data(findings: pd.DataFrame) -> Iterator[str]:
    """Yield the comparison of the country's own data with the manual's minimum standards."""
    if findings.empty:
        return
    short = findings[~findings["meets"]]
    yield (
        f"We compared the country's own data with the manual's minimum standards: "
        f"{len(findings) - len(short)} of {len(findings)} are met."
        + (" These are not:" if len(short) else "")
    )
    if len(short):
        yield pages.table(
            ("Dataset", "Standard", "Found", "Wanted"),
            (
                (
                    f"`{row.dataset}`",
                    row.standard,
                    pages.escape(row.found),
                    pages.escape(row.wanted),
                )
                for row in short.itertuples()
            ),
        )
