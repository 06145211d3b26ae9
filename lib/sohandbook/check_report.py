"""What ``sohandbook check`` says about a country's own data and the tables that were written."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sohandbook import data_standards, national_report
from sohandbook.country import Country
from sohandbook.plan import Plan


def show(plan: Plan, *, console: Console) -> int:
    """Compare a country's own data with the minimum standards, and check its written tables.

    Returns
    -------
    int
        How many checks of severity error failed: for these the platform refuses a form.
    """
    _own_data(plan.country, console=console)
    tables = national_report.read_tables(plan.output)
    if not tables:
        console.print(f"No tables yet: run 'sohandbook run {plan.country.iso3}'.")
        return 0
    findings = national_report.findings(tables, country=plan.country, folder=plan.output)
    failed = national_report.failed(findings)
    made = int(findings["passed"].notna().sum())
    console.print(
        f"{len(tables)} tables, {made} checks made: {len(failed)} failed; "
        f"{len(findings) - made} more could not be made."
    )
    if len(failed):
        shown = Table("Severity", "Check", "Where", "Found", "Chapter", "Rule")
        for row in failed.itertuples():
            words = (row.severity, row.id, row.where, row.detail, row.chapter, row.rule)
            shown.add_row(*map(escape, words))
        console.print(shown)
    return int((failed["severity"] == "error").sum())


def _own_data(country: Country, *, console: Console) -> None:
    """Print how the country's own datasets stand against the manual's minimum standards.

    Nothing is refused: a country may know why its map is better than its numbers.
    """
    found = data_standards.findings(country)
    if found.empty:
        return
    short = found[~found["meets"]]
    console.print(
        f"Your own data against the manual's minimum standards: "
        f"{len(found) - len(short)} of {len(found)} are met."
    )
    if len(short):
        shown = Table("Dataset", "Standard", "Found", "Wanted")
        for row in short.itertuples():
            shown.add_row(*map(escape, (row.dataset, row.standard, row.found, row.wanted)))
        console.print(shown)
        console.print("This is advice: chapters run with them all the same.")
