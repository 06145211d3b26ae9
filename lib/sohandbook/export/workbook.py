"""The workbook: a sheet for each form of the platform, and what a reader needs to trust it.

It holds values, never formulas: the CSV tables are the source, in full precision, and the
workbook shows them rounded. The same results give the same file, byte for byte.
"""

from collections import Counter

from openpyxl import Workbook

from sohandbook import forms, workbook_writing
from sohandbook.export import licences
from sohandbook.export.results import Results
from sohandbook.export.sheets import Sheet

FORM_TITLES = {
    "CP": "Country profile",
    "SO1-1": "Trends in land cover",
    "SO1-2": "Trends in land productivity",
    "SO1-3": "Trends in carbon stocks in the soil",
    "SO1-4": "Degraded land, SDG indicator 15.3.1",
    "SO2-1": "Poverty or inequality",
    "SO2-2": "Access to safe drinking water",
    "SO2-3": "People exposed to land degradation",
    "SO3-1": "Land under drought",
    "SO3-2": "People exposed to drought",
    "SO3-3": "Drought vulnerability",
    "SO4-2": "Red List Index",
    "SO4-3": "Protected key biodiversity areas",
    "SO5-1": "International public resources",
    "SO5-2": "Domestic public resources",
    "SO5-3": "International and domestic private resources",
    "SO5-4": "Technology transfer",
    "SO5-5": "Financial needs of plans",
    "SO5": "Methods of the figures on finance",
    "AA": "Affected area: definition, land and people",
    "AA-SO1": "Affected area alone: land",
    "AA-SO2": "Affected area alone: people",
    "AA-SO3": "Affected area alone: drought",
    "AA-SO4": "Affected area alone: species and places",
}
READING = (
    "Numbers are shown rounded; the cells, and the CSV tables beside this file, hold all digits.",
    "An empty cell is a number that is not known. Pale yellow columns are for people to fill in.",
    "Each percentage says what it is a share of. Land without data counts in the whole.",
)


def to_bytes(results: Results) -> bytes:
    """Return a country's report as an Excel workbook."""
    book = Workbook()
    book.remove(book.active)
    by_form: dict[str, list[str]] = {}
    for table_id in results.tables:
        by_form.setdefault(forms.table(table_id).form, []).append(table_id)
    front = Sheet(book, "Report", results)
    places = {}
    for form, table_ids in by_form.items():
        places |= _form_sheet(book, form, table_ids, results)
    _front_sheet(front, places, results)
    _notes_sheet(Sheet(book, "Notes", results), results)
    _sources_sheet(Sheet(book, "Sources", results), results)
    _checks_sheet(Sheet(book, "Checks", results), results)
    first, last = results.period
    book.properties.title = results.title(f"reporting tables {first} to {last}")
    book.properties.creator = f"sohandbook {results.version}"
    book.properties.created = book.properties.modified = results.finished
    return workbook_writing.packed(book)


def _form_sheet(
    book: Workbook, form: str, table_ids: list[str], results: Results
) -> dict[str, tuple[str, int]]:
    """Write the tables of a form one below the other; return where each begins."""
    sheet = Sheet(book, form, results)
    kind = forms.table(table_ids[0]).indicator
    sheet.heading(f"{form}  {FORM_TITLES.get(form, kind[0].upper() + kind[1:])}", back=True)
    places = {}
    for table_id in table_ids:
        definition = forms.table(table_id)
        places[table_id] = (form, sheet.row)
        sheet.section(f"{table_id}  {definition.title}")
        rules = results.unverified(table_id)
        note = f"Rests on rules not verified (sheet Notes): {', '.join(rules)}" if rules else ""
        sheet.notes([note])
        frame = results.tables[table_id]
        if definition.kind == "qualitative" and len(frame) == 1:
            sheet.record(frame, definition)
        else:
            sheet.table(frame, definition)
    sheet.finish(freeze="B3")
    return places


