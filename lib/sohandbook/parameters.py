"""The parameter cell of a notebook: read without running it, and checked.

papermill itself only warns of a misspelt parameter and knows no types; a
report to the Convention must not rest on a setting that nobody read.
"""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from sohandbook import paths
from sohandbook.country import Country
from sohandbook.errors import Findings, InputError

GIVEN_BY_RUNNER = ("iso3", "country_folder", "output_folder")
TYPES = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameter cell: ``name: type = default  # help``."""

    name: str
    type_name: str
    default: Any
    help: str

    def check(self, value: Any, *, where: str) -> Any:
        """Return the value if it has the parameter's type.

        A whole number may stand for a ``float``; true and false may not stand
        for numbers.

        Raises
        ------
        InputError
            Names the place, the value found and the type allowed.
        """
        try:
            return _adapter(self.type_name).validate_python(value)
        except ValidationError as error:
            raise InputError(
                where,
                found=value,
                allowed=f"{self.type_name}, for example {self.default!r}",
                remedy=f"It means: {self.help}." if self.help else "Mend the value.",
            ) from error


def _adapter(type_name: str) -> TypeAdapter:
    """Build the check of a type; strict, so that text is never taken for a number."""
    plain = all(
        isinstance(node, ast.Name | ast.Subscript | ast.Tuple | ast.BinOp | ast.BitOr)
        or (isinstance(node, ast.Constant) and node.value is None)
        or isinstance(node, ast.expr_context | ast.Expression)
        for node in ast.walk(ast.parse(type_name, mode="eval"))
    )
    if not plain:
        raise NameError(type_name)
    annotation = eval(type_name, {"__builtins__": {}}, TYPES)  # only the names in TYPES exist
    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False))


def source(cell: Mapping[str, Any]) -> str:
    """Return a cell's source; on disk it may be a list of lines."""
    return "".join(cell["source"])


def read(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name, without running it.

    Raises
    ------
    InputError
        There is not exactly one cell tagged ``parameters``, a line in it is
        not ``name: type = literal``, a default has not its type, or one of
        the runner's own parameters is missing.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise InputError(
            str(notebook),
            found=f"{len(tagged)} cells tagged 'parameters'",
            allowed="exactly one",
            remedy="Tag the first code cell.",
        )
    text = source(tagged[0])
    where = f"{notebook}, parameter cell"
    try:
        statements = ast.parse(text).body
    except SyntaxError as error:
        raise InputError(
            f"{where}, line {error.lineno}",
            found=error.text or "",
            allowed="Python",
            remedy="Mend the line.",
        ) from error
    found = {}
    for statement in statements:
        parameter = _parameter(statement, text.splitlines(), where)
        found[parameter.name] = parameter
    for name in GIVEN_BY_RUNNER:
        if name not in found:
            raise InputError(
                where, found=list(found), allowed=f"{name!r} among them", remedy="Add the line."
            )
    return found


def _parameter(statement: ast.stmt, lines: list[str], where: str) -> Parameter:
    line = lines[statement.lineno - 1]
    at_line = f"{where}, line {statement.lineno}"
    try:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            raise TypeError(line)
        type_name = ast.unparse(statement.annotation)
        _adapter(type_name)
        default = ast.literal_eval(statement.value)
    except (TypeError, ValueError, NameError, AttributeError) as error:
        raise InputError(
            at_line,
            found=line,
            allowed=f"'name: type = literal  # help' with the types {', '.join(TYPES)}",
            remedy="Derived values belong in the next cell.",
        ) from error
    last = lines[statement.end_lineno - 1].encode()[statement.end_col_offset :].decode()
    parameter = Parameter(statement.target.id, type_name, default, last.strip().lstrip("# "))
    parameter.check(default, where=at_line)
    return parameter


def resolve(
    country: Country, chapter_id: str, parameters: Mapping[str, Parameter]
) -> dict[str, Any]:
    """Return the value of every parameter of a chapter that a country may set.

    Parameters
    ----------
    country : Country
        Its ``settings`` hold the chapter's values that differ from those of its ``preset``.
    chapter_id : str
    parameters : mapping of str to Parameter
        As :func:`read` returns them.

    Raises
    ------
    InputError
        A setting is unknown, has the wrong type, or belongs to the runner.
    """
    settings = country.settings.get(chapter_id, {})
    where = f"{country.folder / 'country.yml'}, settings.{chapter_id}"
    own = {name: p for name, p in parameters.items() if name not in GIVEN_BY_RUNNER}
    chosen = {name: parameter.default for name, parameter in own.items()}
    for name, value in preset(country.preset).get(chapter_id, {}).items():
        chosen[name] = own[name].check(value, where=f"data/presets.yml, {chapter_id}.{name}")
    found = Findings()
    for name, value in settings.items():
        with found.gathering():
            if name not in own:
                raise InputError(
                    where,
                    found=name,
                    allowed=own or "no settings: this chapter has none",
                    remedy="Mend the name or remove the line.",
                )
            chosen[name] = own[name].check(value, where=f"{where}.{name}")
    found.refuse()
    return chosen


def preset(name: str) -> dict[str, dict[str, Any]]:
    """Return what a preset sets: chapter to parameter to value (``data/presets.yml``)."""
    every = yaml.safe_load((paths.data() / "presets.yml").read_text(encoding="utf-8"))
    return {
        chapter: {parameter: entry["value"] for parameter, entry in values.items()}
        for chapter, values in every[name].items()
    }
