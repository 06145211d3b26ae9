"""What became of a chapter in a run."""

from dataclasses import dataclass
from typing import Literal

from sohandbook.chapters import Chapter

Result = Literal["running", "done", "up to date", "no data", "not run", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one chapter.

    Attributes
    ----------
    chapter : Chapter
    number, count : int
        Its place among the chapters of this run.
    result : str
    reason : str
        Why it runs, why it does not, or what went wrong.
    seconds : float
    warnings : tuple of str
        What its cells wrote to standard error.
    """

    chapter: Chapter
    number: int
    count: int
    result: Result
    reason: str = ""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
