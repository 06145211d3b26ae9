"""Countries and areas by ISO 3166-1 alpha-3 code, as the UN Statistics Division lists them."""

import csv
import re
from dataclasses import dataclass
from functools import cache

from sohandbook import paths


@dataclass(frozen=True)
class CountryCode:
    """One row of ``data/country_codes.csv``.

    Attributes
    ----------
    iso3, name : str
    m49 : int
        The UN's number, by which the SDG database knows the country.
    region, subregion : str
    small_island_state : bool
        Whether it is a small island developing State.
    """

    iso3: str
    m49: int
    name: str
    region: str
    subregion: str
    small_island_state: bool


def find(iso3: str) -> CountryCode | None:
    """Return what the list says of a country; None where it has no such code."""
    return _read().get(iso3)


def is_named(text: str, name: str) -> bool:
    """Tell whether a text holds a country's name, as words of its own.

    "Nigeria" does not name Niger, nor "Equatorial Guinea" Guinea. Letters of scripts without
    capitals, in which words may be written together, do not make it another word.

    Parameters
    ----------
    text, name : str
        In any case.
    """
    text, name = text.casefold(), name.casefold()
    for other in (code.name.casefold() for code in _read().values()):
        if name in other and name != other:
            text = text.replace(other, "")
    return any(
        not _is_letter_of_words(text[: found.start()][-1:])
        and not _is_letter_of_words(text[found.end() :][:1])
        for found in re.finditer(re.escape(name), text)
    )


def _is_letter_of_words(character: str) -> bool:
    return character.lower() != character.upper()


@cache
def _read() -> dict[str, CountryCode]:
    with (paths.data() / "country_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            row["iso3"]: CountryCode(
                iso3=row["iso3"],
                m49=int(row["m49"]),
                name=row["name"],
                region=row["region"],
                subregion=row["subregion"],
                small_island_state=row["small_island_state"] == "yes",
            )
            for row in rows
        }
