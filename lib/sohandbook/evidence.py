"""What the checks of a report look at: its tables, its country, and single figures in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sohandbook import forms
from sohandbook.form_definitions import Column

# Sums of float64 areas and shares printed in full agree far better than this.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Finding:
    """What one check found at one place.

    Attributes
    ----------
    where : str
        The table, and the column or row.
    passed : bool or None
        None if the check could not be made.
    detail : str
        The numbers compared, or why the check could not be made.
    """

    where: str
    passed: bool | None
    detail: str


@dataclass(frozen=True)
class Evidence:
    """The tables of a report and what is needed to judge them.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        As read by :func:`sohandbook.forms.read`.
    country : Country, optional
        Gives the periods and the datasets; the manual's periods without one.
    computed : mapping of str to DataFrame, optional
        The tables as the chapters computed them, to find those that were edited since.
    """

    tables: Mapping[str, pd.DataFrame]
    country: Any = None
    computed: Mapping[str, pd.DataFrame] | None = None

    def has(self, *table_ids: str) -> bool:
        """Tell whether all these tables are there."""
        return all(table_id in self.tables for table_id in table_ids)

    def period(self, name: str) -> tuple[int, int]:
        """Return the first and last year of ``baseline``, ``report_1`` or ``report_2``."""
        if self.country is not None:
            return getattr(self.country.periods, name)
        period = forms.catalogue()["periods"][name]
        return period["from"].year, period["to"].year

    def figure(self, table_id: str, column: str, year: int) -> float:
        """Return one figure of a table with a row a year; NaN if it is not there."""
        if not self.has(table_id):
            return np.nan
        frame = self.tables[table_id]
        row = frame.loc[frame["year"] == year, column]
        return float(row.iloc[0]) if len(row) else np.nan

    def shares(self, table_id: str) -> Iterator[tuple[Column, pd.Series, pd.Series]]:
        """Return each share of a table with what it should be: 100 times part by whole."""
        definition = forms.table(table_id)
        frame = self.tables[table_id]
        for column in definition.columns:
            if column.part and column.whole and column.name in frame.columns:
                other, name = column.whole.rsplit(".", 1)
                years = self._years(column, frame, definition.key)
                whole = [column.whole_factor * self.figure(other, name, year) for year in years]
                yield column, frame[column.name], 100 * frame[column.part] / np.array(whole)

    def _years(self, column: Column, frame: pd.DataFrame, key: str) -> list[int]:
        """Return the year that each row of a share is about."""
        if column.year_of:
            name = {"baseline": "baseline", "reporting": "report_2"}[column.year_of]
            return [self.period(name)[1]] * len(frame)
        return [year_in(value) for value in frame[key]]


def year_in(value: Any) -> int:
    """Return the year that a row key names: ``2019``, ``"2019"`` or ``"baseline (2015)"``."""
    found = re.search(r"\d{4}", str(value))
    return int(found.group()) if found else 0


def equal(where: str, found: Any, expected: Any, *, scale: float = 0.0) -> Finding:
    """Compare numbers, where both are known, within the tolerance.

    Parameters
    ----------
    where : str
    found, expected : number or array
    scale : float
        The size of the whole, against which a difference of small parts is measured.
    """
    found, expected = np.broadcast_arrays(np.asarray(found, float), np.asarray(expected, float))
    known = np.isfinite(found) & np.isfinite(expected)
    if not known.any():
        return Finding(where, None, "not checked: no row has both numbers")
    gap = np.abs(found - expected)[known]
    allowed = TOLERANCE * np.maximum(scale, np.maximum(np.abs(found), np.abs(expected)))[known]
    worst = int(np.argmax(gap - allowed))
    passed = bool((gap <= allowed).all())
    numbers = f"{found[known][worst]:.10g} against {expected[known][worst]:.10g}"
    return Finding(where, passed, f"{known.sum()} compared" if passed else numbers)


def not_above(where: str, found: Any, limit: Any) -> Finding:
    """Compare numbers with a limit, where both are known."""
    found, limit = np.broadcast_arrays(np.asarray(found, float), np.asarray(limit, float))
    known = np.isfinite(found) & np.isfinite(limit)
    if not known.any():
        return Finding(where, None, "not checked: no row has both numbers")
    above = (found - limit * (1 + TOLERANCE))[known]
    worst = int(np.argmax(above))
    passed = bool(above[worst] <= 0)
    numbers = f"{found[known][worst]:.10g} above {limit[known][worst]:.10g}"
    return Finding(where, passed, f"{known.sum()} compared" if passed else numbers)
