"""What a successor has to know, made from the manifest, the settings and the earlier report."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sohandbook import manifest, national_report, parameters
from sohandbook.book.pages import escape, table
from sohandbook.chapters import Chapter
from sohandbook.country import Country

MOST_CHANGES = 20


def markdown(country: Country, *, results: Path, chapters: Mapping[str, Chapter]) -> str:
    """Say what was run, what was decided, which data stand in, and what changed since before.

    Parameters
    ----------
    country : Country
    results : Path
        The country's output folder.
    chapters : mapping of str to Chapter
    """
    parts = [
        ("What was run", _run(country, manifest.read(results))),
        ("What was decided", _decisions(country, chapters)),
        ("Where data stand in for others", _stand_ins(country)),
        ("What changed since the last cycle", _changes(country, results)),
    ]
    name = escape(country.name)
    return "\n\n".join(f"## {title}: {name}\n\n{text}" for title, text in parts) + "\n"


def _run(country: Country, content: Mapping[str, Any]) -> str:
    if not content["chapters"]:
        return "Nothing was run yet."
    code = content.get("code", {})
    entries = content["chapters"].values()
    done = sum(entry.get("result") == "done" for entry in entries)
    since = {True: ", and files that were changed since", False: "", None: ""}
    commit = code.get("commit")
    rows = [
        ("Last run", content.get("run", {}).get("finished") or "not stated"),
        ("Version of the handbook", code.get("version", "not stated")),
        (
            "Commit",
            f"`{commit}`{since[code.get('changed_since_commit')]}" if commit else "not known",
        ),
        ("Python", code.get("python", "not stated")),
        ("Preset", f"`{content.get('preset', country.preset)}`"),
        ("Chapters with results", f"{done} of {len(entries)} that were started"),
    ]
    return table(("What", "Value"), rows)


def _decisions(country: Country, chapters: Mapping[str, Chapter]) -> str:
    rows = list(_own_settings(country, chapters))
    beside = sorted(
        path.relative_to(country.folder).as_posix()
        for path in country.folder.rglob("*")
        if path.is_file() and path.name not in ("country.yml", ".DS_Store")
    )
    settings = (
        table(
            ("Chapter", "Setting", "The handbook's value", "The country's value", "Meaning"), rows
        )
        if rows
        else "Every setting has the handbook's own value."
    )
    return (
        f"{settings}\n\nThe reasons are the comments in `country.yml`; {{doc}}`/add-your-country` "
        "shows the file.\n\n"
        f"Files of the country beside it: {', '.join(f'`{name}`' for name in beside) or 'none'}."
    )


def _own_settings(country: Country, chapters: Mapping[str, Chapter]) -> Iterator[tuple[str, ...]]:
    for name, chapter in chapters.items():
        known = parameters.read(chapter.file)
        for setting, value in parameters.resolve(country, name, known).items():
            if value != known[setting].default:
                default = known[setting].default
                yield (escape(chapter.title), f"`{setting}`", f"`{default!r}`", f"`{value!r}`",
                       escape(known[setting].help))  # fmt: skip


def _stand_ins(country: Country) -> str:
    rows = [
        (f"`{name}`", str(year), str(other))
        for name, dataset in country.datasets.items()
        for year, other in dataset.stands_for.items()
    ]
    return table(("Dataset", "For the year", "We take"), rows) if rows else "Nowhere."


def _changes(country: Country, results: Path) -> str:
    changes, compared = national_report.changes_between(
        country.folder / "previous", results / "tables"
    )
    if not compared:
        return (
            "There are no tables of an earlier report in the country's folder `previous`, "
            "so nothing can be compared."
        )
    said = f"{compared} earlier figures were compared, and {len(changes)} are other figures now."
    if changes.empty:
        return said
    rows = (
        (f"`{row.table}`", escape(str(row.row)), f"`{row.column}`", f"{row.before:,.6g}",
         f"{row.after:,.6g}", f"{row.percent:+.1f} %")
        for row in changes.head(MOST_CHANGES).itertuples()
    )  # fmt: skip
    head = ("Table", "Row", "Column", "Then", "Now", "Difference")
    rest = "" if len(changes) <= MOST_CHANGES else f" The {MOST_CHANGES} largest:"
    return (
        f"{said}{rest}\n\n{table(head, rows)}\n\nEach needs a reason in the comments of its form."
    )
