"""Letters in pictures: fonts of this machine for the language in use, or English words.

matplotlib's own font has Latin and Arabic letters. For Chinese we look for a font that people
have; none can come with the handbook, they are large.
"""

import functools
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager

from sohandbook import language
from sohandbook.language import translate

# Families by language, best first, and how their files are called where matplotlib's own list,
# made once for each user, is older than the font. Debian: fonts-noto-cjk or fonts-droid-fallback.
FAMILIES = {
    "zh": (
        "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
        "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC",
        "Hiragino Sans GB", "SimHei", "Noto Sans CJK JP", "Droid Sans Fallback",
    ),
}  # fmt: skip
LATIN = ("en", "fr")
FILES = ("NotoSansCJK", "NotoSansSC", "SourceHanSans", "wqy-", "DroidSansFallbackFull", "msyh")


@functools.cache
def family(code: str) -> str | None:
    """Return a font with the letters of a language: empty if any has them, None if none has."""
    if code not in FAMILIES:
        return ""
    for is_second_look in (False, True):
        if is_second_look:
            for file in font_manager.findSystemFonts():
                if any(name in file for name in FILES):
                    font_manager.fontManager.addfont(file)
        names = {font.name for font in font_manager.fontManager.ttflist}
        if found := next((name for name in FAMILIES[code] if name in names), None):
            return found
    return None


def in_its_direction(sentence: str) -> str:
    """Return a sentence that runs from right to left though it may begin with a Latin name."""
    return f"\u200f{sentence}" if language.current().direction == "rtl" else sentence


def note_style() -> str:
    """Return the style of small notes: letters that are not Latin have no slanted form here."""
    return "italic" if language.current().code in LATIN else "normal"


def in_letters_at_hand(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function that draws write in the language in use, if a font has its letters.

    If none has, the picture has English words and its small print says so; caption and
    alternative are in the language all the same.
    """

    @functools.wraps(draw)
    def drawn(*given: Any, **named: Any) -> Any:
        found = family(language.current().code)
        words = {name: translate(named[name]) for name in ("caption", "alt") if name in named}
        if found is not None:
            with mpl.rc_context(
                {"font.family": [*mpl.rcParams["font.family"], found]} if found else {}
            ):
                return draw(*given, **{**named, **words})
        words["caption"] += " " + translate(
            "The words in the picture are English: this machine has no font for this language."
        )
        with language.using(language.SOURCE):
            return draw(*given, **{**named, **words})

    return drawn
