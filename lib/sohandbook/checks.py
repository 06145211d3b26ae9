"""The rules of the reporting platform, checked before a person meets them there.

Rules G1 to G12 hold for all forms (``validation_global`` of ``data/prais_forms.yml``); the
rules of single tables are in :mod:`sohandbook.table_rules`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sohandbook import forms
from sohandbook.evidence import TOLERANCE, Evidence, Finding, equal, not_above, year_in
from sohandbook.table_rules import RULES, SEX, STATUS_AREAS

COLUMNS = ["id", "rule", "severity", "passed", "where", "detail"]
# Units of which a part cannot have more than the whole.
WITHIN = ("km2", "persons", "thousand persons")
OF_LAND = ("SO1-2.T3", "SO1-3.T2", "SO1-4.T1", "SO1-4.T2", "SO3-1.T1", "SO3-1.T2")


def run(
    tables: Mapping[str, pd.DataFrame],
    *,
    country: Any = None,
    computed: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Check the tables of a report by all rules.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The reporting tables by id, as read by :func:`sohandbook.forms.read`.
    country : Country, optional
        Gives the periods and the metadata of the datasets.
    computed : mapping of str to DataFrame, optional
        The tables as the chapters computed them; tells which were edited by hand since.

    Returns
    -------
    DataFrame
        One row a place: ``id``, ``rule``, ``severity`` (error, warning, review, side_effect),
        ``passed`` (true, false, or empty if it could not be checked), ``where``, ``detail``.
    """
    stated = {rule["id"]: rule for rule in forms.catalogue()["validation_global"]}
    national, affected = _apart(tables)
    before, before_affected = _apart(computed or {})
    rows = _all_rules(Evidence(national, country, before if computed is not None else None))
    if affected:
        mirrored = Evidence(affected, country, before_affected if computed is not None else None)
        rows += [
            (rule_id, rule, severity, passed, forms.MIRROR + where, detail)
            for rule_id, rule, severity, passed, where, detail in _all_rules(mirrored)
            if where.split()[0] in affected  # what is not about a table was said before
        ]
        words = (within_country.__doc__ or "").strip()
        rows += _rows("AA.WITHIN", words, "warning", within_country(national, affected))
    result = pd.DataFrame(rows, columns=COLUMNS)
    blocked = result[(result["severity"] == "error") & (result["passed"] == False)]  # noqa: E712
    where = ", ".join(dict.fromkeys(blocked["where"]))
    last = Finding("all forms", blocked.empty, f"blocked by: {where}" if where else "none blocked")
    rule = stated["G6"]
    rows += _rows("G6", rule["rule"], rule["severity"], [last])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"passed": "boolean"})


