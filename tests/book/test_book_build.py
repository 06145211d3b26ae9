"""The builder: what is staged, what is published, and what stops it."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from html_checks import Site
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sohandbook import book
from sohandbook.book import mathml, notebook, pages, staging
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import MAKE_ROOM, InputError


def text(site: Site, page: str) -> str:
    """What a reader reads on a page."""
    return " ".join(site.pages[site.folder / page].get_text().split())


def test_every_country_has_the_same_pages(toy_site: Site) -> None:
    names = {
        iso3: {page.relative_to(folder) for page in toy_site.pages if folder in page.parents}
        for iso3 in ("XTA", "XTB")
        for folder in [toy_site.folder / iso3]
    }
    assert names["XTA"] == names["XTB"]
    chapter = Path("chapters/so1-1-land-cover.html")
    assert {chapter, Path("index.html"), Path("glossary.html")} <= names["XTA"]


def test_an_executed_chapter_shows_its_results_and_the_values_used(toy_site: Site) -> None:
    page = text(toy_site, "XTA/chapters/so1-1-land-cover.html")
    assert "This page was computed with iso3 = 'XTA', significance = 0.05." in page
    assert "Land cover in 2015." in page


def test_no_page_names_a_folder_of_the_machine(toy_site: Site, handbook: SimpleNamespace) -> None:
    for page in toy_site.pages:
        written = page.read_text()
        assert "/home/somebody" not in written
        assert str(handbook.root) not in written


def test_a_chapter_without_results_says_why(toy_site: Site) -> None:
    assert "no map of 2015" in text(toy_site, "XTB/chapters/so1-1-land-cover.html")
    assert "it was not run" in text(toy_site, "XTA/chapters/so3-1-drought-hazard.html")
    assert "sohandbook run XTB --only so1-1" in text(toy_site, "XTB/chapters/so1-1-land-cover.html")


def test_only_a_fictional_country_is_called_so(toy_site: Site) -> None:
    said = "is fictional. Its land, people and figures are made up"
    for page, soup in toy_site.pages.items():
        footer = soup.select_one(".bd-footer-content")
        if footer is not None:
            assert ("Toyland " + said in " ".join(footer.get_text().split())) == (
                "XTA" in page.parts
            )
            assert "legal status" in footer.get_text()


def test_the_switch_leads_to_the_same_page_of_each_country(toy_site: Site) -> None:
    page = toy_site.pages[toy_site.folder / "XTA/chapters/so1-1-land-cover.html"]
    links = page.select("nav.brand .country-switch a")
    assert [link["href"] for link in links] == [
        "../../XTB/chapters/so1-1-land-cover.html",
        "../../XTA/chapters/so1-1-land-cover.html",
        "../../index.html",
    ]
    assert [link.get("aria-current") for link in links] == [None, "true", None]


def test_formulas_are_mathml(toy_site: Site) -> None:
    page = toy_site.pages[toy_site.folder / "XTA/chapters/so1-1-land-cover.html"]
    assert [formula["display"] for formula in page.find_all("math")] == ["inline", "block"]
    assert "MathJax" not in str(page)


def test_scripts_of_bokeh_come_only_where_a_plot_needs_them(toy_site: Site) -> None:
    assert (toy_site.folder / "XTA/_static/bokeh/bokeh.min.js").is_file()
    assert not (toy_site.folder / "XTB/_static/bokeh").exists()


def test_an_error_in_a_page_leaves_the_published_book_as_it_was(
    handbook: SimpleNamespace, toy_site: Site
) -> None:
    page = toy_site.folder / "XTA" / "chapters" / "so1-1-land-cover.html"
    before = page.read_bytes()
    file = handbook.outputs / "XTA" / "notebooks" / "so1-1-land-cover.ipynb"
    whole = nbformat.read(file, as_version=4)
    broken = nbformat.from_dict(whole)
    broken.cells.append(new_markdown_cell("See {doc}`no-such-page` and $\\undefined$."))
    nbformat.write(broken, file)
    try:
        with pytest.raises(book.BookError, match="XTA:") as error:
            book.build(["XTA"])
    finally:
        nbformat.write(whole, file)
    assert "no-such-page" in str(error.value)
    assert "undefined" in str(error.value)
    assert page.read_bytes() == before


def test_two_builds_of_one_book_wait_for_one_another(
    handbook: SimpleNamespace, tmp_path: Path, monkeypatch
) -> None:
    under_way, most = [], []

    def stage(country: Country, **_: object) -> None:
        under_way.append(country.iso3)
        time.sleep(0.3)
        most.append(len(under_way))
        under_way.pop()

    builder = import_module("sohandbook.book.build")
    monkeypatch.setattr(builder, "stage", stage)
    monkeypatch.setattr(builder, "_render", lambda *_: "nothing is published")
    with ThreadPoolExecutor(2) as workers:
        builds = [workers.submit(book.build, ["XTA"], site=tmp_path / "site") for _ in range(2)]
    assert all(isinstance(done.exception(), book.BookError) for done in builds)
    assert most == [1, 1]


def test_a_full_disk_is_said_in_one_line(tmp_path: Path, monkeypatch) -> None:
    """Not with a hundred lines of Sphinx above it."""
    told = "Traceback\n  File 'x.py'\nOSError: [Errno 28] No space left on device\nRuntimeError: x"
    done = SimpleNamespace(returncode=1, stderr=told, stdout="")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    render = import_module("sohandbook.book.build")._render  # the package has a function "build"
    complaint = render(tmp_path, "en")
    assert complaint == f"Could not write. No space left on device: {tmp_path}. {MAKE_ROOM}."


def test_a_wrong_country_stops_before_anything_is_built(handbook: SimpleNamespace) -> None:
    with pytest.raises(InputError, match="XTC"):
        book.build(["XTA", "XTC"])


def test_chapters_stand_after_the_first_part_grouped_by_objective() -> None:
    toc = {
        "root": "index",
        "parts": [
            {"caption": "Start", "chapters": [{"file": "learn"}]},
            {"caption": "End", "chapters": []},
        ],
    }
    listed = [
        Chapter(id="so1-1", notebook="so1-1-a.ipynb", title="A", objective="SO1"),
        Chapter(id="so1-2", notebook="so1-2-b.ipynb", title="B", objective="SO1"),
        Chapter(id="cp", notebook="cp.ipynb", title="Profile", objective="CP"),
    ]
    parts = staging.with_chapters(toc, listed)["parts"]
    assert [part["caption"] for part in parts] == [
        "Start",
        staging.OBJECTIVES["CP"],
        staging.OBJECTIVES["SO1"],
        "End",
    ]
    assert [chapter["file"] for chapter in parts[2]["chapters"]] == [
        "chapters/so1-1-a",
        "chapters/so1-2-b",
    ]


def test_a_widget_gives_way_to_its_static_twin(tmp_path: Path) -> None:
    widget = {notebook.WIDGET: {"model_id": "a"}, "text/plain": "IntSlider()"}
    twin = {notebook.WIDGET: {"model_id": "a"}, "text/html": "<p>2015</p>", "text/plain": "x"}
    cell = new_code_cell("", outputs=[new_output("display_data", data=d) for d in (widget, twin)])
    shown = notebook.for_page(new_notebook(cells=[cell]), parameters={}, assets=tmp_path)
    assert [dict(output.data) for output in shown.cells[0].outputs] == [
        {"text/html": "<p>2015</p>", "text/plain": "x"}
    ]
    assert len(cell.outputs) == 2, "the runner's notebook stays as it is"


@pytest.mark.parametrize(
    ("source", "tags", "opens"),
    [
        ("import numpy as np\n\nfrom a import (\n    b,\n)", [], "Show the imports"),
        ("# Solution\nsolution = 3", ["hide-cell"], "Show the solution"),
        ("exercise.confirm(solution)", ["hide-cell"], "Show the trial of the solution"),
        ("exercise = Exercise(name='a')\nexercise.check(1)", [], "Show how answers are checked"),
        ("import numpy as np\nnp.arange(3)", [], None),
        ("%matplotlib inline", [], None),
        ("", [], None),
    ],
)
def test_a_shut_cell_says_what_is_in_it(source, tags, opens, tmp_path: Path) -> None:
    cell = new_code_cell(source, metadata={"tags": tags} if tags else {})
    shown = notebook.for_page(new_notebook(cells=[cell]), parameters={}, assets=tmp_path)
    metadata = shown.cells[0].metadata
    assert metadata.get("mystnb", {}).get("code_prompt_show") == opens
    assert any(tag.startswith("hide-") for tag in metadata.get("tags", [])) == bool(opens)


def test_links_to_the_references_become_citations(tmp_path: Path) -> None:
    one, two = (f"[{who}](../book/references.bib#{who}_2021)" for who in ("sims", "mann"))
    text = f"A test ({one}; {two}). **References.** {one}, {two} for it, [a page](https://x.org)."
    cells = [new_markdown_cell(text)]
    (shown,) = notebook.for_page(new_notebook(cells=cells), parameters={}, assets=tmp_path).cells
    both = "{cite}`sims_2021,mann_2021`"
    assert shown.source == (
        f"A test {both}. **References.** {both} for it, [a page](https://x.org)."
    )


def test_every_field_of_a_country_is_explained(tmp_path: Path) -> None:
    written = pages.country_fields(staging.paths.root() / "book" / "country-fields.yml")
    for field in Country.model_fields:
        assert (f"`{field}`" in written) == (field != "folder")
    incomplete = tmp_path / "fields.yml"
    incomplete.write_text(yaml.safe_dump({"name": "its name", "colour": "its colour"}))
    with pytest.raises(InputError, match="colour"):
        pages.country_fields(incomplete)


def test_text_of_a_country_cannot_become_markup() -> None:
    assert pages.escape("a|b *c* <d> $e$ _f_") == r"a\|b \*c\* \<d\> \$e\$ \_f\_"


@pytest.mark.parametrize("latex", [r"\left( a", "x^", r"\undefined x", "a & b"])
def test_a_formula_that_is_not_understood_is_an_error(latex: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(latex))):
        mathml.mathml(latex)


def test_formulas_on_several_lines_are_understood() -> None:
    lines = mathml.mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", display="block")
    assert lines.count("<mtr>") == 2
