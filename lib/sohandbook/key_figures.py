"""The answer first: a place at the top of a page that later cells fill.

A reader wants the key figures before the method, but the notebook computes
them at the end. :class:`Answer` shows an empty place early and fills it
later, in JupyterLab and in an executed notebook alike.
"""

import html
from dataclasses import dataclass

from IPython.display import HTML, DisplayHandle, display

from sohandbook.errors import InputError
from sohandbook.language import numbers, translate


@dataclass(frozen=True)
class KeyFigure:
    """One number that answers the chapter's question.

    Attributes
    ----------
    label : str
        What is counted.
    value : str
        The number as people read it.
    unit : str
        Its unit; for a share, what it is a share of.
    """

    label: str
    value: str
    unit: str


class Answer:
    """The place for the key figures; create it early, fill it once they are known."""

    def __init__(self) -> None:
        words = html.escape(translate("Run all cells: the answer appears here."))
        waiting = HTML(f'<p class="key-figures-waiting">{words}</p>')
        handle = display(waiting, display_id=True)
        # Outside Jupyter there is no display to come back to; tests call the library that way.
        self._handle: DisplayHandle | None = handle

    def show(self, *figures: KeyFigure) -> str:
        """Fill the place with the key figures and return them as HTML."""
        if not figures:
            raise InputError("key figures", found="none", allowed="one or more", remedy="Give one.")
        items = "".join(
            # JupyterLab floats <dt>, which tears label and value of a figure apart.
            '<div><dt style="float:none;width:auto">'
            f"{html.escape(translate(figure.label))}</dt>"
            f"<dd><strong>{html.escape(numbers(translate(figure.value)))}</strong> "
            f"{html.escape(translate(figure.unit))}</dd>"
            "</div>"
            for figure in figures
        )
        page = f'<dl class="key-figures">{items}</dl>'
        if self._handle is not None:
            self._handle.update(HTML(page))
        return page
