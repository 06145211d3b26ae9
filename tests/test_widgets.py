"""Widgets: a touch moves the figures; a page without a kernel shows the same as tables."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import geopandas as gpd
import ipywidgets
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import xarray as xr
from shapely.geometry import Point, Polygon, box

from sohandbook import (
    classes,
    drought_cells,
    drought_choices,
    figures,
    tables,
    widgets,
)
from sohandbook.errors import InputError
from sohandbook.figures.words import number
from sohandbook.indicators import land_productivity
from sohandbook.widgets.scene import Scene

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
        country=SimpleNamespace(
            name="Drylandia", fictional=True, boundary=SimpleNamespace(source="Drawn for training")
        ),
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
    trouble, (place,) = box_.children[-2], box_.children[-1].children[0].children
    assert ">0.10</td>" in place.value
    assert "jp-RenderedHTMLCommon" in place._dom_classes, (
        "numbers of neighbouring cells stand apart"
    )
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
    editor = shown.children[1]
    assert parts_of(shown) == (2, 1)
    assert "Stable 90.0 %, Degraded 10.0 %" in page(shown)
    assert "Drylandia is fictional." in page(shown)
    quick(lambda sign: setattr(editor.cell(2, 1), "value", sign), (0, -1, 1))
    assert "Stable 90.0 %, Improved 10.0 %" in page(shown)
    assert "2\N{NARROW NO-BREAK SPACE}700.0" in page(shown)  # 600 x 60 cells of 0.075 km2


def test_the_explorer_counts_cells_without_data(report, land_cover):
    start, end = land_cover
    end = end.where(end.y < end.y[199], np.uint8(0)).astype(np.uint8)
    shown = widgets.transition_explorer(
        start=start, end=end.assign_attrs(SYSTEM.attributes()), matrix=np.zeros((7, 7), dtype=int),
        system=SYSTEM, report=report, caption="Meanings.", static=False,
    )  # fmt: skip
    assert "Stable 66.7 %, No data 33.3 %" in page(shown)


def test_the_explorer_is_a_table_without_a_kernel(report, land_cover, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STATIC", "1")
    start, end = land_cover
    shown = widgets.transition_explorer(
        start=start, end=end, matrix=classes.transition_matrix(), system=SYSTEM, report=report,
        caption="Meanings.",
    )  # fmt: skip
    assert "<table>" in shown.html and "Meanings." in shown.html


@pytest.fixture
def land(report):
    """Land is the northern half of the country."""
    return report.grid & (report.grid.y > report.grid.y[300])


def status_of(report, *codes):
    """A status map in columns of equal width."""
    width = -(-report.grid.sizes["x"] // len(codes))
    columns = np.repeat(np.array(codes, dtype=np.int8), width)[: report.grid.sizes["x"]]
    data = report.grid.copy(data=np.broadcast_to(columns, report.grid.shape).copy())
    return data.assign_attrs(classes.system("status").attributes())


def page(shown) -> str:
    """What a control shows now: in JupyterLab, or in a page."""
    if hasattr(shown, "children"):
        columns = shown.children[-1].children
        return "".join(place.value for column in columns for place in column.children)
    return shown._repr_mimebundle_()["text/html"]


def parts_of(shown) -> tuple[int, int]:
    return page(shown).count("<img"), page(shown).count("<table")


def quick(touch, values) -> None:
    """A touch takes less than half a second of a processor; the best of a few tells."""
    seconds = []
    for value in values:
        began = time.process_time()
        touch(value)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.5, "a trainee waits"


@pytest.fixture
def trends(report):
    """Twelve years: the west falls each year, the east goes up and down without a trend."""
    years = np.arange(2012, 2024)
    fall, swing = -1.0 * np.arange(12), np.tile([1.0, 2.0, 1.5], 4)
    west = report.grid & (report.grid.x < report.grid.x[150])
    series = xr.where(west, xr.DataArray(fall, dims="year"), xr.DataArray(swing, dims="year"))
    series = series.transpose("year", "y", "x").assign_coords(year=years)
    return series.astype("float32").rio.write_crs(4326)


def test_the_significance_moves_the_status_as_the_indicator_does(report, land, trends):
    rng = np.random.default_rng(3)
    noisy = trends + rng.normal(0, 0.8, trends.shape).astype("float32")
    noisy[:8, :40] = np.nan  # too few years for a trend
    state, performance = status_of(report, 0), status_of(report, 0)
    shown = widgets.significance_explorer(
        land_productivity.trend_statistics(noisy), state=state, performance=performance,
        within=land, report=report, static=False,
    )  # fmt: skip
    assert parts_of(shown) == (2, 1)
    for level in (0.01, 0.2):
        shown.children[0].value = level
        trend = land_productivity.trend(noisy, significance=level)
        wanted = land_productivity.degradation(
            land_productivity.dynamics(trend, state=state, performance=performance)
        )
        areas = tables.area_by_class(wanted, cell_area=report.cell_area, within=land)
        for area in areas.area_km2:
            assert number(area) in page(shown), (level, area)
    quick(lambda level: setattr(shown.children[0], "value", level), (0.01, 0.05, 0.3))


def test_the_threshold_moves_the_status(report, land):
    start = report.grid.astype("float32") * 50
    end = start * xr.where(start.x < start.x[60], np.float32(0.85), np.float32(1))
    shown = widgets.threshold_explorer(
        start, end=end.rio.write_crs(4326), within=land, report=report, static=False
    )
    assert "Degraded 10.0 %" in page(shown)
    shown.children[0].value = 0.2
    assert "Degraded" not in page(shown).split("Shares of")[1].split(".")[0]
    assert "threshold 20 %" in page(shown)
    quick(lambda share: setattr(shown.children[0], "value", share), (0.01, 0.1, 0.3))


def test_the_baseline_switches(report, land):
    before, period = status_of(report, -1, 0, 1, 0), status_of(report, 0, 0, 0, -1)
    shown = widgets.baseline_explorer(
        {"2000-2015": before, "none": None}, period=period, within=land, report=report,
        static=False,
    )  # fmt: skip
    assert "Degraded 50.0 %" in page(shown), "what was degraded stays so"
    shown.children[0].value = "none"
    assert "Degraded 25.0 %" in page(shown)
    still = widgets.baseline_explorer(
        {"2000-2015": before, "none": None}, period=period, within=land, report=report,
        static=True,
    )  # fmt: skip
    assert parts_of(still) == (1, 1)
    assert "no baseline: degraded" in page(still)


@pytest.fixture
def site(report, land):
    stable = status_of(report, 0)
    return widgets.site_explorer(
        stable, period=stable, within=land, report=report, static=False,
    )  # fmt: skip


def test_a_rectangle_makes_a_false_positive(site, report):
    west_east, south_north = site.children[2:4]
    assert "goes from 0 to" in page(site)
    west_east.value, south_north.value = (20.101, 20.499), (13.301, 13.901)
    side = report.grid
    cells = ((side.x > 20.101) & (side.x < 20.499) & (side.y > 13.301) & (side.y < 13.901)).sum()
    shown = page(site)
    assert f"goes from 0 to {cells.item() * 0.075:,.0f} km²" in shown
    site.children[0].value = "false negative"
    assert "goes from 0 to 0 km²" in page(site), "nothing was degraded that is not"
    quick(lambda east: setattr(west_east, "value", (20, east)), (20.2, 20.8, 21))


def test_a_loaded_polygon_takes_the_rectangles_place(site):
    def load(content: bytes) -> None:
        file = {"name": "site.geojson", "type": "", "size": len(content)}
        file |= {"content": memoryview(content), "last_modified": datetime.now(UTC)}
        site.children[4].value = (file,)

    triangle = gpd.GeoDataFrame(geometry=[Polygon([(20, 14), (21, 14), (20, 13.5)])], crs=4326)
    load(triangle.to_json().encode())
    assert "Status with site.geojson as a false positive" in page(site)
    drawn = page(site)
    load(b"no map")
    assert "found &#x27;a file that cannot be read&#x27;" in site.children[-2].value
    assert page(site) == drawn
    point = gpd.GeoDataFrame(geometry=[Point(20, 14)], crs=4326)
    load(point.to_json().encode())
    assert "Draw each site as an area." in site.children[-2].value
    elsewhere = gpd.GeoDataFrame(geometry=[box(-60, 0, -59, 1)], crs=4326)
    load(elsewhere.to_json().encode())
    assert "cover no land of the country" in site.children[-2].value and page(site) == drawn
    load(triangle.to_json().encode())
    assert site.children[-2].value == "" and "site.geojson" in page(site)
    site.children[2].value = (20.2, 20.6)  # what was touched last counts
    assert site.children[4].value == () and "the rectangle" in page(site)


def test_a_swipe_uncovers_the_later_year(report, land_cover):
    both = xr.concat(land_cover, dim="year").assign_coords(year=[2000, 2023])
    both = both.assign_attrs(SYSTEM.attributes())
    shown = widgets.swipe(both, report=report, subject="Land cover", static=False)
    assert parts_of(shown) == (2, 1)
    assert "2000 left of the line, 2023 right of it" in page(shown)
    assert "Grassland changes by +2,700 km², Cropland by -2,700 km²" in page(shown)
    middle = page(shown)
    shown.children[2].value = 90
    assert page(shown) != middle
    shown.children[1].value = 2000
    assert "From 2000 to 2000" in page(shown)
    quick(lambda place: setattr(shown.children[2], "value", place), (10, 50, 70))
    assert parts_of(widgets.swipe(both, report=report, subject="Land cover", static=True)) == (2, 1)


@pytest.fixture
def rain():
    """Rain of a coarse grid of 6 by 6 cells, with a year of drought in 2010."""
    times = pd.date_range("1981-01", "2023-12", freq="MS")
    rng = np.random.default_rng(5)
    values = rng.gamma(2, 20, (len(times), 6, 6)).astype("float32")
    values[times.year == 2010] *= 0.2
    place = {"time": times, "y": 13.875 - 0.25 * np.arange(6), "x": 20.125 + 0.25 * np.arange(6)}
    return xr.DataArray(values, dims=("time", "y", "x"), coords=place).rio.write_crs(4326)


def drought_control(rain, report, **options):
    places = drought_cells.nearest_cells(rain, grid=report.grid)
    land = drought_cells.gathered(report.cell_area, places=places, drought=rain)
    return widgets.spi_explorer(
        rain, choice=drought_choices.Choice(), land={2023: land}, places=places,
        years=range(2000, 2024), year=2010, report=report, **options,
    )  # fmt: skip


def test_the_length_and_the_reference_move_drought(rain, report):
    shown = drought_control(rain, report, static=False)
    assert parts_of(shown) == (2, 1)
    assert "In 2010, 100.0 % of the land is under drought." in page(shown)
    assert "SPI-12, reference 1981-2010" in page(shown)
    months, reference, year = shown.children[:3]
    quick(lambda length: setattr(months, "value", length), (3, 24, 1))
    assert "SPI-1, reference" in page(shown)
    reference.value = (1991, 2020)
    assert "reference 1991-2020" in page(shown)
    reference.value = (2019, 2020)
    assert "10 years or more" in shown.children[-2].value and "reference 1991-2020" in page(shown)
    reference.value, year.value = (1981, 2010), 2011
    assert "Drought in 2011" in page(shown)
    still = drought_control(rain, report, static=True)
    assert parts_of(still) == (1, 1) and "3 months, 1981-2010" in page(still)


def test_weights_move_the_index():
    years = list(range(2000, 2024))
    up, down = np.linspace(0, 1, 24), np.linspace(1, 0, 24)
    series = {"a": up, "b": down, "c": up, "d": up}
    factors = pd.concat(
        pd.DataFrame({"year": years, "factor": name, "value": values, "sex": "total"})
        for name, values in series.items()
    )
    known = {
        "components": {"a": "social", "b": "social", "c": "economic", "d": "infrastructural"},
        "direction": dict.fromkeys(series, 1),
        "years": years,
    }
    shown = widgets.weight_explorer(factors, **known, static=False)
    sliders = {slider.description[0].lower(): slider for slider in shown.children[:4]}
    assert ">0.833</td>" in page(shown)  # (1/2 + 1 + 1) / 3
    sliders["a"].value = 3
    assert ">0.917</td>" in page(shown)  # (3/4 + 1 + 1) / 3
    quick(lambda weight: setattr(sliders["b"], "value", weight), (2, 3, 4))
    assert "counts 3 times" in page(widgets.weight_explorer(factors, **known, static=True))


def test_a_large_country_is_thinned_and_says_so(report, land, monkeypatch):
    monkeypatch.setattr("sohandbook.widgets.scene.MOST_CELLS", 10_000)
    status = status_of(report, -1, 0)
    shown = widgets.baseline_explorer(
        {"one": status}, period=status_of(report, 0), within=land, report=report, static=False
    )
    assert "Estimated from one cell in 36." in page(shown)
    assert "Degraded 50.0 %" in page(shown)
    scene = Scene.of(report, within=land)
    whole = float(report.cell_area.where(land).sum())
    assert float(scene.cell_area.where(scene.within).sum()) == pytest.approx(whole)
    assert scene.within.rio.transform().a == pytest.approx(6 * report.grid.rio.transform().a)
