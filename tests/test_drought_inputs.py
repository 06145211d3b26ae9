"""What SO 3-1 reads for each index, and what it says when something is missing."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sohandbook.drought_chain import DroughtChain
from sohandbook.drought_choices import Choice, options
from sohandbook.drought_inputs import DroughtInputs
from sohandbook.errors import InputError
from sohandbook.indicators import drought_hazard


def monthly(start, months, *, step, value):
    """Return a record of 2 degrees square around 1 east, 1 south, in cells of ``step``."""
    count = round(2 / step)
    centres = step * (np.arange(count) + 0.5)
    data = xr.DataArray(
        np.full((months, count, count), value, np.float32),
        dims=("time", "y", "x"),
        coords={
            "time": pd.date_range(start, periods=months, freq="MS"),
            "y": -centres,
            "x": centres,
        },
    )
    return data.rio.write_crs(4326)


def report(**datasets):
    country = SimpleNamespace(datasets=datasets, folder=Path("XXX"))
    return SimpleNamespace(country=country, data=lambda name, native: datasets[name])


RAIN = monthly("1981-01", 12 * 40, step=0.25, value=50)
DEMAND = monthly("1901-01", 12 * 130, step=0.5, value=80)
INDEX = monthly("2000-11", 26, step=0.25, value=-1.2).assign_attrs(months=12)


def test_evapotranspiration_comes_to_the_cells_and_months_of_the_rain():
    data = DroughtInputs(report(precipitation=RAIN, potential_evapotranspiration=DEMAND), "spei")
    xr.testing.assert_equal(data.evapotranspiration["time"], RAIN["time"])
    assert data.evapotranspiration.shape == RAIN.shape
    assert (data.evapotranspiration == 80).all()
    assert data.names == ["precipitation", "potential_evapotranspiration"]
    assert (data.record, data.ready) == ((1981, 2020), None)
    assert data.years(2018, 2023) == [2018, 2019, 2020]


def test_months_of_evapotranspiration_that_are_missing_are_named():
    short = DEMAND.sel(time=slice(None, "2019-12"))
    data = DroughtInputs(report(precipitation=RAIN, potential_evapotranspiration=short), "spei")
    with pytest.raises(InputError, match="12 months of the rain are missing, the first is 2020-01"):
        _ = data.evapotranspiration


def test_a_ready_index_needs_no_rain():
    data = DroughtInputs(report(drought_index=INDEX), "ready")
    assert data.rain is None
    assert data.evapotranspiration is None
    assert data.years(1999, 2005) == [2000, 2001, 2002]
    classes = Choice(index="ready").of(data)
    assert classes["year"].values.tolist() == [2000, 2001, 2002]
    assert (classes == 2).all()
    # Only what is ours to choose is varied and told.
    assert list(Choice(index="ready").others(data)) == ["as computed", "edges the other way"]
    assert "fit" not in options(Choice(index="ready"))["option"].tolist()


@pytest.mark.parametrize(
    ("listed", "index", "named"),
    [
        ({"precipitation": RAIN}, "spi3", "spi, spei, ready"),
        ({"precipitation": RAIN}, "spei", "potential_evapotranspiration"),
        ({"precipitation": RAIN}, "ready", "drought_index"),
        ({"drought_index": INDEX}, "spi", "precipitation"),
    ],
)
def test_an_index_without_its_data_is_refused(listed, index, named):
    with pytest.raises(InputError, match=named):
        DroughtInputs(report(**listed), index)


def test_a_ready_index_of_another_length_or_without_december_is_refused():
    with pytest.raises(InputError, match="index of 12 months"):
        _ = DroughtInputs(report(drought_index=INDEX), "ready", months=6).ready
    summer = INDEX[INDEX["time"].dt.month.values == 6]
    with pytest.raises(InputError, match="no December"):
        _ = DroughtInputs(report(drought_index=summer), "ready").ready


def test_other_choices_are_those_that_the_data_allow():
    both = report(precipitation=RAIN, potential_evapotranspiration=DEMAND)
    assert list(Choice().others(DroughtInputs(both))) == [
        "as computed", "edges the other way", "other rule for no rain", "sums of 6 months",
        "sums of 24 months", "SPEI, with evaporation",
    ]  # fmt: skip
    assert list(Choice(index="spei", months=6).others(DroughtInputs(both, "spei"))) == [
        "as computed", "edges the other way", "sums of 12 months", "sums of 24 months",
        "SPI, from rain alone",
    ]  # fmt: skip
    assert "SPEI, with evaporation" not in Choice().others(
        DroughtInputs(report(precipitation=RAIN))
    )


def test_every_option_is_said_once_and_with_the_chosen_values():
    for index in ("spi", "spei"):
        chosen = Choice(index=index, months=6, reference=(1991, 2020), zero_rule="upper")
        table = options(chosen).set_index("option")
        assert table.index.is_unique
        assert table.notna().all(axis=None)
        assert table.loc["length of the sums", "here"] == "6 months"
        assert table.loc["reference period", "here"] == "1991 to 2020"
    assert "windows without rain" not in table.index  # a balance has no heap of zeros
    assert "log-logistic" in table.loc["distribution", "here"]
    assert options(Choice()).set_index("option").loc["windows without rain", "here"] in (
        "centre_of_mass"
    )


def test_the_clip_and_the_completeness_that_the_options_name_are_those_of_the_index():
    index = drought_hazard.spi(RAIN, calendar_month=12)
    said = options(Choice()).set_index("option")["here"]
    assert f"{index.attrs['clipped_at']:g} on both sides" == said["greatest score"]
    assert f"{100 * index.attrs['completeness']:g} %" in said["complete reference years of a cell"]


@pytest.mark.parametrize("changed", [{"so3-1.reference_last": 2020}, {"so3-1.zero_rule": "upper"}])
def test_what_is_inside_a_ready_index_cannot_be_chosen(changed):
    chain = object.__new__(DroughtChain)
    chain._own = {
        "so3-1.index": "ready", "so3-1.reference_first": 1981, "so3-1.reference_last": 2010,
        "so3-1.zero_rule": "centre_of_mass",
    }  # fmt: skip
    with pytest.raises(InputError, match="an index that others computed"):
        chain.key_figures(chain._own | changed)
