"""What a trainee has done so far, kept in a small file of their own beside the handbook.

Only a person at a live notebook leaves a mark: runs of the handbook and its tests keep nothing.
``SOHANDBOOK_PROGRESS`` names another file, for example on a stick that travels home.
"""

import json
import os
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from IPython import get_ipython

from sohandbook import paths
from sohandbook.errors import InputError
from sohandbook.figures.display import is_static

FORMAT = 1
EMPTY: dict[str, Any] = {"format": FORMAT, "exercises": {}, "self_tests": {}}


def file() -> Path:
    """Return where the progress is kept; never in git."""
    return Path(os.environ.get("SOHANDBOOK_PROGRESS", paths.root() / "progress.json")).resolve()


def read() -> dict[str, Any]:
    """Return what was kept.

    Returns
    -------
    dict
        ``exercises``: by name, ``tries`` until it was right and ``solved``, the time of the
        first right answer; ``self_tests``: by objective, the ``best`` number of right answers
        at the first choice, ``of`` how many, and ``last``, the time of the last attempt.

    Raises
    ------
    InputError
        If the file is not one of ours.
    """
    try:
        content = json.loads(file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return json.loads(json.dumps(EMPTY))
    except ValueError as error:
        content = str(error)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(
            str(file()),
            found=content if isinstance(content, str) else "another kind of file",
            allowed=f"progress in format {FORMAT}",
            remedy="Move the file away; a new one is begun with the next answer.",
        )
    return content


def keep_exercise(name: str, *, right: bool) -> None:
    """Keep that an exercise was tried; what is solved stays solved."""

    def change(content: dict[str, Any]) -> None:
        entry = content["exercises"].setdefault(name, {"tries": 0, "solved": None})
        if entry["solved"] is None:
            entry["tries"] += 1
            entry["solved"] = _now() if right else None

    _keep(change)


def keep_self_test(objective: str, *, right: int, of: int) -> None:
    """Keep how many answers were right at the first choice; the best attempt counts."""

    def change(content: dict[str, Any]) -> None:
        best = content["self_tests"].get(objective, {}).get("best", 0)
        content["self_tests"][objective] = {"best": max(best, right), "of": of, "last": _now()}

    _keep(change)


def is_kept() -> bool:
    """Tell whether a person works here: a live kernel that is no run of the handbook."""
    return not is_static() and hasattr(get_ipython(), "kernel")


def _keep(change: Callable[[dict[str, Any]], None]) -> None:
    if not is_kept():
        return
    try:
        content = read()
        change(content)
        part = file().with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        part.replace(file())
    except (InputError, OSError) as error:  # an answer is worth more than its record
        warnings.warn(f"Progress is not kept. {error}", stacklevel=2)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
