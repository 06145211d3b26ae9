"""What the rows and columns of each reporting table are, read from ``data/prais_forms.yml``.

Each column of that file carries its evidence. Use these through :mod:`sohandbook.forms`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import yaml

from sohandbook import paths
from sohandbook.classes import ClassSystem
from sohandbook.errors import InputError

UNCCD_CLASSES = "uncc_classes"
# The affected-area form repeats the tables of SO1 to SO4 for the affected area alone. The first
# two are no tables of the platform: they are the wholes that the others are shares of.
MIRROR = "AA."
MIRROR_FORM = "AA"
_MIRRORED = re.compile(r"CP-1\.T|SO[1-4]-\d\.")


@dataclass(frozen=True)
class Column:
    """A column of a reporting table.

    Attributes
    ----------
    name, unit : str
    type : str
        ``int``, ``float``, ``bool``; anything else is kept as text.
    entry : str
        Who fills it: ``key``, ``computed``, ``default``, ``auto``, ``dropdown``, ``text``, ...
    evidence : str
        Where we know it from; see ``meta.evidence_tags`` of the file.
    options : tuple
        The values allowed; empty if free.
    signed : bool
        True if a number may be negative.
    part, whole, whole_factor, year_of :
        Of a share: the column that is divided, the table and column it is divided by,
        the factor that brings the whole to the part's unit, and the period whose year is meant.
    """

    name: str
    unit: str
    type: str
    entry: str
    evidence: str
    options: tuple[Any, ...] = ()
    signed: bool = False
    part: str = ""
    whole: str = ""
    whole_factor: float = 1.0
    year_of: str = ""

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and highest number allowed."""
        if self.unit.startswith("%") or self.unit == "0-100":
            highest = 100.0
        else:
            highest = 1.0 if self.unit == "0-1" else np.inf
        return (-np.inf if self.signed else 0.0), highest


@dataclass(frozen=True)
class TableDefinition:
    """A table of the reporting platform.

    Attributes
    ----------
    id, form, indicator, title, kind : str
    columns : tuple of Column
        In the order of the CSV file; columns that stand for several are spelt out.
    rows : tuple or None
        The keys of the rows in their order; None if the number of rows is free.
    repeated_for : str
        The column for each value of which the rows are repeated, or empty.
    rules : tuple of str
        Names of the rules of ``validation_global`` that hold for it.
    derived, depends_on, maps : tuple of str
    reporting : mapping
        Who has to report it: ``affected``, ``developed``.
    """

    id: str
    form: str
    indicator: str
    title: str
    kind: str
    columns: tuple[Column, ...]
    rows: tuple[Any, ...] | None
    repeated_for: str
    rules: tuple[str, ...]
    derived: tuple[str, ...]
    depends_on: tuple[str, ...]
    maps: tuple[str, ...]
    reporting: Mapping[str, str]

    @property
    def key(self) -> str:
        """The column that names the rows; empty if none does."""
        return next((column.name for column in self.columns if column.entry == "key"), "")

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]

    @property
    def units(self) -> dict[str, str]:
        """The unit of each column that has one."""
        return {column.name: column.unit for column in self.columns if column.unit}

    @property
    def denominators(self) -> dict[str, str]:
        """The whole of each column that is a share, in words."""
        return {
            name: unit.removeprefix("% of ").lower()
            for name, unit in self.units.items()
            if unit.startswith("% of ")
        }

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        if name not in self.names:
            raise InputError(
                f"table {self.id}", found=name, allowed=self.names, remedy="Use one of its columns."
            )
        return self.columns[self.names.index(name)]


@cache
def catalogue() -> dict[str, Any]:
    """Return all of ``data/prais_forms.yml``: tables, row sets, rules, reference tables."""
    return yaml.safe_load((paths.data() / "prais_forms.yml").read_text(encoding="utf-8"))


@cache
def _entries() -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in catalogue()["tables"]}


def ids() -> tuple[str, ...]:
    """Return the ids of all tables, in the order of the forms."""
    return tuple(_entries())


@cache
def mirror_ids() -> tuple[str, ...]:
    """Return the ids of the tables for the affected area alone, such as ``AA.SO1-4.T2``."""
    return tuple(
        MIRROR + table_id
        for table_id, entry in _entries().items()
        if _MIRRORED.match(table_id) and entry["kind"] != "reference"
    )


