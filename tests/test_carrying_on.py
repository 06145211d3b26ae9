"""What we tell those who carry on is true: the files exist, and the licences agree."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILES = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
LINKS = re.compile(r"\]\((?!https?:)([^)#]+)\)")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "LICENSE-text.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_file_that_a_change_touches_exists():
    files = FILES.findall(text("CONTRIBUTING.md"))
    assert len(files) > 25
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_each_kind_of_change_has_its_list():
    sections = re.split(r"^## ", text("CONTRIBUTING.md"), flags=re.MULTILINE)[1:]
    lists = {part.splitlines()[0]: len(FILES.findall(part)) for part in sections}
    for kind in ("an indicator", "a country", "a language", "a dataset", "a choice"):
        assert lists[f"Add {kind}"] >= 4


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_of_the_documents_lead_somewhere(name):
    assert [link for link in LINKS.findall(text(name)) if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("page", ["architecture", "moving-on", "teach", "handing-over"])
def test_files_named_on_pages_for_those_who_carry_on_exist(page):
    named = re.findall(r"`((?:data|lib|book|tests|notebooks)/[\w./-]+)`", text(f"book/{page}.md"))
    made = ("data/raw", "data/countries/ABC")
    assert [
        name for name in named if not name.startswith(made) and not (ROOT / name).exists()
    ] == []


def test_licences_agree():
    cited = yaml.safe_load(text("CITATION.cff"))
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert cited["license"] == ["Apache-2.0", "CC-BY-4.0"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in text("LICENSE")
    assert "Attribution 4.0 International" in text("LICENSE-text.md")


def test_one_version_everywhere():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert yaml.safe_load(text("CITATION.cff"))["version"] == version
    assert f"## {version}" in text("CHANGELOG.md")


def test_issue_templates_have_a_name_and_a_purpose():
    templates = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"))
    assert len(templates) >= 4
    for template in templates:
        head = yaml.safe_load(template.read_text(encoding="utf-8").split("---")[1])
        assert head["name"] and head["about"]


def test_indicators_know_nothing_of_the_rest_of_the_house():
    """The rule that the page on the code states first."""
    allowed = {"classes", "errors", "paths", "indicators"}
    for file in (ROOT / "lib" / "sohandbook" / "indicators").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sohandbook"):
                parts = node.module.split(".")[1:2]
                names = parts or [alias.name for alias in node.names]
                assert set(names) <= allowed, (file.name, names)
            elif isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
                assert not roots & {"rasterio", "rioxarray", "matplotlib"}, file.name
