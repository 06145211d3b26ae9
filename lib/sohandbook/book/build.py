"""Stage countries' books, render them with Jupyter Book and publish those that are whole."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import filelock

from sohandbook import language as languages
from sohandbook import paths
from sohandbook.book.publish import list_countries, publish
from sohandbook.book.staging import stage
from sohandbook.country import Country
from sohandbook.errors import MAKE_ROOM, not_written, takes_nothing

_COLOUR = re.compile(r"\x1b\[[\d;]*m")


class BookError(RuntimeError):
    """A country's book has errors; what was published before stays as it was."""


def build(
    iso3s: Sequence[str],
    *,
    outputs: Path | None = None,
    site: Path | None = None,
    language: str = "",
) -> Path:
    """Build the books of countries and publish each that is whole.

    Parameters
    ----------
    iso3s : sequence of str
        Countries, by code. They are built in parallel processes.
    outputs : Path, optional
        Where the runner put its results; by default ``outputs/``.
    site : Path, optional
        Where to publish; by default ``build/site``. The books are staged beside it.
    language : str
        By its code; by default each country's own. Books in another stand in
        ``<site>/<language>``, and every page leads to its counterparts.

    Returns
    -------
    Path
        The page that lists all published countries.

    Raises
    ------
    InputError
        A country's settings are wrong; nothing is built.
    BookError
        Pages have errors. Countries without errors are published all the same.
    """
    outputs = outputs or paths.outputs()
    site = site or paths.root() / "build" / "site"
    countries = [Country.load(iso3) for iso3 in iso3s]
    codes = [languages.check(language or country.language) for country in countries]
    folders = [
        country.results_folder(code, outputs=site.parent)
        for country, code in zip(countries, codes, strict=True)
    ]
    with ExitStack() as locks:  # another build of the same book would take its folder away
        for folder in sorted(set(folders)):
            folder.parent.mkdir(parents=True, exist_ok=True)
            locks.enter_context(filelock.FileLock(folder.with_name(f".{folder.name}.lock")))
        for country, folder, code in zip(countries, folders, codes, strict=True):
            with languages.using(code):
                stage(country, outputs=outputs, folder=folder)
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            errors = list(workers.map(_render, folders, codes))
        for country, folder, code, error in zip(countries, folders, codes, errors, strict=True):
            if not error:
                publish(folder / "_build" / "html", country=country, site=site, language=code)
    index = list_countries(site, outputs=outputs)
    failures = [
        f"{country.iso3}:\n{error}"
        for country, error in zip(countries, errors, strict=True)
        if error
    ]
    if failures:
        raise BookError("These books have errors and were not published.\n" + "\n".join(failures))
    return index


def _render(folder: Path, language: str) -> str:
    """Run Jupyter Book with warnings as errors; return what it complains about, or nothing."""
    program = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", str(folder / "src")]
    options = ["--config", str(folder / "_config.yml"), "--path-output", str(folder)]
    strict = ["-W", "-n", "--keep-going", "--quiet"]
    environment = {**os.environ, "PYTHONUTF8": "1", languages.VARIABLE: language}
    done = subprocess.run(
        [*command, *options, *strict], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode == 0:
        return ""
    complaints = _COLOUR.sub("", done.stderr or done.stdout).strip()
    if full := takes_nothing(complaints):  # and not the way through Sphinx to that line
        reason = not_written(full, folder, Path(tempfile.gettempdir()))
        return f"Could not write. {reason}. {MAKE_ROOM}."
    return complaints
