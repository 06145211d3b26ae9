"""Start quickly: leave out of an import what takes seconds and is never used."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_address_grammar() -> Iterator[None]:
    """Import notebooks' libraries without a grammar of web addresses.

    It takes a second or more to build and no notebook needs it; jsonschema, which asks for it,
    is ready for its absence.
    """
    absent = GRAMMAR not in sys.modules
    if absent:
        sys.modules[GRAMMAR] = None
    try:
        yield
    finally:
        if absent:
            del sys.modules[GRAMMAR]
