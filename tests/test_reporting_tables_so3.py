"""Frames of SO 3-1, SO 3-2 and SO 3-3, by hand."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook import classes, forms
from sohandbook import reporting_tables_so3 as so3
from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard
from sohandbook.indicators import drought_vulnerability as vulnerability

KEYS = list(forms.catalogue()["row_sets"]["dvi_factor_keys"])


def drought(codes, years):
    return xr.DataArray(
        np.array(codes, np.int8)[:, None, :],
        dims=("year", "y", "x"),
        coords={"year": years},
        attrs=classes.system("drought").attributes(),
    )


def cells(*values):
    return xr.DataArray(np.array([values], dtype=float), dims=("y", "x"))


def test_each_year_takes_the_land_of_the_nearest_year_of_the_profile():
    land = {2000: cells(10, 20, 0), 2015: cells(9, 18, 0)}
    codes = [[1, 4, 4], [0, -128, 1], [2, 2, 2]]
    areas = so3.land_by_drought_class(drought(codes, [2001, 2007, 2008]), land=land)
    table = drought_hazard.area_table(areas, years=[2001, 2007, 2008]).set_index("year")
    # 2007 is seven years from 2000 and eight from 2015; the third cell holds no land.
    assert table.loc[2001, ["mild", "extreme", "non_drought"]].tolist() == [10, 20, 0]
    assert table.loc[2007, ["non_drought", "no_data", "mild"]].tolist() == [10, 20, 0]
    assert table.loc[2008, "moderate"] == 27
    assert table.sum(axis=1).tolist() == [30, 30, 27]
    assert areas["year"].is_monotonic_increasing


def test_people_of_the_worst_year_the_first_of_several():
    years = [2000, 2001, 2003, 2012]
    codes = [[1, 0, -128], [3, 0, -128], [3, 1, -128], [2, -128, 4]]
    people = drought([[1, 2, 3], [10, 20, 30], [40, 50, 60], [7, 8, 9]], years)
    people = people.drop_attrs().astype(float)
    by_sex = xr.concat([people, 2 * people], dim=pd.Index(["female", "male"], name="sex"))
    found, worst = so3.people_at_worst(people, classes=drought(codes, years))
    assert worst["window"].values.tolist() == ["2000-2003", "2012-2015"]
    assert worst.sel(window="2000-2003").values.tolist() == [[3, 1, -128]]
    assert found.sel(window="2000-2003").values.tolist() == [[10, 50, 3]]
    assert found.sel(window="2012-2015").values.tolist() == [[7, 8, 9]]
    both, _ = so3.people_at_worst(by_sex, classes=drought(codes, years))
    xr.testing.assert_equal(both.sel(sex="male", drop=True).transpose(*found.dims), 2 * found)


def factors(**series):
    rows = [
        {"year": year, "factor": factor, "sex": "total", "value": value}
        for factor, values in series.items()
        for year, value in values.items()
    ]
    return pd.DataFrame(rows)


DIRECTION = vulnerability.recommended_directions(agriculture_share_gdp=None)


def overview(frame, **settings):
    settings = {"years": range(2000, 2005), "reach": 1, "direction": DIRECTION} | settings
    return so3.factor_overview(frame, **settings).set_index("factor")


def test_why_a_factor_is_not_used():
    every = range(2000, 2005)
    found = overview(
        factors(
            literacy_15plus={2001: 40, 2003: 50},
            rural_population={year: 60 - year for year in every},
            life_expectancy={1990: 50, 1999: 55},
            poverty_headcount={2000: 50, 2004: 40},
            agriculture_share_gdp={year: year for year in every},
            irrigated_cultivated_area=dict.fromkeys(every, 6.4),
            safely_managed_water={2002: np.nan},
        ),
        leave_out=["rural_population"],
    )
    assert found.index.tolist() == KEYS
    assert found["reason"].to_dict() == dict.fromkeys(KEYS, "no data") | {
        "literacy_15plus": "",
        "rural_population": "left out by the country",
        "life_expectancy": "no value within 1 years of 2001 to 2004",
        "poverty_headcount": "no value within 1 years of 2002",
        "agriculture_share_gdp": "direction not chosen",
        "irrigated_cultivated_area": "never changes",
    }
    assert found.index[found["used"]].tolist() == ["literacy_15plus"]
    assert found.loc["literacy_15plus", ["first_year", "last_year", "values"]].tolist() == [
        2001, 2003, 2,
    ]  # fmt: skip
    # 2000, 2002 and 2004 take the value of the year beside them.
    assert found.loc["literacy_15plus", "taken_from_near"] == 3


def test_two_gaps_are_named_apart():
    found = overview(factors(literacy_15plus={2002: 40}), years=range(1999, 2006))
    assert found.loc["literacy_15plus", "reason"].endswith("of 1999 to 2000, 2004 to 2005")


def test_names_that_are_no_factors_are_refused():
    with pytest.raises(InputError, match="recommended factors"):
        overview(factors(literacy={2000: 40}))
    with pytest.raises(InputError, match="enrgy"):
        overview(factors(literacy_15plus={2000: 40}), leave_out=["enrgy"])


def test_the_form_of_the_method():
    frame = factors(
        literacy_15plus=dict.fromkeys(range(2000, 2005), 40) | {2004: 41},
        life_expectancy={2000: 50},
    )
    women = frame.assign(sex="female")
    north = frame[frame["factor"] == "literacy_15plus"].assign(region="North")
    everything = pd.concat([frame, women, north])
    seen = so3.factor_overview(frame, years=range(2000, 2005), reach=0, direction=DIRECTION)
    found = so3.methods(seen, factors=everything)
    checked = forms.validate("SO3-3.METHOD", found).set_index("factor")
    assert checked.loc["literacy_15plus"].tolist() == [True, True, True]
    # By sex in the file, but its gaps keep it out of the index.
    assert checked.loc["life_expectancy"].tolist() == [False, False, False]
    assert checked["used"].sum() == 1


@pytest.mark.parametrize(
    ("sign", "words"),
    [(1, "more is more vulnerable"), (-1, "more is less vulnerable"), (0, "not chosen")],
)
def test_directions_in_words(sign, words):
    found = so3.factor_directions(sign).set_index("factor")
    assert found.loc["Agriculture, value added", "direction"] == words
    assert found.loc["Agriculture, value added", "how_sure"] == "disputed"
    assert found.loc["Rural population", "direction"] == "more is more vulnerable"
    assert len(found) == len(KEYS)


def test_normalised_factors_are_those_of_the_index():
    years = range(2000, 2004)
    frame = factors(
        literacy_15plus=dict(zip(years, (40, 45, 50, 60), strict=True)),
        rural_population=dict(zip(years, (70, 72, 66, 60), strict=True)),
        poverty_headcount=dict(zip(years, (50, 30, 40, 20), strict=True)),
        safely_managed_water=dict(zip(years, (20, 21, 30, 25), strict=True)),
        irrigated_cultivated_area=dict.fromkeys(years, 6.4),
    )
    scaled = so3.normalised(frame, direction=DIRECTION)
    assert scaled["literacy_15plus"].tolist() == pytest.approx([1, 0.75, 0.5, 0])
    assert scaled["rural_population"].tolist() == pytest.approx([10 / 12, 1, 0.5, 0])
    assert scaled["irrigated_cultivated_area"].isna().all()
    components = vulnerability.recommended_components()
    dvi = vulnerability.index(frame, components=components, direction=DIRECTION)
    by_hand = scaled.T.groupby(components).mean().mean()
    np.testing.assert_allclose(dvi.set_index("year")["dvi"], by_hand)
