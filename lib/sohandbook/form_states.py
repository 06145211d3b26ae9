"""The state of each form of the reporting platform: complete, incomplete, not applicable.

Who has to report what is ``reporting`` in ``data/prais_forms.yml`` (reporting manual, Tables 1
to 5); what a table still lacks is read from the table itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sohandbook import forms
from sohandbook.country import Country

COLUMNS = ["form", "table", "title", "asked", "state", "lacks", "filled", "chapter"]
COMPLETE, INCOMPLETE, NOT_APPLICABLE = "complete", "incomplete", "not applicable"
NOT_GIVEN = "optional, not given"
STATES = (COMPLETE, INCOMPLETE, NOT_APPLICABLE, NOT_GIVEN)

# Poverty or inequality: the form asks for one of the two.
EITHER = {"SO2-1.T1": "SO2-1.T2", "SO2-1.T2": "SO2-1.T1"}
# Series that others publish have gaps, and a target for the whole country has no area drawn; the
# default index of drought vulnerability has one year only.
WITH_GAPS = ("default", "auto", "spatial")
ONE_YEAR_WILL_DO = ("SO3-3.T1",)
IF_BY_SEX = "required if sex-disaggregated data exist"
# What nobody has to write, and what is drawn on the platform.
OPTIONAL_TEXT = ("comments", "story", "revision_text", "additional_information_link",
                 "other_dropdowns", "other_goals_or_conventions")  # fmt: skip
MAY_STAY_EMPTY = "may stay empty"
DRAWN = ("vector", "vector file", "image")
NUMBERS = ("int", "float", "bool")
NOT_THERE, NO_ROWS, NO_NUMBERS = "the table is not there", "no rows", "no numbers"


def states(
    tables: Mapping[str, pd.DataFrame],
    *,
    country: Country,
    findings: pd.DataFrame | None = None,
    chapters: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the state of every table of every form.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those that were written, by id.
    country : Country
        Its ``party`` decides who has to report what.
    findings : DataFrame, optional
        As :func:`sohandbook.checks.run` returns it; a failed error blocks its table.
    chapters : mapping of str to str, optional
        For each table, which chapter makes it, or why that chapter has no result.

    Returns
    -------
    DataFrame
        One row a table: ``form``, ``table``, ``title``, ``asked`` (what the manual asks of such
        a Party), ``state``, ``lacks`` (what to do next), ``filled`` (cells with an entry, of
        all), ``chapter``.
    """
    blocked = _blocked(findings)
    rows = []
    for table_id in forms.ids():
        entry = forms.entry_of(table_id)
        if entry["kind"] == "reference":  # SO4-1 has no form of its own
            continue
        asked = str(entry["reporting"][country.party])
        frame = tables.get(table_id)
        state, lacks = _state(table_id, frame, asked, tables)
        if table_id in blocked and state in (COMPLETE, INCOMPLETE):
            state, lacks = INCOMPLETE, "; ".join(filter(None, [blocked[table_id], lacks]))
        where = (chapters or {}).get(table_id, "")
        rows.append((entry["form"], table_id, entry["title"], asked, state, lacks,
                     _filled(table_id, frame), where))  # fmt: skip
    rows += _affected_area(tables, blocked, chapters or {})
    rows += _other_forms(country)
    return pd.DataFrame(rows, columns=COLUMNS)


def by_form(table_states: pd.DataFrame) -> pd.DataFrame:
    """Return one row a form: ``form``, ``state``, ``tables`` (complete, of those asked).

    A form is incomplete if a table that is asked for, or that was begun, is incomplete.
    """
    rows = []
    for form, group in table_states.groupby("form", sort=False):
        counts = group["state"].value_counts()
        open_tables = len(group) - counts.get(NOT_APPLICABLE, 0) - counts.get(NOT_GIVEN, 0)
        present = [state for state in (INCOMPLETE, COMPLETE, NOT_GIVEN) if state in counts]
        done = f"{counts.get(COMPLETE, 0)} of {open_tables}" if open_tables else "none"
        rows.append((form, present[0] if present else NOT_APPLICABLE, done))
    return pd.DataFrame(rows, columns=["form", "state", "tables_complete"])


def gaps(table_id: str, frame: pd.DataFrame) -> list[str]:
    """Say what a table still lacks; nothing if it is complete.

    Computed numbers: each row has one. Series that others publish: one number at least. Words and
    menus that a person fills in: every row. Comments, drawings and columns that matter only on a
    condition may stay empty.
    """
    if frame.empty:
        return [NO_ROWS]
    if "answer" in frame:  # the answer no opens no table
        frame = frame[frame["answer"] != "no"]
    conditional = {c["name"] for c in _layout(table_id).get("columns", [])
                   if "when" in c or "applies" in c}  # fmt: skip
    found: list[str] = []
    computed, series = [], []
    for column in _asked(table_id, frame):
        if column.name in conditional:
            continue
        if column.type in NUMBERS and column.entry not in ("dropdown", "text", "toggle"):
            (series if column.entry in WITH_GAPS else computed).append(column.name)
            continue
        empty = int(_blank(frame[column.name]).sum())
        if empty:
            found.append(f"{column.name}: {empty} of {len(frame)} to fill in")
    without = frame[computed].isna().all(axis=1) if computed else pd.Series(dtype=bool)
    if without.all() and computed:
        found.insert(0, NO_NUMBERS)
    elif without.any() and table_id not in ONE_YEAR_WILL_DO:
        names = frame.loc[without, forms.table(table_id).key or computed[0]]
        found.insert(0, f"no number in {len(names)} of {len(frame)} rows, first {names.iloc[0]}")
    if series and not computed and frame[series].isna().all(axis=None):
        found.insert(0, NO_NUMBERS)
    return found


