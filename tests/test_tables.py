"""Tables of areas and people: sums by hand, by a plain loop, and identities that always hold."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook import classes, tables
from sohandbook.errors import InputError


def on_grid(cells, *, system=None, attrs=None) -> xr.DataArray:
    cells = np.asarray(cells)
    height, width = cells.shape[-2:]
    return xr.DataArray(
        cells,
        dims=("year", "y", "x")[-cells.ndim :],
        coords={"y": np.arange(height)[::-1] * 0.1, "x": np.arange(width) * 0.1},
        attrs=classes.system(system).attributes() if system else (attrs or {}),
    )


@pytest.fixture
def world():
    """Three rows of two cells, areas 1, 2 and 4 km2; the last cell lies outside."""
    land_cover = on_grid(np.array([[1, 2], [2, 0], [7, 1]], dtype=np.uint8), system="land_cover")
    area = on_grid(np.repeat([[1.0], [2.0], [4.0]], 2, axis=1))
    within = on_grid(np.array([[True, True], [True, True], [True, False]]))
    return land_cover, area, within


def test_area_by_class_by_hand(world):
    land_cover, area, within = world
    table = tables.area_by_class(land_cover, cell_area=area, within=within)
    assert list(table.columns) == ["code", "key", "label", "area_km2"]
    expected = {
        "tree_covered": 1, "grassland": 3, "cropland": 0, "wetland": 0,
        "artificial": 0, "other_land": 0, "water": 4, "no_data": 2,
    }  # fmt: skip
    assert dict(zip(table["key"], table["area_km2"], strict=True)) == expected
    assert table.iloc[-1][["code", "label"]].tolist() == [0, "No data"]


def test_population_by_class_skips_unknown_people(world):
    land_cover, _, within = world
    people = on_grid(np.array([[10.5, 1], [2, np.nan], [0.25, 99]], dtype=np.float32))
    table = tables.population_by_class(land_cover, population=people, within=within)
    counts = dict(zip(table["key"], table["people"], strict=True))
    assert counts["tree_covered"] == 10.5
    assert counts["grassland"] == 3
    assert counts["water"] == 0.25
    assert counts["no_data"] == 0


def test_further_dimensions_become_columns(world):
    land_cover, _, within = world
    years = xr.concat([land_cover, land_cover.where(land_cover != 7, 1)], "year")
    years = years.assign_coords(year=[2000, 2015]).assign_attrs(land_cover.attrs)
    people = xr.concat([within * 1.0, within * 2.0], "sex").assign_coords(sex=["female", "male"])
    table = tables.population_by_class(years, population=people, within=within)
    assert list(table.columns) == ["year", "sex", "code", "key", "label", "people"]
    cells = table.set_index(["year", "sex", "key"])["people"]
    assert cells[2000, "female", "tree_covered"] == 1
    assert cells[2015, "male", "tree_covered"] == 4
    assert cells[2015, "male", "water"] == 0


def test_cross_table_by_hand(world):
    land_cover, area, within = world
    status = on_grid(np.array([[-1, 0], [1, -128], [0, 0]], dtype=np.int8), system="status")
    table = tables.cross_table(land_cover, status, cell_area=area, within=within)
    assert table.loc["tree_covered", "degraded"] == 1
    assert table.loc["grassland", "stable"] == 1
    assert table.loc["grassland", "improved"] == 2
    assert table.loc["water", "stable"] == 4
    assert table.loc["no_data", "no_data"] == 2
    assert table.to_numpy().sum() == 10
    assert list(table.columns) == ["degraded", "stable", "improved", "no_data"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 9), width=st.integers(1, 9),
       chunk=st.sampled_from([None, 2, 5]), varies=st.booleans())  # fmt: skip
def test_tables_add_up_and_agree_with_a_plain_loop(seed, height, width, chunk, varies):
    rng = np.random.default_rng(seed)
    shape = (height, width)
    first = on_grid(rng.integers(0, 8, shape, dtype=np.uint8), system="land_cover")
    second = on_grid(rng.choice([-128, -1, 0, 1], shape).astype(np.int8), system="status")
    row = rng.uniform(0.01, 9, (height, 1))
    area = on_grid(rng.uniform(0.01, 9, shape) if varies else np.broadcast_to(row, shape))
    within = on_grid(rng.random(shape) < 0.7)

    naive = {}
    for y in range(height):
        for x in range(width):
            if within.values[y, x]:
                pair = (int(first.values[y, x]), int(second.values[y, x]))
                naive[pair] = naive.get(pair, 0.0) + float(area.values[y, x])

    if chunk:
        first, second = first.chunk(y=chunk, x=chunk), second.chunk(y=chunk, x=3)
    cross = tables.cross_table(first, second, cell_area=area, within=within)
    for (a, b), expected in naive.items():
        row_key = "no_data" if a == 0 else classes.system("land_cover").keys[a - 1]
        column_key = {-128: "no_data", -1: "degraded", 0: "stable", 1: "improved"}[b]
        assert cross.loc[row_key, column_key] == pytest.approx(expected, rel=1e-12)

    whole = float(area.where(within, 0).sum())
    for table, sums in (
        (tables.area_by_class(first, cell_area=area, within=within), cross.sum(axis=1)),
        (tables.area_by_class(second, cell_area=area, within=within), cross.sum(axis=0)),
    ):
        assert table["area_km2"].sum() == pytest.approx(whole, rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(table["area_km2"], sums, rtol=1e-9, atol=1e-12)


def test_areas_given_by_row_alone(world):
    land_cover, area, within = world
    by_row = tables.area_by_class(land_cover, cell_area=area.isel(x=0, drop=True), within=within)
    by_cell = tables.area_by_class(land_cover, cell_area=area, within=within)
    pd.testing.assert_frame_equal(by_row, by_cell)


def test_wide_codes_of_a_national_legend(world):
    _, area, within = world
    attrs = {
        "flag_values": np.array([1001, 40], dtype=np.int16),
        "flag_meanings": "dry_forest steppe",
        "_FillValue": np.int16(-9999),
    }
    cells = np.array([[1001, 40], [40, -9999], [40, 40]], dtype=np.int16)
    eager = on_grid(cells, attrs=attrs)
    for data in (eager, eager.chunk(y=1)):
        table = tables.area_by_class(data, cell_area=area, within=within)
        assert table["label"].tolist() == ["Dry forest", "Steppe", "No data"]
        assert table["area_km2"].tolist() == [1, 7, 2]


def test_all_no_data_and_nothing_within(world):
    land_cover, area, within = world
    empty = land_cover.copy(data=np.zeros_like(land_cover.data))
    table = tables.area_by_class(empty, cell_area=area, within=within)
    assert table["area_km2"].iloc[-1] == 10
    nowhere = tables.area_by_class(land_cover, cell_area=area, within=within & False)
    assert (nowhere["area_km2"] == 0).all()


def test_agrees_with_exactextract_on_whole_cells():
    """A polygon along cell edges covers whole cells, so both tools must give the same areas."""
    exactextract = pytest.importorskip("exactextract")
    from exactextract.raster import NumPyRasterSource
    from shapely.geometry import box

    rng = np.random.default_rng(5)
    cells = rng.integers(1, 8, (40, 60), dtype=np.uint8)
    row_area = np.linspace(0.5, 0.9, 40)[:, None]
    source = NumPyRasterSource(cells, xmin=0, ymin=0, xmax=60, ymax=40)
    weights = NumPyRasterSource(np.repeat(row_area, 60, 1), xmin=0, ymin=0, xmax=60, ymax=40)
    feature = {
        "type": "Feature",
        "geometry": box(7, 3, 51, 33).__geo_interface__,
        "properties": {},
    }
    found = exactextract.exact_extract(
        source, feature, ["unique", "weighted_frac", "weighted_sum", "coverage"], weights=weights
    )[0]["properties"]
    within = np.zeros(cells.shape, dtype=bool)
    within[40 - 33 : 40 - 3, 7:51] = True
    total = float((row_area * within).sum())
    theirs = dict(zip(found["unique"], np.array(found["weighted_frac"]) * total, strict=True))
    ours = tables.area_by_class(
        on_grid(cells, system="land_cover"),
        cell_area=on_grid(np.broadcast_to(row_area, cells.shape)),
        within=on_grid(within),
    )
    for code, area in zip(ours["code"][:-1], ours["area_km2"][:-1], strict=True):
        assert area == pytest.approx(theirs[code], rel=1e-9)


def test_an_unknown_code_is_named(world):
    land_cover, area, within = world
    land_cover.data[0, 0] = 9
    with pytest.raises(InputError, match=r"found \[9\]"):
        tables.area_by_class(land_cover, cell_area=area, within=within)
    land_cover.data[0, 0], land_cover.data[2, 1] = 1, 9  # a stranger outside does no harm
    tables.area_by_class(land_cover, cell_area=area, within=within)


def test_other_grids_masks_and_types_are_refused(world):
    land_cover, area, within = world
    with pytest.raises(InputError, match="axis y"):
        tables.area_by_class(land_cover, cell_area=area.isel(y=[0, 1]), within=within)
    with pytest.raises(InputError, match="axis x"):
        shifted = area.assign_coords(x=area.x + 0.05)
        tables.area_by_class(land_cover, cell_area=shifted, within=within)
    with pytest.raises(InputError, match="bool"):
        tables.area_by_class(land_cover, cell_area=area, within=within.astype(int))
    with pytest.raises(InputError, match="whole numbers"):
        tables.area_by_class(land_cover.astype(float), cell_area=area, within=within)
    with pytest.raises(InputError, match="flag_values"):
        tables.area_by_class(land_cover.drop_attrs(), cell_area=area, within=within)
    with pytest.raises(InputError, match="one year"):
        tables.cross_table(
            land_cover.expand_dims("year"), land_cover, cell_area=area, within=within
        )


def test_share_states_its_whole(world):
    land_cover, area, within = world
    table = tables.area_by_class(land_cover, cell_area=area, within=within)
    shares = tables.share(table, 10.0, denominator="total country area 2015")
    assert shares["percent"].tolist() == [10, 30, 0, 0, 0, 0, 40, 20]
    assert set(shares["denominator"]) == {"total country area 2015"}
    with pytest.raises(InputError, match="largest part"):
        tables.share(table, 3.0, denominator="total land area 2015")
    with pytest.raises(InputError, match="largest part"):
        tables.share(table, 0.0, denominator="total land area 2015")
    with pytest.raises(InputError, match="name of the whole"):
        tables.share(table, 10.0, denominator=" ")
