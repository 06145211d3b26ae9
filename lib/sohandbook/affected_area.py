"""The tables of SO1 to SO3 for the affected area alone, counted from the finished maps.

The affected-area form of the platform repeats the tables of SO1 to SO4 for the land that a
country calls affected. Where an indicator is a map, the same functions that fill the national
tables count the cells of the affected area: nothing is classified again. Source: reporting
manual 2026, affected areas; ``AA`` in ``data/prais_forms.yml``.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
import xarray as xr

from sohandbook import classes, drought_cells, forms, soil_inputs
from sohandbook import reporting_tables as made
from sohandbook import reporting_tables_so3 as so3
from sohandbook.indicators import (
    drought_hazard,
    exposure_tables,
    population_exposure,
    soil_organic_carbon,
)
from sohandbook.report import Report

SEXES = {"SO3-2.T1": "total", "SO3-2.T2": "female", "SO3-2.T3": "male"}


class AffectedArea:
    """The affected area of a country whose chapters have run.

    Parameters
    ----------
    report : Report
        Its country names polygons under ``affected_areas`` in ``country.yml``.
    """

    def __init__(self, report: Report) -> None:
        self.report, self.periods = report, report.country.periods
        self.inside, self.cell_area = report.affected_area, report.cell_area
        self.tables: dict[str, pd.DataFrame] = {}

    def save_tables(self) -> dict[str, pd.DataFrame]:
        """Count and keep every table whose maps are there, as ``AA.<table id>``.

        Returns
        -------
        dict of str to DataFrame
            By the id of the national table.
        """
        for count in (self._profile, self._land_cover, self._productivity, self._carbon,
                      self._degradation, self._drought, self._people):  # fmt: skip
            for table_id, frame, options in count():
                self.tables[table_id] = frame
                names = forms.table(table_id, **options).names
                kept = frame[[name for name in frame.columns if name in names]]
                self.report.save_table(forms.MIRROR + table_id, kept, **options)
        return self.tables

    def area_km2(self) -> float:
        """The affected area, km2."""
        return float(self.cell_area.where(self.inside).sum())

    @property
    def _whole(self) -> dict[str, xr.DataArray]:
        return {"cell_area": self.cell_area, "within": self.inside}

    def _land(self, year: int) -> xr.DataArray:
        return self.inside & (self.report.land_mask(year) == 1)

    def _by_year(self, pattern: str, years: list[int]) -> xr.DataArray:
        layers = [self.report.map(pattern.format(year=year)) for year in years]
        return xr.concat(layers, dim=pd.Index(years, name="year"), combine_attrs="override")

    def _profile(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        """CP-1: the wholes that the other tables are shares of."""
        years = list(self.periods.area_years)
        if self.report.has_maps(*(f"land_mask_{year}" for year in years)):
            masks = self._by_year("land_mask_{year}", years)
            yield "CP-1.T1", made.country_areas(masks, **self._whole), {"rows": years}

    def _land_cover(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        if not self.report.has_table("SO1-1.T4"):
            return
        years = self.report.table("SO1-1.T4")["year"].tolist()
        first, (baseline_end, _, latest) = years[0], self.periods.status_years
        # The third of five years is the start of the reporting period; of four, the second.
        start = years[2] if len(years) == 5 else baseline_end
        cover = self._by_year("land_cover_{year}", years)
        national = "class_system" not in cover.attrs
        system = {"system": self.report.land_cover_system(national=True)} if national else {}
        seven = self.report.land_cover([first, latest])
        processes = made.degradation_processes(
            seven.sel(year=first), end=seven.sel(year=latest),
            matrix=self.report.transition_matrix(), **self._whole,
        )  # fmt: skip
        yield "SO1-1.T1", processes.drop(columns="area_km2"), {}
        for table_id in ("SO1-1.T2", "SO1-1.T3"):  # one legend and one matrix hold everywhere
            if self.report.has_table(table_id):
                yield table_id, self.report.table(table_id), system if table_id[-1] == "3" else {}
        yield "SO1-1.T4", made.extent(cover, **self._whole), {**system, "rows": years}
        for table_id, begin, end in (
            ("SO1-1.T5", first, baseline_end), ("SO1-1.T6", start, latest)
        ):  # fmt: skip
            change = made.change(cover.sel(year=begin), end=cover.sel(year=end), **self._whole)
            yield table_id, change, system
        yield self._status("SO1-1.T7", "land_cover", within=self.inside)

    def _productivity(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        if not self.report.has_maps("land_productivity_dynamics_reporting"):
            return
        ends = {"baseline": self.periods.baseline[1], "reporting": self.periods.report_2[1]}
        for table_id, (name, year) in zip(("SO1-2.T1", "SO1-2.T2"), ends.items(), strict=True):
            national = _is_national(self.report.table(table_id)["land_cover"])
            cover = self.report.land_cover([year], national=national).sel(year=year)
            dynamics = self.report.map(f"land_productivity_dynamics_{name}")
            counted = made.dynamics_by_land_cover(dynamics, cover, **self._whole)
            yield table_id, counted, {"system": self.report.land_cover_system(national=national)}
        land = {name: self._land(year) for name, year in ends.items()}
        yield self._status("SO1-2.T3", "land_productivity", within=land)

    def _carbon(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        if not self.report.has_table("SO1-3.T1"):
            return
        years, whole = list(self.periods.area_years), self.report.table("SO1-3.T1")
        cover, system = soil_inputs.numbered_cover(
            self.report, years, national=_is_national(whole.columns)
        )
        means = soil_organic_carbon.mean_stock_by_class(
            self._by_year("soil_organic_carbon_{year}", years),
            land_cover=cover,
            system=system,
            **self._whole,
        )
        stocks = made.stock_by_class(means, tier=int(whole["tier"].iloc[0]))
        yield "SO1-3.T1", stocks, {"rows": years, "system": system}
        land = {
            "baseline": self._land(self.periods.baseline[1]),
            "reporting": self._land(self.periods.report_2[1]),
        }
        yield self._status("SO1-3.T2", "soil_organic_carbon", within=land)

    def _status(self, table_id: str, name: str, *, within: Any) -> tuple[str, pd.DataFrame, dict]:
        maps = (self.report.map(f"{name}_degradation_{p}") for p in ("baseline", "reporting"))
        frame = made.status_by_period(*maps, cell_area=self.cell_area, within=within)
        return table_id, frame, {}

    def _degradation(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        years = self.periods.status_years
        if not self.report.has_maps(*(f"land_degradation_status_{year}" for year in years)):
            return
        land = {name: self._land(year) for name, year in zip(
            ("baseline", "report_1", "reporting"), years, strict=True)}  # fmt: skip
        crossed = made.status_assessment(
            self.report.map("land_degradation_assessment_baseline"),
            self.report.map("land_degradation_assessment_reporting"),
            cell_area=self.cell_area,
            within=land["reporting"],
        )
        yield "SO1-4.T1", crossed, {}
        status = {name: self.report.map(f"land_degradation_status_{year}")
                  for name, year in zip(land, years, strict=True)}  # fmt: skip
        indicator = made.sdg_15_3_1(status, years=years, cell_area=self.cell_area, within=land)
        yield "SO1-4.T2", indicator, {"rows": indicator["assessment"]}

    def _drought(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        if not self.report.has_table("SO3-1.T1"):
            return
        years = self.report.table("SO3-1.T1")["year"].tolist()
        drought = self._drought_classes(years)
        places = drought_cells.nearest_cells(drought, grid=self.report.grid)
        land = {
            year: drought_cells.gathered(
                self.cell_area.where(self._land(year)), places=places, drought=drought
            )
            for year in self.periods.area_years
        }
        areas = so3.land_by_drought_class(drought, land=land)
        table = drought_hazard.area_table(areas, years=years)
        yield "SO3-1.T1", table, {"rows": years}
        whole = {year: float(km2.sum()) for year, km2 in land.items()}
        shares = drought_hazard.share_table(table, land_area_km2=whole)
        yield "SO3-1.T2", shares, {"rows": years}

    def _drought_classes(self, years: list[int]) -> xr.DataArray:
        known = [year for year in years if self.report.has_maps(f"drought_class_{year}")]
        return self._by_year("drought_class_{year}", known)

    def _people(self) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        """CP-1.T2, SO2-3.T1 and SO3-2; read year by year, so that memory holds one year."""
        if not self.report.has_table("CP-1.T2"):
            return
        years = self.report.table("CP-1.T2")["year"].tolist()
        of_drought, drought, places = [], None, None
        if self.report.has_table("SO3-2.T1"):
            of_drought = self.report.table("SO3-2.T1")["year"].tolist()
            drought = self._drought_classes(of_drought)
        counts, beneath = {}, {}
        for year, people in self.report.affected_population(years):
            counts[year] = people.sum(("y", "x"), dtype="f8")
            if year in of_drought:
                if places is None:
                    places = drought_cells.nearest_cells(drought, grid=people)
                beneath[year] = drought_cells.gathered(people, places=places, drought=drought)
        profile = made.population(_stacked(counts))
        yield "CP-1.T2", profile, {"rows": years}
        whole = exposure_tables.national(profile)
        yield from self._on_degraded_land(counts, whole)
        if beneath:
            exposed = population_exposure.exposed(_stacked(beneath), mask_or_class=drought)
            for table_id, sex in SEXES.items():
                if sex == "total" or "sex" in exposed:
                    table = population_exposure.drought_table(
                        exposed, national_thousands=whole, sex=sex
                    )
                    yield table_id, table, {"rows": of_drought}

    def _on_degraded_land(
        self, counts: dict[int, xr.DataArray], whole: pd.DataFrame
    ) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
        """SO2-3.T1, from people on the country grid, brought to the number counted before.

        The edge of the affected area cuts cells of both grids, and each grid goes by the centres
        of its own cells.
        """
        first, latest = years = self.periods.baseline[1], self.periods.report_2[1]
        if not self.report.has_maps(*(f"land_degradation_status_{year}" for year in years)):
            return
        people = self.report.population(years).where(self.inside, 0)
        counted = _stacked({year: counts[year] for year in years})
        people = people * (counted / people.sum(("y", "x"))).fillna(0)
        status = self._by_year("land_degradation_status_{year}", list(years))
        exposed = population_exposure.exposed(people, mask_or_class=status)
        by_year = population_exposure.degradation_table(exposed, national_thousands=whole)
        table = exposure_tables.by_period(by_year, baseline=first, reporting=latest)
        yield "SO2-3.T1", table, {"rows": table["period"]}


def _is_national(names: Iterable[str]) -> bool:
    """Tell whether a table of the country has the classes of its own legend."""
    return not set(classes.system("land_cover").keys) <= set(names)


def _stacked(by_year: dict[int, xr.DataArray]) -> xr.DataArray:
    return xr.concat(by_year.values(), dim=pd.Index(list(by_year), name="year"))


def overview(affected: dict[str, pd.DataFrame], *, report: Report) -> pd.DataFrame:
    """Set the last figures of the affected area beside those of the country.

    Returns
    -------
    DataFrame
        ``subject``, ``unit``, ``affected_area``, ``country``.
    """
    rows = []
    for table_id, column, subject, unit in (
        ("CP-1.T1", "total_land_area", "Land", "km²"),
        ("CP-1.T2", "population_total", "People", "thousand"),
        ("SO1-4.T2", "sdg_15_3_1", "Degraded land", "% of the land"),
        ("SO2-3.T1", "total_percent", "People on degraded land", "% of the people"),
        ("SO3-1.T2", "proportion", "Land under drought, last year", "% of the land"),
        ("SO3-2.T1", "exposed_percent", "People under drought, last year", "% of the people"),
    ):
        if table_id in affected:
            whole = report.table(table_id)[column].iloc[-1]
            rows.append((subject, unit, affected[table_id][column].iloc[-1], whole))
    return pd.DataFrame(rows, columns=["subject", "unit", "affected_area", "country"])
