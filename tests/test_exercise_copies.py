"""Trainees' notebooks come from the handbook's own, so that exercise and solution cannot drift."""

import ast
import json
from pathlib import PurePosixPath

import pytest
from IPython.core.interactiveshell import InteractiveShell
from typer.testing import CliRunner

from sohandbook import chapters, cli, exercise_copies, parameters, paths, progress
from sohandbook.country import Country
from sohandbook.errors import InputError

NOTEBOOKS = [chapter.notebook for chapter in chapters.read()]


def cell(source: str, *tags: str) -> dict:
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source.splitlines(keepends=True)}


MADE_UP = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["## Exercise\n", "How much?"]},
        cell("attempt = ..."),
        cell("# Solution\nparts = [1, 2]\nsolution = sum(parts)", "hide-cell"),
        cell(
            'exercise = Exercise(\n    name="x-1", question="How much?", answer=solution,\n'
            '    mistakes={"That is the product.": 2},\n)\nexercise.check(attempt)'
        ),
        cell("exercise.confirm(solution)", "hide-cell"),
        cell("attempt = ..."),
        cell(
            'exercise = Exercise(name="x-2", question="Which?", answer="b",'
            ' mistakes={"No, that is the first.": "a"})\nexercise.check(attempt)'
        ),
        cell('# Solution\nexercise.confirm("b")', "hide-cell"),
    ]
}


def code(document: dict) -> list[str]:
    return ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == "code"]


def test_solutions_go_into_scripts():
    copy, scripts = exercise_copies.without_solutions(MADE_UP, where="made up")
    assert code(copy) == [
        "attempt = ...",
        "%run -i checks/x-1.py\nexercise.check(attempt)",
        "attempt = ...",
        "%run -i checks/x-2.py\nexercise.check(attempt)",
    ]
    assert list(scripts) == ["x-1", "x-2"]
    assert "solution = sum(parts)" in scripts["x-1"] and "sum" not in scripts["x-2"]
    assert "Solution" in str(MADE_UP), "the original stays"


def test_a_copy_checks_answers_as_the_original_does(tmp_path, monkeypatch):
    copy, scripts = exercise_copies.without_solutions(MADE_UP, where="made up")
    (tmp_path / "checks").mkdir()
    for name, script in scripts.items():
        (tmp_path / "checks" / f"{name}.py").write_text(script)
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()
    shell.run_cell("from sohandbook.exercises import Exercise")
    check = code(copy)[1]
    for attempt, wanted in ((2, "That is the product."), (3, "Right."), ("...", "How much?")):
        shell.run_cell(f"attempt = {attempt}")
        result = shell.run_cell(check)
        result.raise_error()
        assert wanted in str(result.result)


def test_an_exercise_without_a_name_is_refused():
    document = {"cells": [cell("exercise = Exercise(answer=1)\nexercise.check(attempt)")]}
    with pytest.raises(InputError, match="an exercise without a name"):
        exercise_copies.without_solutions(document, where="x.ipynb")


def test_names_are_unique_and_those_of_the_chapters():
    names = exercise_copies.names()
    every = [name for of_chapter in names.values() for name in of_chapter]
    assert len(set(every)) == len(every)
    for chapter, of_chapter in names.items():
        assert of_chapter, f"{chapter} has no exercise"
        assert all(name == chapter or name.startswith(f"{chapter}-") for name in of_chapter)


def test_begun_copies_are_kept(tmp_path):
    first = exercise_copies.write(tmp_path)
    assert [path.name for path in first.new] == NOTEBOOKS and first.kept == []
    begun = tmp_path / NOTEBOOKS[0]
    begun.write_text("my answers")
    (tmp_path / NOTEBOOKS[1]).unlink()
    again = exercise_copies.write(tmp_path)
    assert [path.name for path in again.new] == [NOTEBOOKS[1]]
    assert begun in again.kept and begun.read_text() == "my answers"


def test_the_handbooks_own_folder_is_refused():
    with pytest.raises(InputError, match="a folder of your own"):
        exercise_copies.write(paths.notebooks())
    assert not (paths.notebooks() / "checks").exists()


def test_the_commands_write_copies_and_show_progress(tmp_path, monkeypatch):
    written = CliRunner().invoke(cli.app, ["exercises", str(tmp_path / "course")])
    assert written.exit_code == 0 and written.output.count("new ") == len(NOTEBOOKS)
    said = " ".join(written.output.split())
    assert said.endswith("in JupyterLab."), "which runs at the handbook's folder already"
    monkeypatch.setenv("SOHANDBOOK_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "is_kept", lambda: True)
    progress.keep_exercise("so1-1", right=False)
    progress.keep_exercise("so1-1", right=True)
    progress.keep_self_test("SO1", right=5, of=7)
    shown = CliRunner().invoke(cli.app, ["progress"])
    assert shown.exit_code == 0 and "5 of 7" in shown.output
    assert f"1 of {len(NOTEBOOKS) + 1} exercises solved" in shown.output
    (tmp_path / "progress.json").write_text("[]")
    broken = CliRunner().invoke(cli.app, ["progress"])
    assert broken.exit_code == 2 and "Move the file away" in broken.output


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_nothing_drifts(notebook):
    """A copy and its scripts hold each statement of the original once, solutions in scripts."""
    document = json.loads((paths.notebooks() / notebook).read_text(encoding="utf-8"))
    copy, scripts = exercise_copies.without_solutions(document, where=notebook)
    for source in code(copy):
        assert "# Solution" not in source and "Exercise(" not in source, source
    for name, script in scripts.items():
        (exercise,) = [
            node for node in ast.walk(ast.parse(script))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise"
        ]  # fmt: skip
        given = {keyword.arg: keyword.value for keyword in exercise.keywords}
        assert {"name", "question", "answer", "mistakes"} <= set(given), name
        assert given["mistakes"].keys, f"{name} explains no wrong answer"
    put_back = []
    for source in code(copy):
        for line in source.splitlines():
            name = PurePosixPath(line).stem if line.startswith("%run") else ""
            put_back.append(scripts[name] if name else line)
    kept = [source for source in code(document) if "exercise.confirm(" not in source]
    assert ast.dump(ast.parse("\n".join(put_back))) == ast.dump(ast.parse("\n".join(kept)))


def test_settings_go_into_the_parameter_cell():
    text = (
        'iso3: str = "XDL"  # code\nsites: str = ""  # a file; or none\nyears: dict = {}  # by name'
    )
    document = {"cells": [cell(text, "parameters"), cell("sites: str = 1  # not here")]}
    exercise_copies.put_settings(document, {"sites": "a.geojson", "years": {"North": "n.csv"}})
    assert code(document) == [
        'iso3: str = "XDL"  # code\n'
        "sites: str = 'a.geojson'  # a file; or none\n"
        "years: dict = {'North': 'n.csv'}  # by name",
        "sites: str = 1  # not here",
    ]


def test_copies_hold_the_settings_of_the_training_country(tmp_path):
    exercise_copies.write(tmp_path)
    parameters_of = parameters.read(tmp_path / "so1-4-land-degradation.ipynb")
    assert parameters_of["sites"].default == Country.load("XDL").settings["so1-4"]["sites"]
