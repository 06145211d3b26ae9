"""Read a settings file that people write, and say in their words what is wrong with it."""

import difflib
from collections.abc import Hashable
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from sohandbook.errors import InputError

# What pydantic calls its findings, and what a person may write instead.
ALLOWED = {
    "missing": "this field is required",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "string_type": "a text",
    "bool_parsing": "true or false",
    "list_type": "a list, for example [a, b]",
    "tuple_type": "a list, for example [2000, 2015]",
    "dict_type": "fields with values, each on a line of its own",
    "model_type": "fields with values, each on a line of its own",
}


class _EachFieldOnce(yaml.SafeLoader):
    """A reader of YAML that refuses a field written twice: one of the two would not count."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines and name != "<<":
                raise yaml.YAMLError(
                    f"'{name}' stands there twice, in line {lines[name]} and in line {line}"
                )
            lines[name] = line
        return super().construct_mapping(node, deep)


def read(file: Path) -> dict[str, Any]:
    """Return the fields of a settings file.

    Raises
    ------
    InputError
        The file is not YAML, is empty, or has a field twice.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _EachFieldOnce)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            str(file),
            found=_problem(error),
            allowed="YAML",
            remedy="Mend the line it names; look for a missing colon, quote or indent.",
        ) from error
    if not isinstance(content, dict):
        raise InputError(
            str(file),
            found="nothing" if content is None else content,
            allowed="fields with values, each on a line of its own",
            remedy="Fill the file.",
        )
    return content


def _problem(error: Exception) -> str:
    """Return what the reader of YAML complains of and in which line, without its own terms."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error)
    said = str(error.problem).replace("'\\t'", "a tab")  # type: ignore[attr-defined]
    lines = mark.buffer.rstrip("\0").splitlines() if mark.buffer else []
    text = lines[mark.line].strip() if mark.line < len(lines) else "the end of the file"
    return f"line {mark.line + 1}, '{text}': {said}"


def wrong_field(
    error: ValidationError, *, model: type[BaseModel], file: Path, remedy: str
) -> InputError:
    """Turn pydantic's findings into one message that names a field as the file does.

    A name that is not known comes first: a misspelt field is also a missing one.

    Parameters
    ----------
    error : pydantic.ValidationError
    model : type
        The model of the whole file.
    file : Path
    remedy : str
    """
    findings = sorted(error.errors(), key=lambda finding: finding["type"] != "extra_forbidden")
    first = findings[0]
    field = ".".join(str(part) for part in first["loc"])
    found = "nothing" if first["type"] == "missing" else first["input"]
    if first["type"] == "extra_forbidden" and isinstance(found, dict | list):
        found = first["loc"][-1]
    allowed = ALLOWED.get(first["type"]) or first["msg"].removeprefix("Value error, ").removeprefix(
        "Input should be "
    )
    if first["type"] == "extra_forbidden":
        names = [name for name in _fields(model, first["loc"][:-1]) if name != "folder"]
        near = difflib.get_close_matches(str(first["loc"][-1]), names, n=1)
        meant = f" Perhaps it means '{near[0]}'." if near else ""
        remedy = f"Mend the name or remove the line.{meant} {remedy}"
        allowed = "known fields only: " + ", ".join(names)
    if len(findings) > 1:
        remedy = f"{remedy} ({len(findings) - 1} more after this one.)"
    return InputError(f"{file}, {field}", found=found, allowed=allowed, remedy=remedy)


def _fields(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the fields of the part of a file to which a path leads."""
    part: Any = model
    for step in path:
        if isinstance(part, type) and issubclass(part, BaseModel):
            part = _plain(part.model_fields[str(step)].annotation)
        else:
            part = _plain(get_args(part)[-1])  # the values of a dict or a list
    return list(part.model_fields)


def _plain(annotation: Any) -> Any:
    """Return a type without what may stand in its place: nothing."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(kind for kind in get_args(annotation) if kind is not type(None)))
    return annotation
