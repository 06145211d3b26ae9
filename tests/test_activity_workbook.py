"""The workbook of activities: written, edited by an officer, and read back."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sohandbook import activity_rules, activity_workbook, language
from sohandbook.errors import InputError

DOMESTIC = {
    "country_name_or_economic_unit": "Ministry of Land", "recipient_or_beneficiary": "Provinces",
    "channel_or_geographic_scope": "national", "sector": "Environment",
    "type_of_flow": "expenditure", "financial_instrument": "grants", "type_of_support": "principal",
    "technology_transfer": False,
}  # fmt: skip
ACTIVITIES = pd.DataFrame(
    [
        {"year": 2020, "title": "Dunes", "amount_domestic": 800.0, **DOMESTIC},
        {"year": 2021, "title": "=Dunes, phase 2", "amount_domestic": 900.5, **DOMESTIC},
        {
            "year": 2023,
            "title": "Levy",
            "amount_domestic": 70.0,
            **DOMESTIC,
            "type_of_flow": "revenue",
        },
    ]
)
RATES = pd.DataFrame(
    {"year": [2020, 2021, 2022, 2023], "currency": "dinar",
     "domestic_per_usd": [4.0, 5.0, 8.0, 10.0], "source": "Central Bank",
     "price_index": [80.0, 90.0, 95.0, 100.0]}
)  # fmt: skip


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A workbook as the handbook hands it to an officer."""
    return activity_workbook.write(tmp_path / "SO5-2.xlsx", {"SO5-2": ACTIVITIES}, rates=RATES)


def place(sheet, heading: str) -> int:
    """The column of a heading, as a person finds it."""
    return next(
        cell.column
        for cell in sheet[1]
        if activity_rules.plain(cell.value) == activity_rules.plain(heading)
    )


@pytest.mark.parametrize("code", ["fr", "zh", "ar"])
def test_a_workbook_with_headings_in_another_language_is_read_in_any(tmp_path, code):
    with language.using(code):
        file = activity_workbook.write(tmp_path / "a.xlsx", {"SO5-2": ACTIVITIES}, rates=RATES)
    heads = [cell.value for cell in openpyxl.load_workbook(file)["SO5-2"][1]]
    assert "Title" not in heads
    assert list(activity_workbook.read(file, indicator="SO5-2").title) == list(ACTIVITIES.title)


def edit(file: Path, row: int, heading: str, value: object, *, sheet: str = "SO5-2") -> None:
    book = openpyxl.load_workbook(file)
    book[sheet].cell(row, place(book[sheet], heading)).value = value
    book.save(file)


def test_what_was_written_comes_back(workbook):
    table = activity_workbook.read(workbook, indicator="SO5-2")
    assert table["row"].tolist() == [2, 3, 4]
    assert table["title"].tolist() == ["Dunes", "=Dunes, phase 2", "Levy"]
    assert table["amount_usd"].tolist() == pytest.approx([200.0, 180.1, 7.0])  # by hand
    assert table["technology_transfer"].tolist() == [False, False, False]
    assert table["capacity_building"].isna().all(), "blank: nobody said"
    assert activity_workbook.findings(workbook, indicator="SO5-2").empty
    assert activity_workbook.rates(workbook)["currency"].tolist() == ["dinar"] * 4


def test_the_same_bytes_each_time(workbook, tmp_path):
    again = activity_workbook.write(tmp_path / "b.xlsx", {"SO5-2": ACTIVITIES}, rates=RATES)
    assert again.read_bytes() == workbook.read_bytes()


