"""Who made the data, on which terms, and how to cite the results."""

import pytest
import yaml

from sohandbook import catalogue, sources
from sohandbook.country import Country
from sohandbook.export import citation, licences


def test_terms_are_those_of_the_catalogue():
    assert set(licences.TERMS) <= set(sources.PRODUCTS)
    assert set(licences.TERMS.values()) <= set(catalogue.entries())


def test_a_row_for_each_dataset_and_the_boundary(toy):
    register = licences.register(toy[0]).set_index("dataset")
    assert list(register.index) == ["land_cover", "soil_organic_carbon", "boundary"]
    cover = register.loc["land_cover"]
    assert cover["licence"] == catalogue.entry("c3s_lc_cds").licence
    assert "A. Person" in cover["attribution"] and cover["licence"] in cover["attribution"]
    own = register.loc["soil_organic_carbon"]
    assert own["licence"] == "not stated" and "CC BY-NC 4.0" in own["terms_known_from"]
    assert register.loc["boundary", "attribution"].endswith("drawn by hand")


def test_training_data_borrow_no_ones_terms():
    register = licences.register(Country.load("XDL"))
    assert set(register["licence"]) == {licences.TRAINING}


def test_the_citation_has_what_its_format_asks_for(toy_results):
    content = yaml.safe_load(citation.to_cff(toy_results))
    assert {"cff-version", "message", "title", "authors"} <= set(content)
    assert content["cff-version"] == "1.2.0"
    assert content["authors"] == [{"name": "Toy & land, national reporting team"}]
    assert str(content["date-released"]) == "2024-05-06"
    assert content["commit"] == "abc123"
    software, cover, soil = content["references"]
    assert software["type"] == "software"
    assert cover["doi"] == "10.1234/toy.5"
    assert soil["url"] == "https://example.org/soil" and "doi" not in soil


@pytest.mark.parametrize("field", ["type", "title", "authors"])
def test_every_reference_is_complete(toy_results, field):
    content = yaml.safe_load(citation.to_cff(toy_results))
    assert all(reference[field] for reference in content["references"])
