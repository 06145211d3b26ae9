"""Legends, transition matrix and known sites as the report files of Trends.Earth hold them."""

import uuid
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
from shapely.geometry import mapping

from sohandbook import classes as class_systems
from sohandbook.classes import ClassSystem, Legend
from sohandbook.indicators import land_degradation

PERIODS = ("baseline", "report_1", "report_2")
MEANINGS = {-1: "degradation", 0: "stable", 1: "improvement"}
NO_DATA = -32768
# Short names as in the file's own legend of the seven classes; at most 20 letters are allowed.
SHORT = {"tree_covered": "Tree-covered", "artificial": "Artificial", "water": "Water body"}


def nesting(legend: Legend) -> dict[str, Any]:
    """Return which classes of a product belong to each of the seven."""
    seven = class_systems.system("land_cover")
    groups: dict[int, list[int]] = {code: [] for code in seven.codes}
    for code, parent in legend.unccd.items():
        groups[parent].append(code)
    children = [_class(code, legend.labels[code]) for code in legend.unccd]
    return {
        "parent": _legend("UNCCD Land Cover", _classes(seven)),
        "child": _legend(legend.title, children),
        "nesting": {
            **{str(code): members for code, members in groups.items()},
            str(NO_DATA): [NO_DATA],
        },
    }


def transition_matrix(
    matrix: np.ndarray, *, system: ClassSystem, regions: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the meaning of each transition; ``regions`` use a matrix of their own.

    The file has room for one matrix; table SO1-1.T3 has them all.
    """
    listed = _classes(system)
    transitions = [
        {"initial": first, "final": last, "meaning": MEANINGS[int(matrix[row, column])]}
        for row, first in enumerate(listed)
        for column, last in enumerate(listed)
    ]
    regions = ", ".join(regions)
    name = "Meaning of land cover transitions" + (
        f" (not used in {regions}: see table SO1-1.T3)" if regions else ""
    )
    title = "UNCCD Land Cover" if system.name else system.title
    return {
        "legend": _legend(title, listed),
        "name": name,
        "definitions": {"name": name, "transitions": transitions},
    }


def recoded_sites(known: gpd.GeoDataFrame, *, iso3: str) -> dict[str, Any]:
    """Return false positives and negatives as the file's polygons.

    Each has an identifier made from its name and shape: the same site, the same identifier.
    """
    rules = land_degradation.recode_rules(known).set_index("site")
    return {
        "type": "FeatureCollection",
        "name": "False positives and false negatives",
        "features": [_site(row, rules.loc[row["site"]], iso3) for row in known.to_dict("records")],
    }


def _site(row: dict[str, Any], rule: Any, iso3: str) -> dict[str, Any]:
    own = f"{iso3} {row['location_name']} {row['geometry'].wkb_hex}"
    when = row["period_when_started"]
    periods = [p for p in PERIODS if when == "both" or (p == "baseline") == (when == "baseline")]
    recode = {
        f"recode_{short}_to": None if np.isnan(rule[key]) else int(rule[key])
        for short, key in {"deg": "degraded", "stable": "stable", "imp": "improved"}.items()
    }
    return {
        "type": "Feature",
        "geometry": mapping(row["geometry"]),
        "properties": {
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, own)),
            "periods_affected": periods,
            "location_name": row["location_name"],
            "area_km_sq": float(row["area_km2"]),
            "process_driving_change": row["process"],
            "basis_for_judgement": row["basis_for_judgement"],
            **recode,
            "stats": None,
        },
    }


def short_name(system: ClassSystem, key: str) -> str:
    """Return the name of a class as the file's tables use it."""
    label = system.labels[system.keys.index(key)]
    return SHORT.get(key, label) if system.name else label


def _classes(system: ClassSystem) -> list[dict[str, Any]]:
    rows = zip(system.codes, system.keys, system.colours, strict=True)
    return [_class(code, short_name(system, key), colour) for code, key, colour in rows]


def _class(code: int, name: str, colour: str | None = None) -> dict[str, Any]:
    return {
        "code": code,
        "name_short": name if len(name) <= 20 else None,
        "name_long": name[:120],
        "description": None,
        "color": colour,
    }


def _legend(name: str, listed: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "key": list(listed), "nodata": _class(NO_DATA, "No data", "#000000")}
