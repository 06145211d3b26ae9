"""The tables of the chapter on judging, in words that people read."""

from collections.abc import Sequence

import pandas as pd

from sohandbook.figures.words import readable
from sohandbook.judging.method import Method
from sohandbook.judging.scores import overall, reasons
from sohandbook.language import translate

OF_DATA = (
    "coverage", "lag", "cell_size", "open_rules", "comparisons", "range_of_choices", "truth",
)  # fmt: skip
OF_WORK = (
    "time_share", "people_share", "inputs", "feeds", "by_sex", "frameworks", "open_sources",
)  # fmt: skip


def code(indicator: str) -> str:
    """Return an indicator's code as people write it: ``SO 1-4``."""
    return indicator.upper().replace("SO", "SO ")


def in_words(source: str) -> str:
    """Return a source without the file's short names."""
    return source.replace("MAN,", "reporting manual,")


def named(values: pd.Series) -> pd.Series:
    """Return a series with the indicators' codes as its index."""
    return values.rename(code)


def criteria(method: Method) -> pd.DataFrame:
    """Return the criteria with their questions, weights and measures."""
    rows = [
        (
            key.capitalize(),
            one.question,
            f"{one.weight:g}",
            "; ".join(translate(method.scales[name].label) for name in one.measures)
            or "our judgement",
        )
        for key, one in method.criteria.items()
    ]
    return pd.DataFrame(rows, columns=["Criterion", "Question", "Weight", "Measured by"])


def scales(method: Method) -> pd.DataFrame:
    """Return the ends of each measure's scale, with reason and source."""
    rows = [
        (
            one.label,
            translate(
                "{worst} to {best} {unit}",
                worst=f"{one.worst:g}",
                best=f"{one.best:g}",
                unit=translate(one.unit),
            ),
            one.reason,
            in_words(one.source),
        )
        for one in method.scales.values()
    ]
    return pd.DataFrame(rows, columns=["Measure", "From worst to best", "Reason", "Source"])


def for_reading(evidence: pd.DataFrame, method: Method, *, columns: Sequence[str]) -> pd.DataFrame:
    """Return some of the evidence under words with units."""
    words = {
        name: translate(label)
        if unit in label.lower().split()
        else f"{translate(label)} ({translate(unit)})"
        for name in columns
        for label, unit in [(method.scales[name].label, method.scales[name].unit)]
    }
    frame = evidence[list(columns)].rename(columns=words, index=code)
    return frame.rename_axis("Indicator")


def scoreboard(scores: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Return the scores by criterion with the overall one."""
    frame = scores.rename(columns=str.capitalize).assign(Overall=overall(scores, method))
    return frame.rename(index=code).rename_axis("Indicator")


def steadiness_for_reading(places: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`sohandbook.judging.steadiness` under words, by place."""
    frame = places.sort_values("place").rename(
        columns={
            "place": "Place", "best": "Best place", "worst": "Worst place",
            "moved_by": "Moved most by the weight of",
        }
    )  # fmt: skip
    return frame.rename(index=code).rename_axis("Indicator")


def judgements(method: Method, criterion: str) -> pd.DataFrame:
    """Return our judgements by one criterion under words."""
    found = reasons(method)
    found = found[found["criterion"] == criterion].drop(columns="criterion")
    words = found.rename(columns=str.capitalize).rename(columns={"Score": "Score (0 to 4)"})
    return words.assign(
        Indicator=words["Indicator"].map(code), Source=words["Source"].map(in_words)
    )


def impacts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`sohandbook.judging.coverage` under words."""
    return frame.set_axis(
        ["Impact", "What is wanted", "Measured in full by", "In part by", "What no indicator sees"],
        axis="columns",
    )


def pairs_for_reading(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`sohandbook.judging.overlap` under words."""
    return pd.DataFrame(
        {
            "Indicators": [
                translate("{one} and {other}", one=code(one.indicator), other=code(one.other))
                for one in pairs.itertuples()
            ],
            "Shared (%)": pairs["shared_inputs"].to_list(),
            "Both rest on": [
                translate(", ").join(readable(name) for name in which.split(", "))
                for which in pairs["which"]
            ],
        }
    )
