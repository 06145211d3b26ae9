"""The report as a whole: what was written, whether it holds together, how it compares.

Everything here reads what the chapters wrote; nothing is computed from data again.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sohandbook import cell_changes, chapters, checks, form_states, forms, manifest
from sohandbook.country import Country
from sohandbook.indicators import short_series
from sohandbook.report import Report

# Checks that hold one table against another, or against the country profile.
BETWEEN_TABLES = (
    "AA.WITHIN", "G3", "G4", "G10", "G11", "G12", "SHARES", "SO1-1.T5.sums", "SO1-2.T1.rows",
    "SO1-2.T3.classes", "SO1-4.T1.rows", "SO1-4.T2.status", "SO3-1.T1.sum", "SO3-1.T2.sum",
    "SO3-2.sums",
)  # fmt: skip
OWN = "report"
CHECK_COLUMNS = [*checks.COLUMNS, "chapter"]
PUBLISHED = ["table", "series", "year", "reported", "published", "difference"]
# The column of a table that the SDG database publishes under the table's default series.
PUBLISHED_COLUMNS = {
    "SO1-4.T2": "sdg_15_3_1",
    "SO2-1.T1": "poverty_headcount",
    "SO2-2.T1": "total",
    "SO4-2.T1": "red_list_index",
    "SO4-3.T1": "kba_protected_share",
}


def tables(report: Report) -> dict[str, pd.DataFrame]:
    """Return all reporting tables that the chapters wrote, by id, in the order of the forms."""
    return read_tables(report.output_folder)


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return all reporting tables of an output folder, by id, in the order of the forms.

    Raises
    ------
    InputError
        A table is not as its form asks.
    """
    place = folder / "tables"
    if not any(place.glob("*.csv")):
        return {}
    return forms.read_all(place)


def findings(found: Mapping[str, pd.DataFrame], *, country: Country, folder: Path) -> pd.DataFrame:
    """Check the tables of a report by all rules, and say where to look.

    Parameters
    ----------
    found : mapping of str to DataFrame
        As :func:`read_tables` returns it.
    country : Country
    folder : Path
        The output folder; its manifest tells which tables were edited by hand.

    Returns
    -------
    DataFrame
        As :func:`sohandbook.checks.run` returns it, with ``chapter``: who makes the table.
    """
    result = checks.run(found, country=country, computed=as_computed(found, folder=folder))
    writers = writing_chapters(folder)
    ids = result["where"].str.split().str[0]
    return result.assign(chapter=ids.map(writers).fillna(""))[CHECK_COLUMNS]


def failed(result: pd.DataFrame) -> pd.DataFrame:
    """Return the checks that failed, errors first; the block that follows from them is left out."""
    order = ["error", "side_effect", "review", "warning"]
    found = result[~result["passed"].fillna(True) & (result["id"] != "G6")]
    return found.sort_values("severity", key=lambda column: column.map(order.index), kind="stable")


def by_rule(result: pd.DataFrame) -> pd.DataFrame:
    """Count for each rule the places where it passed, failed or could not be checked."""
    state = result["passed"].map({True: "passed", False: "failed"}).fillna("not_checked")
    counts = pd.crosstab(result["id"], state).reindex(
        index=result["id"].unique(), columns=["passed", "failed", "not_checked"], fill_value=0
    )
    words = result.drop_duplicates("id").set_index("id")[["rule", "severity"]]
    return words.join(counts).reset_index()


def chapter_results(folder: Path) -> pd.DataFrame:
    """Return what became of each chapter but this one: its id, title, result and reason."""
    entries = manifest.read(folder)["chapters"]
    nothing = {"result": "not run", "reason": ""}
    rows = [
        (chapter.id, chapter.title, entry["result"], entry.get("reason", ""))
        for chapter in chapters.read()
        if chapter.id != OWN
        for entry in [entries.get(chapter.id, nothing)]
    ]
    return pd.DataFrame(rows, columns=["chapter", "title", "result", "reason"])


def as_computed(
    found: Mapping[str, pd.DataFrame], *, folder: Path
) -> dict[str, pd.DataFrame] | None:
    """Return the tables as the chapters computed them, for the checks of edits.

    The manifest keeps checksums and no numbers: an untouched table is as it was computed; of an
    edited one we know only that it was another, so an empty frame stands for it.
    """
    written = {
        name: checksum
        for entry in manifest.read(folder)["chapters"].values()
        for name, checksum in entry["outputs"].items()
    }
    computed = {}
    for table_id, frame in found.items():
        checksum = written.get(f"tables/{table_id}.csv")
        if checksum is not None:
            content = (folder / "tables" / f"{table_id}.csv").read_bytes()
            same = hashlib.sha256(content).hexdigest() == checksum
            computed[table_id] = frame if same else frame.iloc[:0]
    return computed or None


