"""Empty forms for the people of a new country, and a page that says how to fill them in."""

from pathlib import Path

import pandas as pd

from sohandbook import forms, national_cells
from sohandbook.national_forms import FOLDER, NARRATIVE, SECTIONS, WRITTEN, template

# The budget and companies' money; what donors give stands in files of the OECD.
MONEY = ("SO5-2", "SO5-3")
NEEDS = "SO5-5.NEEDS"


def write_templates(country_folder: Path | str) -> list[Path]:
    """Write an empty file for each form that people fill in; files that are there stay.

    Returns
    -------
    list of Path
        The files that were written.
    """
    folder = Path(country_folder) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        f"{table_id}.csv": template(table_id).to_csv(index=False, lineterminator="\n")
        for table_id in WRITTEN
    }
    texts[NARRATIVE] = "".join(
        [
            "# The report in words: one text a part, below its name and indented by two blanks.\n",
            *(f"{section}: |\n" for section in SECTIONS),
        ]
    )
    texts["README.md"] = guide()
    written = []
    for name, text in texts.items():
        file = folder / name
        if not file.exists():
            file.write_text(text, encoding="utf-8")
            written.append(file)
    return written


def write_money(country_folder: Path | str) -> list[Path]:
    """Write empty workbooks for the money that only the country knows, and a table of its needs.

    Files that are there stay.

    Returns
    -------
    list of Path
        The files that were written, in ``finance/``.
    """
    from sohandbook import activity_workbook
    from sohandbook.activities import LAYOUT

    folder = Path(country_folder) / "finance"
    folder.mkdir(parents=True, exist_ok=True)
    needs = folder / f"{NEEDS}.csv"
    written = [
        file
        for file in (*(folder / f"{indicator}.xlsx" for indicator in MONEY), needs)
        if not file.exists()
    ]
    for file in written:
        if file == needs:
            file.write_text(template(NEEDS).to_csv(index=False, lineterminator="\n"), "utf-8")
        else:
            empty = pd.DataFrame(columns=forms.table(LAYOUT).names)
            activity_workbook.write(file, {file.stem: empty})
    return written


def guide() -> str:
    """Return a page that says what goes into each column of each form."""
    lines = [
        "# Forms that people fill in\n\n",
        "Open the CSV files in a spreadsheet and save them as CSV UTF-8. ",
        "Keep the first line as it is. Separate several values in one cell by `;`. ",
        "A file without rows is left out of the report.\n",
        "\nTables for the affected area alone have `AA.` before their name, such as ",
        f"`{forms.MIRROR}SO2-1.T1.csv`, and the columns of the national table. ",
        "Where `country.yml` names the polygons, those that are maps are computed; ",
        "write the others here. Rows without figures may be left out.\n",
    ]
    for table_id in WRITTEN:
        definition = forms.table(table_id)
        lines.append(f"\n## {table_id}: {definition.title}\n\n")
        lines += [f"- `{c.name}`: {national_cells.allowed(c)}\n" for c in definition.columns]
    return "".join(lines)
