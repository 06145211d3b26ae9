"""Figures: none without words; maps say what they show; tables can be walked through."""

import html.parser
import json
import re
from io import BytesIO
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import xarray as xr
from PIL import Image
from shapely.geometry import box

from sohandbook import classes, figures, forms, language, tables
from sohandbook.errors import InputError
from sohandbook.figures import cartography
from sohandbook.figures.display import DOTS_PER_INCH, WIDTH_INCHES, caption_html
from sohandbook.figures.words import number, readable

ALT = "A square country; its west is grassland, its east is cropland."
WORDS = {"caption": "Land cover, 2023.", "alt": ALT}


def on_grid(cells, *, system=None, crs=4326) -> xr.DataArray:
    height, width = np.shape(cells)
    data = xr.DataArray(
        cells,
        dims=("y", "x"),
        coords={"y": 14 - 0.01 * np.arange(height), "x": 20 + 0.01 * np.arange(width)},
        attrs=classes.system(system).attributes() if system else {},
    )
    return data.rio.write_crs(crs)


@pytest.fixture(scope="module")
def land_cover():
    cells = np.full((40, 60), 2, dtype=np.uint8)
    cells[:, 30:], cells[:5, :5] = 3, 0
    return on_grid(cells, system="land_cover")


@pytest.fixture(scope="module")
def report(land_cover):
    within = xr.ones_like(land_cover, dtype=bool).drop_attrs()
    within[-10:, :] = False
    return SimpleNamespace(
        boundary=gpd.GeoDataFrame(geometry=[box(19.995, 13.705, 20.595, 14.005)], crs=4326),
        grid=within,
        cell_area=xr.full_like(within, 1.2, dtype=float),
        country=SimpleNamespace(
            name="Drylandia", fictional=True, boundary=SimpleNamespace(source="Drawn for training")
        ),
    )


def pixels(figure) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(figure.png)).convert("RGB")).astype(int)


def count(figure, colour, tolerance=6) -> int:
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(pixels(figure) - wanted).max(axis=2) <= tolerance).sum())


@pytest.mark.parametrize("alt", ["", "   ", "A map.", "a long enough file name of a map.png"])
def test_a_figure_without_words_is_refused(land_cover, alt):
    frame = pd.DataFrame({"a": [1.0]}, index=[2000])
    status = classes.system("status")
    for draw in (
        lambda: figures.class_map(land_cover, caption="Map.", alt=alt),
        lambda: figures.small_multiples({"a": land_cover}, caption="Map.", alt=alt),
        lambda: figures.continuous_map(land_cover * 1.0, caption="Map.", alt=alt, unit="km"),
        lambda: figures.interactive_map(land_cover, caption="Map.", alt=alt),
        lambda: figures.bar_chart(frame["a"], caption="Bars.", alt=alt, unit="km"),
        lambda: figures.line_chart(frame, caption="Lines.", alt=alt, unit="km"),
        lambda: figures.stacked_chart(frame, caption="Bars.", alt=alt, unit="km", system=status),
    ):
        with pytest.raises(InputError, match="figure, alt"):
            draw()
    with pytest.raises(InputError, match="figure, caption"):
        figures.class_map(land_cover, caption=" ", alt=ALT)


def test_the_alternative_and_the_caption_reach_the_page(land_cover, report):
    figure = figures.class_map(
        land_cover, caption="Cover <2023>", alt=ALT + ' "quoted"', report=report, source="ESA."
    )
    found = {}

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.setdefault(tag, dict(attrs))

    Reader().feed(figure._repr_html_())
    assert found["img"]["alt"] == ALT + ' "quoted"'
    assert found["img"]["src"].startswith("data:image/png;base64,")
    assert {"figure", "figcaption"} <= set(found)
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "Cover &lt;2023&gt;" in bundle["text/html"]
    assert "ESA. Boundary: Drawn for training. Drawn on 20" in bundle["text/html"]
    assert "Drylandia is fictional." in bundle["text/html"]
    unnamed = figures.class_map(land_cover, **WORDS, report=report).html
    assert "Data: see the section Data of this chapter. Boundary: Drawn" in unnamed
    assert ALT in bundle["text/plain"]


