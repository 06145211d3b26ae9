"""What a figure is on a page: a picture or a table, with a caption and with words instead."""

import base64
import html
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure as Drawing
from PIL import Image

from sohandbook.errors import InputError
from sohandbook.language import current, translate

SHORTEST_ALTERNATIVE = 20
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")  # would be read backwards among Arabic words
IMAGE_NAMES = (".png", ".jpg", ".jpeg", ".svg")

# Set in inches so that 10-point words are 10 CSS pixels high on a phone 360 pixels wide.
WIDTH_INCHES = 4.5
DOTS_PER_INCH = 180
QUICK_DOTS_PER_INCH = 110  # where somebody moves a control and waits
CSS_PIXELS_PER_INCH = 135
_dots_per_inch = ContextVar("dots per inch", default=DOTS_PER_INCH)
PAPER = "#ffffff"
COLOURS_KEPT = 128


@dataclass(frozen=True)
class Figure:
    """Something to show: HTML for browsers, words for everything else.

    Attributes
    ----------
    html, caption, alt : str
    png : bytes
        The picture itself; empty for tables.
    """

    html: str
    caption: str
    alt: str
    png: bytes = b""

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": str(self)}

    def __str__(self) -> str:
        return f"{self.caption}\n{self.alt}" if self.alt else self.caption


@contextmanager
def quickly() -> Iterator[None]:
    """Draw pictures for a while with fewer dots, in half the time."""
    token = _dots_per_inch.set(QUICK_DOTS_PER_INCH)
    try:
        yield
    finally:
        _dots_per_inch.reset(token)


def is_static() -> bool:
    """Tell whether the page is made to be read, with no kernel behind it.

    The runner says so with ``SOHANDBOOK_STATIC=1``.
    """
    return os.environ.get("SOHANDBOOK_STATIC", "") == "1"


def check_words(caption: str, alt: str) -> None:
    """Refuse a figure without a caption, or with an alternative that says nothing.

    Raises
    ------
    InputError
        If the caption is empty, or the alternative is empty, a file name or too short.
    """
    if not caption.strip():
        remedy = "Say what the figure shows, where and when."
        raise InputError("figure, caption", found=caption, allowed="a sentence", remedy=remedy)
    words = alt.strip()
    if len(words) < SHORTEST_ALTERNATIVE or words.lower().endswith(IMAGE_NAMES):
        raise InputError(
            "figure, alt",
            found=alt,
            allowed=f"at least {SHORTEST_ALTERNATIVE} characters that say what one would see",
            remedy="Name the places and numbers that matter; figures.describe_... can help.",
        )


def picture(drawing: Drawing, *, caption: str, alt: str, notes: str = "") -> Figure:
    """Turn a drawing into a PNG inside an HTML figure.

    The paper is white, so that the picture reads the same on a dark page.
    """
    check_words(caption, alt)
    caption, alt, notes = translate(caption), translate(alt), translate(notes)
    raw = BytesIO()
    drawing.savefig(
        raw,
        format="png",
        dpi=_dots_per_inch.get(),
        facecolor=PAPER,
        bbox_inches="tight",
        pad_inches=0.06,
        pil_kwargs={"compress_level": 0},  # packed below; packing twice costs a live page time
    )
    small = BytesIO()
    with Image.open(raw) as image:
        width, height = image.size
        flat = image.convert("RGB").quantize(COLOURS_KEPT, dither=Image.Dither.NONE)
        flat.save(small, format="png", optimize=is_static())
    data = base64.b64encode(small.getvalue()).decode("ascii")
    shown = round(width * CSS_PIXELS_PER_INCH / _dots_per_inch.get())
    page = (
        '<figure class="sohandbook-figure" style="margin:1em 0">'
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt)}" '
        f'width="{width}" height="{height}" '
        f'style="background:{PAPER};width:min(100%,{shown}px);height:auto">'
        f"{caption_html(caption, notes)}</figure>"
    )
    return Figure(page, caption, alt, small.getvalue())


def caption_html(caption: str, notes: str = "") -> str:
    """Return the caption of a figure, with its notes in small print."""
    notes = html.escape(notes)
    if current().direction == "rtl":
        notes = _DATE.sub(r'<bdi dir="ltr">\g<0></bdi>', notes)
    small = f"<br><small>{notes}</small>" if notes else ""
    return f"<figcaption>{html.escape(caption)}{small}</figcaption>"
