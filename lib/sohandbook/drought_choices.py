"""The choices behind SO 3-1, and what each of them does to the share of land under drought.

The manual fixes most of them and leaves some open. A :class:`Choice` names them all, so that a
result can say what it rests on and a trainee can move one and see the rest stand still.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard
from sohandbook.reporting_tables_so3 import land_by_drought_class

SHORT_REFERENCE = 10  # years; long enough to fit, too short to trust


@dataclass(frozen=True)
class Choice:
    """How rain becomes classes of drought.

    Attributes
    ----------
    index : str
        ``spi``, or ``spei`` where evapotranspiration is at hand.
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
        self, rain: xr.DataArray, *, evapotranspiration: xr.DataArray | None = None
    ) -> xr.DataArray:
        """Return the index of each December.

        Parameters
        ----------
        rain : DataArray, dims (time, y, x)
            Monthly rain, mm.
        evapotranspiration : DataArray, dims (time, y, x), optional
            Monthly potential evapotranspiration, mm; ``spei`` needs it.

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
        if self.index == "spi":
            scores = drought_hazard.spi(rain, zero_rule=self.zero_rule, **settings)
        elif self.index == "spei" and evapotranspiration is not None:
            scores = drought_hazard.spei(rain, evapotranspiration=evapotranspiration, **settings)
        else:
            raise InputError(
                "drought index",
                found=self.index,
                allowed="spi, or spei with a dataset 'evapotranspiration'",
                remedy="Choose spi, or list monthly evapotranspiration in country.yml.",
            )
        return drought_hazard.yearly(scores)

    def classes(
        self, rain: xr.DataArray, *, evapotranspiration: xr.DataArray | None = None
    ) -> xr.DataArray:
        """Return the class of drought of each year; int8 (year, y, x)."""
        scores = self.december(rain, evapotranspiration=evapotranspiration)
        return drought_hazard.intensity(scores, preset=self.edges)


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
        drought = share[list(drought_hazard.DROUGHT_CLASSES)].sum(axis=1)
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
