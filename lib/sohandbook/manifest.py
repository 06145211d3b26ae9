"""What a country's results were made from: ``outputs/<ISO3>/manifest.json``.

It answers a reviewer's questions (which settings, which code, which data,
when) and the runner's one question: is this chapter still up to date?
"""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import sohandbook
from sohandbook import input_files, parameters, paths
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.input_files import Checksums

FORMAT = 1
TIME = "%Y-%m-%dT%H:%M:%SZ"


def now() -> str:
    """Return the time, UTC, to the second."""
    return datetime.now(UTC).strftime(TIME)


def time_of(file: Path) -> str:
    """Return when a file was last written, in the same form as :func:`now`."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime(TIME)


def digest(content: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of an output folder; an empty one where there is none.

    Raises
    ------
    InputError
        The file is not JSON.
    """
    file = folder / "manifest.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"chapters": {}}
    except json.JSONDecodeError as error:
        raise InputError(
            str(file), found=str(error), allowed="JSON", remedy="Remove the file and run again."
        ) from error
    return content if content.get("format") == FORMAT else {"chapters": {}}


def write(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest so that a reader never sees half of it."""
    input_files.write_whole(
        folder / "manifest.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    )


def header(country: Country) -> dict[str, Any]:
    """Return the manifest's part on the country and the code."""
    return {
        "format": FORMAT,
        "iso3": country.iso3,
        "country": country.name,
        "fictional": country.fictional,
        "preset": country.preset,
        "code": {
            "version": sohandbook.__version__,
            **_commit(),
            "python": platform.python_version(),
            "packages": {
                package.name: package.version
                for package in sorted(distributions(), key=lambda package: package.name.lower())
            },
        },
    }


def _commit() -> dict[str, Any]:
    """Return the git commit and whether files differ from it, where git knows."""
    git = ["git", "-C", str(paths.root())]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True)
        changed = subprocess.run(
            [*git, "status", "--porcelain", "--", "lib", "notebooks", "data"],
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "changed_since_commit": None}
    return {
        "commit": commit.stdout.decode().strip(),
        "changed_since_commit": bool(changed.stdout.strip()),
    }


def common_parts(country: Country, checksums: Checksums) -> dict[str, Any]:
    """Return what every chapter's result depends on: the library and the installed packages."""
    package = Path(sohandbook.__file__).parent
    library = [*package.rglob("*.py"), *paths.data().glob("*.yml")]
    lock = paths.root() / "requirements.lock"
    beside = [path for path in country.folder.rglob("*") if path.is_file()]
    return {
        "library": checksums.of_all(library),
        "packages": checksums.of_all([lock] if lock.is_file() else []),
        "country": {
            "files": checksums.of_all(path for path in beside if path.name != "country.yml"),
            "settings": country.model_dump(mode="json", exclude={"settings", "datasets"}),
        },
    }


def key(
    chapter: Chapter,
    *,
    values: Mapping[str, Any],
    country: Country,
    data: Mapping[str, Mapping[str, str]],
    earlier: Mapping[str, str],
    common: Mapping[str, Any],
) -> dict[str, str]:
    """Return what a chapter's result depends on, one checksum for each kind of thing.

    Parameters
    ----------
    chapter : Chapter
    values : mapping
        Its parameters as :func:`sohandbook.parameters.resolve` returns them.
    country : Country
    data : mapping of str to mapping
        Dataset name to file to checksum.
    earlier : mapping of str to str
        Maps and tables of the chapters it needs or comes after, with their checksums; of
        those it comes after also what became of them.
    common : mapping
        As :func:`common_parts` returns it.
    """
    cells = json.loads(chapter.file.read_text(encoding="utf-8"))["cells"]
    datasets = input_files.used_by(chapter, country)
    parts = {
        "notebook": [[cell["cell_type"], parameters.source(cell)] for cell in cells],
        "settings": dict(values),
        "data": [{name: dataset.model_dump() for name, dataset in datasets.items()}, data],
        "earlier chapters": dict(earlier),
        **common,
    }
    return {name: digest(content) for name, content in parts.items()}
