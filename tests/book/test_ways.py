"""The three ways through the book: made from chapters, forms and rules, and true to them."""

import itertools
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from html_checks import Site

from sohandbook import chapters, forms, paths
from sohandbook.book import (
    checklists,
    course,
    evidence_pages,
    form_pages,
    lessons,
    modules_page,
    succession,
)
from sohandbook.country import Country

CHAPTERS = {chapter.id: chapter for chapter in chapters.read()}
LESSONS = lessons.read(CHAPTERS)
PAGES = {name: f"chapters/{Path(one.notebook).stem}" for name, one in CHAPTERS.items()}
COURSE = course.read(paths.root() / "book" / "course.yml")
PLANS = [pytest.param(plan, id=plan.title) for plan in COURSE.plans]
INDICATORS = [lesson for lesson in LESSONS.values() if lesson.code]


def test_every_chapter_says_its_time_its_steps_and_the_reviewers_questions():
    for lesson in LESSONS.values():
        assert lesson.minutes >= 10, lesson.name
        assert len(lesson.questions) >= 3, lesson.name
    assert LESSONS["so1-4"].minutes == 60
    assert "Cross tables" not in LESSONS["so1-4"].needed  # it is only helpful


@pytest.mark.parametrize("plan", PLANS)
def test_no_lesson_of_a_plan_comes_before_one_it_needs(plan):
    taken = [session.chapter for day in plan.days for session in day if session.chapter]
    assert len(set(taken)) == len(taken)
    for number, name in enumerate(taken):
        assert name in CHAPTERS
        assert set(CHAPTERS[name].needs) <= set(taken[:number]), name


@pytest.mark.parametrize("plan", PLANS)
def test_every_day_has_a_lunch_and_ends_in_time(plan):
    for day in plan.days:
        slots = list(course.timetable(day, course=COURSE, lessons=LESSONS))
        assert [what for *_, what in slots].count("Lunch") == 1
        assert f"{slots[-1][1]:%H:%M}" <= "17:15"
        for (_, end, _), (begin, _, _) in itertools.pairwise(slots):
            assert end == begin
        asked = sum(course.length(session, course=COURSE, lessons=LESSONS) for session in day)
        worked = sum(
            (end - begin).seconds // 60 for begin, end, what in slots if not isinstance(what, str)
        )
        assert worked == asked <= 390


def test_the_longest_plan_takes_every_chapter():
    longest = max(COURSE.plans, key=lambda plan: len(plan.days))
    taken = {session.chapter for day in longest.days for session in day} - {""}
    assert taken == set(CHAPTERS)


def test_pages_of_the_plans_exist():
    pages = {session.page for plan in COURSE.plans for day in plan.days for session in day} - {""}
    assert [page for page in pages if not (paths.root() / "book" / f"{page}.md").is_file()] == []


def test_a_session_is_a_chapter_or_has_a_title_and_minutes():
    with pytest.raises(ValueError, match="a session is a chapter"):
        course.Session(chapter="cp", title="Both", minutes=5)
    with pytest.raises(ValueError, match="a session is a chapter"):
        course.Session(title="No time")


def test_a_group_takes_a_quarter_more_in_steps_of_five_minutes():
    lesson = LESSONS["cp"]
    assert (lesson.minutes, COURSE.pace) == (20, 1.25)
    session = course.Session(chapter="cp")
    assert course.length(session, course=COURSE, lessons=LESSONS) == 25
    assert course.length(session, course=COURSE, lessons={}) == 0


def test_every_table_of_the_platform_stands_on_the_page_of_forms():
    page = form_pages.markdown(LESSONS, pages=PAGES)
    listed = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    asked = [e["id"] for e in forms.catalogue()["tables"] if e["kind"] != "reference"]
    assert sorted(listed) == sorted(asked)
    for chapter in CHAPTERS.values():
        if chapter.tables:
            assert f"--only {chapter.id}`" in page


def test_who_fills_a_table_comes_from_its_columns():
    assert form_pages.filled_by("SO1-1.T4") == "computed"
    assert form_pages.filled_by("SO2-2.T2") == "people"
    assert form_pages.filled_by("SO4-2.T1").startswith("series")


def test_every_indicator_has_both_lists():
    page = checklists.markdown(LESSONS, pages=PAGES)
    assert len(INDICATORS) == 18  # 17 with a form, and SO 4-1, which is SO 1-3 again
    for lesson in INDICATORS:
        section = page.split(f"### {lesson.code}: ")[1].split("\n### ")[0]
        assert "**Technical**" in section
        for question in lesson.questions:
            assert question in section.split("**Scientific**")[1]
        for table_id in lesson.chapter.tables:
            assert f"`{table_id}`" in section
    compared = evidence_pages.validation(paths.data() / "validation.yml")
    places = re.findall(r"<(compared-[a-z0-9-]+)>", page)
    assert len(places) == len(INDICATORS)
    assert all(f"({place})=\n## " in compared for place in places)


def test_every_rule_of_a_form_stands_in_one_checklist():
    page = checklists.markdown(LESSONS, pages=PAGES)
    made = {table_id for lesson in INDICATORS for table_id in lesson.chapter.tables}
    for entry in forms.catalogue()["tables"]:
        for rule in entry.get("validation") or ():
            words = rule["rule"] if isinstance(rule, dict) else rule
            if entry["id"] in made and not checklists.is_global(words):
                assert checklists.sentence(words) in page, (entry["id"], words)


def test_a_successor_reads_what_differs_from_the_handbook():
    country = Country.load("XDL")
    page = succession.markdown(country, results=Path("nowhere"), chapters=CHAPTERS)
    assert "Nothing was run yet." in page
    assert "| `sites` | `''` | `'sites.geojson'` |" in page
    assert "| `land_cover` | 2023 | 2022 |" in page
    assert "there are no tables" in page.lower()


def test_a_successor_reads_what_changed_since_the_last_cycle(tmp_path):
    now = (paths.countries() / "XDL" / "previous" / "SO1-4.T2.csv").read_text()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "SO1-4.T2.csv").write_text(now.replace("2310.4", "2541.44"))
    page = succession.markdown(Country.load("XDL"), results=tmp_path, chapters=CHAPTERS)
    assert "6 earlier figures were compared, and 1 are other figures now." in page
    assert "| `degraded_area` | 2,310.4 | 2,541.44 | +10.0 % |" in page


def test_the_list_of_modules_has_every_package():
    page = modules_page.markdown()
    for package in (paths.root() / "lib" / "sohandbook").glob("*/[!_]*.py"):
        if package.parent.name == "indicators":
            assert f"`indicators.{package.stem}`" in page


def test_the_built_pages_show_them(toy_site: Site, handbook: SimpleNamespace):
    shown = {
        name: " ".join(toy_site.pages[toy_site.folder / "XTA" / f"{name}.html"].get_text().split())
        for name in ("learn", "form-by-form", "review", "handing-over")
    }
    assert "SO 1-1: Land cover 40 minutes none Sums" in shown["learn"]
    assert "Form SO1-1" in shown["form-by-form"]
    assert "Is it all?" in shown["review"]
    assert "1 of 1 that were started" in shown["handing-over"]


def test_steps_of_a_chapter_stand_under_its_form():
    page = form_pages.markdown(LESSONS, pages=PAGES)
    assert "(4) sum the people." in page.split("### Form CP\n")[1].split("### Form")[0]
