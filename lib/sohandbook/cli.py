"""The command line, ``sohandbook``: what a reporting officer types.

Libraries are imported inside the commands, so that ``--help`` answers at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from sohandbook.runner import Outcome

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="From data to the reporting tables and maps of the UNCCD, chapter by chapter.",
)
console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)

Iso3 = Annotated[str, typer.Argument(help="The country's three-letter code, for example XDL.")]
Folder = Annotated[
    Path | None, typer.Option(help="The country's folder, if not data/countries/<ISO3>.")
]
Output = Annotated[Path | None, typer.Option(help="Where results go, if not outputs/<ISO3>.")]
COLOURS = {
    "done": "green",
    "up to date": "green",
    "no data": "yellow",
    "not run": "yellow",
    "failed": "red",
}


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print a wrong input, or a disk that takes nothing, without a traceback; exit code 2."""
    from sohandbook.errors import InputError, cannot_write

    try:
        yield
    except InputError as error:
        complaints.print("[red]Wrong input.[/]", escape(error.where))
        complaints.print("  found:  ", escape(str(error.found)))
        complaints.print("  allowed:", escape(error.allowed))
        complaints.print(" ", escape(error.remedy))
        raise typer.Exit(2) from None
    except OSError as error:
        if not cannot_write(error):
            raise
        complaints.print("[red]Could not write.[/]", escape(f"{error.strerror}: {error.filename}"))
        complaints.print("  Make room and run again; what is finished is not computed twice.")
        raise typer.Exit(2) from None


@app.command()
def run(
    iso3: Iso3,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this chapter and what it needs; may be given several times."),
    ] = None,
    folder: Folder = None,
    output: Output = None,
    again: Annotated[bool, typer.Option("--again", help="Even if it is up to date.")] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="At most so many threads; all by default.")
    ] = None,
) -> None:
    """Run a country's chapters that are not up to date.

    Settings, parameters and input files are checked before anything is computed.
    The exit code is 0 if no chapter failed, 1 if one failed, 2 if the input is wrong.

    Example: [bold]sohandbook run XDL --only so1-1[/]
    """
    with plain_errors():
        from sohandbook import runner

        with console.status("Checking settings and files") as status:

            def show(outcome: "Outcome") -> None:
                place = f"{outcome.number:>2}/{outcome.count} {outcome.chapter.id:<8}"
                place += f" {outcome.chapter.title}"
                if outcome.result == "running":
                    status.update(f"{place}: running ({escape(outcome.reason)})")
                    if not console.is_terminal:
                        console.print(f"{place}: running ({escape(outcome.reason)})")
                    return
                colour = COLOURS[outcome.result]
                time = f" in {outcome.seconds:.1f} s" if outcome.seconds else ""
                console.print(f"{place}: [{colour}]{outcome.result}[/]{time}")
                if outcome.reason:
                    console.print(f"      {escape(outcome.reason)}")
                for warning in outcome.warnings:
                    console.print(f"      [yellow]warning[/] {escape(warning)}")

            outcomes = runner.run(
                iso3,
                only=only or (),
                folder=folder,
                output=output,
                again=again,
                threads=threads,
                progress=show,
            )
        from sohandbook import paths

        place = (output or paths.outputs() / iso3).resolve()
    failed = [outcome for outcome in outcomes if outcome.result == "failed"]
    console.print(f"Results: {escape(str(place))}")
    if failed:
        console.print(f"[red]{len(failed)} failed.[/] Partly run notebooks: {place / 'failed'}")
        raise typer.Exit(1)


