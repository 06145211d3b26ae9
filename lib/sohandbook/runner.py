"""Run a country's chapters: check everything first, then compute what is not up to date.

One run of a country at a time: whoever runs it holds its lock, which the
system takes back from a process that ends, however it ends.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import filelock

from sohandbook import chapters, early_checks, manifest
from sohandbook.country_run import CountryRun
from sohandbook.errors import InputError
from sohandbook.outcome import Outcome
from sohandbook.plan import Plan, check

__all__ = ["Outcome", "due", "out_of_step", "run", "run_one"]


def run(
    iso3: str,
    *,
    only: Iterable[str] = (),
    folder: Path | str | None = None,
    output: Path | str | None = None,
    again: bool = False,
    threads: int | None = None,
    language: str = "",
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Run the chapters of a country that are not up to date.

    Parameters
    ----------
    iso3, only, folder, output, language
        As in :func:`sohandbook.plan.check`, which is called first.
    again : bool
        Run the chapters even if they are up to date.
    threads : int, optional
        At most so many threads a chapter; all of the machine's by default.
    progress : callable
        Called with each chapter's outcome, before (``running``) and after.

    Raises
    ------
    InputError
        Something is wrong with the input, or another run of this country is
        under way; no kernel was started.
    """
    plan = check(iso3, only=only, folder=folder, output=output, language=language)
    with (
        _locked(plan, wait=False),
        closing(CountryRun(plan, again=again, threads=threads, progress=progress)) as under_way,
    ):
        if under_way.due():
            early_checks.check_inputs(plan.country, plan.data)
        return under_way.all_chapters()


def run_one(
    iso3: str,
    chapter_id: str,
    *,
    threads: int | None = None,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Run one chapter of a country if it is not up to date, as a job of a batch.

    The chapters that it needs are not run again; if one is not up to date, this one is not
    run. Waits until no other run of this country is under way.

    Parameters
    ----------
    iso3, threads, progress
        As in :func:`run`.
    chapter_id : str

    Raises
    ------
    InputError
        Something is wrong with the input; no kernel was started.
    """
    plan = check(iso3)
    chapters.choose(plan.chapters, [chapter_id])
    with (
        _locked(plan, wait=True),
        closing(CountryRun(plan, threads=threads, progress=progress)) as under_way,
    ):
        return under_way.one_chapter(chapter_id)


def due(plan: Plan) -> dict[str, str]:
    """Return what a run would look at: the chapters that are not up to date, and why.

    A chapter that needs or comes after such a one is among them. Nothing is computed.
    """
    with closing(CountryRun(plan)) as now:
        return now.due()


def out_of_step(plan: Plan) -> dict[str, str]:
    """Return the chapters whose results do not fit the inputs of today, and what has changed.

    A setting or a file was changed, or an earlier chapter was run again, and these chapters
    were not: their tables and the others would contradict one another in a report.
    """
    with closing(CountryRun(plan)) as now:
        return now.out_of_step()


@contextmanager
def _locked(plan: Plan, *, wait: bool) -> Iterator[None]:
    plan.output.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(plan.output / ".lock", timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        other = manifest.read(plan.output).get("run", {})
        raise InputError(
            str(plan.output),
            found=f"a run of {plan.country.iso3} that is under way "
            f"(process {other.get('process', 'unknown')})",
            allowed="one run of a country at a time",
            remedy="Wait until it ends.",
        ) from error
    try:
        yield
    finally:
        lock.release()
