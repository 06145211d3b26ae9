"""The two report files of Trends.Earth that the reporting platform imports.

Their structure is in ``data/schemas``; what a schema cannot say (a legend lists each code once,
a matrix each transition once) is in :func:`check_legends`. Areas are in square kilometres.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from sohandbook import classes as class_systems
from sohandbook import grid
from sohandbook.errors import InputError
from sohandbook.export.results import Results
from sohandbook.indicators import drought_hazard
from sohandbook.indicators.drought_hazard import DROUGHT_CLASSES

UNIT = "sq km"
SEXES = {
    "Total population": ("SO3-2.T1", "population_total"),
    "Female population": ("SO3-2.T2", "population_female"),
    "Male population": ("SO3-2.T3", "population_male"),
}


def metadata(results: Results, *tables: str, text: str) -> dict[str, Any]:
    """Return the head of a report file.

    The schema has no place for notes, so the title carries the warnings and the rules that
    are not verified.
    """
    country = results.country
    boundary = grid.split_at_180(gpd.read_file(country.folder / country.boundary.file))
    date = results.finished.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    first, last = results.period
    title = results.title(f"{text} {first} to {last}")
    return {
        "title": " | ".join(filter(None, (title, results.caveat(*tables)))),
        "date": date,
        "trends_earth_version": {
            "version": f"sohandbook {results.version}",
            "release_date": date,
            "revision": results.commit or None,
        },
        "area_of_interest": {
            "name": country.name,
            "geojson": boundary[["geometry"]].to_geo_dict(),
            "crs_wkt": CRS.from_epsg(4326).to_wkt(),
        },
        "affected_areas_only": False,
    }


def area_list(name: str, areas: Mapping[str, float]) -> dict[str, Any]:
    """Return areas as the report files hold them."""
    listed = [{"name": key, "area": float(value)} for key, value in areas.items()]
    return {"name": name, "unit": UNIT, "areas": listed}


def population_list(name: str, people: Mapping[str, float], *, kind: str) -> dict[str, Any]:
    """Return people as the report files hold them: whole persons."""
    return {
        "name": name,
        "values": [
            {"name": key, "population": round(value), "type": kind} for key, value in people.items()
        ],
    }


def entry(start: str, end: str, value: float) -> dict[str, Any]:
    """Return one cell of a cross table."""
    return {"initial_label": start, "final_label": end, "value": float(value)}


def cross_table(name: str, years: tuple[int, int], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a table of start against end as the report files hold it."""
    return {
        "name": name,
        "unit": UNIT,
        "initial_year": years[0],
        "final_year": years[1],
        "values": entries,
    }


def drought(results: Results) -> dict[str, Any]:
    """Return the drought summary: land, people, vulnerability, by year.

    Made from the tables SO3-1.T1, SO3-2.T1 to T3 and SO3-3.T1, so that it says the same.
    Land without an index, and people where nobody knows the class, are ``No data``.
    """
    tables = [name for name in ("SO3-1.T1", "SO3-2.T1", "SO3-3.T1") if name in results.tables]
    return {
        "metadata": metadata(results, *tables, text="drought"),
        "drought": {
            "tier_one": _drought_areas(results),
            "tier_two": _drought_people(results),
            "tier_three": _vulnerability(results),
        },
    }


def _drought_names() -> dict[str, str]:
    system = class_systems.system("drought")
    return {key: system.label(system.code(key)) for key in DROUGHT_CLASSES}


def _drought_areas(results: Results) -> dict[str, Any]:
    if "SO3-1.T1" not in results.tables or "CP-1.T1" not in results.tables:
        return {}
    frame = results.tables["SO3-1.T1"]
    profile = results.tables["CP-1.T1"].set_index("year")["total_land_area"].to_dict()
    land = drought_hazard.share_table(frame.assign(no_data=0.0), land_area_km2=profile)["land_area"]
    known = frame[[*DROUGHT_CLASSES, "non_drought"]]
    # The sum of known areas may exceed the land by the rounding of its last digit.
    unknown = (land - known.sum(axis=1)).where(lambda gap: gap > 1e-9 * land, 0.0)
    names = {**_drought_names(), "non_drought": "Non-drought"}
    return {
        str(row["year"]): area_list(
            "Area by drought class",
            {name: row[key] for key, name in names.items()} | {"No data": unknown[index]},
        )
        for index, row in zip(frame.index, frame.to_dict("records"), strict=True)
        if not pd.isna(row["non_drought"])
    }


def _drought_people(results: Results) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "CP-1.T2" not in results.tables:
        return found
    everybody = results.tables["CP-1.T2"].set_index("year")
    for kind, (table_id, column) in SEXES.items():
        if table_id not in results.tables:
            continue
        for row in results.tables[table_id].dropna(subset="exposed_percent").to_dict("records"):
            whole = 1000 * float(everybody.loc[row["year"], column])
            people = {
                name: whole * row[f"{key}_percent"] / 100 for key, name in _drought_names().items()
            }
            # The tables do not tell people without drought from people without an index.
            people["Non-drought or no data"] = max(whole - sum(people.values()), 0.0)
            lists = found.setdefault(str(row["year"]), {})
            lists[kind] = population_list("Population by drought class", people, kind=kind)
    return found


def _vulnerability(results: Results) -> dict[str, Any]:
    if "SO3-3.T1" not in results.tables:
        return {}
    rows = results.tables["SO3-3.T1"].dropna(subset="dvi_total").to_dict("records")
    return {
        str(row["year"]): {"name": "Drought Vulnerability Index", "value": float(row["dvi_total"])}
        for row in rows
    }


def check_legends(nesting: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """Check the rules on legends and matrix that a schema cannot express.

    Parameters
    ----------
    nesting : mapping
        ``legend_nesting`` of a land cover report.
    definition : mapping
        Its ``transition_matrix``.

    Raises
    ------
    InputError
        If a code occurs twice or not at all, or a transition is missing or given twice.
    """
    parents = _codes(nesting["parent"], "parent")
    children = _codes(nesting["child"], "child")
    nested = {int(parent): members for parent, members in nesting["nesting"].items()}
    _same("nesting, parents", list(nested), parents)
    _same("nesting, children", [code for codes in nested.values() for code in codes], children)
    known = [each["code"] for each in definition["legend"]["key"]]
    _same("transition matrix, legend", known, set(known))
    given = [
        (each["initial"]["code"], each["final"]["code"])
        for each in definition["definitions"]["transitions"]
    ]
    _same("transition matrix", given, {(start, end) for start in known for end in known})


def _codes(legend: Mapping[str, Any], name: str) -> set[int]:
    listed = [each["code"] for each in legend["key"]]
    if legend["nodata"] is not None:
        listed.append(legend["nodata"]["code"])
    _same(f"legend {name}", listed, set(listed))
    return set(listed)


def _same(where: str, found: Any, expected: Any) -> None:
    """Complain unless each of what is expected is there once and nothing else."""
    counted = Counter(found)
    wrong = [item for item in {*counted, *expected} if counted[item] != 1 or item not in expected]
    if wrong:
        first = min(wrong)
        times = f"{first} {counted[first]} times"
        allowed = "once" if first in expected else "not in it"
        raise InputError(
            f"Trends.Earth report, {where}", found=times, allowed=allowed,
            remedy="Mend the legend or the matrix of the country.",
        )  # fmt: skip
