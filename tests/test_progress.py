"""Progress is a person's own: kept at a live notebook, never by a run."""

import json
from types import SimpleNamespace

import pytest

from sohandbook import progress
from sohandbook.errors import InputError
from sohandbook.exercises import Exercise


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A live notebook whose progress goes into a folder of the test."""
    monkeypatch.setenv("SOHANDBOOK_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "get_ipython", lambda: SimpleNamespace(kernel=True))
    return tmp_path / "progress.json"


EXERCISE = Exercise(name="so1-1", question="How much?", answer=3.0, mistakes={"Half.": 1.5})


def test_tries_count_until_the_answer_is_right(kernel):
    EXERCISE.check(...)
    assert progress.read()["exercises"] == {}, "nobody tried"
    for attempt in (1.5, 7, 3, 7):
        EXERCISE.check(attempt)
    entry = progress.read()["exercises"]["so1-1"]
    assert entry["tries"] == 3 and entry["solved"].endswith("+00:00")
    assert [path.name for path in kernel.parent.iterdir()] == ["progress.json"]


def test_a_solution_confirms_and_leaves_no_mark(kernel):
    assert EXERCISE.confirm(3.0) == "3"
    with pytest.raises(InputError, match="exercise so1-1"):
        EXERCISE.confirm(1.5)
    assert not kernel.exists()


def test_the_best_self_test_counts(kernel):
    progress.keep_self_test("SO1", right=5, of=6)
    progress.keep_self_test("SO1", right=2, of=6)
    assert progress.read()["self_tests"]["SO1"]["best"] == 5


def test_a_run_keeps_nothing(kernel, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STATIC", "1")
    EXERCISE.check(3)
    assert not kernel.exists()
    monkeypatch.delenv("SOHANDBOOK_STATIC")
    monkeypatch.setattr(progress, "get_ipython", lambda: None)
    EXERCISE.check(3)
    assert not kernel.exists(), "a script is no notebook"


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 99}'])
def test_a_strange_file_is_left_alone_and_the_answer_still_judged(kernel, content):
    kernel.write_text(content)
    with pytest.warns(UserWarning, match="Progress is not kept"):
        assert EXERCISE.check(3).right is True
    assert kernel.read_text() == content
    with pytest.raises(InputError, match="Move the file away"):
        progress.read()


def test_the_file_is_the_handbooks_own_and_not_in_git(monkeypatch):
    monkeypatch.delenv("SOHANDBOOK_PROGRESS", raising=False)
    from sohandbook import paths

    assert progress.file() == paths.root() / "progress.json"
    assert "progress.json" in (paths.root() / ".gitignore").read_text().splitlines()


def test_a_full_disk_does_not_break_an_answer(kernel, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_PROGRESS", str(kernel.parent / "no" / "folder.json"))
    with pytest.warns(UserWarning, match="Progress is not kept"):
        assert EXERCISE.check(1.5).message == "Half."


def test_the_format_is_stated(kernel):
    EXERCISE.check(3)
    assert json.loads(kernel.read_text())["format"] == progress.FORMAT
