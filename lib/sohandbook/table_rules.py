"""The rules that single reporting tables must keep: sums, differences and shares.

Each rule is named after its table; it yields what it found, or nothing where its tables are
not there. Sources: reporting manual 2026, and ``derived`` and ``validation`` of each table in
``data/prais_forms.yml``.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from sohandbook import forms
from sohandbook.evidence import Evidence, Finding, equal

STATUS_AREAS = {
    "SO1-1.T7": "total_country_area",
    "SO1-2.T3": "total_land_area",
    "SO1-3.T2": "total_land_area",
}
DROUGHT = ["mild", "moderate", "severe", "extreme"]
SEX = {"SO3-2.T1": "total", "SO3-2.T2": "female", "SO3-2.T3": "male"}
MOST_REGIONS = 5


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


def productivity_classes(evidence: Evidence) -> Iterator[Finding]:
    """SO1-2.T1 and T2: five classes make the degraded area of T3."""
    for source, period in (("SO1-2.T1", "baseline"), ("SO1-2.T2", "reporting")):
        if evidence.has(source, "SO1-2.T3"):
            five = (
                evidence.tables[source].set_index("land_cover").drop(index="water", errors="ignore")
            )
            three = evidence.tables["SO1-2.T3"].set_index("status")[f"area_{period}"]
            made = {
                "degraded": five["declining"].sum() + five["moderate_decline"].sum(),
                "stable": five["stressed"].sum() + five["stable"].sum(),
                "improved": five["increasing"].sum(),
            }
            expected = pd.Series(made).reindex(three.index)
            yield equal(f"SO1-2.T3 area_{period}", three, expected, scale=float(three.sum()))


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


# Severities: what the reporting platform refuses is an error; what we infer is a warning.
RULES: dict[str, tuple[str, Callable[[Evidence], Iterator[Finding]]]] = {
    "CP-1.T1.sum": ("error", country_total),
    "CP-1.T2.sum": ("warning", population_total),
    "SO1-1.T3.regions": ("error", regions),
    "SO1-1.T5.sums": ("warning", change_matrices),
    "SHARES": ("error", shares),
    "SO1-2.T3.classes": ("warning", productivity_classes),
    "SO1-4.T2.status": ("warning", degraded_land),
    "SO2-3.T1.sum": ("error", exposed_people),
    "SO3-1.T2.sum": ("warning", land_under_drought),
    "SO3-2.sums": ("warning", people_under_drought),
    "SO2-2.T1.between": ("warning", drinking_water),
}
