"""A country's run under way: its manifest, and one chapter after the other.

A chapter writes to a staging folder; its files move to their place when it is
whole. A run that is killed therefore leaves whole results and a folder that
the next run sweeps away.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType

from sohandbook import chapters as chapter_list
from sohandbook import input_files, language, manifest, quick_start, result_files
from sohandbook.chapters import Chapter
from sohandbook.input_files import Checksums
from sohandbook.outcome import Outcome, Result
from sohandbook.plan import Plan

OUT_OF_DATE = "out of date"
BLOCKED_BY: dict[str, Result] = {
    "failed": "not run",
    "not run": "not run",
    OUT_OF_DATE: "not run",
    "no data": "no data",
}
ONCE_MORE = "asked for again"
STAGING_PREFIX = ".running-"
# Parts of a chapter's key: what the report is made from, without the code that makes it.
INPUTS = ("settings", "data", "country", "earlier chapters")
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "DASK_NUM_WORKERS",
)


def _import_execution() -> ModuleType:
    """Import papermill and what it needs: a run that finds all up to date does without them."""
    with quick_start.without_address_grammar():
        from sohandbook import execution

        return execution


class CountryRun:
    """A run under way: what was done so far, and the manifest that says so."""

    def __init__(
        self,
        plan: Plan,
        *,
        again: bool = False,
        threads: int | None = None,
        progress: Callable[[Outcome], None] = lambda outcome: None,
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

    def close(self) -> None:
        """Remember the checksums that were computed."""
        self.checksums.save()

    def all_chapters(self) -> list[Outcome]:
        """Run every chapter of the plan that is not up to date."""
        self._sweep()
        outcomes: list[Outcome] = []
        states: dict[str, str] = {}
        for number, chapter in enumerate(self.plan.chapters, start=1):
            outcome = self._one(chapter, number, states)
            outcomes.append(outcome)
            states[chapter.id] = self.manifest["chapters"][chapter.id]["result"]
            self.progress(outcome)
            manifest.write(self.plan.output, self.manifest)
        self._finish()
        return outcomes

    def one_chapter(self, chapter_id: str) -> Outcome:
        """Run one chapter if it is not up to date; of the others, what is there counts."""
        self._sweep()
        states: dict[str, str] = {}
        for number, chapter in enumerate(self.plan.chapters, start=1):
            if chapter.id == chapter_id:
                outcome = self._one(chapter, number, states)
                break
            states[chapter.id] = self._state(chapter, states)
        self.progress(outcome)
        self._finish()
        return outcome

    def due(self) -> dict[str, str]:
        """Return the chapters that are not up to date or may be changed by such, and why."""
        found: dict[str, str] = {}
        states: dict[str, str] = {}
        for chapter in self.plan.chapters:
            before = [other for other in (*chapter.needs, *chapter.after) if other in found]
            reason = f"comes after {before[0]}" if before else self._why_due(chapter, states)
            if reason:
                found[chapter.id] = reason
            states[chapter.id] = self._state(chapter, states) if not reason else "done"
        return found

    def out_of_step(self) -> dict[str, str]:
        """Return the chapters whose results rest on other inputs than those of today, and which.

        Newer code alone does not count: the results still fit one another.
        """
        found: dict[str, str] = {}
        for chapter in self.plan.chapters:
            entry = self.manifest["chapters"].get(chapter.id, {})
            needed = chapter_list.needed(self.plan.chapters, [chapter.id])
            if entry.get("result") != "done" or "key" not in entry:
                continue
            if gone := sorted(needed - self.manifest["chapters"].keys()):
                found[chapter.id] = f"no result of {gone[0]}"
                continue
            key = self._key(chapter)
            changed = [part for part in INPUTS if entry["key"].get(part) != key[part]]
            if changed:
                found[chapter.id] = f"changed: {', '.join(changed)}"
        return found

    def _why_due(self, chapter: Chapter, states: Mapping[str, str]) -> str:
        impossible = self._impossible(chapter, states)
        if impossible is None:
            return self._why_not_up_to_date(chapter, self._key(chapter))
        entry = self.manifest["chapters"].get(chapter.id, {})
        recorded = (entry.get("result"), entry.get("reason")) == impossible
        return "" if recorded else "not yet recorded as not possible"

    def _state(self, chapter: Chapter, states: Mapping[str, str]) -> str:
        """Return an earlier run's result of a chapter, or that it is out of date by now."""
        result = self.manifest["chapters"].get(chapter.id, {}).get("result", "not run")
        if result == "done" and (
            self._impossible(chapter, states)
            or self._why_not_up_to_date(chapter, self._key(chapter))
        ):
            return OUT_OF_DATE
        return result

    def _sweep(self) -> None:
        for leftover in self.plan.output.glob(f"{STAGING_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for forgotten in set(self.manifest["chapters"]) - self.plan.known:
            self._remove_old_outputs(forgotten)
            del self.manifest["chapters"][forgotten]
        manifest.write(self.plan.output, self.manifest)

    def _finish(self) -> None:
        self.manifest["run"]["finished"] = manifest.now()
        manifest.write(self.plan.output, self.manifest)

    def _impossible(self, chapter: Chapter, states: Mapping[str, str]) -> tuple[Result, str] | None:
        """Return why a chapter cannot be computed: a dataset or another chapter is missing."""
        lacking = input_files.lacking(chapter, self.plan.country)
        if lacking:
            return "no data", f"not possible: no dataset {lacking[0]} in country.yml"
        for result, other in BLOCKED_BY.items():
            blocking = [need for need in chapter.needs if states[need] == result]
            if blocking:
                return other, f"not possible: needs {blocking[0]} ({result})"
        return None

    def _one(self, chapter: Chapter, number: int, states: Mapping[str, str]) -> Outcome:
        count = len(self.plan.chapters)
        impossible = self._impossible(chapter, states)
        if impossible:
            return self._without_result(Outcome(chapter, number, count, *impossible))
        key = self._key(chapter)
        why = self._why_not_up_to_date(chapter, key)
        if not why:
            return Outcome(chapter, number, count, "up to date")
        self.progress(Outcome(chapter, number, count, "running", why))
        return self._compute(chapter, number, count, key, in_order=why == ONCE_MORE)

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
            common={**self.common, "language": self._words(chapter)},
        )

    def _words(self, chapter: Chapter) -> tuple[str, dict[str, str]]:
        """Return the language, and the checksums of the catalogues with a chapter's words."""
        files = language.catalogues_of(self.plan.language, Path(chapter.notebook).stem)
        return self.plan.language, self.checksums.of_all(files)

    def _why_not_up_to_date(self, chapter: Chapter, key: dict[str, str]) -> str:
        entry = self.manifest["chapters"].get(chapter.id, {})
        if entry.get("result") != "done":
            return "no result yet"
        changed = [part for part in key if entry["key"].get(part) != key[part]]
        if changed:
            return f"changed: {', '.join(changed)}"
        for name, checksum in entry["outputs"].items():
            file = self.plan.output / name
            if not file.is_file() or self.checksums.of(file) != checksum:
                return f"{name} is gone or was changed by hand"
        return ONCE_MORE if self.again and chapter.id in self.plan.asked_for else ""

    def _compute(
        self, chapter: Chapter, number: int, count: int, key: dict[str, str], *, in_order: bool
    ) -> Outcome:
        """Run a chapter; if it fails, earlier results stay only where they are still in order."""
        execution = _import_execution()
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
            outputs = result_files.move(
                staging,
                output,
                chapter_id=chapter.id,
                entries=self.manifest["chapters"],
                checksums=self.checksums,
            )
        except (execution.ChapterError, result_files.ClashError) as error:
            reason = str(error)
            if executed.is_file():
                aside.parent.mkdir(exist_ok=True)
                executed.replace(aside)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        result = "failed" if reason else "done"
        seconds = round(time.monotonic() - start, 2)
        if reason and in_order:
            reason = f"{reason.rstrip('.')}. Its earlier results stay."
            return Outcome(chapter, number, count, result, reason, seconds)
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
        return {
            "SOHANDBOOK_STAGING": str(staging),
            "SOHANDBOOK_STATIC": "1",
            language.VARIABLE: self.plan.language,
            **limits,
        }

    def _remove_old_outputs(self, chapter_id: str, *, keep: Iterable[str] = ()) -> None:
        entries = self.manifest["chapters"]
        result_files.remove_old(self.plan.output, chapter_id=chapter_id, entries=entries, keep=keep)

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
