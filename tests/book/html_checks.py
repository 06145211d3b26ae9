"""Checks of a built site. Each returns what it found, so that an empty list means that all is well.

They read any folder of pages, so they serve the small book of the tests and the real ones::

    SOHANDBOOK_BOOK=build/site pytest tests/book
"""

import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from matplotlib.image import imread
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

LARGEST_PAGE = 3_000_000
DESK, PHONE = 1300, 360
# An alternative that is a file's name or its hash says nothing about the image.
NO_TEXT = re.compile(r"^$|\.(png|svg|jpe?g)$|^[0-9a-f]{16,}$", re.IGNORECASE)
FETCHING = {
    "img": ("src", "srcset"),
    "script": ("src",),
    "link": ("href",),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "form": ("action",),
    "use": ("href", "xlink:href"),
}
CALLS_OUT = re.compile(r"""(?:url\(|@import)\s*['"]?(?:https?:)?//""")
WCAG_A_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@dataclass(frozen=True)
class Site:
    """A folder of books, one folder a country."""

    folder: Path

    @cached_property
    def pages(self) -> dict[Path, BeautifulSoup]:
        """Every page of the site, parsed."""
        files = sorted(self.folder.rglob("*.html"))
        return {
            file: BeautifulSoup(file.read_bytes(), "html.parser")
            for file in files
            if "_static" not in file.relative_to(self.folder).parts
        }

    def name(self, file: Path) -> str:
        """Return how a finding names a page."""
        return file.relative_to(self.folder).as_posix()


def images_without_text(site: Site) -> list[str]:
    """Images without an alternative, or with a file name for one; drawings without a title."""
    found = []
    for file, soup in site.pages.items():
        for image in soup.find_all("img"):
            if image.get("role") == "presentation" or image.get("aria-hidden") == "true":
                continue
            if NO_TEXT.search(str(image.get("alt", "")).strip()):
                found.append(f"{site.name(file)}: {str(image)[:120]}")
        for drawing in soup.find_all("svg"):
            if drawing.get("aria-hidden") != "true" and drawing.find("title") is None:
                found.append(f"{site.name(file)}: {str(drawing)[:120]}")
    return found


def dead_links(site: Site) -> list[str]:
    """Links and resources that lead to no file, and fragments that lead to no element."""
    anchors = {
        file: {
            str(tag[name]) for name in ("id", "name") for tag in soup.find_all(attrs={name: True})
        }
        for file, soup in site.pages.items()
    }
    found = []
    for file, soup in site.pages.items():
        targets = [tag["href"] for tag in soup.find_all(["a", "link"], href=True)]
        targets += [tag["src"] for tag in soup.find_all(["img", "script"], src=True)]
        for target in map(str, targets):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            path, fragment = urldefrag(target)
            goal = (file.parent / unquote(urlsplit(path).path)).resolve() if path else file
            if goal.is_dir():
                goal = goal / "index.html"
            lost = goal in anchors and unquote(fragment) not in {"", *anchors[goal]}
            if lost or not goal.exists():
                found.append(f"{site.name(file)}: {target}")
    return found


def outside_resources(site: Site) -> list[str]:
    """Whatever a page or a style sheet fetches from elsewhere; links to follow are fine."""
    found = []
    for file, soup in site.pages.items():
        for tag, names in FETCHING.items():
            for element in soup.find_all(tag):
                for name in names:
                    if re.match(r"\s*(?:https?:)?//", str(element.get(name, ""))):
                        found.append(f"{site.name(file)}: {str(element)[:120]}")
        styles = [element.get_text() for element in soup.find_all("style")]
        styles += [str(element["style"]) for element in soup.find_all(style=True)]
        found += [
            f"{site.name(file)}: {style[:120]}" for style in styles if CALLS_OUT.search(style)
        ]
    for sheet in site.folder.rglob("*.css"):
        if CALLS_OUT.search(sheet.read_text(encoding="utf-8")):
            found.append(sheet.relative_to(site.folder).as_posix())
    return found


def too_large(site: Site, limit: int = LARGEST_PAGE) -> list[str]:
    """Pages of more bytes than ``limit``, with the images that they show."""
    found = []
    for file, soup in site.pages.items():
        images = {
            (file.parent / unquote(str(tag["src"]))).resolve()
            for tag in soup.find_all("img", src=True)
            if not str(tag["src"]).startswith(("data:", "http"))
        }
        size = file.stat().st_size + sum(path.stat().st_size for path in images if path.is_file())
        if size > limit:
            found.append(f"{site.name(file)}: {size / 1e6:.1f} MB")
    return found


