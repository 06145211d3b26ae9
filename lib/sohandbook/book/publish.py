"""Put finished books side by side: a folder a country, a list of all, switches between them.

Books in the countries' own languages stand in the site's folder, those in another language in a
folder of that language. All have the same pages.
"""

import html
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import filelock
from jinja2 import Environment, FileSystemLoader, select_autoescape

from sohandbook import language as languages
from sohandbook import manifest, overview, paths
from sohandbook.country import Country
from sohandbook.language import translate

_MARK = re.compile(r"(<!-- (countries|languages|alternates) (\S+) -->).*?(<!-- /\2 -->)", re.DOTALL)


@dataclass(frozen=True)
class Book:
    """A published book: the folder it is in, in the site, and whose it is."""

    place: str
    iso3: str
    name: str
    language: str

    def link(self, page: str, *, start: str) -> str:
        """Return the way from a page of a book in the folder ``start`` to the same page here."""
        up = "../" * (page.count("/") + 1 + bool(start))
        return up + "/".join(part for part in (self.place, self.iso3, f"{page}.html") if part)


def publish(book: Path, *, country: Country, site: Path, language: str) -> None:
    """Move a finished book to its place; the one before it stays until the last moment.

    Parameters
    ----------
    book : Path
        The folder of finished pages; it is moved.
    country : Country
    site : Path
    language : str
    """
    for source_map in book.rglob(
        "*.map"
    ):  # for developers of the theme: a third of the book's size
        source_map.unlink()
    about = {
        "iso3": country.iso3,
        "name": country.name,
        "fictional": country.fictional,
        "language": language,
    }
    (book / "country.json").write_text(json.dumps(about), encoding="utf-8")
    place = country.results_folder(language, outputs=site)
    before = place.with_name(f".before-{country.iso3}")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(before, ignore_errors=True)
    if place.exists():
        place.rename(before)
    book.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def list_countries(site: Path, *, outputs: Path | None = None) -> Path:
    """Write the pages of all countries, one a language, and the switches in the books' pages.

    Parameters
    ----------
    site : Path
    outputs : Path, optional
        Where the runner put its results; by default ``outputs/``.

    Returns
    -------
    Path
        The page ``index.html`` of the site.
    """
    outputs = outputs or paths.outputs()
    site.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(site / ".lock"):
        books = [*_books(site), *(b for code in languages.known() for b in _books(site, code))]
        for place in dict.fromkeys(["", *(book.place for book in books)]):
            with languages.using(place or languages.SOURCE):
                _write_list(site, place, books, outputs)
        for book in books:
            _write_switches(site, book, books)
    return site / "index.html"


def _books(site: Path, place: str = "") -> list[Book]:
    found = (
        json.loads(file.read_text(encoding="utf-8"))
        for file in (site / place).glob("*/country.json")
    )
    books = [
        # a book made before there were languages does not name its own
        Book(place, about["iso3"], about["name"], about.get("language", languages.SOURCE))
        for about in found
    ]
    return sorted(books, key=lambda book: book.name)


def _write_list(site: Path, place: str, books: list[Book], outputs: Path) -> None:
    templates = Environment(
        loader=FileSystemLoader(paths.root() / "book" / "templates"), autoescape=select_autoescape()
    )
    places = dict.fromkeys(["", *(book.place for book in books)])
    page = templates.get_template("site.html").render(
        states=overview.read(site / place, outputs=outputs / place),
        columns=list(overview.FIGURES),
        now=manifest.now(),
        words=translate,
        language=languages.current(),
        others={
            ("../" if place else "") + f"{other}/index.html".lstrip("/"): languages.known()[
                other or languages.SOURCE
            ]
            for other in places
        }
        if len(places) > 1
        else {},
    )
    _replace(site / place / "index.html", page)


def _write_switches(site: Path, current: Book, books: list[Book]) -> None:
    """Write what leads from each page of a book to the same page of other books."""
    neighbours = [book for book in books if book.place == current.place]
    same_country = [book for book in books if book.iso3 == current.iso3]
    write: dict[str, Callable[[str], str]] = {
        "countries": partial(_countries, current, neighbours),
        "languages": partial(_languages, current, same_country),
        "alternates": partial(_alternates, current, same_country),
    }
    with languages.using(current.language):
        for page in (site / current.place / current.iso3).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            changed = _MARK.sub(lambda match: match[1] + write[match[2]](match[3]) + match[4], text)
            if changed != text:
                _replace(page, changed)


def _countries(current: Book, books: list[Book], page: str) -> str:
    up = "../" * (page.count("/") + 1)
    items = "".join(
        f'<li><a href="{html.escape(book.link(page, start=current.place))}"{_here(book, current)}>'
        f"{html.escape(book.name)}</a></li>"
        for book in books
    )
    every = html.escape(translate("All countries"))
    return f'<ul>{items}<li><a href="{up}index.html">{every}</a></li></ul>'


def _languages(current: Book, books: list[Book], page: str) -> str:
    if len(books) < 2:
        return ""
    items = "".join(
        f'<li><a href="{book.link(page, start=current.place)}" {_tongue(book)}'
        f"{_here(book, current)}>{html.escape(languages.known()[book.language].name)}</a></li>"
        for book in books
    )
    label = html.escape(translate("Language"))
    name = html.escape(languages.known()[current.language].name)
    return (
        f'<nav class="language-switch" aria-label="{label}"><details>'
        f"<summary>{name}</summary><ul>{items}</ul></details></nav>"
    )


def _alternates(current: Book, books: list[Book], page: str) -> str:
    return "".join(
        f'<link rel="alternate" hreflang="{languages.known()[book.language].tag}" '
        f'href="{book.link(page, start=current.place)}">'
        for book in (books if len(books) > 1 else [])
    )


def _here(book: Book, current: Book) -> str:
    return ' aria-current="true"' if book is current else ""


def _tongue(book: Book) -> str:
    known = languages.known()[book.language]
    return f'hreflang="{known.tag}" lang="{known.tag}" dir="{known.direction}"'


def _replace(file: Path, text: str) -> None:
    """Write a page so that a reader never meets half of one."""
    partial_file = file.with_name(f".{file.name}.part")
    partial_file.write_text(text, encoding="utf-8")
    partial_file.replace(file)
