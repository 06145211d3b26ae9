"""The whole guide as one PDF: 'make pdf'.

The pages of a published book are laid one after the other, with a cover, a table of contents and
page numbers, and printed by a browser without a window. Links between pages lead inside the file.
"""

import argparse
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urldefrag

from bs4 import BeautifulSoup, Tag

import sohandbook
from sohandbook import manifest, paths
from sohandbook.errors import InputError

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)  # fmt: skip
NOT_PRINTED = (
    "script, style, noscript, a.headerlink, button, .onlyprint, .prev-next-footer, #jb-print-toc"
)
MANY_COLUMNS = 9  # a table with more is set smaller, so that it fits the paper
TIME_LIMIT = 600  # seconds


@dataclass(frozen=True)
class Entry:
    """A page in the table of contents."""

    part: str
    title: str
    file: Path

    @property
    def anchor(self) -> str:
        """Its place in the printed file."""
        return "page-" + re.sub(r"\W+", "-", f"{self.file.parent.name}-{self.file.stem}")


def print_book(folder: Path, *, to: Path, browser: str | None = None) -> Path:
    """Print a country's published book.

    Parameters
    ----------
    folder : Path
        The book, as :func:`sohandbook.book.build` publishes it: ``build/site/<ISO3>``.
    to : Path
        The PDF.
    browser : str, optional
        The program that prints; by default the first that is found.

    Raises
    ------
    InputError
        There is no book, or no browser that can print.
    """
    if not (folder / "index.html").is_file():
        raise InputError(
            str(folder), found="no book", allowed="a published book",
            remedy=f"Run 'sohandbook book {folder.name}'.",
        )  # fmt: skip
    program = browser or find_browser()
    entries = list(contents(folder))
    articles = {entry.anchor: _article(entry, entries) for entry in entries}
    to.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place:
        page, pdf = Path(place) / "guide.html", Path(place) / "guide.pdf"
        numbers: Mapping[str, int] = {}
        for _ in range(2):  # the first pass finds the numbers that the second one prints
            page.write_text(_whole(folder, entries, articles, numbers), encoding="utf-8")
            _print(program, page, pdf)
            numbers = page_numbers(pdf.read_bytes())
        shutil.move(pdf, to)
    return to


def find_browser() -> str:
    """Return a browser that can print.

    Raises
    ------
    InputError
        None is there.
    """
    asked = os.environ.get("CHROMIUM")
    for name in ([asked] if asked else []) + list(BROWSERS):
        if found := shutil.which(name):
            return found
    raise InputError(
        "make pdf", found="no browser", allowed="Chromium, Chrome or Edge",
        remedy="Install one of them, or name it: CHROMIUM=/path/to/chromium make pdf",
    )  # fmt: skip


def contents(folder: Path) -> Iterator[Entry]:
    """Yield the pages of a book in the order of its table of contents."""
    index = BeautifulSoup((folder / "index.html").read_bytes(), "html.parser")
    yield Entry("", _title(index), folder / "index.html")
    part = ""
    for element in index.select("nav.bd-links p.caption, nav.bd-links a.reference"):
        if element.name == "p":
            part = element.get_text(" ", strip=True)
            continue
        file = (folder / unquote(urldefrag(str(element["href"]))[0] or "index.html")).resolve()
        if file.is_file() and file != (folder / "index.html").resolve():
            yield Entry(part, element.get_text(" ", strip=True), file)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """Return the number of the page on which each named place of a PDF lies.

    It reads what Chromium writes: plain objects, and places as ``/name [page 0 R /XYZ ...]``.
    """
    objects = dict(re.findall(rb"(\d+) 0 obj\s*(.*?)\s*endobj", pdf, re.DOTALL))
    catalogue = next((text for text in objects.values() if b"/Type /Catalog" in text), b"")
    root = re.search(rb"/Pages (\d+) 0 R", catalogue)
    order = list(_pages(objects, root[1])) if root else []
    found = {}
    for name, page in re.findall(rb"/([^\s/\[]+)\s*\[(\d+) 0 R /XYZ", pdf):
        if page in order:
            words = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name)
            found[words.decode("utf-8", "replace")] = order.index(page) + 1
    return found


def _pages(objects: Mapping[bytes, bytes], number: bytes) -> Iterator[bytes]:
    children = re.search(rb"/Kids \[(.*?)\]", objects.get(number, b""), re.DOTALL)
    if children is None:
        yield number
        return
    for child in re.findall(rb"(\d+) 0 R", children[1]):
        yield from _pages(objects, child)


def _title(page: BeautifulSoup) -> str:
    heading = page.select_one("article.bd-article h1")
    for link in heading.select("a.headerlink"):
        link.extract()
    return heading.get_text(" ", strip=True)