def test_real_countries_carry_the_note_on_boundaries(land_cover, report):
    real = SimpleNamespace(
        **{
            **vars(report),
            "country": SimpleNamespace(
                fictional=False, boundary=SimpleNamespace(source="UN Geodata.")
            ),
        }
    )
    assert cartography.NOT_OURS in figures.class_map(land_cover, **WORDS, report=real).html
    assert cartography.NOT_OURS in figures.class_map(land_cover, **WORDS).html


def test_a_class_map_shows_classes_in_their_colours(land_cover, report):
    figure = figures.class_map(land_cover, **WORDS, report=report)
    colours = classes.system("land_cover").colours
    grass, crop, tree = (count(figure, colours[place]) for place in (1, 2, 0))
    assert grass > 50 * tree and crop > 50 * tree  # trees: the legend's patch alone
    assert crop > grass  # the corner without data lies in the grass
    assert count(figure, "#828282") > 100  # stripes of the corner without data
    assert len(figure.png) < 150_000


def test_cells_outside_the_country_stay_white(land_cover, report):
    whole = figures.class_map(land_cover, **WORDS)
    inside = figures.class_map(land_cover, **WORDS, within=report.grid)
    crop = classes.system("land_cover").colours[2]
    assert count(inside, crop) == pytest.approx(0.75 * count(whole, crop), rel=0.05)


def test_small_multiples_of_years_and_of_names(land_cover, report):
    years = xr.concat([land_cover] * 3, "year").assign_coords(year=[2000, 2015, 2023])
    years = years.assign_attrs(land_cover.attrs)
    figure = figures.small_multiples(years, **WORDS, report=report)
    assert pixels(figure).shape[0] > pixels(
        figures.small_multiples({"a": land_cover, "b": land_cover}, **WORDS, report=report)
    ).shape[0]  # fmt: skip
    with pytest.raises(InputError, match="class_system"):
        figures.class_map(land_cover.drop_attrs(), **WORDS)
    own = figures.class_map(land_cover.drop_attrs(), **WORDS, system=classes.system("land_cover"))
    assert own.png


def test_a_continuous_map_spans_its_colours_and_stripes_what_is_not_known():
    values = np.linspace(0, 1, 2400, dtype=np.float32).reshape(40, 60)
    values[:8, :8] = np.nan
    figure = figures.continuous_map(on_grid(values), **WORDS, unit="t C/ha", limits=(0, 1))
    assert count(figure, "#828282") > 100
    assert len(np.unique(pixels(figure).reshape(-1, 3), axis=0)) > 60
    unknown = figures.continuous_map(on_grid(values * np.nan), **WORDS, unit="t C/ha")
    assert unknown.png
    constant = figures.continuous_map(on_grid(values * 0 + 5), **WORDS, unit="t C/ha")
    assert constant.png


def test_a_projected_map_has_a_geodesic_scale(land_cover):
    metres = xr.DataArray(
        land_cover.values,
        dims=("y", "x"),
        coords={"y": 6.2e6 - 500.0 * np.arange(40), "x": 2.2e6 + 500.0 * np.arange(60)},
        attrs=land_cover.attrs,
    ).rio.write_crs(3857)
    assert figures.class_map(metres, **WORDS).png


def test_large_maps_are_thinned_by_their_commonest_class():
    cells = np.array([[1, 1, 2, 0], [1, 3, 0, 0], [5, 5, 0, 0], [4, 4, 0, 0]], dtype=np.uint8)
    thin = cartography.thin_classes(on_grid(cells, system="land_cover"), nodata=0, finest=2)
    assert thin.values.tolist() == [[1, 2], [4, 0]]  # no data wins only alone; ties to the smaller
    np.testing.assert_allclose(thin.x, [20.005, 20.025])
    np.testing.assert_allclose(thin.y, [13.995, 13.975])
    assert thin.attrs["class_system"] == "land_cover"


