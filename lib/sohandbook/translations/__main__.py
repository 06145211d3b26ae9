"""Commands for those who translate: ``python -m sohandbook.translations COMMAND``."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sohandbook import language
from sohandbook.translations import keeping

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
Code = Annotated[str, typer.Argument(metavar="LANGUAGE", help="fr, zh or ar.")]
Name = Annotated[str, typer.Argument(metavar="CATALOGUE", help="As in languages.yml.")]
Only = Annotated[str, typer.Option("--only", help="Only this catalogue.")]


def _all(only: str = "", code: str = "") -> list[tuple[str, str]]:
    return [
        (found.code, name)
        for found in language.known().values()
        for name in found.catalogues
        if only in ("", name) and code in ("", found.code)
    ]


@app.command()
def update(only: Only = "") -> None:
    """Bring all catalogues in step with the English texts; translations stay."""
    for code, name in _all(only):
        keeping.update(code, name)
    status(only)


@app.command()
def status(only: Only = "") -> None:
    """Print how far each catalogue is."""
    for code, name in _all(only):
        found = keeping.state(code, name)
        share = found.translated / found.messages if found.messages else 1.0
        notes = f", {found.doubtful} doubtful" if found.doubtful else ""
        notes += ", run update" if found.outdated else ""
        print(
            f"{code} {name:<28} {found.translated:>4} of {found.messages:>4}  {share:6.1%}{notes}"
        )


@app.command()
def missing(
    code: Code,
    name: Name,
    where: Annotated[str, typer.Option(help="Only from files with this in the name.")] = "",
    most: Annotated[int, typer.Option(help="At most so many.")] = 1_000_000,
) -> None:
    """Print what is to translate as JSON: English, and what stands there now."""
    found = list(keeping.missing(code, name, where=where).items())[:most]
    print(json.dumps(dict(found), ensure_ascii=False, indent=1))


@app.command()
def fill(code: Code, name: Name, file: Annotated[Path, typer.Argument(help="JSON.")]) -> None:
    """Write translations from a JSON file: English to translation. Faulty ones are refused."""
    refused = keeping.fill(code, name, json.loads(file.read_text(encoding="utf-8")))
    for words in refused:
        print(words, file=sys.stderr)
    found = keeping.state(code, name)
    print(f"{code} {name}: {found.translated} of {found.messages}")
    if refused:
        raise typer.Exit(1)


@app.command()
def check(code: Annotated[str, typer.Argument(metavar="[LANGUAGE]")] = "", only: Only = "") -> None:
    """Print what is wrong with translations: values, code or links lost, terms not used."""
    found = [words for pair in _all(only, code) for words in keeping.complaints(*pair)]
    for words in found:
        print(words)
    if found:
        raise typer.Exit(1)


app()