def _article(entry: Entry, entries: list[Entry]) -> str:
    """Return a page's text, with names, links and pictures that hold in the one file."""
    page = BeautifulSoup(entry.file.read_bytes(), "html.parser")
    article = page.select_one("article.bd-article")
    for element in article.select(NOT_PRINTED):
        element.decompose()
    anchors = {other.file: other.anchor for other in entries}
    for element in article.find_all(id=True):
        if element.find_parent("svg") is None and element.name != "svg":
            element["id"] = f"{entry.anchor}--{element['id']}"
    for link in article.select("a[href]"):
        _lead_inside(link, entry, anchors)
    for picture in article.select("img[src]"):
        source = str(picture["src"])
        if not source.startswith("data:"):
            picture["src"] = (entry.file.parent / unquote(source)).resolve().as_uri()
        for name in ("loading", "decoding"):
            picture.attrs.pop(name, None)
    for details in article.select("details"):
        details["open"] = ""
    for table in article.select("table"):
        row = table.select_one("tr")
        if row is not None and len(row.find_all(["th", "td"])) > MANY_COLUMNS:
            table["class"] = [*table.get("class", []), "many"]
    return (
        f'<section class="page-of-book" id="{entry.anchor}">{article.decode_contents()}</section>'
    )


def _lead_inside(link: Tag, entry: Entry, anchors: Mapping[Path, str]) -> None:
    address, fragment = urldefrag(str(link["href"]))
    if re.match(r"[a-z]+:", address):
        return
    file = (entry.file.parent / unquote(address)).resolve() if address else entry.file
    if file in anchors:
        link["href"] = f"#{anchors[file]}" + (f"--{unquote(fragment)}" if fragment else "")
    else:  # a file of the site that is no page of the guide
        del link["href"]


def _whole(
    folder: Path, entries: list[Entry], articles: Mapping[str, str], numbers: Mapping[str, int]
) -> str:
    """Return the one page: cover, contents, articles."""
    style = (paths.root() / "book" / "assets" / "print.css").read_text(encoding="utf-8")
    about = BeautifulSoup((folder / "index.html").read_bytes(), "html.parser")
    lines, part = [], ""
    for entry in entries:
        if entry.part != part:
            lines.append(f"{'</ol>' if lines else ''}<h3>{html.escape(entry.part)}</h3><ol>")
            part = entry.part
        elif not lines:
            lines.append("<ol>")
        number = numbers.get(entry.anchor, "")
        lines.append(
            f'<li><a href="#{entry.anchor}">{html.escape(entry.title)}</a>'
            f'<span class="page">{number}</span></li>'
        )
    note = about.select_one(".bd-footer-content")
    said = note.get_text(" ", strip=True) if note else ""
    return (
        f'<!doctype html><html lang="{html.escape(str(about.html.get("lang", "en")))}">'
        f'<head><meta charset="utf-8"><title>{html.escape(about.title.get_text())}</title>'
        f"<style>{style}</style></head><body>"
        f'<section class="cover"><h1>{html.escape(about.title.get_text().split("—")[-1].strip())}'
        f"</h1><p>Version {sohandbook.__version__}, printed on {manifest.now()[:10]}</p>"
        f"<p>{html.escape(said)}</p></section>"
        f'<nav class="contents"><h1>Contents</h1>{"".join(lines)}</ol></nav>'
        f"{''.join(articles.values())}</body></html>"
    )


def _print(program: str, page: Path, pdf: Path) -> None:
    options = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
        "--no-pdf-header-footer", "--generate-pdf-document-outline",
        f"--user-data-dir={page.parent / 'profile'}", f"--print-to-pdf={pdf}",
    ]  # fmt: skip
    done = subprocess.run(
        [program, *options, page.as_uri()],
        capture_output=True, text=True, check=False, timeout=TIME_LIMIT,
    )  # fmt: skip
    if not pdf.is_file():
        raise InputError(
            program, found=(done.stderr.strip().splitlines() or ["nothing printed"])[-1],
            allowed="a PDF", remedy="Try another browser: CHROMIUM=/path/to/chromium make pdf",
        )  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Print a country's book and say where the file is and how large."""
    parser = argparse.ArgumentParser(prog="python -m sohandbook.book.printed", description=__doc__)
    parser.add_argument("iso3", nargs="?", default="XDL", help="the country, by its code")
    iso3 = parser.parse_args(arguments).iso3
    build = paths.root() / "build"
    try:
        pdf = print_book(build / "site" / iso3, to=build / f"handbook-{iso3}.pdf")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{pdf}: {pdf.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
