"""SO1 from data to SDG indicator 15.3.1 in memory, for any settings, each part computed once.

The chapters keep their maps as files. To see what a choice does, the same steps run here with
other settings; what two settings share is remembered and not computed again. A test holds the
chain against the tables that the chapters wrote.
"""

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import choices, polygons, reporting_tables
from sohandbook import sites as known_sites
from sohandbook.indicators import land_degradation, productivity_state
from sohandbook.land_parts import PERIODS, LandParts, Values
from sohandbook.report import Report

CHAPTERS = ("so1-1", "so1-2", "so1-3", "so1-4")
PARTS = ("land_cover", "productivity", "soc")


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
    Holds the yearly productivity, land cover and soil carbon: some 14 bytes a cell and year, and
    4 more where the growing season is tried too.
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
        self._parts = LandParts(report)

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
            "land_cover": self._parts.land_cover(period, values),
            "productivity": self._parts.productivity(period, values),
            "soc": self._parts.soil_carbon(period, values),
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

    @cached_property
    def _cell_area(self) -> xr.DataArray:
        return self.report.cell_area

    @cached_property
    def _land(self) -> dict[str, xr.DataArray]:
        return {period: self.report.land_mask(year) == 1 for period, year in self.years.items()}

    def _sites(self, file: str) -> tuple[xr.DataArray, pd.DataFrame]:
        def read() -> tuple[xr.DataArray, pd.DataFrame]:
            known = known_sites.read(
                self.report.country.folder / file, boundary=self.report.boundary
            )
            numbers = polygons.numbers(known, grid=self.report.grid)
            return numbers, land_degradation.recode_rules(known)

        return self._parts.once(("sites", file), read)
