"""The land condition summary of Trends.Earth, computed from a report's maps.

Each period has an assessment of its own; a reporting period also has its status and its change
against the baseline. Sums are over the whole country: inland water is ``No data`` in 15.3.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from sohandbook import classes as class_systems
from sohandbook import grid, sites, tables
from sohandbook.classes import ClassSystem
from sohandbook.export import trends_earth_legends as legends
from sohandbook.export.results import Results
from sohandbook.export.trends_earth_json import (
    UNIT,
    area_list,
    check_legends,
    cross_table,
    entry,
    metadata,
    population_list,
)
from sohandbook.indicators import land_degradation
from sohandbook.report import Report

# The file's names and order of the classes, and ours.
STATUS = {"Improved": "improved", "Stable": "stable", "Degraded": "degraded", "No data": "no_data"}
PERIODS = {"baseline": "baseline", "report_1": "report_1", "reporting": "report_2"}


def possible(results: Results) -> bool:
    """Tell whether the chapter on degraded land has run."""
    return "SO1-4.T2" in results.tables and "land_degradation_assessment_reporting" in (
        results.map_names
    )


def land_condition(results: Results) -> dict[str, Any]:
    """Return the land condition summary of a report, for :func:`possible` results."""
    report = Report(results.country, results.folder, results.folder)
    periods = {
        PERIODS[name]: Period(results, report, name)
        for name in PERIODS
        if f"land_degradation_assessment_{name}" in results.map_names
    }
    every = [name for name in results.tables if name.startswith(("SO1-", "SO2-3"))]
    return {
        "metadata": metadata(results, *every, text="land condition"),
        "land_condition": {name: period.condition() for name, period in periods.items()},
        "affected_population": {
            name: {"summary": people}
            for name, period in periods.items()
            if (people := period.people())
        },
    }


@dataclass(frozen=True)
class Period:
    """One period of a report: ``baseline``, ``report_1`` or ``reporting``, as maps are named."""

    results: Results
    report: Report
    name: str

    @property
    def years(self) -> tuple[int, int]:
        """The first and last year of its land cover."""
        first, last = getattr(self.results.country.periods, PERIODS[self.name])
        if self.name != "baseline":
            first = self.results.parameters.get("so1-1", {}).get("reporting_start", first)
        return int(first), int(last)

    @cached_property
    def country(self) -> xr.DataArray:
        """True in the country."""
        return self.report.land_mask(self.years[1]) > 0

    @cached_property
    def covers(self) -> dict[str, xr.DataArray]:
        """The two ways to count: with inland water and without."""
        land = self.report.land_mask(self.years[1]) == 1
        return {"all_cover_types": self.country, "non_water": land}

    @cached_property
    def cell_area(self) -> xr.DataArray:
        """The area of each cell, km2."""
        return grid.cell_area(self.country)

    @cached_property
    def system(self) -> ClassSystem:
        """The classes of the land cover maps."""
        national = self.results.parameters.get("so1-1", {}).get("national_legend", False)
        return self.report.land_cover_system(national=national)

    def areas(self, name: str, status: xr.DataArray, within: xr.DataArray) -> dict[str, Any]:
        """Return the areas of improved, stable and degraded land, and of no data."""
        frame = tables.area_by_class(status, cell_area=self.cell_area, within=within)
        by_key = frame.set_index("key")["area_km2"]
        return area_list(name, {shown: by_key[key] for shown, key in STATUS.items()})

    def both(self, name: str, status: xr.DataArray) -> dict[str, Any]:
        """Return the areas with inland water and without."""
        return {key: self.areas(name, status, within) for key, within in self.covers.items()}

    def part(self, kind: str, *, of: str = "") -> xr.DataArray:
        """Return the map of a sub-indicator, ``of`` another period if named."""
        return self.report.map(f"{kind}_degradation_{of or self.name}")

    def condition(self) -> dict[str, Any]:
        """Return all that the file says on this period."""
        found: dict[str, Any] = {"period_assessment": self._assessment()}
        if self.name != "baseline":
            found["status_assessment"] = self._status()
            found["change_assessment"] = self._change()
        return found

    def _assessment(self) -> dict[str, Any]:
        after = self.report.map(f"land_degradation_assessment_{self.name}")
        site_file = self.results.parameters.get("so1-4", {}).get("sites", "")
        before = self._uncorrected() if site_file else after
        found = {
            "sdg": {"summary": self.areas("SDG indicator 15.3.1", before, self.country)},
            "productivity": {
                "summaries": self.both("Land productivity", self.part("land_productivity")),
                "crosstabs_by_productivity_class": list(self._productivity_by_transition()),
            },
            "land_cover": self._land_cover(),
            "soil_organic_carbon": {
                "summaries": self.both("Soil organic carbon", self.part("soil_organic_carbon")),
                "soc_stock_by_year": self._stocks(),
            },
        }
        if site_file:
            known = sites.read(self.results.country.folder / site_file)
            found["error_recode"] = legends.recoded_sites(known, iso3=self.results.country.iso3)
            found["sdg_error_recode"] = self.areas(
                "SDG indicator 15.3.1 after correction of sites", after, self.country
            )
        return found

    def _uncorrected(self) -> xr.DataArray:
        """Return the assessment before known sites were put right."""
        found = land_degradation.one_out_all_out(
            self.part("land_cover"),
            productivity=self.part("land_productivity"),
            soc=self.part("soil_organic_carbon"),
            no_data=self.results.parameters.get("so1-4", {}).get("no_data", "any"),
        )
        return found.where(self.covers["non_water"], np.int8(-128)).assign_attrs(found.attrs)

    def _status(self) -> dict[str, Any]:
        last = self.years[1]

        def status(kind: str) -> xr.DataArray:
            return land_degradation.status(self.part(kind, of="baseline"), period=self.part(kind))

        return {
            "sdg": self.areas(f"SDG indicator 15.3.1, status {last}",
                              self.report.map(f"land_degradation_status_{last}"),
                              self.country),
            "productivity": self.both(f"Land productivity, status {last}",
                                      status("land_productivity")),
            "land_cover": self.areas(f"Land cover, status {last}", status("land_cover"),
                                     self.country),
            "soil_organic_carbon": self.both(f"Soil organic carbon, status {last}",
                                             status("soil_organic_carbon")),
        }  # fmt: skip

    def _change(self) -> dict[str, Any]:
        kinds = {"productivity": "land_productivity", "land_cover": "land_cover",
                 "soil_organic_carbon": "soil_organic_carbon"}  # fmt: skip
        found = {
            "sdg": self._against_baseline(
                "SDG indicator 15.3.1",
                self.report.map("land_degradation_assessment_baseline"),
                self.report.map(f"land_degradation_assessment_{self.name}"),
            )
        }
        for name, kind in kinds.items():
            label = kind.replace("_", " ").capitalize()
            found[name] = self._against_baseline(
                label, self.part(kind, of="baseline"), self.part(kind)
            )
        return found

    def _against_baseline(
        self, name: str, baseline: xr.DataArray, period: xr.DataArray
    ) -> dict[str, Any]:
        crossed = tables.cross_table(
            baseline, period, cell_area=self.cell_area, within=self.country
        )
        entries = [
            entry(start, end, crossed.loc[STATUS[start], STATUS[end]])
            for start in STATUS
            for end in STATUS
        ]
        end_of_baseline = self.results.country.periods.baseline[1]
        return cross_table(f"{name}, baseline and period", (end_of_baseline, self.years[1]),
                            entries)  # fmt: skip

    def _cover(self, year: int) -> xr.DataArray:
        return self.report.map(f"land_cover_{year}")

    def _transitions(self, within: xr.DataArray) -> list[dict[str, Any]]:
        start, end = (self._cover(year) for year in self.years)
        crossed = tables.cross_table(start, end, cell_area=self.cell_area, within=within)
        names = {key: legends.short_name(self.system, key) for key in self.system.keys}
        return [
            entry(names[first], names[last], crossed.loc[first, last])
            for first in names
            for last in names
        ]

    def _productivity_by_transition(self) -> Iterator[dict[str, Any]]:
        dynamics = self.report.map(f"land_productivity_dynamics_{self.name}")
        system = class_systems.system("land_productivity_dynamics")
        for code in (*reversed(system.codes), system.nodata):
            within = self.country & (dynamics == code)
            yield cross_table(system.label(code), self.years, self._transitions(within))

    def _land_cover(self) -> dict[str, Any]:
        nesting, matrix = legends.nesting(self.report.legend), self._matrix()
        check_legends(nesting, matrix)
        return {
            "summary": self.areas("Land cover", self.part("land_cover"), self.country),
            "legend_nesting": nesting,
            "transition_matrix": matrix,
            "crosstabs_by_land_cover_class": [
                cross_table("Area by land cover transition", self.years,
                             self._transitions(self.country))
            ],
            "land_cover_areas_by_year": {
                "name": "Area by year and land cover class",
                "unit": UNIT,
                "values": {str(year): self._by_cover(self.cell_area, year) for year in self.years},
            },
        }  # fmt: skip

    def _by_cover(self, amount: xr.DataArray, year: int) -> dict[str, float]:
        """Add up an amount of each cell by land cover class."""
        frame = tables.area_by_class(self._cover(year), cell_area=amount, within=self.country)
        found = frame.set_index("key")["area_km2"]
        names = {key: legends.short_name(self.system, key) for key in self.system.keys}
        return {name: float(found[key]) for key, name in {**names, "no_data": "No data"}.items()}

    def _stocks(self) -> dict[str, Any]:
        """Return tonnes of carbon by class, at the period's end and at the year compared with."""
        known = [year for year in self.results.country.periods.area_years
                 if f"soil_organic_carbon_{year}" in self.results.map_names]  # fmt: skip
        first, last = self.years
        start = max((year for year in known if year <= first), default=last)
        values = {}
        for year in sorted({start, last} & set(known)):
            tonnes = self.report.map(f"soil_organic_carbon_{year}") * self.cell_area * 100
            values[str(year)] = self._by_cover(tonnes.fillna(0.0), year)
        name = "Soil organic carbon by year and land cover class"
        return {"name": name, "unit": "tonnes", "values": values}

    def _matrix(self) -> dict[str, Any]:
        settings = self.results.parameters.get("so1-1", {})
        matrix = self.report.transition_matrix(
            settings.get("matrix", ""), national=not self.system.name
        )
        regions = settings.get("regional_matrices", {})
        return legends.transition_matrix(matrix, system=self.system, regions=regions)

    def people(self) -> dict[str, Any]:
        """Return people by the status of the land they live on, if the chapter SO2-3 has run."""
        last = self.years[1]
        if "SO2-3.T1" not in self.results.tables:
            return {}
        status = self.report.map(f"land_degradation_status_{last}")
        persons = self.report.population([last]).sel(year=last)
        kinds = {"Total population": persons}
        if "sex" in persons.dims:
            kinds = {"Total population": persons.sum("sex")}
            for sex in ("female", "male"):
                kinds[f"{sex.capitalize()} population"] = persons.sel(sex=sex)
        found = {}
        for kind, each in kinds.items():
            frame = tables.population_by_class(status, population=each, within=self.country)
            by_key = frame.set_index("key")["people"]
            found[kind] = population_list(
                f"Population by status of land {last}",
                {shown: by_key[key] for shown, key in STATUS.items()},
                kind=kind,
            )
        return found
