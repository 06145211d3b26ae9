"""Languages: words are exchanged, keys and numbers are not; catalogues keep what they must."""

import io
import json
import re
import warnings

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest

from sohandbook import classes, figures, language, runner
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.figures import fonts
from sohandbook.translations import catalogue, keeping, markdown, notebooks, sources
from sohandbook.translations.catalogue import Words
from sohandbook.translations.placeholders import faults, parts

CATALOGUES = [
    pytest.param(code, name, id=f"{code}-{name}")
    for code, known in language.known().items()
    for name in known.catalogues
]
PAGE = """# A title

A paragraph of
two lines with {cite}`a_key`.

- an item
  that goes on
- `code`

| Head | 12 |
|---|---|
| a cell | `x` |

```bash
sohandbook run XDL
```

:::{note} A note
:class: tip
Its text.
:::

$$
x = y
$$
"""


def shout(text):
    return text.upper()


def test_markdown_is_exchanged_block_by_block_and_the_rest_stays():
    assert list(markdown.messages(PAGE)) == [
        "A title",
        "A paragraph of two lines with {cite}`a_key`.",
        "an item that goes on",
        "Head",
        "a cell",
        "A note",
        "Its text.",
    ]
    assert markdown.translate(PAGE, lambda message: message) == PAGE
    shouted = markdown.translate(PAGE, shout)
    assert "# A TITLE\n" in shouted
    assert "- AN ITEM THAT GOES ON\n- `code`" in shouted
    assert "| HEAD | 12 |\n|---|---|\n| A CELL | `x` |" in shouted
    assert "sohandbook run XDL" in shouted
    assert ":::{note} A NOTE\n:class: tip\nITS TEXT.\n:::" in shouted
    assert "x = y" in shouted


