"""Judging the indicators: evidence that the handbook measures, and scores open to change."""

from sohandbook.judging.evidence import measure
from sohandbook.judging.method import Method, read
from sohandbook.judging.reading import (
    OF_DATA,
    OF_WORK,
    criteria,
    for_reading,
    impacts,
    judgements,
    named,
    pairs_for_reading,
    scales,
    scoreboard,
    steadiness_for_reading,
)
from sohandbook.judging.scores import by_criterion, overall, ranks, reasons, steadiness
from sohandbook.judging.whole import alone, coverage, gaps, overlap, twins

__all__ = [
    "OF_DATA", "OF_WORK", "Method", "alone", "by_criterion", "coverage", "criteria",
    "for_reading", "gaps", "impacts", "judgements", "measure", "named", "overall", "overlap",
    "pairs_for_reading", "ranks", "read", "reasons", "scales", "scoreboard", "steadiness",
    "steadiness_for_reading", "twins",
]  # fmt: skip
