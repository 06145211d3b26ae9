"""The pages of evidence name tests that exist and show all of their files."""

import ast
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from sohandbook import paths
from sohandbook.book import evidence_pages

ROOT = Path(__file__).parents[2]
CHAPTERS = evidence_pages.read_validation(paths.data() / "validation.yml")
EVIDENCE = [found for chapter in CHAPTERS for found in chapter.evidence]


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("found", EVIDENCE, ids=lambda found: found.what)
def test_the_test_of_each_comparison_exists(found):
    file, _, function = found.test.partition("::")
    assert (ROOT / file).is_file()
    assert function in functions(file)


@pytest.mark.parametrize("kind", ["software", "real"])
def test_comparisons_with_files_from_elsewhere_read_them(kind):
    """What is called another program's, or the world's, comes from outside of this project."""
    for found in (found for found in EVIDENCE if found.kind == kind):
        file, _, function = found.test.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        node = next(n for n in ast.walk(ast.parse(text)) if getattr(n, "name", "") == function)
        body = ast.get_source_segment(text, node)
        files = ("realdata", "oracles", "headcount", "world")  # the fixtures that read them
        programs = ("scipy", "geodesic", "exactextract", "pymannkendall", "percentile", "xclim")
        names = files if kind == "real" else files + programs
        assert any(name in body for name in names), found.test


def test_every_objective_on_land_has_its_own_section():
    assert {"so1-1", "so1-2", "so1-3", "so1-4"} <= {chapter.id for chapter in CHAPTERS}


def test_the_page_shows_every_comparison_and_gap():
    page = evidence_pages.validation(paths.data() / "validation.yml")
    for chapter in CHAPTERS:
        assert f"{chapter.title}\n" in page
        for gap in chapter.gaps:
            assert evidence_pages.escape(gap) in page
    for found in EVIDENCE:
        assert f"`{found.test}`" in page
    counted = [int(line.split("|")[2]) for line in page.split("\n\n")[0].splitlines()[2:]]
    assert sum(counted) == len(EVIDENCE)


def test_benchmarks_are_grouped_by_work(tmp_path):
    about = {"date": "2026-01-02", "machine": "A cpu", "cores": 2, "load": 0.1, "versions": "x 1"}
    rows = [
        {"work": work, "implementation": way, "seconds": 0.5, "megapixels_per_second": 1,
         "ratio": 1, "note": "a note", **about}
        for work, way in (("trend", "ours"), ("trend", "theirs"), ("area", "ours"))
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "benchmarks.csv", index=False)
    page = evidence_pages.benchmarks(tmp_path / "benchmarks.csv")
    assert page.index("## Trend") < page.index("| theirs |") < page.index("## Area")
    assert page.count("Measured on 2026-01-02 on A cpu with 2 cores") == 2


def test_without_measurements_the_page_says_how_to_measure(tmp_path):
    assert "make bench" in evidence_pages.benchmarks(tmp_path / "benchmarks.csv")
