"""The set as a whole: does each indicator say something of its own, and do they say everything?"""

from itertools import combinations

import numpy as np
import pandas as pd

from sohandbook import chapters
from sohandbook.judging.evidence import MAPS_OF_STATUS, SAME_AS, inputs_of
from sohandbook.judging.method import Method
from sohandbook.report import Report

PARTS = {"so1-1": "land cover", "so1-2": "productivity", "so1-3": "soil organic carbon"}


def overlap(report: Report, method: Method) -> pd.DataFrame:
    """Return for each pair the share of their datasets that both rest on, in %.

    The share is that of Jaccard: shared datasets, of all datasets of the two. Datasets of
    earlier chapters count. Only pairs that share something are listed, most first.
    """
    by_id = {chapter.id: chapter for chapter in chapters.read()}
    inputs = {
        name: set(inputs_of(by_id[SAME_AS.get(name, name)], report.country))
        for name in method.indicators
    }
    rows = []
    for first, second in combinations(inputs, 2):
        both, either = inputs[first] & inputs[second], inputs[first] | inputs[second]
        if both:
            share = 100 * len(both) / len(either)
            rows.append((first, second, share, ", ".join(sorted(both))))
    frame = pd.DataFrame(rows, columns=["indicator", "other", "shared_inputs", "which"])
    return frame.sort_values("shared_inputs", ascending=False, kind="stable", ignore_index=True)


def twins() -> dict[str, str]:
    """Return the indicators that another one reports in full."""
    return dict(SAME_AS)


def alone(report: Report) -> pd.Series:
    """Return what the degraded land of the reporting period rests on, in % of it.

    Each part alone, or several at once. What is small here says little that the others do not.
    Empty where one of the three maps is missing.
    """
    names = [MAPS_OF_STATUS[part] for part in PARTS]
    if not report.has_maps(*names):
        return pd.Series(dtype=float)
    degraded = [np.asarray(report.map(name)) == -1 for name in names]
    area = np.broadcast_to(np.asarray(report.cell_area), degraded[0].shape)
    count = np.sum(degraded, axis=0)
    total = float(area[count > 0].sum())
    if not total:
        return pd.Series(dtype=float)
    shares = {
        f"{words} alone": 100 * float(area[one & (count == 1)].sum()) / total
        for words, one in zip(PARTS.values(), degraded, strict=True)
    }
    shares["several at once"] = 100 * float(area[count > 1].sum()) / total
    return pd.Series(shares)


def coverage(method: Method) -> pd.DataFrame:
    """Return the expected impacts with what measures each, and what is missing."""
    rows = [
        (
            code,
            impact.what,
            _listed(impact.measured_by, "in full"),
            _listed(impact.measured_by, "in part"),
            impact.missing,
        )
        for code, impact in method.impacts.items()
    ]
    return pd.DataFrame(rows, columns=["impact", "what", "in_full", "in_part", "missing"])


def gaps(method: Method) -> pd.DataFrame:
    """Return the impacts that no indicator measures in full, those without any first."""
    frame = coverage(method)
    frame = frame[frame["in_full"] == ""]
    order = (frame["in_part"] != "").astype(int)
    return frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _listed(measured_by: dict[str, str], how: str) -> str:
    codes = [name.upper().replace("SO", "SO ") for name, kind in measured_by.items() if kind == how]
    return ", ".join(codes)
