"""The guide as one PDF: its order, its links, and the numbers of its pages."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from html_checks import Browser, Site

from sohandbook.book import printed
from sohandbook.errors import InputError

PDF = b"""%PDF-1.4
1 0 obj
<</Type /Catalog /Pages 2 0 R /Dests 9 0 R>>
endobj
2 0 obj
<</Type /Pages /Count 3 /Kids [3 0 R 6 0 R]>>
endobj
3 0 obj
<</Type /Pages /Count 2 /Kids [4 0 R 5 0 R]>>
endobj
4 0 obj
<</Type /Page>>
endobj
5 0 obj
<</Type /Page>>
endobj
6 0 obj
<</Type /Page>>
endobj
9 0 obj
<</page-a [5 0 R /XYZ 0 700 0]
/page-b--c#C3#B4te [6 0 R /XYZ 0 700 0]>>
endobj
"""


def test_numbers_of_pages_are_read_through_the_tree():
    assert printed.page_numbers(PDF) == {"page-a": 2, "page-b--côte": 3}
    assert printed.page_numbers(b"no PDF") == {}


def test_pages_come_in_the_order_of_the_contents(toy_site: Site):
    entries = list(printed.contents(toy_site.folder / "XTA"))
    titles = [entry.title for entry in entries]
    assert titles[0] == "Welcome"
    assert titles.index("Learn: a course") < titles.index("Land cover") < titles.index("Glossary")
    assert len({entry.anchor for entry in entries}) == len(entries)
    assert entries[titles.index("Land cover")].part == "Objective 1: land"


def test_links_between_pages_lead_inside_the_file(toy_site: Site):
    folder = toy_site.folder / "XTA"
    entries = list(printed.contents(folder))
    whole = BeautifulSoup(
        "".join(printed._article(entry, entries) for entry in entries), "html.parser"
    )
    names = {element["id"] for element in whole.find_all(id=True)}
    inside = [link["href"][1:] for link in whole.select("a[href^='#']")]
    assert len(inside) > 50
    assert [name for name in inside if name not in names] == []
    assert [link["href"] for link in whole.select("a[href]") if link["href"][0] not in "#h"] == []
    pictures = whole.select("img")
    assert pictures
    assert all(picture["src"].startswith("file:") for picture in pictures)
    assert not whole.select("script, button, a.headerlink")


def test_a_book_is_printed_with_contents_numbers_and_bookmarks(
    toy_site: Site, browser: Browser, tmp_path
):
    pdf = printed.print_book(toy_site.folder / "XTB", to=tmp_path / "guide.pdf").read_bytes()
    numbers = printed.page_numbers(pdf)
    assert 2 < numbers["page-XTB-index"] < numbers["page-XTB-learn"] < numbers["page-XTB-glossary"]
    assert b"/Outlines" in pdf
    assert b"/MarkInfo" in pdf  # tagged: a screen reader finds headings and tables


def test_without_a_book_it_says_what_to_run(handbook: SimpleNamespace, capsys):
    assert printed.main(["XTQ"]) == 2
    assert "sohandbook book XTQ" in capsys.readouterr().err


def test_without_a_browser_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(printed.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="Chromium, Chrome or Edge"):
        printed.find_browser()
