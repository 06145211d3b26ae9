"""A Sphinx extension: templates in the language of the book, and what is not in it marked."""

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search import languages

from sohandbook import language
from sohandbook.book.chinese_search import SearchByPairs
from sohandbook.language import translate

# MyST-NB says this, in English, to those who hear the page, in place of the words they would see.
_SUMMARY = '<summary aria-label="Toggle hidden content">'
RIGHT_TO_LEFT_MARK = "\u200f"
CODE_ENDS = " · "  # SO 2-1 · Poverty or inequality


def _words(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.Node
) -> None:
    """Give templates their words, and say of a page that it is still English."""
    context["words"] = translate
    context["body"] = context.get("body", "").replace(_SUMMARY, "<summary>")
    names = _english_titles(app)
    _, before, after = app.builder.relations.get(page, [None] * 3)
    for side, other in {"prev": before, "next": after}.items():
        if context.get(side) and other in names:
            context[side] = {**context[side], "title": html.escape(names[other])}
    if page in app.config.html_context.get("english_pages", ()) and context["body"]:
        note = html.escape(translate("This page has not been translated yet. It is in English."))
        context["body"] = (
            f'<p class="untranslated">{note}</p>'
            f'<div lang="{language.SOURCE}" dir="ltr">{context["body"]}</div>'
        )


def _english_titles(app: Sphinx) -> dict[str, str]:
    """Return the names that English pages have in the contents, with the code of a chapter."""
    names = app.config.html_context.get("english_pages", {})
    titles = {page: app.env.titles[page].astext() for page in names if page in app.env.titles}
    mark = RIGHT_TO_LEFT_MARK if language.current().direction == "rtl" else ""
    return {
        page: f"{mark}{''.join(title.rpartition(CODE_ENDS)[:2])}{names[page]}"
        for page, title in titles.items()
        if names[page]
    }


def _name_links(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Call English pages by their names in the contents where a translated page leads to them."""
    if page in app.config.html_context.get("english_pages", {}):
        return
    for other, name in _english_titles(app).items():
        address = app.builder.get_relative_uri(page, other)
        for link in tree.findall(nodes.reference):
            if link.get("refuri") == address and link.astext() == app.env.titles[other].astext():
                link.children = []
                link += nodes.inline(name, name)


def _direction(app: Sphinx, failure: Exception | None) -> None:
    """Say in each page that its script runs from right to left; the theme has no place for it."""
    if failure is None and language.current().direction != "ltr":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            there = f'<html dir="{language.current().direction}"'
            page.write_text(text.replace("<html", there, 1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Listen to Sphinx while it writes pages, and let it search in Chinese."""
    languages["zh_CN"] = SearchByPairs
    app.connect("doctree-resolved", _name_links)
    app.connect("html-page-context", _words)
    app.connect("build-finished", _direction)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
