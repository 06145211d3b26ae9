"""Answers of the UN SDG API and the World Bank API, as their servers send them.

Layout of the envelope and the rows: UN SDG API v5 (``Series/Data``) and World
Bank API v2, as described in ``data/datasets.yml`` (unsd_sdg_api, worldbank_api).
Values are made up. Years without survey are absent, one value is ``NaN``.
"""

import json
from pathlib import Path
from typing import Any

from sohandbook.training.story import Story

TOTALS = {"Location": "ALLAREA", "Sex": "BOTHSEX", "Age": "ALLAGE"}
Facts = dict[str, Any]
POVERTY_LINE = "Proportion of population below international poverty line (%)"


def write(story: Story, folder: Path) -> None:
    """Write ``sdg_series/*.json`` and ``gini/SI.POV.GINI.json``."""
    for code, (goal, target, indicator, title, units, rows) in _series(story.facts).items():
        data = [
            _row(
                story,
                {
                    "goal": [goal],
                    "target": [target],
                    "indicator": [indicator],
                    "series": code,
                    "seriesDescription": title,
                    "seriesCount": str(len(rows)),
                },
                units,
                row,
            )
            for row in rows
        ]
        used = {name for row in rows for name in row["dimensions"]}
        answer = {
            "size": len(data),
            "totalElements": len(data),
            "totalPages": 1,
            "pageNumber": 1,
            "attributes": [
                {
                    "id": "Nature",
                    "codes": [{"code": "G", "description": "Global monitoring data", "sdmx": "G"}],
                },
                {
                    "id": "Units",
                    "codes": [{"code": units, "description": units.title(), "sdmx": units}],
                },
            ],
            "dimensions": [
                {
                    "id": name,
                    "codes": [
                        {"code": code, "description": code.title(), "sdmx": code}
                        for code in sorted(
                            {row["dimensions"].get(name, TOTALS[name]) for row in rows}
                        )
                    ],
                }
                for name in sorted(used)
            ],
            "data": data,
        }
        _save(folder / "sdg_series" / f"{code}.json", answer)
    _save(folder / "gini" / "SI.POV.GINI.json", _world_bank(story))


def _series(facts: Facts) -> dict[str, tuple[str, str, str, str, str, list[dict[str, Any]]]]:
    """Return goal, target, indicator, title, unit and rows of each series."""
    return {
        "SI_POV_DAY1": (
            "1",
            "1.1",
            "1.1.1",
            POVERTY_LINE,
            "PERCENT",
            _poverty(facts["series"]["poverty"]),
        ),
        "SH_H2O_SAFE": (
            "6",
            "6.1",
            "6.1.1",
            "Proportion of population using safely managed drinking water services, "
            "by urban/rural (%)",
            "PERCENT",
            _water(facts["series"]["water"]),
        ),
        "ER_RSK_LST": (
            "15",
            "15.5",
            "15.5.1",
            "Red List Index",
            "INDEX",
            _red_list(facts["series"]["red_list"]),
        ),
        "ER_PTD_TERR": (
            "15",
            "15.1",
            "15.1.2",
            "Average proportion of Terrestrial Key Biodiversity Areas (KBAs) "
            "covered by protected areas (%)",
            "PERCENT",
            _protected(facts["series"]["protected"]),
        ),
        "AG_LND_DGRD": (
            "15",
            "15.3",
            "15.3.1",
            "Proportion of land that is degraded over total land area (%)",
            "PERCENT",
            [
                {"year": year, "value": value, "dimensions": {}}
                for year, value in facts["series"]["degraded"].items()
            ],
        ),
    }


def _poverty(surveys: dict[int, list[float]]) -> list[dict[str, Any]]:
    who = (
        {},
        {"Sex": "FEMALE"},
        {"Sex": "MALE"},
        {"Location": "URBAN"},
        {"Location": "RURAL"},
    )
    return [
        {"year": year, "value": value, "dimensions": {**TOTALS, **group}}
        for year, values in surveys.items()
        for group, value in zip(who, values, strict=True)
    ]


def _water(ends: dict[str, list[float]]) -> list[dict[str, Any]]:
    """A line from 2000 to 2022, as the Joint Monitoring Programme fits them; one value lost."""
    rows = []
    for year in range(2000, 2023):
        for location, (first, last) in ends.items():
            value = round(first + (last - first) * (year - 2000) / 22, 3)
            lost = year == 2004 and location == "RURAL"
            rows.append(
                {
                    "year": year,
                    "value": "NaN" if lost else value,
                    "dimensions": {"Location": location},
                }
            )
    return rows


def _red_list(ends: list[float]) -> list[dict[str, Any]]:
    first, last = ends
    rows = []
    for year in range(2000, 2024):
        way = (year - 2000) / 23
        value = first + (last - first) * (0.6 * way + 0.4 * way * way)
        width = 0.012 + 0.0012 * (year - 2000)
        rows.append(
            {
                "year": year,
                "value": round(value, 5),
                "bounds": (round(value - width, 5), round(value + width, 5)),
                "dimensions": {},
            }
        )
    return rows


def _protected(steps: dict[int, float]) -> list[dict[str, Any]]:
    return [
        {
            "year": year,
            "value": steps[max(step for step in steps if step <= year)],
            "dimensions": {},
        }
        for year in range(2000, 2024)
    ]


def _row(story: Story, head: dict[str, Any], units: str, row: dict[str, Any]) -> dict[str, Any]:
    lower, upper = row.get("bounds", (None, None))
    return {
        **head,
        "geoAreaCode": str(story.facts["m49"]),
        "geoAreaName": story.name,
        "timePeriodStart": float(row["year"]),
        "value": str(row["value"]),
        "valueType": "Float",
        "time_detail": str(row["year"]),
        "timeCoverage": None,
        "upperBound": None if upper is None else str(upper),
        "lowerBound": None if lower is None else str(lower),
        "basePeriod": None,
        "source": "Made by sohandbook.training; fictional",
        "geoInfoUrl": None,
        "footnotes": [""],
        "attributes": {"Nature": "G", "Observation Status": "A", "Units": units},
        "dimensions": {"Reporting Type": "G", **row["dimensions"]},
    }


def _world_bank(story: Story) -> list[Any]:
    """An answer of the World Bank's API: page facts, then the newest year first, gaps as null."""
    values = story.facts["series"]["gini"]
    rows = [
        {
            "indicator": {"id": "SI.POV.GINI", "value": "Gini index"},
            "country": {"id": story.iso3[0] + story.iso3[1], "value": story.name},
            "countryiso3code": story.iso3,
            "date": str(year),
            "value": values.get(year),
            "unit": "",
            "obs_status": "",
            "decimal": 1,
        }
        for year in range(2023, 1999, -1)
    ]
    facts = {
        "page": 1,
        "pages": 1,
        "per_page": 20000,
        "total": len(rows),
        "sourceid": "2",
        "lastupdated": "2026-01-01",
    }
    return [facts, rows]


def _save(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
