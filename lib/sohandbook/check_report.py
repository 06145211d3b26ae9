"""What ``sohandbook check`` says about the tables that were written."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sohandbook import national_report
from sohandbook.plan import Plan


def show(plan: Plan, *, console: Console) -> int:
    """Check the written tables of a country and print what failed.

    Returns
    -------
    int
        How many checks of severity error failed: for these the platform refuses a form.
    """
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