def _front_sheet(sheet: Sheet, places: dict[str, tuple[str, int]], results: Results) -> None:
    country, periods = results.country, results.country.periods
    first, last = results.period
    sheet.heading(country.name)
    sheet.subtitle(
        f"Reporting tables for the UN Convention to Combat Desertification, {first} to {last}"
    )
    sheet.row += 1
    for warning in results.warnings:
        sheet.warning(warning)
    counted = results.findings["passed"]
    failed = int(counted.eq(False).fillna(False).sum())
    ran = Counter(each["result"] for each in results.manifest["chapters"].values())
    unverified = results.unverified(*results.tables, maps=results.map_names)
    facts = {
        "Country code": country.iso3,
        "Baseline": "{} to {}".format(*periods.baseline),
        "Reporting period": "{} to {}".format(*periods.report_2),
        "Preset of choices": country.preset,
        "Computed on": results.day.isoformat(),
        "Computed with": f"sohandbook {results.version}"
        + (f", commit {results.commit[:12]}" if results.commit else ""),
        "Chapters": ", ".join(f"{number} {result}" for result, number in ran.items()),
        "Checks": f"{int(counted.eq(True).fillna(False).sum())} passed, {failed} failed, "
        f"{int(counted.isna().sum())} not possible (sheet Checks)",
        "Rules not verified": f"{len(unverified)} (sheet Notes)",
    }
    sheet.facts(facts)
    sheet.row += 1
    sheet.section("How to read this workbook", keep=False)
    sheet.notes(READING)
    sheet.row += 1
    sheet.section("Tables", keep=False)
    rows = []
    for table_id, (form, _) in places.items():
        chapter = results.chapter(f"tables/{table_id}.csv")
        if results.edited(f"tables/{table_id}.csv"):
            origin = "changed by hand"
        elif table_id in results.outdated:
            origin = "an earlier run"
        else:
            origin = f"chapter {chapter.id}" if chapter else "given by the country"
        rows.append((table_id, forms.table(table_id).title, form, origin))
    links = dict(enumerate(places.values()))
    sheet.listing(("Table", "Title", "Sheet", "Made by"), rows, links=links)
    sheet.finish(widths=(18, 46, 8, 15))


def _notes_sheet(sheet: Sheet, results: Results) -> None:
    sheet.heading("Notes: rules that these tables rest on", back=True)
    sheet.notes(
        (
            "Sources differ on these rules, or we have not read the official text. Verified: read"
            " there. Implied: said there in other words. Unverified: known from code of others,"
            " from papers, or from memory.",
        )
    )
    rows = [
        (
            use.rule.id,
            use.rule.title,
            use.reading.means,
            use.reading.state,
            use.reading.source,
            "; ".join(
                f"{other.value}: {other.means} ({other.state})"
                for other in use.rule.readings
                if other is not use.reading
            ),
            use.rule.settle,
        )
        for use in results.rules(*results.tables, maps=results.map_names)
    ]
    header = ("Rule", "Subject", "What we do", "State", "Source", "Other readings", "Settled by")
    sheet.listing(header, rows)
    sheet.finish(widths=(20, 22, 34, 11, 26, 36, 24), freeze="A5")


def _sources_sheet(sheet: Sheet, results: Results) -> None:
    sheet.heading("Sources and licences", back=True)
    register = licences.register(results.country)
    header = tuple(name.replace("_", " ").capitalize() for name in register.columns)
    sheet.listing(header, list(register.itertuples(index=False, name=None)))
    sheet.finish(widths=(18, 26, 20, 26, 28, 22, 20, 34), freeze="B4")


def _checks_sheet(sheet: Sheet, results: Results) -> None:
    sheet.heading("Checks by the rules of the reporting platform", back=True)
    found = results.findings.assign(
        passed=results.findings["passed"].map({True: "yes", False: "NO"})
    )
    found["passed"] = found["passed"].fillna("not checked")
    rows = []
    for state in ("NO", "not checked"):
        some = found[found["passed"] == state]
        rows += list(some[["id", "rule", "severity", "passed", "where", "detail"]].to_numpy())
    # What passed is counted; the file of checks lists every place.
    passed = found[found["passed"] == "yes"]
    for (check, rule, severity), group in passed.groupby(["id", "rule", "severity"], sort=False):
        places = f"{len(group)} place{'s' if len(group) > 1 else ''}"
        rows.append((check, rule, severity, "yes", places, ""))
    sheet.listing(("Check", "Rule", "Severity", "Passed", "Where", "Detail"), rows)
    sheet.finish(widths=(17, 56, 11, 13, 24, 30), freeze="A4")
