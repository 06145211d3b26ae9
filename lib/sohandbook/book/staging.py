"""Lay out the source of one country's book: prose, generated parts, chapters, assets, settings."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bokeh
import nbformat
import yaml

from sohandbook import chapters, manifest, paths
from sohandbook.book import crosswalk_page, evidence_pages, notebook, pages, ways
from sohandbook.chapters import Chapter
from sohandbook.country import Country

OBJECTIVES = {
    "CP": "The country",
    "SO1": "Objective 1: land",
    "SO2": "Objective 2: people",
    "SO3": "Objective 3: drought",
    "SO4": "Objective 4: life on land",
    "SO5": "Objective 5: money",
    "REPORT": "The report",
}
BOKEH_SCRIPTS = ("bokeh.min.js", "bokeh-widgets.min.js", "bokeh-tables.min.js")


def stage(country: Country, *, results: Path, folder: Path) -> None:
    """Write ``folder/src`` and ``folder/_config.yml``, from nothing each time.

    Parameters
    ----------
    country : Country
    results : Path
        What the runner wrote for this country: ``notebooks/`` and ``manifest.json``.
    folder : Path
        The country's working folder; what is in it is removed.
    """
    if folder.exists():
        shutil.rmtree(folder)
    source = folder / "src"
    shutil.copytree(paths.root() / "book", source)
    absent, has_bokeh = _stage_chapters(country, results, source)
    pages.write(
        source / "generated",
        country=country,
        chapters=[(page_of(chapter), why) for chapter, why in absent.items()],
    )
    evidence_pages.write(source / "generated")
    ways.write(source / "generated", country=country, results=results, chapters=absent)
    crosswalk_page.write(
        source / "generated",
        pages={table_id: page_of(chapter) for chapter in absent for table_id in chapter.tables},
    )
    if has_bokeh:
        _copy_bokeh(source / "assets" / "bokeh")
    toc = yaml.safe_load((source / "_toc.yml").read_text(encoding="utf-8"))
    _write_yaml(source / "_toc.yml", with_chapters(toc, absent))
    config = yaml.safe_load((paths.root() / "_config.yml").read_text(encoding="utf-8"))
    _write_yaml(folder / "_config.yml", _for_country(config, country, has_bokeh=has_bokeh))


def page_of(chapter: Chapter) -> str:
    """Return the name of a chapter's page, the same in every country's book."""
    return f"chapters/{Path(chapter.notebook).stem}"


def with_chapters(toc: dict[str, Any], listed: Iterable[Chapter]) -> dict[str, Any]:
    """Put the chapters, grouped by objective, after the first part of the table of contents."""
    listed = list(listed)
    parts = [
        {
            "caption": caption,
            "chapters": [{"file": page_of(chapter), "title": chapter.title} for chapter in group],
        }
        for objective, caption in OBJECTIVES.items()
        if (group := [chapter for chapter in listed if chapter.objective == objective])
    ]
    first, *rest = toc["parts"]
    return {**toc, "parts": [first, *parts, *rest]}


def _stage_chapters(
    country: Country, results: Path, source: Path
) -> tuple[dict[Chapter, str], bool]:
    """Stage all chapters; return why each is absent, if it is, and whether any needs Bokeh."""
    entries = manifest.read(results)["chapters"]
    absent: dict[Chapter, str] = {}
    has_bokeh = False
    (source / "chapters").mkdir()
    for chapter in chapters.read():
        entry = entries.get(chapter.id, {})
        file = results / "notebooks" / chapter.notebook
        page = source / page_of(chapter)
        if entry.get("result") == "done" and file.is_file():
            absent[chapter] = ""
            executed = nbformat.read(file, as_version=4)
            has_bokeh |= notebook.uses_bokeh(executed)
            parameters = entry.get("parameters", {})
            shown = notebook.for_page(executed, parameters=parameters, assets=source / "assets")
            nbformat.write(shown, page.with_suffix(".ipynb"))
        else:
            absent[chapter] = entry.get("reason") or "it was not run"
            text = pages.absent_chapter(chapter, country=country, why=absent[chapter])
            page.with_suffix(".md").write_text(text, encoding="utf-8")
    return absent, has_bokeh


def _copy_bokeh(folder: Path) -> None:
    """Take Bokeh's scripts from the installed package, so that they match its plots."""
    scripts = Path(bokeh.__file__).parent / "server" / "static" / "js"
    folder.mkdir(parents=True)
    for name in BOKEH_SCRIPTS:
        shutil.copy2(scripts / name, folder)


def _for_country(config: dict[str, Any], country: Country, *, has_bokeh: bool) -> dict[str, Any]:
    sphinx = config["sphinx"]["config"]
    sphinx["html_context"] = {
        "default_mode": "",
        "project_name": config["title"],
        "country": {"iso3": country.iso3, "name": country.name, "fictional": country.fictional},
    }
    config["title"] = f"{config['title']}: {country.name}"
    if has_bokeh:
        sphinx["html_js_files"] = [f"bokeh/{name}" for name in BOKEH_SCRIPTS]
    return config


def _write_yaml(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
