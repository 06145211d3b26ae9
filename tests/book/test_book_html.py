"""Every built page: text for each image, links that lead somewhere, nothing from elsewhere, small.

With ``SOHANDBOOK_BOOK`` set to a site's folder, these tests read that site instead of the toy one.
"""

from pathlib import Path

import html_checks
import pytest
from html_checks import DESK, PHONE, Browser, Site

VIEWS = [(DESK, "light"), (PHONE, "dark")]


def kinds(site: Site) -> list[Path]:
    """One page of each name, with results of a country where one has them: all kinds of page."""
    chosen: dict[str, Path] = {}
    for page in sorted(site.pages, key=lambda page: not site.pages[page].select("div.cell_output")):
        chosen.setdefault(page.name, page)
    return list(chosen.values())


def test_every_image_has_a_text(built_book: Site) -> None:
    assert html_checks.images_without_text(built_book) == []


def test_every_link_leads_somewhere(built_book: Site) -> None:
    assert html_checks.dead_links(built_book) == []


def test_nothing_is_fetched_from_elsewhere(built_book: Site) -> None:
    assert html_checks.outside_resources(built_book) == []


def test_pages_are_small(built_book: Site) -> None:
    assert html_checks.too_large(built_book) == []


def test_every_page_says_its_language_and_has_one_title(built_book: Site) -> None:
    for page, soup in built_book.pages.items():
        assert soup.html["lang"] == "en", page
        assert soup.title and soup.title.get_text().strip(), page
        # The theme repeats the title for print only.
        assert len(soup.select("h1:not(.onlyprint h1)")) == 1, page


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_pages_load_fit_and_are_accessible(
    built_book: Site, browser: Browser, width: int, scheme: str
) -> None:
    found = []
    for file in kinds(built_book):
        with browser.open(file, width=width, scheme=scheme) as (page, troubles):
            lines = [*html_checks.wider_than_screen(page), *html_checks.axe_violations(page)]
            found += [f"{built_book.name(file)}: {line}" for line in [*lines, *troubles]]
    assert found == []


def test_pages_in_another_language_fit_and_are_accessible(
    foreign_site: Site, browser: Browser
) -> None:
    names = ("index.html", "so1-1-land-cover.html", "cp-country-profile.html", "learn.html")
    files = [file for file in kinds(foreign_site) if file.name in names]
    assert len(files) == len(names)
    found = []
    for file in files:
        width, scheme = (PHONE, "dark") if file.name == names[1] else (DESK, "light")
        with browser.open(file, width=width, scheme=scheme) as (page, troubles):
            lines = [*html_checks.wider_than_screen(page), *html_checks.axe_violations(page)]
            found += [f"{foreign_site.name(file)}: {line}" for line in [*lines, *troubles]]
    assert found == []
    assert foreign_site.pages[files[0]].html["lang"] != "en"


def test_a_shut_cell_opens_and_says_so_to_those_who_hear_the_page(
    toy_site: Site, browser: Browser
) -> None:
    file = toy_site.folder / "XTA" / "chapters" / "so1-1-land-cover.html"
    with browser.open(file) as (page, _):
        code = page.locator("details.hide div.cell_input")
        assert not code.is_visible()
        page.get_by_role("group").get_by_text("Show the trial of the solution").click()
        assert code.is_visible()
        assert page.locator("summary[aria-label]").count() == 0


def test_a_translated_page_names_english_pages_in_its_language(foreign_site: Site) -> None:
    """The welcome page leads to pages that are still English; they keep their own names inside."""
    welcome, lesson = (
        next(soup for file, soup in foreign_site.pages.items() if file.parts[-2:] == ("XTA", name))
        for name in ("index.html", "learn.html")
    )
    names = [link.get_text(strip=True) for link in welcome.select("article a[href], footer a")]
    names += [link.get_text(strip=True) for link in welcome.select(".prev-next-footer a")]
    english = {"Teach: for facilitators", "Handing over", "Learn: a course", "Country profile"}
    assert names and english.isdisjoint(names)
    assert "How to install" in [link.get_text(strip=True) for link in lesson.select("article a")]


def test_words_of_the_language_are_found(foreign_site: Site, browser: Browser) -> None:
    file = next(file for file in foreign_site.pages if file.parts[-2:] == ("XTA", "search.html"))
    word = {"fr": "Bienvenue", "zh-CN": "联合国防治荒漠化", "ar": "التصحر"}
    asked = word[str(foreign_site.pages[file].html["lang"])]
    with browser.open(file, asked=asked) as (page, troubles):
        page.locator("#search-results li a").first.wait_for(timeout=10_000)
        assert troubles == []


def test_the_list_of_languages_opens_on_the_screen(foreign_site: Site, browser: Browser) -> None:
    """A site of one language has no switch, so we put one where the template does."""
    file = next(file for file in foreign_site.pages if file.parts[-2:] == ("XTA", "index.html"))
    with browser.open(file, width=PHONE) as (page, _):
        box = page.evaluate(
            """() => {
                const place = document.querySelector('.header-article-items__end');
                place.insertAdjacentHTML('afterbegin', '<div class="header-article-item">'
                    + '<nav class="language-switch"><details open><summary>Language</summary>'
                    + '<ul><li><a href="#">English</a></li></ul></details></nav></div>');
                const list = place.querySelector('ul').getBoundingClientRect();
                return [list.left, list.right];
            }"""
        )
    assert box[0] >= 0 and box[1] <= PHONE


def test_the_caption_of_a_wide_table_fits_the_screen(toy_site: Site, browser: Browser) -> None:
    file = next(
        file
        for file, soup in toy_site.pages.items()
        if file.name == "so1-1-land-cover.html" and soup.select(".sohandbook-table")
    )
    with browser.open(file, width=PHONE) as (page, _):
        right = page.evaluate(
            """() => {
                const table = document.querySelector('.sohandbook-table');
                table.scrollLeft = 200;
                const words = document.createRange();
                words.selectNodeContents(table.querySelector('caption'));
                return [words.getBoundingClientRect().left, words.getBoundingClientRect().right];
            }"""
        )
    assert right[0] >= 0 and right[1] <= PHONE


def test_a_map_really_shows(built_book: Site, browser: Browser) -> None:
    chapters = [
        page for page, soup in built_book.pages.items() if soup.select("div.cell_output figure img")
    ]
    assert chapters, "no page has a map"
    for file in chapters:
        with browser.open(file) as (page, troubles):
            colours = html_checks.colours_of_images(page)
            assert min(colours) > html_checks.FEW, (file, colours)
            assert troubles == []


def test_pages_work_without_javascript(built_book: Site, browser: Browser) -> None:
    file = next(page for page in built_book.pages if page.name == "how-it-works.html")
    with browser.open(file, width=PHONE, scripts=False) as (page, _):
        assert page.locator("nav.bd-links a").first.is_visible()
        page.locator("details.country-switch summary").click()
        assert page.locator("details.country-switch a").first.is_visible()
        assert html_checks.wider_than_screen(page) == []
