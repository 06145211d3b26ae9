"""Rules on which sources differ, or whose official text we have not read (``data/guidance.yml``).

A report rests on some of them. Every export says which, and how well each is known, so that
nobody takes a reading of ours for a rule of the Convention.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from typing import Any, Literal

import yaml

from sohandbook import forms, paths
from sohandbook.country import Country

State = Literal["verified", "implied", "unverified"]


@dataclass(frozen=True)
class Reading:
    """One way to read a rule.

    Attributes
    ----------
    value : object
        As a setting holds it, or in a word.
    means, source : str
    state : {"verified", "implied", "unverified"}
        Read in the official text; said there in other words; or known from elsewhere only.
    """

    value: Any
    means: str
    source: str
    state: State


@dataclass(frozen=True)
class Rule:
    """A rule and the ways to read it; the first reading is the handbook's.

    Attributes
    ----------
    id, title : str
    setting : str
        ``chapter.parameter``; empty where there is no choice.
    readings : tuple of Reading
    tables, maps, exports : tuple of str
        What is made with it; maps are patterns.
    inherited : bool
        Whether tables that are made from these rest on it too.
    legend : str
        It matters only where land cover has this legend; empty if it always does.
    settle : str
        What to read to settle it.
    """

    id: str
    title: str
    setting: str
    readings: tuple[Reading, ...]
    tables: tuple[str, ...]
    maps: tuple[str, ...]
    exports: tuple[str, ...]
    inherited: bool
    legend: str
    settle: str


@dataclass(frozen=True)
class Use:
    """A rule as a report uses it."""

    rule: Rule
    reading: Reading

    @property
    def verified(self) -> bool:
        """Whether the reading stands in, or follows from, the official text."""
        return self.reading.state != "unverified"

    @property
    def sentence(self) -> str:
        """The rule in words, with how well it is known."""
        return f"{self.rule.title}: {self.reading.means} ({self.reading.state}; {_end(self)})"


def _end(use: Use) -> str:
    others = [reading for reading in use.rule.readings if reading is not use.reading]
    source = use.reading.source.rstrip(".")
    return source + "".join(f"; other reading: {other.value}" for other in others)


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, in the order of the file."""
    text = (paths.data() / "guidance.yml").read_text(encoding="utf-8")
    return tuple(_rule(entry) for entry in yaml.safe_load(text))


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        id=entry["id"],
        title=entry["title"],
        setting=entry.get("setting", ""),
        readings=tuple(
            Reading(each["value"], each["means"], each["source"], each["state"])
            for each in (entry, *entry["alternatives"])
        ),
        tables=tuple(entry["tables"]),
        maps=tuple(entry.get("maps", ())),
        exports=tuple(entry.get("exports", ())),
        inherited=entry.get("inherited", True),
        legend=entry.get("legend", ""),
        settle=entry["settle"],
    )


def used(
    tables: Iterable[str] = (),
    *,
    country: Country,
    parameters: Mapping[str, Mapping[str, Any]],
    maps: Iterable[str] = (),
    exports: Iterable[str] = (),
) -> tuple[Use, ...]:
    """Return the rules that results rest on, directly or through the tables they are made from.

    Parameters
    ----------
    tables : iterable of str
        Ids of reporting tables.
    country : Country
    parameters : mapping
        Chapter to parameter to value, as the chapters ran (``manifest.json``).
    maps : iterable of str
        Names of maps; a map rests on its own rules only, give the tables of its chapter too.
    exports : iterable of str
        Kinds of files, for example ``sdmx``.
    """
    # A mirror table is made as its original is, from fewer cells.
    tables = {table_id.removeprefix(forms.MIRROR) for table_id in tables}
    made_from = _with_sources(tables)
    maps, exports = list(maps), set(exports)
    legend = country.datasets["land_cover"].legend if "land_cover" in country.datasets else ""
    return tuple(
        Use(rule, _reading(rule, parameters))
        for rule in rules()
        if rule.legend in ("", legend)
        and (
            (made_from if rule.inherited else tables).intersection(rule.tables)
            or exports.intersection(rule.exports)
            or any(fnmatch(name, pattern) for name in maps for pattern in rule.maps)
        )
    )


def _with_sources(tables: Iterable[str]) -> set[str]:
    """Return the tables and all that they are made from."""
    found: set[str] = set()
    waiting = list(tables)
    while waiting:
        table_id = waiting.pop()
        if table_id not in found:
            found.add(table_id)
            waiting.extend(forms.table(table_id).depends_on)
    return found


def _reading(rule: Rule, parameters: Mapping[str, Mapping[str, Any]]) -> Reading:
    """Return the reading that a report chose; a value of its own is nobody's rule."""
    default = rule.readings[0]
    chapter, _, name = rule.setting.partition(".")
    value = parameters.get(chapter, {}).get(name, default.value)
    for reading in rule.readings:
        if reading.value == value and type(reading.value) is type(value):
            return reading
    means = f"The country chose the value {value!r}."
    return Reading(value, means, f"{rule.setting} in country.yml", "unverified")
