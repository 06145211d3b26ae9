"""A first boundary for a country that has none: geoBoundaries, until the country brings its own."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import yaml

from sohandbook import catalogue, paths
from sohandbook.fetching.addresses import actual
from sohandbook.fetching.downloads import download
from sohandbook.fetching.patience import FetchError, Patience, ask_json
from sohandbook.fetching.recipes import recipe
from sohandbook.input_files import write_whole

ENTRY = "geoboundaries"


def missing(iso3: str, *, folder: Path | None) -> Path | None:
    """Return the boundary file that a country's settings name and that is not there."""
    folder = folder or paths.countries() / iso3
    file = folder / "country.yml"
    if not file.is_file():
        return None  # Country.load says it in full
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        boundary = folder / content["boundary"]["file"]
    except (TypeError, KeyError):
        return None
    return None if boundary.is_file() else boundary


def by_hand() -> str:
    """Return how to bring a boundary without this program."""
    return recipe(catalogue.entry(ENTRY)).by_hand


def fetch(iso3: str, target: Path, *, patience: Patience) -> None:
    """Fetch the country's outline (ADM0) and write it with the terms of its source beside it.

    Its lines are those of an open database, not of the United Nations: the note says so.

    Raises
    ------
    FetchError
        No connection, no such country, or a file that holds no polygons.
    """
    how = recipe(catalogue.entry(ENTRY))
    facts = ask_json(actual(how.address.replace("{ISO3}", iso3), dataset=ENTRY), patience=patience)
    if not isinstance(facts, dict) or "gjDownloadURL" not in facts:
        raise FetchError(f"{how.address}: the answer names no file: {str(facts)[:100]}")
    address = actual(facts["gjDownloadURL"], dataset=ENTRY)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        file = download(address, Path(folder) / "adm0.geojson", patience=patience)
        try:
            frame = gpd.read_file(file)
        except pyogrio.errors.DataSourceError as error:
            raise FetchError(
                f"{address}: no map came, perhaps the pointer to a large file; download it from "
                "the page of geoBoundaries"
            ) from error
        if not set(frame.geom_type) <= {"Polygon", "MultiPolygon"} or frame.empty:
            raise FetchError(f"{address}: the file holds no polygons")
        frame["name"] = frame.get("shapeName", iso3)
        whole = Path(folder) / target.name
        frame[["name", "geometry"]].to_file(whole)
        whole.replace(target)
    note = [
        f"Boundary of {iso3}: geoBoundaries, {facts.get('boundaryID', 'id not stated')}",
        f"Source: {facts.get('boundarySource', 'not stated')}",
        f"Licence: {facts.get('boundaryLicense', 'not stated')}",
        f"Address: {facts['gjDownloadURL']}",
        f"Cite: {catalogue.entry(ENTRY).citation}",
        "These lines are not endorsed by the United Nations. Replace the file by your own.",
    ]
    write_whole(target.with_name(f"{target.name}.licence.txt"), "\n".join(note) + "\n")
