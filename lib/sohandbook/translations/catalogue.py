"""A language's catalogues as one: whole messages, and messages that are filled in already."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog

from sohandbook import language, paths
from sohandbook.translations.placeholders import parts

# A pattern with few letters of its own would match by chance: what it holds has to be plain.
FEW_LETTERS, FEWEST_LETTERS = 12, 2


@dataclass(frozen=True)
class Pattern:
    """A message with placeholders, to be recognised after they were filled in."""

    message: str
    fields: tuple[str, ...]
    longest: str
    letters: int
    expression: re.Pattern[str]


class Words:
    """The translated messages of a language.

    Parameters
    ----------
    messages : dict of str to str
        English to translation.
    """

    def __init__(self, messages: dict[str, str]) -> None:
        self.messages = messages
        self.known = lru_cache(maxsize=4096)(self._known)

    def exact(self, text: str) -> str:
        """Return the translation of a message, or the message."""
        return self.messages.get(text, text)

    def find(self, text: str) -> str:
        """Return the translation of a text that may be a message with its values filled in."""
        if (found := self.known(text)) is None:
            _remember_miss(text)
        return text if found is None else found

    def _known(self, text: str) -> str | None:
        if text in self.messages:
            return self.messages[text]
        for pattern in self._patterns:
            if pattern.longest in text and (match := pattern.expression.fullmatch(text)):
                values = match.groups()
                if pattern.letters < FEW_LETTERS and not all(map(self._is_plain, values)):
                    continue
                filled = dict(zip(pattern.fields, map(self._value, values), strict=True))
                return "".join(
                    filled.get(piece, piece) if is_field else piece
                    for piece, is_field in parts(self.messages[pattern.message])
                )
        return None

    def _is_plain(self, value: str) -> bool:
        """Tell whether a value is a number, one word, or something known: not a sentence."""
        return value in self.messages or not re.search(r"[^\W\d_]\S*\s|\s\S*[^\W\d_]", value)

    def _value(self, value: str) -> str:
        """Exchange what was filled in; a sentence comes with its numbers written already."""
        if value in self.messages or any(map(str.isalpha, value)):
            return self.messages.get(value, value)
        return language.numbers(value)

    @cached_property
    def _patterns(self) -> list[Pattern]:
        found = [pattern for message in self.messages if (pattern := _pattern(message))]
        return sorted(found, key=lambda pattern: -pattern.letters)


def _pattern(message: str) -> Pattern | None:
    pieces = parts(message)
    literals = [piece for piece, is_field in pieces if not is_field]
    fields = [piece for piece, is_field in pieces if is_field]
    letters = sum(character.isalpha() for literal in literals for character in literal)
    if not fields or letters < FEWEST_LETTERS:
        return None
    expression = "".join("(.+?)" if is_field else re.escape(piece) for piece, is_field in pieces)
    return Pattern(
        message, tuple(fields), max(literals, key=len), letters, re.compile(expression, re.DOTALL)
    )


def _remember_miss(text: str) -> None:
    """Collect what was shown and no catalogue has, if ``SOHANDBOOK_LANGUAGE_MISSES`` says where."""
    if (file := os.environ.get("SOHANDBOOK_LANGUAGE_MISSES")) and re.search(r"[^\W\d_]{2}", text):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(f"{text}\n")


@cache
def read(code: str) -> Words:
    """Return all translated messages of a language."""
    messages: dict[str, str] = {}
    for name in language.known()[code].catalogues:
        messages |= dict(translated(load(file_of(code, name))))
    return Words(messages)


def file_of(code: str, name: str) -> Path:
    """Return where a catalogue is."""
    return paths.data() / "locale" / code / "LC_MESSAGES" / f"{name}.po"


def load(file: Path) -> Catalog:
    """Read a catalogue; an empty one where there is none."""
    if not file.is_file():
        return Catalog(locale=file.parts[-3])
    with file.open("rb") as stream:
        return pofile.read_po(stream, locale=file.parts[-3])


def translated(catalogue: Catalog) -> Iterable[tuple[str, str]]:
    """Return the messages that are translated and not in doubt."""
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            yield str(message.id), str(message.string)
