"""Markdown as messages: a heading, a paragraph, a list item or a table cell each is one."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_KEPT = re.compile(
    r"""\s*(?:
      :{3,}(?:\{[\w-]+\})?\s*$         # a directive's fence without a title
    | :[\w-]+:(?:\s|$)                 # an option of a directive
    | \([\w-]+\)=\s*$                  # a target
    | \{[.\#][^}]*\}\s*$               # attributes
    | \||[-*_]{3,}\s*$                 # tables are met before; a rule
    | %|<!--|</?\w+[^>]*>\s*$          # a comment, a line of HTML
    )""",
    re.VERBOSE,
)
_OPENING = re.compile(r"(\s*:{3,}\{[\w-]+\}\s+|\#{1,6}\s+)(?P<text>\S.*)$")
_ITEM = re.compile(r"(?P<mark>\s*(?:[-*+]|\d+\.|:)\s+(?:\[[ x]\]\s+)?)(?P<text>\S.*)$")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")
_WORD = re.compile(r"[^\W\d_]{2,}")


def messages(text: str) -> Iterator[str]:
    """Return the messages of a Markdown text, in order."""
    found: list[str] = []

    def remember(message: str) -> str:
        found.append(message)
        return message

    translate(text, remember)
    yield from found


def translate(text: str, translated: Callable[[str], str]) -> str:
    """Return a Markdown text with each of its messages exchanged.

    Code, formulas, directives, targets and HTML stay. The lines of a paragraph are joined.

    Parameters
    ----------
    text : str
    translated : callable
        From a message to what takes its place.
    """
    done: list[str] = []
    waiting: list[str] = []
    mark = ""
    until = ""

    def finish() -> None:
        nonlocal mark
        if waiting:
            message = " ".join(line.strip() for line in waiting)
            new = translated(message) if is_prose(message) else message
            # untranslated prose keeps its lines
            lines = waiting if new == message else [new]
            indent = " " * len(mark)
            done.append(mark + lines[0].strip())
            done.extend(indent + line.strip() for line in lines[1:])
            waiting.clear()
        mark = ""

    for line in text.split("\n"):
        if until:
            done.append(line)
            if line.strip() == until or (until[0] in "`~" and line.strip().startswith(until)):
                until = ""
        elif fence := _FENCE.match(line):
            finish()
            done.append(line)
            until = fence[1]
        elif line.strip() in ("$$", "---") and (line.strip() == "$$" or not done):
            finish()
            done.append(line)
            until = line.strip()
        elif not line.strip() or (_KEPT.match(line) and not line.lstrip().startswith("|")):
            finish()
            done.append(line)
        elif line.lstrip().startswith("|"):
            finish()
            done.append(line if _RULE.match(line) else _row(line, translated))
        elif opening := _OPENING.match(line):
            finish()
            text_of = opening["text"]
            done.append(opening[1] + (translated(text_of) if is_prose(text_of) else text_of))
        elif item := _ITEM.match(line):
            finish()
            mark = item["mark"]
            waiting.append(item["text"])
        else:
            indent = line[: len(line) - len(line.lstrip())]
            if waiting and not mark and indent:  # the text below a term of a glossary
                finish()
            if not waiting:
                mark = indent
            waiting.append(line)
    finish()
    return "\n".join(done)


def _row(line: str, translated: Callable[[str], str]) -> str:
    cells = []
    for cell in _CELL.split(line):
        message = cell.strip()
        cells.append(f" {translated(message)} " if is_prose(message) else cell)
    return "|".join(cells)


def is_prose(message: str) -> bool:
    """Tell whether there is a word to translate outside code, roles and formulas."""
    bare = re.sub(r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|<[^>]+>|https?://\S+", " ", message)
    return bool(_WORD.search(bare))


def title(page: Path) -> str:
    """Return the first heading of a Markdown file."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("# ").strip() for line in lines if line.startswith("# "))