def _apart(
    tables: Mapping[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return the tables of the country, and those of its affected area by the same names."""
    affected = {
        table_id.removeprefix(forms.MIRROR): frame
        for table_id, frame in tables.items()
        if table_id.startswith(forms.MIRROR)
    }
    national = {t: frame for t, frame in tables.items() if not t.startswith(forms.MIRROR)}
    return national, affected


def _all_rules(as_given: Evidence) -> list[tuple[Any, ...]]:
    """Make every check on one set of tables."""
    # What is no number is reported once, by G2; the other rules see an empty cell.
    numbers = {table_id: _numbers(table_id, frame) for table_id, frame in as_given.tables.items()}
    evidence = Evidence(numbers, as_given.country, as_given.computed)
    rows = []
    for rule in forms.catalogue()["validation_global"]:
        if check := GLOBAL.get(rule["id"]):
            seen = as_given if check is digits_only else evidence
            rows += _rows(rule["id"], rule["rule"], rule["severity"], check(seen))
    for rule_id, (severity, check) in RULES.items():
        words = (check.__doc__ or "").strip()
        rows += _rows(rule_id, words, severity, check(evidence))
    return rows


def within_country(
    national: Mapping[str, pd.DataFrame], affected: Mapping[str, pd.DataFrame]
) -> Iterator[Finding]:
    """Affected area: no area and no number of people is larger than that of the whole country."""
    for table_id, part in affected.items():
        definition = forms.table(table_id)
        names = [c.name for c in definition.columns
                 if c.unit in WITHIN and not c.signed and c.name in part]  # fmt: skip
        if not names or table_id not in national or not definition.key:
            continue
        whole = national[table_id].drop_duplicates(definition.key).set_index(definition.key)
        limit = whole.reindex(part[definition.key])[names].apply(pd.to_numeric, errors="coerce")
        found = part[names].apply(pd.to_numeric, errors="coerce")
        yield not_above(forms.MIRROR + table_id, found, limit)


def _numbers(table_id: str, frame: pd.DataFrame) -> pd.DataFrame:
    names = [c.name for c in forms.table(table_id).columns if c.type in ("int", "float")]
    words = [n for n in names if n in frame and not pd.api.types.is_numeric_dtype(frame[n])]
    return frame.assign(**{name: pd.to_numeric(frame[name], errors="coerce") for name in words})


def _rows(rule_id: str, rule: str, severity: str, findings: Any) -> list[tuple[Any, ...]]:
    return [(rule_id, rule, severity, f.passed, f.where, f.detail) for f in findings]


def not_negative(evidence: Evidence) -> Iterator[Finding]:
    """G1: numbers are 0 or more, except for changes."""
    for table_id, frame in evidence.tables.items():
        definition = forms.table(table_id)
        signed = {column.name for column in definition.columns if column.signed}
        numbers = frame.select_dtypes("number").drop(columns=signed, errors="ignore")
        below = [name for name in numbers if (numbers[name] < 0).any()]
        yield Finding(table_id, not below, f"negative: {', '.join(below)}" if below else "")


def digits_only(evidence: Evidence) -> Iterator[Finding]:
    """G2: cells of numbers hold numbers, or nothing."""
    for table_id, frame in evidence.tables.items():
        definition = forms.own_definition(table_id, list(frame.columns))
        texts = {c.name for c in definition.columns if c.type not in ("int", "float", "bool")}
        strange = []
        for name in frame.columns.difference(list(texts), sort=False):
            values = pd.to_numeric(frame[name], errors="coerce")
            if (values.isna() & frame[name].notna()).any() or np.isinf(values.astype(float)).any():
                strange.append(str(name))
        yield Finding(table_id, not strange, f"no number: {', '.join(strange)}" if strange else "")


def areas_within_country(evidence: Evidence) -> Iterator[Finding]:
    """G3: no area is larger than the country, its land or its water."""
    if not evidence.has("CP-1.T1"):
        yield Finding("CP-1.T1", None, "not checked: the table is not there")
        return
    profile = evidence.tables["CP-1.T1"].set_index("year")
    for table_id, frame in evidence.tables.items():
        definition = forms.table(table_id)
        if table_id == "CP-1.T1" or not table_id.startswith(("SO1-", "SO3-1")):
            continue
        whole = "total_land_area" if table_id in OF_LAND else "total_country_area"
        names = [c.name for c in definition.columns if c.unit == "km2" and not c.signed]
        # A national legend has other columns; all its numbers but the year are areas.
        if definition.columns and not set(names) <= set(frame.columns):
            names = [str(n) for n in frame.select_dtypes("float").columns if n != "net_area_change"]
        if not names:
            continue
        limit: Any = profile[whole].max()
        if definition.key and definition.columns[0].type == "int":
            limit = profile[whole].reindex(frame[definition.key]).fillna(limit).to_numpy()[:, None]
        yield not_above(table_id, frame[names].to_numpy(dtype=float), limit)


def people_within_population(evidence: Evidence) -> Iterator[Finding]:
    """G4: no more people are exposed than live in the country, of each sex and year."""
    for table_id, key, columns in (
        ("SO2-3.T1", "period", {f"{sex}_exposed": sex for sex in ("female", "male", "total")}),
        *((name, "year", {"exposed_count": sex}) for name, sex in SEX.items()),
    ):
        if evidence.has(table_id):
            frame = evidence.tables[table_id]
            for column, sex in columns.items():
                limit = [
                    1000 * evidence.figure("CP-1.T2", f"population_{sex}", year_in(row))
                    for row in frame[key]
                ]
                yield not_above(f"{table_id} {column}", frame[column], limit)


def percentages(evidence: Evidence) -> Iterator[Finding]:
    """G5: no percentage is above 100."""
    for table_id, frame in evidence.tables.items():
        for column in forms.table(table_id).columns:
            if column.unit.startswith("%") and column.name in frame.columns:
                yield not_above(f"{table_id} {column.name}", frame[column.name], 100.0)


def maps_kept(evidence: Evidence) -> Iterator[Finding]:
    """G7: a table that is backed by maps was not edited by hand."""
    yield from _edited(evidence, lambda table_id: bool(forms.table(table_id).maps),
                       lambda frame: False, "edited: its maps leave the report")  # fmt: skip


def edits_explained(evidence: Evidence) -> Iterator[Finding]:
    """G8: an edited table says why."""

    def explained(frame: pd.DataFrame) -> bool:
        return "comments" in frame.columns and bool((frame["comments"].str.strip() != "").any())

    yield from _edited(evidence, lambda table_id: True, explained, "edited without a comment")


def _edited(
    evidence: Evidence,
    wanted: Callable[[str], bool],
    excused: Callable[[pd.DataFrame], bool],
    complaint: str,
) -> Iterator[Finding]:
    """Compare tables with those that were computed."""
    if evidence.computed is None:
        yield Finding("all tables", None, "not checked: no computed tables to compare with")
        return
    for table_id, frame in evidence.tables.items():
        if wanted(table_id) and table_id in evidence.computed:
            numbers = frame.select_dtypes("number")
            before = evidence.computed[table_id].select_dtypes("number")
            same = numbers.shape == before.shape and np.allclose(
                numbers.to_numpy(dtype=float), before.to_numpy(dtype=float),
                rtol=TOLERANCE, atol=0, equal_nan=True,
            )  # fmt: skip
            passed = same or excused(frame)
            yield Finding(table_id, passed, "" if passed else complaint)


def metadata_given(evidence: Evidence) -> Iterator[Finding]:
    """G9: each dataset has its title, link, author and citation."""
    if evidence.country is None:
        yield Finding("country.yml", None, "not checked: no country given")
        return
    for name, dataset in evidence.country.datasets.items():
        fields = ("title", "link", "author", "citation")
        blank = [field for field in fields if not getattr(dataset.metadata, field).strip()]
        yield Finding(f"datasets.{name}", not blank, f"empty: {', '.join(blank)}" if blank else "")


def one_population(evidence: Evidence) -> Iterator[Finding]:
    """G10: people exposed are counted with the population of CP-1.T2."""
    for table_id in ("SO2-3.T1", *SEX):
        if not evidence.has(table_id, "CP-1.T2"):
            continue
        if table_id == "SO2-3.T1":
            for column, found, expected in evidence.shares(table_id):
                yield equal(f"{table_id} {column.name}", found, expected)
        else:
            frame = evidence.tables[table_id]
            people = [
                1000 * evidence.figure("CP-1.T2", f"population_{SEX[table_id]}", year)
                for year in frame["year"]
            ]
            count = frame["exposed_percent"] / 100 * np.array(people)
            yield equal(f"{table_id} exposed_count", frame["exposed_count"], count)


def one_land_cover(evidence: Evidence) -> Iterator[Finding]:
    """G11: CP-1.T1 and SO1-1 are made from the same land cover."""
    if evidence.has("CP-1.T1", "SO1-1.T4"):
        extent = evidence.tables["SO1-1.T4"].set_index("year")
        profile = evidence.tables["CP-1.T1"].set_index("year")
        if "water" in extent.columns:
            water = extent["water"].reindex(profile.index)
            whole = float(profile["total_country_area"].max())
            yield equal("SO1-1.T4 water", water, profile["water_bodies_area"], scale=whole)


def parts_make_the_whole(evidence: Evidence) -> Iterator[Finding]:
    """G12: class areas, no data included, add up to what they divide."""
    if evidence.has("SO1-1.T4"):
        extent = evidence.tables["SO1-1.T4"].set_index("year")
        whole = [evidence.figure("CP-1.T1", "total_country_area", year) for year in extent.index]
        yield equal("SO1-1.T4", extent.sum(axis=1, skipna=False), whole)
    for table_id, name in STATUS_AREAS.items():
        if evidence.has(table_id):
            for column, period in (("area_baseline", "baseline"), ("area_reporting", "report_2")):
                found = evidence.tables[table_id][column].sum(skipna=False)
                whole = evidence.figure("CP-1.T1", name, evidence.period(period)[1])
                yield equal(f"{table_id} {column}", found, whole)


GLOBAL: dict[str, Callable[[Evidence], Iterator[Finding]]] = {
    "G1": not_negative,
    "G2": digits_only,
    "G3": areas_within_country,
    "G4": people_within_population,
    "G5": percentages,
    "G7": maps_kept,
    "G8": edits_explained,
    "G9": metadata_given,
    "G10": one_population,
    "G11": one_land_cover,
    "G12": parts_make_the_whole,
}
