"""How sheets of the workbook look on screen and on paper: widths, heights, pages."""

import math
import re
from collections.abc import Mapping, Sequence

from openpyxl.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

# Pages of A4 at full size: width in units of column width, height in points. The unit is a digit
# of the font: where LibreOffice has none of Calibri's width it takes a wider one, and a page
# holds a quarter less than in Excel.
PORTRAIT, LANDSCAPE = (73.0, 700.0), (107.0, 460.0)
# Wider sheets lie on their side.
UPRIGHT_UNTIL = 88.0
# Points that a line of text needs: neither Excel nor LibreOffice fits rows to joined cells.
LINE_HEIGHT = 15.0
# A new page is not worth it while less than this share of the page is used.
LEAST_USED = 0.2


def lay_out(
    sheet: Worksheet,
    *,
    widths: Mapping[int, float],
    sections: Sequence[int],
    freeze: str,
    footer: str,
) -> None:
    """Set widths, heights and pages of a filled sheet.

    Parameters
    ----------
    sheet : Worksheet
    widths : mapping of int to float
        By column number, in letters.
    sections : sequence of int
        The rows where tables begin; a table is kept on one page where it fits.
    freeze : str
        The first cell that scrolls, for example ``B3``; empty for none.
    footer : str
    """
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    _set_heights(sheet, widths)
    sheet.sheet_view.showGridLines = False
    if freeze:
        sheet.freeze_panes = freeze
        sheet.print_title_rows = "1:1"
    room = sum(widths.values())
    upright = room <= UPRIGHT_UNTIL
    width, height = PORTRAIT if upright else LANDSCAPE
    share = min(1.0, width / room)
    setup = sheet.page_setup
    setup.orientation = "portrait" if upright else "landscape"
    setup.paperSize = sheet.PAPERSIZE_A4
    # Not "fit to page": Excel then ignores the breaks between tables.
    setup.scale = math.floor(100 * share)
    _break_pages(sheet, sections, height / share)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    # "&" begins a code in headers and footers.
    sheet.oddFooter.left.text = footer.replace("&", "&&")
    sheet.oddFooter.right.text = "&A, page &P of &N"


def _set_heights(sheet: Worksheet, widths: Mapping[int, float]) -> None:
    """Make rows as high as their longest text asks for."""
    joined = {
        (area.min_row, area.min_col): sum(
            width for column, width in widths.items() if area.min_col <= column <= area.max_col
        )
        for area in sheet.merged_cells.ranges
    }
    for cells in sheet.iter_rows():
        heights = [
            _height(cell, joined.get((cell.row, cell.column), widths.get(cell.column, 10.0)))
            for cell in cells
            if not isinstance(cell, MergedCell) and cell.alignment.wrap_text
        ]
        if max(heights, default=LINE_HEIGHT) > LINE_HEIGHT:
            sheet.row_dimensions[cells[0].row].height = max(heights) + 2


def _height(cell: Cell, width: float) -> float:
    """Return the height of a text that is broken at words, in points."""
    if not isinstance(cell.value, str):
        return LINE_HEIGHT
    size = cell.font.size / 11
    # Widths count digits; a letter is a little narrower, a bold one is not.
    room = max(1.0, (width - 1 - cell.alignment.indent) * (1.0 if cell.font.bold else 1.1) / size)
    lines = 0
    for part in cell.value.split("\n"):
        lines, used = lines + 1, 0.0
        for word in re.split(r"[ -]", part):
            if used and used + len(word) > room:
                lines, used = lines + 1, 0.0
            lines += max(0, math.ceil(len(word) / room) - 1)
            used += len(word) % room + 1
    return lines * LINE_HEIGHT * size


def _break_pages(sheet: Worksheet, sections: Sequence[int], page: float) -> None:
    """Begin a page where a table would not end on the one where it begins."""
    if not sections:
        return
    heights = [sheet.row_dimensions[row].height or LINE_HEIGHT
               for row in range(1, sheet.max_row + 1)]  # fmt: skip
    used = sum(heights[: sections[0] - 1])
    for start, end in zip(sections, [*sections[1:], sheet.max_row + 1], strict=True):
        needed = sum(heights[start - 1 : end - 1])
        if used + needed > page and used > LEAST_USED * page:
            sheet.row_breaks.append(Break(id=start - 1))
            used = heights[0]
        used = (used + needed) % page
