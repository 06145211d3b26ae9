"""What the chapter on soil organic carbon reads: classes, factors and climate, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from sohandbook import classes, national_inputs
from sohandbook.errors import InputError
from sohandbook.indicators import soil_organic_carbon
from sohandbook.report import Report

WATER = 7


@dataclass(frozen=True)
class CarbonClasses:
    """Land cover as the carbon model takes it, and the factors that belong to it.

    Attributes
    ----------
    system : ClassSystem
        The seven UNCCD classes, or a national legend with its classes numbered from 1.
    factors : table, mapping of region to table, or None
        None stands for the manual's.
    regions : xarray.DataArray or None
        Numbers of the regions, if the factors differ between them.
    water : tuple of int
        The classes that hold no stock.
    """

    report: Report
    system: classes.ClassSystem
    factors: Any
    regions: xr.DataArray | None
    water: tuple[int, ...]
    national: bool

    @property
    def rule(self) -> dict[str, Any]:
        """What :func:`soil_organic_carbon.stock` takes besides maps of the country."""
        return {"factors": self.factors, "regions": self.regions, "water": self.water}

    def at(self, place: Mapping[str, int]) -> dict[str, Any]:
        """What :func:`sohandbook.one_cell.carbon` takes: factors of the cell, names, water."""
        factors = self.factors
        if self.regions is not None:
            factors = factors[int(self.regions.isel(place))]
        names = dict(zip(self.system.codes, self.system.labels, strict=True))
        names[self.system.nodata] = "No data"
        return {"factors": factors, "names": names, "water": self.water}

    def land_cover(self, years: Sequence[int]) -> xr.DataArray:
        """Return the classes of the years, numbered 1 to n; uint8 (year, y, x), no data 0."""
        return numbered_cover(self.report, years, national=self.national)[0]


def numbered_cover(
    report: Report, years: Sequence[int], *, national: bool
) -> tuple[xr.DataArray, classes.ClassSystem]:
    """Return the classes of the years, numbered 1 to n, and what they are.

    Returns
    -------
    cover : xarray.DataArray of uint8, shape (year, y, x)
        No data is 0.
    system : ClassSystem
        The seven UNCCD classes, or the national legend with its classes numbered from 1.
    """
    cover, system = report.land_cover(years, national=national), _numbered(report, national)
    if national:
        number = np.zeros(256, dtype=np.uint8)
        number[list(report.land_cover_system(national=True).codes)] = system.codes
        cover = xr.apply_ufunc(
            lambda block: number[block], cover, dask="parallelized", output_dtypes=[np.uint8]
        )
    return cover.assign_attrs(system.attributes()), system


def _numbered(report: Report, national: bool) -> classes.ClassSystem:
    system = report.land_cover_system(national=national)
    return replace(system, codes=tuple(range(1, len(system.codes) + 1)), nodata=0)


def carbon_classes(
    report: Report,
    *,
    national: bool = False,
    factors: str = "",
    regional_factors: Mapping[str, str] | None = None,
) -> CarbonClasses:
    """Bring the legend and its factors together.

    Parameters
    ----------
    report : Report
    national : bool
        Follow the classes of the country's own legend.
    factors : str
        CSV file of national factors in the country's folder; empty for the manual's.
    regional_factors : mapping of region name to file, optional
        In place of ``factors``, one file for each region of the country.

    Raises
    ------
    InputError
        A national legend without factors of its own (the manual asks for them, SO1-3), factors
        given both ways, or files that do not fit the legend or the regions.
    """
    settings = f"{report.country.folder / 'country.yml'}, settings.so1-3"
    system = report.land_cover_system(national=national)
    codes = [str(code) for code in system.codes]
    if factors and regional_factors:
        raise InputError(
            f"{settings}.regional_factors",
            found=f"{factors} and {dict(regional_factors)}",
            allowed="factors, or regional_factors",
            remedy="Give one of them.",
        )
    if national and not factors and not regional_factors:
        raise InputError(
            f"{settings}.factors",
            found="no factors for the classes of the own legend",
            allowed=f"a CSV file with the columns from, {', '.join(codes)}",
            remedy="The manual asks for own factors with an own legend: give 'factors' or "
            "'regional_factors', or set national_legend to false.",
        )
    regions = None
    table: Any = _read(report, factors, codes) if factors else None
    if regional_factors:
        names, regions = report.region_names, report.regions
        if sorted(regional_factors) != sorted(names):
            raise InputError(
                f"{settings}.regional_factors",
                found=sorted(regional_factors),
                allowed=names or "none: country.yml has no regions",
                remedy="Give each region of the country one file, and no other.",
            )
        table = {
            number: _read(report, regional_factors[name], codes)
            for number, name in enumerate(names, start=1)
        }
    unccd = report.legend.unccd if national else {WATER: WATER}
    water = [number for number, code in enumerate(system.codes, 1) if unccd.get(code) == WATER]
    return CarbonClasses(
        report=report,
        system=_numbered(report, national),
        factors=table,
        regions=regions,
        water=tuple(water),
        national=national,
    )


def check_tier(report: Report, tier: int, *, factors: str, regional_factors: Mapping) -> int:
    """Return the tier, once it fits the factors: the manual's are Tier 1, national ones are not."""
    own = bool(factors or regional_factors)
    if tier not in (1, 2, 3) or (own and tier == 1):
        raise InputError(
            f"{report.country.folder / 'country.yml'}, settings.so1-3.tier",
            found=tier,
            allowed="2 or 3, because national factors are given" if own else "1, 2 or 3",
            remedy="Tier 1 has the manual's factors, Tier 2 national ones, Tier 3 measurements.",
        )
    return tier


def climate_factor(report: Report, *, choice: str) -> xr.DataArray | float:
    """The factor of cropland in each cell's climate, or one number for all."""
    if choice == "by_zone":
        return soil_organic_carbon.climate_factor(report.data("climate_zones"))
    try:
        factor = float(choice)
    except ValueError:
        factor = np.nan
    if not 0 < factor <= 1:
        raise InputError(
            f"{report.country.folder / 'country.yml'}, settings.so1-3.climate_factor",
            found=choice,
            allowed="by_zone, or a number above 0 and up to 1",
            remedy="Mend the setting.",
        )
    return factor


def _read(report: Report, file_name: str, codes: list[str]) -> list[list[str]]:
    """Read national change factors: a line and a column for each class, by its code."""
    file = report.country.folder / file_name
    frame = national_inputs.read_csv(file, columns=["from", *codes]).set_index("from")
    if sorted(frame.index) != sorted(codes):
        raise InputError(
            f"{file}, column from",
            found=", ".join(frame.index),
            allowed=codes,
            remedy="Give each land cover class one line.",
        )
    return frame.loc[codes, codes].to_numpy().tolist()


def at(value: xr.DataArray | float, place: Mapping[str, int]) -> float:
    """Return the value of one cell, of a map or of a number that holds everywhere."""
    return float(value.isel(place)) if isinstance(value, xr.DataArray) else value
