"""Errors for people: what a settings file may hold, in words without the library's own."""

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError, field_validator

from sohandbook.errors import InputError, first_finding, not_written, takes_nothing
from sohandbook.translations import sources


class Recipe(BaseModel):
    years: int
    name: str = ""

    @field_validator("name")
    @classmethod
    def _lower(cls, name: str) -> str:
        if name != name.lower():
            raise ValueError("a name in small letters")
        return name


def refused(values: dict) -> InputError:
    with pytest.raises(ValidationError) as error:
        Recipe.model_validate(values)
    return first_finding(error.value, where="datasets.yml, chirps", remedy="Mend the entry.")


def test_a_wrong_value_is_named_with_its_field_and_what_is_allowed():
    found = refused({"years": 1, "name": "CHIRPS"})
    assert found.where == "datasets.yml, chirps, name"
    assert (found.found, found.allowed) == ("CHIRPS", "a name in small letters")
    assert str(found).endswith("Mend the entry.")


def test_a_missing_field_does_not_print_the_whole_entry():
    found = refused({"name": "chirps"})
    assert (found.where, found.found) == ("datasets.yml, chirps, years", "the entry")


def test_remedies_of_both_kinds_of_errors_reach_translators():
    texts = sources.messages(sources.ERRORS)
    assert "lib/sohandbook/fetching/recipes.py" in texts["Mend the entry."]
    assert "lib/sohandbook/country.py" in texts["See 'How to add your country' in the book."]
    assert "Value error, " not in texts


def test_a_full_disk_names_the_file_that_was_to_be_written(tmp_path, monkeypatch):
    full = (errno.ENOSPC, "No space left on device")
    assert not_written(OSError(*full, "in.csv")) == "No space left on device: in.csv"
    # a copy names first what it reads
    assert not_written(OSError(*full, "in.csv", None, "out.csv")).endswith(": out.csv")
    # a file that is open already is not named: it is on the disk with the least room
    room = {tmp_path: 9, tmp_path.parent: 5}
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(room[folder]))
    message = not_written(OSError(*full), tmp_path, tmp_path.parent, Path("no such folder"))
    assert message == f"No space left on device: {tmp_path.parent}"


def test_a_full_disk_is_known_from_the_text_of_an_error_of_a_notebook():
    for text in (
        "OSError: [Errno 28] No space: 'maps/a.tif'",
        "style.css: OSError(28, 'No space')",
    ):
        assert takes_nothing(f"above\n{text}\nbelow").errno == errno.ENOSPC
    assert not takes_nothing("[Errno 13] Permission denied: 'raw/rain.nc'")
    assert not takes_nothing("division by zero")
