"""The choices behind the drought classes, and what each one moves."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook import classes
from sohandbook.drought_choices import Choice, compare, reference_choices
from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard


@pytest.fixture(scope="module")
def rain():
    rng = np.random.default_rng(7)
    time = pd.date_range("1981-01-01", "2023-12-01", freq="MS")
    monthly = rng.gamma(2.0, 20.0, size=(len(time), 2, 3))
    return xr.DataArray(monthly.astype(np.float32), dims=("time", "y", "x"), coords={"time": time})


def test_a_choice_is_the_library_called_with_its_settings(rain):
    choice = Choice(months=6, reference=(1991, 2020), zero_rule="upper", edges="trends_earth")
    index = drought_hazard.spi(
        rain, months=6, reference=(1991, 2020), zero_rule="upper", calendar_month=12
    )
    expected = drought_hazard.yearly(index)
    xr.testing.assert_identical(choice.december(rain), expected)
    xr.testing.assert_identical(
        choice.classes(rain), drought_hazard.intensity(expected, preset="trends_earth")
    )
    assert expected["year"].values.tolist() == list(range(1981, 2024))


def test_spei_takes_evapotranspiration_and_says_when_there_is_none(rain):
    demand = xr.full_like(rain, 60.0)
    with_demand = Choice(index="spei").december(rain, evapotranspiration=demand)
    index = drought_hazard.spei(rain, evapotranspiration=demand, calendar_month=12)
    xr.testing.assert_identical(with_demand, drought_hazard.yearly(index))
    for choice in (Choice(index="spei"), Choice(index="pdsi")):
        with pytest.raises(InputError, match="evapotranspiration"):
            choice.december(rain)


def test_a_short_reference_needs_to_be_asked_for(rain):
    short = Choice(reference=(2001, 2010))
    with pytest.raises(InputError, match="30 years or more"):
        short.december(rain)
    assert replace(short, minimum_years=10).december(rain).notnull().all()


@pytest.mark.parametrize(
    ("reference", "record", "drought_year", "expected"),
    [
        (
            (1981, 2010),
            (1981, 2023),
            2011,
            [(1981, 2010), (1994, 2023), (2001, 2010), (2006, 2015)],
        ),
        # A drought at the end of the record: ten years that end with the record.
        (
            (1981, 2010),
            (1981, 2023),
            2022,
            [(1981, 2010), (1994, 2023), (2012, 2021), (2014, 2023)],
        ),
        # A short record has no ten years before the drought.
        ((1995, 2022), (1995, 2022), 2001, [(1995, 2022), (1995, 2022), (1996, 2005)]),
    ],
)
def test_reference_periods_that_the_record_holds(reference, record, drought_year, expected):
    found = reference_choices(reference, record=record, drought_year=drought_year)
    assert list(found.values()) == expected
    for name, (start, end) in found.items():
        assert record[0] <= start <= end <= record[1]
        assert ("before" in name and end < drought_year) or (
            "among" not in name or start <= drought_year <= end
        )


def test_key_figures_side_by_side():
    land = {2015: xr.DataArray([[30.0, 70.0]], dims=("y", "x"))}
    attributes = classes.system("drought").attributes()

    def by_year(*codes):
        return xr.DataArray(
            np.array(codes, np.int8)[:, None, :],
            dims=("year", "y", "x"),
            coords={"year": [2010, 2011]},
            attrs=attributes,
        )

    found = compare(
        {"hard": by_year([4, 1], [0, 2]), "mild": by_year([1, 0], [-128, 0])},
        land=land,
        years=[2010, 2011],
        drought_year=2010,
    ).set_index("choice")
    assert found.columns.tolist() == [
        "mean_of_all_years", "drought_2010", "extreme_2010", "drought_2011",
    ]  # fmt: skip
    assert found.loc["hard"].tolist() == pytest.approx([85, 100, 30, 70])
    assert found.loc["mild"].tolist() == pytest.approx([15, 30, 0, 0])
    # The drought year may be the last: its share is not shown twice.
    once = compare({"hard": by_year([4, 1], [0, 2])}, land=land, years=[2010], drought_year=2010)
    assert once.columns.tolist() == [
        "choice", "mean_of_all_years", "drought_2010", "extreme_2010",
    ]  # fmt: skip
