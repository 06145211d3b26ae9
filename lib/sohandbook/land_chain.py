"""SO1 from data to SDG indicator 15.3.1 in memory, for any settings, each part computed once.

The chapters keep their maps as files. To see what a choice does, the same steps run here with
other settings; what two settings share is remembered and not computed again. A test holds the
chain against the tables that the chapters wrote.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import choices, land_inputs, polygons, reporting_tables
from sohandbook import sites as known_sites
from sohandbook.indicators import (
    land_cover,
    land_degradation,
    land_productivity,
    productivity_state,
    soil_organic_carbon,
)
from sohandbook.report import Report

CHAPTERS = ("so1-1", "so1-2", "so1-3", "so1-4")
PERIODS = ("baseline", "report_1", "reporting")
PARTS = ("land_cover", "productivity", "soc")

Values = Mapping[str, Any]


class LandChain:
    """The chain of SO1 for one country.

    Parameters
    ----------
    report : Report
        The land masks of its country profile must be there.

    Attributes
    ----------
    headings, main
        As in :class:`sohandbook.choices.Chain`.

    Notes
    -----
    Holds the yearly productivity, land cover and soil carbon: some 14 bytes a cell and year.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.years = dict(zip(PERIODS, report.country.periods.status_years, strict=True))
        self.headings = {
            **{f"sdg_15_3_1_{year}": (f"15.3.1 in {year}, %", 2) for year in self.years.values()},
            "degraded_land_cover": ("Land cover, km²", 0),
            "degraded_productivity": ("Productivity, km²", 0),
            "degraded_soc": ("Soil carbon, km²", 0),
        }
        self.main = f"sdg_15_3_1_{self.years['reporting']}"
        self._memory: dict[tuple, Any] = {}

    def settings(self, preset: str | None = None) -> dict[str, Any]:
        """Return what the chapters of SO1 take for this country: ``chapter.parameter`` to value.

        Parameters
        ----------
        preset : str, optional
            Instead of the one that the country names; the country's own settings hold.

        Returns
        -------
        dict
            The parameter ``so1-2.method`` is spelt out: ``trend_test``, ``state_widening``,
            ``state_least_change`` and ``share_test``. ``so1-4.denominator`` is ``land``.
        """
        values = choices.settings(self.report.country, CHAPTERS, preset=preset)
        method = values.pop("so1-2.method")
        faithful = method == "trends_earth"
        return values | {
            "so1-2.trend_test": method,
            "so1-2.state_widening": productivity_state.TRENDS_EARTH_WIDENING if faithful else 0.0,
            "so1-2.state_least_change": (
                productivity_state.TRENDS_EARTH_LEAST_CHANGE if faithful else 0.0
            ),
            "so1-2.share_test": method,
            "so1-4.denominator": "land",
        }

    def key_figures(self, values: Values) -> dict[str, float]:
        """Return the key figures of SO1 under these settings.

        Parameters
        ----------
        values : mapping
            As :meth:`settings` returns them.

        Returns
        -------
        dict
            ``sdg_15_3_1_{year}``, percent of the total land area, for the three status years;
            ``degraded_{part}``, km2 in the reporting period, for the three sub-indicators: of the
            country for land cover, of the land for the others, as in their tables.
        """
        status = self.status(values)
        table = reporting_tables.sdg_15_3_1(
            status, years=list(self.years.values()), cell_area=self._cell_area, within=self._land
        )
        share = table["sdg_15_3_1"]
        if values["so1-4.denominator"] == "land_with_data":
            share = (
                100 * table["degraded_area"] / (table["total_land_area"] - table["no_data_area"])
            )
        figures = {
            f"sdg_15_3_1_{year}": float(value)
            for year, value in zip(self.years.values(), share, strict=True)
        }
        for part, data in self.parts("reporting", values).items():
            whole = self.report.grid if part == "land_cover" else self._land["reporting"]
            degraded = (data == -1) & whole
            figures[f"degraded_{part}"] = float(self._cell_area.where(degraded).sum())
        return figures

    def parts(self, period: str, values: Values) -> dict[str, xr.DataArray]:
        """Return the three sub-indicators of a period; status, int8 (y, x)."""
        return {
            "land_cover": self._land_cover(period, values),
            "productivity": self._productivity(period, values),
            "soc": self._soil_carbon(period, values),
        }

    def status(self, values: Values) -> dict[str, xr.DataArray]:
        """Return the status at the end of each period, corrected at the sites; int8 (y, x)."""
        assessment = {}
        for period in PERIODS:
            joined = land_degradation.one_out_all_out(
                **self.parts(period, values), no_data=values["so1-4.no_data"]
            ).where(self._land[period], np.int8(-128))
            if values["so1-4.sites"]:
                numbers, rules = self._sites(values["so1-4.sites"])
                joined = land_degradation.recode(joined, sites=numbers, rules=rules, period=period)
            assessment[period] = joined
        baseline = assessment.pop("baseline")
        later = {p: land_degradation.status(baseline, period=a) for p, a in assessment.items()}
        return {"baseline": baseline, **later}

    def _once(self, key: tuple, compute: Callable[[], Any]) -> Any:
        if key not in self._memory:
            self._memory[key] = compute()
        return self._memory[key]

    @cached_property
    def _cell_area(self) -> xr.DataArray:
        return self.report.cell_area

    @cached_property
    def _land(self) -> dict[str, xr.DataArray]:
        return {period: self.report.land_mask(year) == 1 for period, year in self.years.items()}

    def _sites(self, file: str) -> tuple[xr.DataArray, pd.DataFrame]:
        def read() -> tuple[xr.DataArray, pd.DataFrame]:
            known = known_sites.read(self.report.country.folder / file)
            numbers = polygons.numbers(known, grid=self.report.grid)
            return numbers, land_degradation.recode_rules(known)

        return self._once(("sites", file), read)

    def _span(self, period: str, start: int) -> tuple[int, int]:
        """Return the first and last year of a period of land cover and soil carbon."""
        first = self.report.country.periods.baseline[0] if period == "baseline" else start
        return first, self.years[period]

    def _cover(self, *, national: bool) -> xr.DataArray:
        first, last = self.report.country.periods.baseline[0], self.years["reporting"]
        return self._once(
            ("cover", national),
            lambda: self.report.land_cover(range(first, last + 1), national=national).compute(),
        )

    def _land_cover(self, period: str, values: Values) -> xr.DataArray:
        names = ("national_legend", "matrix", "regional_matrices")
        national, matrix, regional = (values[f"so1-1.{name}"] for name in names)
        start, end = self._span(period, values["so1-1.reporting_start"])

        def judge() -> xr.DataArray:
            cover = self._cover(national=national)
            by_region = self.report.regional_matrices(regional, national=national)
            return land_cover.degradation(
                cover.sel(year=start),
                end=cover.sel(year=end),
                matrix=by_region or self.report.transition_matrix(matrix, national=national),
                regions=self.report.regions if by_region else None,
                codes=self.report.land_cover_system(national=national).codes,
            )

        key = ("land_cover", start, end, national, matrix, tuple(sorted(regional.items())))
        return self._once(key, judge)

    def _annual(self, values: Values) -> xr.DataArray:
        """Return yearly productivity from the first year that is asked for; read once."""
        start = self.report.country.periods.baseline[0]
        annual_value = values["so1-2.annual_value"]
        whole = self._once(
            ("annual", annual_value),
            lambda: (
                land_inputs.annual_productivity(
                    self.report, annual_value=annual_value, first_year=start
                ).productivity
            ),
        )
        return whole.sel(year=slice(max(start, values["so1-2.first_year"]), None))

    def _productivity(self, period: str, values: Values) -> xr.DataArray:
        annual = self._annual(values)
        first = int(annual["year"][0])
        window = land_inputs.productivity_windows(
            self.report,
            productivity=annual,
            trend_years=values["so1-2.trend_years"],
            recent_years=values["so1-2.recent_years"],
        )[period]
        inside = slice(*window["trend"])
        names = ("significance", "trend_test", "climate_correction", "annual_value")
        test = tuple(values[f"so1-2.{name}"] for name in names)
        names = ("state_classes", "state_widening", "state_least_change", "annual_value")
        limits = tuple(values[f"so1-2.{name}"] for name in names)
        names = ("units", "performance_share", "share_test", "annual_value")
        best = tuple(values[f"so1-2.{name}"] for name in names)

        def trend() -> xr.DataArray:
            significance, preset, correction, _ = test
            series = self._once(
                ("corrected", correction, first, test[-1]),
                lambda: land_inputs.climate_corrected(
                    annual, report=self.report, correction=correction
                ),
            )
            return land_productivity.trend(
                series.sel(year=inside), significance=significance, preset=preset
            )

        def state() -> xr.DataArray:
            return land_productivity.state(
                annual,
                history=window["history"],
                recent=window["recent"],
                number_of_classes=limits[0],
                widen=limits[1],
                least_change=limits[2],
            )

        def performance() -> xr.DataArray:
            start = window["trend"][0]
            units = self._once(
                ("units", best[0], start),
                lambda: land_inputs.ecological_units(self.report, year=start, units=best[0]),
            )
            return land_productivity.performance(
                annual.sel(year=inside), units=units, least_share=best[1], preset=best[2]
            )

        place = (tuple(window["trend"]), tuple(window["recent"]))

        def judge() -> xr.DataArray:
            dynamics = land_productivity.dynamics(
                self._once(("trend", place, first, test), trend),
                state=self._once(("state", place, limits), state),
                performance=self._once(("performance", place, best), performance),
            )
            return land_productivity.degradation(dynamics.where(self.report.grid, np.int8(0)))

        return self._once(("productivity", place, first, test, limits, best), judge)

    def _stock(self, values: Values) -> xr.DataArray:
        choice, factors = values["so1-3.climate_factor"], values["so1-3.factors"]

        def follow() -> xr.DataArray:
            reference = self._once(
                ("reference",),
                lambda: self.report.data("soil_organic_carbon").where(self.report.grid).compute(),
            )
            return soil_organic_carbon.stock(
                reference,
                land_cover=self._cover(national=False),
                factors=land_inputs.change_factors(self.report, factors),
                climate_factor=land_inputs.climate_factor(self.report, choice=choice),
            ).compute()

        return self._once(("stock", choice, factors), follow)

    def _soil_carbon(self, period: str, values: Values) -> xr.DataArray:
        names = ("climate_factor", "factors", "threshold", "threshold_counts")
        rule = tuple(values[f"so1-3.{name}"] for name in names)
        start, end = self._span(period, values["so1-3.reporting_start"])

        def judge() -> xr.DataArray:
            stock = self._stock(values)
            return soil_organic_carbon.degradation(
                stock.sel(year=start), end=stock.sel(year=end), threshold=rule[2], inclusive=rule[3]
            )

        return self._once(("soil_carbon", start, end, rule), judge)