def _state(
    table_id: str, frame: pd.DataFrame | None, asked: str, tables: Mapping[str, pd.DataFrame]
) -> tuple[str, str]:
    """Return the state of a table and what it lacks."""
    required = asked.startswith(("required", "base for"))
    lacks = [NOT_THERE] if frame is None else gaps(table_id, frame)
    other = EITHER.get(table_id)
    if not lacks:
        return COMPLETE, ""
    if other in tables and not gaps(other, tables[other]):
        return NOT_APPLICABLE, f"{other} is given in its place"
    if lacks not in ([NOT_THERE], [NO_ROWS]):
        return INCOMPLETE, "; ".join(lacks)
    if asked.startswith("not applicable"):
        return NOT_APPLICABLE, ""
    if asked.startswith("conditional"):
        return NOT_APPLICABLE, str(forms.entry_of(table_id).get("condition", ""))
    if asked == IF_BY_SEX and not _by_sex(tables.get("CP-1.T2")):
        return NOT_APPLICABLE, "CP-1.T2 has no people by sex"
    return (INCOMPLETE, "; ".join(lacks)) if required else (NOT_GIVEN, "")


def _affected_area(
    tables: Mapping[str, pd.DataFrame], blocked: Mapping[str, str], chapters: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """The mirror forms, once a country reports on its affected area alone; none is asked for."""
    if not any(table_id in tables for table_id in forms.mirror_ids()):
        return
    for table_id in forms.mirror_ids():
        entry, frame = forms.entry_of(table_id), tables.get(table_id)
        lacks = [NOT_THERE] if frame is None else gaps(table_id, frame)
        lacks = [*filter(None, [blocked.get(table_id)]), *lacks]
        state = INCOMPLETE if lacks else COMPLETE
        if frame is None:
            state, lacks = NOT_GIVEN, [f"write forms/{table_id}.csv, if you have the figures"]
        yield (entry["form"], table_id, entry["title"], "optional", state, "; ".join(lacks),
               _filled(table_id, frame), chapters.get(table_id, ""))  # fmt: skip


def _by_sex(people: pd.DataFrame | None) -> bool:
    return people is not None and bool(people["population_female"].notna().any())


def _other_forms(country: Country) -> Iterator[tuple[str, ...]]:
    """The two forms without tables: metadata of the datasets (Annex II), licence (Annex I)."""
    blank = [
        f"{name}: {field}"
        for name, dataset in country.datasets.items()
        for field in type(dataset.metadata).model_fields
        if not getattr(dataset.metadata, field).strip()
    ]
    form = forms.catalogue()["data_source_form"]["id"]
    state = INCOMPLETE if blank else COMPLETE
    total = f"{len(country.datasets)} datasets"
    yield (form, form, "Metadata of the datasets", "required with national data", state,
           "; ".join(blank), total, "country.yml")  # fmt: skip
    licence = forms.catalogue()["licence_form"]
    lacks = f"choose on the platform; without a choice it is {licence['default_if_not_submitted']}"
    yield (licence["id"], licence["id"], "Licence of the report", "optional", NOT_GIVEN, lacks,
           "", "")  # fmt: skip


def _blocked(findings: pd.DataFrame | None) -> dict[str, str]:
    """Return the tables that a failed check keeps from being saved, or that say nothing."""
    if findings is None:
        return {}
    blocks = (findings["severity"] == "error") | (findings["id"] == "JUDGED")
    failed = findings[blocks & ~findings["passed"].fillna(True)]
    by_table: dict[str, set[str]] = {}
    for row in failed.itertuples():
        by_table.setdefault(str(row.where).split()[0], set()).add(row.id)
    return {table: f"fails check {', '.join(sorted(ids))}" for table, ids in by_table.items()}


def _asked(table_id: str, frame: pd.DataFrame) -> Iterator[forms.Column]:
    """Yield the columns that somebody or something has to fill."""
    for column in forms.table(table_id).columns:
        if (
            column.name in frame.columns
            and column.entry not in ("key", "file")
            and column.name not in OPTIONAL_TEXT
            and column.type not in DRAWN
            and MAY_STAY_EMPTY not in column.evidence
            and "bound" not in column.name.split("_")
        ):
            yield column


def _filled(table_id: str, frame: pd.DataFrame | None) -> str:
    if frame is None:
        return ""
    counted = [
        column.name
        for column in forms.table(table_id).columns
        if column.name in frame.columns
        and column.entry != "key"
        and column.name not in OPTIONAL_TEXT
        and column.type not in DRAWN
    ]
    cells = frame[counted]
    return f"{int((~_blank(cells)).to_numpy().sum())} of {cells.size}"


def _blank(values: Any) -> Any:
    """Tell where cells are empty: no number, or no word."""
    return values.isna() | (values.astype(object) == "")


def _layout(table_id: str) -> dict[str, Any]:
    entry = forms.entry_of(table_id)
    return forms.entry_of(entry["same_layout_as"]) if "same_layout_as" in entry else entry
