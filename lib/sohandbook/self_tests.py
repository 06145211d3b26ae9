"""Self-tests: a few questions at the end of each objective, with a reason for every choice.

The questions are data (``data/self_tests.yml``). In JupyterLab they answer at once; a page
made to be read shows each answer behind a summary that opens without a script.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ipywidgets
import yaml

from sohandbook import paths, progress
from sohandbook.errors import InputError
from sohandbook.figures.display import Figure, is_static
from sohandbook.keyboard import Controls
from sohandbook.language import translate

FEWEST, MOST = 5, 8  # questions a test


@dataclass(frozen=True)
class Choice:
    """An answer to choose, whether it is right, and why."""

    text: str
    right: bool
    because: str


@dataclass(frozen=True)
class Question:
    """A question with one right answer among its choices, and where the answer stands."""

    text: str
    choices: tuple[Choice, ...]
    source: str

    @property
    def answer(self) -> Choice:
        """The right choice."""
        return next(choice for choice in self.choices if choice.right)


@cache
def _read(file: Path) -> dict[str, tuple[Question, ...]]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        objective: tuple(
            _question(entry, where=f"{file.name}, {objective}, question {number}")
            for number, entry in enumerate(entries, start=1)
        )
        for objective, entries in content.items()
    }


def read(file: Path | None = None) -> dict[str, tuple[Question, ...]]:
    """Return the questions of each objective, in order.

    Parameters
    ----------
    file : path, optional
        ``data/self_tests.yml`` by default.

    Raises
    ------
    InputError
        If an objective has too few or too many questions, or a question has not exactly one
        right choice, a choice without a reason, or no source.
    """
    file = file or paths.data() / "self_tests.yml"
    tests = _read(file)
    for objective, questions in tests.items():
        if not FEWEST <= len(questions) <= MOST:
            raise InputError(
                f"{file.name}, {objective}", found=f"{len(questions)} questions",
                allowed=f"{FEWEST} to {MOST}", remedy="Add some, or keep the best.",
            )  # fmt: skip
    return tests


def self_test(objective: str, *, static: bool | None = None) -> Controls | Figure:
    """Show the questions of an objective.

    Parameters
    ----------
    objective : str
        For example ``"SO1"``.
    static : bool, optional
        Show the answers behind summaries; by default in pages without a kernel.
    """
    tests = read()
    if objective not in tests:
        raise InputError(
            "self-test", found=objective, allowed=tests.keys(), remedy="Name one of these."
        )
    questions = tests[objective]
    if is_static() if static is None else static:
        return _page(questions)
    return _live(objective, questions)


def _live(objective: str, questions: tuple[Question, ...]) -> Controls:
    """Return radio buttons that answer at once; the first choice of each question counts."""
    first: dict[int, bool] = {}
    score = ipywidgets.HTML(_score(first, questions))
    rows: list[ipywidgets.Widget] = []
    for number, question in enumerate(questions):
        buttons = ipywidgets.RadioButtons(
            options=[(translate(choice.text), choice) for choice in question.choices],
            value=None,
            layout=ipywidgets.Layout(width="auto"),
        )
        verdict = ipywidgets.HTML()

        def answer(
            change: Mapping[str, Any],
            number: int = number,
            question: Question = question,
            verdict: ipywidgets.HTML = verdict,
        ) -> None:
            choice = change["new"]
            verdict.value = _verdict(choice, question)
            if number not in first:
                first[number] = choice.right
                score.value = _score(first, questions)
                if len(first) == len(questions):
                    progress.keep_self_test(objective, right=sum(first.values()), of=len(first))

        buttons.observe(answer, names="value")
        text = f"<p><strong>{number + 1}. {html.escape(translate(question.text))}</strong></p>"
        rows += [ipywidgets.HTML(text), buttons, verdict]
    return Controls([*rows, score])


def _page(questions: tuple[Question, ...]) -> Figure:
    """Return the questions for a page without a kernel, and in words."""
    items, words = [], []
    for number, question in enumerate(questions, start=1):
        choices = "".join(
            f"<li>{html.escape(translate(choice.text))}</li>" for choice in question.choices
        )
        reasons = "".join(
            f"<li><strong>{_named(choice)}.</strong> {html.escape(translate(choice.because))}</li>"
            for choice in question.choices
        )
        items.append(
            f"<li><p><strong>{html.escape(translate(question.text))}</strong></p>"
            f'<ul style="list-style-type:upper-alpha">{choices}</ul>'
            f"<details><summary>{html.escape(translate('Answer'))} {number}</summary>"
            f'<ul style="list-style-type:upper-alpha">{reasons}</ul>'
            f"<p><small>{html.escape(translate(question.source))}</small></p></details></li>"
        )
        words.append(f"{number}. {question.text}")
    return Figure(f'<ol class="self-test">{"".join(items)}</ol>', "\n".join(words), "")


def _named(choice: Choice) -> str:
    return html.escape(translate("Right") if choice.right else translate("Wrong"))


def _verdict(choice: Choice, question: Question) -> str:
    kind = "right" if choice.right else "wrong"
    mark = translate("Right.") if choice.right else translate("Not yet.")
    source = f"<br><small>{html.escape(translate(question.source))}</small>" if choice.right else ""
    reason = html.escape(translate(choice.because))
    return f'<p class="verdict verdict-{kind}" role="status">{mark} {reason}{source}</p>'


def _score(first: Mapping[int, bool], questions: tuple[Question, ...]) -> str:
    words = translate(
        "{right} of {all} right at the first choice.",
        right=sum(first.values()), all=len(questions),
    )  # fmt: skip
    return f'<p role="status">{words}</p>'


def _question(entry: Mapping[str, Any], *, where: str) -> Question:
    """Return a checked question."""
    choices = []
    for number, choice in enumerate(entry.get("choices", ()), start=1):
        (kind,) = {"right", "wrong"} & set(choice) or {""}
        if not kind or set(choice) != {kind, "because"} or not str(choice["because"]).strip():
            raise InputError(
                f"{where}, choice {number}", found=sorted(choice),
                allowed="right or wrong, with because", remedy="Say why.",
            )  # fmt: skip
        choices.append(Choice(str(choice[kind]), kind == "right", str(choice["because"])))
    right = sum(choice.right for choice in choices)
    if right != 1 or len(choices) < 3 or not entry.get("source"):
        raise InputError(
            where, found=f"{len(choices)} choices, {right} right, source {entry.get('source')!r}",
            allowed="three choices or more, one of them right, and a source",
            remedy="Mend the question.",
        )  # fmt: skip
    return Question(str(entry["question"]), tuple(choices), str(entry["source"]))
