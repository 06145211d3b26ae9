"""The datasets that the handbook knows: where they come from, and on which terms."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from sohandbook import paths
from sohandbook.errors import InputError


@dataclass(frozen=True)
class Entry:
    """One dataset of ``data/datasets.yml``.

    Attributes
    ----------
    id, title : str
    used_for : tuple of str
        Indicators, as the file names them.
    addresses : dict of str to str
        What each address is (``url``, ``stac``, ``api`` ...), and the address.
    licence, citation, account : str
        Terms of use, how to cite, and whether an account is needed; empty where not known.
    years : str
    traps : tuple of str
        What has gone wrong for others.
    verified : str
        How far these facts were seen: ``seen in a copy``, ``mixed`` or ``memory``.
    facts : dict
        Everything that the file says.
    """

    id: str
    title: str
    used_for: tuple[str, ...]
    addresses: dict[str, str]
    licence: str
    citation: str
    account: str
    years: str
    traps: tuple[str, ...]
    verified: str
    facts: dict[str, Any] = field(repr=False)

    @property
    def needs_account(self) -> bool:
        """Whether the dataset cannot be fetched without signing up."""
        return bool(self.account) and not self.account.startswith("none")


@cache
def entries() -> dict[str, Entry]:
    """Return every dataset by its id, in the order of the file."""
    text = (paths.data() / "datasets.yml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text)["datasets"]
    return {row["id"]: _entry(row) for row in rows}


def entry(dataset_id: str) -> Entry:
    """Return one dataset, for example ``entry("chirps_v2_monthly")``."""
    known = entries()
    if dataset_id not in known:
        raise InputError(
            "data/datasets.yml", found=dataset_id, allowed=known, remedy="Use one of these ids."
        )
    return known[dataset_id]


def used_for(indicator: str) -> list[Entry]:
    """Return the datasets of an indicator, for example ``used_for("SO1-1")``."""
    return [each for each in entries().values() if indicator in " ".join(each.used_for)]


def _entry(row: dict[str, Any]) -> Entry:
    addresses = {
        kind: str(address)
        for kind, address in row.get("address", {}).items()
        if isinstance(address, str)
    }
    return Entry(
        id=row["id"],
        title=row["title"],
        used_for=tuple(row.get("used_for", ())),
        addresses=addresses,
        licence=str(row.get("licence", "")),
        citation=str(row.get("citation", "")),
        account=str(row.get("account", "")),
        years=str(row.get("years", "")),
        traps=tuple(str(trap) for trap in row.get("traps", ())),
        verified=str(row.get("verified", "")),
        facts=row,
    )