def test_thinned_numbers_stay_evenly_spaced_at_the_last_short_block():
    thin = cartography.thin_values(on_grid(np.arange(15.0).reshape(3, 5)), finest=3)
    np.testing.assert_allclose(np.diff(thin.x), 0.02)
    np.testing.assert_allclose(np.diff(thin.y), -0.02)
    assert thin.values[-1, -1] == 14, "the mean of the cells that are there"


@pytest.mark.parametrize(
    ("longest", "expected"), [(66, 50), (50, 50), (49.9, 20), (0.3, 0.2), (1999, 1000)]
)
def test_scale_bars_have_round_lengths(longest, expected):
    assert cartography.nice_length(longest) == pytest.approx(expected)


def test_charts_draw_bars_lines_and_stacks():
    drought = classes.system("drought")
    years = pd.DataFrame(
        np.full((4, 2), 20.0), index=range(2000, 2004), columns=["mild", "extreme"]
    )
    stack = figures.stacked_chart(years, **WORDS, unit="% of land", system=drought)
    assert count(stack, drought.colours[4]) > 1000
    bars = figures.bar_chart(years.loc[2000], **WORDS, unit="%", system=drought)
    assert count(bars, drought.colours[1]) > 1000
    assert figures.bar_chart(pd.Series({"a": -1.0, "b": np.nan}), **WORDS, unit="km²").png
    assert figures.line_chart(years.assign(mild=[1, np.nan, 3, 4]), **WORDS, unit="%").png
    with pytest.raises(InputError, match="strange"):
        figures.stacked_chart(years.assign(strange=1.0), **WORDS, unit="%", system=drought)
    with pytest.raises(InputError, match="no numbers in name"):
        figures.line_chart(pd.DataFrame({"name": ["x"]}), **WORDS, unit="%")
    with pytest.raises(InputError, match="at most 6"):
        figures.line_chart(pd.DataFrame(np.ones((2, 7))), **WORDS, unit="%")


def test_long_words_do_not_make_a_figure_wider_than_a_phone(land_cover):
    """Words are 10 pixels high on a phone as long as the picture is drawn as wide as it is."""
    long = "A choice whose name is longer than a phone is wide, by far"
    values = pd.Series({long: -14.9, "Short": 1.1})
    lines = pd.DataFrame({long: [1.0, 2.0], "Short": [3.0, 4.0]}, index=[2000, 2020])
    shares = pd.DataFrame({"stable": [60.0], "degraded": [40.0]}, index=[long])
    status = classes.system("status")
    drawn = [
        figures.bar_chart(values, **WORDS, unit="percentage points"),
        figures.line_chart(lines.rename(columns={long: long[:30]}), **WORDS, unit="%"),
        figures.share_chart(shares, **WORDS, system=status),
        figures.small_multiples({long: land_cover, "Short": land_cover}, **WORDS),
    ]
    for figure in drawn:
        with Image.open(BytesIO(figure.png)) as image:
            width, height = image.size
        assert width / DOTS_PER_INCH < 1.07 * WIDTH_INCHES
        assert height < 1.6 * width


def test_a_legend_takes_one_column_where_two_are_too_wide(land_cover, report):
    condition = classes.system("expanded_status")
    codes = land_cover.copy(data=np.full(land_cover.shape, 1, np.int8)).assign_attrs(
        condition.attributes()
    )
    with Image.open(BytesIO(figures.class_map(codes, **WORDS, report=report).png)) as image:
        assert image.size[0] / DOTS_PER_INCH < 1.07 * WIDTH_INCHES


