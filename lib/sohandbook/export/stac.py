"""A STAC catalogue of a report's maps: static files that any STAC reader opens without a server.

The maps stay where they are and are linked by relative paths, so that the output folder can be
moved as a whole. Each map carries the platform's four metadata fields of what it was made from.
"""

import hashlib
import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pystac
import rasterio
from rasterio.warp import transform_bounds

from sohandbook import classes as class_systems
from sohandbook.export import cog
from sohandbook.export.results import Results

EXTENSIONS = [
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
]
PERIOD_NAMES = {"baseline": "baseline", "report_1": "report_1", "reporting": "report_2"}
# What stands beside a map: how the file's name continues, and what it is for.
BESIDE = {".qml": "Style for QGIS", ".tif.aux.xml": "Names and colours of the classes, for GDAL"}


def write(results: Results, folder: Path) -> Path:
    """Write the catalogue: ``collection.json`` and one folder an item.

    Parameters
    ----------
    results : Results
    folder : path
        Two levels below the results' folder in the end, as ``report/stac``: links to maps
        are relative to that place.

    Returns
    -------
    Path
        ``collection.json``.
    """
    items = [item(results, name) for name in results.map_names]
    first, last = results.period
    country = results.country
    boxes = [each.bbox for each in items if each.bbox]
    collection = pystac.Collection(
        id=f"unccd-{country.iso3.lower()}-{first}-{last}",
        title=results.title(f"maps of the report to the UNCCD, {first} to {last}"),
        description=" ".join(
            (
                f"Maps computed for the report of {country.name} to the UN Convention to Combat "
                f"Desertification with sohandbook {results.version}.",
                *(f"{warning}." for warning in results.warnings),
                results.caveat(*results.tables, maps=results.map_names),
            )
        ).strip(),
        extent=pystac.Extent(
            pystac.SpatialExtent([_union(boxes)] if boxes else [[-180.0, -90.0, 180.0, 90.0]]),
            pystac.TemporalExtent([list(_interval(first, last))]),
        ),
        license="other",
        keywords=["UNCCD", "land degradation", "drought", country.iso3],
        providers=[
            pystac.Provider(
                name=f"{country.name}, national reporting team",
                roles=[pystac.ProviderRole.PRODUCER, pystac.ProviderRole.LICENSOR],
            )
        ],
    )
    collection.add_link(pystac.Link("license", "../licences.csv", "text/csv", "Licence register"))
    collection.add_link(pystac.Link("cite-as", "../CITATION.cff", "application/yaml", "Citation"))
    collection.add_items(items)
    collection.normalize_hrefs(str(folder))
    collection.save(pystac.CatalogType.SELF_CONTAINED)
    return folder / "collection.json"


def item(results: Results, name: str) -> pystac.Item:
    """Return the catalogue entry of one map."""
    file = results.folder / "maps" / f"{name}.tif"
    chapter = results.chapter(f"maps/{name}.tif")
    start, end = _interval(*years(name, results))
    with rasterio.open(file) as opened:
        title = opened.tags().get("TITLE", name)
        box = _on_the_globe(*transform_bounds(opened.crs, "EPSG:4326", *opened.bounds))
        code = opened.crs.to_epsg()
        place = {
            "proj:code": f"EPSG:{code}" if code else None,
            "proj:wkt2": None if code else opened.crs.to_wkt(),
            "proj:shape": list(opened.shape),
            "proj:transform": list(opened.transform)[:6],
            "proj:bbox": list(opened.bounds),
        }
        is_cog = opened.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG"
        band = _band(opened)
    tables = chapter.tables if chapter else ()
    entry = pystac.Item(
        id=name,
        geometry=_footprint(box),
        bbox=box,
        datetime=None,
        start_datetime=start,
        end_datetime=end,
        properties={
            "title": results.title(title),
            **place,
            "unccd:sources": [
                {"dataset": key, **dataset.metadata.model_dump()}
                for key, dataset in results.datasets(f"maps/{name}.tif").items()
            ],
            "unccd:chapter": chapter.id if chapter else None,
            "unccd:unverified_rules": results.unverified(*tables, maps=[name]),
        },
        stac_extensions=EXTENSIONS,
    )
    kind = pystac.MediaType.COG if is_cog else pystac.MediaType.GEOTIFF
    entry.add_asset("map", _asset(file, title, kind, role="data", bands=[band]))
    for ending, purpose in BESIDE.items():
        beside = file.with_name(f"{name}{ending}")
        if beside.is_file():
            key = ending.rpartition(".")[2]
            entry.add_asset(key, _asset(beside, purpose, "application/xml", role="metadata"))
    return entry


