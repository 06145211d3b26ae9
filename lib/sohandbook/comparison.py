"""Two runs of a country side by side: what changed, by how much, and because of what."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sohandbook import cell_changes, manifest, map_changes, paths, run_causes
from sohandbook.errors import InputError

EARLIER = "earlier chapters"
BY_HAND = "edited by hand"
NOT_EXPLAINED = "not explained by the two manifests"


@dataclass(frozen=True)
class Comparison:
    """What differs between two output folders.

    Attributes
    ----------
    before, after : Path
        The two folders.
    manifests : tuple of dict
        What the runner wrote down about each.
    cells : DataFrame
        The cells of all tables that differ, as :func:`sohandbook.cell_changes.changes`
        returns them, with ``chapter`` and ``because_of``.
    maps : DataFrame
        All maps, as :func:`sohandbook.map_changes.change` returns them, with the same two.
    causes : DataFrame
        As :func:`sohandbook.run_causes.causes` returns it.
    tables : int
        How many tables there are in the two folders.
    """

    before: Path
    after: Path
    manifests: tuple[dict[str, Any], dict[str, Any]]
    cells: pd.DataFrame
    maps: pd.DataFrame
    causes: pd.DataFrame
    tables: int

    @property
    def changed_maps(self) -> pd.DataFrame:
        """The maps that differ."""
        return self.maps[self.maps["change"] != "same"]

    @property
    def is_same(self) -> bool:
        """True if every cell of every table and map is the same."""
        return self.cells.empty and self.changed_maps.empty

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        whole = f"{self.tables} tables and {len(self.maps)} maps compared"
        if self.is_same:
            return f"The two runs are the same: {whole}."
        of_tables = _counted(len(self.cells), "cell")
        of_tables += f" in {_counted(self.cells['table'].nunique(), 'table')}"
        maps = _counted(len(self.changed_maps), "map")
        return f"The two runs differ: {of_tables}, and {maps}; {whole}."

    def lines(self) -> Iterator[str]:
        """Yield a line for each table and map that differs: how many cells, because of what."""
        for kind, frame in (("table", self.cells), ("map", self.changed_maps)):
            for name, group in frame.groupby(kind, sort=False):
                cells = len(group) if kind == "table" else group["cells"].fillna(0).iloc[0]
                number = _counted(int(cells), "cell")
                why = ", ".join(dict.fromkeys(group["because_of"]))
                yield f"{kind} {name}: {number if cells else group['change'].iloc[0]}; {why}"

    def write(self, folder: Path | str) -> Path:
        """Write ``comparison.html``, ``cells.csv``, ``maps.csv`` and ``causes.csv``.

        Returns
        -------
        Path
            The page.
        """
        from sohandbook import comparison_page  # its tables bring matplotlib along

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("cells", "maps", "causes"):
            frame = getattr(self, name)
            frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        page = folder / "comparison.html"
        page.write_text(comparison_page.render(self), encoding="utf-8")
        return page


def folder_of(run: str | Path) -> Path:
    """Return the output folder that somebody means: a folder, or a country's code.

    Raises
    ------
    InputError
        It is no folder with tables, maps or a manifest.
    """
    is_code = re.fullmatch(r"[A-Z]{3}", str(run)) and not Path(run).is_dir()
    folder = (paths.outputs() / str(run)) if is_code else Path(run)
    if not any((folder / name).exists() for name in ("manifest.json", "tables", "maps")):
        raise InputError(
            str(run),
            found=f"no results in {folder}",
            allowed="an output folder, or the code of a country that has run",
            remedy="Run the country, or mend the path; 'sohandbook status' lists what has run.",
        )
    return folder.resolve()


def compare(
    before: str | Path, after: str | Path, *, tolerance: float = cell_changes.TOLERANCE
) -> Comparison:
    """Compare two runs of a country.

    Parameters
    ----------
    before, after : str or Path
        Output folders, or codes of countries that have run.
    tolerance : float
        Share of a table's number by which it may differ and count as the same. Maps are
        compared exactly.

    Raises
    ------
    InputError
        One of the two is no output folder, or they are of two countries.
    """
    folders = (folder_of(before), folder_of(after))
    manifests = tuple(manifest.read(folder) for folder in folders)
    codes = [content.get("iso3") for content in manifests]
    if all(codes) and codes[0] != codes[1]:
        raise InputError(
            f"{folders[1] / 'manifest.json'}, iso3",
            found=codes[1],
            allowed=codes[0],
            remedy="Compare two runs of one country.",
        )
    causes = run_causes.causes(*manifests)
    tables = _names(folders, "tables", "csv")
    cells = [
        cell_changes.changes(*sides, table_id=table_id, tolerance=tolerance)
        for table_id in tables
        if (sides := _different(folders, table_id)) is not None
    ]
    found = pd.concat(cells) if cells else pd.DataFrame(columns=cell_changes.COLUMNS)
    maps = pd.DataFrame(
        [
            map_changes.change(*(folder / "maps" / f"{name}.tif" for folder in folders))
            for name in _names(folders, "maps", "tif")
        ],
        columns=map_changes.COLUMNS,
    )
    reasons = _Reasons(folders, manifests, causes)
    return Comparison(
        *folders,
        manifests,
        reasons.add(found.reset_index(drop=True), "tables", "table", "csv"),
        reasons.add(maps, "maps", "map", "tif"),
        causes,
        len(tables),
    )


def _names(folders: tuple[Path, ...], kind: str, suffix: str) -> list[str]:
    return sorted({file.stem for f in folders for file in (f / kind).glob(f"[!.]*.{suffix}")})


def _different(folders: tuple[Path, ...], table_id: str) -> tuple[pd.DataFrame, ...] | None:
    """Return both versions of a table; None if they agree to the byte."""
    files = [folder / "tables" / f"{table_id}.csv" for folder in folders]
    contents = [file.read_bytes() if file.is_file() else None for file in files]
    if contents[0] == contents[1]:
        return None
    return tuple(cell_changes.read(f) if f.is_file() else pd.DataFrame() for f in files)


@dataclass(frozen=True)
class _Reasons:
    """Which chapter wrote a file, and why its result differs."""

    folders: tuple[Path, ...]
    manifests: tuple[Mapping[str, Any], ...]
    causes: pd.DataFrame

    def add(self, frame: pd.DataFrame, kind: str, column: str, suffix: str) -> pd.DataFrame:
        """Return the frame with the columns ``chapter`` and ``because_of``."""
        changed = frame.loc[frame["change"] != "same", column].unique()
        files = {name: f"{kind}/{name}.{suffix}" for name in changed}
        writers = {name: self._chapter(file) for name, file in files.items()}
        why = {name: self._why(file, writers[name]) for name, file in files.items()}
        return frame.assign(
            chapter=frame[column].map(writers).fillna(""),
            because_of=frame[column].map(why).fillna(""),
        )

    def _chapter(self, file: str) -> str:
        for content in reversed(self.manifests):
            for chapter_id, entry in content["chapters"].items():
                if file in entry.get("outputs", {}):
                    return chapter_id
        return ""

    def _why(self, file: str, chapter_id: str) -> str:
        words: dict[str, str] = {BY_HAND: ""} if self._edited(file, chapter_id) else {}
        for cause, chapter in self._roots(chapter_id, set()):
            words.setdefault(cause, "" if chapter == chapter_id else f" of {chapter}")
        return ", ".join(cause + of for cause, of in words.items()) or NOT_EXPLAINED

    def _edited(self, file: str, chapter_id: str) -> bool:
        for folder, content in zip(self.folders, self.manifests, strict=True):
            written = content["chapters"].get(chapter_id, {}).get("outputs", {}).get(file)
            if written and (folder / file).is_file():
                found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
                if found != written:
                    return True
        return False

    def _roots(self, chapter_id: str, seen: set[str]) -> Iterator[tuple[str, str]]:
        """Yield the causes of a chapter; in place of earlier chapters, the causes of those."""
        seen.add(chapter_id)
        earlier: list[str] = []
        for row in self.causes[self.causes["chapter"] == chapter_id].itertuples():
            if row.because_of == EARLIER:
                earlier += [other for other in row.what.split(", ") if other not in seen]
            elif row.because_of in ("country", "result"):
                yield row.because_of, chapter_id
            else:
                yield f"{row.because_of} ({row.what.split(':')[0]})", chapter_id
        for other in earlier:
            if other not in seen:
                yield from self._roots(other, seen)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
