"""Land productivity dynamics that others computed: five classes, one map for each period."""

import numpy as np
import xarray as xr

from sohandbook.errors import InputError
from sohandbook.sources.files import Request, stand_ins
from sohandbook.sources.stacks import Layer, stack

NODATA = 0


def productivity_dynamics(request: Request) -> xr.DataArray:
    """Maps of the five classes, such as those of JRC or FAO-WOCAT.

    A year stands for the period that ends with it: ``{year}`` in the file's name, or one file
    of several bands with the option ``bands``, year to band (Trends.Earth writes such files).
    Options: ``bands``, ``band``, ``crs``, and ``nodata`` where no tag of the file names it.

    Returns
    -------
    DataArray of int16, dask behind, shape (year, y, x)
        The file's codes, 0 where it has no data; see
        :func:`sohandbook.indicators.land_productivity.ready_made_dynamics`.
    """
    request.only_options("crs", "band", "bands", "nodata")
    attributes = {}
    if request.option("nodata") is not None:
        attributes["_FillValue"] = int(request.option("nodata"))
    layers = {
        year: Layer(path, bands=(band,), crs=request.option("crs"), attributes=attributes)
        for year, (path, band) in _by_year(request).items()
    }
    chosen = request.sources(layers)
    result = stack(
        {year: layers[source] for year, source in chosen.items()},
        dimension="year",
        boundary=request.boundary,
        grid=request.grid,
        kind="class",
        dtype=np.int16,
        nodata=NODATA,
    )
    return result.assign_attrs(long_name="Land productivity dynamics", **stand_ins(chosen)).rename(
        "land_productivity_dynamics"
    )


def _by_year(request: Request) -> dict[int, tuple]:
    """Return the file and the band of each year."""
    files = request.files()
    bands = request.option("bands")
    if bands is not None:
        whole = isinstance(bands, dict) and all(
            isinstance(number, int) and number > 0 for item in bands.items() for number in item
        )
        if not whole or len(files) > 1:
            raise InputError(
                f"{request.where}.options.bands",
                found=bands if not whole else f"{len(files)} files",
                allowed="year: band for each period, such as {2015: 1, 2019: 2, 2023: 3}, "
                "of one file",
                remedy="Mend the option, or leave it out and write {year} in 'files'.",
            )
        return {year: (files[0][1], band) for year, band in bands.items()}
    if "year" not in files[0][0]:
        raise InputError(
            f"{request.where}.files",
            found=files[0][1].name,
            allowed="a pattern with {year}, the last year of the map's period",
            remedy="Write {year} in the pattern, or name the bands in options.bands.",
        )
    by_year: dict[int, tuple] = {}
    for values, path in files:
        by_year.setdefault(int(values["year"]), (path, int(request.option("band", 1))))
    return by_year
