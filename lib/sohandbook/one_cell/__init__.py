"""One cell on paper: the numbers of each step of SO1, laid out so that a reader can follow them.

The tables are computed here with plain arithmetic and not with the kernels of
:mod:`sohandbook.indicators`, so that a lesson compares two independent ways.
"""

from sohandbook.one_cell.land import (
    carbon,
    choose,
    one_out_all_out,
    tonnes,
    transition,
)
from sohandbook.one_cell.productivity import (
    kendall_score,
    kendall_test,
    performance,
    state_classes,
    state_lines,
)

__all__ = [
    "carbon",
    "choose",
    "kendall_score",
    "kendall_test",
    "one_out_all_out",
    "performance",
    "state_classes",
    "state_lines",
    "tonnes",
    "transition",
]
