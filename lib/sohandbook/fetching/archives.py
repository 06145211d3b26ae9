"""Files that only come whole: download, unpack, keep the country's window, drop the rest."""

import gzip
import shutil
import zlib
from pathlib import Path

import geopandas as gpd

from sohandbook.errors import cannot_write
from sohandbook.fetching import disk
from sohandbook.fetching.cloud_windows import write_window
from sohandbook.fetching.downloads import Progress, download
from sohandbook.fetching.patience import FetchError, NoPlaceError, Patience
from sohandbook.fetching.recipes import Recipe

# A gzipped NetCDF of rain unpacks to about four times its size.
UNPACKED_TIMES = 4


def download_and_cut(
    address: str,
    target: Path,
    *,
    recipe: Recipe,
    boundary: gpd.GeoDataFrame,
    patience: Patience,
    checksum: str,
    progress: Progress | None = None,
) -> Path:
    """Download a file of the whole world and keep what a country needs of it, as a GeoTIFF.

    The download stays beside the target until the window is written: a broken one goes on
    where it stopped.

    Parameters
    ----------
    address : str
        A zip archive, a gzipped NetCDF file, or a raster.
    target : Path
        Ends in ``.tif``.
    recipe : Recipe
        The raster in the archive, the variable, and what the file does not say.
    boundary : GeoDataFrame
    patience : Patience
    checksum : str
        Of the file at the address; empty where it is not known.
    progress : callable, optional

    Raises
    ------
    FetchError
    """
    whole = target.with_name(f".{target.stem}.whole{''.join(Path(address).suffixes[-2:])}")
    if not whole.exists():
        download(address, whole, patience=patience, checksum=checksum, progress=progress)
    unpacked = whole
    try:
        if whole.suffix == ".gz":
            unpacked = whole.with_suffix("")
            disk.need(UNPACKED_TIMES * whole.stat().st_size, folder=whole.parent)
            with gzip.open(whole) as packed, unpacked.open("wb") as file:
                shutil.copyfileobj(packed, file)
        source = f"zip://{whole}!/{recipe.member}" if whole.suffix == ".zip" else str(unpacked)
        if recipe.variable:
            source = f"netcdf:{unpacked}:{recipe.variable}"
        write_window(
            [source],
            target,
            boundary=boundary,
            patience=Patience(attempts=1),
            crs=recipe.crs,
            nodata=recipe.nodata,
        )
    except NoPlaceError as error:
        raise NoPlaceError(f"{error}. The download is kept: {whole}") from error
    except (OSError, EOFError, zlib.error, FetchError) as error:
        if isinstance(error, OSError) and cannot_write(error):
            raise NoPlaceError(
                f"{disk.not_written(target, error)}. The download is kept: {whole}"
            ) from error
        whole.unlink(missing_ok=True)
        raise FetchError(f"{address}: the file cannot be used ({error})") from error
    finally:
        if unpacked != whole:
            unpacked.unlink(missing_ok=True)
    whole.unlink()
    return target
