"""The crosswalk prints no identifier that nobody has read, and points only to what exists."""

import re

import pytest
import yaml

from sohandbook import crosswalk, forms, national_report, paths
from sohandbook.book import crosswalk_page
from sohandbook.errors import InputError

# What guidance_gaps.md, section 6, and the manual name; anything else needs a source read anew.
READ_IN_ITS_SOURCE = {
    "sdg": {"1.1.1", "6.1.1", "15.1.2", "15.3.1", "15.5.1", "1.5, 11.5, 13.1"},
    "gbf": {"2.2", "3.1"},
    "climate": set(),
    "restoration": set(),
    "dart": {"taxonomy/term/3944"},
}


@pytest.fixture(scope="module")
def found() -> crosswalk.Crosswalk:
    return crosswalk.read()


@pytest.fixture(scope="module")
def page(found) -> str:
    chapters = national_report.writing_chapters()
    return crosswalk_page.markdown(
        found, pages={table: f"chapters/{chapter}" for table, chapter in chapters.items()}
    )


def identifiers(page: str) -> list[str]:
    """The cells of the column of identifiers."""
    rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line]
    cells = [re.split(r"(?<!\\)\|", row)[3].strip() for row in rows]
    return [cell for cell in cells if cell != "Identifier"]


def test_no_unverified_code_is_printed_as_a_code(found, page):
    printed = identifiers(page)
    links = [link for row in found.indicators for link in row.serves]
    assert len(printed) == len(links)
    verified = {link.code for link in links if link.state == "verified"}
    assert {cell.strip("`") for cell in printed if cell != "unverified"} == verified
    assert all(cell == "unverified" or re.fullmatch("`[^`]+`", cell) for cell in printed)
    hidden = {link.code for link in links if link.state == "unverified" and link.code}
    assert hidden, "the test needs an unverified code to look for"
    for code in hidden - verified:
        assert not re.search(rf"(?<![\w.]){re.escape(code)}(?![\w])", page), code


def test_verified_codes_are_those_that_were_read(found):
    for key, codes in READ_IN_ITS_SOURCE.items():
        links = [link for row in found.indicators for link in row.serves if link.to == key]
        assert {link.code for link in links if link.state == "verified"} == codes, key


def test_an_unverified_code_in_the_file_is_not_in_the_table_either(found):
    links = crosswalk.links(found)
    rows = links[(links["indicator"] == "SO 4-2") & (links["to"] == "gbf")]
    assert rows["code"].tolist() == ["unverified"]


def test_every_indicator_and_metric_is_there(found):
    names = {row.indicator for row in found.indicators}
    asked = {entry["indicator"].split(" (")[0] for entry in forms.catalogue()["tables"]}
    assert {name for name in asked if re.fullmatch(r"SO \d-\d", name)} <= names
    tables = {table for row in found.indicators for table in row.tables}
    assert tables <= set(forms.ids())
    assert all(row.serves for row in found.indicators)


def test_pages_of_chapters_are_linked(page):
    assert "{doc}`SO 1-4 </chapters/so1-4>`" in page
    assert page.count("## ") == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": ""}, "a verified link has a code"),
        ({"state": "sure"}, "found 'sure'"),
        ({"to": "ipbes"}, "ipbes is not among the frameworks"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, monkeypatch, change, message):
    content = yaml.safe_load((paths.data() / "crosswalk.yml").read_text(encoding="utf-8"))
    content["indicators"][0]["serves"][0] |= change
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "crosswalk.yml").write_text(yaml.safe_dump(content))
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(tmp_path))
    with pytest.raises(InputError, match=message):
        crosswalk.read()
