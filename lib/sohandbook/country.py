"""A country: who it is, where its data are, and what it chose.

Everything that a national team may set stands in ``country.yml`` in the
country's folder, checked here before anything is computed.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sohandbook import paths, settings_checks
from sohandbook.errors import Findings, InputError
from sohandbook.settings_checks import SETTINGS_FILE
from sohandbook.settings_file import read, wrong_fields

Years = Annotated[
    tuple[int, int], Field(description="first and last year, for example [2000, 2015]")
]


class Strict(BaseModel):
    """A part of ``country.yml``: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Metadata(Strict):
    """The four fields that the reporting platform asks of every national dataset."""

    title: str
    link: str
    author: str
    citation: str


class Vector(Strict):
    """A vector file in the country's folder and the attribute that names its features."""

    file: str
    name_field: str = "name"
    source: str


class GridChoice(Strict):
    """The grid on which all indicators are computed: a dataset's own, or a stated one."""

    dataset: str | None = None
    crs: str | None = None
    resolution: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        stated = self.crs is not None and self.resolution is not None
        if (self.dataset is None) != stated:
            raise ValueError("give either 'dataset', or both 'crs' and 'resolution'")
        return self


class Periods(Strict):
    """The baseline and the reporting periods (reporting manual, section on periods)."""

    baseline: Years = (2000, 2015)
    report_1: Years = (2016, 2019)
    report_2: Years = (2016, 2023)

    @model_validator(mode="after")
    def in_order(self) -> Self:
        for name in type(self).model_fields:
            first, last = getattr(self, name)
            if first >= last:
                raise ValueError(f"'{name}' must start before it ends")
        if not self.baseline[1] <= self.report_1[0] <= self.report_1[1] <= self.report_2[1]:
            raise ValueError("periods must follow one another: baseline, report_1, report_2")
        return self

    @property
    def status_years(self) -> tuple[int, int, int]:
        """The end years of the three periods, by default 2015, 2019 and 2023."""
        return self.baseline[1], self.report_1[1], self.report_2[1]

    @property
    def area_years(self) -> tuple[int, int, int, int]:
        """The years of table CP-1.T1, by default 2000, 2015, 2019 and 2023."""
        return (self.baseline[0], *self.status_years)

    def productivity_windows(
        self, *, trend_years: int = 16, recent_years: int = 3, first_year: int = 0
    ) -> dict[str, dict[str, tuple[int, int]]]:
        """The years that land productivity looks at (reporting manual, Table 12).

        Parameters
        ----------
        trend_years : int
            Length of the window of Trend and Performance; it ends with the period.
        recent_years : int
            Its last years, which State compares with those before.
        first_year : int
            No window starts earlier.

        Returns
        -------
        dict
            ``baseline``, ``report_1`` and ``reporting``, each with the first and last year of
            ``trend``, ``history`` and ``recent``.
        """
        windows = {}
        for name, last in zip(
            ("baseline", "report_1", "reporting"), self.status_years, strict=True
        ):
            first = max(last - trend_years + 1, first_year)
            windows[name] = {
                "trend": (first, last),
                "history": (first, last - recent_years),
                "recent": (last - recent_years + 1, last),
            }
        return windows


class Dataset(Strict):
    """One input: the product's layout, its files, and what stands in for missing years.

    ``files`` are patterns relative to the country's raw data or, for national
    data, to the country's folder; ``{year}`` and ``{sex}`` are filled in.
    """

    product: str
    sources: list[str] = Field(
        default=[], description="ids of the catalogue; without one the files are national data"
    )
    files: list[str] = Field(min_length=1)
    instead_of: str | None = Field(
        default=None, description="the dataset of which this is another source"
    )
    years: Years | None = None
    stands_for: dict[int, int] = Field(
        default={}, description="missing year: the year whose data stand in for it"
    )
    legend: str | None = None
    unit: str | None = None
    measure: Literal["count", "density"] | None = None
    accuracy: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, description="overall accuracy in per cent, of national data"
    )
    options: dict[str, Any] = {}
    metadata: Metadata

    @field_validator("years")
    @classmethod
    def years_of_our_time(cls, years: Years | None) -> Years | None:
        if years and not 1900 <= years[0] <= years[1] <= 2100:
            raise ValueError("first and last year, four figures each, for example [2000, 2022]")
        return years

    @field_validator("stands_for")
    @classmethod
    def stood_for_by_years_that_are_there(
        cls, stands_for: dict[int, int], info: ValidationInfo
    ) -> dict[int, int]:
        first, last = info.data.get("years") or (1900, 2100)
        for missing, other in stands_for.items():
            if not first <= other <= last or other in stands_for:
                raise ValueError(
                    f"'missing year: year that has data'; {other}, for {missing}, has none"
                )
        return stands_for


