"""A Sphinx extension: templates in the language of the book, and what is not in it marked."""

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from sohandbook import language
from sohandbook.language import translate

# MyST-NB says this, in English, to those who hear the page, in place of the words they would see.
_SUMMARY = '<summary aria-label="Toggle hidden content">'


def _words(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.Node
) -> None:
    """Give templates their words, and say of a page that it is still English."""
    context["words"] = translate
    context["body"] = context.get("body", "").replace(_SUMMARY, "<summary>")
    if page in app.config.html_context.get("english_pages", ()) and context["body"]:
        note = html.escape(translate("This page has not been translated yet. It is in English."))
        context["body"] = (
            f'<p class="untranslated">{note}</p>'
            f'<div lang="{language.SOURCE}" dir="ltr">{context["body"]}</div>'
        )


def _direction(app: Sphinx, failure: Exception | None) -> None:
    """Say in each page that its script runs from right to left; the theme has no place for it."""
    if failure is None and language.current().direction != "ltr":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            there = f'<html dir="{language.current().direction}"'
            page.write_text(text.replace("<html", there, 1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Listen to Sphinx while it writes pages."""
    app.connect("html-page-context", _words)
    app.connect("build-finished", _direction)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
