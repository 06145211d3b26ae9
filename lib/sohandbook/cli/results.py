"""Commands after a run: check, book, export, compare, status."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sohandbook.cli.basis import (
    COLOURS,
    Folder,
    Iso3,
    Language,
    Output,
    app,
    complaints,
    console,
    plain_errors,
)


@app.command()
def check(iso3: Iso3, folder: Folder = None, output: Output = None) -> None:
    """Check a country's settings, parameters, input files and written tables; compute nothing.

    The exit code is 0 if no check of severity error failed, 1 if one did or results are not up to
    date, 2 if the input is wrong.

    Example: [bold]sohandbook check XDL[/]
    """
    with plain_errors():
        from sohandbook import check_report, early_checks, input_files, plan, runner

        checked = plan.check(iso3, folder=folder, output=output)
        early_checks.check_inputs(checked.country, checked.data)
        for name, files in checked.data.items():
            console.print(f"{name}: {len(files)} file{'s' if len(files) > 1 else ''}")
        for chapter in checked.chapters:
            for name in input_files.lacking(chapter, checked.country):
                console.print(f"[yellow]{chapter.id} is not possible[/]: no dataset {name}")
        console.print(f"[green]The settings of {escape(checked.country.name)} are in order.[/]")
        late = runner.out_of_step(checked)
        for chapter_id, why in late.items():
            console.print(f"[red]{chapter_id} is not up to date[/]: {escape(why)}")
        if late:
            console.print(f"Run 'sohandbook run {iso3}', or the export refuses the report.")
        if errors := check_report.show(checked, console=console):
            console.print(f"[red]The platform would refuse this: {errors} failed.[/]")
        if errors or late:
            raise typer.Exit(1)


@app.command()
def book(
    iso3s: Annotated[list[str], typer.Argument(metavar="ISO3...", help="One country or several.")],
    language: Language = "",
) -> None:
    """Make the book of countries whose chapters have run.

    Example: [bold]sohandbook book XDL --language fr[/]
    """
    with plain_errors():
        from sohandbook import book as books

        try:
            with console.status("Making the book"):
                page = books.build(iso3s, language=language)
        except books.BookError as error:
            complaints.print(escape(str(error)))
            raise typer.Exit(1) from None
        console.print(f"Open {escape(str(page))}")


@app.command()
def export(
    iso3: Iso3,
    folder: Folder = None,
    output: Output = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Even if checks fail; every file says so.")
    ] = False,
) -> None:
    """Write what a country hands in: workbook, tables, report files, series, map catalogue.

    A check of severity error that fails stops the export with exit code 2, and so do results that
    are older than the settings and files of today.

    Example: [bold]sohandbook export XDL[/]
    """
    with plain_errors():
        from sohandbook import export as exports
        from sohandbook import paths
        from sohandbook.country import Country

        with console.status("Writing the report"):
            country = Country.load(iso3, folder=folder)
            if not draft:
                exports.refuse_out_of_step(country, folder=folder, output=output)
            files = exports.everything(country, output or paths.outputs() / iso3, draft=draft)
        if draft:
            console.print("[bold red]DRAFT: not for submission.[/] Every file says so.")
        if country.m49 is None:
            console.print("[yellow]No SDMX files[/]: country.yml has no m49.")
        for file in files:
            console.print(escape(str(file)))


@app.command()
def compare(
    before: Annotated[str, typer.Argument(metavar="A", help="An output folder, or ISO3.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another one of the same country.")],
    to: Annotated[
        Path | None, typer.Option(help="Where the page and its tables go; see the last line.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Share by which a table's number may differ.")
    ] = 1e-9,
) -> None:
    """Compare two runs of a country, cell by cell of every table and map.

    The exit code is 0 if they are the same, 1 if they differ, 2 if the input is wrong.

    Example: [bold]sohandbook compare /backup/outputs/XDL XDL[/]
    """
    with plain_errors():
        from sohandbook import comparison, paths

        with console.status("Comparing"):
            found = comparison.compare(before, after, tolerance=tolerance)
            folder = to or paths.root() / "build" / "compare" / found.after.name
            page = found.write(folder)
        console.print(f"[{'green' if found.is_same else 'yellow'}]{escape(found.verdict)}[/]")
        for line in found.lines():
            console.print(f"  {escape(line)}")
        console.print(f"Open {escape(str(page))}")
        if not found.is_same:
            raise typer.Exit(1)


@app.command()
def status() -> None:
    """Show what has run, for every country and chapter.

    Example: [bold]sohandbook status[/]
    """
    with plain_errors():
        from rich.table import Table

        from sohandbook import chapters, manifest, paths

        every = chapters.read()
        countries = sorted(
            {path.parent.name for path in paths.countries().glob("*/country.yml")}
            | {path.parent.name for path in paths.outputs().glob("*/manifest.json")}
        )
        table = Table("Country", "Last run", "Chapters")
        for iso3 in countries:
            content = manifest.read(paths.outputs() / iso3)
            last = content.get("run", {})
            when = last.get("finished") or (last and f"{last['started']}, not finished") or "never"
            found: dict[str, list[str]] = {}
            for chapter in every:
                result = content["chapters"].get(chapter.id, {}).get("result", "not yet")
                found.setdefault(result, []).append(chapter.id)
            lines = (_named(result, ids, count=len(every)) for result, ids in found.items())
            table.add_row(iso3, when, "\n".join(lines))
        console.print(table)


def _named(result: str, ids: list[str], *, count: int) -> str:
    """Say how many chapters came to a result, and which if somebody may have to do something."""
    which = "" if result == "done" or len(ids) == count else f": {', '.join(ids)}"
    return f"[{COLOURS.get(result, 'default')}]{len(ids)} {result}[/]{which}"
