"""What a translation must keep exactly: values, code, links, citations, formulas, tables' ids."""

import re
from collections import Counter

_KEPT = re.compile(
    r"""\{[\w:]+\}`[^`]*`          # a role, as {cite}`key`
    | `[^`]*`                      # code
    | \$[^$]+\$                    # a formula
    | \]\([^)]*\)                  # where a link leads
    | <[^>]+>                      # HTML, and addresses
    | \b(?:SO|CP)-?\d-?\d?\.?T?\d*\b  # a table or form
    | \b\d+\.\d+\.\d+\b            # an SDG indicator
    """,
    re.VERBOSE,
)


def parts(message: str) -> list[tuple[str, bool]]:
    """Split a message into literal text and ``{fields}``; a role's braces are literal.

    Returns
    -------
    list of (str, bool)
        The piece, and whether it is a field; a field has its braces.
    """
    pieces: list[tuple[str, bool]] = []
    start = depth = 0
    for place, character in enumerate(message):
        if character == "{":
            if depth == 0:
                if place > start:
                    pieces.append((message[start:place], False))
                start = place
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                is_role = message[place + 1 : place + 2] == "`"
                pieces.append((message[start : place + 1], not is_role))
                start = place + 1
    if start < len(message):
        pieces.append((message[start:], False))
    return pieces


def kept(text: str) -> Counter[str]:
    """Count what a translation must have as its source has it."""
    fields = [piece for piece, is_field in parts(text) if is_field]
    return Counter(fields) + Counter(_KEPT.findall(text))


def faults(source: str, translation: str) -> list[str]:
    """Return what a translation lost or added."""
    before, after = kept(source), kept(translation)
    return [f"lost {piece}" for piece in (before - after).elements()] + [
        f"added {piece}" for piece in (after - before).elements()
    ]
