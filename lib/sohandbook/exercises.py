"""Exercises that check themselves and explain a wrong answer."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sohandbook import progress
from sohandbook.errors import InputError
from sohandbook.language import translate


@dataclass(frozen=True)
class Verdict:
    """What a trainee sees after an answer: a mark, a word and a reason."""

    right: bool | None
    message: str

    def __str__(self) -> str:
        marks = {
            True: translate("Right."),
            False: translate("Not yet."),
            None: translate("No answer yet."),
        }
        mark = marks[self.right]
        return f"{mark} {self.message}".strip()

    def _repr_html_(self) -> str:
        kind = {True: "right", False: "wrong", None: "open"}[self.right]
        return f'<p class="verdict verdict-{kind}" role="status">{html.escape(str(self))}</p>'


@dataclass(frozen=True)
class Exercise:
    """A question with one numeric answer, or one answer in words.

    Attributes
    ----------
    question : str
    name : str
        The chapter's id, and a number if it is not the first: under it the progress is kept.
    answer : float or str
        The right answer, computed in the notebook, never typed in.
    unit : str
    tolerance : float
        How far a number may be from the answer, as a share of it.
    mistakes : mapping of str to float or str
        Why somebody may arrive at a wrong answer, and that answer.
    """

    question: str
    answer: float | str
    name: str = ""
    unit: str = ""
    tolerance: float = 0.005
    mistakes: Mapping[str, float | str] = field(default_factory=dict)

    def check(self, attempt: float | str | None) -> Verdict:
        """Judge an attempt and keep the verdict; ``None`` means that nobody tried yet."""
        verdict = self._judge(attempt)
        if self.name and verdict.right is not None:
            progress.keep_exercise(self.name, right=verdict.right)
        return verdict

    def confirm(self, solution: float | str) -> str:
        """Return the answer in words, for the solution of a notebook.

        Raises
        ------
        InputError
            If the solution is not the answer: they must not drift apart.
        """
        if self._has_no_answer and isinstance(solution, float) and math.isnan(solution):
            return self._judge(solution).message
        if not self._judge(solution).right:
            raise InputError(
                f"exercise {self.name}", found=solution, allowed=str(self.answer),
                remedy="Mend the solution or the exercise.",
            )  # fmt: skip
        shown = f"{solution:.6g}" if isinstance(solution, float) else str(solution)
        return f"{shown} {self.unit}".strip()

    @property
    def _has_no_answer(self) -> bool:
        """A country may have no value where the training country has one."""
        return isinstance(self.answer, float) and math.isnan(self.answer)

    def _judge(self, attempt: float | str | None) -> Verdict:
        if attempt is None or attempt is ...:
            what_to_do = translate("Put your answer in and run the cell again.")
            return Verdict(None, f"{translate(self.question)} {what_to_do}")
        if self._has_no_answer:
            return Verdict(None, translate("The data of this country do not hold the answer."))
        if not isinstance(self.answer, str):
            try:
                attempt = float(attempt)
            except (TypeError, ValueError):
                one_number = translate(
                    "Give one number alone, with a point for decimals and without its unit, "
                    "such as 12.5."
                )
                return Verdict(False, one_number)
        if self._same(attempt, self.answer):
            return Verdict(True, "")
        for reason, value in self.mistakes.items():
            if self._same(attempt, value):
                return Verdict(False, translate(reason))
        if not isinstance(self.answer, str):
            if slip := self._slip(attempt):
                return Verdict(False, slip)
            for reason, value in self.mistakes.items():
                if _is_rounded(attempt, value):  # as a table on the page shows it
                    return Verdict(False, translate(reason))
        advice = translate("Read the step again, then try once more.")
        if self.unit:
            advice += " " + translate("The unit is {unit}.", unit=translate(self.unit))
        return Verdict(False, advice)

    def _slip(self, attempt: float) -> str:
        """Return what is wrong where only the form of an answer is wrong, or nothing."""
        if _is_rounded(attempt, self.answer):
            return translate("That is rounded too far. Give one or two more decimals.")
        if self._same(-attempt, self.answer):
            return translate("The number is right, its sign is wrong.")
        if self.unit.startswith("%") and self._same(100 * attempt, self.answer):
            return translate("That is a fraction. Multiply by 100 to get percent.")
        return ""

    def _same(self, attempt: float | str, value: float | str) -> bool:
        if isinstance(value, str) or isinstance(attempt, str):
            return str(attempt).strip().casefold() == str(value).strip().casefold()
        return math.isclose(attempt, value, rel_tol=self.tolerance, abs_tol=1e-12)


def _is_rounded(attempt: float, value: float) -> bool:
    """Tell whether an attempt is a value with fewer decimals; nothing is the round of all."""
    return attempt != 0 and attempt in (round(value, digits) for digits in range(3))
