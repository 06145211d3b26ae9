"""The files that a chapter reads, and their checksums.

Files are looked for before any computing, so that a run of an hour does not
end with a missing year. Checksums of large files are remembered by size, time
and inode, so that a second run need not read them again.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sohandbook import paths
from sohandbook.chapters import Chapter
from sohandbook.country import Country, Dataset
from sohandbook.errors import InputError, cannot_write

FIELD = re.compile(r"\{[^}]*\}")
OR = " or "  # between datasets of which a chapter needs one
MOST_NAMED = 3  # of files that are missing: all of a series would hide what else is wrong
SEXES = ("f", "m")  # as WorldPop's file names write them


def find(dataset: Dataset, *, name: str, country: Country) -> list[Path]:
    """Return the files of a dataset, each checked to exist.

    A pattern is looked for in the country's folder and then in its raw data.
    Patterns with ``{year}`` stand for one another: each year of the dataset
    must have a file of one of them, except those that another year stands for;
    where a pattern has ``{sex}``, each year must have both. Every pattern
    without ``{year}`` must have a file.

    Parameters
    ----------
    dataset : Dataset
    name : str
        Its name in ``country.yml``, for the message.
    country : Country

    Raises
    ------
    InputError
        Names the files that are missing, of many the first ones.
    """
    folders = [country.folder, paths.raw_data() / country.iso3]
    found: set[Path] = set()
    missing = []
    for patterns in _alternatives(dataset):
        files = _first_match(patterns, folders)
        if not files:
            missing.append(" or ".join(patterns))
        found.update(files)
    if missing:
        more = len(missing) - MOST_NAMED
        raise InputError(
            f"{country.folder / 'country.yml'}, datasets.{name}.files",
            found=f"no file {'; '.join(missing[:MOST_NAMED])}"
            + (f"; and {more} more" if more > 0 else ""),
            allowed=f"a file in {folders[0]} or {folders[1]}",
            remedy=(
                "Run 'sohandbook training' to make the training data."
                if country.fictional
                else "Put the file there, mend the pattern, shorten 'years', or name "
                "under 'stands_for' a year that stands for it."
            ),
        )
    return sorted(found)


def _alternatives(dataset: Dataset) -> list[list[str]]:
    """Return lists of patterns, of each of which one must have a file."""
    yearly = [pattern for pattern in dataset.files if "{year}" in pattern]
    alternatives = [[pattern] for pattern in dataset.files if pattern not in yearly]
    if yearly and dataset.years is None:
        alternatives.append(yearly)
    elif yearly:
        first, last = dataset.years
        for year in range(first, last + 1):
            if year not in dataset.stands_for:
                alternatives.append([p.replace("{year}", str(year)) for p in yearly])
    return [
        [pattern.replace("{sex}", sex) for pattern in patterns]
        for patterns in alternatives
        for sex in (SEXES if any("{sex}" in pattern for pattern in patterns) else ("",))
    ]


def _first_match(patterns: list[str], folders: list[Path]) -> list[Path]:
    for pattern in patterns:
        absolute = Path(pattern).is_absolute()
        anchor = Path(pattern).anchor
        for folder in [Path(anchor)] if absolute else folders:
            glob = FIELD.sub("*", pattern.removeprefix(anchor))
            files = [path for path in folder.glob(glob) if path.is_file()]
            if files:
                return files
    return []


def asked_for(chapter: Chapter) -> set[str]:
    """Return the datasets that a chapter takes its figures from, where a country has them."""
    return {name for entry in chapter.datasets for name in entry.split(OR)} | set(chapter.optional)


def used_by(chapter: Chapter, country: Country) -> dict[str, Dataset]:
    """Return the datasets that a chapter reads in this country; the grid's is always one."""
    names = asked_for(chapter)
    if country.grid.dataset is not None:
        names.add(country.grid.dataset)
    return {name: country.datasets[name] for name in sorted(names & set(country.datasets))}


def lacking(chapter: Chapter, country: Country) -> list[str]:
    """Return the datasets that a chapter must have and the country does not list."""
    return [
        entry
        for entry in chapter.datasets
        if not any(name in country.datasets for name in entry.split(OR))
    ]


def label(path: Path) -> str:
    """Return a path as a manifest may show it: without the folders of this machine."""
    for base in (paths.root(), paths.raw_data().parent, paths.countries().parent):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return "/".join(path.parts[-2:])


@dataclass
class Checksums:
    """SHA-256 of files, remembered in a file between runs.

    Attributes
    ----------
    file : Path
        Where they are remembered.
    known : dict
        Path to size, modification time (ns), inode and checksum.
    """

    file: Path
    known: dict[str, list] = field(default_factory=dict)

    @classmethod
    def open(cls) -> Self:
        """Read what earlier runs remembered; a broken file counts as none."""
        file = paths.outputs() / ".checksums.json"
        try:
            return cls(file, json.loads(file.read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):
            return cls(file)

    def of(self, path: Path) -> str:
        """Return the checksum of one file."""
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns, status.st_ino]
        *remembered, digest = self.known.get(str(path), [None])
        if remembered != stamp:
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            self.known[str(path)] = [*stamp, digest]
        return digest

    def of_all(self, files: Iterable[Path]) -> dict[str, str]:
        """Return the checksums of files by their labels."""
        return {label(path): self.of(path) for path in sorted(files)}

    def save(self) -> None:
        """Remember the checksums of the files that still exist, beside what other runs added.

        They only save time: where nothing can be written, they are computed again.
        """
        known = type(self).open().known | self.known
        kept = {path: entry for path, entry in known.items() if Path(path).is_file()}
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.file, json.dumps(kept))
        except OSError as error:
            if not cannot_write(error):
                raise


def write_whole(file: Path, text: str) -> None:
    """Write a text file so that a reader never sees half of it."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        # A disk that is full names no file, and what came to be of this one only takes room.
        temporary.unlink(missing_ok=True)
        error.filename = str(file)
        raise
