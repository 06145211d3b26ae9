"""Mirrors that stand for the sources' servers."""

import pytest

from sohandbook.errors import InputError
from sohandbook.fetching.addresses import actual
from sohandbook.fetching.patience import FetchError, ask_json

RAIN = "https://data.chc.ucsb.edu/products/rain.cog"


def test_without_settings_the_source_is_asked(monkeypatch):
    monkeypatch.delenv("SOHANDBOOK_ADDRESSES", raising=False)
    assert actual(RAIN, dataset="chirps_v2_monthly") == RAIN


def test_the_longest_beginning_wins(mirror):
    mirror(
        **{
            "https://data.chc.ucsb.edu": "http://a.example",
            "https://data.chc.ucsb.edu/products/": "http://b.example/chirps/",
        }
    )
    assert actual(RAIN, dataset="chirps_v2_monthly") == "http://b.example/chirps/rain.cog"
    assert actual("https://other.example/x", dataset="x") == "https://other.example/x"


def test_a_dataset_has_a_mirror_of_its_own(mirror):
    mirror(chirps_v2_monthly="http://c.example/", **{"https://data.chc.ucsb.edu": "http://a"})
    assert actual(RAIN, dataset="chirps_v2_monthly") == "http://c.example/products/rain.cog"
    assert actual(RAIN, dataset="chirps_v3_monthly") == "http://a/products/rain.cog"


@pytest.mark.parametrize("text", ["[a, b]", "just words", ""])
def test_a_file_of_another_form(tmp_path, monkeypatch, text):
    file = tmp_path / "addresses.yml"
    file.write_text(text)
    monkeypatch.setenv("SOHANDBOOK_ADDRESSES", str(file))
    with pytest.raises(InputError, match="a YAML file of addresses"):
        actual(RAIN, dataset="x")


def test_what_is_no_address_is_asked_once(quick):
    with pytest.raises(FetchError, match="no address that can be asked"):
        ask_json("http://127.0.0.1:9here/x", patience=quick)
