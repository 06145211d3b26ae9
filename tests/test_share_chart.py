"""The help chart of a site: three bars that say the same without their colours."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from PIL import Image

from sohandbook import classes, figures, reporting_tables
from sohandbook.errors import InputError
from sohandbook.indicators import land_degradation

STATUS = classes.system("status")
WORDS = {"caption": "Help chart of a site.", "system": STATUS}


def status(codes):
    return xr.DataArray(np.array([codes], dtype=np.int8), dims=("y", "x"))


@pytest.fixture
def shares():
    """One site of four cells and one of a single cell."""
    profile = land_degradation.site_profile(
        xr.DataArray(np.array([[1, 1, 1, 1, 3]]), dims=("y", "x")),
        cell_area=xr.DataArray([[2.0]], dims=("y", "x")),
        soc=status([0, 0, 0, -128, 1]),
        land_cover=status([-1, 0, 0, 0, 1]),
        productivity=status([-1, -1, -1, 1, 1]),
    )
    return reporting_tables.site_shares(profile)


def test_shares_by_hand_in_the_order_of_the_parts(shares):
    assert list(shares) == [1, 3]
    assert list(shares[1].index) == ["Land cover", "Land productivity", "Soil carbon"]
    assert shares[1].to_numpy().tolist() == [[25, 75, 0, 0], [75, 0, 25, 0], [0, 75, 0, 25]]
    assert list(shares[1].columns) == ["degraded", "stable", "improved", "no_data"]


def test_the_words_name_every_share_that_is_there(shares):
    assert figures.describe_shares(shares[1], system=STATUS) == (
        "Land cover: Degraded 25 %, Stable 75 %. "
        "Land productivity: Degraded 75 %, Improved 25 %. "
        "Soil carbon: Stable 75 %, No data 25 %."
    )


def test_the_words_reach_the_page(shares):
    alt = figures.describe_shares(shares[1], system=STATUS)
    chart = figures.share_chart(shares[1], alt=alt, **WORDS)
    assert "Land productivity: Degraded 75 %" in chart.html


@pytest.mark.parametrize(
    ("key", "hatched"), [("degraded", True), ("stable", False), ("improved", True)]
)
def test_classes_can_be_told_apart_in_grey(key, hatched):
    """A bar of one class, left of its written share: hatching moves the brightness."""
    alone = pd.DataFrame({key: [100.0]}, index=["soc"])
    chart = figures.share_chart(alone, alt="One bar that fills the whole width.", **WORDS)
    grey = np.asarray(Image.open(BytesIO(chart.png)).convert("L"), dtype=float)
    height, width = grey.shape
    bar = grey[height // 5 : height // 4, width // 4 : width // 3]
    assert (bar.std() > 3) == hatched


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"degraded": [40.0], "stable": [50.0]}),
        pd.DataFrame({"degraded": [50.0], "urban": [50.0]}),
        pd.DataFrame({"degraded": [0.5], "stable": [0.5]}),
        pd.DataFrame({"degraded": []}),
    ],
)
def test_what_is_no_whole_is_refused(frame):
    with pytest.raises(InputError, match="share chart"):
        figures.share_chart(frame, alt="words that say what one would see", **WORDS)


AREA = xr.DataArray([[10.0]], dims=("y", "x"))


def test_confidence_by_hand():
    """Of 10 cells 1 has no data; 3 are called degraded, 2 of them by one part alone."""
    parts = {
        "land_cover": status([-1, 0, 0, 0, 0, 0, 0, 0, 0, -128]),
        "productivity": status([-1, -1, -1, 0, 0, 0, 0, 0, 0, 0]),
    }
    rules = {
        "any": status([-1, -1, -1, 0, 0, 0, 0, 0, 0, -128]),
        "available": status([-1, -1, -1, 0, 0, 0, 0, 0, 0, 0]),
    }
    land = status([0] * 10) == 0
    level, reasons = reporting_tables.confidence(parts, rules=rules, cell_area=AREA, within=land)
    assert reasons["value"].tolist() == pytest.approx([10, 200 / 3, 0])
    assert reasons["speaks_for"].tolist() == ["medium", "medium", "high"]
    assert level == "medium"


def test_confidence_is_the_lowest_of_its_reasons():
    """Half of the land is without data, which alone makes it low."""
    codes = status([0, 0, -128, -128])
    level, reasons = reporting_tables.confidence(
        {"soc": codes}, rules={"any": codes, "available": codes}, cell_area=AREA,
        within=status([0] * 4) == 0,
    )  # fmt: skip
    assert level == "low"
    assert reasons["speaks_for"].tolist() == ["low", "high", "high"]
