"""Self-tests: every choice has its reason, at a live notebook and in a page without scripts."""

import re
from types import SimpleNamespace

import pytest
import yaml

from sohandbook import chapters, progress, self_tests
from sohandbook.errors import InputError

OBJECTIVES = ["SO1", "SO2", "SO3", "SO4", "SO5"]


def test_each_objective_has_a_test():
    assert list(self_tests.read()) == OBJECTIVES


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_questions_are_short_and_name_a_chapter_of_their_objective(objective):
    ids = {c.id for c in chapters.read() if c.objective == objective}
    places = set()
    for question in self_tests.read()[objective]:
        chapter = re.search(r"\((so[\d-]+)\)$", question.source)[1]
        assert chapter in ids, question.source
        texts = [question.text] + [text for c in question.choices for text in (c.text, c.because)]
        for sentence in re.split(r"(?<=[.!?:])\s+", " ".join(texts)):
            assert len(sentence.split()) <= 25, sentence
        assert len({choice.text for choice in question.choices}) == len(question.choices)
        places.add(question.choices.index(question.answer))
    assert len(places) > 1, "the right answer always stands at one place"


@pytest.fixture
def buttons():
    shown = self_tests.self_test("SO1", static=False)
    return shown, [child for child in shown.children if hasattr(child, "options")]


def choose(radio, *, right: bool) -> str:
    """Choose a right or a wrong answer and return its reason."""
    choice = next(choice for _, choice in radio.options if choice.right is right)
    radio.value = choice
    return choice.because


def test_a_wrong_choice_is_explained_and_the_first_one_counts(buttons, tmp_path, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "get_ipython", lambda: SimpleNamespace(kernel=True))
    shown, radios = buttons
    questions = self_tests.read()["SO1"]
    assert len(radios) == len(questions)
    reason = choose(radios[0], right=False)
    assert reason in shown.children[2].value and "verdict-wrong" in shown.children[2].value
    choose(radios[0], right=True)
    assert "verdict-right" in shown.children[2].value and "Manual" in shown.children[2].value
    assert "0 of 7" in shown.children[-1].value, "the first choice counts"
    assert not (tmp_path / "progress.json").exists()
    for radio in radios[1:]:
        choose(radio, right=True)
    assert "6 of 7" in shown.children[-1].value
    assert progress.read()["self_tests"]["SO1"]["best"] == 6


def test_a_page_answers_without_a_script(monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STATIC", "1")
    figure = self_tests.self_test("SO3")
    questions = self_tests.read()["SO3"]
    assert figure.html.count("<details>") == len(questions) == figure.html.count("<summary>")
    assert "<script" not in figure.html and "onclick" not in figure.html
    before_answer = figure.html.split("<details>")[0]
    assert questions[0].text in before_answer and "Right" not in before_answer
    assert questions[0].text in str(figure)


def test_an_unknown_objective_is_refused():
    with pytest.raises(InputError, match="SO1, SO2"):
        self_tests.self_test("SO9")


GOOD = {
    "question": "Which?",
    "choices": [
        {"wrong": "a", "because": "x"}, {"right": "b", "because": "y"},
        {"wrong": "c", "because": "z"},
    ],
    "source": "Manual",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "and a source"),
        ({"choices": GOOD["choices"][:2]}, "2 choices, 1 right"),
        ({"choices": [*GOOD["choices"], {"right": "d", "because": "w"}]}, "4 choices, 2 right"),
        ({"choices": [*GOOD["choices"], {"wrong": "d"}]}, "choice 4"),
        ({"choices": [*GOOD["choices"], {"wrong": "d", "because": " "}]}, "Say why"),
        ({"choices": [*GOOD["choices"], {"maybe": "d", "because": "w"}]}, "right or wrong"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, change, message):
    file = tmp_path / "self_tests.yml"
    file.write_text(yaml.safe_dump({"SO1": [GOOD] * 4 + [GOOD | change]}))
    with pytest.raises(InputError, match=message):
        self_tests.read(file)


def test_too_few_questions_are_refused(tmp_path):
    file = tmp_path / "self_tests.yml"
    file.write_text(yaml.safe_dump({"SO1": [GOOD] * 4}))
    with pytest.raises(InputError, match="4 questions"):
        self_tests.read(file)
