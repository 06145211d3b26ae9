"""Frames of SO 3-1 and SO 3-2, by hand."""

import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes
from sohandbook import reporting_tables_so3 as so3
from sohandbook.indicators import drought_hazard


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
