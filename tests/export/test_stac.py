"""The catalogue of maps, read back with pystac; every link followed."""

import hashlib
from pathlib import Path

import pystac
import pytest
from rio_cogeo import cog_validate

from sohandbook.export import stac
from sohandbook.export.results import Results


@pytest.fixture
def catalogue(toy):
    results = Results.read(*toy)
    file = stac.write(results, results.folder / "report" / "stac")
    return pystac.Collection.from_file(str(file))


def test_every_map_is_there_and_every_link_leads_somewhere(catalogue, toy):
    items = list(catalogue.get_items(recursive=True))
    assert {item.id for item in items} == {path.stem for path in (toy[1] / "maps").glob("*.tif")}
    for item in items:
        assert item.get_parent().id == catalogue.id
        for asset in item.assets.values():
            assert not asset.href.startswith("/"), "relative, so that the folder can move"
            file = Path(asset.get_absolute_href())
            assert file.is_file()
            content = file.read_bytes()
            assert asset.extra_fields["file:size"] == len(content)
            digest = hashlib.sha256(content).hexdigest()
            assert asset.extra_fields["file:checksum"] == f"1220{digest}"
        assert item.assets["map"].media_type == pystac.MediaType.COG
        assert cog_validate(item.assets["map"].get_absolute_href(), quiet=True)[0]


def test_a_map_says_where_when_and_what(catalogue):
    item = catalogue.get_item("land_degradation_status_2023")
    west, south, east, north = item.bbox
    assert 10.3 < west < east < 10.5 and 15.8 < south < north < 15.95
    assert item.geometry["type"] == "Polygon"
    assert item.properties["proj:code"] == "EPSG:6933"
    assert item.properties["proj:shape"] == [2, 3]
    assert item.properties["start_datetime"].startswith("2023-01-01")
    assert item.properties["end_datetime"].startswith("2023-12-31")
    (band,) = item.assets["map"].extra_fields["bands"]
    assert band["nodata"] == -128 and band["data_type"] == "int8"
    classes = {each["value"]: each for each in band["classification:classes"]}
    assert classes[-1]["title"] == "Degraded" and len(classes[-1]["color_hint"]) == 6


def test_the_platforms_four_fields_travel_with_a_map(catalogue):
    item = catalogue.get_item("land_degradation_status_2023")
    sources = {each.pop("dataset"): each for each in item.properties["unccd:sources"]}
    assert sources["land_cover"] == {
        "title": "Toy maps", "link": "doi:10.1234/toy.5", "author": "A. Person",
        "citation": "Person (2024), Toy maps",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [("land_mask_2015", (2015, 2015)), ("drought_worst_2000_2003", (2000, 2003)),
     ("land_cover_change_baseline", (2000, 2015)), ("dynamics_report_1", (2016, 2019)),
     ("dynamics_reporting", (2016, 2023)), ("anything", (2000, 2023))],
)  # fmt: skip
def test_the_years_of_a_map(toy_results, name, expected):
    assert stac.years(name, toy_results) == expected


def test_boxes_at_180_degrees():
    box = stac._on_the_globe(179.0, -17.0, 181.5, -16.0)
    assert box == [179.0, -17.0, -178.5, -16.0]
    parts = stac._footprint(box)["coordinates"]
    assert [(min(x for x, _ in ring[0]), max(x for x, _ in ring[0])) for ring in parts] == [
        (179.0, 180.0), (-180.0, -178.5)
    ]  # fmt: skip
    assert stac._union([box, [178.0, -18.0, -179.0, -16.5]]) == [178.0, -18.0, -178.5, -16.0]
    assert stac._on_the_globe(-20.0, 0.0, 10.0, 5.0) == [-20.0, 0.0, 10.0, 5.0]
