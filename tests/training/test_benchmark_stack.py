"""The stack for benchmarks: lazy, repeatable, whatever its size."""

import numpy as np
import pytest

from sohandbook.errors import InputError
from sohandbook.training.benchmark_stack import stack


def test_a_stack_is_lazy_until_it_is_computed() -> None:
    large = stack((40_000, 60_000), range(2000, 2024))
    assert large["npp"].shape == (24, 40_000, 60_000)
    assert large["npp"].chunks is not None
    assert large.rio.crs.to_epsg() == 4326


def test_blocks_are_the_same_each_time_and_mirror_one_land() -> None:
    one = stack((700, 1100), (2000, 2015))
    window = {"y": slice(480, 530), "x": slice(700, 760)}
    cover = one["land_cover"].isel(window).compute()
    assert cover.equals(stack((700, 1100), (2000, 2015))["land_cover"].isel(window).compute())
    whole = one["land_cover"].sel(year=2015).compute().values
    assert np.array_equal(whole[:, :512], whole[:, 512:1024][:, ::-1])
    npp = one["npp"].isel(window).compute()
    assert npp.dtype == np.float32
    assert 0 < float(npp.max()) < 1.5
    assert not np.array_equal(npp[0], npp[1])


@pytest.mark.parametrize(("shape", "years"), [((10, 10), (1999,)), ((0, 10), (2000,))])
def test_impossible_stacks_are_refused(shape: tuple[int, int], years: tuple[int]) -> None:
    with pytest.raises(InputError):
        stack(shape, years)
