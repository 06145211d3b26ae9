"""Keep the catalogues: bring them in step with the sources, count, fill in, look for faults."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import filelock
import yaml
from babel.messages import pofile
from babel.messages.catalog import Catalog, Message

from sohandbook import language, paths
from sohandbook.translations import sources
from sohandbook.translations.catalogue import file_of, load
from sohandbook.translations.placeholders import faults

LIKENESS = 0.75
HEADER = """\
# {name}: {catalogue} of the Land Reporting Handbook.
# Made from the English texts by 'python -m sohandbook.translations update'; only msgstr is
# written by hand. Licence of the texts: CC BY 4.0."""
NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # the same file whenever it is written


@dataclass(frozen=True)
class State:
    """How far a catalogue is.

    Attributes
    ----------
    language, catalogue : str
    messages, translated, doubtful, outdated : int
        Messages of the sources; translated and sure; to be looked at again; and whether the
        file lacks messages of the sources or has others.
    """

    language: str
    catalogue: str
    messages: int
    translated: int
    doubtful: int
    outdated: int


def update(code: str, name: str) -> State:
    """Bring a catalogue in step with the English texts; translations stay.

    A text that changed a little keeps its translation, marked as doubtful. Translations of
    texts that are gone stay at the end of the file, and come back with their text.
    """
    file = file_of(code, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file):
        wanted = sources.messages(name)
        before = load(file)
        old = {str(m.id): m for m in before if m.id and m.string}
        old |= {str(key): m for key, m in before.obsolete.items() if m.string}
        gone = [text for text in old if text not in wanted]
        after = _empty(code, name)
        for text, files in wanted.items():
            known, doubtful = old.get(text), False
            if known is None and (alike := difflib.get_close_matches(text, gone, 1, LIKENESS)):
                known, doubtful = old[alike[0]], True
            after.add(
                text,
                known.string if known else "",
                locations=[(place, None) for place in files],
                flags=("fuzzy",) if doubtful or (known and known.fuzzy) else (),
            )
        for text in gone:
            after.obsolete[text] = Message(text, old[text].string)
        _write(file, after)
    return state(code, name)


def state(code: str, name: str) -> State:
    """Count a catalogue against the English texts."""
    wanted = sources.messages(name)
    found = {str(m.id): m for m in load(file_of(code, name)) if m.id}
    known = [found[text] for text in wanted if text in found and found[text].string]
    return State(
        code,
        name,
        messages=len(wanted),
        translated=sum(not message.fuzzy for message in known),
        doubtful=sum(message.fuzzy for message in known),
        outdated=len(set(wanted) ^ set(found)),
    )


def missing(code: str, name: str, *, where: str = "") -> dict[str, str]:
    """Return the messages to translate, each with what stands there now.

    Parameters
    ----------
    code, name : str
    where : str
        Only those of files whose name has this in it.
    """
    found = {str(m.id): m for m in load(file_of(code, name)) if m.id}
    return {
        text: str(found[text].string) if text in found and found[text].string else ""
        for text, files in sources.messages(name).items()
        if any(where in file for file in files)
        and (text not in found or not found[text].string or found[text].fuzzy)
    }


def fill(code: str, name: str, words: Mapping[str, str]) -> list[str]:
    """Write translations into a catalogue; return what is wrong with those it refuses."""
    file = file_of(code, name)
    refused = []
    with _locked(file):
        catalogue = load(file)
        for text, translation in words.items():
            message = catalogue.get(text)
            if message is None:
                refused.append(f"{text!r}: no such message")
            elif translation.strip() and (wrong := faults(text, translation)):
                refused.append(f"{text!r}: {'; '.join(wrong)}")
            elif translation.strip():
                message.string = translation
                message.flags.discard("fuzzy")
        _write(file, catalogue)
    return refused


def complaints(code: str, name: str) -> Iterator[str]:
    """Yield what is wrong with the translations of a catalogue: values lost, terms not used."""
    for message in load(file_of(code, name)):
        if message.id and message.string:
            text, translation = str(message.id), str(message.string)
            for fault in faults(text, translation):
                yield f"{code} {name}, {text!r}: {fault}"
            for term in terms_not_used(code, text, translation):
                yield f"{code} {name}, {text!r}: {term}"


@cache
def glossary() -> list[dict[str, Any]]:
    """Return the terms of the Convention in each language (``data/locale/glossary.yml``)."""
    file = paths.data() / "locale" / "glossary.yml"
    terms = yaml.safe_load(file.read_text(encoding="utf-8"))
    return sorted(terms, key=lambda term: -len(term["en"]))


def terms_not_used(code: str, text: str, translation: str) -> Iterator[str]:
    """Yield the terms of a text that the translation does not have in the glossary's words."""
    left = text.casefold()
    found = " ".join(translation.casefold().split())
    for term in glossary():
        expression = rf"\b{re.escape(term['en'].casefold())}s?\b"
        if code in term and re.search(expression, left):
            left = re.sub(expression, " ", left)  # a shorter term inside it does not count
            if not any(re.search(form.casefold(), found) for form in term[code]):
                yield f"'{term['en']}' is {' or '.join(term[code])}"


def _empty(code: str, name: str) -> Catalog:
    return Catalog(
        locale=code,
        project="sohandbook",
        version="1",
        header_comment=HEADER.format(name=language.known()[code].name, catalogue=name),
        creation_date=NEVER,
        revision_date=NEVER,
        last_translator="the authors of the handbook",
        language_team=code,
        fuzzy=False,
    )


def _write(file: Path, catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:  # "50 % of" is no format
            message.flags -= {"python-format", "python-brace-format"}
    catalogue.creation_date = catalogue.revision_date = NEVER
    partial = file.with_suffix(".part")
    with partial.open("wb") as stream:
        pofile.write_po(stream, catalogue, width=100, include_lineno=False)
    partial.replace(file)


def _locked(file: Path) -> filelock.BaseFileLock:
    folder = paths.root() / "build" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(folder / f"{file.parts[-3]}-{file.name}.lock")
