"""A country: who it is, where its data are, and what it chose.

Everything that a national team may set stands in ``country.yml`` in the
country's folder, checked here before anything is computed.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from sohandbook import paths
from sohandbook.errors import InputError

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


class Country(Strict):
    """The validated settings of a country.

    Use :meth:`load` to read them from the country's folder.
    """

    folder: Path = Field(exclude=True)
    name: str
    iso3: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
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

    @field_validator("periods")
    @classmethod
    def not_before_satellites(cls, periods: Periods) -> Periods:
        if periods.baseline[0] < 1980:
            raise ValueError("no dataset of the catalogue starts before 1980")
        return periods

    @model_validator(mode="after")
    def grid_dataset_is_listed(self) -> Self:
        if self.grid.dataset is not None and self.grid.dataset not in self.datasets:
            raise ValueError(
                f"grid.dataset is '{self.grid.dataset}', which is not among the datasets: "
                + ", ".join(self.datasets)
            )
        return self

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
        folder = Path(folder) if folder else paths.countries() / iso3
        file = folder / "country.yml"
        if not file.is_file():
            known = sorted(path.parent.name for path in paths.countries().glob("*/country.yml"))
            raise InputError(
                str(file),
                found="no such file",
                allowed=known,
                remedy=f"Run 'sohandbook new {iso3}' to write one.",
            )
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise InputError(
                str(file),
                found=str(error).replace("\n", " "),
                allowed="YAML",
                remedy="Mend the line it names; look for a missing colon, quote or indent.",
            ) from error
        if not isinstance(content, dict):
            raise InputError(str(file), found=content, allowed="fields", remedy="Fill the file.")
        try:
            country = cls(folder=folder.resolve(), **content)
        except ValidationError as error:
            raise _first_of(error, file) from error
        if country.iso3 != iso3:
            raise InputError(
                f"{file}, iso3", found=country.iso3, allowed=iso3, remedy="Mend the code."
            )
        country._check_files()
        country._check_other_sources()
        return country

    def results_folder(self, language: str = "", *, outputs: Path | None = None) -> Path:
        """Return where results in a language go: those in another than the country's own apart."""
        apart = "" if language in ("", self.language) else language
        return (outputs or paths.outputs()) / apart / self.iso3

    def _check_files(self) -> None:
        for field in ("boundary", "regions", "affected_areas"):
            vector = getattr(self, field)
            if vector is not None and not (self.folder / vector.file).is_file():
                raise InputError(
                    f"{self.folder / 'country.yml'}, {field}.file",
                    found=vector.file,
                    allowed="a file in the country's folder",
                    remedy="Put the file there or mend its name.",
                )

    def _check_other_sources(self) -> None:
        first = [name for name, dataset in self.datasets.items() if not dataset.instead_of]
        for name, dataset in self.datasets.items():
            if dataset.instead_of and dataset.instead_of not in first:
                raise InputError(
                    f"{self.folder / 'country.yml'}, datasets.{name}.instead_of",
                    found=dataset.instead_of,
                    allowed=first,
                    remedy="Name the dataset of which this is another source.",
                )


def _first_of(error: ValidationError, file: Path) -> InputError:
    """Turn pydantic's findings into one message that names fields as the file does."""
    findings = error.errors()
    first = findings[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file as a whole"
    allowed = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        model: Any = Country
        for part in first["loc"][:-1]:
            annotation = model.model_fields[part].annotation if isinstance(part, str) else None
            model = annotation if isinstance(annotation, type) else model
            if not (isinstance(model, type) and issubclass(model, BaseModel)):
                break
        allowed = "known fields only: " + ", ".join(
            name for name in getattr(model, "model_fields", {}) if name != "folder"
        )
    found = "nothing" if first["type"] == "missing" else first["input"]
    more = f" ({len(findings) - 1} more after this one.)" if len(findings) > 1 else ""
    return InputError(
        f"{file}, {field}",
        found=found,
        allowed=allowed,
        remedy=f"See 'How to add your country' in the book.{more}",
    )
