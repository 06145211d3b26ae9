"""A small book of two made-up countries, built once, or the real one that the environment names."""

import base64
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bokeh.embed
import bokeh.plotting
import matplotlib.image
import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from html_checks import Browser, Site
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sohandbook import book, figures, manifest
from training_run import Run

ROOT = Path(__file__).parents[2]
CHAPTERS = [
    ("cp", "cp-country-profile.ipynb", "Country profile", "CP", ["land_cover"]),
    ("so1-1", "so1-1-land-cover.ipynb", "Land cover", "SO1", ["land_cover"]),
    ("so3-1", "so3-1-drought-hazard.ipynb", "Drought hazard", "SO3", ["precipitation"]),
    ("report", "report.ipynb", "The national report", "REPORT", []),  # prose pages lead to it
]


def png() -> bytes:
    """A map-like image of many colours."""
    row, column = np.mgrid[0:120, 0:160]
    file = io.BytesIO()
    matplotlib.image.imsave(file, np.sin(row / 15) + np.cos(column / 20), format="png")
    return file.getvalue()


def executed_notebook() -> nbformat.NotebookNode:
    """A chapter as the runner leaves it: figure, table, interactive plot, widget, exercise."""
    image = base64.b64encode(png()).decode()
    plot = bokeh.plotting.figure(width=320, height=200)
    plot.line([2000, 2015, 2023], [1, 3, 2])
    script, division = bokeh.embed.components(plot)
    cells = np.arange(24).reshape(2, 12)
    head = "".join(f"<th scope='col'>Class {number}</th>" for number in range(12))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)

    def shows(**mimes: str) -> list[nbformat.NotebookNode]:
        return [
            new_output("display_data", data={name.replace("__", "/"): text})
            for name, text in mimes.items()
        ]

    figure = (
        f'<figure class="handbook-figure"><img src="data:image/png;base64,{image}" '
        'alt="Map of land cover in 2015" width="160" height="120">'
        "<figcaption>Land cover in 2015.</figcaption></figure>"
    )
    notebook = new_notebook(
        cells=[
            new_markdown_cell(
                "# SO 1-1: land cover\n\nThe share is $100 a / A$ {cite:p}`mann_1945`."
            ),
            new_code_cell(
                'iso3: str = "XDL"  # the country',
                metadata={"tags": ["parameters", "remove-cell"]},
            ),
            new_code_cell(
                'iso3 = "XTA"\noutput_folder = "/home/somebody/outputs"',
                metadata={"tags": ["injected-parameters", "remove-cell"]},
            ),
            new_markdown_cell("## Result\n\n$$\nx = \\frac{a}{b} \\sum_{i=1}^{n} c_i\n$$"),
            new_code_cell("show_map()", outputs=shows(text__html=figure)),
            new_code_cell(
                "table " + "+ very_long_name " * 12,
                outputs=shows(
                    text__html=f"<table class='dataframe'><thead><tr>{head}</tr></thead>"
                    f"<tbody>{body}</tbody></table>"
                ),
            ),
            new_code_cell(
                "figures.table(frame)",
                outputs=shows(
                    text__html=figures.table(
                        pd.DataFrame(cells).rename(columns=lambda number: f"Class {number}"),
                        caption="A caption that is much longer than the screen of a phone is wide.",
                    ).html
                ),
            ),
            new_code_cell(
                "plot()",
                outputs=shows(
                    text__html='<figure role="group" aria-label="Line of values">'
                    f"{division}{script}"
                    "<figcaption>Values.</figcaption></figure>"
                ),
            ),
            new_code_cell(
                "slider",
                outputs=[
                    new_output(
                        "display_data",
                        data={
                            "application/vnd.jupyter.widget-view+json": {"model_id": "a"},
                            "text/plain": "IntSlider(value=3)",
                        },
                    )
                ],
            ),
            new_markdown_cell("## Exercise\n\nHow large is it?"),
            new_code_cell("answer = 3", metadata={"tags": ["hide-cell"]}),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
        },
    )
    return notebook


def chapter_source() -> nbformat.NotebookNode:
    """A notebook with what the handbook reads of one that has not run."""
    parameters = 'iso3: str = "XDL"  # code\ncountry_folder: str = ""  # input\n'
    parameters += 'output_folder: str = ""  # results'
    prose = """# A chapter

| Before you start | How important | Notes |
|---|---|---|
| Chapter CP | needed | it finds the water |
| Sums | needed | and no more |
| Means | helpful | once |

Time: 40 minutes.

### Step 1: look

### Step 2: count

The reviewer's checklist:

- Is it all?
- Is it so?
"""
    return new_notebook(
        cells=[
            new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            new_markdown_cell(prose),
        ]
    )


