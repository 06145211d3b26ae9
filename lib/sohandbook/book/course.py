"""The course: its lessons, and its plans with clock times, made from ``book/course.yml``."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sohandbook.book.lessons import Lesson
from sohandbook.book.pages import escape, table

BREAK, LUNCH = 15, 60  # minutes
WORK_WITHOUT_BREAK = 105
NOON = "12:15"  # the first session that would begin later waits for lunch
STEP = 5  # clock times are read in steps of so many minutes


class Session(BaseModel):
    """A chapter, or something else that a group does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chapter: str = ""
    title: str = ""
    minutes: Annotated[int, Field(ge=0)] = 0
    page: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Session":
        if bool(self.chapter) == bool(self.title and self.minutes):
            raise ValueError("a session is a chapter, or has a title and minutes")
        return self


class Plan(BaseModel):
    """A course of one or more days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    for_: Annotated[str, Field(alias="for")]
    ends_with: str
    days: tuple[tuple[Session, ...], ...]


class Course(BaseModel):
    """The whole of ``book/course.yml``; its head says what the fields are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pace: Annotated[float, Field(ge=1)]
    start: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    plans: tuple[Plan, ...]


def read(file: Path) -> Course:
    """Return the course, checked."""
    return Course.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def lessons_table(lessons: Mapping[str, Lesson], *, pages: Mapping[str, str]) -> str:
    """List the lessons: their time, what comes before, what one should know.

    Parameters
    ----------
    lessons : mapping of str to Lesson
    pages : mapping of str to str
        The page of each chapter, by the chapter's id.
    """
    rows = (
        (
            f"{{doc}}`{escape(lesson.name)} </{pages[name]}>`",
            _minutes(lesson.minutes),
            ", ".join(lessons[need].code or lessons[need].chapter.title for need in needs)
            or "none",
            "; ".join(lesson.needed) or "nothing special",
        )
        for name, lesson in lessons.items()
        for needs in [[need for need in lesson.chapter.needs if need in lessons]]
    )
    total = sum(lesson.minutes for lesson in lessons.values())
    return (
        table(("Lesson", "Time", "First", "You should know"), rows)
        + f"\n\nAll lessons together take {total / 60:.0f} hours for one person.\n"
    )


def plans(course: Course, *, lessons: Mapping[str, Lesson], pages: Mapping[str, str]) -> str:
    """Lay out each plan, day by day, with clock times."""
    parts = []
    for plan in course.plans:
        parts.append(f"### {plan.title}\n\n*For:* {plan.for_}\n\n*At the end:* {plan.ends_with}")
        for number, day in enumerate(plan.days, 1):
            if len(plan.days) > 1:
                parts.append(f"#### Day {number}")
            rows = (
                (f"{begin:%H:%M} to {end:%H:%M}", _words(session, lessons, pages))
                for begin, end, session in timetable(day, course=course, lessons=lessons)
            )
            parts.append(table(("Time", "What we do"), rows))
    return "\n\n".join(parts) + "\n"


def timetable(
    day: Sequence[Session], *, course: Course, lessons: Mapping[str, Lesson]
) -> Iterator[tuple[datetime, datetime, Session | str]]:
    """Yield the sessions of a day with begin and end, and the breaks between them.

    A chapter that the handbook does not have is left out.
    """
    clock = datetime.strptime(course.start, "%H:%M")
    noon = datetime.strptime(NOON, "%H:%M")
    worked, had_lunch = 0, False
    for session in day:
        minutes = length(session, course=course, lessons=lessons)
        if not minutes:
            continue
        pause = ""
        if not had_lunch and clock + timedelta(minutes=minutes / 2) > noon:
            pause, had_lunch = "Lunch", True
        elif worked and worked + minutes > WORK_WITHOUT_BREAK:
            pause = "Break"
        if pause:
            end = clock + timedelta(minutes=LUNCH if pause == "Lunch" else BREAK)
            yield clock, end, pause
            clock, worked = end, 0
        end = clock + timedelta(minutes=minutes)
        yield clock, end, session
        clock, worked = end, worked + minutes


def length(session: Session, *, course: Course, lessons: Mapping[str, Lesson]) -> int:
    """Return how many minutes a group takes for a session; 0 for an unknown chapter."""
    if not session.chapter:
        return session.minutes
    lesson = lessons.get(session.chapter)
    return -int(-course.pace * lesson.minutes // STEP) * STEP if lesson else 0


def _words(session: Session | str, lessons: Mapping[str, Lesson], pages: Mapping[str, str]) -> str:
    if isinstance(session, str):
        return f"*{session}*"
    if session.chapter:
        return f"{{doc}}`{escape(lessons[session.chapter].name)} </{pages[session.chapter]}>`"
    return f"{escape(session.title)} ({{doc}}`/{session.page}`)" if session.page else session.title


def _minutes(minutes: int) -> str:
    return f"{minutes} minutes" if minutes else "not stated"
