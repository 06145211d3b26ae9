"""All countries at a glance: what has run, the key figures, the checks, and what went wrong."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sohandbook import batch_plan, chapters, checks, forms, manifest, national_report, paths
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.figures.words import number
from sohandbook.key_figures import KeyFigure
from sohandbook.language import message, translate

WORDS = {
    "done": message("done"),
    "failed": message("failed"),
    "not run": message("not run"),
    "no data": message("without data"),
    "": message("not yet run"),
}
IN_TROUBLE = {"failed", "not run"}


@dataclass(frozen=True)
class ChapterState:
    """A chapter of a country.

    Attributes
    ----------
    id, title : str
    result : str
        As in :class:`sohandbook.outcome.Outcome`; empty if it never ran.
    reason : str
    page : str
        In the country's book; empty without a book.
    """

    id: str
    title: str
    result: str
    reason: str
    page: str

    @property
    def words(self) -> str:
        """The result in words."""
        return translate(WORDS.get(self.result, self.result))


@dataclass(frozen=True)
class CountryState:
    """A country on the page of all countries.

    Attributes
    ----------
    iso3, name : str
    fictional, has_book : bool
    last_run : str
        When it last ran, UTC; empty for never.
    chapters : list of ChapterState
    figures : dict of str to KeyFigure
        By the name of their column; those whose table is there.
    errors, reviews : int
        Failed checks: that the platform refuses, and that a person should look at.
    trouble : list of str
        What went wrong, in words.
    """

    iso3: str
    name: str
    fictional: bool
    has_book: bool
    last_run: str
    chapters: list[ChapterState]
    figures: dict[str, KeyFigure]
    errors: int
    reviews: int
    trouble: list[str]

    @property
    def words(self) -> str:
        """How far the country's report is, in words."""
        if not self.last_run:
            return translate(WORDS[""])
        counts = Counter(chapter.words for chapter in self.chapters)
        known = [translate(words) for words in WORDS.values()]
        return translate(", ").join(f"{counts[words]} {words}" for words in known if counts[words])


# Column: table, its column, unit; the last row is the latest year.
FIGURES = {
    message("Land area"): ("CP-1.T1", "total_land_area", "km²"),
    message("Degraded land (SDG 15.3.1)"): ("SO1-4.T2", "sdg_15_3_1", "%"),
    message("People on degraded land"): ("SO2-3.T1", "total_percent", "%"),
    message("Land under drought"): ("SO3-1.T2", "proportion", "%"),
}


def read(site: Path, *, outputs: Path | None = None) -> list[CountryState]:
    """Return the state of every country that has settings, results or a book.

    Parameters
    ----------
    site : Path
        The folder of books.
    outputs : Path, optional
        The folder of results; by default ``outputs/``.
    """
    outputs = outputs or paths.outputs()
    iso3s = {file.parent.name for file in paths.countries().glob("*/country.yml")}
    iso3s |= {file.parent.name for file in outputs.glob("*/manifest.json")}
    iso3s |= {file.parent.name for file in site.glob("*/country.json")}
    every = chapters.read()
    states = [_country(iso3, every, site=site, outputs=outputs) for iso3 in iso3s]
    return sorted(states, key=lambda state: state.name)


def _country(iso3: str, every: list[Chapter], *, site: Path, outputs: Path) -> CountryState:
    content = manifest.read(outputs / iso3)
    book = site / iso3 / "country.json"
    about = json.loads(book.read_text(encoding="utf-8")) if book.is_file() else {}
    country, wrong = None, []
    try:
        country = Country.load(iso3)
        about |= {"name": country.name, "fictional": country.fictional}
    except InputError as error:
        wrong = [f"Its input was refused: {error}"]
    states = [_chapter(chapter, content, site / iso3) for chapter in every]
    ran = content.get("run", {})
    written = [table_id for chapter in every for table_id in chapter.tables]
    tables, unreadable = _tables(outputs / iso3 / "tables", written)
    failed = Counter(_failed_checks(tables, country, outputs / iso3)) if tables else Counter()
    return CountryState(
        iso3=iso3,
        name=about.get("name", iso3),
        fictional=about.get("fictional", False),
        has_book=bool(about) and book.is_file(),
        last_run=ran.get("finished") or ran.get("started", ""),
        chapters=states,
        figures=_figures(tables),
        errors=failed.pop("error", 0),
        reviews=failed.total(),
        trouble=[
            words.replace(f"{paths.root()}/", "")  # a published page tells of no machine
            for words in wrong or [*_of_the_batch(iso3, ran), *_of_chapters(states), *unreadable]
        ],
    )


def _chapter(chapter: Chapter, content: dict[str, Any], book: Path) -> ChapterState:
    entry = content["chapters"].get(chapter.id, {})
    page = f"chapters/{Path(chapter.notebook).stem}.html"
    return ChapterState(
        id=chapter.id,
        title=chapter.title,
        result=entry.get("result", ""),
        reason=entry.get("reason", ""),
        page=page if (book / page).is_file() else "",
    )


def _of_chapters(states: list[ChapterState]) -> list[str]:
    return [
        f"{state.title} ({state.id}) {'failed' if state.result == 'failed' else 'was not run'}: "
        f"{state.reason}"
        for state in states
        if state.result in IN_TROUBLE
    ]


def _of_the_batch(iso3: str, ran: dict[str, Any]) -> list[str]:
    """Return what only the last batch knows: input refused, and jobs that came to no end."""
    try:
        plan = batch_plan.Plan.read()
    except InputError:
        return []
    since = ran.get("started", "")
    if iso3 in plan.refused and since < plan.started:
        return [f"Its input was refused: {plan.refused[iso3]}"]
    found, unfinished = [], []
    stamps = [stamp for stamp in plan.stamps if stamp.startswith(f"{iso3}/")]
    for stamp in stamps:
        file, name = plan.place / stamp, Path(stamp).stem
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            unfinished.append(name)
            continue
        known = name != "book" and content["result"] in WORDS.keys() | {"up to date"}
        if not known and content["result"] != "done":
            found.append(f"The job of {name} did not do its work: {content['reason']}")
    if unfinished:
        found.append(f"Came to no end, and is done by the next batch: {', '.join(unfinished)}.")
    return found


def _tables(folder: Path, table_ids: list[str]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the tables by id, and what is wrong with those that cannot be read."""
    tables, wrong = {}, []
    for table_id in table_ids:
        if not (folder / f"{table_id}.csv").is_file():
            continue
        try:
            tables[table_id] = forms.read(table_id, folder=folder)
        except InputError as error:
            wrong.append(f"A table cannot be read: {error}")
    return tables, wrong


def _failed_checks(
    tables: dict[str, pd.DataFrame], country: Country | None, folder: Path
) -> list[str]:
    computed = national_report.as_computed(tables, folder=folder)
    found = checks.run(tables, country=country, computed=computed)
    return list(found.loc[found["passed"].eq(False).fillna(False), "severity"])


def _figures(tables: dict[str, pd.DataFrame]) -> dict[str, KeyFigure]:
    found = {}
    for label, (table_id, column, unit) in FIGURES.items():
        frame = tables.get(table_id)
        if frame is None or frame.empty or pd.isna(frame[column].iloc[-1]):
            continue
        value = float(frame[column].iloc[-1])
        digits = 0 if unit == "km²" else 1
        year = re.findall(r"\d{4}", str(frame.iloc[-1, 0]))[-1:]
        found[label] = KeyFigure(label, f"{number(value, digits)} {unit}", "".join(year))
    return found
