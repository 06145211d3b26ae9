"""A note beside fetched files: what they are, on which terms, where from and when."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sohandbook import catalogue, paths
from sohandbook.catalogue import Entry
from sohandbook.fetching.plan import Wanted
from sohandbook.input_files import write_whole

HEAD = "sha256\tbytes\tfetched on\tfile\taddress"


def write(files: list[Wanted], *, iso3: str) -> list[Path]:
    """Write or bring up to date the notes of fetched files, one a dataset and folder.

    A file that was noted and has not changed keeps its line.

    Parameters
    ----------
    files : list of Wanted
        Those that are there.
    iso3 : str

    Returns
    -------
    list of Path
        The notes, ``<id>.licence.txt`` beside the files.
    """
    raw = paths.raw_data() / iso3
    groups: dict[tuple[Entry, Path], list[Wanted]] = {}
    for file in files:
        if file.target.is_relative_to(raw):
            groups.setdefault((file.entry.id, file.target.parent), []).append(file)
    notes = []
    for (dataset, folder), members in groups.items():
        note = folder / f"{dataset}.licence.txt"
        known = _lines(note)
        members.sort(key=lambda member: member.target)
        lines = [_line(member, known.get(member.target.name)) for member in members]
        write_whole(note, "\n".join([*_terms(members[0].entry), HEAD, *lines]) + "\n")
        notes.append(note)
    return notes


def _terms(entry: Entry) -> list[str]:
    version = catalogue.version(entry.id)
    facts = {
        "Dataset": f"{entry.title} ({entry.id})",
        "Version": version.version,
        "Licence": entry.licence or "not stated",
        "Cite": entry.citation or "not stated",
        "Archive": version.archive_address or "not known",
    }
    return [*(f"{name}: {' '.join(text.split())}" for name, text in facts.items()), ""]


def _lines(note: Path) -> dict[str, str]:
    if not note.is_file():
        return {}
    text = note.read_text(encoding="utf-8")
    rows = text.partition(HEAD)[2].strip().splitlines()
    return {row.split("\t")[3]: row for row in rows}


def _line(file: Wanted, known: str | None) -> str:
    status = file.target.stat()
    day = datetime.fromtimestamp(status.st_mtime, tz=UTC).strftime("%Y-%m-%d")
    if known is not None and known.split("\t")[1:3] == [str(status.st_size), day]:
        return known
    with file.target.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    more = len(file.addresses) - 1
    address = file.address + (f" and {more} more, added up" if more else "")
    return "\t".join([digest, str(status.st_size), day, file.target.name, address])
