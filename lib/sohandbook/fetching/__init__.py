"""Fetch a country's data: only what is missing, only the country's window, only whole files.

What each source is and how it is asked stands in ``data/datasets.yml``; the rooms behind this
door: ``plan`` (what is missing), ``cloud_windows`` and ``stac_windows`` (windows of files on
servers), ``downloads`` (whole files), ``series`` (statistics), ``boundaries``,
``licence_notes``, ``patience`` (retries), ``addresses`` (mirrors) and ``disk``.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import geopandas as gpd
from filelock import FileLock

from sohandbook import catalogue, paths
from sohandbook.country import Country
from sohandbook.fetching import boundaries, licence_notes, series
from sohandbook.fetching.addresses import actual
from sohandbook.fetching.patience import FetchError, Patience, UnreachableError
from sohandbook.fetching.plan import Wanted, wanted

# Windows are small and servers far: several at once, and few enough to stay a polite guest.
WINDOWS_AT_ONCE = 4

Progress = Callable[[Wanted, int, int | None], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    file : Wanted
    result : str
        ``there`` already, ``fetched``, ``by hand`` (a person has to bring it) or ``missing``.
    reason : str
        Why it is missing.
    """

    file: Wanted
    result: Literal["there", "fetched", "by hand", "missing"]
    reason: str = ""


def fetch(
    iso3: str,
    *,
    only: Iterable[str] = (),
    folder: Path | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """Fetch what a country's datasets lack, file by file.

    Nothing that is there is asked for again. A server that cannot be reached is not asked for
    further files. The notes with licences are written at the end, however it ends.

    Parameters
    ----------
    iso3 : str
    only : iterable of str
        Names of datasets in ``country.yml``, or ids of the catalogue; all by default.
    folder : path, optional
        The country's folder; by default ``data/countries/<ISO3>``.
    patience : Patience, optional
    progress : callable, optional
        Called with the file, the bytes that have come, and all of them where that is known.

    Yields
    ------
    Outcome
        Of every file, in the order in which they are done.

    Raises
    ------
    InputError
        The settings are wrong.
    FetchError
        The country has no boundary, and none could be fetched.
    """
    patience = patience or Patience()
    outline = boundaries.missing(iso3, folder=folder)
    if outline is not None:
        boundaries.fetch(iso3, outline, patience=patience)
    country = Country.load(iso3, folder=folder)
    files = wanted(country, only=only)
    raw = paths.raw_data() / iso3
    raw.mkdir(parents=True, exist_ok=True)
    with FileLock(raw / ".fetch.lock"):
        present = [file for file in files if file.there]
        try:
            for outcome in _outcomes(files, country, patience, progress):
                if outcome.result == "fetched":
                    present.append(outcome.file)
                yield outcome
        finally:
            licence_notes.write(present, iso3=iso3)


def _outcomes(
    files: list[Wanted], country: Country, patience: Patience, progress: Progress | None
) -> Iterator[Outcome]:
    missing = []
    for file in files:
        if file.there:
            yield Outcome(file, "there")
        elif file.automatic:
            missing.append(file)
        else:
            yield Outcome(file, "by hand")
    if not missing:
        return
    boundary = _boundary(country)
    silent: set[str] = set()

    def bring(file: Wanted) -> Outcome:
        host = urlsplit(actual(file.address, dataset=file.entry.id)).netloc
        if host in silent:
            return Outcome(file, "missing", f"{host} cannot be reached")
        try:
            _bring(file, country, boundary, patience, progress)
        except UnreachableError as error:
            silent.add(host)
            return Outcome(file, "missing", str(error))
        except FetchError as error:
            return Outcome(file, "missing", str(error))
        return Outcome(file, "fetched")

    at_once = [file for file in missing if file.recipe.how == "windows"]
    for file in missing:
        if file not in at_once:
            yield bring(file)
    with ThreadPoolExecutor(WINDOWS_AT_ONCE) as pool:
        tasks = [pool.submit(bring, file) for file in at_once]
        try:
            for task in as_completed(tasks):
                yield task.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _bring(
    file: Wanted,
    country: Country,
    boundary: gpd.GeoDataFrame,
    patience: Patience,
    progress: Progress | None,
) -> None:
    """Fetch one file the way that its recipe says."""
    how, target = file.recipe, file.target
    addresses = [actual(address, dataset=file.entry.id) for address in file.addresses]

    def tell(here: int, whole: int | None) -> None:
        if progress:
            progress(file, here, whole)

    if how.how == "windows":
        from sohandbook.fetching.cloud_windows import write_window

        write_window(
            addresses,
            target,
            boundary=boundary,
            patience=patience,
            crs=how.crs,
            nodata=how.nodata,
        )
    elif how.how == "stac":
        from sohandbook.fetching.stac_windows import write_year

        write_year(
            how,
            target,
            dataset=file.entry.id,
            year=int(file.fields["year"]),
            boundary=boundary,
            patience=patience,
        )
    elif how.how == "download":
        from sohandbook.fetching.archives import download_and_cut

        download_and_cut(
            addresses[0],
            target,
            recipe=how,
            boundary=boundary,
            patience=patience,
            checksum=catalogue.version(file.entry.id).checksum,
            progress=tell,
        )
    elif how.how == "sdg_api":
        series.sdg_series(
            addresses[0],
            target,
            series=file.fields["series"],
            m49=country.m49,
            patience=patience,
        )
    elif how.how == "world_bank":
        series.world_bank(addresses[0], target, patience=patience)
    else:
        series.oecd_crs(addresses[0], target, year=int(file.fields["year"]), patience=patience)


def _boundary(country: Country) -> gpd.GeoDataFrame:
    from sohandbook.grid import unwrap

    return unwrap(gpd.read_file(country.folder / country.boundary.file))
