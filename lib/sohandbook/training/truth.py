"""The truth beside the raw data: maps of what really happened."""

from pathlib import Path

import numpy as np
import rioxarray
import xarray as xr
import yaml

from sohandbook import paths
from sohandbook.errors import InputError
from sohandbook.training import files
from sohandbook.training.story import PERIODS, YEARS, Story

TRUE_LAND_COVER_YEARS = (2000, 2015, 2019, 2022, 2023)


def write(story: Story, folder: Path) -> None:
    """Write ``truth/``: the condition of each period, the processes, the land cover."""
    tags = {"TITLE": files.FICTION.format(name=story.name)}
    for period in PERIODS:
        files.geotiff(
            folder / "truth" / f"condition_{period}.tif",
            story.condition(period),
            story.window,
            nodata=-128,
            tags=tags,
        )
    process = np.where(story.inside, story.process, 255).astype(np.uint8)
    files.geotiff(folder / "truth" / "process.tif", process, story.window, nodata=255, tags=tags)
    for year in TRUE_LAND_COVER_YEARS:
        cover = np.where(story.inside, story.land_cover[year - YEARS[0]], 0).astype(np.uint8)
        name = f"land_cover_{year}.tif"
        files.geotiff(folder / "truth" / name, cover, story.window, nodata=0, tags=tags)
    legend = {
        process.code: {
            "key": process.key,
            "label": process.label,
            "truth": process.sign,
            "lesson": process.lesson,
        }
        for process in story.processes
    }
    text = yaml.safe_dump(legend, sort_keys=False, allow_unicode=True, width=120)
    (folder / "truth" / "process.yml").write_text(text, encoding="utf-8")


def read(iso3: str, *, folder: Path | str | None = None) -> xr.Dataset:
    """Read what really happened in a training country.

    Parameters
    ----------
    iso3 : str
    folder : path, optional
        The country's raw data; by default ``data/raw/<ISO3>``.

    Returns
    -------
    xarray.Dataset
        On the 250 m grid of the vegetation index: ``condition_baseline``,
        ``condition_report_1`` and ``condition_report_2`` (int8: -1, 0, 1; no data
        -128, outside and in water), ``process`` (uint8, 0 for nothing, no data 255)
        with its ``legend`` as attribute, and ``land_cover_<year>`` (ESA CCI codes).

    Raises
    ------
    InputError
        If the country has no known truth.
    """
    place = Path(folder or paths.raw_data() / iso3) / "truth"
    if not (place / "process.yml").is_file():
        raise InputError(
            str(place),
            found="no truth",
            allowed="a training country: XDL or XIS",
            remedy="Run 'sohandbook training' to make the training countries.",
        )
    maps = {}
    for file in sorted(place.glob("*.tif")):
        with rioxarray.open_rasterio(file) as opened:
            maps[file.stem] = opened.squeeze("band", drop=True).load()
    truth = xr.Dataset(maps)
    truth["process"].attrs["legend"] = yaml.safe_load(
        (place / "process.yml").read_text(encoding="utf-8")
    )
    return truth
