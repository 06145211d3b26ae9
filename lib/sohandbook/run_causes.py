"""Why two runs differ: data, parameters or code, read from their two manifests.

The runner keeps one checksum for each kind of thing that a chapter depends on
(:func:`sohandbook.manifest.key`). Where two of them differ, we look in the rest of the manifests
for what it was.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sohandbook import chapters, input_files
from sohandbook.chapters import Chapter

COLUMNS = ["chapter", "because_of", "what", "before", "after"]
CODE = ("notebook", "library", "packages")
NOTHING = "nothing"


def causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """Say for each chapter what it was made from in one run and in the other.

    Parameters
    ----------
    before, after : mapping
        As :func:`sohandbook.manifest.read` returns them.

    Returns
    -------
    DataFrame
        One row a difference: ``chapter``, ``because_of`` (data, parameters, code, country,
        earlier chapters, result), ``what`` it is, and how it was ``before`` and ``after``.
    """
    known = {chapter.id: chapter for chapter in chapters.read()}
    ids = dict.fromkeys([*known, *before["chapters"], *after["chapters"]])
    rows = [
        (chapter_id, *row)
        for chapter_id in ids
        for row in _of_chapter(chapter_id, known, before, after)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_chapter(
    chapter_id: str,
    known: Mapping[str, Chapter],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterator[tuple[str, str, str, str]]:
    old, new = (run["chapters"].get(chapter_id, {}) for run in (before, after))
    if not old and not new:
        return
    states = [_state(entry) for entry in (old, new)]
    if states[0] != states[1]:
        yield ("result", "what became of it", *states)
    if not old.get("key") or not new.get("key"):
        return
    changed = {part for part in old["key"] | new["key"]
               if old["key"].get(part) != new["key"].get(part)}  # fmt: skip
    if "settings" in changed:
        yield from _values("parameters", old.get("parameters", {}), new.get("parameters", {}))
    if "data" in changed:
        yield from _data(known.get(chapter_id), before, after)
    if "country" in changed:
        yield "country", "the country's folder or its settings", "", ""
    for part in CODE:
        if part in changed:
            yield from _code(part, before, after)
    if "earlier chapters" in changed:
        moved = _moved(known.get(chapter_id), known, before, after)
        yield "earlier chapters", ", ".join(moved) or "those it reads", "", ""


def _state(entry: Mapping[str, Any]) -> str:
    reason = f" ({entry['reason']})" if entry.get("reason") else ""
    return f"{entry.get('result', 'not run')}{reason}"


def _values(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield kind, name, str(old.get(name, NOTHING)), str(new.get(name, NOTHING))


def _data(
    chapter: Chapter | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    old, new = (run.get("data", {}) for run in (before, after))
    found = False
    for name in dict.fromkeys([*old, *new]):
        if chapter is not None and not _reads(chapter, name):
            continue
        files = [run.get(name, {}) for run in (old, new)]
        if files[0] != files[1]:
            found = True
            other = [file for file in files[0].keys() | files[1].keys()
                     if files[0].get(file) != files[1].get(file)]  # fmt: skip
            what = f"{name}: {len(other)} file{'s' if len(other) > 1 else ''}, {min(other)}"
            yield ("data", what, *(_files(run) for run in files))
    if not found:
        yield "data", "a dataset's entry in country.yml, or the grid's dataset", "", ""


def _reads(chapter: Chapter, dataset: str) -> bool:
    names = [name for entry in chapter.datasets for name in entry.split(input_files.OR)]
    return dataset in (*names, *chapter.optional)


def _files(files: Mapping[str, str]) -> str:
    return f"{len(files)} file{'' if len(files) == 1 else 's'}" if files else NOTHING


def _code(
    part: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    old, new = (run.get("code", {}) for run in (before, after))
    if part == "packages":
        versions = list(_values("code", old.get("packages", {}), new.get("packages", {})))
        yield from versions or [("code", "requirements.lock", "", "")]
        return
    yield ("code", part, *(_version(code) for code in (old, new)))


def _version(code: Mapping[str, Any]) -> str:
    commit = str(code.get("commit") or "")[:10]
    edited = " with changes" if code.get("changed_since_commit") else ""
    return f"{code.get('version', 'unknown')} {commit}{edited}".strip()


def _moved(
    chapter: Chapter | None,
    known: Mapping[str, Chapter],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[str]:
    """Return the chapters that this one reads and whose results differ."""
    if chapter is None:
        return []
    read = chapters.needed(list(known.values()), [chapter.id]).union(chapter.after)
    return [
        other
        for other in known
        if other in read
        and before["chapters"].get(other, {}).get("outputs")
        != after["chapters"].get(other, {}).get("outputs")
    ]
