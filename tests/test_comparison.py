"""Two runs side by side: nothing that differs stays unseen, nothing that agrees is called other."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS
from typer.testing import CliRunner

import handbook_folder
from handbook_folder import SAVE
from sohandbook import cell_changes, classes, cli, comparison, map_changes, run_causes, runner
from sohandbook.errors import InputError
from sohandbook.export import cog
from sohandbook.lattice import Lattice

STATUS = "year,total_land_area,water_bodies_area,total_country_area,comments\n"


def text_table(text: str, folder: Path) -> pd.DataFrame:
    file = folder / "table.csv"
    file.write_text(text)
    return cell_changes.read(file)


def changed(before: str, after: str, tmp_path: Path, table_id: str = "CP-1.T1", **options):
    sides = (text_table(text, tmp_path) for text in (before, after))
    return cell_changes.changes(*sides, table_id=table_id, **options)


class TestCells:
    def test_numbers_by_how_much(self, tmp_path):
        found = changed(
            f"{STATUS}2000,80,20,100,\n2015,81,0,100,\n",
            f"{STATUS}2000,60,40,100,lake\n2015,81.0,5,1e2,\n",
            tmp_path,
        )
        rows = found.set_index(["row", "column"])
        assert list(rows.index) == [
            ("2000", "total_land_area"),
            ("2000", "water_bodies_area"),
            ("2000", "comments"),
            ("2015", "water_bodies_area"),
        ]
        assert rows["difference"].tolist()[:2] == [-20, 20]
        assert rows["percent"].tolist()[:2] == [-25, 100]
        assert rows["change"].tolist() == ["changed", "changed", "new", "changed"]
        # from zero there is no percentage
        assert rows["difference"].iloc[3] == 5
        assert np.isnan(rows["percent"].iloc[3])

    def test_empty_on_both_sides_is_the_same(self, tmp_path):
        assert changed(f"{STATUS}2000,,nan,,\n", f"{STATUS}2000,NaN,,nan,\n", tmp_path).empty

    def test_a_number_against_nothing(self, tmp_path):
        found = changed(f"{STATUS}2000,,20,,\n", f"{STATUS}2000,0,,,\n", tmp_path)
        assert found["change"].tolist() == ["new", "gone"]
        assert found["difference"].isna().all()

    def test_rows_and_columns_that_come_and_go(self, tmp_path):
        found = changed(
            f"{STATUS}2000,1,1,2,\n", "year,total_land_area,ice\n2000,1,3\n2023,,\n", tmp_path
        )
        pairs = {(row, column): change for row, column, change in
                 found[["row", "column", "change"]].itertuples(index=False)}  # fmt: skip
        assert pairs[("(heading)", "comments")] == "gone"
        assert pairs[("(heading)", "ice")] == "new"
        assert pairs[("2000", "ice")] == "new"
        # a new row without a number is seen by its name
        assert pairs[("2023", "year")] == "new"
        assert ("2000", "total_land_area") not in pairs

    def test_order_of_rows_and_columns_does_not_matter(self, tmp_path):
        before = "year,population_total\n2000,1\n2001,2\n"
        assert changed(before, "population_total,year\n2,2001\n1,2000\n", tmp_path, "CP-1.T2").empty

    def test_rows_without_a_key_and_keys_that_come_again(self, tmp_path):
        head = "location_name,area\n"
        found = changed(f"{head}a,1\na,2\n", f"{head}a,1\na,3\n", tmp_path, "SO1-4.T3")
        assert found[["row", "before", "after"]].values.tolist() == [["row 2", "2", "3"]]
        head = "class_at_start,water,region_name\n"
        regional = f"{head}water,0,North\nwater,0,South\n"
        found = changed(regional, regional.replace("0,S", "+,S"), tmp_path, "SO1-1.T3")
        assert found["row"].tolist() == ["South, water"]
        found = changed("year\n2000\n2000\n", "year\n2000\n", tmp_path)
        assert found[["row", "change"]].values.tolist() == [["2000 (2)", "gone"]]

    def test_tolerance(self, tmp_path):
        before, after = f"{STATUS}2000,1000000000,,,\n", f"{STATUS}2000,1000000000.5,,,\n"
        assert changed(before, after, tmp_path).empty
        assert len(changed(before, after, tmp_path, tolerance=0)) == 1
        assert len(changed(f"{STATUS}2000,0,,,\n", f"{STATUS}2000,1e-300,,,\n", tmp_path)) == 1

    @given(
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5),
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5),
    )
    def test_compared_with_itself_and_both_ways(self, old, new):
        before, after = (
            pd.DataFrame({"year": map(str, range(len(v))), "x": map(repr, v)}, dtype=str)
            for v in (old, new)
        )
        assert cell_changes.changes(before, before, table_id="CP-1.T1").empty
        there = cell_changes.changes(before, after, table_id="CP-1.T1")
        back = cell_changes.changes(after, before, table_id="CP-1.T1")
        assert len(there) == len(back)
        assert np.allclose(there["difference"].fillna(0), -back["difference"].fillna(0))


def write_map(file: Path, values: object, *, crs: str = "EPSG:6933", system: str = "", **options):
    array = np.asarray(values)
    lattice = Lattice(CRS.from_string(crs), 0.0, 0.0, *options.pop("step", (1000.0, 1000.0)),
                      array.shape[-1], array.shape[-2])  # fmt: skip
    attributes = classes.system(system).attributes() if system else {}
    cog.write(file, lattice.array(array, attributes=attributes), title=options.get("title", "Toy"))


class TestMaps:
    def test_classes_move_in_km2(self, tmp_path):
        old = np.array([[-1, 0, 0], [1, -128, -128]], dtype=np.int8)
        new = np.array([[-1, -1, -1], [1, 0, -128]], dtype=np.int8)
        for name, values in (("a/s.tif", old), ("b/s.tif", new)):
            write_map(tmp_path / name, values, system="status")
        found = map_changes.change(tmp_path / "a" / "s.tif", tmp_path / "b" / "s.tif")
        assert (found["map"], found["change"], found["cells"]) == ("s", "changed", 3)
        assert found["percent"] == pytest.approx(100 * 3 / 5)
        # cells of 1 km in an equal-area projection
        assert found["area_km2"] == pytest.approx(3.0, rel=1e-6)
        assert found["detail"] == "stable to degraded 2 km2; no data to stable 1 km2"
        assert np.isnan(found["mean_difference"])

    def test_numbers(self, tmp_path):
        old = np.array([[1, 2, np.nan, np.nan]], dtype=np.float32)
        new = np.array([[1, 5, 7, np.nan]], dtype=np.float32)
        write_map(tmp_path / "a.tif", old)
        write_map(tmp_path / "b.tif", new)
        found = map_changes.change(tmp_path / "a.tif", tmp_path / "b.tif")
        assert (found["cells"], found["percent"]) == (2, pytest.approx(200 / 3))
        assert found["mean_difference"] == 3
        assert found["detail"] == "largest gap 3; 1 cells got data"

    def test_strips_add_up(self, tmp_path, monkeypatch):
        random = np.random.default_rng(1)
        sides = [random.integers(-1, 2, (40, 30)).astype(np.int8) for _ in range(2)]
        for name, values in zip("ab", sides, strict=True):
            write_map(
                tmp_path / f"{name}.tif",
                values,
                crs="EPSG:4326",
                step=(0.01, 0.01),
                system="status",
            )
        files = tmp_path / "a.tif", tmp_path / "b.tif"
        whole = map_changes.change(*files)
        monkeypatch.setattr(map_changes, "STRIP_CELLS", 210)
        assert map_changes.change(*files) == pytest.approx(whole, nan_ok=True)
        assert whole["cells"] == (sides[0] != sides[1]).sum()

    def test_missing_and_equal_maps(self, tmp_path):
        write_map(tmp_path / "a.tif", [[1.0]])
        shutil.copy(tmp_path / "a.tif", tmp_path / "b.tif")
        assert map_changes.change(tmp_path / "a.tif", tmp_path / "b.tif")["change"] == "same"
        assert map_changes.change(tmp_path / "a.tif", tmp_path / "no.tif")["change"] == "gone"
        assert map_changes.change(tmp_path / "no.tif", tmp_path / "a.tif")["change"] == "new"
        write_map(tmp_path / "b.tif", [[1.0]], title="Another title")
        found = map_changes.change(tmp_path / "a.tif", tmp_path / "b.tif")
        assert (found["change"], found["detail"]) == ("same", "only the file's metadata differ")

    @pytest.mark.parametrize(
        ("other", "words"),
        [
            ({"values": np.zeros((2, 3))}, "rows and columns: (2, 2) against (2, 3)"),
            ({"crs": "EPSG:4326"}, "coordinate system: EPSG:6933 against EPSG:4326"),
            ({"step": (500.0, 1000.0)}, "corner and cell size"),
        ],
    )
    def test_another_grid_is_not_compared(self, tmp_path, other, words):
        write_map(tmp_path / "a.tif", np.zeros((2, 2)))
        write_map(tmp_path / "b.tif", **({"values": np.zeros((2, 2))} | other))
        found = map_changes.change(tmp_path / "a.tif", tmp_path / "b.tif")
        assert found["change"] == "other grid"
        assert words in found["detail"]
        assert np.isnan(found["cells"])


def write_run(folder: Path, *, figure: int = 2, **changes: object) -> Path:
    """The results of two chapters as the runner leaves them; ``changes`` go to the manifest."""
    content = {
        "format": 1,
        "iso3": "XTT",
        "country": changes.get("country", "Toyland"),
        "code": {"version": "0.1.0", "commit": "abc", "packages": {}},
        "data": {"rain": {"rain.txt": changes.get("rain", "7")}, "people": {"people.txt": "1"}},
        "chapters": {},
    }
    (folder / "tables").mkdir(parents=True)
    parts = ("notebook", "settings", "data", "earlier chapters", "library", "packages", "country")
    for chapter, table_id in (("one", "CP-1.T1"), ("two", "CP-1.T2")):
        text = f"year,total_land_area\n2000,{figure}\n"
        (folder / "tables" / f"{table_id}.csv").write_text(text)
        content["chapters"][chapter] = {
            "result": "done",
            "parameters": {"factor": changes.get("factor", 2)},
            "key": dict.fromkeys(parts, "same") | changes.get(f"{chapter}_key", {}),
            "outputs": {f"tables/{table_id}.csv": hashlib.sha256(text.encode()).hexdigest()},
        }
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def handbook(tmp_path, monkeypatch):
    """A toy handbook of two chapters, and the results of an earlier run in ``before``."""
    handbook = handbook_folder.use(tmp_path, monkeypatch)
    handbook.add_chapter("one", datasets=["rain"])
    handbook.add_chapter("two", needs=["one"])
    write_run(handbook.root / "before")
    return handbook


def compared(handbook, **changes: object) -> comparison.Comparison:
    if changes:
        write_run(handbook.output, **changes)
    return comparison.compare(handbook.root / "before", "XTT")


OTHER_FACTOR = {
    "figure": 3,
    "factor": 3,
    "one_key": {"settings": "other"},
    "two_key": {"earlier chapters": "other"},
}


class TestRuns:
    def test_the_same(self, handbook):
        found = compared(handbook, country="Renamed, with the same figures")
        assert found.is_same
        assert found.causes.empty
        assert found.verdict == "The two runs are the same: 2 tables and 0 maps compared."

    def test_because_of_a_parameter(self, handbook):
        found = compared(handbook, **OTHER_FACTOR)
        assert not found.is_same
        assert found.cells[["table", "row", "before", "after", "because_of"]].values.tolist() == [
            ["CP-1.T1", "2000", "2", "3", "parameters (factor)"],
            ["CP-1.T2", "2000", "2", "3", "parameters (factor) of one"],
        ]
        assert found.causes.values.tolist() == [
            ["one", "parameters", "factor", "2", "3"],
            ["two", "earlier chapters", "one", "", ""],
        ]

    def test_because_of_data_code_or_country(self, handbook):
        other = {"data": "other", "notebook": "other", "country": "other"}
        found = compared(handbook, figure=3, rain="8", one_key=other)
        assert found.causes.values.tolist() == [
            ["one", "data", "rain: 1 file, rain.txt", "1 file", "1 file"],
            ["one", "country", "the country's folder or its settings", "", ""],
            ["one", "code", "notebook", "0.1.0 abc", "0.1.0 abc"],
        ]
        by_table = found.cells.set_index("table")["because_of"]
        assert by_table["CP-1.T1"] == "data (rain), country, code (notebook)"
        assert by_table["CP-1.T2"] == "not explained by the two manifests"

    def test_another_entry_of_a_dataset(self, handbook):
        found = compared(handbook, one_key={"data": "other"})
        assert found.is_same
        assert found.causes["what"].tolist() == [
            "a dataset's entry in country.yml, or the grid's dataset"
        ]

    def test_edited_by_hand_and_written_by_nobody(self, handbook):
        write_run(handbook.output)
        table = handbook.output / "tables" / "CP-1.T1.csv"
        table.write_text(table.read_text().replace("2000,2", "2000,9"))
        (handbook.output / "tables" / "CP-1.T3.csv").write_text("a\n1\n")
        found = compared(handbook).cells.groupby("table")["because_of"].first()
        assert found["CP-1.T1"] == "edited by hand"
        assert found["CP-1.T3"] == "not explained by the two manifests"

    def test_packages_are_named(self):
        runs = [
            {
                "chapters": {"one": {"result": "done", "key": {"packages": f"{v}"}, "outputs": {}}},
                "code": {"packages": {"numpy": v, "scipy": "1"}},
            }
            for v in ("2.0", "2.1")
        ]
        found = run_causes.causes(*runs)
        assert found.values.tolist() == [["one", "code", "numpy", "2.0", "2.1"]]

    def test_page_and_files(self, handbook):
        write_run(handbook.output, country="Toy & <Land>", **OTHER_FACTOR)
        write_map(handbook.output / "maps" / "extra.tif", [[1.0]])
        page = compared(handbook).write(handbook.root / "report")
        soup = BeautifulSoup(page.read_text(), "html.parser")
        assert soup.html["lang"] == "en"
        assert soup.h1.get_text() == "Two runs of Toy & <Land>"
        assert (
            soup.select_one(".verdict").get_text().startswith("The two runs differ: 2 cells in 2")
        )
        captions = [caption.get_text() for caption in soup.find_all("caption")]
        assert any(c.startswith("CP-1.T1: 1 cell changed, because of param") for c in captions)
        assert any(c.startswith("Maps that changed: 1; the same: 0.") for c in captions)
        assert all(th.get("scope") for th in soup.find_all("th"))
        assert not soup.find_all(["script", "link", "img"])
        assert not re.search(r"url\(|@import", page.read_text())
        assert page.stat().st_size < 50_000
        cells = pd.read_csv(page.with_name("cells.csv"))
        assert cells["difference"].tolist() == [1, 1]
        assert pd.read_csv(page.with_name("maps.csv"))["change"].tolist() == ["new"]

    def test_wrong_input(self, handbook, tmp_path):
        write_run(handbook.output)
        with pytest.raises(InputError, match=r"found 'no results in .*outputs/XZZ'"):
            comparison.compare("XTT", "XZZ")
        other = json.loads((handbook.output / "manifest.json").read_text()) | {"iso3": "XUU"}
        (tmp_path / "before" / "manifest.json").write_text(json.dumps(other))
        with pytest.raises(InputError, match="Compare two runs of one country"):
            compared(handbook)

    def test_command(self, handbook):
        def call(*arguments: str):
            return CliRunner().invoke(cli.app, ["compare", *arguments])

        write_run(handbook.output)
        same = call(str(handbook.root / "before"), "XTT")
        assert same.exit_code == 0, same.output
        page = handbook.root / "build" / "compare" / "XTT" / "comparison.html"
        assert f"Open {page}" in same.output
        shutil.rmtree(handbook.output)
        write_run(handbook.output, **OTHER_FACTOR)
        other = call(str(handbook.root / "before"), "XTT", "--to", str(handbook.root / "x"))
        assert other.exit_code == 1
        assert "  table CP-1.T1: 1 cell; parameters (factor)\n" in other.output
        assert (handbook.root / "x" / "causes.csv").is_file()
        assert call("XTT", "XZZ").exit_code == 2


def test_real_runs_of_a_toy_country(tmp_path, monkeypatch):
    """The runner's own manifests, with a chapter that loses its data in the second run."""
    handbook = handbook_folder.use(tmp_path, monkeypatch)
    handbook.add_dataset("rain")
    write = '(tables / "CP-1.T1.csv").write_text(f"year,x\\n2000,{factor}\\n")'
    handbook.add_chapter(
        "one", SAVE, write, parameters="factor: int = 2  # times", datasets=["rain"]
    )
    runner.run("XTT")
    shutil.copytree(handbook.output, tmp_path / "before")
    handbook.write_settings(settings={"one": {"factor": 3}})
    runner.run("XTT")
    found = compared(handbook)
    assert found.cells[["difference", "percent"]].values.tolist() == [[1, 50]]
    # the library that the tests use may change while they run: a cause more, no other one
    assert found.cells["because_of"][0].startswith("parameters (factor)")
    handbook.write_settings(datasets={})
    runner.run("XTT")
    found = compared(handbook)
    assert set(found.cells["change"]) == {"gone"}
    assert set(found.cells["because_of"]) == {"result"}
    states = found.causes.iloc[0][["before", "after"]].tolist()
    assert states == ["done", "no data (not possible: no dataset rain in country.yml)"]


def test_folders_without_manifests(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "chapters.yml").write_text(yaml.safe_dump([]))
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(tmp_path))
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / name / "tables").mkdir(parents=True)
        (tmp_path / name / "tables" / "CP-1.T1.csv").write_text(f"year,x\n2000,{value}\n")
    found = comparison.compare(tmp_path / "a", tmp_path / "b")
    assert found.cells["because_of"].tolist() == ["not explained by the two manifests"]
    assert found.write(tmp_path / "c").is_file()
