"""The generated part of the page on other goals and conventions."""

from collections.abc import Mapping
from pathlib import Path

from sohandbook import crosswalk
from sohandbook.book.pages import escape, table

HEAD = ("Indicator", "What it is there", "Identifier", "Known from")


def write(folder: Path, *, pages: Mapping[str, str]) -> None:
    """Write ``crosswalk.md`` into the staged folder of generated parts; see :func:`markdown`."""
    text = markdown(crosswalk.read(), pages=pages)
    (folder / "crosswalk.md").write_text(text, encoding="utf-8")


def markdown(found: crosswalk.Crosswalk, *, pages: Mapping[str, str]) -> str:
    """Return the crosswalk as Markdown: one table a framework.

    Parameters
    ----------
    found : Crosswalk
    pages : mapping of str to str
        For each reporting table, the page of the chapter that makes it.
    """
    links = crosswalk.links(found)
    parts = []
    for key, framework in found.frameworks.items():
        rows = []
        for link in links[links["to"] == key].itertuples():
            page = next((pages[table_id] for table_id in link.tables if table_id in pages), "")
            name = f"{{doc}}`{link.indicator} </{page}>`" if page else link.indicator
            verified = link.code != crosswalk.UNVERIFIED
            code = f"`{link.code}`" if verified else link.code
            rows.append((f"{name}: {link.metric}", escape(link.how), code, escape(link.source)))
        parts.append(f"## {framework.name}\n\n{framework.what}\n\n{table(HEAD, rows)}\n")
    return "\n".join(parts)
