"""The command that runs a country's chapters."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from sohandbook.cli.basis import (
    COLOURS,
    Folder,
    Iso3,
    Language,
    Output,
    app,
    console,
    plain_errors,
)

if TYPE_CHECKING:
    from sohandbook.runner import Outcome


@app.command()
def run(
    iso3: Iso3,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this chapter and what it needs; may be given several times."),
    ] = None,
    folder: Folder = None,
    output: Output = None,
    language: Language = "",
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
        from sohandbook.country import Country

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
                language=language,
                progress=show,
            )
            country = Country.load(iso3, folder=folder)
        place = (output or country.results_folder(language)).resolve()
    failed = [outcome for outcome in outcomes if outcome.result == "failed"]
    console.print(f"Results: {escape(str(place))}")
    if failed:
        kept = any((place / "failed").glob("*.ipynb"))  # a full disk takes none
        where = f" Partly run notebooks: {escape(str(place / 'failed'))}" if kept else ""
        console.print(f"[red]{len(failed)} failed.[/]{where}")
        raise typer.Exit(1)
