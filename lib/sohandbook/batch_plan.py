"""The plan of a batch: which chapters of which countries are due, and what each may use.

The runner judges what is up to date, here as everywhere. Before a batch it is asked for each
country what is due; that is the plan, and only that becomes jobs. Each batch works in a folder
of its own, so that one that was killed leaves nothing in the way of the next.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from sohandbook import chapters, early_checks, input_files, manifest, paths, plan, runner
from sohandbook.errors import InputError

RETRIES = 1  # of jobs that could not do their work at all; a chapter that fails is not one
BOOK_MEMORY_MB = 500


@dataclass(frozen=True)
class Job:
    """A chapter of a country that is due.

    Attributes
    ----------
    iso3, chapter : str
    reason : str
        Why it is due.
    threads : int
    memory_mb : int
    """

    iso3: str
    chapter: str
    reason: str
    threads: int
    memory_mb: int

    @property
    def stamp(self) -> str:
        """The file that its job leaves, in the batch's folder."""
        return f"{self.iso3}/chapters/{self.chapter}.json"


@dataclass(frozen=True)
class Plan:
    """What a batch does.

    Attributes
    ----------
    started : str
        When, UTC.
    folder : str
        Where its stamps and logs go, in ``outputs/.batch``.
    countries : list of str
    refused : dict of str to str
        Country to what is wrong with its input.
    jobs : list of Job
        The chapters of a country stand in the order in which they run.
    books : list of str
        Countries whose book is made anew.
    """

    started: str
    folder: str
    countries: list[str]
    refused: dict[str, str]
    jobs: list[Job]
    books: list[str]

    @classmethod
    def read(cls, file: str | Path = "") -> Self:
        """Read a plan, by default that of the last batch.

        Raises
        ------
        InputError
            There was none.
        """
        last = max(home().glob("*/plan.json"), default=home() / "plan.json")
        file = Path(file or last)
        if not file.is_file():
            raise InputError(
                str(file),
                found="no plan",
                allowed="the plan that 'make batch' writes",
                remedy="Run 'make batch'; it calls Snakemake.",
            )
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls(**content | {"jobs": [Job(**job) for job in content["jobs"]]})

    def write(self) -> None:
        """Make this plan the one that jobs read."""
        self.place.mkdir(parents=True, exist_ok=True)
        input_files.write_whole(self.file, json.dumps(asdict(self), indent=1))

    @property
    def file(self) -> Path:
        """Where the plan is written."""
        return self.place / "plan.json"

    @property
    def place(self) -> Path:
        """The batch's folder."""
        return home() / self.folder

    @cached_property
    def _by_country(self) -> dict[str, dict[str, Job]]:
        found: dict[str, dict[str, Job]] = {}
        for job in self.jobs:
            found.setdefault(job.iso3, {})[job.chapter] = job
        return found

    @property
    def stamps(self) -> list[str]:
        """Every file that a job leaves."""
        return [job.stamp for job in self.jobs] + [f"{iso3}/book.json" for iso3 in self.books]

    def job(self, iso3: str, chapter: str) -> Job:
        """Return the job of a country's chapter."""
        return self._by_country[iso3][chapter]

    def before(self, iso3: str, chapter: str) -> list[str]:
        """Return the stamp that a chapter waits for: of the country's job before it."""
        order = list(self._by_country[iso3].values())
        place = order.index(self.job(iso3, chapter))
        return [order[place - 1].stamp] if place else []

    def before_book(self, iso3: str) -> list[str]:
        """Return the stamp that a book waits for: of the country's last job."""
        return [job.stamp for job in list(self._by_country.get(iso3, {}).values())[-1:]]


def home() -> Path:
    """Return the folder of batches."""
    return paths.outputs() / ".batch"


def site() -> Path:
    """Return the folder of finished books."""
    return paths.root() / "build" / "site"


def make_plan(
    iso3s: Iterable[str], *, cores: int, memory_mb: int | None = None, books: bool = True
) -> Plan:
    """Find out what is due.

    Parameters
    ----------
    iso3s : iterable of str
    cores : int
        Of the machine that computes. A batch of fewer countries than cores gives each more.
    memory_mb : int, optional
        Of that machine: no chapter asks for more.
    books : bool
        Make the books of countries whose results are newer.
    """
    countries = list(dict.fromkeys(iso3s))
    by_id = {chapter.id: chapter for chapter in chapters.read()}
    refused: dict[str, str] = {}
    due: dict[str, dict[str, str]] = {}
    cells: dict[str, float] = {}
    for iso3 in countries:
        try:
            checked = plan.check(iso3)
            due[iso3] = runner.due(checked)
            if due[iso3]:
                early_checks.check_inputs(checked.country, checked.data)
                cells[iso3] = _million_cells(iso3)
        except InputError as error:
            refused[iso3] = str(error)
            due.pop(iso3, None)
    share = max(1, cores // max(1, sum(bool(found) for found in due.values())))
    jobs = []
    for iso3, found in due.items():
        for chapter_id, reason in found.items():
            chapter = by_id[chapter_id]
            least, more = chapter.memory
            needed = round(least + more * cells[iso3])
            jobs.append(
                Job(
                    iso3,
                    chapter_id,
                    reason,
                    threads=min(cores, max(share, chapter.threads)),
                    memory_mb=min(needed, memory_mb or needed),
                )
            )
    started = manifest.now()
    return Plan(
        started=started,
        folder=f"{started.replace(':', '')}-{os.getpid()}",
        countries=countries,
        refused=refused,
        jobs=jobs,
        books=[iso3 for iso3 in due if books and (due[iso3] or _book_is_old(iso3))],
    )


def _million_cells(iso3: str) -> float:
    """Return how many million cells the country's grid has; 0 where it cannot be made."""
    from sohandbook.report import Report

    try:
        return Report.open(iso3).grid.size / 1e6
    except InputError:
        raise
    except Exception:  # a file is broken: the chapter that opens it says so
        return 0.0


def _book_is_old(iso3: str) -> bool:
    """Tell whether a country has results and no book, or pages are newer than its book."""
    file, results = site() / iso3 / "country.json", paths.outputs() / iso3 / "manifest.json"
    if not file.is_file() or not results.is_file():
        return results.is_file()
    entries = manifest.read(results.parent)["chapters"].values()
    made = manifest.time_of(file)
    if any(entry.get("finished", "") >= made for entry in entries):
        return True
    sources = [*(paths.root() / "book").rglob("*"), *Path(__file__).parent.rglob("book/*.py")]
    return any(manifest.time_of(source) >= made for source in sources if source.is_file())
