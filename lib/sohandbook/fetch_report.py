"""What 'sohandbook fetch' shows: how far it is, what came, and how to bring what is missing."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from sohandbook import fetching
from sohandbook.country import Country
from sohandbook.fetching import Outcome, boundaries, plan
from sohandbook.fetching.patience import FetchError, Patience

ADVICE = {"by hand": "Bring it by hand", "missing": "It can be brought by hand"}


def run(
    iso3: str,
    *,
    only: Iterable[str],
    folder: Path | None,
    attempts: int,
    first_wait: float,
    console: Console,
) -> bool:
    """Fetch a country's data and show it; return whether nothing is missing."""
    patience = Patience(attempts=attempts, first_wait=first_wait)
    outcomes: list[Outcome] = []
    try:
        with console.status("Looking what is missing") as status:

            def show(file: plan.Wanted, here: int, whole: int | None) -> None:
                of = f" of {whole / 1e6:,.0f}" if whole else ""
                status.update(
                    f"{file.dataset}: {escape(file.target.name)} {here / 1e6:,.0f}{of} MB"
                )

            for outcome in fetching.fetch(
                iso3, only=only, folder=folder, patience=patience, progress=show
            ):
                outcomes.append(outcome)
                if outcome.result == "fetched":
                    size = outcome.file.target.stat().st_size / 1e6
                    name = escape(outcome.file.target.name)
                    console.print(f"{outcome.file.dataset}: {name} ({size:,.1f} MB)")
                status.update(f"{outcome.file.dataset}: {len(outcomes)} files done")
    except FetchError as error:
        console.print(f"[red]The boundary is missing.[/] {escape(str(error))}")
        console.print(f"  {escape(boundaries.by_hand())}")
        return False
    return _summary(outcomes, Country.load(iso3, folder=folder), console)


def _summary(outcomes: list[Outcome], country: Country, console: Console) -> bool:
    for name in country.datasets:
        of_it = [outcome for outcome in outcomes if outcome.file.dataset == name]
        if not of_it:
            continue
        of_it.sort(key=lambda outcome: outcome.file.target)
        count = Counter(outcome.result for outcome in of_it)
        have = count["there"] + count["fetched"]
        colour = "green" if have == len(of_it) else "yellow"
        console.print(f"[{colour}]{name}: {have} of {len(of_it)} files are there[/]")
        # One example of each reason stands for the other years.
        seen: set[tuple[str, str]] = set()
        for outcome in of_it:
            kind = (outcome.file.entry.id, outcome.result)
            if outcome.result in ADVICE and kind not in seen:
                seen.add(kind)
                _explain(outcome, count[outcome.result], console)
    own = plan.by_the_country(country)
    if own and country.fictional:
        console.print("Training data are made, not fetched: 'sohandbook training'")
    elif own:
        console.print(f"{', '.join(own)}: your own files; 'sohandbook check' looks for them")
    return all(outcome.result in ("there", "fetched") for outcome in outcomes)


def _explain(outcome: Outcome, count: int, console: Console) -> None:
    entry = outcome.file.entry
    files = f"{count} file{'s' if count > 1 else ''} of {entry.title} ({entry.id})"
    console.print(f"  {escape(files)}")
    if outcome.reason:
        console.print(f"    Why: {escape(outcome.reason)}")
    if entry.needs_account:
        console.print(f"    Account: {escape(entry.account)}")
    more = " The others alike." if count > 1 else ""
    console.print(f"    {ADVICE[outcome.result]}: {escape(outcome.file.by_hand)}.{more}")
