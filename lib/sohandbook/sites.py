"""Sites that a national team knows better than the maps: false positives and negatives."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import Geod

from sohandbook.errors import InputError
from sohandbook.grid import split_at_180, unwrap

ALLOWED = {
    "type": ("false positive", "false negative"),
    "period_when_started": ("baseline", "reporting", "both"),
}
TEXTS = ("location_name", "process", "basis_for_judgement")
COLUMNS = (*TEXTS, *ALLOWED)


def read(file: Path | str, *, boundary: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Read the team's polygons and check every one (table SO1-4.T3).

    Parameters
    ----------
    file : path
        A vector file with the attributes ``location_name``, ``type`` (false positive: the
        map says not degraded, the land is; false negative: the reverse), ``process``,
        ``basis_for_judgement``, ``period_when_started`` (baseline, reporting, both) and, for
        a false negative, ``becomes`` (0 stable, 1 improved).
    boundary : GeoDataFrame, optional
        The country, in degrees; a site that does not touch it would change nothing and still
        stand in the table.

    Returns
    -------
    GeoDataFrame in EPSG:4326
        ``site`` numbers from 1, the attributes, and ``area_km2`` (geodesic).

    Raises
    ------
    InputError
        Names the site, the field, the value found and the values allowed.
    """
    file = Path(file)
    if not file.is_file():
        raise InputError(
            str(file),
            found="no such file",
            allowed="a vector file in the country's folder",
            remedy="Put it there, or set 'sites' to nothing.",
        )
    frame = gpd.read_file(file)
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise InputError(
            f"{file}, attributes",
            found=[name for name in frame.columns if name != "geometry"],
            allowed=COLUMNS,
            remedy=f"Add the attribute {missing[0]!r}.",
        )
    frame = unwrap(frame)
    for number, row in enumerate(frame.to_dict("records"), start=1):
        where = f"{file}, site {number}"
        for name, allowed in ALLOWED.items():
            if row[name] not in allowed:
                raise InputError(
                    f"{where}, {name}", found=row[name], allowed=allowed, remedy="Mend it."
                )
        for name in TEXTS:
            if not str(row[name] or "").strip():
                raise InputError(
                    f"{where}, {name}", found=row[name], allowed="a text", remedy="Fill it in."
                )
        if row["geometry"].geom_type not in ("Polygon", "MultiPolygon"):
            raise InputError(
                f"{where}, geometry",
                found=row["geometry"].geom_type,
                allowed="polygons",
                remedy="Draw the site as an area.",
            )
    if boundary is not None:
        _refuse_elsewhere(frame, boundary, file)
    geod = Geod(ellps="WGS84")
    frame["site"] = range(1, len(frame) + 1)
    frame["area_km2"] = [abs(geod.geometry_area_perimeter(s)[0]) / 1e6 for s in frame.geometry]
    if "becomes" not in frame.columns:
        frame["becomes"] = pd.NA
    return frame


def _refuse_elsewhere(frame: gpd.GeoDataFrame, boundary: gpd.GeoDataFrame, file: Path) -> None:
    country = split_at_180(boundary).geometry.union_all()
    for number, shape in enumerate(split_at_180(frame).geometry, start=1):
        if not shape.intersects(country):
            raise InputError(
                f"{file}, site {number}, geometry",
                found=[round(edge, 4) for edge in shape.bounds],
                allowed="a polygon in the country: "
                f"{[round(float(edge), 4) for edge in country.bounds]}",
                remedy="Look at its coordinates, and at the CRS that the file names.",
            )
