"""Pages of evidence: what the results were checked against, and how fast the work is done."""

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sohandbook import paths
from sohandbook.book.pages import escape, table

KINDS = {
    "software": "another program",
    "apart": "a second program, written apart",
    "published": "published figures",
    "manual": "the reporting manual",
    "real": "real data whose story is known",
    "truth": "the known truth of a training country",
}


class Evidence(BaseModel):
    """One comparison; see the head of ``data/validation.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    against: str
    kind: Literal["software", "apart", "published", "manual", "real", "truth"]
    source: str
    tolerance: str
    result: str
    test: Annotated[str, Field(pattern=r"^tests/[\w/]+\.py::\w+$")]


class Validation(BaseModel):
    """The comparisons of a chapter, and what nobody has compared yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    gaps: tuple[str, ...] = Field(min_length=1)


def read_validation(file: Path) -> list[Validation]:
    """Return the comparisons of ``data/validation.yml``, checked."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return TypeAdapter(list[Validation]).validate_python(content)


def write(folder: Path) -> None:
    """Write the parts that the pages of evidence include, into the staged ``generated/`` folder."""
    parts = {
        "validation.md": validation(paths.data() / "validation.yml"),
        "benchmarks.md": benchmarks(paths.data() / "benchmarks.csv"),
    }
    for name, text in parts.items():
        (folder / name).write_text(text, encoding="utf-8")


def validation(file: Path) -> str:
    """Lay out ``data/validation.yml``: a section for each chapter, and the counts of all."""
    chapters = read_validation(file)
    kinds = pd.Series([found.kind for chapter in chapters for found in chapter.evidence])
    counts = ((words, str((kinds == kind).sum())) for kind, words in KINDS.items())
    sections = [table(("Compared with", "Number of comparisons"), counts)]
    for chapter in chapters:
        found = "\n\n".join(_comparison(evidence) for evidence in chapter.evidence)
        gaps = "\n".join(f"- {escape(gap)}" for gap in chapter.gaps)
        code = "" if chapter.id == "ground" else f"{chapter.id.upper().replace('SO', 'SO ')} · "
        head = f"({anchor(chapter.id)})=\n## {code}{chapter.title}"
        sections.append(f"{head}\n\n{found}\n\n**Not compared yet**\n\n{gaps}")
    return "\n\n".join(sections) + "\n"


def anchor(chapter_id: str) -> str:
    """Return the address of a chapter's comparisons."""
    return f"compared-{chapter_id}"


def _comparison(found: Evidence) -> str:
    lines = (
        f"Compared with {KINDS[found.kind]}: {escape(found.against)} ({escape(found.source)})",
        f"Largest difference allowed: {escape(found.tolerance)}",
        f"Result: {escape(found.result)}",
        f"Test: `{found.test}`",
    )
    return f"{escape(found.what)}\n: " + "\\\n  ".join(lines)


def benchmarks(file: Path) -> str:
    """Lay out ``data/benchmarks.csv``: a table for each kind of work, and where it was measured."""
    if not file.is_file():
        return "Nobody has measured yet: run `make bench`.\n"
    frame = pd.read_csv(file, keep_default_na=False, dtype=str)
    head = ("Way", "Seconds", "Million cells per second", "Ratio", "What it does")
    columns = ["implementation", "seconds", "megapixels_per_second", "ratio", "note"]
    sections = []
    for work, rows in frame.groupby("work", sort=False):
        about = rows.iloc[0]
        sections.append(
            f"## {str(work)[:1].upper()}{escape(str(work)[1:])}\n\n"
            + table(head, (map(escape, row) for row in rows[columns].itertuples(index=False)))
            + f"\n\nMeasured on {about['date']} on {escape(about['machine'])} with "
            f"{about['cores']} cores, when {about['load']} programs were busy. "
            f"{escape(about['versions'])}."
        )
    return "\n\n".join(sections) + "\n"
