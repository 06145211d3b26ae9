"""The workbook, read by openpyxl and opened by LibreOffice."""

import csv
import io
import shutil
import subprocess

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from sohandbook import forms, national_report
from sohandbook.export import wording, workbook


@pytest.fixture(scope="module")
def made(toy_results):
    return workbook.to_bytes(toy_results)


@pytest.fixture(scope="module")
def book(made):
    return openpyxl.load_workbook(io.BytesIO(made))


def block(sheet, title):
    """The rows of a table: header, units, values."""
    rows = list(sheet.iter_rows())
    start = next(i for i, row in enumerate(rows) if str(row[0].value).startswith(f"{title} "))
    header = next(
        i for i in range(start + 1, len(rows)) if rows[i][0].fill.fgColor.rgb == "001F4E5F"
    )
    return rows[header:]


def test_a_sheet_for_each_form(book):
    assert book.sheetnames == [
        "Report", "CP", "SO1-4", "SO2-2", "SO3-1", "SO3-2", "SO3-3", "SO4-3",
        "Notes", "Sources", "Checks",
    ]  # fmt: skip


def test_cells_hold_all_digits_and_show_few(book, toy_folder):
    header, _, first, second = block(book["SO2-2"], "SO2-2.T1")[:4]
    assert [cell.value for cell in header[:4]] == ["Year", "Urban", "Rural", "Total"]
    assert first[3].value == 30.123456789
    assert first[3].number_format == "0.00"
    assert second[3].value is None, "not known is empty, not zero"
    table = forms.read("SO2-2.T1", folder=toy_folder / "out" / "tables")
    assert first[1].value == table["urban"][0]


def test_units_stand_below_the_names(book):
    _, units, first, *_ = block(book["CP"], "CP-1.T1")
    assert [cell.value for cell in units[1:4]] == ["km²", "km²", "km²"]
    assert first[1].number_format == "#,##0.00"
    assert first[0].value == 2000 and first[0].number_format == "General"


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("km2", "#,##0.00"), ("% of total LAND area", "0.00"), ("0-1", "0.000"), ("0-100", "0.0"),
     ("persons", "#,##0"), ("thousand persons", "#,##0.000"), ("", "General")],
)  # fmt: skip
def test_numbers_are_shown_by_their_unit(unit, shown):
    assert wording.number_format(unit) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("amount_usd", "Amount USD"), ("change_in_dvi", "Change in DVI"), ("year", "Year"),
     ("so1_voluntary_targets", "SO1 voluntary targets"), ("SO1-4", "SO1-4"), ("mm", "mm")],
)  # fmt: skip
def test_names_are_written_in_words(name, shown):
    assert wording.in_words(name) == shown


def test_factors_have_their_names():
    assert wording.labels()["literacy_15plus"] == "Literacy of people aged 15 and above"


def test_a_text_is_never_a_formula(book):
    rows = block(book["CP"], "CP-1.T1")
    assert rows[2][4].value == "=1+1"
    assert rows[2][4].data_type == "s"
    assert rows[5][4].value == "ab", "a control character cannot stand in a workbook"
    for sheet in book:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_links_lead_to_their_tables(book):
    front = book["Report"]
    links = {cell.value: cell.hyperlink.location for row in front.iter_rows() for cell in row
             if cell.hyperlink}  # fmt: skip
    assert len(links) == 8
    for table_id, location in links.items():
        sheet, cell = location.replace("'", "").split("!")
        assert book[sheet][cell].value.startswith(f"{table_id}  ")


def test_sheets_are_ready_to_print(book):
    for sheet in book:
        assert sheet.page_setup.paperSize == 9, "A4"
        assert 40 <= sheet.page_setup.scale <= 100
        # So many digits LibreOffice puts on a page where Calibri is not installed.
        digits = {"portrait": 74.6, "landscape": 109.7}[sheet.page_setup.orientation]
        room = sum(
            sheet.column_dimensions[get_column_letter(column)].width
            for column in range(1, sheet.max_column + 1)
        )
        assert room * sheet.page_setup.scale / 100 <= digits, sheet.title
        assert "&P" in sheet.oddFooter.right.text
        assert sheet.oddFooter.left.text.startswith("Toy && land")
        assert (sheet.freeze_panes is not None) == (sheet.title != "Report")


def test_the_file_has_no_trace_of_the_clock(made, toy_results):
    assert workbook.to_bytes(toy_results) == made
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert str(book.properties.modified) == "2024-05-06 07:08:09"


def test_every_source_and_check_is_listed(book, toy_results):
    sources = [row[0].value for row in book["Sources"].iter_rows()]
    assert {"land_cover", "soil_organic_carbon", "boundary"} <= set(sources)
    listed = [[cell.value for cell in row] for row in book["Checks"].iter_rows(min_row=4)]
    findings = toy_results.findings
    assert {row[0] for row in listed} == set(findings["id"])
    on_the_page = national_report.findings(
        toy_results.tables, country=toy_results.country, folder=toy_results.folder
    )
    assert findings["passed"].equals(on_the_page["passed"])
    counted = sum(int(row[4].split()[0]) for row in listed if row[3] == "yes")
    assert counted == int(findings["passed"].eq(True).sum())
    states = [row[3] for row in listed]
    assert states == sorted(states, key=["NO", "not checked", "yes"].index), (
        "what fails comes first"
    )


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """Run LibreOffice without a window, with a profile of its own."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    profile = tmp_path_factory.mktemp("office").as_uri()

    def convert(file, kind):
        subprocess.run(
            [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind,
             "--outdir", file.parent, file],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    return convert


def test_libreoffice_reads_the_same_numbers(made, tmp_path, office):
    file = tmp_path / "report.xlsx"
    file.write_bytes(made)
    # Field and text separator, UTF-8, from line 1, no quotes everywhere, not as shown, all sheets.
    office(file, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1")
    with (tmp_path / "report-SO1-4.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    last = next(row for row in rows if row[0] == "2023")
    np.testing.assert_allclose([float(cell) for cell in last[1:4]], [3.0, 60.0, 2.0])
    with (tmp_path / "report-CP.csv").open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    assert "=1+1" in text and "Err:" not in text and "#NAME" not in text


def test_libreoffice_prints_it(made, tmp_path, office):
    file = tmp_path / "report.xlsx"
    file.write_bytes(made)
    office(file, "pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
