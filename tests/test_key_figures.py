"""The answer fills the place made for it at the top of the page."""

import nbformat
import pytest
from nbclient import NotebookClient

from sohandbook.errors import InputError
from sohandbook.key_figures import Answer, KeyFigure


def test_the_answer_lands_in_the_earlier_cell():
    cells = [
        "from sohandbook.key_figures import Answer, KeyFigure\nanswer = Answer()",
        'answer.show(KeyFigure("Land area", "1,234", "km² in 2023"));',
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    (output,) = notebook.cells[0].outputs
    assert ">Land area</dt>" in output.data["text/html"]
    assert "Run all cells" not in output.data["text/html"]
    assert notebook.cells[1].outputs == []


def test_page_text_is_escaped():
    assert "a &lt; b" in Answer().show(KeyFigure("a < b", "1", "%"))


def test_no_figure_is_an_error():
    with pytest.raises(InputError, match="none"):
        Answer().show()
