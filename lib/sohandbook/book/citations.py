"""A Sphinx extension that writes the bibliography as a plain list.

docutils writes roles that WAI-ARIA has withdrawn, and labels that nobody needs
where citations name author and year.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def _visit(self: HTML5Translator, node: nodes.citation) -> None:
    for label in list(node.findall(nodes.label)):
        node.remove(label)
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<ul class="citation-list">\n')
    self.body.append(self.starttag(node, "li", CLASS="citation"))


def _depart(self: HTML5Translator, node: nodes.citation) -> None:
    self.body.append("</li>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        self.body.append("</ul>\n")


def setup(app: Sphinx) -> dict[str, object]:
    """Take the place of docutils' writer of citations."""
    app.add_node(nodes.citation, override=True, html=(_visit, _depart))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
