"""From a figure to its table, code and data: the links and the box of a chapter's page."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sohandbook import chapters
from sohandbook.book import tracing
from sohandbook.country import Country


def page(*outputs: str, code: str = "pass"):
    shown = [new_output("display_data", data={"text/html": html}) for html in outputs]
    return new_notebook(cells=[new_markdown_cell("# A"), new_code_cell(code, outputs=shown)])


def html_of(notebook) -> str:
    return "".join(output.data["text/html"] for output in notebook.cells[1].outputs)


def captioned(caption: str) -> str:
    return (
        f'<div class="sohandbook-table" role="region" aria-label="{caption}"><table></table></div>'
    )


def test_a_table_has_one_address_and_its_mentions_lead_there():
    again = captioned("SO1-4.T2, once more")
    shown = page(
        captioned("SO1-4.T2, degraded area"), again, captioned("Not SO1-4.T2"),
        captioned("Processes. Table SO1-1.T1."),
        "<td style='x'>SO1-4.T2</td><td>SO1-1.T2</td><td>the SO1-4.T2 row</td>",
    )  # fmt: skip
    so1_4 = {"result": "done", "outputs": {"tables/SO1-4.T2.csv": "a", "maps/x.tif": "b"}}
    failed = {"result": "failed", "outputs": {"tables/SO1-1.T1.csv": "c"}}
    written = tracing.written_tables(
        [{"chapters": {"so1-1": failed}}, {"chapters": {"so1-4": so1_4}}]
    )
    assert written == {"SO1-4.T2": "so1-4-land-degradation.html"}
    linked = html_of(tracing.with_links(shown, written=written))
    assert linked.count('id="SO1-4.T2"') == 1 and again in linked
    assert linked.count('id="SO1-1.T1"') == 1
    assert '<a href="so1-4-land-degradation.html#SO1-4.T2">SO1-4.T2</a>' in linked
    assert linked.count("<a ") == 1


def test_the_box_names_tables_code_version_and_data():
    chapter = next(each for each in chapters.read() if each.id == "so1-4")
    content = {
        "code": {"version": "1.2", "commit": "0123456789abcdef"},
        "chapters": {
            "so1-4": {"finished": "2026-01-01T00:00:00Z",
                      "outputs": {"tables/SO1-4.T2.csv": "a", "maps/status.tif": "b"}}
        },
        "data": {"vegetation_index": {"data/raw/XDL/ndvi_2000.nc": "c" * 64}},
    }  # fmt: skip
    code = "from sohandbook import figures, reporting_tables\n"
    code += "from sohandbook.indicators import land_degradation"
    shown = tracing.with_origin(
        page(code=code), chapter=chapter, country=Country.load("XDL"), content=content
    )
    box = shown.cells[-1].source
    for part in (
        "tables/SO1-4.T2.csv", "maps/status.tif", "0123456789ab", "2026-01-01T00:00:00Z",
        "notebooks/so1-4-land-degradation.ipynb", "lib/sohandbook/reporting_tables/",
        "lib/sohandbook/indicators/land_degradation.py", "data/raw/XDL/ndvi_2000.nc",
        "c" * tracing.CHECKSUM, "/chapters/so1-3-soil-organic-carbon", "(behind-so1-4)=",
        "/data-and-licences", "`vegetation_index`, for the grid",
    ):  # fmt: skip
        assert part in box
    assert "figures" not in box
    assert '<span id="SO1-4.T2"></span>' in box, "the page does not show this table"
