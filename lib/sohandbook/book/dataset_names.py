"""The book's list of datasets that ``country.yml`` can name, made from what chapters read."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from sohandbook.book import pages
from sohandbook.chapters import Chapter
from sohandbook.input_files import OR


def write(meanings_file: Path, *, chapters: Iterable[Chapter]) -> str:
    """Return a table of every dataset, what it is, and which chapters need or use it.

    Parameters
    ----------
    meanings_file : Path
        What each name means; one without a meaning is listed all the same.
    chapters : iterable of Chapter
    """
    meanings = yaml.safe_load(meanings_file.read_text(encoding="utf-8"))
    needed, used = read_by(chapters)
    rows = (
        (
            f"`{name}`",
            meanings.get(name, ""),
            ", ".join(needed.get(name, [])) or "none",
            ", ".join(used.get(name, [])),
        )
        for name in {**needed, **used}
    )
    return pages.table(("Dataset", "What it is", "Needed by", "Also used by"), rows)


def read_by(chapters: Iterable[Chapter]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the chapters that need each dataset, or another one in its place, and that use it."""
    needed: dict[str, list[str]] = {}
    used: dict[str, list[str]] = {}
    for chapter in chapters:
        for one_of in chapter.datasets:
            for name in one_of.split(OR):
                others = " (or another)" if OR in one_of else ""
                needed.setdefault(name, []).append(f"{chapter.id}{others}")
        for name in chapter.optional:
            used.setdefault(name, []).append(chapter.id)
    return needed, used
