"""Notebooks for trainees: copies of the handbook's own, with the solutions taken out.

Notebooks hold exercise and solution side by side, so that every run proves the solution. For
trainees both go into a small script that the copy runs to check an answer: nobody sees the
solution by chance, and nothing is written twice that could drift apart.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from sohandbook import chapters, parameters, paths
from sohandbook.country import Country
from sohandbook.errors import InputError

CHECK = "exercise.check(attempt)"
SOLUTION = "# Solution"
CHECKS = "checks"
COUNTRY = "XDL"  # the country of the course


class Written(NamedTuple):
    """What became of the copies: new ones, and those a trainee had begun already."""

    new: list[Path]
    kept: list[Path]


def names() -> dict[str, list[str]]:
    """Return the names of the exercises of each chapter, by the chapter's id."""
    return {
        chapter.id: [
            _name(source, where=chapter.notebook)
            for source in _code(json.loads(_path(chapter.notebook).read_text(encoding="utf-8")))
            if CHECK in source
        ]
        for chapter in chapters.read()
    }


def write(folder: Path) -> Written:
    """Write a trainee's copy of each notebook, and beside them the scripts that check.

    The copies hold the training country's settings: by hand they give what its book shows.

    Parameters
    ----------
    folder : path
        Is made if it is not there. A notebook in it stays as it is: it may hold answers.

    Returns
    -------
    Written

    Raises
    ------
    InputError
        If the folder is the handbook's own.
    """
    if folder.resolve() == paths.notebooks().resolve():
        raise InputError(
            "folder of the exercises", found=folder, allowed="a folder of your own",
            remedy="Name another one, such as my-course.",
        )  # fmt: skip
    (folder / CHECKS).mkdir(parents=True, exist_ok=True)
    written = Written([], [])
    country = Country.load(COUNTRY)
    for chapter in chapters.read():
        document = json.loads(_path(chapter.notebook).read_text(encoding="utf-8"))
        copy, scripts = without_solutions(document, where=chapter.notebook)
        for name, script in scripts.items():
            (folder / CHECKS / f"{name}.py").write_text(script, encoding="utf-8")
        target = folder / chapter.notebook
        if target.exists():
            written.kept.append(target)
            continue
        known = parameters.read(_path(chapter.notebook))
        chosen = parameters.resolve(country, chapter.id, known)
        put_settings(copy, {k: v for k, v in chosen.items() if v != known[k].default})
        target.write_text(json.dumps(copy, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        written.new.append(target)
    return written


def without_solutions(
    document: dict[str, Any], *, where: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a notebook without its solutions, and the scripts that check the answers.

    Parameters
    ----------
    document : dict
        A notebook: cells with ``attempt = ...``, a solution that begins with ``# Solution``,
        and an exercise that ends with ``exercise.check(attempt)``.
    where : str
        The notebook's name, for messages.

    Returns
    -------
    (dict, dict of str to str)
        The trainee's notebook, and by the exercise's name what computes its answer.
    """
    copy, scripts = deepcopy(document), {}
    cells, solution = [], ""
    for cell in copy["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            pass
        elif source.startswith(SOLUTION) or source.startswith("exercise.confirm("):
            # A solution that stands after its exercise only confirms it.
            solution = "" if "exercise.confirm(" in source else source
            continue
        elif CHECK in source:
            name = _name(source, where=where)
            parts = [solution, source.removesuffix(CHECK).rstrip()]
            scripts[name] = "\n".join(part for part in parts if part) + "\n"
            lines = [f"%run -i {CHECKS}/{name}.py", CHECK]
            cell["source"] = "\n".join(lines).splitlines(keepends=True)
            solution = ""
        cells.append(cell)
    copy["cells"] = cells
    return copy, scripts


def put_settings(document: dict[str, Any], settings: Mapping[str, Any]) -> None:
    """Write values into the parameter cell of a notebook; its types and comments stay.

    Parameters
    ----------
    document : dict
        A notebook whose parameter cell has each parameter on a line of its own.
    settings : mapping of str to value
        By the parameter's name.
    """
    for cell in document["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            lines = []
            for line in "".join(cell["source"]).splitlines():
                name, rest = line.split(":", 1)
                if name in settings:
                    comment = rest.rpartition("  # ")[2]
                    kind = rest.partition(" = ")[0]
                    line = f"{name}:{kind} = {settings[name]!r}  # {comment}"
                lines.append(line)
            cell["source"] = "\n".join(lines).splitlines(keepends=True)


def _name(source: str, *, where: str) -> str:
    """Return the name of the exercise that a cell defines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise":
            for keyword in node.keywords:
                if keyword.arg == "name":
                    return str(ast.literal_eval(keyword.value))
    raise InputError(
        where, found="an exercise without a name", allowed="name=, such as so1-1",
        remedy="Give it the chapter's id.",
    )  # fmt: skip


def _code(document: dict[str, Any]) -> Iterator[str]:
    return ("".join(c["source"]) for c in document["cells"] if c["cell_type"] == "code")


def _path(notebook: str) -> Path:
    return paths.notebooks() / notebook
