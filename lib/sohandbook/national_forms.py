"""What only people can say: targets, actions, plans, drivers, examples, narratives.

They stand in the country's folder, in ``forms/<table id>.csv`` with exactly the columns of
``data/prais_forms.yml``, and in ``forms/narrative.yml``. Computing never writes there, so
nothing that a person typed is lost. Each cell is checked here before it is used.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd
import yaml

from sohandbook import forms, national_cells, national_files
from sohandbook.errors import InputError

FOLDER = "forms"
NARRATIVE = "narrative.yml"
ASKS = "To be confirmed."  # stands in a proposal until a person has said something
SECTIONS = ("general", "CP", "SO1", "SO2", "SO3", "SO4", "SO5")
FRAMEWORK = tuple(f"SO{number}-IF" for number in range(1, 6))
TARGETS, ACTIONS = "SO1-VT.T1", "SO1.IA.T1"
# The tables that people write as a whole, in the order of the forms.
WRITTEN = (
    TARGETS,
    ACTIONS,
    "SO2-VT",
    "SO3-VT",
    "SO4-VT",
    *FRAMEWORK,
    "AI",
    "AA",
    *(f"SO5-{number}.EXAMPLES" for number in range(1, 5)),
)
# Columns of computed tables that people complete: the rest of such a table is not theirs.
_PEOPLES = ("text", "dropdown")


# Tables for the affected area alone that the handbook makes from maps; people write the others.
MIRRORED_FROM_MAPS = tuple(
    forms.MIRROR + table_id
    for table_id in (
        "CP-1.T1", "CP-1.T2",
        "SO1-1.T1", "SO1-1.T2", "SO1-1.T3", "SO1-1.T4", "SO1-1.T5", "SO1-1.T6", "SO1-1.T7",
        "SO1-2.T1", "SO1-2.T2", "SO1-2.T3", "SO1-3.T1", "SO1-3.T2", "SO1-4.T1", "SO1-4.T2",
        "SO2-3.T1", "SO3-1.T1", "SO3-1.T2", "SO3-2.T1", "SO3-2.T2", "SO3-2.T3",
    )
)  # fmt: skip


def completable() -> tuple[str, ...]:
    """Return the ids of computed tables to which people add drivers, words and comments."""
    return tuple(
        name
        for name in (*forms.ids(), *MIRRORED_FROM_MAPS)
        if name not in WRITTEN
        and any(column == "comments" or "drivers" in column for column in forms.table(name).names)
    )


def template(table_id: str) -> pd.DataFrame:
    """Return an empty table to be filled in; the framework's forms have a row a section."""
    definition = forms.table(table_id)
    if table_id not in FRAMEWORK:
        return pd.DataFrame(columns=definition.names, dtype=str)
    sections = list(definition.column("section").options)
    return pd.DataFrame({"section": sections}).reindex(columns=definition.names, fill_value="")


def read(file: Path, table_id: str, *, whole: bool = False) -> pd.DataFrame:
    """Read and check one table that people wrote.

    Parameters
    ----------
    file : path
        CSV in UTF-8, with ``,`` or ``;`` between the columns. Several values in a cell are
        separated by ``;``.
    table_id : str
    whole : bool
        True for a table of the affected area that people wrote as a whole. Its rows may be
        fewer than the form's; the others come back empty.

    Returns
    -------
    DataFrame
        As :func:`sohandbook.forms.validate` returns it, without rows that nobody filled in.
        An empty area is that of the row's polygon.

    Raises
    ------
    InputError
        Names the file, the line, the column, the value found and what is allowed.
    """
    definition = forms.table(table_id)
    rows, lines = national_files.rows(file, definition)
    written = [
        number
        for number, row in enumerate(rows)
        if any(text for name, text in row.items() if table_id not in FRAMEWORK or name != "section")
    ]
    checked = []
    for number in written:
        where = f"{file}, line {lines[number]}"
        checked.append(
            {
                column.name: national_cells.check(
                    rows[number][column.name],
                    column,
                    where=f"{where}, column {column.name}",
                    folder=file.parent,
                )
                for column in definition.columns
            }
        )
        national_cells.check_row(checked[-1], table_id, where=where, folder=file.parent)
    frame = pd.DataFrame(checked, columns=definition.names)
    if whole:
        return forms.validate(table_id, national_files.all_rows(frame, definition, file))
    return frame if table_id in completable() else forms.validate(table_id, frame)


