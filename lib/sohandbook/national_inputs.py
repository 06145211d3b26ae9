"""What a national team writes by hand: its legend and its transition matrices.

Both are small CSV files in the country's folder, so that an officer can edit
them in a spreadsheet. Each is checked here, line by line, before it is used.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from sohandbook import classes
from sohandbook.errors import InputError

SIGNS = {"-": -1, "0": 0, "+": 1}
MAXIMUM_CLASSES = 15


def read_csv(file: Path, *, columns: list[str]) -> pd.DataFrame:
    """Read a hand-made CSV file as text and check that its columns are there."""
    if not file.is_file():
        raise InputError(
            str(file),
            found="no such file",
            allowed="a CSV file in the country's folder",
            remedy="Put it there, or mend its name in country.yml.",
        )
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, comment="#", encoding="utf-8-sig")
    frame.columns = [str(name).strip() for name in frame.columns]
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError(
            f"{file}, line 1",
            found=", ".join(frame.columns),
            allowed=columns,
            remedy=f"Add the column {missing[0]!r}.",
        )
    return frame.map(str.strip)


def read_legend(file: Path) -> classes.Legend:
    """Read a national land cover legend.

    The file has the columns ``code``, ``name`` and ``unccd`` (1 to 7), one
    line a class, at most 15 classes (reporting manual, SO1-1 table T2).

    Raises
    ------
    InputError
        Names the line, the value found and the values allowed.
    """
    frame = read_csv(file, columns=["code", "name", "unccd"])
    allowed = classes.system("land_cover").codes
    labels: dict[int, str] = {}
    unccd: dict[int, int] = {}
    for number, row in enumerate(frame.itertuples(index=False), start=2):
        where = f"{file}, line {number}"
        if not row.code.isdigit() or not 1 <= int(row.code) <= 254:
            raise InputError(
                f"{where}, code", found=row.code, allowed="1 to 254", remedy="Mend the code."
            )
        if int(row.code) in labels:
            raise InputError(
                f"{where}, code", found=row.code, allowed="each code once", remedy="Remove one."
            )
        if not row.unccd.isdigit() or int(row.unccd) not in allowed:
            raise InputError(
                f"{where}, unccd", found=row.unccd, allowed=allowed, remedy="Choose one class."
            )
        if not row.name or row.name in labels.values():
            raise InputError(
                f"{where}, name",
                found=row.name,
                allowed="a name that no other class has",
                remedy="Name the class.",
            )
        labels[int(row.code)], unccd[int(row.code)] = row.name, int(row.unccd)
    if not 1 <= len(labels) <= MAXIMUM_CLASSES:
        raise InputError(
            str(file),
            found=f"{len(labels)} classes",
            allowed=f"1 to {MAXIMUM_CLASSES} classes",
            remedy="Join classes that change in the same way.",
        )
    return classes.Legend(
        name=file.stem, title=file.stem, source=str(file.name), nodata=0, labels=labels, unccd=unccd
    )


def read_matrix(file: Path, *, codes: list[int] | None = None) -> np.ndarray:
    """Read a transition matrix: what each change of land cover means.

    The first column holds the class at the start, the header the classes at
    the end; each cell is ``-`` (degradation), ``0`` (stable) or ``+``
    (improvement). Classes are given by their codes.

    Parameters
    ----------
    file : path
    codes : list of int, optional
        The classes of the legend, by default 1 to 7.

    Returns
    -------
    numpy.ndarray of int8, shape (n, n)
        In the order of ``codes``; -1, 0 or 1.

    Raises
    ------
    InputError
        Names the line and column, the value found and the values allowed.
    """
    codes = codes or list(classes.system("land_cover").codes)
    names = [str(code) for code in codes]
    frame = read_csv(file, columns=["from", *names])
    if sorted(frame["from"]) != sorted(names):
        raise InputError(
            f"{file}, column from",
            found=", ".join(frame["from"]),
            allowed=names,
            remedy="Give each class of the legend one line.",
        )
    frame = frame.set_index("from").loc[names, names]
    for start in names:
        for end in names:
            if frame.loc[start, end] not in SIGNS:
                raise InputError(
                    f"{file}, from {start} to {end}",
                    found=frame.loc[start, end],
                    allowed=SIGNS,
                    remedy="Write -, 0 or +.",
                )
    return frame.replace(SIGNS).to_numpy(dtype=np.int8)
