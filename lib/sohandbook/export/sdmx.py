"""The SDG series of a report as SDMX-CSV, in the global SDG data structure.

Only codes of ``data/sdmx_codes.yml`` are written; :func:`check` compares every cell with them,
because no registry can be asked without a network.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
import yaml

from sohandbook import paths
from sohandbook.errors import InputError
from sohandbook.evidence import year_in
from sohandbook.export.results import Results

TOTAL = "_T"
_TWO_BOUNDS = re.compile(r"(\d+(?:\.\d+)?) to (\d+(?:\.\d+)?)")


@cache
def codes() -> dict[str, Any]:
    """Return the frozen part of the data structure."""
    return yaml.safe_load((paths.data() / "sdmx_codes.yml").read_text(encoding="utf-8"))


def observations(results: Results) -> pd.DataFrame:
    """Return the SDG series of a report, one row an observation.

    Returns
    -------
    DataFrame of str
        The dimensions in the structure's order, ``OBS_VALUE``, then the attributes. Empty
        if the report has no SDG series, or the country no M49 code (``m49`` in ``country.yml``).
    """
    structure = codes()
    columns = [*structure["dimensions"], "OBS_VALUE", *structure["attributes"]]
    rows: list[dict[str, str]] = []
    if results.country.m49 is not None:
        for entry in structure["series"]:
            if entry["table"] in results.tables:
                rows += _rows(entry, results)
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _rows(entry: Mapping[str, Any], results: Results) -> list[dict[str, str]]:
    frame = results.tables[entry["table"]]
    comments = (*results.warnings, results.caveat(entry["table"], exports=["sdmx"]))
    own = {
        "FREQ": "A",
        "REPORTING_TYPE": "N",
        "SERIES": entry["series"],
        "REF_AREA": str(results.country.m49),
        "URBANISATION": entry.get("URBANISATION", TOTAL),
        "OBS_STATUS": "A",
        "UNIT_MULT": "0",
        "UNIT_MEASURE": entry["unit"],
        "NATURE": _nature(entry, results),
        "SOURCE_DETAIL": f"UNCCD report, table {entry['table']}",
        "COMMENT_OBS": ". ".join(filter(None, comments)),
    }
    totals = dict.fromkeys(codes()["dimensions"], TOTAL)
    key = frame.columns[0]
    return [
        {
            **totals,
            **own,
            "TIME_PERIOD": str(year_in(row[key])),
            "OBS_VALUE": _number(row[entry["column"]]),
            **_bounds(entry, row),
        }
        for row in frame.to_dict("records")
        if not pd.isna(row[entry["column"]])
    ]


def _nature(entry: Mapping[str, Any], results: Results) -> str:
    """Return C for what the country computed, G for what it takes from the SDG database."""
    if "setting" in entry:
        chapter, name = entry["setting"].split(".")
        if results.parameters.get(chapter, {}).get(name) == entry["computed"]:
            return "C"
    return str(entry["nature"])


def _bounds(entry: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
    """Return both bounds, from two columns or from one that reads ``0.9 to 0.924``."""
    if "bounds" in entry:
        both = _TWO_BOUNDS.fullmatch(str(row[entry["bounds"]]))
        lower, upper = map(float, both.groups()) if both else (np.nan, np.nan)
    else:
        lower, upper = (
            row[entry[side]] if side in entry else np.nan for side in ("lower", "upper")
        )
    return {"LOWER_BOUND": _number(lower), "UPPER_BOUND": _number(upper)}


def _number(value: Any) -> str:
    return "" if pd.isna(value) else repr(float(value))


def check(frame: pd.DataFrame) -> None:
    """Compare observations with the frozen codes.

    Raises
    ------
    InputError
        Names the first cell that is not allowed, or the first key that occurs twice.
    """
    structure = codes()
    columns = [*structure["dimensions"], "OBS_VALUE", *structure["attributes"]]
    if list(frame.columns) != columns:
        raise InputError(
            "SDMX columns", found=list(frame.columns), allowed=columns, remedy="Keep this order."
        )
    for name, rule in {**structure["dimensions"], **structure["attributes"]}.items():
        for value in frame[name].unique():
            if "codes" in rule and value not in rule["codes"]:
                raise InputError(
                    f"SDMX, {name}", found=value, allowed=rule["codes"], remedy="Use a code."
                )
            if "pattern" in rule and not re.fullmatch(rule["pattern"], value):
                raise InputError(
                    f"SDMX, {name}", found=value, allowed=rule["pattern"], remedy="Mend the code."
                )
    for name in ("OBS_VALUE", "LOWER_BOUND", "UPPER_BOUND"):
        values = frame[name] if name == "OBS_VALUE" else frame.loc[frame[name] != "", name]
        numbers = pd.to_numeric(values, errors="coerce")
        if not np.isfinite(numbers).all():
            raise InputError(
                f"SDMX, {name}", found=values[~np.isfinite(numbers)].iloc[0],
                allowed="a number", remedy="Leave out what is not known.",
            )  # fmt: skip
    twice = frame[frame.duplicated(list(structure["dimensions"]))]
    if len(twice):
        raise InputError(
            "SDMX, key of an observation",
            found=".".join(twice.iloc[0][list(structure["dimensions"])]),
            allowed="each key once",
            remedy="Remove the second row of this year from the table.",
        )


def to_csv(frame: pd.DataFrame, *, version: Literal["1.0", "2.0"]) -> str:
    """Return checked observations as SDMX-CSV.

    Parameters
    ----------
    frame : DataFrame
        As :func:`observations` returns it.
    version : {"1.0", "2.0"}
        1.0 begins with the column ``DATAFLOW``; 2.0 with ``STRUCTURE``, ``STRUCTURE_ID`` and
        ``ACTION`` (I: append or replace).
    """
    check(frame)
    flow = codes()["dataflow"]
    name = f"{flow['agency']}:{flow['id']}({flow['version']})"
    if version == "1.0":
        leading = {"DATAFLOW": name}
    else:
        leading = {"STRUCTURE": "dataflow", "STRUCTURE_ID": name, "ACTION": "I"}
    return pd.concat([pd.DataFrame(leading, index=frame.index), frame], axis="columns").to_csv(
        index=False, lineterminator="\r\n"
    )