def entry_of(table_id: str) -> dict[str, Any]:
    """Return what the file says about a table; a mirror table has what its original has."""
    entries = _entries()
    original = table_id.removeprefix(MIRROR) if table_id in mirror_ids() else table_id
    if original not in entries:
        raise InputError(
            "data/prais_forms.yml, tables", found=table_id, allowed=entries, remedy="Use one."
        )
    entry = entries[original]
    if original == table_id:
        return entry
    return {
        **entry,
        "id": table_id,
        "form": f"{MIRROR_FORM}-{original[:3]}" if original.startswith("SO") else MIRROR_FORM,
        "title": f"{entry['title']}, affected area alone",
        "reporting": entries[MIRROR_FORM]["reporting"],
        "depends_on": [MIRROR + other for other in entry.get("depends_on", [])],
        "maps": [],
    }


def table(
    table_id: str, *, system: ClassSystem | None = None, rows: Sequence[Any] | None = None
) -> TableDefinition:
    """Return the definition of a table.

    Parameters
    ----------
    table_id : str
        For example ``"SO1-4.T2"``.
    system : ClassSystem, optional
        The classes of a national land cover legend, in place of the seven UNCCD classes.
    rows : sequence, optional
        Row keys in place of the usual ones, for example the years of other periods.

    Raises
    ------
    InputError
        If there is no such table.
    """
    return with_classes(table_id, None if system is None else system.keys, rows)


def with_classes(
    table_id: str, classes: Sequence[str] | None, rows: Sequence[Any] | None = None
) -> TableDefinition:
    """Return the definition of a table for land cover classes given by their keys."""
    entry = entry_of(table_id)
    layout = entry_of(entry["same_layout_as"]) if "same_layout_as" in entry else entry
    row_rule = entry.get("rows", layout.get("rows", {}))
    if rows is None and "set" in row_rule:
        rows = _row_set(row_rule["set"], classes)
    return TableDefinition(
        id=table_id,
        form=entry["form"],
        indicator=entry["indicator"],
        title=entry["title"],
        kind=entry["kind"],
        columns=_columns(entry.get("columns", layout.get("columns", [])), classes),
        rows=None if rows is None else tuple(rows),
        repeated_for=row_rule.get("repeated_for", ""),
        rules=tuple(rule for rule in entry.get("validation", []) if isinstance(rule, str)),
        derived=tuple(entry.get("derived", layout.get("derived", []))),
        depends_on=tuple(entry.get("depends_on", [])),
        maps=tuple(entry.get("maps", [])),
        reporting=entry["reporting"],
    )


def _row_set(name: str | list[Any], classes: Sequence[str] | None) -> list[Any]:
    """Return the members of a row set; a national legend takes the place of the seven classes."""
    if isinstance(name, list):
        return name
    members = catalogue()["row_sets"][name]
    if isinstance(members, dict):
        years = range(members.get("from", 0), members.get("to", 0) + 1, members.get("step", 1))
        return list(members.get("values", years))
    unccd = catalogue()["row_sets"][UNCCD_CLASSES]
    if classes is not None and members[: len(unccd)] == unccd:
        return [*classes, *members[len(unccd) :]]
    return list(members)


def _columns(entries: list[dict[str, Any]], classes: Sequence[str] | None) -> tuple[Column, ...]:
    """Spell out columns that stand for several."""
    columns = []
    for entry in entries:
        names = _row_set(entry["per"], classes) if "per" in entry else [entry["name"]]
        columns += [
            Column(
                name=name,
                unit=entry.get("unit", ""),
                type=entry["type"],
                entry=entry["entry"],
                evidence=str(entry["ev"]),
                options=_options(entry.get("options", ())),
                signed=entry.get("signed", False),
                part=entry.get("part", ""),
                whole=entry.get("whole", ""),
                whole_factor=float(entry.get("whole_factor", 1)),
                year_of=entry.get("year_of", ""),
            )
            for name in names
        ]
    return tuple(columns)


def _options(entry: str | Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of a drop-down, which may stand in a reference table."""
    members = catalogue()["reference_tables"][entry] if isinstance(entry, str) else entry
    return tuple(
        member.get("key", member.get("process")) if isinstance(member, dict) else member
        for member in members
    )
