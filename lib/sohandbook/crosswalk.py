"""How each indicator serves the other goals and conventions, read from ``data/crosswalk.yml``.

No identifier is printed that nobody has read in its source: a wrong code in a report to another
convention is worse than none.
"""

from typing import Literal, Self

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sohandbook import paths
from sohandbook.errors import first_finding

UNVERIFIED = "unverified"
COLUMNS = ["to", "framework", "indicator", "metric", "tables", "how", "code", "source"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Framework(_Strict):
    """A set of goals, a convention or a platform."""

    name: str
    what: str


class Link(_Strict):
    """What an indicator is to a framework, and how it is called there."""

    to: str
    how: str
    code: str = ""
    state: Literal["verified", "unverified"]
    source: str

    @model_validator(mode="after")
    def verified_has_a_code(self) -> Self:
        if self.state == "verified" and not self.code:
            raise ValueError("a verified link has a code")
        return self

    @property
    def printed_code(self) -> str:
        """The identifier as a page may print it: the word ``unverified`` if it is not verified."""
        return self.code if self.state == "verified" else UNVERIFIED


class Indicator(_Strict):
    """An indicator or one of its metrics."""

    indicator: str
    metric: str
    tables: tuple[str, ...]
    serves: tuple[Link, ...]


class Crosswalk(_Strict):
    """The whole file."""

    frameworks: dict[str, Framework]
    indicators: tuple[Indicator, ...]

    @model_validator(mode="after")
    def links_lead_somewhere(self) -> Self:
        known = set(self.frameworks)
        strange = {link.to for row in self.indicators for link in row.serves} - known
        if strange:
            raise ValueError(f"{', '.join(sorted(strange))} is not among the frameworks")
        return self


def read() -> Crosswalk:
    """Read and check ``data/crosswalk.yml``.

    Raises
    ------
    InputError
        Names the first field that is wrong.
    """
    file = paths.data() / "crosswalk.yml"
    try:
        return Crosswalk(**yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise first_finding(
            error, where=str(file), remedy="The head of the file explains its fields."
        ) from error


def links(crosswalk: Crosswalk) -> pd.DataFrame:
    """Return one row a link, by framework; ``code`` is printed only if it is verified."""
    rows = [
        (key, framework.name, row.indicator, row.metric, row.tables, link.how,
         link.printed_code, link.source)
        for key, framework in crosswalk.frameworks.items()
        for row in crosswalk.indicators
        for link in row.serves
        if link.to == key
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