def read_all(
    country_folder: Path | str, *, computed: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """Read every table that people wrote as a whole; empty ones and missing ones are left out.

    Parameters
    ----------
    country_folder : path
    computed : collection of str
        Tables of the affected area that the handbook makes from maps in this country; of these
        people write only drivers and comments.

    Raises
    ------
    InputError
        A file of the folder is no form, a cell is wrong, or an action names no target.
    """
    folder = Path(country_folder) / FOLDER
    affected = [table_id for table_id in forms.mirror_ids() if table_id not in computed]
    allowed = (*WRITTEN, *completable(), *affected)
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in allowed:
            raise InputError(
                str(file),
                found=file.stem,
                allowed=allowed,
                remedy="Give the file the name of a table, or move it out of this folder.",
            )
    found = {}
    for table_id in WRITTEN:
        file = folder / f"{table_id}.csv"
        if file.is_file() and len(frame := read(file, table_id)):
            found[table_id] = frame
    for table_id in affected:
        file = folder / f"{table_id}.csv"
        if file.is_file() and len(frame := read(file, table_id, whole=True)):
            found[table_id] = frame
    _check_links(found, folder)
    return found


def _check_links(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Check that each action names targets that there are."""
    targets = set(tables[TARGETS]["target"]) if TARGETS in tables else set()
    for links in tables[ACTIONS]["linked_targets"] if ACTIONS in tables else ():
        for target in national_cells.several(links):
            if target not in targets:
                raise InputError(
                    f"{folder / ACTIONS}.csv, column linked_targets",
                    found=target,
                    allowed=sorted(targets) or "nothing: there is no target",
                    remedy="Copy the target's words from the table of targets.",
                )


def completed(table_id: str, frame: pd.DataFrame, *, country_folder: Path | str) -> pd.DataFrame:
    """Add to a computed table what people wrote for it: drivers, words, comments.

    A person's word replaces the proposal; a person's comment stands before the computed one.
    Numbers are not touched. Rows are matched by the column that names them.

    Raises
    ------
    InputError
        A row of the person's file is not in the table.
    """
    file = Path(country_folder) / FOLDER / f"{table_id}.csv"
    if table_id not in completable() or not file.is_file():
        return frame
    definition = forms.table(table_id)
    theirs = read(file, table_id)
    names = [c.name for c in definition.columns if c.entry in _PEOPLES]
    result = frame.copy()
    result[[name for name in names if name not in result]] = ""
    key = definition.key or (definition.names[0] if len(frame) > 1 else "")
    known = result[key].astype(str).tolist() if key else [""]
    for record in theirs.to_dict("records"):
        name = str(record[key]) if key else ""
        if name not in known:
            raise InputError(
                f"{file}, column {key}",
                found=name,
                allowed=known,
                remedy="Name a row of the computed table.",
            )
        row = result.index[known.index(name)]
        for column in names:
            words = record[column]
            if column == key or not words or pd.isna(words) or words == result.at[row, column]:
                continue
            if column == "comments":
                proposal = str(result.at[row, column] or "").replace(ASKS, "")
                words = " ".join(f"{words} {proposal}".split())
            result[column] = result[column].astype(object)
            result.at[row, column] = words
    return result[[name for name in definition.names if name in result]]


def read_narrative(country_folder: Path | str) -> dict[str, str]:
    """Read ``forms/narrative.yml``: a text for the report as a whole and for each part.

    Returns
    -------
    dict of str to str
        Section to text; sections without a text are left out.
    """
    file = Path(country_folder) / FOLDER / NARRATIVE
    if not file.is_file():
        return {}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise InputError(
            str(file),
            found=str(error).replace("\n", " "),
            allowed="YAML",
            remedy="Mend the line it names; indent the text below its section by two blanks.",
        ) from error
    if not isinstance(content, dict):
        raise InputError(str(file), found=content, allowed=SECTIONS, remedy="Name the sections.")
    for section, text in content.items():
        if section not in SECTIONS or not isinstance(text, str | None):
            raise InputError(
                f"{file}, {section}",
                found=text if section in SECTIONS else section,
                allowed="a text" if section in SECTIONS else SECTIONS,
                remedy="Write 'SO1: |' and below it the text, indented by two blanks.",
            )
    return {section: text.strip() for section, text in content.items() if text and text.strip()}