class Browser:
    """Headless Chromium, as a reader would use it, without a network."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium

    @classmethod
    @contextmanager
    def start(cls) -> Iterator["Browser"]:
        """Start the Chromium of the system, or skip the test that asks for it."""
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
        if program is None:
            pytest.skip("no Chromium: install it or set CHROMIUM to its program")
        quiet = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"]
        quiet += ["disable-background-networking", "disable-component-update"]
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=program, args=[f"--{option}" for option in quiet]
            )
            yield cls(chromium)
            chromium.close()

    def visit(self, address: str) -> Page:
        """Open the page of a server that the test started."""
        page = self._chromium.new_page()
        page.goto(address)
        return page

    @contextmanager
    def open(
        self,
        file: Path,
        *,
        asked: str = "",
        width: int = DESK,
        scheme: str = "light",
        scripts: bool = True,
    ) -> Iterator[tuple[Page, list[str]]]:
        """Open a page; yield it with the list of what went wrong while it loaded.

        A page is opened once: going on to another address breaks off what the first still loads,
        which would count as trouble. So the words asked of a search page come with its address.
        """
        context = self._chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        page, troubles = context.new_page(), []
        page.on(
            "requestfailed",
            lambda request: troubles.append(f"not loaded ({request.failure}): {request.url}"),
        )
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on(
            "console",
            lambda line: troubles.append(f"console: {line.text}") if line.type == "error" else None,
        )
        page.goto(f"{file.as_uri()}?q={asked}" if asked else file.as_uri(), wait_until="load")
        yield page, troubles
        context.close()


def wider_than_screen(page: Page) -> list[str]:
    """Elements that make the page scroll sideways, and captions nobody can read at one look."""
    return page.evaluate(
        """() => {
            const root = document.documentElement, width = root.clientWidth;
            const scrolls = root.scrollWidth > width;
            return [...document.querySelectorAll(scrolls ? 'body *' : 'caption')]
                .filter(element => element.getBoundingClientRect().right > width + 1)
                .slice(0, 5).map(element => element.outerHTML.slice(0, 120));
        }"""
    )


# Most of axe's time goes into the contrast of each piece of text, and a page of code has thousands
# that look alike. Contrast is a matter of colours, size, weight and what lies beneath: we mark one
# visible piece of each look, and every field to fill in.
MARK_LOOKS = """() => {
    const looks = new Set();
    const beneath = element => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            layers.push(style.opacity, style.backgroundColor, style.backgroundImage);
        }
        return layers.filter(layer => !['1', 'rgba(0, 0, 0, 0)', 'none'].includes(layer));
    };
    for (const element of document.querySelectorAll('body, body *')) {
        const field = element.matches('input, select, textarea, button');
        const writes = [...element.childNodes].some(
            node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
        if (!field && !writes) continue;
        const box = element.getBoundingClientRect();
        const shown = element.checkVisibility({opacityProperty: true, visibilityProperty: true});
        if (!shown || box.width <= 1 || box.height <= 1) continue;
        const style = getComputedStyle(element);
        const look = [style.color, style.fontSize, style.fontWeight, style.textShadow,
            ...beneath(element)].join();
        if (field || !looks.has(look)) element.setAttribute('data-look', '');
        looks.add(look);
    }
}"""


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2, levels A and AA; contrast once for each look."""
    # Without preload, axe reads no style sheets again, which a folder's pages may not.
    quick = {"preload": False, "resultTypes": ["violations"]}
    every = {"type": "tag", "values": WCAG_A_AA}
    contrast = {"type": "rule", "values": ["color-contrast"]}
    page.evaluate(MARK_LOOKS)
    runs = [
        (None, {"runOnly": every, "rules": {"color-contrast": {"enabled": False}}}),
        ({"include": [["[data-look]"]]}, {"runOnly": contrast}),
    ]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:140]}"
        for context, options in runs
        for rule in Axe().run(page, context=context, options=quick | options).response["violations"]
        for node in rule["nodes"]
    ]


FEW = 8  # colours of a picture on which nothing is drawn

# A picture far down a page is decoded and painted only some time after it has come into view.
PAINTED = """async image => {
    await image.decode();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def colours_of_images(page: Page, selector: str = "figure img") -> list[int]:
    """How many colours each image shows: one colour, or none, means that nothing is seen."""
    for image in page.query_selector_all(selector):
        image.scroll_into_view_if_needed()
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].every(image => image.complete)",
        arg=selector,
    )
    counts = []
    for image in page.query_selector_all(selector):
        if not image.evaluate("image => image.naturalWidth"):
            counts.append(0)
            continue
        image.scroll_into_view_if_needed()
        image.evaluate(PAINTED)
        seen = _colours(image.screenshot())
        if seen <= FEW:  # a second look tells a picture that is late from one that is blank
            page.wait_for_timeout(1000)
            seen = _colours(image.screenshot())
        counts.append(seen)
    return counts


def _colours(png: bytes) -> int:
    pixels = (imread(io.BytesIO(png))[..., :3] * 255).astype(int)
    return len(np.unique(pixels.reshape(-1, 3), axis=0))
