"""What all commands share: the application, where it prints, how it tells of a wrong input."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

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
Language = Annotated[
    str, typer.Option(help="What people read: en, fr, zh or ar; by default the country's own.")
]
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
    from sohandbook import paths
    from sohandbook.errors import MAKE_ROOM, InputError, cannot_write, not_written

    try:
        yield
    except InputError as error:
        several = len(error.findings) > 1
        if several:
            complaints.print(f"[red]Wrong input[/] in {len(error.findings)} places.")
        for number, finding in enumerate(error.findings, 1):
            title = f"[red]{number}.[/]" if several else "[red]Wrong input.[/]"
            complaints.print(title, escape(finding.where))
            complaints.print("  found:  ", escape(str(finding.found)))
            complaints.print("  allowed:", escape(finding.allowed))
            complaints.print(" ", escape(finding.remedy))
        raise typer.Exit(2) from None
    except OSError as error:
        if not cannot_write(error):
            raise
        complaints.print("[red]Could not write.[/]", escape(not_written(error, paths.outputs())))
        complaints.print(f"  {MAKE_ROOM}; what is finished is not computed twice.")
        raise typer.Exit(2) from None
