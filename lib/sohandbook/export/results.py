"""A country's finished results, as every export reads them."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd
import xarray as xr

from sohandbook import (
    chapters,
    checks,
    forms,
    guidance,
    input_files,
    manifest,
    national_report,
)
from sohandbook.chapters import Chapter
from sohandbook.country import Country, Dataset
from sohandbook.errors import InputError
from sohandbook.export import cog

DRAFT = "DRAFT"
FICTIONAL = "Fictional training country: describes no real place"


@dataclass(frozen=True)
class Results:
    """The tables and maps of a country, and what is known about them.

    Use :meth:`read` to take them from the output folder.

    Attributes
    ----------
    country : Country
    folder : Path
        The output folder.
    draft : bool
        Every file says so, loudly.
    tables : dict of str to DataFrame
        By id, in the order of the forms.
    manifest : dict
        What the runner wrote down.
    findings : DataFrame
        As :func:`sohandbook.checks.run` returns it.
    """

    country: Country
    folder: Path
    draft: bool
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    findings: pd.DataFrame

    @classmethod
    def read(cls, country: Country, folder: Path | str, *, draft: bool = False) -> Self:
        """Read and check the results of a country.

        Raises
        ------
        InputError
            If no chapter has run, or a table is not as its form asks.
        """
        folder = Path(folder)
        content = manifest.read(folder)
        tables = forms.read_all(folder / "tables")
        ran = [each for each in content["chapters"].values() if each.get("finished")]
        if not tables or not ran:
            raise InputError(
                str(folder),
                found="no results",
                allowed="tables and a manifest.json",
                remedy=f"Run 'sohandbook run {country.iso3}' first.",
            )
        computed = national_report.as_computed(tables, folder=folder)
        findings = checks.run(tables, country=country, computed=computed)
        return cls(country, folder, draft, tables, content, findings)

    @cached_property
    def blocking(self) -> pd.DataFrame:
        """The failed checks of severity error; the platform would refuse these tables."""
        failed = self.findings["passed"].eq(False).fillna(False)
        found = self.findings[failed.astype(bool) & (self.findings["severity"] == "error")]
        # G6 only repeats that another one failed.
        return found[found["id"] != "G6"]

    def checked(self) -> pd.DataFrame:
        """Return the findings of the checks, and below them the rules that the tables rest on.

        A rule that is not verified is a check that nobody can make yet: ``passed`` is empty.
        """
        rows = [
            {
                "id": f"guidance {use.rule.id}",
                "rule": use.rule.title,
                "severity": "review",
                "passed": True if use.verified else None,
                "where": ", ".join((*use.rule.tables, *use.rule.maps, *use.rule.exports)),
                "detail": use.sentence,
            }
            for use in self.rules(*self.tables, maps=self.map_names, exports=["sdmx"])
        ]
        rules = pd.DataFrame(rows, columns=checks.COLUMNS).astype({"passed": "boolean"})
        return pd.concat([self.findings, rules], ignore_index=True)

    @cached_property
    def finished(self) -> datetime:
        """When the last chapter finished, UTC: the date of every file."""
        times = [chapter["finished"] for chapter in self.manifest["chapters"].values()
                 if chapter.get("finished")]  # fmt: skip
        return datetime.strptime(max(times), "%Y-%m-%dT%H:%M:%SZ")

    @property
    def day(self) -> date:
        """The day of :attr:`finished`."""
        return self.finished.date()

    @property
    def version(self) -> str:
        """The version of the handbook that computed the results."""
        return str(self.manifest.get("code", {}).get("version", "unknown"))

    @property
    def commit(self) -> str:
        """The commit of the handbook; empty where git did not know."""
        return str(self.manifest.get("code", {}).get("commit") or "")

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """The settings that each chapter ran with."""
        return {
            chapter_id: chapter.get("parameters", {})
            for chapter_id, chapter in self.manifest["chapters"].items()
        }

    @property
    def period(self) -> tuple[int, int]:
        """The first and last year that the report is about."""
        return self.country.periods.baseline[0], self.country.periods.report_2[1]

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What nobody may overlook: a draft, old tables, a country that does not exist."""
        found = []
        if self.draft:
            failed = len(self.blocking)
            found.append(f"{DRAFT}: {failed} check{'' if failed == 1 else 's'} of severity error"
                         f" {'fails' if failed == 1 else 'fail'}; not for submission")  # fmt: skip
        if self.outdated:
            found.append(f"Not of the last run: {', '.join(self.outdated)}")
        return (*found, FICTIONAL) if self.country.fictional else tuple(found)

    @cached_property
    def outdated(self) -> tuple[str, ...]:
        """The tables that an earlier run left and the last one did not make again."""
        ours = {table_id for chapter in chapters.read() for table_id in chapter.tables}
        return tuple(
            table_id
            for table_id in self.tables
            if table_id in ours and self.chapter(f"tables/{table_id}.csv") is None
        )

    def title(self, text: str) -> str:
        """Return a title that carries the warnings."""
        name = f"{self.country.name}: {text}"
        return " | ".join((f"{DRAFT} {name}" if self.draft else name, *self.warnings))

    def rules(self, *tables: str, **kinds: Any) -> tuple[guidance.Use, ...]:
        """Return the rules that tables rest on; see :func:`sohandbook.guidance.used`."""
        return guidance.used(tables, country=self.country, parameters=self.parameters, **kinds)

    def unverified(self, *tables: str, **kinds: Any) -> list[str]:
        """Return the ids of the rules that tables rest on and that are not verified."""
        return [use.rule.id for use in self.rules(*tables, **kinds) if not use.verified]

    def caveat(self, *tables: str, **kinds: Any) -> str:
        """Name the rules that tables rest on and that are not verified; empty if all are."""
        ids = self.unverified(*tables, **kinds)
        return f"Rests on rules not verified (guidance.yml): {', '.join(ids)}" if ids else ""

    @cached_property
    def _chapter_of(self) -> dict[str, Chapter]:
        """The chapter that wrote each file."""
        known = {chapter.id: chapter for chapter in chapters.read()}
        return {
            file: known[chapter_id]
            for chapter_id, chapter in self.manifest["chapters"].items()
            for file in chapter.get("outputs", {})
            if chapter_id in known
        }

    def chapter(self, file: str) -> Chapter | None:
        """Return the chapter that wrote a file, given as ``tables/SO1-1.T4.csv``."""
        return self._chapter_of.get(file)

    def edited(self, file: str) -> bool:
        """Tell whether a file changed after its chapter wrote it."""
        chapter = self.chapter(file)
        if chapter is None:
            return False
        written = self.manifest["chapters"][chapter.id]["outputs"][file]
        return written != hashlib.sha256((self.folder / file).read_bytes()).hexdigest()

    def datasets(self, file: str) -> dict[str, Dataset]:
        """Return the datasets that a file's chapter read, and the chapters that it needed."""
        chapter = self.chapter(file)
        if chapter is None:
            return {}
        every = chapters.read()
        behind = chapters.choose(every, {chapter.id, *chapters.needed(every, [chapter.id])})
        found: dict[str, Dataset] = {}
        for each in behind:
            found |= input_files.used_by(each, self.country)
        return found

    @cached_property
    def map_names(self) -> tuple[str, ...]:
        """The names of the maps, sorted."""
        return tuple(sorted(path.stem for path in (self.folder / "maps").glob("*.tif")))

    def map(self, name: str) -> xr.DataArray:
        """Read a map with its attributes."""
        return cog.read(self.folder / "maps" / f"{name}.tif")