def write_country(folder: Path, iso3: str, name: str, *, fictional: bool) -> None:
    """A country's folder with land cover only."""
    folder.mkdir(parents=True)
    (folder / "boundary.geojson").write_text("{}")
    metadata = {
        "title": "Land cover | maps_of *everything*",
        "link": "https://example.org/data",
        "author": "Office of Land",
        "citation": "Office of Land (2024) Land cover.",
    }
    content = {
        "name": name,
        "iso3": iso3,
        "party": "affected",
        "fictional": fictional,
        "boundary": {"file": "boundary.geojson", "source": "made up"},
        "grid": {"dataset": "land_cover"},
        "datasets": {
            "land_cover": {
                "product": "national_land_cover",
                "files": ["{year}.tif"],
                "years": [2000, 2023],
                "metadata": metadata,
            }
        },
    }
    (folder / "country.yml").write_text(yaml.safe_dump(content))


def write_results(folder: Path, entry: dict[str, object]) -> None:
    """The runner's manifest with one chapter in it."""
    (folder / "notebooks").mkdir(parents=True)
    content = {"format": manifest.FORMAT, "chapters": {"so1-1": entry}}
    (folder / "manifest.json").write_text(json.dumps(content))


@pytest.fixture(scope="session")
def toy_handbook(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A handbook's folders with two countries: in XTA one chapter was run, in XTB it failed."""
    root = tmp_path_factory.mktemp("handbook")
    for name in ("book", "data", "_config.yml"):
        (root / name).symlink_to(ROOT / name)
    (root / "notebooks").mkdir()
    keys = ("id", "notebook", "title", "objective", "datasets")
    rows = [dict(zip(keys, chapter, strict=True)) for chapter in CHAPTERS]
    (root / "notebooks" / "chapters.yml").write_text(yaml.safe_dump(rows))
    for row in rows:
        nbformat.write(chapter_source(), root / "notebooks" / row["notebook"])
    write_country(root / "countries" / "XTA", "XTA", "Toyland", fictional=True)
    write_country(root / "countries" / "XTB", "XTB", "Côte d'Example", fictional=False)
    done = {"result": "done", "reason": "", "parameters": {"iso3": "XTA", "significance": 0.05}}
    write_results(root / "outputs" / "XTA", done)
    nbformat.write(
        executed_notebook(), root / "outputs" / "XTA" / "notebooks" / "so1-1-land-cover.ipynb"
    )
    write_results(
        root / "outputs" / "XTB", {"result": "failed", "reason": "cell 3: no map of 2015"}
    )
    settings = {
        "SOHANDBOOK_ROOT": str(root),
        "SOHANDBOOK_COUNTRIES": str(root / "countries"),
        "SOHANDBOOK_OUTPUTS": str(root / "outputs"),
    }
    return SimpleNamespace(
        root=root, outputs=root / "outputs", site=root / "build" / "site", settings=settings
    )


@pytest.fixture
def handbook(toy_handbook: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The toy handbook, in which the library works while a test lasts."""
    for name, value in toy_handbook.settings.items():
        monkeypatch.setenv(name, value)
    return toy_handbook


@pytest.fixture(scope="session")
def toy_site(toy_handbook: SimpleNamespace) -> Site:
    """The small book."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in toy_handbook.settings.items():
            patch.setenv(name, value)
        return Site(book.build(["XTA", "XTB"]).parent)


@pytest.fixture(scope="session", params=["fr", "zh", "ar"])
def foreign_site(request: pytest.FixtureRequest, toy_handbook: SimpleNamespace) -> Site:
    """The small book of one country in another language than its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in toy_handbook.settings.items():
            patch.setenv(name, value)
        site = toy_handbook.root / "build" / f"site-{request.param}"
        return Site(book.build(["XTA"], site=site, language=request.param).parent)


@pytest.fixture(scope="session")
def training_site(
    drylandia: Run, archipelago: Run, training_outputs: Path, tmp_path_factory
) -> Site:
    """The books of the training countries, as their chapters came out."""
    site = tmp_path_factory.mktemp("book") / "site"
    book.build([drylandia.iso3, archipelago.iso3], outputs=training_outputs, site=site)
    return Site(site)


@pytest.fixture(scope="session", params=["toy_site", "training_site"])
def built_book(request: pytest.FixtureRequest) -> Site:
    """The sites under test: a small one of made-up pages, and the training countries' own.

    ``SOHANDBOOK_BOOK`` names another site's folder to look at in their place.
    """
    folder = os.environ.get("SOHANDBOOK_BOOK")
    return Site(Path(folder).resolve()) if folder else request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; tests that need it are skipped where there is none."""
    with Browser.start() as browser:
        yield browser
