"""What the numbers in a file mean: fill values, valid range, scale and offset (CF convention)."""

import numpy as np
import xarray as xr


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
