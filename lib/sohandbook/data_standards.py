"""Is a country's own dataset as good as the manual asks of data that replace the default?

The figures stand in ``data/minimum_standards.yml``. Nothing is refused here: a country may know
why its map is better than its numbers. But a reviewer sees what was found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
import xarray as xr
import yaml

from sohandbook import paths, sources
from sohandbook.country import Country, Dataset
from sohandbook.errors import InputError
from sohandbook.grid import unwrap
from sohandbook.input_files import find
from sohandbook.lattice import Lattice
from sohandbook.netcdf import is_netcdf, variables
from sohandbook.windows import bounds_in, open_raster

COLUMNS = ("dataset", "standard", "found", "wanted", "meets")

RASTERS = (".tif", ".tiff", ".vrt", ".nc", ".nc4")
CLIMATE_YEARS = range(1981, 2011)
# A cell of 0.0027 degrees is called 300 m: what the manual rounds we do not count.
ROUNDING = 1.05
# Layers that are looked at for gaps, spread over the years.
SAMPLED_LAYERS = 48


@dataclass(frozen=True)
class Subject:
    """A national dataset under the standards of its name."""

    name: str
    dataset: Dataset
    country: Country
    boundary: gpd.GeoDataFrame
    files: list[Path]

    def row(self, standard: str, found: object, wanted: str, meets: bool) -> dict[str, Any]:
        """Return one finding."""
        return dict(zip(COLUMNS, (self.name, standard, str(found), wanted, meets), strict=True))


def findings(country: Country) -> pd.DataFrame:
    """Compare a country's own data with the manual's minimum standards.

    Own data are the datasets without ``sources``; those of a fictional country are not.

    Parameters
    ----------
    country : Country

    Returns
    -------
    DataFrame
        ``dataset``, ``standard`` (metadata, files, CRS, coverage, resolution, fill value,
        legend, unit, accuracy, years, completeness), ``found``, ``wanted``, and ``meets``, True
        where the dataset does.
    """
    rows: list[dict[str, Any]] = []
    if not country.fictional:
        try:
            boundary = unwrap(gpd.read_file(country.folder / country.boundary.file))
        except (InputError, pyogrio.errors.DataSourceError):
            row = ("boundary", "files", "no map that can be read", "polygons with a CRS", False)
            return pd.DataFrame([row], columns=list(COLUMNS))
        for name, dataset in country.datasets.items():
            if not dataset.sources:
                rows += _of(name, dataset, country, boundary)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def standards() -> dict[str, dict[str, Any]]:
    """Return the minimum standards by the names of datasets."""
    text = (paths.data() / "minimum_standards.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _of(
    name: str, dataset: Dataset, country: Country, boundary: gpd.GeoDataFrame
) -> Iterator[dict[str, Any]]:
    try:
        files = find(dataset, name=name, country=country)
    except InputError as error:
        subject = Subject(name, dataset, country, boundary, [])
        yield subject.row("files", error.found, "a file for every year that is named", False)
        return
    subject = Subject(name, dataset, country, boundary, files)
    standard = standards().get(name, {})
    empty = [field for field, text in dataset.metadata if len(text.strip(" .?-")) < 2]
    yield subject.row(
        "metadata",
        f"{', '.join(empty)} empty" if empty else "title, link, author and citation",
        "the four fields filled in",
        not empty,
    )
    if files[0].suffix.lower() in RASTERS:
        yield from _place(subject, standard)
    if "accuracy" in standard:
        known = dataset.accuracy is not None
        yield subject.row(
            "accuracy",
            f"{dataset.accuracy:g} %" if known else "not stated",
            f"{standard['accuracy']} % or more",
            known and dataset.accuracy >= standard["accuracy"],
        )
    if "unit" in standard:
        unit = dataset.unit or "not stated"
        yield subject.row("unit", unit, standard["unit"], same_unit(unit, standard["unit"]))
    if name == "land_cover":
        yield subject.row(
            "legend",
            dataset.legend or "not stated",
            "how its classes become the seven",
            bool(dataset.legend),
        )
    if standard.get("by_sex"):
        by_sex = any("{sex}" in pattern for pattern in dataset.files)
        yield subject.row("sex", "by sex" if by_sex else "all people", "by sex", by_sex)
    if "years" in standard:
        yield from _years(subject, standard)


def _place(subject: Subject, standard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield CRS, coverage, resolution and fill value of a raster's first file."""
    file, options = subject.files[0], subject.dataset.options
    variable = options.get("variable") or _first_variable(file)
    try:
        with open_raster(file, variable=variable, crs=options.get("crs")) as (raster, lattice):
            nodata = options.get("nodata", options.get("fill", raster.nodata))
            metres = _cell_metres(lattice, subject.boundary)
            covered = _covered(lattice, subject.boundary)
    except InputError as error:
        yield subject.row("CRS", error.found, "a raster with its place", False)
        return
    yield subject.row("CRS", lattice.crs.to_string()[:60], "a coordinate reference system", True)
    yield subject.row("coverage", f"{100 * covered:.1f} % of the country", "all", covered > 0.9999)
    yield subject.row(
        "fill value",
        "not stated" if nodata is None else nodata,
        "in the file, or an option of the dataset",
        nodata is not None,
    )
    if "resolution" in standard:
        limit = standard["resolution"]
        fine = metres <= limit * ROUNDING
        yield subject.row("resolution", f"{metres:,.0f} m", f"{limit} m or finer", fine)


