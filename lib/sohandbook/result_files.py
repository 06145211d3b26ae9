"""The files of a country's results: whose they are, and how they get to their place."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sohandbook.input_files import Checksums


class ClashError(Exception):
    """A chapter wrote a file that is a result of another one."""


def move(
    staging: Path,
    output: Path,
    *,
    chapter_id: str,
    entries: Mapping[str, Mapping[str, Any]],
    checksums: Checksums,
) -> dict[str, str]:
    """Move a whole chapter's files to their place.

    Parameters
    ----------
    staging, output : Path
        On one disk, so that each file appears whole or not at all.
    chapter_id : str
    entries : mapping
        What the manifest says of each chapter.
    checksums : Checksums

    Returns
    -------
    dict of str to str
        Each file's name in the output folder and its checksum.

    Raises
    ------
    ClashError
        A file is another chapter's, with other content; nothing was moved.
    """
    names = {
        path.relative_to(staging).as_posix(): path
        for path in sorted(staging.rglob("*"))
        if path.is_file()
    }
    for other, entry in entries.items():
        for name in sorted(names.keys() & entry["outputs"].keys()):
            if other != chapter_id and checksums.of(names[name]) != entry["outputs"][name]:
                raise ClashError(f"it wrote {name}, which is a result of chapter {other}")
    moved = {}
    for name, path in names.items():
        place = output / name
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        moved[name] = checksums.of(place)
    return moved


def remove_old(
    output: Path,
    *,
    chapter_id: str,
    entries: Mapping[str, Mapping[str, Any]],
    keep: Iterable[str] = (),
) -> None:
    """Remove a chapter's earlier results: none is better than one of other settings."""
    shared = {name for other, e in entries.items() if other != chapter_id for name in e["outputs"]}
    old = set(entries.get(chapter_id, {}).get("outputs", {})) - set(keep) - shared
    for name in old:
        (output / name).unlink(missing_ok=True)
