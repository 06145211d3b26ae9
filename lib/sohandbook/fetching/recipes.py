"""How each dataset of the catalogue is fetched: the part ``fetch`` of ``data/datasets.yml``."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sohandbook.catalogue import Entry
from sohandbook.errors import InputError, first_finding

Years = tuple[int, int]


class Strict(BaseModel):
    """A part of a recipe: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Strict):
    """Where a file lands in ``data/raw/<ISO3>``, its address, and the years it is used for."""

    file: str
    address: str = ""
    years: Years | None = None


class Asset(Strict):
    """A band of a STAC collection, and what its items do not say about its numbers."""

    variable: str
    dtype: str
    nodata: float
    scale: float = 1.0


class Recipe(Strict):
    """How the files of one dataset are fetched.

    Fields in braces in addresses and file names are ``ISO3``, ``iso3``, ``m49``, ``year`` and
    those of ``over`` and ``sum_over``.

    Attributes
    ----------
    how : str
        The way; ``by_hand`` where an account, a form or a decision stands before.
    dataset, product : str
        What ``country.yml`` usually calls the dataset, and its layout there.
    years : (int, int), optional
        The years that the source has.
    files : list of Place
    over : dict
        Further fields; there is a file for each of their values.
    sum_over : dict
        Fields whose files are added up into one: people by age into people.
    address, token, collection, item_prefix, assets
        Of a search or an interface.
    crs, nodata, variable, member
        What the file does not say, the variable of a NetCDF, the file in an archive.
    by_hand : str
        How to bring a file without this program.
    """

    how: Literal[
        "stac",
        "windows",
        "download",
        "sdg_api",
        "world_bank",
        "oecd_crs",
        "geoboundaries",
        "by_hand",
    ]
    dataset: str
    product: str
    years: Years | None = None
    files: list[Place] = []
    over: dict[str, list[str]] = {}
    sum_over: Annotated[dict[str, list[str]], Field(max_length=1)] = {}
    address: str = ""
    token: str = ""
    collection: str = ""
    item_prefix: str = ""
    assets: dict[str, Asset] = {}
    crs: str | None = None
    nodata: float | None = None
    variable: str | None = None
    member: str = ""
    by_hand: str = ""

    def has(self, year: int) -> bool:
        """Return whether the source has a year."""
        return self.years is None or self.years[0] <= year <= self.years[1]


def recipe(entry: Entry) -> Recipe:
    """Return how a dataset of the catalogue is fetched.

    Raises
    ------
    InputError
        The entry says nothing about it, or something that is not understood.
    """
    where = f"data/datasets.yml, {entry.id}.fetch"
    if "fetch" not in entry.facts:
        raise InputError(
            where,
            found="nothing",
            allowed="how the dataset is fetched",
            remedy="Choose another dataset of the catalogue, or bring its files by hand.",
        )
    try:
        return Recipe(**entry.facts["fetch"])
    except ValidationError as error:
        raise first_finding(error, where=where, remedy="Mend the entry.") from error