def _asset(file: Path, title: str, kind: str, *, role: str, **fields: Any) -> pystac.Asset:
    """Return a link to a file of ``maps/``, with its size and checksum."""
    content = file.read_bytes()
    fields["file:size"] = len(content)
    # 1220 marks SHA-256 in a multihash.
    fields["file:checksum"] = f"1220{hashlib.sha256(content).hexdigest()}"
    href = f"../../../maps/{file.name}"
    return pystac.Asset(href, title, media_type=kind, roles=[role], extra_fields=fields)


def _band(opened: rasterio.DatasetReader) -> dict[str, Any]:
    """Return what the one band of a map holds: type, unit, classes."""
    attributes = json.loads(opened.tags().get(cog.ATTRIBUTES, "{}"))
    band: dict[str, Any] = {"data_type": opened.dtypes[0]}
    if opened.nodata is not None:
        band["nodata"] = "nan" if math.isnan(opened.nodata) else int(opened.nodata)
    if unit := attributes.get("units"):
        band["unit"] = unit
    if "flag_values" in attributes:
        codes, keys = attributes["flag_values"], attributes["flag_meanings"].split()
        named = attributes.get("class_system")
        system = class_systems.system(named) if named else None
        band["classification:classes"] = [
            {
                "value": code,
                "name": re.sub(r"[^0-9A-Za-z_-]", "_", key),
                "title": system.label(code) if system else key.replace("_", " "),
                **({"color_hint": _colour(system, code)} if system else {}),
            }
            for code, key in zip(codes, keys, strict=True)
        ]
    return band


def _colour(system: class_systems.ClassSystem, code: int) -> str:
    return system.colours[system.codes.index(code)].lstrip("#").upper()


def years(name: str, results: Results) -> tuple[int, int]:
    """Return the first and last year that a map is about, from its name."""
    found = [int(year) for year in re.findall(r"(?:19|20)\d{2}", name)]
    if found:
        return min(found), max(found)
    for ending, period in PERIOD_NAMES.items():
        if name.endswith(f"_{ending}"):
            return getattr(results.country.periods, period)
    return results.period


def _interval(first: int, last: int) -> tuple[datetime, datetime]:
    return datetime(first, 1, 1, tzinfo=UTC), datetime(last, 12, 31, 23, 59, 59, tzinfo=UTC)


def _on_the_globe(west: float, south: float, east: float, north: float) -> list[float]:
    """Bring longitudes to -180 to 180; a box across 180 degrees has its west above its east."""
    if east - west >= 360:
        return [-180.0, south, 180.0, north]

    def turned(longitude: float) -> float:
        return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180

    return [turned(west), south, turned(east), north]


def _footprint(box: list[float]) -> dict[str, Any]:
    """Return the box as GeoJSON, cut at 180 degrees (RFC 7946, section 3.1.9)."""
    west, south, east, north = box
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    rings = [[[[a, south], [b, south], [b, north], [a, north], [a, south]]] for a, b in spans]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _union(boxes: list[list[float]]) -> list[float]:
    """Return a box around boxes; all of one country, so all or none may cross 180 degrees."""
    crossing = [box for box in boxes if box[0] > box[2]] or boxes
    return [
        min(box[0] for box in crossing), min(box[1] for box in boxes),
        max(box[2] for box in crossing), max(box[3] for box in boxes),
    ]  # fmt: skip
