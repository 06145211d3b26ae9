"""Make the raw data of the training countries, once and whole."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version
from pathlib import Path

from sohandbook import paths
from sohandbook.errors import InputError
from sohandbook.training import (
    archipelago,
    drylandia,
    evapotranspiration,
    geography,
    land_cover,
    national_finance,
    nature,
    population,
    precipitation,
    public_finance,
    sdg_series,
    soil,
    truth,
    vegetation_index,
    vulnerability,
)
from sohandbook.training.story import YEARS, Story

TELLERS = {"XDL": drylandia.tell, "XIS": archipelago.tell}
STAMP = "made_by.txt"
# What else than our own source decides the bytes.
WRITERS = ("numpy", "rasterio", "h5py", "h5netcdf", "openpyxl", "pyogrio", "pyproj")


def story(iso3: str, *, scale: float = 1.0) -> Story:
    """Return what happened in a training country, without writing anything.

    Parameters
    ----------
    iso3 : str
        ``XDL`` or ``XIS``.
    scale : float
        Cells a side against the 600 of the country: the same land in finer or
        coarser cells.
    """
    if iso3 not in TELLERS:
        raise InputError(
            "training country", found=iso3, allowed=TELLERS, remedy="Choose one of these."
        )
    if not 0.05 <= scale <= 20:
        raise InputError(
            "scale", found=scale, allowed="0.05 to 20", remedy="Choose one in this range."
        )
    return TELLERS[iso3](geography.stage(iso3, scale))


def steps(told: Story, folder: Path) -> list[tuple[str, Callable[[], None]]]:
    """Return what there is to write: a name and a function each."""
    return [
        ("land cover", lambda: land_cover.write(told, folder)),
        *(
            (f"vegetation index {year}", partial(vegetation_index.write, told, folder, year))
            for year in YEARS
        ),
        ("soil and climate zones", lambda: soil.write(told, folder)),
        ("rain", lambda: precipitation.write(told, folder)),
        ("evapotranspiration", lambda: evapotranspiration.write(told, folder)),
        ("population", lambda: population.write(told, folder)),
        ("series", lambda: sdg_series.write(told, folder)),
        ("vulnerability", lambda: vulnerability.write(told, folder)),
        ("species and sites", lambda: nature.write(told, folder)),
        ("public finance", lambda: public_finance.write(told, folder)),
        ("national finance", lambda: national_finance.write(told, folder)),
        ("truth", lambda: truth.write(told, folder)),
    ]


def generate(
    iso3: str,
    folder: Path | str,
    *,
    scale: float = 1.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Write all raw data of a training country into a folder.

    The same bytes every time. Nothing is read but the country's outline in
    ``data/countries/<ISO3>``.

    Parameters
    ----------
    iso3 : str
        ``XDL`` or ``XIS``.
    folder : path
        Where ``land_cover/``, ``vegetation_index/`` and the others go.
    scale : float
        Cells a side against the 600 of the country: 0.1 for a quick test, 10
        for a benchmark.
    progress : callable, optional
        Called with the step's name, its number and how many there are.
    """
    told = story(iso3, scale=scale)
    todo = steps(told, Path(folder))
    for number, (name, write) in enumerate(todo):
        if progress:
            progress(name, number, len(todo))
        write()


def make(
    iso3s: Iterable[str] = ("XDL", "XIS"),
    *,
    folder: Path | str | None = None,
    console=None,
    again: bool = False,
) -> dict[str, bool]:
    """Make the training countries' raw data where they are not yet whole.

    Each country is written into a folder of its own and moved to its place
    when it is whole. A stamp in it holds the hash of the generator's source;
    while that is unchanged, nothing is made again.

    Parameters
    ----------
    iso3s : iterable of str
    folder : path, optional
        Where one folder a country goes; by default ``data/raw``.
    console : rich.console.Console, optional
        Shows the progress.
    again : bool
        Make them even if they are whole.

    Returns
    -------
    dict of str to bool
        True for each country that was made now.
    """
    raw = Path(folder) if folder else paths.raw_data()
    made = {}
    for iso3 in iso3s:
        place = raw / iso3
        stamp = fingerprint(iso3)
        file = place / STAMP
        made[iso3] = again or not file.is_file() or file.read_text(encoding="utf-8") != stamp
        if made[iso3]:
            _make_one(iso3, place, stamp, console)
    return made


def _make_one(iso3: str, place: Path, stamp: str, console) -> None:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{iso3}-", dir=place.parent))
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, disable=console is None) as bar:
            task = bar.add_task(f"{iso3}: the story", total=None)
            generate(
                iso3,
                temporary,
                progress=lambda name, number, total: bar.update(
                    task, description=f"{iso3}: {name}", completed=number, total=total
                ),
            )
            bar.update(task, description=f"{iso3}: whole", completed=1, total=1)
        (temporary / STAMP).write_text(stamp, encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)
        temporary.chmod(0o755)
        temporary.replace(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def fingerprint(iso3: str) -> str:
    """Return the hash of all that decides a training country's bytes."""
    digest = hashlib.sha256()
    sources = sorted(Path(__file__).parent.glob("*.py"))
    country = paths.countries() / iso3
    for file in (*sources, *sorted(country.glob("*.geojson")), country / "training.yml"):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for package in WRITERS:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest() + "\n"
