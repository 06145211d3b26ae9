"""Exercises that check themselves and explain a wrong answer."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """What a trainee sees after an answer: a mark, a word and a reason."""

    right: bool | None
    message: str

    def __str__(self) -> str:
        mark = {True: "Right.", False: "Not yet.", None: "No answer yet."}[self.right]
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
    unit: str = ""
    tolerance: float = 0.005
    mistakes: Mapping[str, float | str] = field(default_factory=dict)

    def check(self, attempt: float | str | None) -> Verdict:
        """Judge an attempt; ``None`` means that nobody tried yet."""
        if attempt is None or attempt is ...:
            return Verdict(None, f"{self.question} Put your answer in and run the cell again.")
        if self._same(attempt, self.answer):
            return Verdict(True, "")
        for reason, value in self.mistakes.items():
            if self._same(attempt, value):
                return Verdict(False, reason)
        unit = f" The unit is {self.unit}." if self.unit else ""
        return Verdict(False, f"Read the step again, then try once more.{unit}")

    def _same(self, attempt: float | str, value: float | str) -> bool:
        if isinstance(value, str) or isinstance(attempt, str):
            return str(attempt).strip().casefold() == str(value).strip().casefold()
        return math.isclose(attempt, value, rel_tol=self.tolerance, abs_tol=1e-12)
