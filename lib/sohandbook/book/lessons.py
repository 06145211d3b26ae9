"""What a notebook says about itself: its time, what it asks for, its steps, its questions.

The pages for learners, reporting officers and reviewers are made from it, so that they cannot
say anything else than the chapter does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

from sohandbook.chapters import Chapter

_TIME = re.compile(r"^Time: (\d+) minutes", re.MULTILINE)
_NEEDED = re.compile(r"^\| (.+?) \| needed \| .*\|$", re.MULTILINE)
_STEP = re.compile(r"^### Step \d+: (.+)$", re.MULTILINE)
_CHECKLIST = re.compile(r"^The reviewer's checklist:\s*\n((?:- .*\n?)+)", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """A chapter as a lesson.

    Attributes
    ----------
    chapter : Chapter
    minutes : int
        How long one person takes, as the notebook says; 0 if it does not say.
    needed : tuple of str
        What one should know, without the chapters named in it.
    steps, questions : tuple of str
        The titles of its steps, and the questions for reviewers.
    """

    chapter: Chapter
    minutes: int
    needed: tuple[str, ...]
    steps: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def code(self) -> str:
        """The indicator's code as people write it, or nothing: ``SO 1-4``."""
        is_indicator = re.fullmatch(r"so\d-\d", self.chapter.id)
        return self.chapter.id.upper().replace("SO", "SO ") if is_indicator else ""

    @property
    def name(self) -> str:
        """The title, with the code before it where there is one."""
        return f"{self.code}: {self.chapter.title}" if self.code else self.chapter.title


def read(chapters: Mapping[str, Chapter]) -> dict[str, Lesson]:
    """Return the lesson of each chapter, by the chapter's id, in the order of the chapters."""
    return {name: _lesson(chapter) for name, chapter in chapters.items()}


def _lesson(chapter: Chapter) -> Lesson:
    text = _prose(chapter.file, chapter.file.stat().st_mtime_ns)
    time = _TIME.search(text)
    needed = (found for found in _NEEDED.findall(text) if not re.match(r"Chapters? ", found))
    checklist = _CHECKLIST.search(text)
    return Lesson(
        chapter=chapter,
        minutes=int(time[1]) if time else 0,
        needed=tuple(needed),
        steps=tuple(_STEP.findall(text)),
        questions=tuple(line.removeprefix("- ") for line in checklist[1].splitlines())
        if checklist
        else (),
    )


@cache
def _prose(file: Path, changed: int) -> str:
    """Return the words of a notebook; ``changed`` makes an edited file another one."""
    cells = nbformat.read(file, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
