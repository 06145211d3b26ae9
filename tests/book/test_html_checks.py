"""The checks themselves: each finds what it is for."""

from pathlib import Path

import html_checks
import pytest
from html_checks import Browser, Site

PAGE = """<!DOCTYPE html><html lang="en"><head><title>t</title>
<link rel="stylesheet" href="https://cdn.example.org/a.css"><style>{style}</style></head>
<body>{body}</body></html>"""


def site(folder: Path, body: str, style: str = "") -> Site:
    (folder / "index.html").write_text(PAGE.format(body=body, style=style))
    return Site(folder)


@pytest.mark.parametrize("alt", ["", 'alt=""', 'alt="map.png"', 'alt="0123456789abcdef"'])
def test_an_image_without_words_is_found(tmp_path: Path, alt: str) -> None:
    found = html_checks.images_without_text(site(tmp_path, f'<img src="data:," {alt}>'))
    assert len(found) == 1


def test_dead_links_and_fragments_are_found(tmp_path: Path) -> None:
    body = '<a href="no.html">a</a><a href="#no">b</a><a id="yes" href="#yes">c</a>'
    found = html_checks.dead_links(site(tmp_path, body + '<a href="https://x.org">d</a>'))
    assert found == ["index.html: no.html", "index.html: #no"]


def test_resources_from_elsewhere_are_found(tmp_path: Path) -> None:
    body = '<script src="//cdn.example.org/a.js"></script><a href="https://x.org">a link</a>'
    found = html_checks.outside_resources(
        site(tmp_path, body, style="@import 'https://fonts.example.org/a.css';")
    )
    assert len(found) == 3


def test_images_count_in_the_size_of_a_page(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(bytes(2_000))
    book = site(tmp_path, '<img src="map.png" alt="A map">')
    assert html_checks.too_large(book, limit=5_000) == []
    assert len(html_checks.too_large(book, limit=2_000)) == 1


def test_the_browser_sees_what_is_wrong(tmp_path: Path, browser: Browser) -> None:
    body = '<figure><img src="gone.png" alt="A map"></figure><button></button>'
    site(tmp_path, body + '<p style="width:500px">wide</p><script>fail()</script>')
    with browser.open(tmp_path / "index.html", width=html_checks.PHONE) as (page, troubles):
        assert html_checks.colours_of_images(page) == [0]
        assert html_checks.wider_than_screen(page)
        assert any("button-name" in line for line in html_checks.axe_violations(page))
        assert any("gone.png" in line for line in troubles)
        assert any("script error" in line for line in troubles)


def test_a_caption_that_only_scrolling_shows_is_found(tmp_path: Path, browser: Browser) -> None:
    table = "<table style='width:600px'><caption>long</caption><tr><th>a</th></tr></table>"
    site(tmp_path, f'<div style="overflow-x:auto">{table}</div>')
    with browser.open(tmp_path / "index.html", width=html_checks.PHONE) as (page, _):
        assert len(html_checks.wider_than_screen(page)) == 1


def test_pale_text_is_found_wherever_it_looks_new(tmp_path: Path, browser: Browser) -> None:
    pale = "color:#bbb"
    body = (
        f'<p style="{pale};display:none">unseen</p>'  # must not stand for those that are seen
        + '<pre><span style="color:#222">x</span></pre>' * 20
        + f'<p id="a" style="{pale}">pale</p><p id="b" style="{pale}">pale again</p>'
        + f'<div style="background:#000"><p style="{pale}">fine on black</p></div>'
        + '<div style="opacity:.3"><p id="c" style="color:#222">faded</p></div>'
        + f'<label>Year <input id="d" value="1" style="{pale}"></label>'
    )
    site(tmp_path, body)
    with browser.open(tmp_path / "index.html") as (page, _):
        found = [line for line in html_checks.axe_violations(page) if "color-contrast" in line]
    assert [line.split('id="')[1][0] for line in found] == ["a", "c", "d"]
