"""Notebooks in another language: their prose before they run, what they print after.

Code is the same in every language, so that tables and maps are. Captions, labels and questions
in it are messages all the same; the library exchanges them where it shows them.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from sohandbook import language, parameters
from sohandbook.translations import catalogue, markdown
from sohandbook.translations.placeholders import parts

# Names of files, columns and rows: what these get is never shown.
_NOT_SHOWN = {
    "save_map", "save_table", "save_report", "query", "eval", "map", "data", "table", "split",
    "replace", "startswith", "endswith", "truth",
}  # fmt: skip
_COLUMN = re.compile(r"[a-z]+(_[a-z0-9]+)+")
_SHOWN = {"KeyFigure", "Exercise", "print"}
_SHOWN_AS = {"caption", "alt", "question", "unit", "title", "whole", "description"}


def prose(notebook: Path) -> Iterator[str]:
    """Return the messages of a notebook's Markdown cells."""
    for cell in _cells(notebook, "markdown"):
        yield from markdown.messages(parameters.source(cell))


def literals(notebook: Path) -> Iterator[str]:
    """Return the messages in a notebook's code: ``f"Land in {year}"`` is ``Land in {year}``."""
    for cell in _cells(notebook, "code"):
        if "parameters" not in cell["metadata"].get("tags", []):
            yield from _literals(ast.parse(parameters.source(cell)), shown=False)


def literals_of(node: ast.AST, *, shown: bool = True) -> Iterator[str]:
    """Return the messages among the literals of a piece of code.

    Parameters
    ----------
    node : AST
    shown : bool
        People read them all; if not, only those with a space or in a place that is shown.
    """
    return _literals(node, shown=shown)


def translate(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Exchange the prose of a notebook for that in the language in use."""
    words = catalogue.read(language.current().code)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = markdown.translate(cell.source, words.exact)
    return notebook


def translate_printed(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Exchange what the cells of an executed notebook printed, line by line."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stdout":
                lines = output.text.split("\n")
                output.text = "\n".join(map(_line, lines))
    return notebook


def _line(line: str) -> str:
    """Exchange a printed line, whole or from message to message: ``print("in all:", name)``."""
    if (whole := language.translate(line)) != line:
        return whole
    words = catalogue.read(language.current().code)
    for space in reversed([place for place, letter in enumerate(line) if letter == " "]):
        first, rest = line[:space], line[space + 1 :]
        if (found := words.known(first)) is not None and found != first:
            return f"{found} {language.numbers(_line(rest))}"
    return line


def _cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def _literals(node: ast.AST, *, shown: bool) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        text = _text(node)
        words = "".join(piece for piece, is_field in parts(text) if not is_field)
        spaced = (shown and not _COLUMN.fullmatch(text)) or " " in text.strip()
        if spaced and markdown.is_prose(words):
            yield text
        return
    if isinstance(node, ast.Call):
        function = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if function in _NOT_SHOWN and not _is_figure(node.func):
            return
        yield from _literals(node.func, shown=False)
        for argument in node.args:
            yield from _literals(argument, shown=shown or function in _SHOWN)
        for keyword in node.keywords:
            known = keyword.arg in _SHOWN_AS or function in _SHOWN
            yield from _literals(keyword.value, shown=shown or known)
        return
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        yield from _literals(node.slice, shown=False)  # choices["no change at all"] = ...: a row
        return
    if isinstance(node, ast.Subscript | ast.Compare):
        return  # names of columns, and what is compared with
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, shown=shown)


def _is_figure(function: ast.expr) -> bool:
    """Tell ``figures.table(...)``, whose words are shown, from ``report.table(...)``."""
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "figures"


def _text(node: ast.AST) -> str:
    """Return a literal as a message: what is computed stands in braces as in the code."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    pieces = []
    for part in node.values:  # type: ignore[attr-defined]
        if isinstance(part, ast.FormattedValue):
            form = f":{_text(part.format_spec)}" if part.format_spec else ""
            pieces.append(f"{{{ast.unparse(part.value)}{form}}}")
        else:
            pieces.append(str(part.value))
    return "".join(pieces)
