"""Rasters as large as one likes, made block by block, for benchmarks."""

from collections.abc import Iterable
from functools import cache

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sohandbook.errors import InputError
from sohandbook.training import chance, making, soil, vegetation_index
from sohandbook.training.story import YEARS

TILE = 512
CELL = 0.00225


def stack(shape: tuple[int, int], years: Iterable[int] = YEARS, *, block: int = TILE) -> xr.Dataset:
    """Return yearly maps of a country of any size, lazily.

    Drylandia's land, mirrored and repeated until it fills the shape; each block
    has noise of its own, so that nothing compresses better than real data would.

    Parameters
    ----------
    shape : (rows, columns)
        Of 250 m cells; 43 million make a country as large as Kazakhstan.
    years : iterable of int
        Between 2000 and 2023.
    block : int
        Rows and columns of a dask block, at most 4096.

    Returns
    -------
    xarray.Dataset, dask behind
        ``npp`` float32 (year, y, x), a yearly mean NDVI; ``land_cover`` uint8
        (year, y, x), ESA CCI codes; ``soil_organic_carbon`` int16 (y, x), t/ha, -32768
        where there is no soil; ``soil_unit`` uint8 (y, x). EPSG:4326.
    """
    years = tuple(years)
    if not years or not set(years) <= set(YEARS):
        raise InputError(
            "stack, years", found=years, allowed="2000 to 2023", remedy="Choose years in it."
        )
    if min(shape) < 1 or not 1 <= block <= 4096:
        raise InputError(
            "stack, shape and block",
            found=(shape, block),
            allowed="at least one cell; blocks of 1 to 4096",
            remedy="Choose another size.",
        )
    chunks = tuple(_pieces(size, block) for size in shape)
    yearly = (years, ("year", "y", "x"), ((len(years),), *chunks))
    fixed = (None, ("y", "x"), chunks)
    arrays = {}
    for name, (chosen, dims, layout), dtype in (
        ("npp", yearly, np.float32),
        ("land_cover", yearly, np.uint8),
        ("soil_organic_carbon", fixed, np.int16),
        ("soil_unit", fixed, np.uint8),
    ):
        data = da.map_blocks(
            _block, name=f"training-{name}-{shape}-{years}-{block}", chunks=layout, dtype=dtype,
            what=name, years=chosen, size=block, meta=np.empty((0,) * len(dims), dtype=dtype),
        )  # fmt: skip
        arrays[name] = (dims, data)
    rows, columns = shape
    coordinates = {
        "year": list(years),
        "y": 50.0 - (np.arange(rows) + 0.5) * CELL,
        "x": 46.0 + (np.arange(columns) + 0.5) * CELL,
    }
    return xr.Dataset(arrays, coords=coordinates).rio.write_crs("EPSG:4326")


def _pieces(size: int, block: int) -> tuple[int, ...]:
    whole, rest = divmod(size, block)
    return (block,) * whole + ((rest,) if rest else ())


@cache
def _tile() -> dict[str, NDArray]:
    """Return the middle of Drylandia once, with a mirror image on two sides."""
    story = making.story("XDL")
    edge = (story.inside.shape[0] - TILE) // 2
    middle = np.s_[edge : edge + TILE, edge : edge + TILE]
    cover = story.land_cover[(slice(None), *middle)]
    rows = []
    for number, year in enumerate(YEARS):
        strength = vegetation_index.vigour(story, year)[middle]
        season = vegetation_index.SEASONS.mean(axis=1)[vegetation_index.KIND[cover[number]]]
        height = vegetation_index.HEIGHT[cover[number]] * season
        rows.append((vegetation_index.DRY[cover[number]] + height) * strength)
    return {
        "npp": _mirrored(np.array(rows, dtype=np.float32)),
        "land_cover": _mirrored(cover),
        "soil_organic_carbon": _mirrored(soil.carbon(story)[middle]),
        "soil_unit": _mirrored(soil.suborders(story)[middle]),
    }


def _mirrored(tile: NDArray) -> NDArray:
    wide = np.concatenate([tile, tile[..., ::-1]], axis=-1)
    return np.concatenate([wide, wide[..., ::-1, :]], axis=-2)


def _block(*, what: str, years: tuple[int, ...] | None, size: int, block_info=None) -> NDArray:
    (top, bottom), (left, right) = block_info[None]["array-location"][-2:]
    source = _tile()[what]
    if years is not None:
        source = source[[year - YEARS[0] for year in years]]
    period = source.shape[-1]
    rows, columns = np.arange(top, bottom) % period, np.arange(left, right) % period
    result = source[..., rows, :][..., columns]
    if what == "npp":
        noise = chance.generator("stack", top, left).integers(
            0, 256, size=result.shape, dtype=np.uint8
        )
        result = result * (np.float32(0.97) + noise * np.float32(0.06 / 255))
    return result
