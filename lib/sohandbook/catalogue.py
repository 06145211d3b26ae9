"""The datasets that the handbook knows: where they come from, and on which terms."""

import csv
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
    fetched_live : str
        The day on which the address was last seen to work, or ``never``.
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
    fetched_live: str
    facts: dict[str, Any] = field(repr=False)

    @property
    def needs_account(self) -> bool:
        """Whether the dataset cannot be fetched without signing up."""
        return bool(self.account) and not self.account.startswith("none")


@dataclass(frozen=True)
class Version:
    """One row of ``data/dataset_versions.csv``, a table to which rows are only added.

    Attributes
    ----------
    dataset, version : str
    address, archive_address : str
        Where it is, and where it stays when the first one moves on.
    checksum : str
        ``algorithm:digest`` of the file at ``address``; empty where the source gives none.
    licence, citation : str
    added_on, note : str
        The day of the row, and how far somebody looked.
    """

    dataset: str
    version: str
    address: str
    archive_address: str
    checksum: str
    licence: str
    citation: str
    added_on: str
    note: str


@cache
def versions() -> tuple[Version, ...]:
    """Return all versions of all datasets, the oldest row first."""
    with (paths.data() / "dataset_versions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Version(**row) for row in csv.DictReader(file))


def version(dataset_id: str) -> Version:
    """Return the newest version of a dataset: the last of its rows."""
    rows = [row for row in versions() if row.dataset == dataset_id]
    if not rows:
        raise InputError(
            "data/dataset_versions.csv",
            found=f"no row of {dataset_id}",
            allowed="a row for every dataset of data/datasets.yml",
            remedy="Add a row with its version; change none.",
        )
    return rows[-1]


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
        fetched_live=str(row["fetched_live"]),
        facts=row,
    )
