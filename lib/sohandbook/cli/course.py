"""Commands for those who learn: exercises without solutions, and how far one has come."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sohandbook.cli.basis import app, console, plain_errors


@app.command()
def exercises(
    folder: Annotated[Path, typer.Argument(help="Where the notebooks go; made if need be.")],
) -> None:
    """Write the notebooks for trainees, without their solutions.

    Notebooks that are there already stay as they are, because they may hold answers.

    Example: [bold]sohandbook exercises my-course[/]
    """
    with plain_errors():
        from sohandbook import exercise_copies

        written = exercise_copies.write(folder)
        for path in written.new:
            console.print(f"[green]new[/]   {escape(str(path))}")
        for path in written.kept:
            console.print(f"[yellow]kept[/]  {escape(str(path))}")
        console.print(f"Open the folder {escape(str(folder))} in JupyterLab.")


@app.command()
def progress() -> None:
    """Show which exercises and self-tests you have done.

    Example: [bold]sohandbook progress[/]
    """
    with plain_errors():
        from rich.table import Table

        from sohandbook import exercise_copies, self_tests
        from sohandbook import progress as kept

        content = kept.read()
        table = Table("Exercise", "Tries", "Solved")
        names = [name for of_chapter in exercise_copies.names().values() for name in of_chapter]
        for name in names:
            entry = content["exercises"].get(name, {})
            table.add_row(name, str(entry.get("tries", "")), _day(entry.get("solved")))
        console.print(table)
        table = Table("Self-test", "Best", "Last time")
        for objective, questions in self_tests.read().items():
            entry = content["self_tests"].get(objective, {})
            best = f"{entry['best']} of {entry['of']}" if entry else f"of {len(questions)}"
            table.add_row(objective, best, _day(entry.get("last")))
        console.print(table)
        solved = sum(bool(entry["solved"]) for entry in content["exercises"].values())
        console.print(
            f"{solved} of {len(names)} exercises solved. Kept in {escape(str(kept.file()))}"
        )


def _day(time: str | None) -> str:
    return time[:10] if time else ""
