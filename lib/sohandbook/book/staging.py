"""Lay out the source of one country's book: prose, generated parts, chapters, assets, settings."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bokeh
import nbformat
import yaml

from sohandbook import chapters, language, manifest, paths
from sohandbook.book import crosswalk_page, evidence_pages, notebook, pages, tracing, ways
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.language import message, translate
from sohandbook.translations import markdown

OBJECTIVES = {
    "CP": message("The country"),
    "SO1": message("Objective 1: land"),
    "SO2": message("Objective 2: people"),
    "SO3": message("Objective 3: drought"),
    "SO4": message("Objective 4: life on land"),
    "SO5": message("Objective 5: money"),
    "REPORT": message("The report"),
}
TITLE = message("Land Reporting Handbook")
BOKEH_SCRIPTS = ("bokeh.min.js", "bokeh-widgets.min.js", "bokeh-tables.min.js")


def stage(country: Country, *, outputs: Path, folder: Path) -> None:
    """Write ``folder/src`` and ``folder/_config.yml``, from nothing each time.

    The book is in the language in use. Of a chapter that was not run in it, the page is that
    of the country's own language.

    Parameters
    ----------
    country : Country
    outputs : Path
        Where the runner put its results: of each country ``notebooks/`` and ``manifest.json``.
    folder : Path
        The country's working folder; what is in it is removed.
    """
    if folder.exists():
        shutil.rmtree(folder)
    source = folder / "src"
    shutil.copytree(paths.root() / "book", source)
    using = language.current()
    results = outputs / country.iso3
    own = country.results_folder(using.code, outputs=outputs)
    absent, has_bokeh, not_run = _stage_chapters(country, [own, results], source)
    _translate_pages(source)
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
    toc = with_chapters(toc, absent)
    _write_yaml(source / "_toc.yml", toc)
    config = yaml.safe_load((paths.root() / "_config.yml").read_text(encoding="utf-8"))
    config = _for_country(config, country, has_bokeh=has_bokeh)
    written = {page_of(chapter) for chapter, why in absent.items() if why}
    every = {path.relative_to(source).with_suffix("").as_posix() for path in source.rglob("*.*")}
    titles = {
        page["file"]: page.get("title", "") for part in toc["parts"] for page in part["chapters"]
    }
    config["sphinx"]["config"]["html_context"]["english_pages"] = {
        page: titles.get(page, "")
        for page in sorted(every - written)
        if using.code != language.SOURCE
        and (page in not_run or Path(page).name not in using.catalogues)
    }
    _write_yaml(folder / "_config.yml", config)


def page_of(chapter: Chapter) -> str:
    """Return the name of a chapter's page, the same in every country's book."""
    return f"chapters/{Path(chapter.notebook).stem}"


def with_chapters(toc: dict[str, Any], listed: Iterable[Chapter]) -> dict[str, Any]:
    """Put the chapters, grouped by objective, after the first part of the table of contents."""
    listed = list(listed)
    parts = [
        {
            "caption": translate(caption),
            "chapters": [
                {"file": page_of(chapter), "title": translate(chapter.title)} for chapter in group
            ],
        }
        for objective, caption in OBJECTIVES.items()
        if (group := [chapter for chapter in listed if chapter.objective == objective])
    ]
    first, *rest = [
        {
            "caption": translate(part["caption"]),
            "chapters": [_titled(page["file"]) for page in part["chapters"]],
        }
        for part in toc["parts"]
    ]
    return {**toc, "parts": [first, *parts, *rest]}


def _titled(page: str) -> dict[str, str]:
    """Return an entry of the contents, with a title where the page itself is not translated."""
    title = markdown.title(paths.root() / "book" / f"{page}.md")
    translated = translate(title)
    return {"file": page} if translated == title else {"file": page, "title": translated}


def _stage_chapters(
    country: Country, folders: list[Path], source: Path
) -> tuple[dict[Chapter, str], bool, set[str]]:
    """Stage all chapters, each from the first folder that has it.

    Returns
    -------
    absent : dict
        Chapter to why it is absent, or nothing.
    has_bokeh : bool
    not_run : set of str
        Pages of chapters that the first folder does not have.
    """
    found = {folder: manifest.read(folder) for folder in dict.fromkeys(folders)}
    absent: dict[Chapter, str] = {}
    not_run: set[str] = set()
    has_bokeh = False
    (source / "chapters").mkdir()
    written = tracing.written_tables(found.values())
    for chapter in chapters.read():
        page = source / page_of(chapter)
        for folder, content in found.items():
            entry = content["chapters"].get(chapter.id, {})
            file = folder / "notebooks" / chapter.notebook
            if entry.get("result") == "done" and file.is_file():
                absent[chapter] = ""
                executed = nbformat.read(file, as_version=4)
                has_bokeh |= notebook.uses_bokeh(executed)
                parameters = entry.get("parameters", {})
                shown = notebook.for_page(executed, parameters=parameters, assets=source / "assets")
                shown = tracing.with_links(shown, written=written)
                shown = tracing.with_origin(
                    shown, chapter=chapter, country=country, content=content
                )
                nbformat.write(shown, page.with_suffix(".ipynb"))
                break
            not_run.add(page_of(chapter))
        else:
            not_run.discard(page_of(chapter))
            absent[chapter] = entry.get("reason") or translate("it was not run")
            text = pages.absent_chapter(chapter, country=country, why=absent[chapter])
            page.with_suffix(".md").write_text(text, encoding="utf-8")
    return absent, has_bokeh, not_run


def _translate_pages(source: Path) -> None:
    """Exchange the prose of the staged pages that are translated."""
    using = language.current()
    if using.code == language.SOURCE:
        return
    from sohandbook.translations import catalogue

    words = catalogue.read(using.code)
    for name in using.catalogues:
        if (page := source / f"{name}.md").is_file():
            text = markdown.translate(page.read_text(encoding="utf-8"), words.exact)
            page.write_text(text, encoding="utf-8")


def _copy_bokeh(folder: Path) -> None:
    """Take Bokeh's scripts from the installed package, so that they match its plots."""
    scripts = Path(bokeh.__file__).parent / "server" / "static" / "js"
    folder.mkdir(parents=True)
    for name in BOKEH_SCRIPTS:
        shutil.copy2(scripts / name, folder)


def _for_country(config: dict[str, Any], country: Country, *, has_bokeh: bool) -> dict[str, Any]:
    sphinx = config["sphinx"]["config"]
    sphinx["language"] = language.current().sphinx
    for option in ("search_bar_text", "toc_title"):
        sphinx["html_theme_options"][option] = translate(sphinx["html_theme_options"][option])
    sphinx["html_context"] = {
        "default_mode": "",
        "project_name": translate(TITLE),
        "country": {"iso3": country.iso3, "name": country.name, "fictional": country.fictional},
    }
    config["copyright"] = translate(config["copyright"])
    config["title"] = f"{translate(TITLE)}{translate(': ')}{country.name}"
    if has_bokeh:
        sphinx["html_js_files"] = [f"bokeh/{name}" for name in BOKEH_SCRIPTS]
    return config


def _write_yaml(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
