"""Widgets: a touch moves the figures; a page without a kernel shows the same as tables."""

import time
from types import SimpleNamespace

import geopandas as gpd
import ipywidgets
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import xarray as xr
from shapely.geometry import box

from sohandbook import classes, figures, widgets
from sohandbook.errors import InputError

SYSTEM = classes.system("land_cover")


@pytest.fixture
def report():
    size = 600
    place = {"y": 14 - 0.0025 * np.arange(size), "x": 20 + 0.0025 * np.arange(size)}
    within = xr.DataArray(np.ones((size, size), dtype=bool), dims=("y", "x"), coords=place)
    return SimpleNamespace(
        boundary=gpd.GeoDataFrame(geometry=[box(20, 12.51, 21.49, 14)], crs=4326),
        grid=within.rio.write_crs(4326),
        cell_area=xr.full_like(within, 0.075, dtype=float),
        country=SimpleNamespace(name="Drylandia", fictional=True),
    )


@pytest.fixture
def land_cover(report):
    """A tenth of the country changes from cropland to grassland; the rest is cropland."""
    start = xr.full_like(report.grid, 3, dtype=np.uint8).assign_attrs(SYSTEM.attributes())
    end = start.where(start.x > start.x[59], np.uint8(2)).astype(np.uint8)
    return start, end.assign_attrs(SYSTEM.attributes())


def test_an_edit_calls_back_with_the_whole_matrix():
    seen = []
    editor = widgets.transition_matrix_editor(
        classes.transition_matrix(), seen.append, static=False
    )
    np.testing.assert_array_equal(editor.matrix, classes.transition_matrix())
    editor.cell(2, 1).value = 1
    expected = classes.transition_matrix().copy()
    expected[2, 1] = 1
    np.testing.assert_array_equal(seen[-1], expected)
    assert len(seen) == 1


def test_cells_say_what_they_are_in_words_signs_and_colour():
    editor = widgets.transition_matrix_editor(classes.transition_matrix(), static=False)
    cell = editor.cell(2, 1)
    assert cell.description == "Cropland to Grassland"
    assert cell.label == "\N{MINUS SIGN}"
    assert "sohandbook-degradation" in cell._dom_classes
    cell.value = 1
    assert "sohandbook-improvement" in cell._dom_classes
    assert "sohandbook-degradation" not in cell._dom_classes
    assert [label for label, _ in cell.options] == ["+", "0", "\N{MINUS SIGN}"]


def test_without_a_kernel_the_matrix_is_a_table(monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STATIC", "1")
    shown = widgets.transition_matrix_editor(classes.transition_matrix(), caption="The matrix.")
    page = shown._repr_mimebundle_()["text/html"]
    assert page.count('scope="row"') == 7 and page.count('scope="col"') == 8
    assert page.count("degradation</span>") == 18
    assert page.count("improvement</span>") == 12
    assert "Tree-covered areas" in shown._repr_mimebundle_()["text/plain"]
    assert "widget" not in page


@pytest.mark.parametrize(
    "matrix", [np.zeros((6, 7), dtype=int), np.full((7, 7), 2), np.full((7, 7), np.nan)]
)
def test_a_wrong_matrix_is_refused(matrix):
    with pytest.raises(InputError, match="7 by 7 cells of -1, 0 or 1"):
        widgets.transition_matrix_editor(matrix)


def test_live_figures_follow_their_controls():
    def draw(threshold):
        if threshold > 0.15:
            raise InputError("threshold", found=threshold, allowed="to 0.15", remedy="Less.")
        frame = pd.DataFrame({"year": [2000], "degraded": [threshold]})
        return [figures.table(frame, caption="Degraded", digits=2)]

    slider = ipywidgets.FloatSlider(0.1, min=0, max=1)
    box_ = widgets.live(draw, controls={"threshold": slider}, static=False)
    trouble, place = box_.children[-2:]
    assert ">0.10</td>" in place.value
    slider.value = 0.12
    assert ">0.12</td>" in place.value
    slider.value = 0.5
    assert "allowed: to 0.15" in trouble.value and ">0.12</td>" in place.value
    slider.value = 0.05
    assert trouble.value == "" and ">0.05</td>" in place.value

    page = widgets.live(draw, controls={"threshold": slider}, static=True)
    assert ">0.05</td>" in page._repr_mimebundle_()["text/html"]
    assert "Degraded" in page._repr_mimebundle_()["text/plain"]


def test_the_explorer_shows_map_chart_and_table_and_is_quick(report, land_cover):
    start, end = land_cover
    matrix = classes.transition_matrix()
    shown = widgets.transition_explorer(
        start=start, end=end, matrix=matrix, system=SYSTEM, report=report,
        caption="Meanings.", static=False,
    )  # fmt: skip
    _, editor, view = shown.children
    assert view.value.count("<img") == 2 and view.value.count("<table") == 1
    assert "Stable 90.0 %, Degraded 10.0 %" in view.value
    assert "Drylandia is fictional." in view.value
    seconds = []
    for sign in (0, -1, 1):
        began = time.process_time()
        editor.cell(2, 1).value = sign
        seconds.append(time.process_time() - began)
    assert "Stable 90.0 %, Improved 10.0 %" in view.value
    assert "2\N{NARROW NO-BREAK SPACE}700.0" in view.value  # 600 x 60 cells of 0.075 km2
    assert min(seconds) < 0.5, "a trainee waits"


def test_the_explorer_counts_cells_without_data(report, land_cover):
    start, end = land_cover
    end = end.where(end.y < end.y[199], np.uint8(0)).astype(np.uint8)
    shown = widgets.transition_explorer(
        start=start, end=end.assign_attrs(SYSTEM.attributes()), matrix=np.zeros((7, 7), dtype=int),
        system=SYSTEM, report=report, caption="Meanings.", static=False,
    )  # fmt: skip
    assert "Stable 66.7 %, No data 33.3 %" in shown.children[-1].value


def test_the_explorer_is_a_table_without_a_kernel(report, land_cover, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STATIC", "1")
    start, end = land_cover
    shown = widgets.transition_explorer(
        start=start, end=end, matrix=classes.transition_matrix(), system=SYSTEM, report=report,
        caption="Meanings.",
    )  # fmt: skip
    assert "<table>" in shown.html and "Meanings." in shown.html
