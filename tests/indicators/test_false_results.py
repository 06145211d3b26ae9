"""False positives and negatives: recoding at sites, the rules, and the chart of each site."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook.errors import InputError
from sohandbook.indicators import land_degradation as ld

NO_DATA = -128
STATUS = [[-1, 0, 1, NO_DATA]] * 3
SITES = [[0] * 4, [1] * 4, [2] * 4]


def grid(values, dtype=np.int8):
    return xr.DataArray(np.asarray(values, dtype=dtype), dims=("y", "x"))


def rules(*rows):
    return pd.DataFrame(rows, columns=["site", "period", "degraded", "stable", "improved"])


def recoded(*rows, period="report_2"):
    result = ld.recode(grid(STATUS), sites=grid(SITES), rules=rules(*rows), period=period)
    return result.values.tolist()


def test_without_polygons_nothing_changes():
    status = grid(STATUS)
    none = ld.recode(
        status, sites=grid(np.zeros((3, 4))), rules=rules((1, "both", 0, -1, -1)), period="baseline"
    )
    np.testing.assert_array_equal(none, status)
    assert recoded() == STATUS


def test_only_the_site_changes_and_no_data_stays():
    assert recoded((2, "both", 1, -1, np.nan)) == [STATUS[0], STATUS[0], [1, -1, 1, NO_DATA]]


def test_a_site_can_become_no_data():
    assert recoded((1, "both", NO_DATA, 0, 1))[1] == [NO_DATA, 0, 1, NO_DATA]


@pytest.mark.parametrize(
    ("named", "period", "holds"),
    [
        ("baseline", "baseline", True),
        ("baseline", "report_2", False),
        ("reporting", "baseline", False),
        ("reporting", "report_1", True),
        ("report_1", "report_2", False),
        ("report_2", "report_2", True),
        ("both", "baseline", True),
        ("both", "report_2", True),
    ],
)
def test_a_rule_holds_in_its_period(named, period, holds):
    expected = [0, 0, 1, NO_DATA] if holds else STATUS[1]
    assert recoded((1, named, 0, 0, 1), period=period)[1] == expected


def test_all_64_recodings_of_the_default_data(realdata):
    """Trends.Earth numbers its recodings 0 to 63; -9999 keeps, -32768 is no data."""
    peer = np.load(realdata / "oracles/trends_earth/tables.npz")
    kept = np.array([-1, 0, 1])
    columns = np.stack([peer[f"err_{name}_to"] for name in ("deg", "stable", "imp")], axis=1)
    expected = np.where(columns == -9999, kept, np.maximum(columns, NO_DATA))
    table = np.where(columns == -9999, np.nan, np.maximum(columns, NO_DATA))
    result = ld.recode(
        grid(np.tile(kept, (64, 1))),
        sites=grid(np.repeat(peer["err_code"] + 1, 3).reshape(64, 3)),
        rules=rules(*[(code + 1, "both", *row) for code, row in enumerate(table)]),
        period="baseline",
    )
    np.testing.assert_array_equal(result, expected)


def test_rules_from_the_reporting_table():
    """A false positive is land that is degraded though the result says it is not."""
    table = ld.recode_rules(
        pd.DataFrame(
            {
                "site": [1, 2, 3],
                "type": ["false positive", "false negative", "false negative"],
                "period_when_started": ["baseline", "reporting", "both"],
                "becomes": [np.nan, np.nan, 1],
            }
        )
    )
    assert table["degraded"].tolist()[1:] == [0, 1]
    assert table.loc[0, ["stable", "improved"]].tolist() == [-1, -1]
    assert np.isnan(table.loc[0, "degraded"])
    assert table["period"].tolist() == ["baseline", "reporting", "both"]


def test_recoding_then_judging_again_moves_the_status():
    """Weeds green a degraded pasture: improved becomes degraded, and stays it at the end."""
    baseline, period = grid([[-1, 0]]), grid([[1, 1]])
    table = ld.recode_rules(
        pd.DataFrame(
            {"site": [1], "type": ["false positive"], "period_when_started": ["reporting"]}
        )
    )
    before = ld.assess(baseline, period=period)["status"]
    put_right = ld.recode(period, sites=grid([[1, 0]]), rules=table, period="report_2")
    after = ld.assess(baseline, period=put_right)["status"]
    assert before.values.tolist() == [[1, 1]]
    assert after.values.tolist() == [[-1, 1]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "false"}, "row 1, type: found 'false'"),
        ({"period_when_started": "2019"}, "row 1, period_when_started"),
        ({"becomes": -1}, "row 1, becomes"),
    ],
)
def test_a_wrong_list_of_sites_is_refused(change, message):
    row = {"site": 1, "type": "false negative", "period_when_started": "both", **change}
    with pytest.raises(InputError, match=message):
        ld.recode_rules(pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((0, "both", 0, 0, 0), "row 1, site"),
        ((1.5, "both", 0, 0, 0), "row 1, site"),
        ((1, "both", 2, 0, 0), "row 1, degraded: found 2"),
        ((1, "2019", 0, 0, 0), "row 1, period: found '2019'"),
    ],
)
def test_a_wrong_rule_is_refused(row, message):
    with pytest.raises(InputError, match=message):
        recoded(row)


def test_two_rules_for_a_site_in_one_period_are_refused():
    with pytest.raises(InputError, match="one rule in period report_2"):
        recoded((1, "both", 0, 0, 0), (1, "reporting", 1, 1, 1))
    assert recoded((1, "baseline", 0, 0, 0), (1, "reporting", 1, 1, 1))[1] == [1, 1, 1, NO_DATA]


def test_site_profile_weighs_by_area_and_counts_no_data():
    sites = grid([[5, 5, 0], [5, 0, 7]])
    table = ld.site_profile(
        sites,
        cell_area=xr.DataArray([1.0, 2.0], dims="y"),
        land_cover=grid([[-1, 0, -1], [1, 1, 0]]),
        soc=grid([[NO_DATA] * 3, [0, 0, -1]]),
    )
    shares = {
        group: rows["share"].tolist() for group, rows in table.groupby(["site", "sub_indicator"])
    }
    assert shares == {
        (5, "land_cover"): [0.25, 0.25, 0.5, 0],
        (5, "soc"): [0, 0.5, 0, 0.5],
        (7, "land_cover"): [0, 1, 0, 0],
        (7, "soc"): [1, 0, 0, 0],
    }
    assert table["area_km2"].sum() == 2 * (4 + 2)


def test_site_profile_without_sites_is_empty():
    empty = ld.site_profile(grid([[0]]), cell_area=grid([[1]], float), soc=grid([[1]]))
    assert len(empty) == 0 and "share" in empty


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.integers(1, 9), st.integers(1, 9))
def test_chunks_change_nothing(seed, chunk_y, chunk_x):
    random = np.random.default_rng(seed)
    status = grid(random.choice([-1, 0, 1, NO_DATA], (7, 9)))
    sites, area = grid(random.integers(0, 4, (7, 9))), xr.DataArray(random.random(7), dims="y")
    table = rules((1, "both", 0, -1, -1), (2, "baseline", 0, 0, 0))
    chunks = {"y": chunk_y, "x": chunk_x}
    lazy = ld.recode(status.chunk(chunks), sites=sites, rules=table, period="baseline")
    assert lazy.chunks
    whole = ld.recode(status, sites=sites, rules=table, period="baseline")
    xr.testing.assert_identical(lazy.compute(), whole)
    profile = ld.site_profile(sites, cell_area=area, soc=status)
    again = ld.site_profile(sites.chunk(chunks), cell_area=area, soc=status.chunk(chunks))
    pd.testing.assert_frame_equal(profile, again, check_exact=True)
