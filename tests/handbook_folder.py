"""A handbook of toy notebooks in a temporary folder, for the tests of the runner."""

import json
from pathlib import Path

import nbformat
import pytest
import yaml

PARAMETERS = """iso3: str = "XTT"  # the country
country_folder: str = ""  # empty for data/countries/<ISO3>
output_folder: str = ""  # empty for outputs/<ISO3>
"""
SAVE = """import os
from pathlib import Path
tables = Path(os.environ["SOHANDBOOK_STAGING"]) / "tables"
tables.mkdir(parents=True)
"""
BOUNDARY = """{"type": "Feature", "properties": {"name": "Toyland"}, "geometry": {"type": "Polygon",
"coordinates": [[[20, 10], [21, 10], [21, 11], [20, 10]]]}}"""
METADATA = {"title": "Toy", "link": "none", "author": "us", "citation": "none"}


class Handbook:
    """Folders and files as in the real handbook, small enough to run in seconds."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.country = root / "data" / "countries" / "XTT"
        self.raw = root / "data" / "raw" / "XTT"
        self.output = root / "outputs" / "XTT"
        for folder in (self.country, self.raw, root / "notebooks"):
            folder.mkdir(parents=True)
        linked = ("classes.yml", "land_cover_legends.yml", "locale", "minimum_standards.yml")
        for name in (*linked, "prais_forms.yml"):
            (root / "data" / name).symlink_to(Path(__file__).parents[1] / "data" / name)
        (self.country / "boundary.geojson").write_text(BOUNDARY)
        self.chapters: list[dict] = []
        self.settings = {
            "name": "Toyland",
            "iso3": "XTT",
            "party": "affected",
            "boundary": {"file": "boundary.geojson", "source": "drawn"},
            "grid": {"crs": "EPSG:6933", "resolution": 250},
            "datasets": {},
            "settings": {},
        }
        self.write_settings()
        self.write_presets("none", {})

    def write_presets(self, chapter_id: str, values: dict[str, object]) -> None:
        """Write what the preset ``trends_earth`` sets in one chapter."""
        entries = {name: {"value": value, "source": "toy"} for name, value in values.items()}
        presets = {"guidance": {}, "trends_earth": {chapter_id: entries}}
        (self.root / "data" / "presets.yml").write_text(yaml.safe_dump(presets))

    def write_settings(self, **changes: object) -> None:
        self.settings.update(changes)
        (self.country / "country.yml").write_text(yaml.safe_dump(self.settings))

    def add_dataset(self, name: str, *, content: str = "1", **fields: object) -> Path:
        file = self.raw / f"{name}.txt"
        file.write_text(content)
        entry = {"product": "soil_units", "files": [file.name], "metadata": METADATA} | fields
        self.write_settings(datasets=self.settings["datasets"] | {name: entry})
        return file

    def add_chapter(
        self, chapter_id: str, *cells: str, parameters: str = "", **fields: object
    ) -> Path:
        notebook = self.root / "notebooks" / f"{chapter_id}.ipynb"
        first = nbformat.v4.new_code_cell(PARAMETERS + parameters)
        first.metadata["tags"] = ["parameters"]
        content = nbformat.v4.new_notebook(
            cells=[first, *map(nbformat.v4.new_code_cell, cells)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(content, notebook)
        self.chapters = [c for c in self.chapters if c["id"] != chapter_id] + [
            {
                "id": chapter_id,
                "notebook": notebook.name,
                "title": chapter_id.title(),
                "objective": "SO1",
            }
            | fields
        ]
        (self.root / "notebooks" / "chapters.yml").write_text(yaml.safe_dump(self.chapters))
        return notebook

    def manifest(self) -> dict:
        return json.loads((self.output / "manifest.json").read_text())

    def staging_folders(self) -> list[Path]:
        return list(self.output.glob(".running-*"))


def use(root: Path, monkeypatch: pytest.MonkeyPatch) -> Handbook:
    """Make a toy handbook and let the library work in it."""
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(root))
    for name in ("SOHANDBOOK_RAW", "SOHANDBOOK_COUNTRIES", "SOHANDBOOK_OUTPUTS"):
        monkeypatch.delenv(name, raising=False)
    return Handbook(root)
