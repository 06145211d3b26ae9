"""Answers of the UN SDG API and the World Bank API, as their servers send them.

Layout of the envelope and the rows: UN SDG API v5 (``Series/Data``) and World
Bank API v2, as described in ``data/datasets.yml`` (unsd_sdg_api, worldbank_api).
Values are made up. Years without survey are absent, one value is ``NaN``.
"""

import json
from pathlib import Path
from typing import Any

from sohandbook.training.story import Story

M49 = {"XDL": 990, "XIS": 991}
TOTALS = {"Location": "ALLAREA", "Sex": "BOTHSEX", "Age": "ALLAGE"}
POVERTY_LINE = "Proportion of population below international poverty line (%)"

# Survey year: everyone, women, men, towns, countryside. USD 3.00 a day at 2021 prices.
POVERTY = {
    "XDL": {
        2001: (61.4, 62.9, 59.8, 34.2, 70.6),
        2006: (56.0, 57.8, 54.1, 30.5, 65.9),
        2010: (49.3, 51.0, 47.5, 26.1, 59.4),
        2013: (47.9, 49.9, 45.8, 25.0, 58.8),
        2018: (39.6, 41.7, 37.4, 20.2, 51.3),
        2022: (41.8, 44.3, 39.1, 20.9, 54.9),
    },
    "XIS": {2002: (18.4, 18.9, 17.9, 11.0, 22.8), 2014: (14.1, 14.8, 13.4, 8.8, 18.0)},
}  # fmt: skip
# First and last value, 2000 and 2022: everyone, towns, countryside.
WATER = {"XDL": ((21.4, 47.2), (44.0, 70.5), (9.8, 24.3)), "XIS": ((52.0, 61.5), (64.0, 71.2), (43.5, 52.8))}  # fmt: skip
RED_LIST = {"XDL": (0.912, 0.871), "XIS": (0.854, 0.792)}
PROTECTED = {"XDL": {2000: 17.6, 2002: 24.9, 2009: 31.3, 2015: 38.8, 2019: 44.1}, "XIS": {2000: 0.0, 2010: 21.7}}  # fmt: skip
DEGRADED = {"XDL": {2015: 14.2, 2019: 17.9}, "XIS": {2015: 4.1}}
GINI = {"XDL": {2001: 41.8, 2006: 40.9, 2010: 39.6, 2013: 39.9, 2018: 38.1, 2022: 39.0}, "XIS": {2002: 36.9, 2014: 35.2}}  # fmt: skip


def write(story: Story, folder: Path) -> None:
    """Write ``sdg_series/*.json`` and ``gini/SI.POV.GINI.json``."""
    iso3 = story.iso3
    for code, (goal, target, indicator, title, units, rows) in _series(iso3).items():
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
                {"id": "Nature", "codes": [{"code": "G", "description": "Global monitoring data", "sdmx": "G"}]},
                {"id": "Units", "codes": [{"code": units, "description": units.title(), "sdmx": units}]},
            ],
            "dimensions": [
                {"id": name, "codes": [{"code": code, "description": code.title(), "sdmx": code}
                 for code in sorted({row["dimensions"].get(name, TOTALS[name]) for row in rows})]}
                for name in sorted(used)
            ],
            "data": data,
        }  # fmt: skip
        _save(folder / "sdg_series" / f"{code}.json", answer)
    _save(folder / "gini" / "SI.POV.GINI.json", _world_bank(story))


def _series(iso3: str) -> dict[str, tuple[str, str, str, str, str, list[dict[str, Any]]]]:
    """Return goal, target, indicator, title, unit and rows of each series."""
    return {
        "SI_POV_DAY1": ("1", "1.1", "1.1.1", POVERTY_LINE, "PERCENT", _poverty(iso3)),
        "SH_H2O_SAFE": ("6", "6.1", "6.1.1", "Proportion of population using safely managed drinking water services, by urban/rural (%)", "PERCENT", _water(iso3)),
        "ER_RSK_LST": ("15", "15.5", "15.5.1", "Red List Index", "INDEX", _red_list(iso3)),
        "ER_PTD_TERR": ("15", "15.1", "15.1.2", "Average proportion of Terrestrial Key Biodiversity Areas (KBAs) covered by protected areas (%)", "PERCENT", _protected(iso3)),
        "AG_LND_DGRD": ("15", "15.3", "15.3.1", "Proportion of land that is degraded over total land area (%)", "PERCENT",
                        [{"year": year, "value": value, "dimensions": {}} for year, value in DEGRADED[iso3].items()]),
    }  # fmt: skip


def _poverty(iso3: str) -> list[dict[str, Any]]:
    who = (
        {},
        {"Sex": "FEMALE"},
        {"Sex": "MALE"},
        {"Location": "URBAN"},
        {"Location": "RURAL"},
    )
    return [
        {"year": year, "value": value, "dimensions": {**TOTALS, **group}}
        for year, values in POVERTY[iso3].items()
        for group, value in zip(who, values, strict=True)
    ]


def _water(iso3: str) -> list[dict[str, Any]]:
    """A line from 2000 to 2022, as the Joint Monitoring Programme fits them; one value lost."""
    rows = []
    for year in range(2000, 2023):
        for location, (first, last) in zip(("ALLAREA", "URBAN", "RURAL"), WATER[iso3], strict=True):
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


def _red_list(iso3: str) -> list[dict[str, Any]]:
    first, last = RED_LIST[iso3]
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


def _protected(iso3: str) -> list[dict[str, Any]]:
    steps = PROTECTED[iso3]
    return [
        {"year": year, "value": steps[max(step for step in steps if step <= year)], "dimensions": {}}
        for year in range(2000, 2024)
    ]  # fmt: skip


def _row(story: Story, head: dict[str, Any], units: str, row: dict[str, Any]) -> dict[str, Any]:
    lower, upper = row.get("bounds", (None, None))
    return {
        **head,
        "geoAreaCode": str(M49[story.iso3]),
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
    values = GINI[story.iso3]
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
