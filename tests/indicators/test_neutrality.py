"""Land degradation neutrality: gains against losses, in each land type."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook.errors import InputError
from sohandbook.indicators import neutrality


def grid(values, dtype=np.int8):
    return xr.DataArray(np.asarray(values, dtype=dtype), dims=("y", "x"))


AREA = xr.DataArray([1.0, 10.0], dims="y")


def test_gains_and_losses_of_the_seven_classes():
    result = neutrality.gains_and_losses(grid([[0, 1, 2, 3, 4, 5, 6, 7, 8, -128]]))
    assert result.values.tolist() == [[-128, -1, -1, 0, 0, 0, 1, 1, -128, -128]]


def test_a_gain_on_one_type_does_not_make_up_for_a_loss_on_another():
    """By hand: type 1 gains 10 and loses 1 km2; type 2 loses 10; type 3 does neither."""
    expanded = grid([[2, 4, 0, 5], [6, 1, 3, 3]])
    land_type = grid([[1, 1, 1, 3], [1, 2, 2, 0]])
    table = neutrality.counterbalance(expanded, land_type=land_type, cell_area=AREA)
    table = table.set_index("land_type")
    assert table.loc[1, ["gains_km2", "losses_km2", "neither_km2"]].tolist() == [10, 1, 1]
    assert table.loc[1, "no_data_km2"] == 1
    assert table["net_km2"].tolist() == [9, -10, 0]
    assert table["net_percent"].tolist() == pytest.approx([75, -50, 0])
    assert table["neutral"].tolist() == [True, False, True]
    assert table["total_km2"].sum() == 34


def test_only_land_within_the_mask_counts():
    table = neutrality.counterbalance(
        grid([[6, 6], [1, 1]]),
        land_type=grid([[1, 1], [1, 1]]),
        cell_area=AREA,
        within=grid([[True, False], [False, False]], bool),
    )
    assert table["net_km2"].tolist() == [1]


def test_a_type_without_data_is_neither_neutral_nor_not():
    table = neutrality.counterbalance(grid([[0], [0]]), land_type=grid([[4], [0]]), cell_area=AREA)
    assert np.isnan(table.loc[0, "net_percent"])
    assert table.loc[0, "neutral"] is pd.NA
    assert table.loc[0, "no_data_km2"] == 1


def test_land_types_are_combinations_of_layers():
    cover, soil = grid([[1, 1, 2], [2, 0, 7]]), grid([[3, 3, 1], [-1, 2, 5]], np.int16)
    types, key = neutrality.land_types({"land_cover": cover, "soil": soil})
    assert list(key.columns) == ["land_type", "land_cover", "soil"]
    assert key[["land_cover", "soil"]].to_numpy().tolist() == [[1, 3], [2, 1], [7, 5]]
    number = dict(zip([(1, 3), (2, 1), (7, 5)], key["land_type"], strict=True))
    expected = [[number[1, 3], number[1, 3], number[2, 1]], [0, 0, number[7, 5]]]
    assert types.values.tolist() == expected


def test_too_many_combinations_are_refused():
    layer = grid([[2000]], np.int16)
    with pytest.raises(InputError, match="combinations"):
        neutrality.land_types({"soil": layer, "zone": layer})
    with pytest.raises(InputError, match="land_type"):
        neutrality.counterbalance(
            grid([[1]]), land_type=grid([[2**21]], np.int32), cell_area=AREA[:1]
        )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100), st.integers(1, 9), st.integers(1, 9), st.integers(1, 6))
def test_sums_agree_with_a_plain_table_in_any_chunks(seed, chunk_y, chunk_x, cut):
    random = np.random.default_rng(seed)
    expanded = grid(random.integers(0, 8, (7, 9)))
    land_type = grid(random.integers(0, 4, (7, 9)))
    area = xr.DataArray(random.random(7), dims="y")

    def table(part=slice(None), **chunks):
        return neutrality.counterbalance(
            expanded.chunk(chunks)[part] if chunks else expanded[part],
            land_type=land_type.chunk(chunks)[part] if chunks else land_type[part],
            cell_area=area[part],
        ).set_index("land_type")

    whole = table()
    pd.testing.assert_frame_equal(table(y=chunk_y, x=chunk_x), whole, check_exact=True)
    north, south = (table(part)["net_km2"] for part in (slice(None, cut), slice(cut, None)))
    np.testing.assert_allclose(north.add(south, fill_value=0), whole["net_km2"], atol=1e-12)
    cells = pd.DataFrame(
        {
            "land_type": land_type.values.ravel(),
            "gain": np.isin(expanded.values.ravel(), (6, 7)) * np.repeat(area.values, 9),
            "loss": np.isin(expanded.values.ravel(), (1, 2)) * np.repeat(area.values, 9),
        }
    )
    expected = cells[cells["land_type"] > 0].groupby("land_type").sum()
    np.testing.assert_allclose(whole["gains_km2"], expected["gain"], atol=1e-12)
    np.testing.assert_allclose(whole["losses_km2"], expected["loss"], atol=1e-12)
