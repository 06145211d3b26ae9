"""Search a STAC catalogue, and write what its items hold of a country, a file a year."""

import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import odc.stac
import pandas as pd
import pystac
import pystac_client
import rasterio
import requests
import xarray as xr
from odc.geo.geobox import GeoBox
from odc.loader import configure_rio
from pystac_client.exceptions import APIError
from pystac_client.stac_api_io import StacApiIO
from rasterio.crs import CRS
from rasterio.errors import RasterioIOError

from sohandbook.errors import InputError
from sohandbook.fetching import disk
from sohandbook.fetching.addresses import actual
from sohandbook.fetching.cloud_windows import MARGIN_CELLS, gdal_settings, whole_headers
from sohandbook.fetching.patience import (
    PASSING,
    FetchError,
    PassingError,
    Patience,
    ask_json,
    passing,
)
from sohandbook.fetching.recipes import Recipe
from sohandbook.lattice import Lattice
from sohandbook.windows import bounds_in, refuse_torn

CHUNK_CELLS = 2048

# Metres of a degree on MODIS' sphere: how fine a grid in degrees keeps all of its cells.
SPHERE_DEGREE = 6371007.181 * np.pi / 180


def write_year(
    recipe: Recipe,
    target: Path,
    *,
    dataset: str,
    year: int,
    boundary: gpd.GeoDataFrame,
    patience: Patience,
) -> Path:
    """Write a year of a collection around a boundary, on the collection's own cells.

    Nothing is resampled: the numbers are those of the source. Only where the collection's
    projection tears a country at 180 degrees it comes in degrees, by the nearest cell.

    Parameters
    ----------
    recipe : Recipe
        Address, collection, the beginning of its items' names, and assets.
    target : Path
        ``.tif`` for one map a year, ``.nc`` for several; it appears when it is whole.
    dataset : str
        Its id in the catalogue.
    year : int
    boundary : GeoDataFrame
        As :func:`sohandbook.grid.unwrap` returns it.
    patience : Patience

    Raises
    ------
    FetchError
        No connection, no room, or no item of the year.
    """
    partial = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")

    def once() -> None:
        try:
            items = _search(recipe, dataset, year=year, boundary=boundary, patience=patience)
            if not items:
                raise FetchError(
                    f"{recipe.address}: collection {recipe.collection} has no item of {year} here"
                )
            sign = _signature(recipe, dataset=dataset, patience=patience)
            configure_rio(cloud_defaults=True, **gdal_settings(patience))
            with whole_headers(all_threads=True), rasterio.Env(**gdal_settings(patience)):
                data = _load(recipe, items, boundary=boundary, sign=sign)
                disk.need(int(data.nbytes), folder=partial.parent)
                _write(data, recipe, partial)
        except APIError as error:
            raise _meaning(error) from error
        except RasterioIOError as error:
            raise disk.read_or_write(error, folder=partial.parent) from error
        except requests.RequestException as error:
            raise passing(error) from error

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        patience.keep_trying(once, what=f"{recipe.address}, {recipe.collection}, {year}")
        partial.replace(target)
    except InputError as error:
        raise FetchError(str(error)) from error
    except OSError as error:
        raise disk.not_written(target, error) from error
    finally:
        if partial.exists():
            partial.unlink()
    return target


def _search(
    recipe: Recipe, dataset: str, *, year: int, boundary: gpd.GeoDataFrame, patience: Patience
) -> list[pystac.Item]:
    reader = StacApiIO(timeout=patience.timeout, max_retries=0)
    client = pystac_client.Client.open(actual(recipe.address, dataset=dataset), stac_io=reader)
    found: dict[str, pystac.Item] = {}
    for box in _boxes(boundary):
        search = client.search(
            collections=[recipe.collection],
            bbox=box,
            datetime=f"{year}-01-01/{year}-12-31",
        )
        found |= {item.id: item for item in search.items()}
    # An interval also finds the composite that begins in the last days of the year before.
    return sorted(
        (
            item
            for item in found.values()
            if item.id.startswith(recipe.item_prefix) and _start(item).year == year
        ),
        key=lambda item: (_start(item), item.id),
    )


def _meaning(error: APIError) -> Exception:
    """Return whether a complaint of the search may pass."""
    status = getattr(error, "status_code", None)
    if status is not None and status not in PASSING:
        return FetchError(f"the search was answered with {status}: {error}")
    unreachable = any(name in str(error) for name in ("NewConnection", "NameResolution"))
    message = "the server cannot be reached" if unreachable else str(error)[:200]
    return PassingError(message, unreachable=unreachable)


def _boxes(boundary: gpd.GeoDataFrame) -> list[tuple[float, float, float, float]]:
    """Return the boundary's box as servers want it: none goes across 180 degrees."""
    west, south, east, north = boundary.total_bounds
    if east <= 180:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east - 360.0, north)]


