"""Statistical series of the United Nations and the World Bank, as one tidy table."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sohandbook.errors import InputError
from sohandbook.sources.files import Request

# Codes of older releases and what the same series is called now.
RENAMED = {
    "ER_RSK_LSTI": "ER_RSK_LST",
    "ER_PTD_TERRS": "ER_PTD_TERR",
    "ER_PTD_FRWRT": "ER_PTD_FRHWTR",
    "ER_PTD_MOTN": "ER_PTD_MTN",
}

COLUMNS = (
    "series",
    "area_code",
    "area_name",
    "year",
    "value",
    "value_text",
    "lower",
    "upper",
    "location",
    "sex",
    "age",
    "nature",
    "unit",
    "source",
    "footnote",
)

# How each layout names our columns; names are compared in lower case.
NAMES = {
    "series": ("series", "seriescode"),
    "area_code": ("geoareacode", "geo_area"),
    "area_name": ("geoareaname",),
    "year": ("timeperiodstart", "year", "timeperiod"),
    "value_text": ("value",),
    "lower": ("lowerbound",),
    "upper": ("upperbound",),
    "location": ("dimensions.location", "location", "locationcode", "locationdesc"),
    "sex": ("dimensions.sex", "sex", "sexcode"),
    "age": ("dimensions.age", "age", "agecode"),
    "nature": ("attributes.nature", "nature"),
    "unit": ("attributes.units", "units", "unitscode"),
    "source": ("source", "sources"),
    "footnote": ("footnotes", "footnote"),
}
TOTALS = {"location": "ALLAREA", "sex": "BOTHSEX", "age": "ALLAGE"}
# Releases and layouts write these by their code or by its name.
LONG_NAMES = {
    "location": {"R": "RURAL", "U": "URBAN"},
    "sex": {"F": "FEMALE", "M": "MALE"},
    "age": {},
}


def sdg_series_api(request: Request) -> pd.DataFrame:
    """Answers of the UN SDG API (v5), as saved: JSON files, one page or a list of pages.

    Returns
    -------
    DataFrame
        Columns ``series`` (today's code), ``area_code`` (M49 as a number), ``area_name``,
        ``year``, ``value`` (NaN without a number; of "<5" and ">95" the bound), ``value_text``
        (as printed), ``lower``, ``upper``, ``location``, ``sex``, ``age``, ``nature``,
        ``unit``, ``source``, ``footnote``.
    """
    pages = _collect(request, _from_json)
    for code, rows in pages.groupby("series"):
        if len(rows) < rows["expected"].max():
            raise InputError(
                f"{request.where}, series {code}",
                found=f"{len(rows)} rows",
                allowed=f"all {rows['expected'].max()} rows of the answer",
                remedy="A page is missing: fetch the series again.",
            )
    return pages.drop(columns="expected")


def sdg_series_csv(request: Request) -> pd.DataFrame:
    """The same series as CSV: long with a column named after the series, or wide by year.

    Columns as :func:`sdg_series_api` gives them. Long form: ``geo_area, ..., year,
    <series>``. Wide form, tab-separated: ``seriesCode ... value_2000 value_2001 ...``.
    """
    return _collect(request, _from_csv)


def world_bank_series(request: Request) -> pd.DataFrame:
    """World Bank series: an API answer in JSON, or CSV with Country Code, Year and Value.

    Returns
    -------
    DataFrame with the columns ``series``, ``iso3``, ``year``, ``value``
    """
    request.only_options("series")
    frames = []
    for _, path in request.files():
        if path.suffix == ".json":
            answer = _json(path)
            if not isinstance(answer, list) or len(answer) != 2:
                raise _not_a_table(path, answer, "a list of page facts and rows")
            if not answer[1]:
                continue  # a country without surveys
            frame = pd.json_normalize(answer[1])
            frame = frame.rename(columns={"indicator.id": "series", "countryiso3code": "iso3"})
            frame = frame.rename(columns={"date": "year"})
        else:
            frame = pd.read_csv(path)
            frame = frame.rename(columns={"Country Code": "iso3", "Year": "year", "Value": "value"})
            frame["series"] = request.option("series", "SI.POV.GINI")
        _require(frame, ("series", "iso3", "year", "value"), path)
        frames.append(frame[["series", "iso3", "year", "value"]])
    frames.append(pd.DataFrame(columns=["series", "iso3", "year", "value"]))
    table = pd.concat(frames, ignore_index=True)
    table = table[(table["iso3"] == request.iso3) & table["value"].notna()]
    table = table.astype({"year": int, "value": float})
    return _years(table.sort_values(["series", "year"], ignore_index=True), request)


def _collect(request: Request, read: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    request.only_options("m49")
    table = pd.concat([read(path) for _, path in request.files()], ignore_index=True)
    m49 = request.option("m49", request.m49)
    if m49 is not None:
        table = table[table["area_code"] == int(m49)]
    if table["area_code"].nunique() > 1:
        raise InputError(
            f"{request.where}, m49",
            found=f"{table['area_code'].nunique()} countries in the files",
            allowed="one country, or the country's M49 code",
            remedy="Give 'm49' in country.yml.",
        )
    return _years(table.sort_values(["series", "year"], ignore_index=True), request)


def _years(table: pd.DataFrame, request: Request) -> pd.DataFrame:
    first, last = request.dataset.years or (0, 9999)
    return table[table["year"].between(first, last)].reset_index(drop=True)


def _from_json(path: Path) -> pd.DataFrame:
    answer = _json(path)
    pages = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(page, dict) and "data" in page for page in pages):
        raise _not_a_table(path, answer, "API pages with 'data'")
    rows = [row for page in pages for row in page["data"]]
    table = _tidy(pd.json_normalize(rows), path)
    # Every page says how many rows the whole answer has; its pages may be files of their own.
    table["expected"] = max((page.get("totalElements", 0) for page in pages), default=0)
    return table


def _from_csv(path: Path) -> pd.DataFrame:
    head = path.read_text(encoding="utf-8-sig").partition("\n")[0]
    frame = pd.read_csv(path, sep="\t" if "\t" in head else ",", dtype=str)
    years = [name for name in frame.columns if re.fullmatch(r"value_\d{4}", name)]
    if years:
        facts = [name for name in frame.columns if not name.startswith("value_")]
        facts = [name for name in facts if name != "latest_year"]
        frame = frame.melt(facts, years, var_name="year", value_name="value").dropna(subset="value")
        frame["year"] = frame["year"].str.removeprefix("value_")
    elif frame.columns[-1].lower() not in ("value", "year"):
        frame["series"] = frame.columns[-1].upper()
        frame = frame.rename(columns={frame.columns[-2]: "value"})
    return _tidy(frame, path)


def _tidy(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    by_name = {name.lower(): name for name in frame.columns}
    table = pd.DataFrame(index=frame.index)
    for column, names in NAMES.items():
        name = next((by_name[name] for name in names if name in by_name), None)
        table[column] = frame[name] if name else TOTALS.get(column)
    if frame.empty:
        return table.assign(value=pd.Series(dtype=float))[list(COLUMNS)]
    _require(table.dropna(axis=1, how="all"), ("series", "area_code", "year", "value_text"), path)
    table["series"] = table["series"].replace(RENAMED)
    # The API lists footnotes; rows are compared and printed as text.
    table["footnote"] = table["footnote"].map(
        lambda notes: (
            "; ".join(note for note in notes if note) if isinstance(notes, list) else notes
        )
    )
    table["area_code"] = table["area_code"].astype(int)
    table["year"] = table["year"].astype(float).astype(int)
    printed = table["value_text"].astype("string").str.strip()
    table["value_text"] = printed
    # "<5" and ">95" are how the database prints shares near 0 and 100.
    table["value"] = pd.to_numeric(printed.str.lstrip("<>"), errors="coerce").astype(float)
    for column in ("lower", "upper"):
        table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
    for column, total in TOTALS.items():
        names = {"_T": total, "T": total, **LONG_NAMES[column]}
        table[column] = table[column].fillna(total).str.upper().replace(names)
    return table[list(COLUMNS)]


def _require(frame: pd.DataFrame, columns: tuple[str, ...], path: Path) -> None:
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InputError(
            f"{path}, columns",
            found=list(frame.columns),
            allowed=columns,
            remedy=f"The file lacks {', '.join(missing)}; fetch it again.",
        )


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise _not_a_table(path, str(error), "JSON") from error


def _not_a_table(path: Path, found: object, allowed: str) -> InputError:
    return InputError(
        str(path),
        found=str(found)[:120],
        allowed=allowed,
        remedy="The server may have answered with a message; fetch the file again.",
    )
