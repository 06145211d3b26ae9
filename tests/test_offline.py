"""The package for a computer without a network: all that is needed, and nothing that is private."""

import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from sohandbook import offline
from sohandbook.errors import InputError

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture
def handbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small handbook with a country that may go along and one that may not."""
    root = tmp_path / "handbook"
    for name in (
        "README.md",
        "my-results/secret.csv",
        "lib/sohandbook/a.py",
        "lib/__pycache__/a.pyc",
        ".venv/secret",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    shutil.copytree(
        ROOT / "data" / "templates" / "offline", root / "data" / "templates" / "offline"
    )
    for iso3 in ("XTA", "XPR"):
        for name in (
            f"data/countries/{iso3}/country.yml",
            f"data/raw/{iso3}/map.tif",
            f"outputs/{iso3}/manifest.json",
            f"build/site/{iso3}/index.html",
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(json.dumps(iso3))
    (root / "wheels").mkdir()
    (root / "wheels" / "one-1.0-py3-none-any.whl").write_bytes(b"wheel")
    for name in ("RAW", "COUNTRIES", "OUTPUTS"):
        monkeypatch.delenv(f"SOHANDBOOK_{name}", raising=False)
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(root))
    return root


def pack(root: Path, *iso3s: str) -> zipfile.ZipFile:
    archive = offline.pack(
        iso3s, wheels=root / "wheels", requirements="one==1.0\n", to=root / "build" / "offline"
    )
    return zipfile.ZipFile(archive)


def test_the_lock_is_cut_to_what_a_trainee_needs():
    part = offline.locked(LOCK)
    assert "\npapermill==" in part
    assert "\nsetuptools==" in part
    assert "\nsnakemake==" not in part
    assert "\nplaywright==" not in part
    assert part.count("==") < LOCK.count("==")
    assert part.count("--hash=sha256:") > 200


def test_a_lock_without_a_needed_package_is_an_error():
    with pytest.raises(InputError, match="papermill"):
        offline.locked("xarray==2026.1.0 \\\n    --hash=sha256:00\n")


def test_only_the_chosen_country_and_nothing_hidden_goes_along(handbook: Path):
    with pack(handbook, "XTA") as archive:
        names = {name.split("/", 1)[1] for name in archive.namelist()}
    assert {
        "README.txt", "SHA256SUMS", "start.sh", "start.bat", "requirements.txt", "book/index.html",
        "book/XTA/index.html", "handbook/README.md", "handbook/lib/sohandbook/a.py",
        "handbook/data/countries/XTA/country.yml", "handbook/data/raw/XTA/map.tif",
        "handbook/outputs/XTA/manifest.json", "wheels/one-1.0-py3-none-any.whl",
    } <= names  # fmt: skip
    assert not [name for name in names if "XPR" in name or "cache" in name or "secret" in name]


def test_checksums_are_those_of_the_files(handbook: Path):
    with pack(handbook, "XTA") as archive:
        top = archive.namelist()[0].split("/")[0]
        for line in archive.read(f"{top}/SHA256SUMS").decode().splitlines():
            checksum, name = line.split("  ")
            assert hashlib.sha256(archive.read(f"{top}/{name}")).hexdigest() == checksum


def test_the_start_script_installs_from_the_package_alone(handbook: Path):
    with pack(handbook, "XTA") as archive:
        archive.extractall(handbook)
        top = handbook / archive.namelist()[0].split("/")[0]
    script = (top / "start.sh").read_text()
    assert "--no-index" in script
    assert "--require-hashes" in script
    assert f"python{offline.python()}" in script
    assert "@" not in script.replace('"$@"', "")
    assert subprocess.run(["sh", "-n", str(top / "start.sh")], check=False).returncode == 0
    assert b"\r\n" in (top / "start.bat").read_bytes()
    readme = (top / "README.txt").read_text()
    assert "1 Python packages" in readme
    assert "{" not in readme


def test_another_python_is_refused_before_anything_is_installed(handbook: Path, tmp_path: Path):
    with pack(handbook, "XTA") as archive:
        archive.extractall(tmp_path)
        top = tmp_path / archive.namelist()[0].split("/")[0]
    done = subprocess.run(
        ["sh", str(top / "start.sh")], env={"PATH": "/usr/bin:/bin", "PYTHON": "false"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"needs Python {offline.python()}" in done.stderr
    assert not (top / "handbook" / ".venv").exists()


def test_a_country_without_a_book_is_refused(handbook: Path):
    (handbook / "build" / "site" / "XTA" / "index.html").unlink()
    with pytest.raises(InputError, match="sohandbook book XTA"):
        pack(handbook, "XTA")
