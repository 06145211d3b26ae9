"""Every dataset that a chapter reads is explained on the page for new countries."""

import yaml

from sohandbook import chapters, paths
from sohandbook.book import dataset_names
from sohandbook.chapters import Chapter

MEANINGS = paths.root() / "book" / "country-datasets.yml"


def test_every_dataset_has_a_meaning():
    needed, used = dataset_names.read_by(chapters.read())
    meanings = yaml.safe_load(MEANINGS.read_text())
    assert needed.keys() | used.keys() <= meanings.keys()
    assert all(len(text.split()) >= 4 for text in meanings.values())


def test_says_who_needs_and_who_uses_a_dataset():
    common = {"title": "T", "objective": "SO1", "notebook": "n.ipynb"}
    one = Chapter(id="one", datasets=("land_cover", "gini or poverty"), **common)
    two = Chapter(id="two", datasets=("land_cover",), optional=("population", "gini"), **common)
    assert dataset_names.read_by([one, two]) == (
        {
            "land_cover": ["one", "two"],
            "gini": ["one (or another)"],
            "poverty": ["one (or another)"],
        },
        {"population": ["two"], "gini": ["two"]},
    )
    text = dataset_names.write(MEANINGS, chapters=[one, two])
    assert "| `population` | people per cell, best by sex | none | two |" in text
