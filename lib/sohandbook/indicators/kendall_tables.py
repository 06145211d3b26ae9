"""How large a Mann-Kendall score must be: the exact null distribution, and Trends.Earth's table."""

import csv
import math
from functools import cache

import numpy as np

from sohandbook import paths
from sohandbook.errors import InputError

EXACT_YEARS = 60  # up to here we compute the distribution; beyond, the normal one is as good
NEVER = np.iinfo(np.int32).max
STEPS_OF_Z = 2048


@cache
def exact_p_values() -> np.ndarray:
    """Return the exact two-sided p of a score, without ties.

    Returns
    -------
    numpy.ndarray of float64, shape (61, 1771)
        ``[n, abs(S)]``: the probability of a score at least as far from 0 in *n* exchangeable
        years. Scores that *n* years cannot have get the value of the next one that they can.

    Notes
    -----
    The number of discordant pairs of *n* years is that of *n - 1* years plus a number uniform on
    0 to *n - 1* (Kendall 1975, section 5.2).
    """
    table = np.zeros((EXACT_YEARS + 1, EXACT_YEARS * (EXACT_YEARS - 1) // 2 + 1))
    discordant = np.ones(1)
    for years in range(EXACT_YEARS + 1):
        if years > 1:
            discordant = np.convolve(discordant, np.full(years, 1 / years))
        pairs = discordant.size - 1
        at_least = np.cumsum(discordant[::-1])[::-1]
        for score in range(pairs + 1):
            # S = 2 * concordant - pairs, so a score of at least s has (pairs + s) / 2 of them.
            table[years, score] = min(1.0, 2 * at_least[(pairs + score + 1) // 2])
    table[:, 0] = 1
    table.flags.writeable = False
    return table


@cache
def normal_p_values() -> np.ndarray:
    """Return the two-sided p of a normal z in steps of 1 / ``STEPS_OF_Z``, from 0 to 14.

    Straight lines between them are within 1e-5 of the true p, relatively, and three times
    faster than the error function. Beyond 14, p is less than 1e-43.
    """
    steps = np.arange(14 * STEPS_OF_Z + 2) / STEPS_OF_Z
    table = np.array([math.erfc(z / math.sqrt(2)) for z in steps])
    table[-2:] = 0
    table.flags.writeable = False
    return table


@cache
def critical_scores(significance: float) -> np.ndarray:
    """Return the least score with an exact two-sided p of at most ``significance``, by years."""
    reached = exact_p_values() <= significance
    score = np.arange(reached.shape[1])
    pairs = np.array([[years * (years - 1) // 2] for years in range(len(reached))])
    reached &= (score <= pairs) & ((pairs - score) % 2 == 0)  # scores that can come up
    return np.where(reached.any(axis=1), reached.argmax(axis=1), NEVER).astype(np.int32)


@cache
def trends_earth_critical_score(years: int, significance: float) -> int:
    """Return the least score that Trends.Earth calls significant.

    Its table holds one-sided values that it uses on both sides, so ``0.05`` is about 0.11
    in truth. A score equal to the 90 % value is not significant there at any level.
    """
    path = paths.data() / "trends_earth_mann_kendall.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    table = {int(row["years"]): row for row in rows}
    columns = {0.10: "score_90", 0.05: "score_95", 0.01: "score_99"}
    if significance not in columns:
        raise InputError(
            "significance in preset trends_earth",
            found=significance,
            allowed=columns,
            remedy="Use one of these, or the preset guidance, which computes any level.",
        )
    if years not in table:
        raise InputError(
            "years in preset trends_earth",
            found=years,
            allowed=f"{min(table)} to {max(table)}",
            remedy="Give a series of that length, or use the preset guidance.",
        )
    row = table[years]
    return max(int(row[columns[significance]]), int(row["score_90"]) + 1)
