"""Parameter cells are read without running them, and every value is checked against its type."""

import nbformat
import pytest
import yaml

import handbook_folder
from handbook_folder import PARAMETERS, Handbook
from sohandbook import chapters, parameters, paths
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.parameters import Parameter


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    return handbook_folder.use(tmp_path, monkeypatch)


def test_reads_name_type_default_and_help(handbook):
    notebook = handbook.add_chapter(
        "a",
        parameters="""
threshold: float = 0.10  # share, e.g. 0.10 for 10 %
years: list[int] = [2000, 2015]  # first and last
weights: dict[str, float] = {"é": -1.0}  # by # part
region: str | None = None
""",
    )
    read = parameters.read(notebook)
    assert list(read) == [
        *parameters.GIVEN_BY_RUNNER,
        "threshold",
        "years",
        "weights",
        "region",
    ]
    assert read["threshold"] == Parameter("threshold", "float", 0.1, "share, e.g. 0.10 for 10 %")
    assert read["weights"] == Parameter("weights", "dict[str, float]", {"é": -1.0}, "by # part")
    assert read["region"].help == ""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a = 1", "a = 1"),
        ("a: int", "a: int"),
        ("a: integer = 1", "a: integer = 1"),
        ("a: int = 1 + len('x')", "a: int = 1 + len('x')"),
        ("import os", "import os"),
        ("a.b: int = 1", "a.b: int = 1"),
        ("a: __import__('os') = 1", "a: __import__"),
        ("a: int = True", "True"),
        ("a: list[int] = ['x']", "'x'"),
        ("a: int = = 1", "a: int = = 1"),
    ],
)
def test_refuses_all_but_typed_literals(handbook, line, found):
    notebook = handbook.add_chapter("a", parameters=line)
    with pytest.raises(InputError, match=r"a.ipynb, parameter cell, line 4: found") as error:
        parameters.read(notebook)
    assert found in str(error.value.found) or found in repr(error.value.found)


@pytest.mark.parametrize("name", parameters.GIVEN_BY_RUNNER)
def test_names_the_missing_line(handbook, name):
    notebook = handbook.add_chapter("a")
    content = nbformat.read(notebook, as_version=4)
    content.cells[0].source = "\n".join(
        line for line in PARAMETERS.splitlines() if not line.startswith(name)
    )
    nbformat.write(content, notebook)
    with pytest.raises(InputError, match=f"allowed: '{name}' among them"):
        parameters.read(notebook)


def test_needs_exactly_one_tagged_cell(handbook):
    notebook = handbook.add_chapter("a", "1")
    content = nbformat.read(notebook, as_version=4)
    content.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(content, notebook)
    with pytest.raises(InputError, match="found \"2 cells tagged 'parameters'\""):
        parameters.read(notebook)


@pytest.mark.parametrize(
    ("type_name", "good", "bad"),
    [
        ("int", [0, -3], [True, 1.0, "1", None]),
        ("float", [0.5, 1], [True, "1", float("nan"), float("inf")]),
        ("str", ["", "x"], [1, None, True]),
        ("bool", [True], [0, 1, "yes"]),
        ("list[int]", [[], [1]], [[True], ["1"], 1, {"a": 1}]),
        ("list", [[1, "a"]], ["ab", None]),
        ("dict[str, list[float]]", [{"a": [1, 2.5]}], [{1: [1.0]}, {"a": 1.0}]),
        ("int | None", [None, 4], ["", 4.5]),
    ],
)
def test_types_are_strict(type_name, good, bad):
    parameter = Parameter("p", type_name, None, "what it is")
    for value in good:
        assert parameter.check(value, where="here") == value
    for value in bad:
        with pytest.raises(InputError, match=r"here: found .* It means: what it is"):
            parameter.check(value, where="here")


def test_settings_take_the_place_of_defaults(handbook):
    notebook = handbook.add_chapter(
        "a", parameters="share: float = 0.1  # of land\nyears: list[int] = [1]  # years"
    )
    handbook.write_settings(settings={"a": {"share": 1}})
    values = parameters.resolve(Country.load("XTT"), "a", parameters.read(notebook))
    assert values == {"share": 1.0, "years": [1]}
    assert isinstance(values["share"], float)


def test_settings_take_the_place_of_the_preset(handbook):
    notebook = handbook.add_chapter(
        "a", parameters="share: float = 0.1  # of land\nyears: list[int] = [1]  # years"
    )
    handbook.write_presets("a", {"share": 0.2, "years": [2]})
    handbook.write_settings(preset="trends_earth", settings={"a": {"share": 0.3}})
    values = parameters.resolve(Country.load("XTT"), "a", parameters.read(notebook))
    assert values == {"share": 0.3, "years": [2]}


def test_the_handbooks_presets_fit_its_notebooks():
    every = yaml.safe_load((paths.data() / "presets.yml").read_text(encoding="utf-8"))
    by_id = {chapter.id: chapter for chapter in chapters.read()}
    assert every["guidance"] == {}
    for chapter_id, values in every["trends_earth"].items():
        own = parameters.read(by_id[chapter_id].file)
        for name, entry in values.items():
            assert own[name].check(entry["value"], where=name) != own[name].default
            assert len(entry["source"]) > 20