def test_a_date_in_small_print_is_not_read_backwards(monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_LANGUAGE", "ar")
    words = caption_html("A map.", "رُسمت في 2026-11-29.")
    assert '<bdi dir="ltr">2026-11-29</bdi>' in words


def test_a_column_of_sentences_keeps_its_room():
    frame = pd.DataFrame(
        {
            "id": ["G1"],
            "rule": ["numbers must be 0 or more in cells that accept no others"],
            "n": [1],
        }
    )
    page = figures.table(frame, caption="Rules").html
    heads = re.findall(r"<th scope=\"col\"[^>]*>", page)
    assert ["min-width" in head for head in heads] == [False, True, False]


def test_a_computed_line_has_no_points():
    frame = pd.DataFrame({"trend": np.linspace(1, 3, 21)}, index=range(2000, 2021))
    observed = figures.line_chart(frame, **WORDS, unit="%")
    computed = figures.line_chart(frame, **WORDS, unit="%", computed=["trend"])
    assert count(computed, "#12401f") < count(observed, "#12401f") - 300


def test_a_table_can_be_walked_through(land_cover, report):
    areas = tables.area_by_class(land_cover, cell_area=report.cell_area * 1000, within=report.grid)
    shown = figures.table(
        areas.drop(columns="code").assign(comments=""), caption="Areas", units={"area_km2": "km2"}
    )
    page = shown.html
    assert page.count('scope="col"') == 3 and page.count('scope="row"') == 8
    assert "<caption" in page and "comments" not in page.lower()
    assert "1\N{NARROW NO-BREAK SPACE}080\N{NARROW NO-BREAK SPACE}000.0" in page
    assert page.count('class="no-data"') == 1
    assert "<th></th>" not in page
    assert "1080000.0" in shown._repr_mimebundle_()["text/plain"]


def test_cells_of_a_table_read_as_people_write_them():
    frame = pd.DataFrame(
        {"year": [2000, 2015], "people": [1234, 5], "share": [np.nan, -0.04],
         "used": [True, False], "status": ["no_data", "a < b"], "link": ["https://x.org", ""]}
    )  # fmt: skip
    page = figures.table(frame, caption="Mixed").html
    assert ">2000</th>" in page and "1\N{NARROW NO-BREAK SPACE}234" in page
    assert 'title="no value"' in page and ">0.0</td>" in page
    assert ">yes</td>" in page and "a &lt; b" in page
    assert '<a href="https://x.org">' in page
    digits = figures.table(frame, caption="Mixed", digits={"share": 3}).html
    assert "\N{MINUS SIGN}0.040" in digits
    with pytest.raises(InputError, match="caption"):
        figures.table(frame, caption="")


@pytest.mark.parametrize("table_id", ["SO1-1.T5", "SO3-2.T1", "SO5-1.TREND"])
def test_reporting_tables_can_be_shown(table_id):
    definition = forms.table(table_id)
    page = figures.table(forms.empty(table_id), caption=definition.title, units=definition.units)
    assert page.html.count('scope="row"') == len(definition.rows)


def test_datasets_and_stand_ins_are_listed():
    metadata = SimpleNamespace(title="CCI", author="ESA", link="https://esa.int", citation="x")
    dataset = SimpleNamespace(metadata=metadata, years=(2000, 2022), stands_for={2023: 2022})
    country = SimpleNamespace(name="Drylandia", datasets={"land_cover": dataset})
    page = figures.dataset_table(country, names=["land_cover", "gini"], caption="Data").html
    assert "Land cover" in page and "2000 to 2022" in page
    page = figures.stand_in_table(country, names=["land_cover"], caption="Stand-ins").html
    assert ">2023</td>" in page and ">2022</td>" in page
    dataset.stands_for = {}
    assert "None" in figures.stand_in_table(country, names=["land_cover"], caption="S").html
    assert "none of: gini" in figures.dataset_table(country, names=["gini"], caption="D").html


def test_words_are_made_from_numbers(land_cover, report):
    areas = tables.area_by_class(land_cover, cell_area=report.cell_area, within=report.grid)
    words = figures.describe_classes(areas)
    assert words == "Shares of the country area: Cropland 50.0 %, Grassland 48.6 %, No data 1.4 %."
    assert "No cell" in figures.describe_classes(areas.assign(area_km2=0.0))
    assert figures.describe_classes(areas, most=1).endswith("all others 50.0 %.")
    status = on_grid(np.ones((40, 60), dtype=np.int8), system="status")
    assert "2023: Shares of the country area: Improved 100.0 %" in figures.describe_status(
        {"2023": status}, report=report
    )
    years = xr.concat([land_cover, land_cover.where(land_cover.x < 20.4, 5)], "year")
    years = years.assign_coords(year=[2000, 2023]).assign_attrs(land_cover.attrs)
    words = figures.describe_change(years, first=2000, last=2023, report=report)
    assert "Artificial surfaces gains most until 2023, 720.0 km²" in words
    assert "Cropland loses most until 2023, 720.0 km²" in words
    same = figures.describe_change(years, first=2000, last=2000, report=report)
    assert "No class changes" in same


def test_a_series_is_told_by_its_ends_and_extremes():
    frame = pd.DataFrame({"year": [2000, 2001, 2002, 2003], "dvi_total": [0.5, 0.25, np.nan, 0.75]})
    assert figures.describe_series(frame, value="dvi_total", unit="of 1") == (
        "DVI total goes from 0.500 of 1 in 2000 to 0.750 of 1 in 2003; "
        "lowest 0.250 of 1 in 2001, highest 0.750 of 1 in 2003."
    )
    empty = frame.assign(dvi_total=np.nan)
    assert "no year" in figures.describe_series(empty, value="dvi_total", unit="")
    with pytest.raises(InputError, match="gini"):
        figures.describe_series(frame, value="gini", unit="")


def test_names_and_numbers_for_people():
    assert readable("total_land_area") == "Total land area"
    assert readable("sdg_15_3_1") == "SDG 15.3.1"
    assert readable("water") == "Water bodies"
    assert readable("gdp_per_capita") == "GDP per capita"
    assert readable("population_15_64") == "Population aged 15 to 64"
    assert readable("2000-2015") == "2000-2015"
    assert number(-1234.56) == "\N{MINUS SIGN}1\N{NARROW NO-BREAK SPACE}234.6"
    assert number(-0.001) == "0.0"


def test_an_interactive_map_is_small_and_needs_no_network(land_cover, report):
    figure = figures.interactive_map(land_cover, **WORDS, report=report)
    assert figure.html.startswith('<figure role="group" aria-label="A square country')
    assert "Grassland" in figure.html
    assert "Bokeh" in figure.html and len(figure.html) > 700_000, "JupyterLab needs the library"
    assert "src=" not in figure.html.replace(".src=", "")
    drags = re.search(r'"active_drag":\{"id":"(\w+)"\}', figure.html)
    assert drags, "a map that is dragged moves, without a look for the right tool"
    json.dumps(figure._repr_mimebundle_())
    library = len(figure.html)
    big = on_grid(np.random.default_rng(1).random((900, 1200), dtype=np.float32))
    numbers = figures.interactive_map(big, **WORDS, unit="t C/ha")
    assert len(numbers.html) < library + 2_000_000


def test_a_page_shows_a_still_map_in_place_of_an_interactive_one(land_cover, report, monkeypatch):
    monkeypatch.setenv("SOHANDBOOK_STATIC", "1")
    still = figures.class_map(land_cover, **WORDS, report=report)
    assert figures.interactive_map(land_cover, **WORDS, report=report).html == still.html
    amounts = land_cover.astype("float32").drop_attrs().rio.write_crs(land_cover.rio.crs)
    picture = figures.interactive_map(amounts, **WORDS, unit="t C/ha")
    assert picture.png and "<script" not in picture.html


def test_a_head_lines_up_with_its_column():
    frame = pd.DataFrame(
        {
            "year": [2015, 2023],
            "used": [True, False],
            "value": pd.Series([1.5, None], dtype=object),
            "area": [1.0, 2.0],
            "word": ["degraded", None],
        }
    )
    page = figures.table(frame, caption="Columns of all kinds").html
    side = r"<t[hd][^>]*?text-align:(left|right)"
    heads, *rows = (re.findall(side, row) for row in page.split("<tr")[1:])
    assert heads == ["left", "left", "right", "right", "left"]
    assert all(row == heads for row in rows)


def test_the_id_of_a_chapter_stands_as_it_is_typed():
    frame = pd.DataFrame({"chapter": ["cp", "forms"], "result": ["done", "not run"]})
    page = figures.table(frame, caption="Chapters").html
    assert ">cp<" in page and ">forms<" in page and ">Done<" in page
    with language.using("fr"):
        page = figures.table(frame, caption="Chapters").html
    assert ">forms<" in page and ">Terminé<" in page
