"""The language that people read: words and numbers, taken from the catalogues in ``data/locale``.

English is the source. Keys, files, codes and numbers in tables and maps never change with the
language; words are exchanged at the last moment, where a figure, a table or a page is made.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sohandbook import paths
from sohandbook.errors import InputError

SOURCE = "en"
VARIABLE = "SOHANDBOOK_LANGUAGE"
_of_report = [SOURCE]
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
# 1,234.5 and 0.25, but not 15.3.1, SO1-4.2, v2.0 or 1981-2010, nor 0,903 that is French already
_NUMBER = re.compile(
    r"(?<![\w.,-])[-+\u2212]?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\w-]|[.,]\d)"
)
_PERCENT = re.compile(r"(?<=\d) %")


@dataclass(frozen=True)
class Language:
    """A language of the handbook; see the head of ``data/locale/languages.yml``."""

    code: str
    name: str
    direction: str
    sphinx: str
    decimal: str
    thousands: str = THIN_SPACE
    percent: str = " %"
    complete: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """What HTML calls it (BCP 47)."""
        return self.sphinx.replace("_", "-")

    @property
    def catalogues(self) -> tuple[str, ...]:
        """All its catalogues, complete or not."""
        return self.complete + self.begun


@cache
def known() -> dict[str, Language]:
    """Return the languages of the handbook by their codes."""
    file = paths.data() / "locale" / "languages.yml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    lists = ("complete", "begun")
    return {
        code: Language(code, **{k: tuple(v) if k in lists else v for k, v in entry.items()})
        for code, entry in entries.items()
    }


def check(code: str, *, where: str = "language") -> str:
    """Return the code of a language that the handbook knows.

    Raises
    ------
    InputError
        It has no such language.
    """
    if code not in known():
        allowed = [f"{language.code} ({language.name})" for language in known().values()]
        raise InputError(where, found=code, allowed=allowed, remedy="Name one of these.")
    return code


def current() -> Language:
    """Return the language in use: ``SOHANDBOOK_LANGUAGE``, or the report's, or English."""
    return known()[check(os.environ.get(VARIABLE) or _of_report[0], where=VARIABLE)]


def take_from(own_language: str) -> None:
    """Use the language of a country, unless ``SOHANDBOOK_LANGUAGE`` names one."""
    _of_report[0] = check(own_language)


@contextmanager
def using(code: str) -> Iterator[None]:
    """Use a language for a while."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = check(code)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def catalogues_of(code: str, notebook: str) -> list[Path]:
    """Return the files with the words of a notebook: its own, and those that all share."""
    folder = paths.data() / "locale" / code / "LC_MESSAGES"
    files = [folder / f"{name}.po" for name in ("interface", "figures", notebook)]
    return [file for file in files if file.is_file()]


def translate(text: str, **values: object) -> str:
    """Return a text in the language in use; the text itself where nobody has translated it.

    Parameters
    ----------
    text : str
        In English. Without ``values`` it may have been filled in already: ``Land in 2023``
        finds the message ``Land in {year}``.
    **values : object
        What stands in for ``{names}`` in the text.
    """
    language = current()
    if language.code == SOURCE or not text.strip():
        return text.format(**values) if values else text
    from sohandbook.translations import catalogue

    found = catalogue.read(language.code)
    if values:
        return found.exact(text).format(**{name: _plain(v) for name, v in values.items()})
    return found.find(text)


def _plain(value: object) -> object:
    """Write a number that comes as a string; a sentence has its numbers written already."""
    is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
    return numbers(str(value)) if is_number else value


def numbers(text: str) -> str:
    """Return a text with its decimal numbers as the language in use writes them."""
    language = current()
    if language.code == SOURCE:
        return text
    return _NUMBER.sub(
        lambda match: match[0].translate(
            str.maketrans({",": language.thousands, ".": language.decimal, "-": "\u2212"})
        ),
        _PERCENT.sub(language.percent, text),
    )


def message(text: str) -> str:
    """Mark a text to be translated later, where it is shown."""
    return text
