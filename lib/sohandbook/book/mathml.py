"""A Sphinx extension that writes formulas as MathML while the book is built.

Every current browser draws MathML and screen readers speak it, so a page needs
neither JavaScript nor fonts from elsewhere for its formulas.
"""

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def mathml(latex: str, *, display: str = "inline") -> str:
    """Return a LaTeX formula as MathML.

    Raises
    ------
    ValueError
        A command is not known, or the formula is not well formed.
    """
    try:
        # 'aligned' is not known to latex2mathml, and 'split' is drawn in the same way
        result = convert(latex.replace("{aligned}", "{split}"), display=display)
    except Exception as error:  # latex2mathml raises many unrelated classes
        raise ValueError(f"formula {latex!r} is not well formed: {error!r}") from error
    if unknown := re.findall(r"\\\w+|<mi>&</mi>", result):
        raise ValueError(f"formula {latex!r} has unknown parts: {', '.join(unknown)}")
    return result


def _or_warning(node: nodes.Element, display: str) -> str:
    try:
        return mathml(node.astext(), display=display)
    except ValueError as error:
        logger.warning("%s", error, location=node)
        return ""


def _visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(_or_warning(node, "inline"))
    raise nodes.SkipNode


def _visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    # A formula may be wider than a phone: it scrolls in its own box, by keyboard too.
    self.body.append(self.starttag(node, "div", CLASS="math-block", tabindex="0"))
    self.body.append(_or_warning(node, "block"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, object]:
    """Register the renderer; ``html_math_renderer: mathml`` in ``_config.yml`` chooses it."""
    # Jupyter Book sets this option of an extension that we leave out.
    app.add_config_value("comments_config", {}, "html")
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
