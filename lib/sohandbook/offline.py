"""The handbook in one file, for a workshop without a network: 'make offline'.

It holds the finished book, the notebooks with their data and results, and every program that
they need as a wheel, so that a computer with Python and nothing else can install it.
"""

import argparse
import hashlib
import os
import platform
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import requires
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sohandbook
from sohandbook import paths
from sohandbook.errors import InputError

EXTRAS = ("", "build")  # what a trainee needs, and what installs the handbook itself
PACKED = {".whl", ".png", ".jpg", ".gz", ".zip", ".xlsx", ".gpkg", ".pdf"}  # small already
MADE_AGAIN = {"__pycache__", "node_modules"}
# What goes along; a folder of somebody's own beside them does not.
FOLDERS = ("benchmarks", "book", "data", "lib", "notebooks", "profiles", "tests")
# Folders of which only the chosen countries go along: others may hold data that nobody may pass on.
BY_COUNTRY = (("data", "countries"), ("data", "raw"))


def locked(lock: str, *, extras: Iterable[str] = EXTRAS) -> str:
    """Return the part of the lock that the handbook needs on this system.

    Parameters
    ----------
    lock : str
        Text of ``requirements.lock``.
    extras : iterable of str
        Of the handbook's own extras; the empty one stands for its dependencies.

    Raises
    ------
    InputError
        A package that is needed is not in the lock.
    """
    needed = _needed("sohandbook", tuple(extras))
    entries = {
        canonicalize_name(re.match(r"[\w.-]+", entry)[0]): entry
        for entry in re.split(r"\n(?=\w)", lock.strip())
        if (marker := Requirement(entry.splitlines()[0].rstrip("\\ ")).marker) is None
        or marker.evaluate()
    }
    if missing := sorted(needed - entries.keys()):
        raise InputError(
            "requirements.lock",
            found=f"no {', '.join(missing)}",
            allowed="every dependency of pyproject.toml",
            remedy="Run 'make lock'.",
        )
    return "\n".join(entries[name] for name in sorted(needed)) + "\n"


def _needed(package: str, extras: tuple[str, ...]) -> set[str]:
    """Return the names of all distributions that a package needs, directly or through others."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(package, extras)]
    while waiting:
        name, wanted = waiting.pop()
        for line in requires(name) or ():
            one = Requirement(line)
            if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in wanted):
                found = (canonicalize_name(one.name), ("", *sorted(one.extras)))
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)
    return {name for name, _ in seen}


def fetch_wheels(requirements: Path, *, folder: Path) -> None:
    """Fetch the wheels of a list with checksums, for this system and this Python.

    Raises
    ------
    InputError
        A package has no wheel for them, or cannot be reached.
    """
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--require-hashes"]
    done = subprocess.run(
        [*command, "--requirement", str(requirements), "--dest", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise InputError(
            "pip download",
            found=errors[-1] if errors else done.stderr.strip()[-300:],
            allowed=f"a wheel of each package for {system()}, Python {python()}",
            remedy="Make the package on a computer with a network.",
        )


def system() -> str:
    """Return what kind of computer this is, as in a file's name: ``linux-x86_64``."""
    return f"{platform.system()}-{platform.machine()}".lower()


