"""Key biodiversity areas: the mean of shares, overlaps, and years of designation."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from sohandbook.errors import InputError
from sohandbook.indicators import protected_areas

EQUAL_AREA = "EPSG:6933"


def sites(*shapes, crs=EQUAL_AREA):
    names = [f"site {number}" for number, _ in enumerate(shapes, 1)]
    return gpd.GeoDataFrame({"name": names}, geometry=list(shapes), crs=crs)


def protection(*shapes_and_years, crs=EQUAL_AREA):
    shapes, years = zip(*shapes_and_years, strict=True) if shapes_and_years else ((), ())
    return gpd.GeoDataFrame({"designated": list(years)}, geometry=list(shapes), crs=crs)


def share(site_table, protected, year=2023):
    return protected_areas.covered_shares(site_table, protected=protected, years=[year])


def test_mean_of_shares_is_not_the_share_of_area():
    """Sites of 100 ha, half covered, and 900 ha, bare: 25 %, not 5 %."""
    shares = share(
        sites(box(0, 0, 1000, 1000), box(5000, 0, 8000, 3000)),
        protection((box(0, 0, 500, 1000), 2000)),
    )
    result = protected_areas.mean_cover(shares).iloc[0]
    assert result["kba_protected_share"] == pytest.approx(25)
    assert result["share_of_area"] == pytest.approx(5)
    assert result["sites"] == 2


def test_overlapping_protected_areas_count_once():
    half, more = box(0, 0, 5, 10), box(2, 0, 8, 10)
    result = share(sites(box(0, 0, 10, 10)), protection((half, 2000), (more, 2000), (half, 2001)))
    assert result["share"].tolist() == pytest.approx([0.8])


def test_protection_grows_with_designations_and_unknown_years_hold_always():
    protected = protection(
        (box(0, 0, 1, 10), np.nan),
        (box(1, 0, 3, 10), 2005),
        (box(3, 0, 4, 10), 2010),
        (box(9, 0, 10, 10), 0),
    )
    result = protected_areas.covered_shares(
        sites(box(0, 0, 10, 10)), protected=protected, years=[2010, 2000, 2009]
    )
    assert result["year"].tolist() == [2000, 2009, 2010]
    assert result["share"].tolist() == pytest.approx([0.2, 0.4, 0.5])


def test_points_cover_nothing_and_touching_areas_neither():
    protected = protection(
        (Point(5, 5), 2000), (LineString([(0, 0), (10, 10)]), 2000), (box(10, 0, 20, 10), 2000)
    )
    assert share(sites(box(0, 0, 10, 10)), protected)["share"].tolist() == [0]


def test_a_site_that_is_partly_touched_and_partly_covered():
    """The intersection is an area and a line; only the area counts."""
    hook = Polygon([(2, 0), (2, 10), (12, 10), (12, 8), (10, 8), (10, 2), (4, 2), (4, 0)])
    expected = hook.intersection(box(0, 0, 10, 10)).area / 100
    assert share(sites(box(0, 0, 10, 10)), protection((hook, 2000)))["share"][0] == pytest.approx(
        expected
    )


def test_self_crossing_polygons_are_repaired():
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    assert share(sites(box(0, 0, 10, 10)), protection((bow_tie, 2000)))["share"][0] == 0.5


def test_without_protected_areas_nothing_is_covered():
    assert share(sites(box(0, 0, 10, 10)), protection())["share"].tolist() == [0]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32630"])
def test_other_projections_than_equal_area_are_refused(crs):
    with pytest.raises(InputError, match="equal-area"):
        share(sites(box(0, 0, 1, 1), crs=crs), protection((box(0, 0, 1, 1), 2000), crs=crs))


def test_layers_in_two_projections_are_refused():
    with pytest.raises(InputError, match="one equal-area projection"):
        share(sites(box(0, 0, 1, 1)), protection((box(0, 0, 1, 1), 2000), crs="ESRI:54009"))


def test_sites_of_the_same_name_or_without_area_are_refused():
    twice = sites(box(0, 0, 1, 1), box(1, 1, 2, 2)).assign(name="Lake")
    with pytest.raises(InputError, match="'Lake'"):
        share(twice, protection())
    with pytest.raises(InputError, match="no area in site 2"):
        share(sites(box(0, 0, 1, 1), Point(0, 0)), protection())


corner = st.integers(0, 20)
rectangle = st.tuples(corner, corner, corner, corner).filter(
    lambda c: c[0] != c[2] and c[1] != c[3]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(rectangle, st.integers(2000, 2005)), max_size=6))
def test_shares_are_those_of_counted_squares(rectangles):
    """Count the unit squares of a site of 20 by 20 that any rectangle holds, year by year."""
    covered = np.zeros((6, 20, 20), dtype=bool)
    shapes = []
    for (x0, y0, x1, y1), year in rectangles:
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        covered[year - 2000 :, y0:y1, x0:x1] = True
        shapes.append((box(x0, y0, x1, y1), year))
    result = protected_areas.covered_shares(
        sites(box(0, 0, 20, 20)), protected=protection(*shapes), years=range(2000, 2006)
    )
    np.testing.assert_allclose(result["share"], covered.mean(axis=(1, 2)), atol=1e-12)


def test_table_lays_out_years_and_bounds():
    series = pd.DataFrame({"year": [2000, 2002], "value": [10.0, 20.0]})
    rows = protected_areas.table(series.assign(lower=9.0, upper=21.0), years=[2000, 2001, 2002])
    assert rows["kba_protected_share"].tolist() == pytest.approx([10, np.nan, 20], nan_ok=True)
    assert rows.loc[2, ["lower_bound", "upper_bound"]].tolist() == [9, 21]
    assert protected_areas.table(series)["lower_bound"].isna().all()


def test_table_refuses_a_share_above_the_whole():
    with pytest.raises(InputError, match="kba_protected_share, year 2000"):
        protected_areas.table(pd.DataFrame({"year": [2000], "value": [101.0]}))