@app.command()
def check(iso3: Iso3, folder: Folder = None, output: Output = None) -> None:
    """Check a country's settings, parameters, input files and written tables; compute nothing.

    The exit code is 0 if no check of severity error failed, 1 if one did, 2 if the input is wrong.

    Example: [bold]sohandbook check XDL[/]
    """
    with plain_errors():
        from sohandbook import check_report, input_files, plan

        checked = plan.check(iso3, folder=folder, output=output)
        for name, files in checked.data.items():
            console.print(f"{name}: {len(files)} file{'s' if len(files) > 1 else ''}")
        for chapter in checked.chapters:
            for name in input_files.lacking(chapter, checked.country):
                console.print(f"[yellow]{chapter.id} is not possible[/]: no dataset {name}")
        console.print(f"[green]The settings of {escape(checked.country.name)} are in order.[/]")
        if errors := check_report.show(checked, console=console):
            console.print(f"[red]The platform would refuse this: {errors} failed.[/]")
            raise typer.Exit(1)


@app.command()
def book(
    iso3s: Annotated[list[str], typer.Argument(metavar="ISO3...", help="One country or several.")],
) -> None:
    """Make the book of countries whose chapters have run.

    Example: [bold]sohandbook book XDL[/]
    """
    with plain_errors():
        from sohandbook import book as books

        try:
            with console.status("Making the book"):
                page = books.build(iso3s)
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

    A check of severity error that fails stops the export with exit code 2.

    Example: [bold]sohandbook export XDL[/]
    """
    with plain_errors():
        from sohandbook import export as exports
        from sohandbook import paths
        from sohandbook.country import Country

        with console.status("Writing the report"):
            country = Country.load(iso3, folder=folder)
            files = exports.everything(country, output or paths.outputs() / iso3, draft=draft)
        if draft:
            console.print("[bold red]DRAFT: not for submission.[/] Every file says so.")
        if country.m49 is None:
            console.print("[yellow]No SDMX files[/]: country.yml has no m49.")
        for file in files:
            console.print(escape(str(file)))


@app.command()
def new(iso3: Iso3) -> None:
    """Start a country: write its settings file, with comments that say what to fill in.

    Example: [bold]sohandbook new MRT[/]
    """
    with plain_errors():
        from sohandbook import new_country

        file = new_country.write(iso3)
        console.print(f"Wrote {file}. Put the boundary beside it and fill in what it asks for.")
        console.print(f"Then: sohandbook check {iso3}")


@app.command()
def fetch(
    iso3: Iso3,
    dataset: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this dataset, by its name in country.yml or its id in the catalogue; may be "
            "given several times."
        ),
    ] = None,
    folder: Folder = None,
    attempts: Annotated[int, typer.Option(min=1, help="At most so many for one file.")] = 6,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds before the second attempt; it doubles each time.")
    ] = 2.0,
) -> None:
    """Fetch the data that a country's settings name and that are not there yet.

    Of large maps only the country's window is read. What broke off goes on at the next start.
    The exit code is 0 if everything is there, 1 if something is missing, 2 if the input is wrong.

    Example: [bold]sohandbook fetch MRT --dataset precipitation[/]
    """
    with plain_errors():
        from sohandbook import fetch_report

        whole = fetch_report.run(
            iso3,
            only=dataset or (),
            folder=folder,
            attempts=attempts,
            first_wait=wait,
            console=console,
        )
    if not whole:
        raise typer.Exit(1)


@app.command()
def training() -> None:
    """Make the raw data of the training countries; the same data each time.

    Example: [bold]sohandbook training[/]
    """
    with plain_errors():
        from sohandbook import paths
        from sohandbook import training as maker

        for country, is_new in maker.make(console=console).items():
            console.print(f"{country}: {'made' if is_new else 'up to date'}")
        console.print(f"Raw data: {escape(str(paths.raw_data()))}")


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
        table = Table("Country", "Last run", *(chapter.id for chapter in every))
        for iso3 in countries:
            content = manifest.read(paths.outputs() / iso3)
            last = content.get("run", {})
            when = last.get("finished") or (last and f"{last['started']}, not finished") or "never"
            results = (content["chapters"].get(c.id, {}).get("result", "") for c in every)
            table.add_row(
                iso3, when, *(f"[{COLOURS[r]}]{r}[/]" if r else "not yet" for r in results)
            )
        console.print(table)