def _start(item: pystac.Item) -> pd.Timestamp:
    return pd.Timestamp(item.datetime or item.properties["start_datetime"]).tz_localize(None)


def _signature(recipe: Recipe, *, dataset: str, patience: Patience) -> Callable[[str], str]:
    """Return what makes an asset's address readable: mirror and, where there is one, token."""
    token = ""
    if recipe.token:
        address = recipe.token.replace("{collection}", recipe.collection)
        token = ask_json(actual(address, dataset=dataset), patience=patience)["token"]

    def sign(address: str) -> str:
        address = actual(address, dataset=dataset)
        if not token:
            return address
        return f"{address}{'&' if '?' in address else '?'}{token}"

    return sign


def _load(
    recipe: Recipe,
    items: list[pystac.Item],
    *,
    boundary: gpd.GeoDataFrame,
    sign: Callable[[str], str],
) -> xr.Dataset:
    """Return the assets lazily, (time, y, x), on the first item's cells around the country."""
    lattice = _lattice(items[0], asset=next(iter(recipe.assets)), sign=sign)
    bounds = bounds_in(boundary, lattice.crs)
    try:
        refuse_torn(boundary, bounds, lattice.crs, where=recipe.collection)
    except InputError:
        step = 1 / round(SPHERE_DEGREE / lattice.step_x)
        lattice = Lattice(CRS.from_epsg(4326), -180.0, 90.0, step, step, 1, 1)
        bounds = tuple(boundary.total_bounds)
    part = lattice.part(*lattice.ranges(bounds, margin=MARGIN_CELLS))
    settings = {
        recipe.collection: {
            "assets": {
                name: {"data_type": asset.dtype, "nodata": asset.nodata}
                for name, asset in recipe.assets.items()
            }
        }
    }

    def load(cells: Lattice) -> xr.Dataset:
        return odc.stac.load(
            items,
            bands=list(recipe.assets),
            geobox=GeoBox(cells.shape, cells.transform, cells.crs.to_wkt()),
            stac_cfg=settings,
            groupby="time",
            resampling="nearest",
            chunks={"x": CHUNK_CELLS, "y": CHUNK_CELLS},
            patch_url=sign,
        ).rename({"latitude": "y", "longitude": "x"} if cells.crs.is_geographic else {})

    turn = part.turn
    seam = round((180 - part.left) / part.step_x)
    if turn is None or not 0 < seam < part.width:
        data = load(part)
    else:
        # The servers know longitudes up to 180: east of it the country stands at the other end.
        west, east = (
            part.part((0, part.height), (0, seam)),
            part.part((0, part.height), (seam - round(turn), part.width - round(turn))),
        )
        data = xr.concat([load(west), load(east)], dim="x", join="override")
    arrays = {
        asset.variable: part.array(
            data[name].data,
            leading={"time": data["time"].values},
            attributes={
                "_FillValue": np.dtype(asset.dtype).type(asset.nodata),
                "grid_mapping": "spatial_ref",
            }
            | ({"scale_factor": asset.scale} if asset.scale != 1 else {}),
        )
        for name, asset in recipe.assets.items()
    }
    return xr.Dataset(arrays).rio.write_coordinate_system()


def _lattice(item: pystac.Item, *, asset: str, sign: Callable[[str], str]) -> Lattice:
    if asset not in item.assets:
        raise FetchError(f"item {item.id}: no asset {asset} among {', '.join(item.assets)}")
    with rasterio.open(sign(item.assets[asset].get_absolute_href())) as first:
        return Lattice.from_transform(
            first.transform, width=first.width, height=first.height, crs=first.crs, where=item.id
        )


def _write(data: xr.Dataset, recipe: Recipe, partial: Path) -> None:
    if partial.suffix == ".tif":
        (array,) = data.data_vars.values()
        if array.sizes["time"] != 1:
            raise FetchError(f"{recipe.collection}: {array.sizes['time']} maps of one year")
        lattice = Lattice.of(array)
        profile = {"driver": "GTiff", "compress": "deflate", "tiled": True, "bigtiff": "if_safer"}
        with rasterio.open(
            partial,
            "w",
            width=lattice.width,
            height=lattice.height,
            count=1,
            dtype=array.dtype,
            crs=lattice.crs,
            transform=lattice.transform,
            nodata=array.attrs["_FillValue"],
            **profile,
        ) as file:
            file.write(array.isel(time=0).to_numpy(), 1)
        return
    # The numbers are written as they came; their attributes say what they mean.
    encoding = {
        name: {
            "zlib": True,
            "complevel": 4,
            "chunksizes": (1, *(min(size, 512) for size in array.shape[1:])),
        }
        for name, array in data.data_vars.items()
    }
    data.to_netcdf(partial, engine="h5netcdf", encoding=encoding)
