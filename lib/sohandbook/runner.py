"""Run a country's chapters: check everything first, then compute what is not up to date.

A chapter writes to a staging folder; its files move to their place when it is
whole. A run that is killed therefore leaves whole results and a folder that
the next run sweeps away.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import filelock

from sohandbook import chapters as chapter_list
from sohandbook import input_files, manifest
from sohandbook.chapters import Chapter
from sohandbook.errors import InputError
from sohandbook.input_files import Checksums
from sohandbook.plan import Plan, check

Result = Literal["running", "done", "up to date", "no data", "not run", "failed"]
STAGING_PREFIX = ".running-"
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "DASK_NUM_WORKERS",
)


@dataclass(frozen=True)
class Outcome:
    """What became of one chapter.

    Attributes
    ----------
    chapter : Chapter
    number, count : int
        Its place among the chapters of this run.
    result : str
    reason : str
        Why it runs, why it does not, or what went wrong.
    seconds : float
    warnings : tuple of str
        What its cells wrote to standard error.
    """

    chapter: Chapter
    number: int
    count: int
    result: Result
    reason: str = ""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


def run(
    iso3: str,
    *,
    only: Iterable[str] = (),
    folder: Path | str | None = None,
    output: Path | str | None = None,
    again: bool = False,
    threads: int | None = None,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Run the chapters of a country that are not up to date.

    Parameters
    ----------
    iso3, only, folder, output
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
    plan = check(iso3, only=only, folder=folder, output=output)
    plan.output.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(plan.output / ".lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        other = manifest.read(plan.output).get("run", {})
        raise InputError(
            str(plan.output),
            found=f"a run of {iso3} that is under way (process {other.get('process', 'unknown')})",
            allowed="one run of a country at a time",
            remedy="Wait until it ends.",
        ) from error
    try:
        under_way = _Run(plan, again=again, threads=threads, progress=progress)
        try:
            return under_way.all_chapters()
        finally:
            under_way.checksums.save()
    finally:
        lock.release()


class _Run:
    """A run under way: what was done so far, and the manifest that says so."""

    def __init__(
        self,
        plan: Plan,
        *,
        again: bool,
        threads: int | None,
        progress: Callable[[Outcome], None],
    ) -> None:
        self.plan, self.again, self.threads, self.progress = plan, again, threads, progress
        self.checksums = Checksums.open()
        self.common = manifest.common_parts(plan.country, self.checksums)
        self.data = {name: self.checksums.of_all(files) for name, files in plan.data.items()}
        before = manifest.read(plan.output)
        self.manifest = {
            **manifest.header(plan.country),
            "run": {"process": os.getpid(), "started": manifest.now(), "finished": None},
            "data": {**before.get("data", {}), **self.data},
            "chapters": before["chapters"],
        }

    def all_chapters(self) -> list[Outcome]:
        for leftover in self.plan.output.glob(f"{STAGING_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for forgotten in set(self.manifest["chapters"]) - self.plan.known:
            self._remove_old_outputs(forgotten)
            del self.manifest["chapters"][forgotten]
        manifest.write(self.plan.output, self.manifest)
        outcomes: list[Outcome] = []
        count = len(self.plan.chapters)
        for number, chapter in enumerate(self.plan.chapters, start=1):
            outcome = self._one(chapter, number, count, {o.chapter.id: o for o in outcomes})
            outcomes.append(outcome)
            self.progress(outcome)
            manifest.write(self.plan.output, self.manifest)
        self.manifest["run"]["finished"] = manifest.now()
        manifest.write(self.plan.output, self.manifest)
        return outcomes

    def _one(
        self, chapter: Chapter, number: int, count: int, before: dict[str, Outcome]
    ) -> Outcome:
        lacking = input_files.lacking(chapter, self.plan.country)
        if lacking:
            reason = f"not possible: no dataset {lacking[0]} in country.yml"
            return self._without_result(Outcome(chapter, number, count, "no data", reason))
        for result, other in (("failed", "not run"), ("not run", "not run"), ("no data",) * 2):
            blocking = [need for need in chapter.needs if before[need].result == result]
            if blocking:
                reason = f"not possible: needs {blocking[0]} ({result})"
                return self._without_result(Outcome(chapter, number, count, other, reason))
        key = self._key(chapter)
        why = self._why_not_up_to_date(chapter, key)
        if not why:
            return Outcome(chapter, number, count, "up to date")
        self.progress(Outcome(chapter, number, count, "running", why))
        return self._compute(chapter, number, count, key)

    def _key(self, chapter: Chapter) -> dict[str, str]:
        entries = self.manifest["chapters"]
        after = entries.keys() & chapter.after  # it tells what became of them, too
        read = chapter_list.needed(self.plan.chapters, [chapter.id]).union(after)
        outputs = {p: c for other in read for p, c in entries[other]["outputs"].items()}
        earlier = {p: c for p, c in outputs.items() if not p.startswith("notebooks/")}
        earlier |= {o: f"{entries[o]['result']} {entries[o].get('reason', '')}" for o in after}
        return manifest.key(
            chapter,
            values=self.plan.values[chapter.id],
            country=self.plan.country,
            data={n: self.data[n] for n in input_files.used_by(chapter, self.plan.country)},
            earlier=earlier,
            common=self.common,
        )

    def _why_not_up_to_date(self, chapter: Chapter, key: dict[str, str]) -> str:
        entry = self.manifest["chapters"].get(chapter.id, {})
        if entry.get("result") != "done":
            return "no result yet"
        if self.again and chapter.id in self.plan.asked_for:
            return "asked for again"
        changed = [part for part in key if entry["key"].get(part) != key[part]]
        if changed:
            return f"changed: {', '.join(changed)}"
        for name, checksum in entry["outputs"].items():
            file = self.plan.output / name
            if not file.is_file() or self.checksums.of(file) != checksum:
                return f"{name} is gone or was changed by hand"
        return ""

    def _compute(self, chapter: Chapter, number: int, count: int, key: dict[str, str]) -> Outcome:
        # papermill takes a second to import: a run that finds all up to date does without it
        from sohandbook import execution

        output, values = self.plan.output, self.plan.values[chapter.id]
        staging = Path(tempfile.mkdtemp(prefix=f"{STAGING_PREFIX}{chapter.id}-", dir=output))
        entry = {"notebook": chapter.notebook, "title": chapter.title, "started": manifest.now()}
        start, reason, warnings, outputs = time.monotonic(), "", [], {}
        executed = staging / "notebooks" / chapter.notebook
        aside = output / "failed" / f"{chapter.id}.ipynb"
        aside.unlink(missing_ok=True)
        try:
            warnings = execution.execute(
                chapter.file,
                executed,
                values={**self._folders(), **values},
                environment=self._environment(staging),
            )
            outputs = self._move(chapter, staging)
        except execution.ChapterError as error:
            reason = str(error)
            if executed.is_file():
                aside.parent.mkdir(exist_ok=True)
                executed.replace(aside)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        result = "failed" if reason else "done"
        seconds = round(time.monotonic() - start, 2)
        self._remove_old_outputs(chapter.id, keep=outputs)
        self.manifest["chapters"][chapter.id] = {
            **entry,
            "finished": manifest.now(),
            "seconds": seconds,
            "result": result,
            "reason": reason,
            "warnings": warnings,
            "parameters": values,
            "key": key,
            "outputs": outputs,
        }
        return Outcome(chapter, number, count, result, reason, seconds, tuple(warnings))

    def _folders(self) -> dict[str, str]:
        """Name folders only where they differ, so that a notebook tells of no machine."""
        iso3 = {"iso3": self.plan.country.iso3}
        if self.plan.default_folders:
            return iso3
        return {
            **iso3,
            "country_folder": str(self.plan.country.folder),
            "output_folder": str(self.plan.output),
        }

    def _environment(self, staging: Path) -> dict[str, str]:
        limits = {} if self.threads is None else dict.fromkeys(THREAD_VARIABLES, str(self.threads))
        return {"SOHANDBOOK_STAGING": str(staging), "SOHANDBOOK_STATIC": "1", **limits}

    def _move(self, chapter: Chapter, staging: Path) -> dict[str, str]:
        """Move a whole chapter's files to their place; return their checksums."""
        from sohandbook.execution import ChapterError

        names = {
            path.relative_to(staging).as_posix(): path
            for path in sorted(staging.rglob("*"))
            if path.is_file()
        }
        for other, entry in self.manifest["chapters"].items():
            for name in sorted(names.keys() & entry["outputs"].keys()):
                if other != chapter.id and self.checksums.of(names[name]) != entry["outputs"][name]:
                    raise ChapterError(f"it wrote {name}, which is a result of chapter {other}")
        checksums = {}
        for name, path in names.items():
            place = self.plan.output / name
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
            checksums[name] = self.checksums.of(place)
        return checksums

    def _remove_old_outputs(self, chapter_id: str, *, keep: Iterable[str] = ()) -> None:
        """Remove a chapter's earlier results: none is better than one of other settings."""
        entries = self.manifest["chapters"]
        shared = {n for other, e in entries.items() if other != chapter_id for n in e["outputs"]}
        old = set(entries.get(chapter_id, {}).get("outputs", {})) - set(keep) - shared
        for name in old:
            (self.plan.output / name).unlink(missing_ok=True)

    def _without_result(self, outcome: Outcome) -> Outcome:
        self._remove_old_outputs(outcome.chapter.id)
        self.manifest["chapters"][outcome.chapter.id] = {
            "notebook": outcome.chapter.notebook,
            "title": outcome.chapter.title,
            "result": outcome.result,
            "reason": outcome.reason,
            "outputs": {},
        }
        return outcome
