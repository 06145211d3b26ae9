"""One notebook, run by papermill and tidied for the book."""

import os
import re
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from sohandbook import language, paths
from sohandbook.errors import MAKE_ROOM, cannot_write, not_written, takes_nothing

HOLOVIEWS_LOADER = "application/vnd.holoviews_load.v0+json"
LONGEST_SOCKET_FOLDER = 70  # a Unix socket's path ends at about 104 characters


class ChapterError(Exception):
    """A notebook stopped; the message says in which cell and why."""


def execute(
    notebook: Path,
    target: Path,
    *,
    values: Mapping[str, Any],
    environment: Mapping[str, str],
) -> list[str]:
    """Run a notebook in its own kernel and write it, executed, to a file.

    Parameters
    ----------
    notebook : Path
    target : Path
        Holds the partly executed notebook if a cell fails.
    values : mapping
        Parameters to inject after the notebook's own.
    environment : mapping of str to str
        Variables of the kernel, beside those of this process.

    Returns
    -------
    list of str
        What the cells wrote to standard error: warnings that a reader should not see.

    Raises
    ------
    ChapterError
        Says which cell stopped, its first line and the exception.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _execute(notebook, target, values=values, environment=environment)
    except (OSError, RuntimeError) as error:
        if isinstance(error, OSError) and cannot_write(error):
            results = target.parents[2]  # the notebook stands in 'notebooks' of a staging folder
            reason = not_written(error, results, Path(tempfile.gettempdir()))
            raise ChapterError(f"could not write. {reason}. {MAKE_ROOM}.") from error
        raise ChapterError(f"the notebook could not be run: {error}") from error


def _execute(
    notebook: Path, target: Path, *, values: Mapping[str, Any], environment: Mapping[str, str]
) -> list[str]:
    try:
        with _environment(environment):
            _run_notebook(notebook, target, values)
    except PapermillExecutionError as error:
        cells = nbformat.read(target, as_version=4).cells
        number = _code_cell_number(cells, error.source)
        advice = f". {MAKE_ROOM}." if takes_nothing(error.evalue) else ""
        raise ChapterError(
            f"cell {number}, '{_first_line(error.source)}': {error.ename}: {error.evalue}{advice}"
        ) from error
    except DeadKernelError as error:
        cells = nbformat.read(target, as_version=4).cells
        # papermill calls the cell complete, but it is the last one that was started
        begun = [cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
        source = begun[-1].source if begun else ""
        raise ChapterError(
            f"cell {_code_cell_number(cells, source)}, '{_first_line(source)}': "
            "its process ended by itself; the machine may have run out of memory"
        ) from error
    finally:
        with language.using(environment.get(language.VARIABLE, language.SOURCE)):
            content = _tidy_file(target, values)
    return _warnings(content) if content else []


def _tidy_file(target: Path, values: Mapping[str, Any]) -> nbformat.NotebookNode | None:
    """Make an executed notebook fit for the book; remove one that a full disk cut short."""
    try:
        content = nbformat.read(target, as_version=4)
    except FileNotFoundError:
        return None
    except ValueError:  # half of a JSON file
        target.unlink()
        return None
    _tidy(content)
    if language.current().code != language.SOURCE:
        from sohandbook.translations import notebooks

        notebooks.translate_printed(content)
    content.metadata["papermill"] = {
        "parameters": {n: v for n, v in values.items() if not n.endswith("_folder")}
    }
    nbformat.write(content, target)
    return content


def _run_notebook(notebook: Path, target: Path, values: Mapping[str, Any]) -> None:
    """Run it through papermill; try once more if the kernel did not start, and only then."""
    for attempts_left in (1, 0):
        try:
            papermill.execute_notebook(
                _in_language(notebook),
                target,
                dict(values),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=notebook.parent,
                record_timing=False,
                config=_kernel_configuration(),
            )
        except DeadKernelError:  # it had started
            raise
        except RuntimeError:  # nbclient waited in vain for the kernel's first answer
            if not attempts_left:
                raise
        else:
            return


def _in_language(notebook: Path) -> Path | nbformat.NotebookNode:
    """Return a notebook with its prose in the language in use."""
    if language.current().code == language.SOURCE:
        return notebook
    from sohandbook.translations import notebooks

    return notebooks.translate(nbformat.read(notebook, as_version=4))


def _kernel_configuration() -> Config:
    """Let the kernel talk through sockets of its own, which parallel runs cannot mix up.

    A kernel that is told to stop calls this an error on the screen; what goes wrong in a cell
    reaches us as the cell's result.
    """
    quiet = {"NotebookClient": {"extra_arguments": ["--log-level=CRITICAL"]}}
    folder = tempfile.gettempdir()
    if sys.platform == "win32" or len(folder) > LONGEST_SOCKET_FOLDER:
        return Config(quiet | {"KernelManager": {"transport_encryption": "auto"}})
    address = Path(folder) / f"kernel-{uuid.uuid4().hex[:12]}"
    return Config(quiet | {"KernelManager": {"transport": "ipc", "ip": str(address)}})


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process, which the kernel inherits, and put them back."""
    before = dict(os.environ)
    os.environ.update(
        {
            "JUPYTER_PREFER_ENV_PATH": "1",  # a user's own 'python3' kernel must not win
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            **values,
        }
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _first_line(source: str) -> str:
    return next((line.strip() for line in source.splitlines() if line.strip()), "")


def _code_cell_number(cells: list, source: str) -> int:
    """Count code cells as the notebook's author sees them: without the injected one."""
    written = [
        cell.source
        for cell in cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    return written.index(source) + 1 if source in written else 1


def _tidy(content: nbformat.NotebookNode) -> None:
    """Keep what a reader of the book needs, and nothing of this machine."""
    content.metadata.pop("papermill", None)
    for cell in content.cells:
        cell.metadata.pop("papermill", None)
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.setdefault("tags", [])
        if {"parameters", "injected-parameters"} & set(tags) and "remove-cell" not in tags:
            tags.append("remove-cell")
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"  # not a new name in every run
        cell.source = _without_machine_paths(cell.source)
        cell.outputs = [_clean(output) for output in cell.outputs if not _is_empty(output)]


def _is_empty(output: nbformat.NotebookNode) -> bool:
    """Tell whether an output is HoloViews' loader, which the book brings itself, or nothing."""
    data = output.get("data", {})
    return HOLOVIEWS_LOADER in data or (output.output_type == "display_data" and not data)


def _clean(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for holder, names in ((output, ("text", "evalue")), (output.get("data", {}), None)):
        for name in names or [name for name in holder if name.startswith("text/")]:
            if isinstance(holder.get(name), str):
                holder[name] = _without_machine_paths(holder[name])
    if "traceback" in output:
        output.traceback = [_without_machine_paths(line) for line in output.traceback]
    return output


def _without_machine_paths(text: str) -> str:
    """Shorten paths below the handbook's folder and the user's home.

    A path starts after a quote, a space or a bracket; the same letters inside
    a picture's base64 text are left alone.
    """
    for folder, short in ((paths.root(), ""), (Path.home(), "~/")):
        if folder != Path(folder.anchor):
            text = re.sub(rf"(?<![\w+/=.~-]){re.escape(str(folder))}(?:/|\b)", short, text)
    return text


def _warnings(content: nbformat.NotebookNode) -> list[str]:
    return [
        f"cell {_code_cell_number(content.cells, cell.source)}: {output.text.strip()}"
        for cell in content.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]
