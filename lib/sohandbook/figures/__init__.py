"""Maps, charts and tables for the pages: each with a caption and an alternative in words."""

from sohandbook.figures.charts import bar_chart, line_chart, stacked_chart
from sohandbook.figures.display import Figure
from sohandbook.figures.interactive import interactive_map
from sohandbook.figures.maps import class_map, continuous_map, small_multiples
from sohandbook.figures.shares import describe_shares, share_chart
from sohandbook.figures.tables import dataset_table, stand_in_table, table
from sohandbook.figures.words import (
    describe_change,
    describe_classes,
    describe_series,
    describe_status,
)

__all__ = [
    "Figure",
    "bar_chart",
    "class_map",
    "continuous_map",
    "dataset_table",
    "describe_change",
    "describe_classes",
    "describe_series",
    "describe_shares",
    "describe_status",
    "interactive_map",
    "line_chart",
    "share_chart",
    "small_multiples",
    "stacked_chart",
    "stand_in_table",
    "table",
]
