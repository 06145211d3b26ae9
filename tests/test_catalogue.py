"""The catalogue of datasets."""

import pytest

from sohandbook import catalogue
from sohandbook.errors import InputError


def test_every_dataset_says_where_it_is_and_on_which_terms():
    for dataset in catalogue.entries().values():
        assert dataset.addresses, dataset.id
        assert dataset.licence, dataset.id
        assert dataset.verified.split()[0] in ("seen", "mixed", "memory"), dataset.id


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
