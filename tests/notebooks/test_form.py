"""Every indicator notebook has the book's form; reviewers need not look for it."""

import ast
import json
import re
import statistics
from pathlib import Path

import pytest
from pybtex.database import Entry, parse_file

from sohandbook import chapters, paths

HEADINGS = [
    "The answer first",
    "What you will learn",
    "The question",
    "Data",
    "Step by step",
    "Result",
    "Verify",
    "How sure are we",
    "Exercise",
    "Summary",
]
# Chapters that compare indicators instead of computing one: their title has no indicator's code.
ACROSS_INDICATORS = {"choices", "forms", "judging", "report"}
NOTEBOOKS = [paths.notebooks() / chapter.notebook for chapter in chapters.read()]
FIGURE_CALL = re.compile(r"figures\.(?!key_figures)\w+\(")


def read(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def text(cell: dict) -> str:
    return "".join(cell["source"])


def code_cells(notebook: Path) -> list[dict]:
    return [cell for cell in read(notebook) if cell["cell_type"] == "code"]


def statements(cell: dict) -> int:
    """How many statements a code cell holds, those inside loops and conditions too."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(text(cell))))


def headings(notebook: Path, level: int) -> list[str]:
    prefix = "#" * level + " "
    return [
        line.removeprefix(prefix).strip()
        for cell in read(notebook)
        if cell["cell_type"] == "markdown"
        for line in text(cell).splitlines()
        if line.startswith(prefix)
    ]


def test_every_notebook_is_a_chapter():
    assert {path.name for path in paths.notebooks().glob("*.ipynb")} == {n.name for n in NOTEBOOKS}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
class TestForm:
    def test_one_title_with_the_indicator_code(self, notebook):
        titles = headings(notebook, 1)
        assert len(titles) == 1
        chapter_id = next(c.id for c in chapters.read() if c.notebook == notebook.name)
        if chapter_id in ACROSS_INDICATORS:
            return
        code = chapter_id.upper()
        assert titles[0].startswith(code.replace("SO", "SO ")), (titles, code)

    def test_same_headings_in_the_same_order(self, notebook):
        assert headings(notebook, 2) == HEADINGS

    def test_first_code_cell_holds_the_parameters(self, notebook):
        first, *others = code_cells(notebook)
        assert "parameters" in first["metadata"].get("tags", [])
        assert not any("parameters" in cell["metadata"].get("tags", []) for cell in others)

    def test_parameters_are_typed_literals_with_help(self, notebook):
        source = text(code_cells(notebook)[0])
        lines = source.splitlines()
        for node in ast.parse(source).body:
            assert isinstance(node, ast.AnnAssign), f"no type: {lines[node.lineno - 1]}"
            ast.literal_eval(node.value)
            comment = lines[node.end_lineno - 1][node.end_col_offset :]
            assert re.match(r"\s+# \w", comment), f"no help: {lines[node.lineno - 1]}"

    def test_no_outputs_are_kept(self, notebook):
        kept = [c["id"] for c in code_cells(notebook) if c["outputs"] or c["execution_count"]]
        assert kept == []

    def test_kernel_is_the_environments_own(self, notebook):
        metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
        assert metadata["kernelspec"]["name"] == "python3"
        assert set(metadata) == {"kernelspec", "language_info"}

    def test_cells_are_one_thought(self, notebook):
        """Statements count, not lines: the formatter decides how many lines a call takes."""
        sizes = [statements(cell) for cell in code_cells(notebook)[1:]]
        assert statistics.median(sizes) <= 3, sizes
        assert max(sizes) <= 10, sizes

    def test_no_algorithm(self, notebook):
        for cell in code_cells(notebook):
            for node in ast.walk(ast.parse(text(cell))):
                assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.While), text(cell)

    def test_figures_have_caption_and_text_alternative(self, notebook):
        for cell in code_cells(notebook):
            for call in ast.walk(ast.parse(text(cell))):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and isinstance(call.func.value, ast.Name)
                    and call.func.value.id == "figures"
                    and not call.func.attr.startswith("describe")
                ):
                    names = {keyword.arg for keyword in call.keywords}
                    assert "caption" in names, text(cell)
                    assert "alt" in names or call.func.attr.endswith("table"), text(cell)

    def test_words_before_code(self, notebook):
        cells = read(notebook)
        prose = sum(len(text(c).split()) for c in cells if c["cell_type"] == "markdown")
        code = sum(statements(cell) for cell in code_cells(notebook)[1:])
        assert prose >= 8 * code, (prose, code)

    def test_no_sentence_is_too_long(self, notebook):
        prose = "\n\n".join(text(c) for c in read(notebook) if c["cell_type"] == "markdown")
        prose = re.sub(
            r"```.*?```|\$\$.*?\$\$|^\|.*$|^[-*] .*$|:::.*", "", prose, flags=re.S | re.M
        )
        sentences = [s for s in re.split(r"(?<=[.!?:])\s+|\n\n", prose) if s.strip()]
        long = [s for s in sentences if len(s.split()) > 32]
        assert long == []


def short_name(entry: Entry) -> str:
    """A reference as the book names it: who, and when."""
    names = [
        " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
        for person in entry.persons["author"]
    ]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{who}, {entry.fields['year']}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_jupyterlab_shows_every_text_as_it_is_meant(notebook):
    """A role such as {cite} is code there; a citation is a link that names its source."""
    references = parse_file(paths.root() / "book" / "references.bib").entries
    texts = [text(cell) for cell in read(notebook) if cell["cell_type"] == "markdown"]
    for words in texts:
        assert not re.search(r"\{[\w:-]+\}`|^```\{|^:::|^\([\w-]+\)=", words, re.MULTILINE)
        for name, key in re.findall(r"\[([^\]]*)\]\(\.\./book/references\.bib#(\w+)\)", words):
            assert name == short_name(references[key])
    assert "references.bib#" in "".join(texts)
