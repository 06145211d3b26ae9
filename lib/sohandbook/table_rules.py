"""The rules that single reporting tables must keep: sums, differences and shares.

Each rule is named after its table; it yields what it found, or nothing where its tables are
not there. Sources: reporting manual 2026, and ``derived`` and ``validation`` of each table in
``data/prais_forms.yml``.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from sohandbook import classes, forms
from sohandbook.evidence import TOLERANCE, Evidence, Finding, equal
from sohandbook.trend_rules import trend_words

STATUS_AREAS = {
    "SO1-1.T7": "total_country_area",
    "SO1-2.T3": "total_land_area",
    "SO1-3.T2": "total_land_area",
}
DROUGHT = ["mild", "moderate", "severe", "extreme"]
SEX = {"SO3-2.T1": "total", "SO3-2.T2": "female", "SO3-2.T3": "male"}
NO_DATA = "no_data"
MOST_REGIONS = 5
MOST_CLASSES = 15


def country_total(evidence: Evidence) -> Iterator[Finding]:
    """CP-1.T1: the country is its land and its inland water."""
    if evidence.has("CP-1.T1"):
        t = evidence.tables["CP-1.T1"]
        both = t["total_land_area"] + t["water_bodies_area"]
        yield equal("CP-1.T1 total_country_area", t["total_country_area"], both)


def population_total(evidence: Evidence) -> Iterator[Finding]:
    """CP-1.T2: all people are women and men."""
    if evidence.has("CP-1.T2"):
        t = evidence.tables["CP-1.T2"]
        both = t["population_female"] + t["population_male"]
        yield equal("CP-1.T2 population_total", t["population_total"], both)


def within_form(evidence: Evidence) -> Iterator[Finding]:
    """All tables: each row stands once, numbers lie within limits, menus offer the entry."""
    for table_id, frame in evidence.tables.items():
        definition = forms.table(table_id)
        keys = [name for name in (definition.repeated_for, definition.key) if name in frame]
        wrong = ["a row twice"] if keys and frame.duplicated(keys).any() else []
        for column in definition.columns:
            if column.name not in frame:
                continue
            values = frame[column.name]
            low, high = column.limits
            if column.options and column.entry != "key":
                strange = sorted({*map(str, values.dropna())} - {"", *map(str, column.options)})
                wrong += [f"{column.name}: {value!r} is not on the menu" for value in strange]
                continue
            numbers = pd.to_numeric(values, errors="coerce").dropna()
            if column.unit and not numbers.between(low, high * (1 + TOLERANCE)).all():
                wrong.append(f"{column.name} outside {low:g} to {high:g}")
        yield Finding(table_id, not wrong, "; ".join(wrong))


def national_legend(evidence: Evidence) -> Iterator[Finding]:
    """SO1-1.T2: each national class has one of the seven classes; 15 classes at most."""
    if evidence.has("SO1-1.T2"):
        t = evidence.tables["SO1-1.T2"]
        names = t["national_class_name"]
        wrong = sorted(set(names[names.duplicated() | (t["unccd_class"] == "")]))
        where = "SO1-1.T2 unccd_class"
        yield Finding(where, not wrong, f"not exactly one: {', '.join(wrong)}" if wrong else "")
        detail = f"{len(t)} classes, at most {MOST_CLASSES}"
        yield Finding("SO1-1.T2 national_class_name", len(t) <= MOST_CLASSES, detail)


def regions(evidence: Evidence) -> Iterator[Finding]:
    """SO1-1.T3: at most five regions have a matrix of their own."""
    if evidence.has("SO1-1.T3"):
        names = set(evidence.tables["SO1-1.T3"]["region_name"]) - {""}
        detail = f"{len(names)} regions, at most {MOST_REGIONS}"
        yield Finding("SO1-1.T3 region_name", len(names) <= MOST_REGIONS, detail)


def change_matrices(evidence: Evidence) -> Iterator[Finding]:
    """SO1-1.T5 and T6: rows and columns add up to the extents of T4."""
    for table_id, (start, end) in {
        "SO1-1.T5": evidence.period("baseline"),
        "SO1-1.T6": evidence.period("report_2"),
    }.items():
        if not evidence.has(table_id):
            continue
        t = evidence.tables[table_id].set_index("class_at_start")
        cells = t.drop(columns=["row_total", "net_area_change"])
        whole = float(cells.to_numpy().sum())
        sums = cells.sum(axis=1)
        yield equal(f"{table_id} row_total", t["row_total"], sums, scale=whole)
        net = cells.sum(axis=0).reindex(t.index) - sums
        yield equal(f"{table_id} net_area_change", t["net_area_change"], net, scale=whole)
        if evidence.has("SO1-1.T4"):
            extent = evidence.tables["SO1-1.T4"].set_index("year")
            for year, found, kind in ((start, sums, "rows"), (end, cells.sum(axis=0), "columns")):
                if year in extent.index:
                    expected = extent.loc[year].reindex(found.index)
                    where = f"{table_id} {kind} against SO1-1.T4 {year}"
                    yield equal(where, found, expected, scale=whole)


def shares(evidence: Evidence) -> Iterator[Finding]:
    """All tables: a percentage is 100 times its part by its whole."""
    for table_id in evidence.tables:
        for column, found, expected in evidence.shares(table_id):
            yield equal(f"{table_id} {column.name}", found, expected)


def _water(evidence: Evidence) -> list[str]:
    """Return the keys of the classes that are inland water, also those of a national legend."""
    if not evidence.has("SO1-1.T2"):
        return ["water"]
    legend = evidence.tables["SO1-1.T2"]
    names = legend.loc[legend["unccd_class"] == "water", "national_class_name"]
    return ["water", *map(classes.key_of, names)]


def productivity_classes(evidence: Evidence) -> Iterator[Finding]:
    """SO1-2.T1 and T2: five classes make the degraded area of T3."""
    for source, period in (("SO1-2.T1", "baseline"), ("SO1-2.T2", "reporting")):
        if evidence.has(source, "SO1-2.T3"):
            five = evidence.tables[source].set_index("land_cover")
            five = five.drop(index=_water(evidence), errors="ignore")
            three = evidence.tables["SO1-2.T3"].set_index("status")[f"area_{period}"]
            made = {
                "degraded": five["declining"].sum() + five["moderate_decline"].sum(),
                "stable": five["stressed"].sum() + five["stable"].sum(),
                "improved": five["increasing"].sum(),
            }
            expected = pd.Series(made).reindex(three.index)
            yield equal(f"SO1-2.T3 area_{period}", three, expected, scale=float(three.sum()))


def judged(evidence: Evidence) -> Iterator[Finding]:
    """SO1: some land has a result; where none has, 0 km2 of degraded land says nothing."""
    for table_id in (*STATUS_AREAS, "SO1-4.T1"):
        if evidence.has(table_id):
            t = evidence.tables[table_id]
            known = t.loc[t.iloc[:, 0] != NO_DATA].select_dtypes("number")
            areas = known.drop(columns=NO_DATA, errors="ignore")
            parts = {table_id: areas}
            if table_id in STATUS_AREAS:
                names = [name for name in areas if name.startswith("area_")]
                parts = {f"{table_id} {name}": areas[name] for name in names}
            for where, part in parts.items():
                passed = bool(part.to_numpy().sum() > 0)
                yield Finding(where, passed, "" if passed else "all land is without data")


def productivity_rows(evidence: Evidence) -> Iterator[Finding]:
    """SO1-2.T1 and T2: each row adds up to the extent of its land cover class in SO1-1.T4."""
    for table_id, period in (("SO1-2.T1", "baseline"), ("SO1-2.T2", "report_2")):
        if evidence.has(table_id, "SO1-1.T4"):
            extent = evidence.tables["SO1-1.T4"].set_index("year")
            year = evidence.period(period)[1]
            sums = evidence.tables[table_id].set_index("land_cover").sum(axis=1, skipna=False)
            if year in extent.index and set(sums.index) == set(extent.columns):
                whole = float(extent.loc[year].sum())
                expected = extent.loc[year].reindex(sums.index)
                yield equal(f"{table_id} rows against SO1-1.T4 {year}", sums, expected, scale=whole)


def baseline_assessment(evidence: Evidence) -> Iterator[Finding]:
    """SO1-4.T1: the row of degraded land is the degraded area of the baseline in T2."""
    if evidence.has("SO1-4.T1", "SO1-4.T2"):
        rows = evidence.tables["SO1-4.T1"].set_index("baseline_assessment").sum(axis=1)
        first = evidence.tables["SO1-4.T2"]["degraded_area"].iloc[0]
        yield equal("SO1-4.T1 row degraded", rows["degraded"], first, scale=float(rows.sum()))


def degraded_land(evidence: Evidence) -> Iterator[Finding]:
    """SO1-4.T2: the last degraded area is that of T1; changes are counted from the baseline."""
    if not evidence.has("SO1-4.T2"):
        return
    t = evidence.tables["SO1-4.T2"]
    change = t["degraded_area"] - t["degraded_area"].iloc[0]
    yield equal(
        "SO1-4.T2 change_in_degraded_area", t["change_in_degraded_area"], change,
        scale=float(t["degraded_area"].max()),
    )  # fmt: skip
    if evidence.has("SO1-4.T1"):
        crossed = evidence.tables["SO1-4.T1"].set_index("baseline_assessment")
        matrix = forms.catalogue()["reference_tables"]["status_matrix"]
        degraded = sum(
            float(crossed.loc[start, end])
            for start in ("degraded", "stable", "improved")
            for end, status in zip(matrix["columns"], matrix[start], strict=True)
            if status == "degraded"
        )
        yield equal("SO1-4.T2 degraded_area, last row", t["degraded_area"].iloc[-1], degraded)


def exposed_people(evidence: Evidence) -> Iterator[Finding]:
    """SO2-3.T1: the people exposed are women and men."""
    if evidence.has("SO2-3.T1"):
        t = evidence.tables["SO2-3.T1"]
        both = t["female_exposed"] + t["male_exposed"]
        yield equal("SO2-3.T1 total_exposed", t["total_exposed"], both)


def drought_classes(evidence: Evidence) -> Iterator[Finding]:
    """SO3-1.T1: the classes and the land without drought add up to the land of CP-1.T1."""
    if evidence.has("SO3-1.T1", "CP-1.T1"):
        classes = evidence.tables["SO3-1.T1"].set_index("year")
        land = evidence.tables["CP-1.T1"].set_index("year")["total_land_area"]
        sums = classes[[*DROUGHT, "non_drought"]].sum(axis=1, skipna=False)
        yield equal("SO3-1.T1 rows", sums.reindex(land.index), land)


def land_under_drought(evidence: Evidence) -> Iterator[Finding]:
    """SO3-1.T2: the area under drought is that of the four classes of T1."""
    if evidence.has("SO3-1.T1", "SO3-1.T2"):
        classes = evidence.tables["SO3-1.T1"].set_index("year")
        t = evidence.tables["SO3-1.T2"].set_index("year")
        four = classes[DROUGHT].sum(axis=1, skipna=False).reindex(t.index)
        whole = float(classes[[*DROUGHT, "non_drought"]].sum(axis=1).max())
        yield equal("SO3-1.T2 area_under_drought", t["area_under_drought"], four, scale=whole)


def people_under_drought(evidence: Evidence) -> Iterator[Finding]:
    """SO3-2: the share exposed is that of four classes, the count its part of the population."""
    for table_id, sex in SEX.items():
        if not evidence.has(table_id):
            continue
        t = evidence.tables[table_id]
        four = t[[f"{name}_percent" for name in DROUGHT]].sum(axis=1, skipna=False)
        yield equal(f"{table_id} exposed_percent", t["exposed_percent"], four, scale=100)
        people = [1000 * evidence.figure("CP-1.T2", f"population_{sex}", y) for y in t["year"]]
        count = t["exposed_percent"] / 100 * np.array(people)
        yield equal(f"{table_id} exposed_count", t["exposed_count"], count)


def drinking_water(evidence: Evidence) -> Iterator[Finding]:
    """SO2-2.T1: the total lies between town and country."""
    if evidence.has("SO2-2.T1"):
        t = evidence.tables["SO2-2.T1"].dropna(subset=["urban", "rural", "total"])
        low, high = t[["urban", "rural"]].min(axis=1), t[["urban", "rural"]].max(axis=1)
        outside = t.loc[~t["total"].between(low - 0.05, high + 0.05), "year"].tolist()
        passed = None if t.empty else not outside
        yield Finding("SO2-2.T1 total", passed, f"outside in {outside}" if outside else "")


def bounds(evidence: Evidence) -> Iterator[Finding]:
    """SO4: the figure lies between its bounds, which stand in their order."""
    for table_id in ("SO4-2.T1", "SO4-3.T1"):
        if not evidence.has(table_id):
            continue
        t = evidence.tables[table_id]
        if "lower_upper_bound" in t:
            both = t["lower_upper_bound"].astype(str).str.extract(r"^([\d.]+) to ([\d.]+)$")
            both = both.apply(pd.to_numeric, errors="coerce")
            strange = (t["lower_upper_bound"].fillna("") != "") & both.isna().any(axis=1)
        else:
            both = t.reindex(columns=["lower_bound", "upper_bound"])
            both = both.apply(pd.to_numeric, errors="coerce")
            strange = both.isna().sum(axis=1) == 1
        figure, low, high = t.iloc[:, 1], both.iloc[:, 0], both.iloc[:, 1]
        wrong = strange | (low > high) | (figure < low) | (figure > high)
        years = t.loc[wrong, "year"].tolist()
        passed = not years if low.notna().any() or years else None
        yield Finding(f"{table_id} bounds", passed, f"wrong in {years}" if years else "")


# Severities: what the reporting platform refuses is an error; what we infer is a warning.
RULES: dict[str, tuple[str, Callable[[Evidence], Iterator[Finding]]]] = {
    "FORM": ("error", within_form),
    "CP-1.T1.sum": ("error", country_total),
    "CP-1.T2.sum": ("warning", population_total),
    "SO1-1.T2.legend": ("warning", national_legend),
    "SO1-1.T3.regions": ("error", regions),
    "SO1-1.T5.sums": ("warning", change_matrices),
    "SHARES": ("error", shares),
    "JUDGED": ("warning", judged),
    "SO1-2.T1.rows": ("warning", productivity_rows),
    "SO1-2.T3.classes": ("warning", productivity_classes),
    "SO1-4.T1.rows": ("warning", baseline_assessment),
    "SO1-4.T2.status": ("warning", degraded_land),
    "SO2-3.T1.sum": ("error", exposed_people),
    "SO3-1.T1.sum": ("warning", drought_classes),
    "SO3-1.T2.sum": ("warning", land_under_drought),
    "SO3-2.sums": ("warning", people_under_drought),
    "SO2-2.T1.between": ("warning", drinking_water),
    "SO4.bounds": ("warning", bounds),
    "TREND": ("review", trend_words),
}