WRONG_CELLS = [
    (3, "year", 2019, r"row 3, column year \(A\): found '2019'; allowed: 2020 to 2023"),
    (3, "year", "FY 2021", r"found 'FY 2021'.*four digits"),
    (3, "year", pd.Timestamp(2021, 1, 1).to_pydatetime(), r"2021-01-01.*format 'number'"),
    (2, "amount_domestic", "1 200 000", r"found '1 200 000'; allowed: a number.*digits only"),
    (2, "amount_domestic", -5, r"found '-5'.*Repayments"),
    (2, "amount_domestic", None, r"found 'nothing'; allowed: a number.*Fill the cell"),
    (2, "amount_domestic", "#REF!", r"found '#REF!'; allowed: a value.*Mend the formula"),
    (2, "amount_domestic", "=1+1", r"found '=1\+1'.*save it once more"),
    (4, "type_of_flow", "ODA", r"row 4.*found 'ODA'; allowed: expenditure, investment"),
    (4, "type_of_support", "2", r"found '2'; allowed: principal, significant"),
    (2, "technology_transfer", "maybe", r"found 'maybe'; allowed: yes, no, or blank"),
    (2, "title", "", r"column title .*found 'nothing'; allowed: a text"),
    (4, "title", "TOTAL 2020-2023", r"found 'TOTAL 2020-2023'; allowed: an activity"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "heading", "value", "message"), WRONG_CELLS)
def test_each_wrong_cell_has_its_own_message(workbook, row, heading, value, message):
    edit(workbook, row, heading, value)
    with pytest.raises(InputError, match=rf"sheet SO5-2, row {row}, column {heading}") as error:
        activity_workbook.read(workbook, indicator="SO5-2")
    assert pd.Series([str(error.value)]).str.contains(message).item(), str(error.value)
    found = activity_workbook.findings(workbook, indicator="SO5-2")
    assert found[["sheet", "row"]].values.tolist() == [["SO5-2", row]], "and nothing else is wrong"


def remove_rates(book: openpyxl.Workbook) -> None:
    del book["SO5-2 ST"]


def rename_heading(book: openpyxl.Workbook) -> None:
    book["SO5-2"]["A1"] = "When"


def copy_column(book: openpyxl.Workbook) -> None:
    sheet = book["SO5-2"]
    sheet.cell(1, sheet.max_column + 1).value = "Year"


def merge(book: openpyxl.Workbook) -> None:
    book["SO5-2"].merge_cells("A2:A3")


def copy_row(book: openpyxl.Workbook) -> None:
    sheet = book["SO5-2"]
    sheet.append([cell.value for cell in sheet[2]])


def no_rate_of_2021(book: openpyxl.Workbook) -> None:
    book["SO5-2 ST"].delete_rows(3)


def two_rates_of_2020(book: openpyxl.Workbook) -> None:
    book["SO5-2 ST"]["A3"] = 2020


def rate_of_zero(book: openpyxl.Workbook) -> None:
    book["SO5-2 ST"].cell(2, place(book["SO5-2 ST"], "domestic_per_usd")).value = 0


WRONG_SHEETS = [
    (remove_rates, r"sheets: found \['SO5-2'\]; allowed: SO5-2 ST\. Give the sheet its name"),
    (rename_heading, r"row 1, headings: .*Give the column 'year' its heading back"),
    (copy_column, r"found 'year twice'; allowed: each heading once"),
    (merge, r"row 2, column year \(A\): found 'merged cells A2:A3'.*SO5-2 row 3"),
    (copy_row, r"row 5, column all columns: found 'the same as row 2'"),
    (no_rate_of_2021, r"row 3, column year: found '2021, which has no rate'"),
    (two_rates_of_2020, r"sheet SO5-2 ST, row 2, column year: found '2 rates of 2020'"),
    (rate_of_zero, r"sheet SO5-2 ST, row 2, column domestic_per_usd \(C\): found '0'"),
]


@pytest.mark.parametrize(("spoil", "message"), WRONG_SHEETS)
def test_each_wrong_sheet_has_its_own_message(workbook, spoil: Callable, message):
    book = openpyxl.load_workbook(workbook)
    spoil(book)
    book.save(workbook)
    with pytest.raises(InputError) as error:
        activity_workbook.read(workbook, indicator="SO5-2")
    assert pd.Series([str(error.value)]).str.contains(message).item(), str(error.value)


