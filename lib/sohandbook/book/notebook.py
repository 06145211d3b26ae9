"""An executed notebook on its way into the book: light, honest, and at home offline."""

import ast
import base64
import copy
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell

from sohandbook.language import message, translate

WIDGET = "application/vnd.jupyter.widget-view+json"
_EMBEDDED_IMAGE = re.compile(r'src="data:image/(png|jpeg|svg\+xml);base64,([^"]+)"')
# JupyterLab shows a link where it would show a role as code; the book wants the role.
_LINK = r"\[[^\]]*\]\(\.\./book/references\.bib#(\w+)\)"
_CITED = re.compile(rf"\({_LINK}(?:; {_LINK})*\)|{_LINK}(?:, {_LINK})*")
_SUFFIX = {"png": "png", "jpeg": "jpg", "svg+xml": "svg"}

# What opens and closes a cell that the page keeps shut.
_IMPORTS = message("Show the imports"), message("Hide the imports")
_SOLUTION = message("Show the solution"), message("Hide the solution")
_CHECK = message("Show how answers are checked"), message("Hide how answers are checked")
_TRIAL = message("Show the trial of the solution"), message("Hide the trial of the solution")


def for_page(
    notebook: nbformat.NotebookNode, *, parameters: Mapping[str, Any], assets: Path
) -> nbformat.NotebookNode:
    """Return a copy of an executed notebook that loads nothing from elsewhere.

    Images inside its HTML become files, so that pages stay small and images load when they
    are seen. Links to the list of references become citations. Widgets do nothing without a
    kernel and give way to their static twins. The cell of parameters gives way to a sentence
    with the values that were used. Imports are shut, so that the answer comes first, and so are
    the likely mistakes of an exercise. Every shut cell says what is in it.

    Parameters
    ----------
    notebook : NotebookNode
    parameters : mapping
        The values the chapter was computed with; none says nothing.
    assets : path
        The folder of the book's static files.
    """
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    cells = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags and parameters:
            cells.append(new_markdown_cell(_values_used(parameters)))
        if cell.cell_type == "code":
            outputs = (_for_page(output, assets) for output in cell.outputs)
            cell.outputs = [output for output in outputs if output is not None]
            _shut(cell)
        else:
            cell.source = _CITED.sub(_as_role, cell.source)
        if not {"parameters", "injected-parameters"} & set(tags):
            cells.append(cell)
    notebook.cells = cells
    return notebook


def uses_bokeh(notebook: nbformat.NotebookNode) -> bool:
    """Say whether an output of the notebook needs Bokeh's JavaScript."""
    return any(
        "Bokeh" in output.get("data", {}).get("text/html", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )


def _shut(cell: nbformat.NotebookNode) -> None:
    """Close imports and the list of likely mistakes, and name what a closed cell holds."""
    tags = cell.metadata.get("tags", [])
    if "hide-cell" in tags:
        prompts = _SOLUTION if cell.source.startswith("# Solution") else _TRIAL
    elif _only_imports(cell.source):
        prompts = _IMPORTS
    elif "= Exercise(" in cell.source:
        prompts = _CHECK
    else:
        return
    if "hide-cell" not in tags:
        cell.metadata["tags"] = [*tags, "hide-input"]
    show, hide = map(translate, prompts)
    cell.metadata["mystnb"] = {"code_prompt_show": show, "code_prompt_hide": hide}


def _only_imports(source: str) -> bool:
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic of IPython
        return False
    return bool(body) and all(isinstance(line, ast.Import | ast.ImportFrom) for line in body)


def _as_role(links: re.Match[str]) -> str:
    return "{cite}`" + ",".join(re.findall(_LINK, links[0])) + "`"


def _values_used(parameters: Mapping[str, Any]) -> str:
    values = ", ".join(f"`{name} = {value!r}`" for name, value in parameters.items())
    return translate("This page was computed with {values}.", values=values)


def _for_page(output: nbformat.NotebookNode, assets: Path) -> nbformat.NotebookNode | None:
    data = output.get("data")
    if data is None:
        return output
    if data.pop(WIDGET, None) is not None and set(data) <= {"text/plain"}:
        return None
    if "text/html" in data:
        data["text/html"] = _EMBEDDED_IMAGE.sub(
            lambda match: _as_file(match, assets), data["text/html"]
        )
    return output


def _as_file(image: re.Match[str], assets: Path) -> str:
    content = base64.b64decode(image[2])
    name = f"{hashlib.sha256(content).hexdigest()[:16]}.{_SUFFIX[image[1]]}"
    file = assets / "figures" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return f'src="../_static/figures/{name}" loading="lazy" decoding="async"'