def python() -> str:
    """Return the version of Python that the wheels are for: ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def pack(iso3s: Iterable[str], *, wheels: Path, requirements: str, to: Path) -> Path:
    """Write the archive.

    Parameters
    ----------
    iso3s : iterable of str
        Countries that go along, with data, results and book.
    wheels : Path
        The folder of wheels.
    requirements : str
        Their list with checksums.
    to : Path
        The folder of the archive.

    Returns
    -------
    Path
        The archive; everything in it stands in one folder of the archive's name.

    Raises
    ------
    InputError
        A country has no book or no results yet.
    """
    iso3s = list(iso3s)
    site, outputs = paths.root() / "build" / "site", paths.outputs()
    for iso3 in iso3s:
        for place in (site / iso3 / "index.html", outputs / iso3 / "manifest.json"):
            if not place.is_file():
                raise InputError(
                    iso3,
                    found=f"no {place.name} in {place.parent}",
                    allowed="a country that has run and has a book",
                    remedy=f"Run 'sohandbook run {iso3}' and 'sohandbook book {iso3}'.",
                )
    name = f"land-reporting-handbook-{sohandbook.__version__}-{system()}-python{python()}"
    sources = dict(_handbook(iso3s))
    for iso3 in iso3s:
        sources |= _tree(site / iso3, f"book/{iso3}")
        sources |= _tree(outputs / iso3, f"handbook/outputs/{iso3}")
    sources["book/index.html"] = _front(iso3s)
    sources |= _tree(wheels, "wheels")
    guide = paths.root() / "build" / f"handbook-{iso3s[0]}.pdf"
    if guide.is_file():
        sources["handbook.pdf"] = guide
    sources["requirements.txt"] = requirements
    sources |= _start(iso3s, wheels=len(list(wheels.iterdir())), has_guide=guide.is_file())
    to.mkdir(parents=True, exist_ok=True)
    archive = to / f"{name}.zip"
    partial = archive.with_suffix(".part")
    sums = []
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for inside, source in sorted(sources.items()):
            content = source.read_bytes() if isinstance(source, Path) else source.encode()
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {inside}\n")
            packed = Path(inside).suffix in PACKED
            kind = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            file.writestr(f"{name}/{inside}", content, kind)
        file.writestr(f"{name}/SHA256SUMS", "".join(sums))
    partial.replace(archive)
    return archive


def _handbook(iso3s: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the handbook's own files, without what can be made again."""
    root = paths.root()
    for file in root.glob("[!.]*"):
        if file.is_file():
            yield f"handbook/{file.name}", file
    for folder in FOLDERS:
        for inside, file in _tree(root / folder, folder).items():
            parts = Path(inside).parts
            if parts[:2] not in BY_COUNTRY or parts[2] in iso3s:
                yield f"handbook/{inside}", file


def _tree(folder: Path, inside: str) -> dict[str, Path]:
    """Return the files of a folder by their name in the archive.

    Hidden files and folders, and those that can be made again, are left out.
    """
    found = {}
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and not name.endswith(".egg-info")
            and name not in MADE_AGAIN
        ]
        for name in files:
            if not name.startswith("."):
                file = Path(place) / name
                found[f"{inside}/{file.relative_to(folder).as_posix()}"] = file
    return found


def _front(iso3s: list[str]) -> str:
    """Return a page that leads to the books of the archive."""
    links = "".join(f'<li><a href="{iso3}/index.html">{iso3}</a></li>' for iso3 in iso3s)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Land Reporting Handbook</title>'
        "<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;"
        "padding:0 1rem}</style></head><body><main><h1>Land Reporting Handbook</h1>"
        f"<p>The books in this package:</p><ul>{links}</ul></main></body></html>\n"
    )


def _start(iso3s: list[str], *, wheels: int, has_guide: bool) -> dict[str, str]:
    """Return the start scripts and the README, filled in."""
    folder = paths.data() / "templates" / "offline"
    guide = "handbook.pdf is the same as one file for printing.\n" if has_guide else ""
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    texts = {
        "README.txt": readme.format(
            system=system(), python=python(), country=iso3s[0], countries=", ".join(iso3s),
            wheels=wheels, pdf=guide,
        )
    }  # fmt: skip
    for name in ("start.sh", "start.bat"):
        script = (folder / name).read_text(encoding="utf-8").replace("@python@", python())
        texts[name] = script.replace("\n", "\r\n") if name.endswith(".bat") else script
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Fetch the wheels, write the archive, and say where it is and how large."""
    parser = argparse.ArgumentParser(prog="python -m sohandbook.offline", description=__doc__)
    parser.add_argument("iso3", nargs="*", default=["XDL"], help="countries that go along")
    options = parser.parse_args(arguments)
    place = paths.root() / "build" / "offline"
    place.mkdir(parents=True, exist_ok=True)
    try:
        needed = locked((paths.root() / "requirements.lock").read_text(encoding="utf-8"))
        with TemporaryDirectory(dir=place) as folder:
            wheels = Path(folder) / "wheels"
            wheels.mkdir()
            (Path(folder) / "requirements.txt").write_text(needed, encoding="utf-8")
            print("Fetching the programs ...", flush=True)
            fetch_wheels(Path(folder) / "requirements.txt", folder=wheels)
            print("Packing ...", flush=True)
            archive = pack(options.iso3, wheels=wheels, requirements=needed, to=place)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