def test_all_wrong_rows_are_named_at_once(workbook):
    edit(workbook, 2, "year", 2010)
    edit(workbook, 4, "type_of_support", "some")
    found = activity_workbook.findings(workbook, indicator="SO5-2")
    assert found["row"].tolist() == [2, 4]
    with pytest.raises(InputError, match=r"Also wrong: SO5-2 row 4, type_of_support"):
        activity_workbook.read(workbook, indicator="SO5-2")


def test_what_people_do_without_harm(workbook):
    """A title above the headings, an empty row, a column of notes, other letters and blanks."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["SO5-2"]
    sheet.cell(1, sheet.max_column + 1).value = "My notes"
    sheet.cell(3, place(sheet, "type_of_support")).value = " Principal "
    sheet.cell(3, place(sheet, "technology_transfer")).value = True
    sheet.insert_rows(3)
    sheet.insert_rows(1, 2)
    sheet["A1"] = "Ministry of Finance"
    book.save(workbook)
    table = activity_workbook.read(workbook, indicator="SO5-2")
    assert table["row"].tolist() == [4, 6, 7]
    assert table["technology_transfer"].tolist() == [False, True, False]


def test_another_file_or_indicator(tmp_path, workbook):
    (tmp_path / "a.xlsx").write_text("year,title")
    with pytest.raises(InputError, match="Save it again"):
        activity_workbook.read(tmp_path / "a.xlsx", indicator="SO5-1")
    with pytest.raises(InputError, match="SO5-1, SO5-2, SO5-3, SO5-4"):
        activity_workbook.read(workbook, indicator="SO5-9")


@pytest.fixture(scope="module")
def saved_by_libreoffice(tmp_path_factory) -> Path:
    """Workbooks with one edit each, all opened and saved by one start of LibreOffice."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("office")

    def fresh(name: str) -> Path:
        return activity_workbook.write(folder / f"{name}.xlsx", {"SO5-2": ACTIVITIES}, rates=RATES)

    edit(fresh("formula"), 2, "amount_domestic", "=500+300")
    for number, (row, heading, value, _) in enumerate(WRONG_CELLS):
        edit(fresh(f"cell{number}"), row, heading, value)
    for number, (spoil, _) in enumerate(WRONG_SHEETS):
        book = openpyxl.load_workbook(fresh(f"sheet{number}"))
        spoil(book)
        book.save(folder / f"sheet{number}.xlsx")
    command = ["soffice", f"-env:UserInstallation={folder.as_uri()}/profile", "--headless",
               "--convert-to", "xlsx", "--outdir", folder / "saved"]  # fmt: skip
    files = sorted(folder.glob("*.xlsx"))
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=240)
    return folder / "saved"


def test_a_workbook_that_libreoffice_saved(saved_by_libreoffice):
    """LibreOffice computes formulas when it saves, so one typed by an officer has a value."""
    table = activity_workbook.read(saved_by_libreoffice / "formula.xlsx", indicator="SO5-2")
    assert table["amount_usd"].tolist() == pytest.approx([200.0, 180.1, 7.0])
    assert table["title"].tolist() == ["Dunes", "=Dunes, phase 2", "Levy"]


def test_each_wrong_edit_is_named_after_libreoffice_saved_it(saved_by_libreoffice):
    messages = {f"cell{number}": each[-1] for number, each in enumerate(WRONG_CELLS)}
    messages |= {f"sheet{number}": each[-1] for number, each in enumerate(WRONG_SHEETS)}
    computed = [name for name, message in messages.items() if "save it once more" in message]
    assert len(computed) == 1, "a formula has a value once an office program has saved it"
    for name in messages.keys() - set(computed):
        with pytest.raises(InputError) as error:
            activity_workbook.read(saved_by_libreoffice / f"{name}.xlsx", indicator="SO5-2")
        assert re.search(messages[name], str(error.value), re.DOTALL), (name, str(error.value))
