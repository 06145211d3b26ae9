"""The cells of forms that people fill in: what each kind may hold."""

import datetime
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
from pyproj import Geod

from sohandbook.errors import InputError
from sohandbook.form_definitions import Column
from sohandbook.grid import unwrap

YES_NO = {"yes": True, "true": True, "no": False, "false": False}
GOALS = tuple(str(number) for number in range(1, 18))
MOST_GOALS = 5
OBJECTIVES = ("SO1", "SO2", "SO3", "SO4")
AREA_TOLERANCE = 0.01  # between an area that a person typed and that of its polygon


def several(text: str) -> list[str]:
    """Return the values of a cell that holds several."""
    return [value.strip() for value in text.split(";") if value.strip()]


def allowed(column: Column) -> str:
    """Say in words what a column may hold."""
    unit = f", {column.unit}" if column.unit else ""
    if column.options:
        return "one of: " + ", ".join(map(str, column.options))
    if "SDGs" in column.type:
        return f"up to {MOST_GOALS} goals, 1 to 17, most important first, for example 15; 2; 13"
    if column.name == "strategic_objective":
        return "one or more of " + ", ".join(OBJECTIVES) + ", separated by ;"
    return {
        "int": "a whole number",
        "float": f"a number, 0 or more{unit}",
        "bool": "yes or no",
        "date": "a date like 2019-04-30",
        "year range": "two years like 2024-2030",
        "list": "values separated by ;",
        "vector": "the name of a vector file in this folder",
        "image": "the name of an image file in this folder",
        "Annex II fields": "title; link; author; citation",
    }.get(column.type, "a text")


def check(text: str, column: Column, *, where: str, folder: Path) -> Any:
    """Return a cell's value, or say what is wrong with it; an empty cell is not known.

    Raises
    ------
    InputError
        Names the place, the value found and what is allowed.
    """
    if not text:
        return None if column.type in ("int", "float", "bool") else ""
    value = _value(text, column, folder)
    if value is None:
        raise InputError(where, found=text, allowed=allowed(column), remedy="Mend the cell.")
    return value


def _value(text: str, column: Column, folder: Path) -> Any:
    """Return the value of a cell that is not empty; None if it is wrong."""
    if column.options:
        known = {str(option).casefold(): option for option in column.options}
        return known.get(text.casefold())
    if "SDGs" in column.type:
        goals = several(text)
        right = set(goals) <= set(GOALS) and len(set(goals)) == len(goals) <= MOST_GOALS
        return "; ".join(goals) if right else None
    if column.name == "strategic_objective":
        return text if set(several(text)) <= set(OBJECTIVES) else None
    if column.type in ("vector", "image"):
        return text if (folder / text).is_file() else None
    if column.type == "Annex II fields":
        return text if len(several(text)) == 4 else None
    reader = {"int": _whole, "float": _number, "date": _date, "year range": _years}
    if column.type == "bool":
        return YES_NO.get(text.casefold())
    return reader.get(column.type, str)(text)


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d+", text) else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _date(text: str) -> str | None:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _years(text: str) -> str | None:
    found = re.fullmatch(r"(\d{4}) ?[-–] ?(\d{4})", text)
    return f"{found[1]}-{found[2]}" if found and found[1] <= found[2] else None


def check_row(row: dict[str, Any], table_id: str, *, where: str, folder: Path) -> None:
    """Check what the cells of one row say together, and give an empty area its polygon's.

    Raises
    ------
    InputError
        A national target with an area, an area that is not that of its polygon, a national
        definition without a text, or a yes without a word about what there is.
    """
    if table_id == "SO1-VT.T1" and row["level_of_application"] == "national":
        for name in ("total_target_area", "polygon"):
            if row[name]:
                raise InputError(
                    f"{where}, column {name}",
                    found=row[name],
                    allowed="nothing: the platform takes no area for a national target",
                    remedy="Empty the cell, or make the target subnational.",
                )
    area_name = next((n for n in ("total_target_area", "area") if n in row), "")
    if row.get("polygon") and area_name:
        drawn = polygon_area(folder / row["polygon"])
        row[area_name] = row[area_name] or drawn
        if abs(drawn - row[area_name]) > AREA_TOLERANCE * drawn:
            raise InputError(
                f"{where}, column {area_name}",
                found=row[area_name],
                allowed=f"the area of {row['polygon']}: {drawn:.1f} km2",
                remedy="Mend the area or the polygon, or leave the area empty.",
            )
    if row.get("definition_choice") == "national definition" and not row["definition_text"]:
        raise InputError(
            f"{where}, column definition_text",
            found="nothing",
            allowed="the national definition",
            remedy="Write the definition, or choose that of the Convention.",
        )
    if row.get("answer") == "yes" and not (row["name"] or row["description"]):
        raise InputError(
            f"{where}, columns name and description",
            found="nothing",
            allowed="what there is, because the answer is yes",
            remedy="Name it, or answer no.",
        )


def polygon_area(file: Path) -> float:
    """Return the geodesic area of a vector file's polygons, km2."""
    geod = Geod(ellps="WGS84")
    shapes = unwrap(gpd.read_file(file)).geometry
    return sum(abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes) / 1e6
