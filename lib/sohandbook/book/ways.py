"""The parts of the three ways through the book, and of the pages for those who carry on."""

from collections.abc import Iterable
from pathlib import Path

from sohandbook import paths
from sohandbook.book import checklists, course, form_pages, lessons, modules_page, succession
from sohandbook.chapters import Chapter
from sohandbook.country import Country


def write(folder: Path, *, country: Country, results: Path, chapters: Iterable[Chapter]) -> None:
    """Write the parts into the staged folder ``generated/``.

    Parameters
    ----------
    folder, results : Path
        Where the parts go, and the country's output folder.
    country : Country
    chapters : iterable of Chapter
        All of the book, in order.
    """
    by_id = {chapter.id: chapter for chapter in chapters}
    page = {name: f"chapters/{Path(chapter.notebook).stem}" for name, chapter in by_id.items()}
    read = lessons.read(by_id)
    plan = course.read(paths.root() / "book" / "course.yml")
    parts = {
        "lessons.md": course.lessons_table(read, pages=page),
        "course-plans.md": course.plans(plan, lessons=read, pages=page),
        "forms.md": form_pages.markdown(read, pages=page),
        "checklists.md": checklists.markdown(read, pages=page),
        "modules.md": modules_page.markdown(),
        "handing-over.md": succession.markdown(country, results=results, chapters=by_id),
    }
    for name, text in parts.items():
        (folder / name).write_text(text, encoding="utf-8")
