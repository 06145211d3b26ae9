"""Sites in force, and areas that 180 degrees do not change."""

import math

import geopandas as gpd
import pytest
from shapely import box

from sohandbook import grid, protection


def frame(*shapes, **fields):
    return gpd.GeoDataFrame(fields, geometry=list(shapes), crs="EPSG:4326")


def test_planned_sites_and_biosphere_reserves_protect_nothing():
    square = box(0, 0, 1, 1)
    found = protection.in_force(
        frame(
            *[square] * 4,
            name=["a", "b", "c", "d"],
            STATUS=["Designated", "Proposed", "Established", "Not Reported"],
            DESIG_ENG=["National Park", "Park", "UNESCO-MAB Biosphere Reserve", "Park"],
        )
    )
    assert found["name"].tolist() == ["a"]


def test_a_national_file_without_the_fields_is_in_force():
    assert len(protection.in_force(frame(box(0, 0, 1, 1), name=["a"]))) == 1


@pytest.mark.parametrize(
    "country",
    [box(9.5, -20, 10.5, -19), box(179.5, -20, 180.5, -19), box(20, 69, 21, 70)],
    ids=["mid", "at 180", "north"],
)
def test_areas_are_those_of_the_ellipsoid(country):
    west, south = country.bounds[:2]
    cell = box(west + 0.45, south + 0.45, west + 0.55, south + 0.55)
    (expected,) = protection.geodesic_km2(frame(cell))
    (area,) = protection.equal_area(frame(cell), boundary=frame(country)).area / 1e6
    assert area == pytest.approx(expected, rel=1e-5)


def test_the_geodesic_area_is_that_of_the_sphere_within_half_a_percent():
    (area,) = protection.geodesic_km2(frame(box(0, -1, 1, 1)))
    on_sphere = 6371.0072**2 * math.radians(1) * 2 * math.sin(math.radians(1))
    assert area == pytest.approx(on_sphere, rel=0.006)


def test_a_site_cut_at_180_keeps_its_area():
    halves = grid.split_at_180(frame(box(179.9, 0, 180.1, 0.1)))
    whole = frame(box(179.9, 0, 180.1, 0.1))
    country = frame(box(179, -1, 181, 1))
    # Long edges become chords, so the halves differ from the whole by 2 in ten million.
    area = protection.equal_area(whole, boundary=country).area.sum()
    assert protection.equal_area(halves, boundary=country).area.sum() == pytest.approx(
        area, rel=1e-6
    )
