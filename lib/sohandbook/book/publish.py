"""Put finished books side by side: a folder a country, a list of all, a switch between them."""

import html
import json
import re
import shutil
from pathlib import Path

import filelock
from jinja2 import Environment, FileSystemLoader, select_autoescape

from sohandbook import manifest, overview, paths
from sohandbook.country import Country

_SWITCH = re.compile(r"(<!-- countries (\S+) -->).*?(<!-- /countries -->)", re.DOTALL)


def publish(book: Path, *, country: Country, site: Path) -> None:
    """Move a finished book to ``site/<ISO3>``; the one before it stays until the last moment.

    Parameters
    ----------
    book : Path
        The folder of finished pages; it is moved.
    country : Country
    site : Path
    """
    for source_map in book.rglob(
        "*.map"
    ):  # for developers of the theme: a third of the book's size
        source_map.unlink()
    about = {"iso3": country.iso3, "name": country.name, "fictional": country.fictional}
    (book / "country.json").write_text(json.dumps(about), encoding="utf-8")
    place, before = site / country.iso3, site / f".before-{country.iso3}"
    site.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(before, ignore_errors=True)
    if place.exists():
        place.rename(before)
    book.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def list_countries(site: Path, *, outputs: Path | None = None) -> Path:
    """Write the page of all countries, and the switch in the pages of those with a book.

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
    site.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(site / ".lock"):
        return _list_countries(site, overview.read(site, outputs=outputs))


def _list_countries(site: Path, states: list[overview.CountryState]) -> Path:
    countries = sorted(
        (json.loads(file.read_text(encoding="utf-8")) for file in site.glob("*/country.json")),
        key=lambda about: about["name"],
    )
    templates = Environment(
        loader=FileSystemLoader(paths.root() / "book" / "templates"), autoescape=select_autoescape()
    )
    page = templates.get_template("site.html").render(
        states=states, columns=list(overview.FIGURES), now=manifest.now()
    )
    _replace(site / "index.html", page)
    for about in countries:
        for page in (site / about["iso3"]).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            changed = _SWITCH.sub(
                lambda match, current=about: (
                    match[1] + _switch(match[2], current, countries) + match[3]
                ),
                text,
            )
            if changed != text:
                _replace(page, changed)
    return site / "index.html"


def _switch(page: str, current: dict[str, object], countries: list[dict[str, object]]) -> str:
    """Write the links from one page to the same page of each country's book."""
    up = "../" * (page.count("/") + 1)
    here = ' aria-current="true"'
    items = "".join(
        f'<li><a href="{up}{about["iso3"]}/{page}.html"{here if about is current else ""}>'
        f"{html.escape(str(about['name']))}</a></li>"
        for about in countries
    )
    return f'<ul>{items}<li><a href="{up}index.html">All countries</a></li></ul>'


def _replace(file: Path, text: str) -> None:
    """Write a page so that a reader never meets half of one."""
    partial = file.with_name(f".{file.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
