"""The three sub-indicators of SO1 in memory, for any settings; what two share is computed once."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from sohandbook import land_inputs, soil_inputs
from sohandbook.indicators import land_cover, land_productivity, soil_organic_carbon
from sohandbook.report import Report

PERIODS = ("baseline", "report_1", "reporting")

Values = Mapping[str, Any]


class LandParts:
    """Land cover, productivity and soil carbon of one country.

    Parameters
    ----------
    report : Report

    Notes
    -----
    Settings are named ``chapter.parameter``; see :meth:`sohandbook.land_chain.LandChain.settings`.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.years = dict(zip(PERIODS, report.country.periods.status_years, strict=True))
        self._memory: dict[tuple, Any] = {}

    def once(self, key: tuple, compute: Callable[[], Any]) -> Any:
        """Return what is remembered under the key; compute it the first time."""
        if key not in self._memory:
            self._memory[key] = compute()
        return self._memory[key]

    def _span(self, period: str, start: int) -> tuple[int, int]:
        """Return the first and last year of a period of land cover and soil carbon."""
        first = self.report.country.periods.baseline[0] if period == "baseline" else start
        return first, self.years[period]

    def _cover(self, *, national: bool) -> xr.DataArray:
        first, last = self.report.country.periods.baseline[0], self.years["reporting"]
        return self.once(
            ("cover", national),
            lambda: self.report.land_cover(range(first, last + 1), national=national).compute(),
        )

    def land_cover(self, period: str, values: Values) -> xr.DataArray:
        """Return the status by land cover change; int8 (y, x)."""
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
        return self.once(key, judge)

    def _annual(self, values: Values) -> xr.DataArray:
        """Return yearly productivity from the first year that is asked for; read once."""
        start = self.report.country.periods.baseline[0]
        annual_value, season = _yearly_value(values)
        whole = self.once(
            ("annual", annual_value, season),
            lambda: (
                land_inputs.annual_productivity(
                    self.report, annual_value=annual_value, first_year=start, season=season
                ).productivity
            ),
        )
        return whole.sel(year=slice(max(start, values["so1-2.first_year"]), None))

    def productivity(self, period: str, values: Values) -> xr.DataArray:
        """Return the status by land productivity dynamics; int8 (y, x)."""
        if land_inputs.computes_dynamics(self.report, values["so1-2.dynamics"]):
            return self._computed_productivity(period, values)
        given = self.once(("ready_made",), lambda: land_inputs.ready_made_dynamics(self.report))
        return land_productivity.degradation(given[period])

    def _computed_productivity(self, period: str, values: Values) -> xr.DataArray:
        annual = self._annual(values)
        first = int(annual["year"][0])
        window = land_inputs.productivity_windows(
            self.report,
            productivity=annual,
            trend_years=values["so1-2.trend_years"],
            recent_years=values["so1-2.recent_years"],
        )[period]
        inside, yearly = slice(*window["trend"]), _yearly_value(values)
        names = ("significance", "trend_test", "climate_correction")
        test = (*(values[f"so1-2.{name}"] for name in names), yearly)
        names = ("state_classes", "state_widening", "state_least_change")
        limits = (*(values[f"so1-2.{name}"] for name in names), yearly)
        names = ("units", "performance_share", "share_test")
        best = (*(values[f"so1-2.{name}"] for name in names), yearly)

        def trend() -> xr.DataArray:
            significance, preset, correction, _ = test
            series = self.once(
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
            units = self.once(
                ("units", best[0], start),
                lambda: land_inputs.ecological_units(self.report, year=start, units=best[0]),
            )
            return land_productivity.performance(
                annual.sel(year=inside), units=units, least_share=best[1], preset=best[2]
            )

        place = (tuple(window["trend"]), tuple(window["recent"]))

        def judge() -> xr.DataArray:
            dynamics = land_productivity.dynamics(
                self.once(("trend", place, first, test), trend),
                state=self.once(("state", place, limits), state),
                performance=self.once(("performance", place, best), performance),
            )
            return land_productivity.degradation(dynamics.where(self.report.grid, np.int8(0)))

        return self.once(("productivity", place, first, test, limits, best), judge)

    def _stock(self, values: Values) -> xr.DataArray:
        choice, national = values["so1-3.climate_factor"], values["so1-3.national_legend"]
        factors, regional = values["so1-3.factors"], values["so1-3.regional_factors"]

        def follow() -> xr.DataArray:
            reference = self.once(
                ("reference",),
                lambda: self.report.data("soil_organic_carbon").where(self.report.grid).compute(),
            )
            model = soil_inputs.carbon_classes(
                self.report, national=national, factors=factors, regional_factors=regional
            )
            cover = self._cover(national=False)
            return soil_organic_carbon.stock(
                reference,
                land_cover=model.land_cover(cover["year"].values.tolist()) if national else cover,
                climate_factor=soil_inputs.climate_factor(self.report, choice=choice),
                **model.rule,
            ).compute()

        key = ("stock", choice, national, factors, tuple(sorted(regional.items())))
        return self.once(key, follow)

    def soil_carbon(self, period: str, values: Values) -> xr.DataArray:
        """Return the status by soil organic carbon; int8 (y, x)."""
        names = ("climate_factor", "national_legend", "factors", "threshold", "threshold_counts")
        rule = tuple(values[f"so1-3.{name}"] for name in names)
        regional = tuple(sorted(values["so1-3.regional_factors"].items()))
        start, end = self._span(period, values["so1-3.reporting_start"])

        def judge() -> xr.DataArray:
            stock = self._stock(values)
            return soil_organic_carbon.degradation(
                stock.sel(year=start), end=stock.sel(year=end), threshold=rule[3], inclusive=rule[4]
            )

        return self.once(("soil_carbon", start, end, rule, regional), judge)


def _yearly_value(values: Values) -> tuple[str, tuple[int, ...]]:
    """Return how composites become one value a year, and the months where that matters."""
    how = values["so1-2.annual_value"]
    return how, tuple(values["so1-2.season"]) if how == "growing_season" else ()