def writing_chapters(folder: Path | None = None) -> dict[str, str]:
    """Return the chapter that makes each table, and with a folder also who made others there."""
    made = {table: chapter.id for chapter in chapters.read() for table in chapter.tables}
    entries = manifest.read(folder)["chapters"] if folder is not None else {}
    there = {
        Path(name).stem: chapter_id
        for chapter_id, entry in entries.items()
        for name in entry["outputs"]
        if name.startswith("tables/")
    }
    return there | made


def table_states(
    found: Mapping[str, pd.DataFrame],
    *,
    country: Country,
    folder: Path,
    result: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the state of every form's tables, see :func:`sohandbook.form_states.states`.

    Where a table is missing, ``chapter`` also says what became of the chapter that makes it.
    """
    entries = manifest.read(folder)["chapters"]
    where = {}
    for table_id, chapter_id in writing_chapters(folder).items():
        entry = entries.get(chapter_id, {"result": "not run"})
        without = "" if entry["result"] == "done" else entry.get("reason") or entry["result"]
        where[table_id] = f"{chapter_id}: {without}" if without else chapter_id
    return form_states.states(found, country=country, findings=result, chapters=where)


def for_people() -> pd.DataFrame:
    """Return the rules of the forms that only people can judge: ``table`` and ``rule``."""
    rows = [
        (entry["id"], rule["rule"] if isinstance(rule, dict) else rule)
        for entry in forms.catalogue()["tables"]
        for rule in entry.get("validation", [])
        if (isinstance(rule, dict) and "check" not in rule)
        or (isinstance(rule, str) and rule not in checks.GLOBAL)
    ]
    return pd.DataFrame(rows, columns=["table", "rule"])


def against_previous(report: Report) -> tuple[pd.DataFrame, int]:
    """Compare the tables with those of the previous cycle.

    They stand in ``previous/<table id>.csv`` in the country's folder; columns and rows that
    the country does not have from then may be missing.

    Returns
    -------
    changes : DataFrame
        Numbers that were reported before and are another now, as
        :func:`sohandbook.cell_changes.changes` returns them, largest percentage first.
    compared : int
        How many numbers of then stand in both.
    """
    return changes_between(report.country.folder / "previous", report.output_folder / "tables")


def changes_between(earlier: Path, tables_now: Path) -> tuple[pd.DataFrame, int]:
    """Compare two folders of tables; see :func:`against_previous` for what is returned."""
    found, compared = [], 0
    for file in sorted(earlier.glob("*.csv")):
        now = tables_now / file.name
        if not now.is_file():
            continue
        before, after = cell_changes.read(file), cell_changes.read(now)
        differing = cell_changes.changes(before, after, table_id=file.stem)
        found.append(differing[differing["difference"].notna()])
        shared = before[before.columns.intersection(after.columns)]
        compared += int(
            shared.apply(pd.to_numeric, errors="coerce").iloc[:, 1:].notna().sum().sum()
        )
    if not found:
        return pd.DataFrame(columns=cell_changes.COLUMNS), compared
    largest = pd.concat(found).sort_values("percent", key=lambda p: -p.abs(), kind="stable")
    return largest.reset_index(drop=True).astype({"before": float, "after": float}), compared


def against_published(found: Mapping[str, pd.DataFrame], *, series: pd.DataFrame) -> pd.DataFrame:
    """Compare the tables with the values that the SDG database publishes for the country.

    Parameters
    ----------
    found : mapping of str to DataFrame
    series : DataFrame
        As the dataset ``sdg_series`` gives it: ``series``, ``year``, ``value`` and the groups.

    Returns
    -------
    DataFrame
        One row a year that both have: ``table``, ``series``, ``year``, ``reported``,
        ``published``, and their ``difference`` (reported less published).
    """
    rows = []
    for table_id, column in PUBLISHED_COLUMNS.items():
        code = _series(table_id)
        if table_id not in found or code not in set(series["series"]):
            continue
        published = short_series.of(series, code).set_index("year")["value"]
        for year, reported in _by_year(found[table_id], column).items():
            if year in published.index and pd.notna(reported) and pd.notna(published[year]):
                value = float(published[year])
                rows.append((table_id, code, year, reported, value, reported - value))
    return pd.DataFrame(rows, columns=PUBLISHED)


def _series(table_id: str) -> str:
    return str(forms.entry_of(table_id)["default_series"]["sdg_api_series"])


def _by_year(frame: pd.DataFrame, column: str) -> dict[int, float]:
    """Return a column by the year that each row names."""
    years = frame.iloc[:, 0].astype(str).str.extract(r"(\d{4})", expand=False).astype(int)
    return dict(zip(years, frame[column].astype(float), strict=True))