def _years(subject: Subject, standard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        data = sources.open_dataset(
            subject.dataset,
            name=subject.name,
            iso3=subject.country.iso3,
            folder=subject.country.folder,
            boundary=subject.boundary,
        )
    except InputError as error:
        yield subject.row("years", error.found, "years that can be read", False)
        return
    stood_for = set(data.attrs.get("stands_for", {}))
    years = data["year"] if "year" in data.dims else data["time"].dt.year
    have = sorted({int(year) for year in years.values} - stood_for)
    span = f"{have[0]} to {have[-1]}" if have else "none"
    missing, wanted = _missing(standard["years"], have, subject)
    gap = f", without {', '.join(map(str, missing))}" if missing else ""
    yield subject.row("years", span + gap, wanted, not missing)
    if "complete" in standard:
        share = _complete(data, subject.boundary)
        yield subject.row(
            "completeness",
            f"{100 * share:.1f} % of values",
            f"{standard['complete']} % or more",
            100 * share >= standard["complete"],
        )


def _missing(rule: str, have: list[int], subject: Subject) -> tuple[list[object], str]:
    periods = subject.country.periods
    if rule == "climate":
        absent: Iterable[object] = (year for year in CLIMATE_YEARS if year not in have)
        return list(absent), "30 years or more that cover 1981 to 2010"
    spans = (periods.baseline, periods.report_1, periods.report_2)
    if rule == "in_periods":
        lacking = [f"{a} to {b}" for a, b in spans if not any(a <= year <= b for year in have)]
        return list(lacking), "one year at least inside each period"
    stood_for = set(subject.dataset.stands_for)
    absent = (year for year in periods.area_years if year not in have and year not in stood_for)
    return list(absent), "the report's years, or a nearest year that stands for one"


def _complete(data: xr.DataArray, boundary: gpd.GeoDataFrame) -> float:
    """Return the share of a country's cells with values, in a sample of layers."""
    from sohandbook.grid import country_grid

    step = max(1, data.sizes["time"] // SAMPLED_LAYERS)
    # An odd step from month to month, so that not each layer is of the same month.
    layers = data.isel(time=slice(None, None, step + (step % 2 == 0)))
    inside = country_grid(boundary, like=layers[0])
    layers = layers.reindex_like(inside, method="nearest", tolerance=1e-6)
    return float(np.isfinite(layers.values[:, inside.values]).mean())


def _covered(lattice: Lattice, boundary: gpd.GeoDataFrame) -> float:
    """Return the share of the country's box rows and columns that the raster holds."""
    bounds = bounds_in(boundary, lattice.crs)
    (first_row, last_row), (first, last) = lattice.ranges(bounds)
    pieces = lattice.pieces(bounds)
    columns = sum(piece.columns[1] - piece.columns[0] for piece in pieces)
    rows = pieces[0].rows[1] - pieces[0].rows[0] if pieces else 0
    return columns * rows / ((last - first) * (last_row - first_row))


def _cell_metres(lattice: Lattice, boundary: gpd.GeoDataFrame) -> float:
    """Return the height of a cell in metres."""
    if not lattice.crs.is_geographic:
        return lattice.step_y * (lattice.crs.linear_units_factor[1] or 1.0)
    middle = shapely.box(*boundary.total_bounds).centroid
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(
        middle.x, middle.y - lattice.step_y / 2, middle.x, middle.y + lattice.step_y / 2
    )
    return float(metres)


def _first_variable(file: Path) -> str | None:
    names = variables(file) if is_netcdf(file) else []
    return names[0] if names else None


def same_unit(one: str, other: str) -> bool:
    """Return whether two ways to write a unit mean the same."""
    return _plain(one) == _plain(other)


def _plain(unit: str) -> str:
    """Return a unit without blanks and with one way to write a division."""
    return unit.lower().replace("ha-1", "/ha").replace(" ", "").replace("per", "/")
