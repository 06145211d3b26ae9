"""What trainees touch: controls beside the map, chart and table that they move.

In JupyterLab these are live. In a page made to be read, without a kernel behind it, they
show what they would show at a few settings, as tables and figures that need no script.
"""

from sohandbook.widgets.drought import spi_explorer, weight_explorer
from sohandbook.widgets.land import (
    baseline_explorer,
    significance_explorer,
    threshold_explorer,
    transition_explorer,
)
from sohandbook.widgets.live import live
from sohandbook.widgets.matrix_editor import transition_matrix_editor
from sohandbook.widgets.site_editor import site_explorer
from sohandbook.widgets.swipe import swipe

__all__ = [
    "baseline_explorer",
    "live",
    "significance_explorer",
    "site_explorer",
    "spi_explorer",
    "swipe",
    "threshold_explorer",
    "transition_explorer",
    "transition_matrix_editor",
    "weight_explorer",
]
