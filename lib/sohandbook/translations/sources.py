"""Where the English texts are: every message of every catalogue, and the file it is in."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sohandbook import language, paths
from sohandbook.translations import markdown, notebooks

INTERFACE, FIGURES, ERRORS = "interface", "figures", "errors"
_IN_TEMPLATE = re.compile(r"""words\(\s*"((?:[^"\\]|\\.)*)"|words\(\s*'((?:[^'\\]|\\.)*)'""")
_MARKERS = {"translate", "message"}
_ERRORS = {"InputError", "first_finding", "wrong_fields"}
# Files of data/ whose sentences stand in tables, and the fields that hold them. Where a text comes
# from ('source') is the name of a work or a file, and stays as it is.
_SENTENCES = {
    "choices.yml": {"question", "label", "why"},
    "drought_index_options.yml": {"option", "here", "climate_indices", "xclim", "why"},
    "drought_vulnerability_factors.yml": {"label", "unit", "basis"},
    "judging.yml": {"question", "label", "unit", "reason", "what", "missing"},
}
# What a check says of itself in the report is the first line of its function.
_CHECKS = ("checks", "table_rules", "trend_rules")
_RULE = re.compile(r"(?:All (?:tables|objectives)|Affected area|CP-\d|SO\d|G\d+)[^:]*: ")


Message = tuple[str, str]  # the English text, and its file relative to the handbook


def catalogues() -> list[str]:
    """Return the names of all catalogues that some language has."""
    names = [name for known in language.known().values() for name in known.catalogues]
    return list(dict.fromkeys(names))


@cache
def messages(catalogue: str) -> dict[str, list[str]]:
    """Return the messages of a catalogue in the order of their files, and the files of each."""
    found: dict[str, list[str]] = {}
    for text, file in _messages(catalogue):
        files = found.setdefault(text, [])
        if file not in files:
            files.append(file)
    return found


def _messages(catalogue: str) -> Iterator[Message]:
    if catalogue == INTERFACE:
        yield from _interface()
    elif catalogue == FIGURES:
        for file in sorted(paths.notebooks().glob("*.ipynb")):
            yield from _of(file, notebooks.literals(file))
        for file in sorted((paths.root() / "lib" / "sohandbook" / "one_cell").glob("*.py")):
            tree = _without_docstrings(ast.parse(file.read_text(encoding="utf-8")))
            yield from _of(file, notebooks.literals_of(tree, shown=False))
        file = paths.data() / "self_tests.yml"
        yield from _of(file, _of_self_tests(yaml.safe_load(file.read_text(encoding="utf-8"))))
        for name, fields in _SENTENCES.items():
            content = yaml.safe_load((paths.data() / name).read_text(encoding="utf-8"))
            yield from _of(paths.data() / name, filter(markdown.is_prose, _texts(content, fields)))
        for name in _CHECKS:
            file = paths.root() / "lib" / "sohandbook" / f"{name}.py"
            yield from _of(file, _rules(ast.parse(file.read_text(encoding="utf-8"))))
    elif catalogue == ERRORS:
        for file in _library():
            yield from _of(file, _remedies(ast.parse(file.read_text(encoding="utf-8"))))
    elif (file := paths.notebooks() / f"{catalogue}.ipynb").is_file():
        yield from _of(file, notebooks.prose(file))
    else:
        file = paths.root() / "book" / f"{catalogue}.md"
        yield from _of(file, markdown.messages(file.read_text(encoding="utf-8")))


def _of(file: Path, texts: Iterator[str]) -> Iterator[Message]:
    place = file.relative_to(paths.root()).as_posix()
    return ((text, place) for text in texts)


def _library() -> list[Path]:
    return sorted((paths.root() / "lib" / "sohandbook").rglob("*.py"))


def _interface() -> Iterator[Message]:
    data = paths.data()
    readers = {
        data / "classes.yml": _of_classes,
        data / "prais_forms.yml": _of_forms,
        data / "land_cover_legends.yml": lambda content: content["esa_cci"]["labels"].values(),
        data / "locale" / "words.yml": _of_words,
        paths.notebooks() / "chapters.yml": lambda content: (row["title"] for row in content),
        paths.root() / "book" / "_toc.yml": _of_contents,
    }
    for file, read in readers.items():
        yield from _of(file, read(yaml.safe_load(file.read_text(encoding="utf-8"))))
    for file in sorted((paths.root() / "book").glob("*.md")):
        yield from _of(file, iter([markdown.title(file)]))
    for file in sorted((paths.root() / "book" / "templates").glob("*.html")):
        found = _IN_TEMPLATE.finditer(file.read_text(encoding="utf-8"))
        yield from _of(file, (match[1] or match[2] for match in found))
    for file in _library():
        yield from _of(file, _marked(ast.parse(file.read_text(encoding="utf-8"))))


def _of_classes(content: dict[str, Any]) -> Iterator[str]:
    for system in content.values():
        yield system["title"]
        yield from (row["label"] for row in system["classes"] if "label" in row)


def _of_forms(content: dict[str, Any]) -> Iterator[str]:
    return filter(markdown.is_prose, _words_of_forms(content))


def _words_of_forms(content: dict[str, Any]) -> Iterator[str]:
    from sohandbook.figures.words import spelt_out

    reference = content["reference_tables"]
    yield from (row["label"] for row in reference["land_cover_classes"])
    yield from (row["process"] for row in reference["degradation_process_options"])
    for entry in content["tables"]:
        yield entry["title"]
    for entry in content["tables"]:
        for column in entry.get("columns", []):
            if "name" in column:
                yield spelt_out(column["name"])
            if unit := column.get("unit"):
                yield unit.replace("km2", "km²")
            options = column.get("options", ())
            if not isinstance(options, str):
                yield from (spelt_out(option) for option in options if isinstance(option, str))
    yield from (rule["rule"] for rule in content["validation_global"])


def _rules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _RULE.match(said := ast.get_docstring(node) or ""):
            yield said


def _texts(content: Any, fields: set[str]) -> Iterator[str]:
    """Return the texts of some fields, however deep they stand."""
    if isinstance(content, dict):
        for name, value in content.items():
            if isinstance(value, str) and name in fields:
                yield value
            else:
                yield from _texts(value, fields)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, fields)


def _of_self_tests(content: dict[str, Any]) -> Iterator[str]:
    for questions in content.values():
        for question in questions:
            yield question["question"]
            for choice in question["choices"]:
                yield choice.get("right") or choice["wrong"]
                yield choice["because"]
            yield question["source"]


def _without_docstrings(tree: ast.Module) -> ast.Module:
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node):
            node.body = node.body[1:]
    return tree


def _of_words(content: dict[str, list[str]]) -> Iterator[str]:
    for words in content.values():
        yield from words


def _of_contents(content: dict[str, Any]) -> Iterator[str]:
    for part in content["parts"]:
        yield part["caption"]


def _marked(tree: ast.AST) -> Iterator[str]:
    """Return the texts given to ``translate`` and ``message``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name in _MARKERS and isinstance(first, ast.Constant) and first.value:
                yield str(first.value)


def _remedies(tree: ast.AST) -> Iterator[str]:
    """Return what errors allow and advise; values stand in braces as in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _ERRORS:
            for keyword in node.keywords:
                if keyword.arg in ("allowed", "remedy"):
                    yield from notebooks.literals_of(keyword.value)
