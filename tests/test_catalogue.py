"""The catalogue of datasets."""

import subprocess
from datetime import date

import pytest

from sohandbook import catalogue, paths
from sohandbook.errors import InputError

VERSIONS = "data/dataset_versions.csv"


def test_every_dataset_says_where_it_is_and_on_which_terms():
    for dataset in catalogue.entries().values():
        assert dataset.addresses, dataset.id
        assert dataset.licence, dataset.id
        assert dataset.verified.split()[0] in ("seen", "mixed", "memory"), dataset.id
        if dataset.fetched_live != "never":
            date.fromisoformat(dataset.fetched_live)


def test_one_dataset():
    chirps = catalogue.entry("chirps_v2_monthly")
    assert chirps.licence.startswith("public domain")
    assert "10.1038/sdata.2015.66" in chirps.citation
    assert not chirps.needs_account
    assert catalogue.entry("wdpa").needs_account


def test_datasets_of_an_indicator():
    ids = [dataset.id for dataset in catalogue.used_for("SO3-1")]
    assert "chirps_v3_monthly" in ids and "wdpa" not in ids


def test_an_unknown_dataset():
    with pytest.raises(InputError, match="esa_cci_lc_pc"):
        catalogue.entry("esa")


def test_every_dataset_has_a_version():
    known = set(catalogue.entries())
    assert {row.dataset for row in catalogue.versions()} == known
    assert catalogue.version("chirps_v2_monthly").version == "2.0"
    for row in catalogue.versions():
        assert "://" in row.address or not catalogue.entry(row.dataset).addresses, row
        assert row.version and row.licence and row.note
        date.fromisoformat(row.added_on)
        assert not row.checksum or row.checksum.split(":")[0] in ("sha256", "md5")


def test_the_last_row_is_the_version(monkeypatch):
    first = catalogue.version("chirps_v2_monthly")
    newer = catalogue.Version(**first.__dict__ | {"version": "2.1"})
    monkeypatch.setattr(catalogue, "versions", lambda: (first, newer))
    assert catalogue.version("chirps_v2_monthly").version == "2.1"
    with pytest.raises(InputError, match="no row of kba"):
        catalogue.version("kba")


def test_rows_of_versions_are_only_added():
    """Somebody may have computed with a version: its row stays as it was in every commit."""

    def git(*words: str) -> str:
        run = subprocess.run(
            ["git", "-C", str(paths.root()), *words], capture_output=True, text=True
        )
        if run.returncode:
            pytest.skip(f"no history to compare with: {run.stderr.strip()}")
        return run.stdout

    commits = git("log", "--format=%H", "--", VERSIONS).split()
    if not commits:
        pytest.skip("the table is not in the history yet")
    now = (paths.root() / VERSIONS).read_text(encoding="utf-8")
    for commit in commits:
        assert now.startswith(git("show", f"{commit}:{VERSIONS}")), commit
