"""Read a settings file that people write, and say in their words what is wrong with it."""

import difflib
from collections.abc import Hashable
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from sohandbook.errors import InputError

UNKNOWN = "extra_forbidden"  # a field that no model knows
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


def wrong_fields(
    error: ValidationError, *, model: type[BaseModel], file: Path, remedy: str
) -> list[InputError]:
    """Turn pydantic's findings into errors that name a field as the file does.

    A misspelt field is also a missing one; it is told of once.

    Parameters
    ----------
    error : pydantic.ValidationError
    model : type
        The model of the whole file.
    file : Path
    remedy : str
    """
    findings, told = [], set()
    for finding in sorted(error.errors(), key=lambda each: each["type"] != UNKNOWN):
        path = finding["loc"]
        if finding["type"] == UNKNOWN:
            names = [name for name in _fields(model, path[:-1]) if name != "folder"]
            near = difflib.get_close_matches(str(path[-1]), names, n=1)
            told.update((*path[:-1], name) for name in near)
            findings.append(_unknown_field(finding, names, near, file=file, remedy=remedy))
        elif finding["type"] != "missing" or path not in told:
            allowed = ALLOWED.get(finding["type"]) or (
                finding["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            )
            found = "nothing" if finding["type"] == "missing" else finding["input"]
            findings.append(
                InputError(_place(file, path), found=found, allowed=allowed, remedy=remedy)
            )
    return findings


def _unknown_field(
    finding: Any, names: list[str], near: list[str], *, file: Path, remedy: str
) -> InputError:
    name, value = finding["loc"][-1], finding["input"]
    meant = f" Perhaps it means '{near[0]}'." if near else ""
    return InputError(
        _place(file, finding["loc"]),
        found=name if isinstance(value, dict | list) else value,
        allowed="known fields only: " + ", ".join(names),
        remedy=f"Mend the name or remove the line.{meant} {remedy}",
    )


def _place(file: Path, path: tuple[int | str, ...]) -> str:
    return f"{file}, {'.'.join(str(part) for part in path)}"


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
