"""A fill value that no file declares is found, and a value that looks like one is left alone."""

import numpy as np
import pytest
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.raw_values import refuse_undeclared_fill


def look(values, dtype) -> None:
    source = xr.DataArray(np.array(values, dtype=dtype), dims="x")
    refuse_undeclared_fill(source, source.values.astype(float), where="map.tif")


@pytest.mark.parametrize("values", [[9000, 9998, 9999], [9999, 12000], [4999, 5000, 9999]])
def test_9999_among_its_like_is_a_value(values):
    """Productivity is often stored times 10,000: 9999 is 0.9999 then."""
    look(values, "int16")


@pytest.mark.parametrize("values", [[5, 40, 9999], [9999, 9999]])
def test_9999_far_from_all_others_is_a_fill(values):
    with pytest.raises(InputError, match="cells of 9999"):
        look(values, "float32")


@pytest.mark.parametrize("fill", [-9999, -32768, 65535, 1e20, np.inf])
def test_other_fills_are_known_wherever_they_stand(fill):
    with pytest.raises(InputError, match="looks like a fill value"):
        look([fill, 65000, 65001], "float64")
