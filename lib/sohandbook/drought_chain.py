"""SO 3-1 from rain or a ready index to shares of land under drought, for any settings."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

from sohandbook import choices, drought_cells
from sohandbook.drought_choices import Choice
from sohandbook.drought_inputs import DroughtInputs
from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard
from sohandbook.report import Report
from sohandbook.reporting_tables_so3 import land_by_drought_class

CHAPTERS = ("so3-1",)
HARD = ["severe", "extreme"]
INSIDE_A_READY_INDEX = ("reference_first", "reference_last", "zero_rule")


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
        self._data: dict[str, DroughtInputs] = {}
        self._beneath: dict[str, dict[int, xr.DataArray]] = {}
        first, last = report.country.periods.baseline[0], report.country.periods.report_2[1]
        self._own = self.settings()
        self.years = self._inputs(self._own).years(first, last)
        self.drought_year = int(self._shares(self._own)[HARD].sum(axis=1).idxmax())
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
        drought = share[list(drought_hazard.DROUGHT_CLASSES)].sum(axis=1, skipna=False)
        return {
            "drought_mean": float(drought.mean()),
            "drought_last": float(drought.loc[self.years[-1]]),
            "hard_drought": float(share.loc[self.drought_year, HARD].sum(skipna=False)),
        }

    def _shares(self, values: Mapping[str, Any]) -> pd.DataFrame:
        """Return the percent of the land in each class of drought, by year."""
        for name in INSIDE_A_READY_INDEX if values["so3-1.index"] == "ready" else ():
            if values[f"so3-1.{name}"] != self._own[f"so3-1.{name}"]:
                raise InputError(
                    f"so3-1, {name}",
                    found="an index that others computed",
                    allowed="rain, to compute another",
                    remedy="List the dataset precipitation and set so3-1.index to spi.",
                )
        choice = Choice(
            reference=(values["so3-1.reference_first"], values["so3-1.reference_last"]),
            **{n: values[f"so3-1.{n}"] for n in ("index", "months", "zero_rule", "edges")},
            minimum_years=values["so3-1.minimum_years"],
        )
        data = self._inputs(values)
        classes = choice.of(data)
        if missing := sorted(set(self.years) - set(classes["year"].values.tolist())):
            raise InputError(
                f"so3-1, index {choice.index}",
                found=f"no index of {missing}",
                allowed=f"the years {self.years[0]} to {self.years[-1]}",
                remedy="Fetch the missing years.",
            )
        land = self._land(data)
        areas = land_by_drought_class(classes.sel(year=self.years), land=land)
        table = drought_hazard.area_table(areas, years=self.years).set_index("year")
        return 100 * table.div(table.sum(axis=1), axis=0)

    def _inputs(self, values: Mapping[str, Any]) -> DroughtInputs:
        """Return the data behind an index; SPI and SPEI share theirs."""
        index = values["so3-1.index"]
        kind = "ready" if index == "ready" else "rain"
        if kind not in self._data or index == "ready":
            self._data[kind] = DroughtInputs(self.report, index, values["so3-1.months"])
        return self._data[kind]

    def _land(self, data: DroughtInputs) -> dict[int, xr.DataArray]:
        """Return the land beneath each drought cell, km2, by year of table CP-1.T1."""
        if data.index not in self._beneath:
            places = drought_cells.nearest_cells(data.cells, grid=self.report.grid)
            self._beneath[data.index] = {
                year: drought_cells.gathered(
                    self.report.cell_area.where(self.report.land_mask(year) == 1),
                    places=places,
                    drought=data.cells,
                )
                for year in self.report.country.periods.area_years
            }
        return self._beneath[data.index]
