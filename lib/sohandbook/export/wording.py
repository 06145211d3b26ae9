"""How tables read for people: units, numbers, and the names of classes."""

import re

from sohandbook import classes as class_systems
from sohandbook.indicators import vulnerability_factors

# How numbers of a unit are shown; the first that fits the unit's beginning counts.
FORMATS = {
    "km2": "#,##0.00",
    "%": "0.00",
    "0-100": "0.0",
    "0-1": "0.000",
    "t C per ha": "0.00",
    "thousand persons": "#,##0.000",
    "persons": "#,##0",
    "USD": "#,##0",
    "domestic currency": "#,##0",
}
UNIT_WORDS = {"km2": "km²", "0-1": "0 to 1", "0-100": "0 to 100",
              "km2 or percentage points": "km²"}  # fmt: skip

CAPITALS = {word: word.upper() for word in (
    "dldd", "dvi", "gdp", "kba", "sdg", "sdgs", "slm", "soc", "unccd", "usd", "so1", "so2", "so3",
    "so4", "so5")}  # fmt: skip


def number_format(unit: str) -> str:
    """Return how numbers of a unit are shown."""
    found = (shown for beginning, shown in FORMATS.items() if unit.startswith(beginning))
    return next(found, "General")


def unit(name: str) -> str:
    """Return a unit as people write it."""
    return UNIT_WORDS.get(name, name)


def labels() -> dict[str, str]:
    """Return the names for people of the classes that tables have as keys."""
    found = {"no_data": "No data", "sdg_15_3_1": "SDG 15.3.1", "dvi_total": "DVI, total",
             "kba_protected_share": "KBA protected share",
             "dvi_female": "DVI, women", "dvi_male": "DVI, men"}  # fmt: skip
    for name in ("land_cover", "status", "land_productivity_dynamics"):
        system = class_systems.system(name)
        found |= dict(zip(system.keys, system.labels, strict=True))
    factors = vulnerability_factors.definitions()
    return found | {name: factor["label"] for name, factor in factors.items()}


def in_words(name: str) -> str:
    """Return the name of a column or a value as people write it."""
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+|[a-z]{4,}", name):
        return name
    words = " ".join(CAPITALS.get(word, word) for word in name.split("_"))
    return words[0].upper() + words[1:]
