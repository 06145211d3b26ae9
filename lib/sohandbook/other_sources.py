"""The same chapter from each source that a country lists: their tables side by side.

A dataset of ``country.yml`` with ``instead_of`` is another source of the dataset that it names:
rain of another product, another map of land cover. Chapters read the dataset itself; here they
are run once more for each other source, in folders of their own.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import yaml

from sohandbook import chapters, input_files, paths, runner
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.outcome import Outcome

FILE = "side_by_side.csv"


def compare(
    iso3: str,
    chapter_id: str,
    *,
    folder: Path | None = None,
    output: Path | None = None,
    progress: Callable[[str, Outcome], None] = lambda source, outcome: None,
) -> tuple[pd.DataFrame, Path]:
    """Run a chapter, and what it needs, from each source; set the numbers side by side.

    Parameters
    ----------
    iso3, chapter_id : str
    folder, output : path, optional
        As in :func:`sohandbook.runner.run`; the other sources' results go into
        ``other_sources/`` of the output folder.
    progress : callable
        Called with the name of the source, and the outcome of each chapter.

    Returns
    -------
    table : DataFrame
        ``table``, ``row``, ``column``, and the number from each source; the first source is the
        one that all other chapters read.
    file : Path
        The same as a CSV file.

    Raises
    ------
    InputError
        No other source is listed that the chapter reads, or a chapter failed.
    """
    country = Country.load(iso3, folder=folder)
    every = chapters.read()
    (chapter,) = chapters.choose(every, [chapter_id])
    read = {
        name
        for one in every
        if one.id in chapters.needed(every, [chapter_id]) | {chapter_id}
        for name in input_files.used_by(one, country)
    }
    others = {n: d for n, d in country.datasets.items() if d.instead_of in read}
    if not others:
        raise InputError(
            f"{country.folder / 'country.yml'}, datasets",
            found=f"no other source of {', '.join(sorted(read)) or 'any dataset'}",
            allowed="a further dataset with 'instead_of' and the name of one that it reads",
            remedy="List it, for example precipitation_gpcc with 'instead_of: precipitation'.",
        )
    output = Path(output or paths.outputs() / iso3).resolve()
    runs = {", ".join(sorted({d.instead_of for d in others.values()})): (folder, output)}
    for name in others:
        place = output / "other_sources" / name
        runs[name] = (_settings_with(name, country, place / "settings"), place / "results")
    columns = {}
    for source, (settings, results) in runs.items():

        def show(outcome: Outcome, source: str = source) -> None:
            progress(source, outcome)

        outcomes = runner.run(
            iso3, only=[chapter_id], folder=settings, output=results, progress=show
        )
        for outcome in outcomes:
            if outcome.result not in ("done", "up to date"):
                raise InputError(
                    f"chapter {outcome.chapter.id} from {source}",
                    found=f"{outcome.result}: {outcome.reason}",
                    allowed="a chapter that runs",
                    remedy="Mend the dataset, and run the same command again.",
                )
        columns[source] = _numbers(chapter, results / "tables")
    table = pd.DataFrame(columns).rename_axis(["table", "row", "column"]).reset_index()
    file = output / "other_sources" / f"{chapter_id}_{FILE}"
    input_files.write_whole(file, table.to_csv(index=False))
    return table, file


def _settings_with(name: str, country: Country, folder: Path) -> Path:
    """Write the country's folder anew, with one dataset in the place of another."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path in country.folder.iterdir():
        if path.name != "country.yml":
            (folder / path.name).symlink_to(path)
    content = yaml.safe_load((country.folder / "country.yml").read_text(encoding="utf-8"))
    listed = content["datasets"]
    other = listed[name]
    listed[other.pop("instead_of")] = other
    kept = {n: d for n, d in listed.items() if "instead_of" not in d and n != name}
    text = yaml.safe_dump(content | {"datasets": kept}, allow_unicode=True)
    (folder / "country.yml").write_text(text, encoding="utf-8")
    return folder


def _numbers(chapter: Chapter, folder: Path) -> pd.Series:
    """Return every number of a chapter's tables by table, row (its first column) and column."""
    found: dict[tuple[str, str, str], float] = {}
    for table_id in chapter.tables:
        file = folder / f"{table_id}.csv"
        if not file.is_file():
            continue
        frame = pd.read_csv(file)
        for row in frame.itertuples(index=False):
            for column, value in zip(frame.columns[1:], row[1:], strict=True):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    found.setdefault((table_id, str(row[0]), column), value)
    return pd.Series(found, dtype=float)
