"""Controls that keep their keys: JupyterLab would take them for orders to the notebook.

In JupyterLab an arrow at a list moves to the next cell, and two zeros restart the kernel.
"""

from typing import Any

import ipywidgets
from IPython.display import HTML, display

# The window hears a key before JupyterLab does, and JupyterLab leaves out what is so marked.
# Keys with Ctrl, Alt or Cmd, and Shift with Enter, still go to the notebook. The handle of a
# slider has no name of its own to be read aloud, so it gets that of its label.
SCRIPT = """<script>
if (!window.sohandbookKeys) {
  window.sohandbookKeys = true;
  window.addEventListener("keydown", (event) => {
    if (!event.target.closest?.(".jp-OutputArea-output")) return;
    const order = event.ctrlKey || event.metaKey || event.altKey ||
      (event.shiftKey && event.key === "Enter");
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !order);
  }, true);
  window.addEventListener("focusin", (event) => {
    const label = event.target.matches?.(".noUi-handle:not([aria-label])") &&
      event.target.closest(".jupyter-widgets")?.querySelector("label");
    if (label) event.target.setAttribute("aria-label", label.textContent);
  }, true);
}
</script>"""


class Controls(ipywidgets.VBox):
    """Widgets one under the other, for people with a mouse and people with a keyboard."""

    def _ipython_display_(self, **_: Any) -> None:
        display(HTML(SCRIPT))
        display(self._repr_mimebundle_(), raw=True)
