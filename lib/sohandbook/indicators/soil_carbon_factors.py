"""The factors by which a change of land cover changes the stock of soil organic carbon."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.errors import InputError
from sohandbook.indicators.cells import by_block

# Codes of the IPCC climate zones (IPCC 2006, volume 4, figure 3A.5.1, as coded in the raster that
# Trends.Earth ships). The manual prints no factor for polar, boreal and tropical wet zones; they
# take the one of the nearest printed climate, as in Trends.Earth (te_algorithms, gee/soc.py).
CLIMATE_OF_ZONE = {
    1: "temperate_moist",  # warm temperate moist
    2: "temperate_dry",  # warm temperate dry
    3: "temperate_moist",  # cool temperate moist
    4: "temperate_dry",  # cool temperate dry
    5: "temperate_moist",  # polar moist
    6: "temperate_dry",  # polar dry
    7: "temperate_moist",  # boreal moist
    8: "temperate_dry",  # boreal dry
    9: "tropical_montane",
    10: "tropical_moist",  # tropical wet
    11: "tropical_moist",
    12: "tropical_dry",
}


def climate_factor(
    zones: xr.DataArray, *, preset: Literal["guidance", "trends_earth"] = "guidance"
) -> xr.DataArray:
    """Return the factor f that cropland has in the climate of each cell.

    Parameters
    ----------
    zones : DataArray (y, x)
        IPCC climate zones, codes 1 to 12.
    preset : {"guidance", "trends_earth"}
        ``guidance``: by climate zone. ``trends_earth``: 0.80 everywhere, as the
        tool computes the default data.

    Returns
    -------
    DataArray (y, x) of float32
        0.48 to 0.80. With ``guidance``, NaN where there is no zone (code 0 and
        all others); there the stock is lost from sight as soon as land turns to
        or from cropland, and only then.

    Notes
    -----
    UNCCD reporting manual 2026, SO1, Figure 3; Addendum 2025 to the good practice
    guidance for SDG 15.3.1, Table 3.6.
    """
    f_by_climate = classes.reference_table("soc_change_coefficients")["f_by_climate"]
    table = np.full(256, np.nan, dtype=np.float32)
    if preset == "guidance":
        for zone, climate in CLIMATE_OF_ZONE.items():
            table[zone] = f_by_climate[climate]
    elif preset == "trends_earth":
        table[:] = f_by_climate["temperate_dry"]
    else:
        raise InputError(
            "preset", found=preset, allowed=("guidance", "trends_earth"), remedy="Use one of these."
        )

    def look_up(codes: np.ndarray) -> np.ndarray:
        inside = (codes >= 0) & (codes <= 255)
        return table[np.where(inside, codes, 0).astype(np.uint8)]

    factor = by_block(look_up, zones, dtype=np.float32)
    return factor.rename("climate_factor").assign_attrs(
        long_name="Soil organic carbon factor of cropland by climate", units="1"
    )


def factor_tables(by_region: Mapping[int, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Read tables of factors, some of which hang on the climate factor f.

    Parameters
    ----------
    by_region : mapping of region code to square table
        Rows are the class before, columns the class after. A cell is a number or
        a text such as ``"0.71"``, ``"1/0.71"``, ``"f"`` or ``"1/f"``. ``None``
        stands for the manual's Figure 3.

    Returns
    -------
    numbers : numpy.ndarray of float64, shape (region, class, class)
    powers : numpy.ndarray of int8, same shape
        The factor is ``numbers * f ** powers``.

    Raises
    ------
    InputError
        Names the region, both classes and the cell that cannot be read.
    """
    tables, size = [], 0
    for region, table in by_region.items():
        if table is None:
            printed = classes.reference_table("soc_change_coefficients")
            table = [printed["matrix"][code] for code in printed["order"]]
        rows = np.asarray(table, dtype=object)
        size = size or len(rows)
        if rows.shape != (size, size):
            raise InputError(
                f"soil organic carbon factors, region {region}",
                found=f"a table of shape {rows.shape}",
                allowed="one row and one column for each class, in every region",
                remedy="Give the factor of every pair of classes.",
            )
        tables.append(
            [
                [_factor(cell, region, start, end) for end, cell in enumerate(row, 1)]
                for start, row in enumerate(rows, 1)
            ]
        )
    parts = np.array(tables)
    return parts[..., 0].copy(), parts[..., 1].astype(np.int8)


def _factor(cell: Any, region: int, start: int, end: int) -> tuple[float, int]:
    """Return the number and the power of f of one cell, ``"1/f"`` being (1, -1)."""
    number, power = 1.0, 0
    above, _, below = str(cell).replace(" ", "").partition("/")
    try:
        for sign, part in ((1, above), (-1, below or "1")):
            if part == "f":
                power += sign
            else:
                number *= float(part) ** sign
        readable = 0 <= number < np.inf
    except (ValueError, ZeroDivisionError):
        readable = False
    if not readable:
        raise InputError(
            f"soil organic carbon factors, region {region}, class {start} to class {end}",
            found=cell,
            allowed='numbers from 0, "f", "1/f" and their like',
            remedy="Mend the cell of the table.",
        )
    return number, power
