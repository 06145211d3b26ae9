"""From a figure on a page to its table, its code and its data: links, and a box on each page."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell

import sohandbook
from sohandbook import chapters, input_files
from sohandbook.book import pages
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.language import translate

_TABLE_ID = r"(?:AA\.)?(?:CP-1|SO[1-5](?:-[0-9])?)\.[A-Z0-9]+"
_CAPTIONED = re.compile(
    rf'<div class="sohandbook-table"(?=[^>]*? aria-label="(?:[^"]* Table )?({_TABLE_ID})\b)'
)
_NAMED_IN_CELL = re.compile(rf"(<t[dh][^>]*>)({_TABLE_ID})(</t[dh]>)")
_IMPORTED = re.compile(r"from (sohandbook(?:\.indicators)?) import (\(.*?\)|[^\n]+)", re.DOTALL)
CHECKSUM = 12  # digits of a checksum that tell files apart for a reader
# Modules that show and open things; the figures themselves come from the others.
NOT_ABOUT_FIGURES = ("figures", "widgets", "self_tests", "classes", "forms", "paths")


def written_tables(contents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the file of the page that has each table, beside the other chapters.

    Parameters
    ----------
    contents : iterable of mapping
        The manifests of a country's runs. A table that no run wrote has no page: a country
        without a national legend has no SO1-1.T2.
    """
    return {
        Path(name).stem: f"{Path(chapter.notebook).stem}.html"
        for content in contents
        for chapter in chapters.read()
        if (entry := content["chapters"].get(chapter.id, {})).get("result") == "done"
        for name in entry.get("outputs", {})
        if name.startswith("tables/")
    }


def with_links(
    notebook: nbformat.NotebookNode, *, written: Mapping[str, str]
) -> nbformat.NotebookNode:
    """Give each reporting table on a page an address, and each mention in a cell a link to it.

    ``so1-4-land-degradation.html#SO1-4.T2`` then leads to the table itself.

    Parameters
    ----------
    notebook : NotebookNode
        As executed.
    written : mapping of str to str
        The page of each table, from `written_tables`.
    """
    given: set[str] = set()

    def address(match: re.Match[str]) -> str:
        if match[1] in given:
            return match[0]
        given.add(match[1])
        return f'<div id="{match[1]}" class="sohandbook-table"'

    def link(match: re.Match[str]) -> str:
        before, table_id, after = match.groups()
        if table_id not in written:
            return match[0]
        return f'{before}<a href="{written[table_id]}#{table_id}">{table_id}</a>{after}'

    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if page := output.get("data", {}).get("text/html"):
                page = _CAPTIONED.sub(address, page)
                output["data"]["text/html"] = _NAMED_IN_CELL.sub(link, page)
    return notebook


def with_origin(
    notebook: nbformat.NotebookNode,
    *,
    chapter: Chapter,
    country: Country,
    content: Mapping[str, Any],
) -> nbformat.NotebookNode:
    """Add a box at the end of a chapter's page: its files, its code, its data, when it was made.

    Parameters
    ----------
    notebook : NotebookNode
        As executed.
    chapter : Chapter
    country : Country
    content : mapping
        The manifest of the run.
    """
    entry, code = content["chapters"][chapter.id], content.get("code", {})
    outputs = entry.get("outputs", {})
    commit = str(code.get("commit") or "")[:CHECKSUM]
    version = f"sohandbook {code.get('version', '')}" + (f", `{commit}`" if commit else "")
    earlier = [other for other in chapters.read() if other.id in chapter.needs]
    rows = [
        (translate("Tables"), ", ".join(_tables(notebook, outputs))),
        (translate("Maps"), _counted([name for name in outputs if name.endswith(".tif")])),
        (translate("Code"), ", ".join(f"`{name}`" for name in _code(notebook, chapter))),
        (translate("Version"), version),
        (translate("Made"), str(entry.get("finished", ""))),
        (
            translate("Results of"),
            ", ".join(f"{{doc}}`/chapters/{Path(each.notebook).stem}`" for each in earlier),
        ),
        *(
            (_dataset(name, chapter), _files(content.get("data", {}).get(name, {})))
            for name in input_files.used_by(chapter, country)
        ),
    ]
    title = translate("Data and code behind this page")
    record = translate("`manifest.json` beside the results has all settings and checksums.")
    licences = translate("Sources and licences: {page}.", page="{doc}`/data-and-licences`")
    box = pages.table((translate("What"), translate("Where")), [row for row in rows if row[1]])
    text = f"({anchor(chapter)})=\n\n**{title}**\n\n{box}\n\n{record} {licences}"
    notebook.cells.append(new_markdown_cell(text))
    return notebook


def _dataset(name: str, chapter: Chapter) -> str:
    """Return the name of a dataset, and that it only gives the cells where it does no more."""
    shown = f"`{name}`"
    if name in input_files.asked_for(chapter):
        return shown
    return translate("{dataset}, for the grid", dataset=shown)


def anchor(chapter: Chapter) -> str:
    """Return the address of the box on a chapter's page."""
    return f"behind-{chapter.id}"


def _code(notebook: nbformat.NotebookNode, chapter: Chapter) -> list[str]:
    """Return the notebook and the modules of the library that it takes its figures from."""
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = {
        f"{package}.{name.split(' as ')[0].strip()}"
        for package, listed in _IMPORTED.findall(source)
        for name in listed.strip("()").split(",")
        if name.strip()
    }
    places = [
        name.replace(".", "/")
        for name in sorted(names)
        if name.rsplit(".", 1)[1] not in NOT_ABOUT_FIGURES
    ]
    library = Path(sohandbook.__file__).parents[1]
    ends = (".py" if (library / f"{place}.py").is_file() else "/" for place in places)
    files = (f"lib/{place}{end}" for place, end in zip(places, ends, strict=True))
    return [f"notebooks/{chapter.notebook}", *files]


def _tables(notebook: nbformat.NotebookNode, outputs: Mapping[str, str]) -> list[str]:
    """Name the files of the tables; one that the page does not show has its address here."""
    shown = "".join(
        output.get("data", {}).get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )
    names = [name for name in outputs if name.startswith("tables/")]
    ids = [Path(name).stem for name in names]
    return [
        f"`{name}`" if f'id="{table_id}"' in shown else f'<span id="{table_id}"></span>`{name}`'
        for name, table_id in zip(names, ids, strict=True)
    ]


def _files(files: Mapping[str, str]) -> str:
    """Name a dataset's only file with its checksum, or the first of several."""
    if not files:
        return ""
    first, checksum = next(iter(sorted(files.items())))
    if len(files) == 1:
        return f"`{first}`, SHA-256 `{checksum[:CHECKSUM]}`"
    return translate("{number} files, the first `{name}`", number=len(files), name=first)


def _counted(names: list[str]) -> str:
    if len(names) <= 2:
        return ", ".join(f"`{name}`" for name in names)
    return translate("{number} files, the first `{name}`", number=len(names), name=names[0])
