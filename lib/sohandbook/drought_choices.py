"""The choices behind SO 3-1, and what each of them does to the share of land under drought.

The manual fixes most of them and leaves some open. A :class:`Choice` names them all, so that a
result can say what it rests on and a trainee can move one and see the rest stand still.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from sohandbook import paths
from sohandbook.drought_inputs import DroughtInputs
from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard
from sohandbook.reporting_tables_so3 import land_by_drought_class

# Options that are ours to set when others have computed the index.
OF_ANY_INDEX = ("index", "length of the sums", "month of the year",
                "a score on an edge of two classes", "hyper-arid land")  # fmt: skip
SHORT_REFERENCE = 10  # years; long enough to fit, too short to trust


@dataclass(frozen=True)
class Choice:
    """How rain becomes classes of drought.

    Attributes
    ----------
    index : {"spi", "spei", "ready"}
        ``spei`` where potential evapotranspiration is at hand; ``ready`` for an index that others
        have computed, on which only ``edges`` has an effect.
    months, reference, zero_rule, minimum_years
        As in :func:`sohandbook.indicators.drought_hazard.spi`.
    edges : {"guidance", "trends_earth"}
        As ``preset`` in :func:`sohandbook.indicators.drought_hazard.intensity`.
    """

    index: str = "spi"
    months: int = 12
    reference: tuple[int, int] = (1981, 2010)
    zero_rule: str = "centre_of_mass"
    edges: Literal["guidance", "trends_earth"] = "guidance"
    minimum_years: int = 30

    def december(
        self,
        rain: xr.DataArray | None,
        *,
        evapotranspiration: xr.DataArray | None = None,
        ready: xr.DataArray | None = None,
    ) -> xr.DataArray:
        """Return the index of each December.

        Parameters
        ----------
        rain : DataArray, dims (time, y, x), or None
            Monthly rain, mm; a ready index needs none.
        evapotranspiration : DataArray, dims (time, y, x), optional
            Monthly potential evapotranspiration, mm; ``spei`` needs it.
        ready : DataArray, dims (time, y, x), optional
            An index that others have computed; ``ready`` needs it.

        Returns
        -------
        DataArray of float32, dims (year, y, x)

        Raises
        ------
        InputError
            If the index is not known, or its data are not there.
        """
        settings = {
            "months": self.months,
            "reference": self.reference,
            "minimum_years": self.minimum_years,
            "calendar_month": 12,
        }
        if self.index == "spi" and rain is not None:
            scores = drought_hazard.spi(rain, zero_rule=self.zero_rule, **settings)
        elif self.index == "spei" and rain is not None and evapotranspiration is not None:
            scores = drought_hazard.spei(rain, evapotranspiration=evapotranspiration, **settings)
        elif self.index == "ready" and ready is not None:
            scores = ready
        else:
            raise InputError(
                "drought index",
                found=self.index,
                allowed="spi with rain, spei with rain and potential evapotranspiration, or ready "
                "with an index",
                remedy="Choose the index whose data country.yml lists.",
            )
        return drought_hazard.yearly(scores)

    def classes(
        self,
        rain: xr.DataArray | None,
        *,
        evapotranspiration: xr.DataArray | None = None,
        ready: xr.DataArray | None = None,
    ) -> xr.DataArray:
        """Return the class of drought of each year; int8 (year, y, x)."""
        scores = self.december(rain, evapotranspiration=evapotranspiration, ready=ready)
        return drought_hazard.intensity(scores, preset=self.edges)

    def scores(self, data: DroughtInputs) -> xr.DataArray:
        """Return the index of each December, from what the country has."""
        demand = data.evapotranspiration if self.index == "spei" else None
        return self.december(data.rain, evapotranspiration=demand, ready=data.ready)

    def of(self, data: DroughtInputs) -> xr.DataArray:
        """Return the class of drought of each year, from what the country has."""
        return drought_hazard.intensity(self.scores(data), preset=self.edges)

    def others(self, data: DroughtInputs) -> dict[str, "Choice"]:
        """Return this choice and those that differ from it in one point, by what differs.

        Parameters
        ----------
        data : DroughtInputs
            What they would be computed from; SPEI is left out without evapotranspiration.
        """
        edges = "trends_earth" if self.edges == "guidance" else "guidance"
        found = {"as computed": self, "edges the other way": replace(self, edges=edges)}
        if self.index == "ready":
            return found
        if self.index == "spi":
            other = "upper" if self.zero_rule == "centre_of_mass" else "centre_of_mass"
            found["other rule for no rain"] = replace(self, zero_rule=other)
        for months in (6, 12, 24):
            if months != self.months:
                found[f"sums of {months} months"] = replace(self, months=months)
        if self.index == "spei":
            found["SPI, from rain alone"] = replace(self, index="spi")
        elif data.evapotranspiration is not None:
            found["SPEI, with evaporation"] = replace(self, index="spei")
        return found


def reference_choices(
    reference: tuple[int, int], *, record: tuple[int, int], drought_year: int
) -> dict[str, tuple[int, int]]:
    """Return reference periods that show what the period does, and that the record holds.

    Parameters
    ----------
    reference : (int, int)
        The period in use.
    record : (int, int)
        First and last year of the rain.
    drought_year : int
        A year of drought; ten years before it, and ten years around it, are two of the choices.

    Returns
    -------
    dict of str to (int, int)
        The period in use comes first; what the record does not hold is left out.
    """
    length = reference[1] - reference[0]
    before = drought_year - SHORT_REFERENCE
    around = drought_year - SHORT_REFERENCE // 2
    last = min(record[1], around + SHORT_REFERENCE - 1)
    choices = {
        "as computed": reference,
        "as long, as late as the record allows": (record[1] - length, record[1]),
        f"ten years before {drought_year}": (before, drought_year - 1),
        f"ten years with {drought_year} among them": (last - SHORT_REFERENCE + 1, last),
    }
    return {name: period for name, period in choices.items() if period[0] >= record[0]}


def options(choice: Choice) -> pd.DataFrame:
    """Say how every option of an index is set, and how two other packages set it.

    Returns
    -------
    DataFrame
        ``option``, ``here``, ``climate_indices``, ``xclim`` and ``why``; a ready index has none
        of them but the edges of the classes. From ``data/drought_index_options.yml``.
    """
    file = paths.data() / "drought_index_options.yml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    first, last = choice.reference
    rows = []
    for entry in entries:
        ready = choice.index == "ready" and entry["option"] not in OF_ANY_INDEX
        if not ready and entry.pop("only", choice.index) == choice.index:
            here = entry["here"].format(first=first, last=last, **vars(choice))
            rows.append(entry | {"here": here})
    return pd.DataFrame(rows)


def compare(
    choices: Mapping[str, xr.DataArray],
    *,
    land: Mapping[int, xr.DataArray],
    years: Iterable[int],
    drought_year: int,
) -> pd.DataFrame:
    """Set the key figures of several class maps side by side.

    Parameters
    ----------
    choices : mapping of str to DataArray of int8, dims (year, y, x)
        What was chosen, and the classes that it gives.
    land : mapping of int to DataArray
        As in :func:`sohandbook.reporting_tables_so3.land_by_drought_class`.
    years : iterable of int
        The reported years; the mean is over them, and the last of them is shown.
    drought_year : int

    Returns
    -------
    DataFrame
        One row a choice; percent of the land: under drought on average over the years, in
        the drought year and in the last year, and under extreme drought in the drought year.
    """
    years = list(years)
    rows = []
    for name, classes in choices.items():
        areas = land_by_drought_class(classes.sel(year=years), land=land)
        table = drought_hazard.area_table(areas, years=years).set_index("year")
        share = 100 * table.div(table.sum(axis=1), axis=0)
        drought = share[list(drought_hazard.DROUGHT_CLASSES)].sum(axis=1, skipna=False)
        rows.append(
            {
                "choice": name,
                "mean_of_all_years": float(np.mean(drought)),
                f"drought_{drought_year}": drought[drought_year],
                f"extreme_{drought_year}": share.loc[drought_year, "extreme"],
                f"drought_{years[-1]}": drought[years[-1]],
            }
        )
    frame = pd.DataFrame(rows)
    return frame.loc[:, ~frame.columns.duplicated()]
