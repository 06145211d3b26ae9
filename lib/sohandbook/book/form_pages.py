"""The page that leads through the platform's forms, made from their definitions."""

from collections.abc import Mapping
from itertools import groupby

from sohandbook import forms
from sohandbook.book.lessons import Lesson
from sohandbook.book.pages import escape, table

OBJECTIVES = {
    "CP": "The country profile",
    "SO1": "Objective 1: land",
    "SO2": "Objective 2: people",
    "SO3": "Objective 3: drought",
    "SO4": "Objective 4: life on land",
    "SO5": "Objective 5: money",
    "AI": "Additional indicators",
    "AA": "Affected areas",
}
WHO = {
    "computed": "computed",
    "default": "series",
    "auto": "platform",
    "dropdown": "people",
    "text": "people",
    "toggle": "people",
    "file": "people",
    "spatial": "people",
}
HEAD = ("Table", "What it holds", "Affected Party", "Developed Party", "Filled by")
NATIONAL_FORMS = "forms"  # the chapter that prepares what people write


def markdown(lessons: Mapping[str, Lesson], *, pages: Mapping[str, str]) -> str:
    """Return the forms by objective, each with its tables, steps, chapter and command.

    Parameters
    ----------
    lessons : mapping of str to Lesson
    pages : mapping of str to str
        The page of each chapter, by the chapter's id.
    """
    makers = {table_id: name for name, one in lessons.items() for table_id in one.chapter.tables}
    entries = [entry for entry in forms.catalogue()["tables"] if entry["kind"] != "reference"]
    entries.sort(key=lambda entry: list(OBJECTIVES).index(_objective(entry["form"])))
    parts = []
    for objective, of_objective in groupby(entries, key=lambda entry: _objective(entry["form"])):
        parts.append(f"## {OBJECTIVES[objective]}")
        by_form: dict[str, list[str]] = {}
        for entry in of_objective:
            by_form.setdefault(entry["form"], []).append(entry["id"])
        for form, table_ids in by_form.items():
            chapters = dict.fromkeys(makers[t] for t in table_ids if t in makers)
            made_by = [lessons[name] for name in chapters] or (
                [lessons[NATIONAL_FORMS]] if NATIONAL_FORMS in lessons else []
            )
            parts.append(_form(form, table_ids, made_by, pages))
    return "\n\n".join(parts) + "\n"


def filled_by(table_id: str) -> str:
    """Say who or what fills a table, what fills most columns first."""
    counts: dict[str, int] = {}
    for column in forms.table(table_id).columns:
        if column.entry in WHO:
            counts[WHO[column.entry]] = counts.get(WHO[column.entry], 0) + 1
    return ", ".join(sorted(counts, key=lambda who: -counts[who])) or "people"


def _objective(form: str) -> str:
    return form[:3] if form.startswith("SO") else form


def _form(form: str, table_ids: list[str], made_by: list[Lesson], pages: Mapping[str, str]) -> str:
    definitions = [forms.table(table_id) for table_id in table_ids]
    rows = (
        (f"`{one.id}`", escape(one.title), str(one.reporting["affected"]),
         str(one.reporting["developed"]), filled_by(one.id))
        for one in definitions
    )  # fmt: skip
    lines = [f"### Form {form}", f"```{{container}} table-ids\n{table(HEAD, rows)}\n```"]
    needs = dict.fromkeys(t for one in definitions for t in one.depends_on if t not in table_ids)
    if needs:
        lines.append(f"Fill these first: {', '.join(f'`{table_id}`' for table_id in needs)}.")
    for lesson in made_by:
        page = f"{{doc}}`{escape(lesson.name)} </{pages[lesson.chapter.id]}>`"
        command = f"`sohandbook run ABC --only {lesson.chapter.id}`"
        steps = "; ".join(f"({n}) {step}" for n, step in enumerate(lesson.steps, 1))
        lines.append(f"Chapter: {page}, {command}." + (f"\nIts steps: {steps}." if steps else ""))
    maps = dict.fromkeys(name for one in definitions for name in one.maps)
    if maps:
        lines.append(f"Maps that go with it: {', '.join(maps)}.")
    return "\n\n".join(lines)
