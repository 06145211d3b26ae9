"""What the handbook imports, declares, locks and offers to conda is one and the same."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# Needed though no module imports them, and why.
NOT_IMPORTED = {
    "h5netcdf": "xarray's engine for NetCDF",
    "h5py": "what h5netcdf reads and writes with",
    "ipywidgets": "the controls that trainees touch in JupyterLab",
    "jupyter-book": "builds the book, as a program",
    "jupyterlab": "make lab",
    "sphinx-book-theme": "named in _config.yml",
}
# Comes with another, at the version that the other names.
PART_OF = {"pydantic-core": "pydantic"}


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def conda() -> list[str]:
    content = yaml.safe_load((ROOT / "environment.yml").read_text())
    return content["dependencies"]


@pytest.fixture(scope="module")
def lock() -> dict[str, list[Requirement]]:
    """Name to exact versions, of which the marker chooses one."""
    found: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^\w.*$", (ROOT / "requirements.lock").read_text(), re.MULTILINE):
        requirement = Requirement(line.removesuffix("\\"))
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imported(folder: Path) -> set[str]:
    """Distributions of what the Python files and notebooks of a folder import."""
    import nbformat

    sources = [path.read_text() for path in folder.rglob("*.py")]
    for path in folder.rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        sources += [cell.source for cell in cells if cell.cell_type == "code"]
    modules: set[str] = set()
    for node in (node for text in sources for node in ast.walk(ast.parse(text))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules.add(node.module.split(".")[0])
    ours = {"sohandbook"} | {path.stem for path in (ROOT / "tests").rglob("*.py")}
    known = packages_distributions()
    found = set()
    for module in modules - ours - set(sys.stdlib_module_names):
        # Several distributions may share a namespace; the one of the same name is meant.
        offered = known.get(module, [module])
        found.add(canonicalize_name(module if module in offered else offered[0]))
    return {PART_OF.get(name, name) for name in found}


def test_imports_are_declared_and_declarations_are_used(project):
    used = imported(ROOT / "lib") | imported(ROOT / "notebooks")
    batch = names(project["optional-dependencies"]["batch"])
    assert names(project["dependencies"]) == (used - batch) | set(NOT_IMPORTED)
    assert batch <= used


def test_imports_of_tests_are_declared(project):
    extras = project["optional-dependencies"]
    declared = project["dependencies"] + [text for texts in extras.values() for text in texts]
    assert imported(ROOT / "tests") <= names(declared)


def test_conda_has_the_same_dependencies(project, conda):
    wanted = project["dependencies"] + project["optional-dependencies"]["build"]
    offered = [text for text in conda if not text.startswith("python") and text != "pip"]
    assert {str(Requirement(text)) for text in offered} == {
        str(Requirement(text)) for text in wanted
    }


def test_python_is_limited_to_what_the_lock_was_tested_on(project, conda):
    limits = SpecifierSet(project["requires-python"])
    (python,) = (Requirement(text) for text in conda if text.startswith("python"))
    assert python.specifier == limits
    minors = [minor for minor in range(8, 20) if f"3.{minor}.1" in limits]
    assert minors == [11, 12, 13]
    makefile = (ROOT / "Makefile").read_text()
    assert f"(3, {minors[0]}) <= sys.version_info[:2] <= (3, {minors[-1]})" in makefile


def test_lock_meets_every_declaration(project, lock):
    extras = project["optional-dependencies"]
    for text in project["dependencies"] + [text for texts in extras.values() for text in texts]:
        requirement = Requirement(text)
        assert canonicalize_name(requirement.name) in lock, f"run 'make lock': no {text}"
        for locked in lock[canonicalize_name(requirement.name)]:
            (pin,) = locked.specifier
            assert pin.operator == "=="
            assert Version(pin.version) in requirement.specifier, f"run 'make lock': {text}"


@pytest.mark.parametrize("python", ["3.11.2", "3.11.9", "3.12.1", "3.13.0"])
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_lock_chooses_one_version_of_each(lock, python, system):
    environment = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": system,
        "os_name": "posix",
    }
    for name, choices in lock.items():
        chosen = [c for c in choices if c.marker is None or c.marker.evaluate(environment)]
        assert len(chosen) <= 1, name


def test_lock_has_hashes_and_no_address(lock):
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=\w)", text.strip())
    assert len(blocks) == sum(map(len, lock.values()))
    for block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert not re.search(r"https?:|file:|index|find-links", text)
