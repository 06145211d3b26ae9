"""Which file holds which year: patterns of ``country.yml`` turned into paths."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import xarray as xr

from sohandbook.country import Dataset
from sohandbook.errors import InputError

# What may stand in braces in a pattern, and how it looks in a file's name.
FIELDS = {"year": r"\d{4}", "month": r"\d{2}", "sex": r"[A-Za-z]+", "age": r"\d{1,2}"}

Values = dict[str, str]


@dataclass(frozen=True)
class Request:
    """What is asked of a dataset, and where it is looked for.

    Attributes
    ----------
    dataset : Dataset
    name : str
        The dataset's name in ``country.yml``.
    iso3 : str
    folders : tuple of Path
        Searched in this order: the country's own folder, then its raw data.
    boundary : GeoDataFrame
    grid : DataArray or None
    years : tuple of int or None
    m49 : int or None
    """

    dataset: Dataset
    name: str
    iso3: str
    folders: tuple[Path, ...]
    boundary: gpd.GeoDataFrame
    grid: xr.DataArray | None
    years: tuple[int, ...] | None
    m49: int | None = None

    @property
    def where(self) -> str:
        """The place of the dataset's settings, for error messages."""
        return f"country.yml, datasets.{self.name}"

    def option(self, name: str, default: object = None) -> object:
        """Return one of the dataset's ``options``."""
        return self.dataset.options.get(name, default)

    def only_options(self, *allowed: str) -> None:
        """Stop at options that the product does not know."""
        for name in self.dataset.options:
            if name not in allowed:
                raise InputError(
                    f"{self.where}.options",
                    found=name,
                    allowed=allowed or "no options",
                    remedy="Mend or leave out this option.",
                )

    def files(self) -> list[tuple[Values, Path]]:
        """Return every file of the dataset with the values of its pattern's fields.

        Of several patterns the first that has a file for the same values wins, so that a
        newer edition can stand before an older one.

        Raises
        ------
        InputError
            No pattern has a file.
        """
        found: dict[tuple[object, ...], tuple[Values, Path]] = {}
        for pattern in self.dataset.files:
            for folder in self.folders:
                for values, path in sorted(_matches(folder, pattern), key=lambda item: item[1]):
                    # Where a star stands for any text, each text is a file of its own.
                    any_text = path.name if "*" in pattern else ""
                    found.setdefault((any_text, *sorted(values.items())), (values, path))
        if not found:
            raise InputError(
                f"{self.where}.files",
                found=f"no file fits {' or '.join(self.dataset.files)}",
                allowed=f"files in {' or '.join(str(folder) for folder in self.folders)}",
                remedy=f"Run 'sohandbook fetch {self.iso3}', or mend the pattern.",
            )
        return list(found.values())

    def year_of(self, values: Values, path: Path) -> int:
        """Return the year that stands in a file's name.

        Raises
        ------
        InputError
            The pattern has no ``{year}``.
        """
        if "year" not in values:
            raise InputError(
                f"{self.where}.files",
                found=path.name,
                allowed="a pattern with {year}",
                remedy="Say where the year stands in the file's name.",
            )
        return int(values["year"])

    def files_by_year(self) -> dict[int, Path]:
        """Return the file of each year; of several the first."""
        by_year: dict[int, Path] = {}
        for values, path in self.files():
            by_year.setdefault(self.year_of(values, path), path)
        return by_year

    def one_file(self) -> Path:
        """Return the file of a dataset without years."""
        return self.files()[0][1]

    def sources(self, available: Iterable[int]) -> dict[int, int]:
        """Return, for every year asked for, the year whose data are used.

        Without ``years`` these are all that are available, and those for which the
        settings name a stand-in.

        Raises
        ------
        InputError
            A year without data and without a stand-in.
        """
        available = set(available)
        stands_for = self.dataset.stands_for
        if self.dataset.years:
            first, last = self.dataset.years
            available &= set(range(first, last + 1))
        wanted: Sequence[int] = self.years or sorted(available | set(stands_for))
        chosen = {}
        for year in wanted:
            source = stands_for.get(year, year)
            if source not in available:
                raise InputError(
                    f"{self.where}, year {year}",
                    found=f"no data of {source}",
                    allowed=sorted(available),
                    remedy=f"Fetch it, or name a year that stands for it: 'stands_for: {{{year}: "
                    f"{_nearest(year, available)}}}'.",
                )
            chosen[year] = source
        return chosen


def stand_ins(chosen: dict[int, int]) -> dict[str, dict[int, int]]:
    """Return the attribute that says which years are another year's data."""
    others = {year: source for year, source in chosen.items() if year != source}
    return {"stands_for": others} if others else {}


def _nearest(year: int, available: set[int]) -> int | str:
    return min(available, key=lambda other: abs(other - year)) if available else "year"


def _matches(folder: Path, pattern: str) -> list[tuple[Values, Path]]:
    """Return the files that fit a pattern with fields in braces; ``*`` stands for any text."""
    if Path(pattern).is_absolute():
        folder, pattern = Path(Path(pattern).anchor), pattern.removeprefix(Path(pattern).anchor)
    parts = re.split(r"\{(\w+)\}", pattern)
    unknown = [name for name in parts[1::2] if name not in FIELDS]
    if unknown:
        raise InputError(
            f"pattern {pattern}",
            found="{" + unknown[0] + "}",
            allowed=["{" + name + "}" for name in FIELDS],
            remedy="Use one of these fields.",
        )
    expression = ""
    seen = set()
    for index, part in enumerate(parts):
        if index % 2 == 0:
            expression += re.escape(part).replace(r"\*", r"[^/]*")
        elif part in seen:
            expression += f"(?P={part})"
        else:
            expression += f"(?P<{part}>{FIELDS[part]})"
            seen.add(part)
    glob = "".join(part if index % 2 == 0 else "*" for index, part in enumerate(parts))
    found = []
    for path in folder.glob(glob):
        match = re.fullmatch(expression, path.relative_to(folder).as_posix())
        if match and path.is_file():
            found.append((match.groupdict(), path))
    return found
