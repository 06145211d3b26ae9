"""SO 3-1 from rain to shares of land under drought, in memory, for any settings."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd
import xarray as xr

from sohandbook import choices, drought_cells
from sohandbook.drought_choices import Choice
from sohandbook.indicators import drought_hazard
from sohandbook.report import Report
from sohandbook.reporting_tables_so3 import land_by_drought_class

CHAPTERS = ("so3-1",)
HARD = ["severe", "extreme"]


class DroughtChain:
    """The chain of SO 3-1 for one country.

    Parameters
    ----------
    report : Report
        The land masks of its country profile must be there.

    Attributes
    ----------
    drought_year : int
        The year with most land under severe or extreme drought, under the country's settings.
    headings, main
        As in :class:`sohandbook.choices.Chain`.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        first, last = report.country.periods.baseline[0], report.country.periods.report_2[1]
        recorded = self._rain["time"].dt.year
        self.years = [y for y in range(first, last + 1) if recorded[0] <= y <= recorded[-1]]
        own = self._shares(self.settings())
        self.drought_year = int(own[HARD].sum(axis=1).idxmax())
        self.main = "drought_mean"
        self.headings = {
            "drought_mean": (f"Mean of {self.years[0]} to {self.years[-1]}, %", 2),
            "drought_last": (f"{self.years[-1]}, %", 2),
            "hard_drought": (f"Severe or extreme in {self.drought_year}, %", 2),
        }

    def settings(self, preset: str | None = None) -> dict[str, Any]:
        """Return what chapter SO 3-1 takes for this country: ``chapter.parameter`` to value."""
        return choices.settings(self.report.country, CHAPTERS, preset=preset)

    def key_figures(self, values: Mapping[str, Any]) -> dict[str, float]:
        """Return the key figures of SO 3-1 under these settings.

        Returns
        -------
        dict
            Percent of the land: ``drought_mean`` and ``drought_last``, under drought of any
            class, on average over the reported years and in the last; ``hard_drought``, under
            severe or extreme drought in ``drought_year``.
        """
        share = self._shares(values)
        drought = share[list(drought_hazard.DROUGHT_CLASSES)].sum(axis=1)
        return {
            "drought_mean": float(drought.mean()),
            "drought_last": float(drought.loc[self.years[-1]]),
            "hard_drought": float(share.loc[self.drought_year, HARD].sum()),
        }

    def _shares(self, values: Mapping[str, Any]) -> pd.DataFrame:
        """Return the percent of the land in each class of drought, by year."""
        choice = Choice(
            reference=(values["so3-1.reference_first"], values["so3-1.reference_last"]),
            **{n: values[f"so3-1.{n}"] for n in ("index", "months", "zero_rule", "edges")},
            minimum_years=values["so3-1.minimum_years"],
        )
        demand = self._evapotranspiration if choice.index == "spei" else None
        classes = choice.classes(self._rain, evapotranspiration=demand).sel(year=self.years)
        areas = land_by_drought_class(classes, land=self._land)
        table = drought_hazard.area_table(areas, years=self.years).set_index("year")
        return 100 * table.div(table.sum(axis=1), axis=0)

    @cached_property
    def _rain(self) -> xr.DataArray:
        return self.report.data("precipitation", native=True).compute()

    @cached_property
    def _evapotranspiration(self) -> xr.DataArray:
        return self.report.data("evapotranspiration", native=True).compute()

    @cached_property
    def _land(self) -> dict[int, xr.DataArray]:
        """The land beneath each drought cell, km2, by year of table CP-1.T1."""
        places = drought_cells.nearest_cells(self._rain, grid=self.report.grid)
        return {
            year: drought_cells.gathered(
                self.report.cell_area.where(self.report.land_mask(year) == 1),
                places=places,
                drought=self._rain,
            )
            for year in self.report.country.periods.area_years
        }