def test_a_filled_in_message_is_found_and_its_values_are_translated(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    words = Words(
        {
            "Cropland": "Terres cultivées",
            "{label} in {year}": "{label} en {year}",
            "water in {year}: {x:,.2f} km² here": "en {year}, eau : {x:,.2f} km²",
            "{first} to {last}": "{first} à {last}",
        }
    )
    assert words.find("Cropland in 2023") == "Terres cultivées en 2023"
    found = words.find("water in 2023: 1,234.50 km² here")
    assert found == f"en 2023, eau : 1{language.THIN_SPACE}234,50 km²"
    assert words.find("2000 to 2015") == "2000 à 2015"
    sentence = "This sentence goes to the lake in one go"
    assert words.find(sentence) == sentence


def test_numbers_of_sections_and_tables_stay(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    assert language.numbers("SDG 15.3.1: 12.5 %, SO1-1.T5, v2.0, 2016-2023") == (
        "SDG 15.3.1: 12,5\N{NO-BREAK SPACE}%, SO1-1.T5, v2.0, 2016-2023"
    )
    assert figures.tables.number(1234.5) == f"1{language.THIN_SPACE}234,5"
    monkeypatch.setenv(language.VARIABLE, "zh")
    assert language.numbers("from -1,234.5 to 12 %") == "from \N{MINUS SIGN}1,234.5 to 12%"
    assert figures.tables.number(-1234.5) == "\N{MINUS SIGN}1,234.5"
    assert figures.words.percent(12.34) == "12.3%"
    monkeypatch.setenv(language.VARIABLE, "en")
    assert language.numbers("1,234.5") == "1,234.5"


def test_values_are_written_as_the_language_writes_numbers(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    message = "Degraded land goes from {old} to {new} km²."
    found = language.translate(message, old="5,272", new="5,465")
    assert f"5{language.THIN_SPACE}272" in found and f"5{language.THIN_SPACE}465" in found


def test_the_baseline_of_a_year_and_a_chosen_baseline_are_told_apart(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    assert language.translate("baseline (2015)") == "période de référence (2015)"
    assert language.translate("baseline 2000-2015").endswith(
        "référence\N{NO-BREAK SPACE}: 2000-2015"
    )


def test_numbers_that_are_written_already_stay(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    frame = pd.DataFrame({"year": [2008, 2023], "rain": [0.903, 0.242]})
    words = figures.describe_series(frame, value="rain", unit="mm")
    assert "0,903 mm" in words and "0,242 mm" in words
    alt = language.translate(f"Two lines that mostly run together. {words}")
    assert alt.startswith("Deux lignes") and words in alt


def test_a_calculation_in_a_cell_is_written_as_the_language_writes_numbers(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    frame = pd.DataFrame({"step": ["Distance z"], "how": ["(58 − 1) / 22.17"], "result": ["2.572"]})
    page = figures.table(frame, caption="On paper").html
    assert "(58 − 1) / 22,17" in page and ">2,572<" in page


def test_a_colon_is_written_as_the_language_writes_it(monkeypatch):
    shares = pd.DataFrame({"stable": [100.0]}, index=["Soil carbon"])
    for code, colon in (("en", ": "), ("fr", "\N{NO-BREAK SPACE}: "), ("zh", "：")):
        monkeypatch.setenv(language.VARIABLE, code)
        words = figures.describe_shares(shares, system=classes.system("status"))
        assert f"{language.translate('Soil carbon')}{colon}" in words


def test_a_language_nobody_translated_is_refused():
    with pytest.raises(InputError, match=r"'tlh'.*fr \(Français\)"):
        language.check("tlh")
    assert Country.model_fields["language"].annotation.__args__ == tuple(language.known())


def test_a_table_shows_words_in_the_language_and_keeps_the_frame(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    frame = pd.DataFrame({"status": ["degraded", "no_data"], "area_km2": [1.5, np.nan]})
    before = frame.copy()
    page = figures.table(frame, caption="Status", units={"area_km2": "km2"}).html
    assert "<caption" in page
    assert ">État<" in page
    assert ">1,5<" in page
    assert "Sans données" in page
    pd.testing.assert_frame_equal(frame, before)


def test_without_a_font_the_picture_says_that_its_words_are_english(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "zh")
    monkeypatch.setattr(fonts, "family", lambda code: None)
    seen = []

    @fonts.in_letters_at_hand
    def draw(*, caption, alt):
        seen.append(language.translate("No data"))
        return caption

    assert "英文" in draw(caption="Land cover", alt="A map that shows land cover")
    assert seen == ["No data"]
    assert language.current().code == "zh"


def test_a_font_at_hand_is_used_for_this_picture_only(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "zh")
    monkeypatch.setattr(fonts, "family", lambda code: "DejaVu Serif")
    families = fonts.in_letters_at_hand(lambda *, caption, alt: mpl.rcParams["font.family"])
    assert families(caption="a", alt="b")[-1] == "DejaVu Serif"
    assert "DejaVu Serif" not in mpl.rcParams["font.family"]


def test_every_function_that_draws_looks_for_letters():
    drawing = [getattr(figures, name) for name in ("bar_chart", "line_chart", "stacked_chart",
               "share_chart", "small_multiples", "continuous_map")]  # fmt: skip
    assert [draw.__name__ for draw in drawing if not hasattr(draw, "__wrapped__")] == []


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_small_notes_have_letters_in_every_language(code, monkeypatch):
    monkeypatch.setenv(language.VARIABLE, code)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = mpl.figure.Figure(figsize=(1, 1))
        drawing.text(0, 0, language.translate("No data"), style=fonts.note_style())
        drawing.savefig(io.BytesIO())


def test_what_print_puts_together_is_exchanged_part_by_part(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    words = Words(
        {
            "in all:": "en tout :",
            "our cell in {year}:": "notre cellule en {year} :",
            "Stable": "Stable (fr)",
        }
    )
    monkeypatch.setattr(catalogue, "read", lambda code: words)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
    printed = nbformat.v4.new_output("stream", name="stdout", text="in all: 2.5\nin all: Stable\n7")
    notebook.cells[0].outputs = [printed]
    notebooks.translate_printed(notebook)
    assert printed.text == "en tout : 2,5\nen tout : Stable (fr)\n7"
    printed.text = "our cell in 2023: Stable"  # the message before the colon has a value in it
    notebooks.translate_printed(notebook)
    assert printed.text == "notre cellule en 2023 : Stable (fr)"


def test_code_gives_what_people_read_and_no_names_of_columns(tmp_path):
    code = (
        'figures.table(f.query("a > 1 and b"), caption=f"Land in {year}, {x:.1f} %")\n'
        'report.save_map("m", d, title="A title for GIS")\n'
        'labels = {"with sites": 1, "area": 2}\n'
        'print(f"gap {gap} km²")\n'
        'KeyFigure("Share", "12", "km²")\n'
        'choices["no change at all"] = frame["a column"]\n'
    )
    cell = {"cell_type": "code", "metadata": {}, "source": code}
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert list(notebooks.literals(file)) == [
        "Land in {year}, {x:.1f} %",
        "with sites",
        "gap {gap} km²",
        "Share",
        "km²",
        "no change at all",
    ]


def test_faults_are_named():
    assert faults("Land in {year}, `x`", "Terres, `x`") == ["lost {year}"]
    assert faults("See {cite}`a`, SO1-1.T5", "Voir {cite}`b`, SO1-1.T5") == [
        "lost {cite}`a`",
        "added {cite}`b`",
    ]
    assert list(keeping.terms_not_used("fr", "Drought here", "Aridité ici")) == [
        "'drought' is sécheresse"
    ]
    assert not list(keeping.terms_not_used("zh", "land degradation", "土地退化"))


def test_an_update_keeps_translations_and_marks_texts_that_changed(monkeypatch, tmp_path):
    texts = {"A text that stays": ["a"], "A text that will change a little": ["a"], "Gone": ["a"]}
    monkeypatch.setattr(sources, "messages", lambda name: texts)
    monkeypatch.setattr(keeping, "file_of", lambda code, name: tmp_path / "fr" / "L" / "x.po")
    keeping.update("fr", "x")
    assert not keeping.fill("fr", "x", {text: f"{text} (fr)" for text in texts})
    assert keeping.fill("fr", "x", {"Strange": "Étrange"}) == ["'Strange': no such message"]
    texts = {"A text that stays": ["a"], "A text that did change a little": ["a"]}
    state = keeping.update("fr", "x")
    assert (state.messages, state.translated, state.doubtful, state.outdated) == (2, 1, 1, 0)
    texts = {"Gone": ["a"]}
    assert keeping.update("fr", "x").translated == 1
    before = (tmp_path / "fr" / "L" / "x.po").read_bytes()
    keeping.update("fr", "x")
    assert (tmp_path / "fr" / "L" / "x.po").read_bytes() == before


@pytest.mark.parametrize(("code", "name"), CATALOGUES)
def test_translations_keep_values_code_links_and_terms(code, name):
    assert list(keeping.complaints(code, name)) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [(code, name) for code, known in language.known().items() for name in known.complete],
)
def test_a_complete_catalogue_is_complete(code, name):
    state = keeping.state(code, name)
    assert (state.translated, state.doubtful, state.outdated) == (state.messages, 0, 0)


def test_results_are_the_same_in_every_language(archipelago, training_outputs):
    output = training_outputs / "fr" / "XIS"
    done = runner.run("XIS", only=["so1-1"], output=output, language="fr")
    assert {outcome.result for outcome in done} == {"done"}
    for kind in ("tables", "maps"):
        written = sorted((output / kind).iterdir())
        assert written
        for file in written:
            assert file.read_bytes() == (archipelago.output / kind / file.name).read_bytes(), file
    page = (output / "notebooks" / "so1-1-land-cover.ipynb").read_text(encoding="utf-8")
    assert "Terres cultivées" in page


@pytest.mark.parametrize("name", language.known()["fr"].complete)
def test_french_punctuation_stays_on_the_line_of_its_word(name):
    loose = re.compile(r" [:;?!%»]|« ")
    for message in keeping.load(keeping.file_of("fr", name)):
        written = "".join(piece for piece, is_field in parts(str(message.string)) if not is_field)
        assert not loose.search(written), message.string
