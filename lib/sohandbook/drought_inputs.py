"""What SO 3-1 reads, for each of the indices that it can take.

``spi`` needs monthly rain; ``spei`` needs monthly potential evapotranspiration as well;
``ready`` is an index that others have computed, such as GMID's, and needs neither.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.grid import align
from sohandbook.indicators import drought_hazard

DATASETS = {
    "spi": ("precipitation",),
    "spei": ("precipitation", "potential_evapotranspiration"),
    "ready": ("drought_index",),
}


@dataclass(frozen=True)
class DroughtInputs:
    """The data behind a drought index, read when they are needed.

    Attributes
    ----------
    report : Report
    index : {"spi", "spei", "ready"}
    months : int
        Length of the sums that is asked for; a ready index must have it.

    Raises
    ------
    InputError
        The index is not known, or its data are not listed in ``country.yml``.
    """

    report: Any
    index: str = "spi"
    months: int = 12

    def __post_init__(self) -> None:
        if self.index not in DATASETS:
            raise InputError(
                "so3-1, index", found=self.index, allowed=DATASETS, remedy="Name one of these."
            )
        for name in DATASETS[self.index]:
            if name not in self._listed:
                raise InputError(
                    f"{self.report.country.folder / 'country.yml'}, datasets",
                    found=f"no dataset {name!r}",
                    allowed=f"{name!r} among them, because so3-1 has 'index: {self.index}'",
                    remedy="Add the dataset, or choose another index.",
                )

    @property
    def names(self) -> list[str]:
        """The datasets that the index is made of."""
        return list(DATASETS[self.index])

    @cached_property
    def rain(self) -> xr.DataArray | None:
        """Rain, mm a month, float32 (time, y, x); None where the index is ready-made."""
        if self.index == "ready":
            return None
        return self.report.data("precipitation", native=True).compute()

    @cached_property
    def evapotranspiration(self) -> xr.DataArray | None:
        """Potential evapotranspiration on the cells and months of the rain, mm a month, or None.

        It changes slowly over land, so its large cells are interpolated between their centres.
        """
        if self.rain is None or "potential_evapotranspiration" not in self._listed:
            return None
        demand = self.report.data("potential_evapotranspiration", native=True)
        missing = np.setdiff1d(self.rain["time"].values, demand["time"].values)
        if missing.size:
            raise InputError(
                "potential_evapotranspiration, months",
                found=f"{missing.size} months of the rain are missing, the first is "
                f"{np.datetime_as_string(missing[0], unit='M')}",
                allowed="every month of the dataset precipitation",
                remedy="Fetch them, or shorten the rain with 'years' in country.yml.",
            )
        chosen = demand.sel(time=self.rain["time"].values).compute()
        return align(chosen, grid=self.rain.isel(time=0, drop=True), kind="continuous")

    @cached_property
    def ready(self) -> xr.DataArray | None:
        """An index that others have computed, float32 (time, y, x), or None."""
        if self.index != "ready":
            return None
        found = self.report.data("drought_index", native=True).compute()
        if found.attrs["months"] != self.months:
            raise InputError(
                "drought_index, months",
                found=f"an index of {found.attrs['months']} months",
                allowed=f"{self.months} months, as so3-1 asks for",
                remedy="Take the index of this length, or set so3-1.months and report it.",
            )
        if not (found["time"].dt.month == 12).any():
            raise InputError(
                "drought_index, months",
                found="no December",
                allowed="the index of December, which looks back on the calendar year",
                remedy="Fetch the Decembers.",
            )
        return drought_hazard.ready_index(found)

    @property
    def cells(self) -> xr.DataArray:
        """Any map of the drought grid, with time."""
        return self.rain if self.ready is None else self.ready

    @property
    def record(self) -> tuple[int, int]:
        """The first and last year of the record."""
        years = self.cells["time"].dt.year
        return int(years[0]), int(years[-1])

    def years(self, first: int, last: int) -> list[int]:
        """Return the years between these that have a December."""
        time = self.cells["time"].dt
        known = set(time.year.values[time.month.values == 12].tolist())
        return [year for year in range(first, last + 1) if year in known]

    @property
    def _listed(self) -> Any:
        return self.report.country.datasets