class Country(Strict):
    """The validated settings of a country.

    Use :meth:`load` to read them from the country's folder.
    """

    folder: Path = Field(exclude=True)
    name: str
    iso3: str
    m49: int | None = None
    party: Literal["affected", "developed"]
    fictional: bool = False
    language: Literal["en", "fr", "zh", "ar"] = "en"
    boundary: Vector
    regions: Vector | None = None
    affected_areas: Vector | None = None
    grid: GridChoice
    periods: Periods = Periods()
    preset: Literal["guidance", "trends_earth"] = "guidance"
    datasets: dict[str, Dataset]
    settings: dict[str, dict[str, Any]] = Field(
        default={}, description="chapter: values for its notebook's parameters"
    )

    @field_validator("iso3")
    @classmethod
    def three_capital_letters(cls, iso3: str) -> str:
        if not re.fullmatch("[A-Z]{3}", iso3):
            raise ValueError("three capital letters, [A-Z]{3}, for example MRT")
        return iso3

    @field_validator("periods")
    @classmethod
    def not_before_satellites(cls, periods: Periods) -> Periods:
        if periods.baseline[0] < 1980:
            raise ValueError("no dataset of the catalogue starts before 1980")
        return periods

    @classmethod
    def load(cls, iso3: str, *, folder: Path | str | None = None) -> Self:
        """Read and check a country's settings.

        Parameters
        ----------
        iso3 : str
            The country's ISO 3166-1 alpha-3 code.
        folder : path, optional
            The country's folder; by default ``data/countries/<ISO3>``.

        Raises
        ------
        InputError
            Names the file, the field, the value found and what is allowed.
        """
        country, found = cls.examine(iso3, folder=folder)
        found.refuse()
        return country

    @classmethod
    def examine(cls, iso3: str, *, folder: Path | str | None = None) -> tuple[Self, Findings]:
        """Read a country's settings, and gather what is wrong with them.

        Parameters
        ----------
        iso3, folder
            As in :meth:`load`.

        Returns
        -------
        Country
            Where a field is wrong a stand-in is in its place, so that the others can be looked at.
        Findings

        Raises
        ------
        InputError
            The file is not there or too broken to look further.
        """
        folder = (Path(folder) if folder else paths.countries() / iso3).resolve()
        file = folder / SETTINGS_FILE
        if not file.is_file():
            known = sorted(path.parent.name for path in paths.countries().glob(f"*/{file.name}"))
            raise InputError(
                str(file),
                found="no such file",
                allowed=known,
                remedy=f"Run 'sohandbook new {iso3}' to write one.",
            )
        content = read(file) | {"folder": folder}
        found = Findings()
        try:
            country = cls.model_validate(content)
        except ValidationError as error:
            found += wrong_fields(
                error, model=cls, file=file, remedy="See 'How to add your country' in the book."
            )
            try:
                country = cls.model_validate(
                    settings_checks.with_stand_ins(content, error, iso3=iso3)
                )
            except ValidationError:
                found.refuse()
                raise
        if country.iso3 != iso3:
            where = f"{file}, iso3"
            found.append(
                InputError(where, found=country.iso3, allowed=iso3, remedy="Mend the code.")
            )
        found.extend(settings_checks.of_country(country))
        return country, found

    def results_folder(self, language: str = "", *, outputs: Path | None = None) -> Path:
        """Return where results in a language go: those in another than the country's own apart."""
        apart = "" if language in ("", self.language) else language
        return (outputs or paths.outputs()) / apart / self.iso3
