"""Commands before a run: a new country, its data, and the training data."""

from typing import Annotated

import typer
from rich.markup import escape

from sohandbook.cli.basis import Folder, Iso3, Output, app, console, plain_errors


@app.command()
def new(iso3: Iso3) -> None:
    """Start a country: write its settings file, with comments that say what to fill in.

    Name and number are filled in from the UN's list of countries. Nothing is overwritten.

    Example: [bold]sohandbook new MRT[/]
    """
    with plain_errors():
        from sohandbook import new_country

        file = new_country.write(iso3)
        console.print(f"Wrote {escape(str(file))}")
        for step in new_country.next_steps(iso3):
            console.print(escape(step))


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
def sources(
    iso3: Iso3,
    chapter: Annotated[str, typer.Argument(help="A chapter, for example so3-1.")],
    folder: Folder = None,
    output: Output = None,
) -> None:
    """Compute a chapter from each source that the settings list, and set the numbers side by side.

    A dataset with [bold]instead_of[/] is another source of the one that it names.
    The exit code is 0, or 2 if no other source is listed or a chapter fails.

    Example: [bold]sohandbook sources MRT so3-1[/]
    """
    with plain_errors():
        from rich.table import Table

        from sohandbook import other_sources

        with console.status("Computing") as status:
            found, file = other_sources.compare(
                iso3,
                chapter,
                folder=folder,
                output=output,
                progress=lambda source, outcome: status.update(
                    f"{source}: {outcome.chapter.title} {outcome.result}"
                ),
            )
        names = list(found.columns[3:])
        apart = found[found[names].nunique(axis=1, dropna=False) > 1]
        console.print(f"{len(found)} numbers, {len(apart)} of them not the same.")
        shown = Table("Table", "Row", "Column", *names)
        for row in apart.itertuples(index=False):
            shown.add_row(*map(escape, row[:3]), *(f"{value:,.6g}" for value in row[3:]))
        if len(apart):
            console.print(shown)
        console.print(f"All numbers: {escape(str(file))}")


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
