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
