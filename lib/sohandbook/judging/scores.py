"""From evidence and judgements to scores, and how steady their order is."""

import numpy as np
import pandas as pd

from sohandbook.judging.method import Method

OF_JUDGEMENT = 25.0  # points a step: 0 to 4 becomes 0 to 100


def by_criterion(evidence: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Return the score of each indicator by each criterion, 0 to 100.

    It is the mean of the scores of the criterion's measures that could be made and, where we
    judge, of our judgement. Without any it is NaN.
    """
    rows = {}
    for name in evidence.index:
        judged = method.indicators[name]
        row = {}
        for key, criterion in method.criteria.items():
            points = [
                method.scales[measured].score(evidence.loc[name, measured])
                for measured in criterion.measures
                if np.isfinite(evidence.loc[name, measured])
            ]
            if key in judged:
                points.append(OF_JUDGEMENT * judged[key].score)
            row[key] = float(np.mean(points)) if points else np.nan
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")


def overall(scores: pd.DataFrame, method: Method) -> pd.Series:
    """Return the weighted mean of the criteria; one that has no score is left out."""
    weights = pd.Series({key: one.weight for key, one in method.criteria.items()})
    known = scores.notna().mul(weights, axis="columns")
    total = scores.mul(weights, axis="columns").sum(axis="columns") / known.sum(axis="columns")
    return total.rename("overall")


def ranks(scores: pd.DataFrame, method: Method) -> pd.Series:
    """Return the place of each indicator: 1 has the highest score, ties share the better place."""
    return overall(scores, method).round(6).rank(ascending=False, method="min").astype(int)


def steadiness(scores: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Say between which places each indicator moves when one weight is doubled or set to 0.

    Returns
    -------
    DataFrame
        ``place``, ``best`` and ``worst`` place, and the criterion ``moved_by`` most.
    """
    base = ranks(scores, method)
    tried = {}
    for key, criterion in method.criteria.items():
        for factor in (0.0, 2.0):
            changed = method.with_weights({key: factor * (criterion.weight or 1.0)})
            tried[key, factor] = ranks(scores, changed)
    every = pd.DataFrame(tried)
    moves = every.sub(base, axis="index").abs()
    return pd.DataFrame(
        {
            "place": base,
            "best": every.min(axis="columns").combine(base, min),
            "worst": every.max(axis="columns").combine(base, max),
            "moved_by": [
                moves.loc[name].idxmax()[0] if moves.loc[name].max() else "" for name in base.index
            ],
        }
    )


def reasons(method: Method) -> pd.DataFrame:
    """Return our judgements with reason and source, one row each."""
    rows = [
        (name, key, one.score, one.reason, one.source)
        for name, judged in method.indicators.items()
        for key, one in judged.items()
    ]
    return pd.DataFrame(rows, columns=["indicator", "criterion", "score", "reason", "source"])
