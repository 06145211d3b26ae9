"""What the numbers in a file mean: fill values, valid range, scale and offset (CF convention)."""

import numpy as np
import xarray as xr

from sohandbook.errors import InputError

# Numbers that programs write where there is no value. None of them is the least or the greatest
# value of a real map of what we read: rain, carbon, productivity, people, an index.
FILLS = (-999999, -99999, -32768, -9999, 32767, 65535)
ALSO_A_VALUE = (
    9999  # of productivity times 10,000, for example; as a fill it stands far from others
)
MODIS_FILLS = 7  # its products have so many at the top of their type: 65529 to 65535
LARGEST = 1e20  # netCDF, GRIB and GDAL fill decimal numbers with this and more


def decode(source: xr.DataArray) -> tuple[xr.DataArray, dict[str, object]]:
    """Return values as float32 in their unit with NaN as no data, and the other attributes."""
    attributes = dict(source.attrs)
    fill = attributes.pop("_FillValue", None)
    missing = attributes.pop("missing_value", None)
    valid_range = attributes.pop("valid_range", None)
    scale, offset = attributes.pop("scale_factor", 1.0), attributes.pop("add_offset", 0.0)
    values = source.astype(np.float32 if source.dtype.itemsize <= 4 else np.float64)
    if fill is not None and fill == fill:
        values = values.where(source != fill)
    if missing is not None:
        values = values.where(~source.isin(missing))
    if valid_range is not None:
        values = values.where((source >= valid_range[0]) & (source <= valid_range[1]))
    if scale != 1.0 or offset != 0.0:
        values = values * np.float32(scale) + np.float32(offset)
    return values, attributes


def refuse_undeclared_fill(source: xr.DataArray, decoded: np.ndarray, *, where: str) -> None:
    """Stop where the least or the greatest value looks like a fill value that nobody declared.

    A fill value that passes for a value makes trends, droughts and stocks out of nothing. Where
    somebody gave a valid range with two ends, what lies in it is believed.

    Parameters
    ----------
    source : DataArray
        The numbers of the file, with their attributes.
    decoded : ndarray
        What :func:`decode` made of them, NaN where there is no data.
    where : str
        The file, for the message.
    """
    if np.isfinite(source.attrs.get("valid_range", np.inf)).all():
        return
    known = ~np.isnan(decoded)
    if not known.any():
        return
    raw = source.values
    some = raw.flat[known.argmax()]
    for extreme in (raw.min(where=known, initial=some), raw.max(where=known, initial=some)):
        if _looks_like_fill(extreme) or (extreme == ALSO_A_VALUE and _stands_alone(raw[known])):
            raise InputError(
                where,
                found=f"{int((known & (raw == extreme)).sum())} cells of {extreme:g}",
                allowed="numbers that were measured or computed; this looks like a fill value",
                remedy="If it is one, name it in country.yml, in the options of this dataset: "
                "'nodata' for carbon and people, 'fill' for others.",
            )


def _looks_like_fill(value: np.generic) -> bool:
    if value in FILLS or abs(float(value)) >= LARGEST:
        return True
    if value.dtype.kind not in "iu" or value.dtype.itemsize == 1:
        return False
    ends = np.iinfo(value.dtype)
    return value > ends.max - MODIS_FILLS or (value == ends.min and value < 0)


def _stands_alone(values: np.ndarray) -> bool:
    """Tell whether 9999 lies far above everything else."""
    return bool((values[values != ALSO_A_VALUE] < ALSO_A_VALUE / 2).all())
