"""The list of the library's modules, made from their own first lines."""

import ast
from pathlib import Path

import sohandbook
from sohandbook.book.pages import escape, table


def markdown() -> str:
    """Return all modules and packages of the library with the first line of their docstring."""
    library = Path(sohandbook.__file__).parent
    files = [*library.glob("[!_]*.py"), *library.glob("*/__init__.py"), *library.glob("*/[!_]*.py")]
    rows = []
    for file in sorted(files, key=lambda file: _name(file, library)):
        words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        if words:
            rows.append((f"`{_name(file, library)}`", _plain(words.splitlines()[0])))
    return table(("Module", "What it is for"), rows) + "\n"


def _name(file: Path, library: Path) -> str:
    parts = file.relative_to(library).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _plain(words: str) -> str:
    return escape(words.replace("``", ""))
