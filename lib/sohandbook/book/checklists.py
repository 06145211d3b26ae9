"""The reviewers' checklists, one an indicator, made from rules, chapters and comparisons."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sohandbook import forms, guidance, paths
from sohandbook.book import evidence_pages
from sohandbook.book.lessons import Lesson
from sohandbook.book.pages import escape, table

STATES = {
    "verified": "We read it in the official text",
    "implied": "It follows from the official text",
    "unverified": "We know it from elsewhere only",
}
# Comparisons of several indicators stand under their objective in data/validation.yml.
SHARED = {"so3-2": "so3-1", "so4-1": "so1-3"}


def markdown(lessons: Mapping[str, Lesson], *, pages: Mapping[str, str]) -> str:
    """Return the rules that hold for all forms, and a checklist for each indicator.

    Parameters
    ----------
    lessons : mapping of str to Lesson
    pages : mapping of str to str
        The page of each chapter, by the chapter's id.
    """
    head = ("Rule", "What it says", "If it fails")
    rows = (
        (rule["id"], sentence(rule["rule"]), rule["severity"].replace("_", " "))
        for rule in forms.catalogue()["validation_global"]
    )
    every = "### Rules for all forms\n\n" + table(head, rows)
    indicators = [lesson for lesson in lessons.values() if lesson.code]
    return "\n\n".join([every, *(_indicator(one, pages) for one in indicators)]) + "\n"


def _indicator(lesson: Lesson, pages: Mapping[str, str]) -> str:
    chapter = lesson.chapter
    name = f"{{doc}}`the chapter </{pages[chapter.id]}>`"
    parts = [
        f"### {lesson.code}: {escape(chapter.title)}",
        f"See {name}. {_compared(chapter.id)}",
        "**Technical**\n\n" + _list(technical(lesson)),
        "**Scientific**\n\n" + _list(lesson.questions),
    ]
    if open_rules := list(_open(chapter.tables)):
        parts.append("**Open in the method**\n\n" + _list(open_rules))
    if gaps := _validation(chapter.id).gaps if _validation(chapter.id) else ():
        parts.append("**Not compared yet**\n\n" + _list(escape(gap) for gap in gaps))
    return "\n\n".join(parts)


def technical(lesson: Lesson) -> Iterator[str]:
    """Yield the technical questions about an indicator's tables and maps."""
    chapter = lesson.chapter
    tables = [forms.table(table_id) for table_id in chapter.tables]
    if not tables:
        yield "It has no form of its own: are its figures those of the form it points to?"
    else:
        yield f"Are these tables there, and complete? {_codes(t.id for t in tables)}"
    shared = dict.fromkeys(rule for one in tables for rule in one.rules if is_global(rule))
    if shared:
        yield f"Do the rules for all forms hold? {', '.join(sorted(shared, key=_number))}"
    for table_id, rule in _own_rules(chapter.tables):
        if isinstance(rule, str):
            yield f"{table_id}, for a person to judge: {sentence(rule)}"
        elif "check" in rule:
            yield f"{table_id}, check {rule['check']}: {sentence(rule['rule'])}"
        else:
            yield f"{table_id}, for a person to judge: {sentence(rule['rule'])}"
    needs = dict.fromkeys(t for one in tables for t in one.depends_on if t not in chapter.tables)
    if needs:
        yield f"Does it rest on the tables that are reported? {_codes(needs)}"
    if chapter.maps:
        yield f"Are the maps there, and do they show what the tables say? {_codes(chapter.maps)}"
    yield f"Does `sohandbook run ABC --only {chapter.id}` give the same figures again?"


def _own_rules(table_ids: Iterable[str]) -> Iterator[tuple[str, Any]]:
    wanted = set(table_ids)
    for entry in forms.catalogue()["tables"]:
        if entry["id"] in wanted:
            for rule in entry.get("validation") or ():
                if isinstance(rule, dict) or not is_global(rule):
                    yield entry["id"], rule


def _open(table_ids: Iterable[str]) -> Iterator[str]:
    """Yield the rules on which sources differ, or that nobody has read in the official text."""
    wanted = set(table_ids)
    for rule in guidance.rules():
        if wanted.intersection(rule.tables):
            ours, *others = rule.readings
            other = "".join(f" Another reading: {escape(one.means)}" for one in others)
            yield f"{escape(rule.title)}: {escape(ours.means)} {STATES[ours.state]}.{other}"


def _validation(chapter_id: str) -> evidence_pages.Validation | None:
    found = {one.id: one for one in evidence_pages.read_validation(paths.data() / "validation.yml")}
    for name in (chapter_id, SHARED.get(chapter_id, ""), chapter_id.split("-")[0]):
        if name in found:
            return found[name]
    return None


def _compared(chapter_id: str) -> str:
    found = _validation(chapter_id)
    if found is None:
        return "Nobody has compared it with another result yet."
    place = f"{{ref}}`What was checked against what <{evidence_pages.anchor(found.id)}>`"
    return f"{place} lists {len(found.evidence)} comparisons under *{found.title}*."


def is_global(rule: str) -> bool:
    """Say whether a rule is one that holds for all forms."""
    return rule in {one["id"] for one in forms.catalogue()["validation_global"]}


def _number(rule: str) -> int:
    return int(rule.removeprefix("G"))


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def sentence(text: str) -> str:
    """Return words of a rule as a sentence of a page."""
    return escape(text[:1].upper() + text[1:].rstrip(".") + ".")


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
