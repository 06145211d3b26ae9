"""Mann-Kendall test and least-squares slope of short series, many cells at a time.

The score :math:`S = \\sum_{j<k} \\mathrm{sign}(y_k - y_j)` needs every pair of years. We take the
pairs in the outer loops and the cells of a row in the inner one, so that the processor
compares many cells at once. Counting *greater* and *greater or equal* gives ties for free.
With :math:`e_k` earlier years equal to year *k*, the sum over groups of *t* equal years
:math:`\\sum t(t-1)(2t+5)` is :math:`\\sum_k 6 e_k (e_k + 2)`, so that
nothing is sorted. Comparisons with NaN are false, so missing years need no care either.

References
----------
Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods, 4th ed., ch. 4-5;
Sen (1968), J. Am. Stat. Assoc. 63, 1379-1389.
"""

import math
from statistics import NormalDist

import numba
import numpy as np

from sohandbook.errors import InputError
from sohandbook.indicators.kendall_tables import (
    EXACT_YEARS,
    NEVER,
    STEPS_OF_Z,
    critical_scores,
    exact_p_values,
    normal_p_values,
)

MOST_YEARS = 1000  # the tie term of so many equal years still fits in 32 bits

# Cells of a row that are worked on together: their years stay in the second-level cache.
_TILE = 1024


def statistics(block: np.ndarray, years: np.ndarray, *, sen: bool) -> tuple[np.ndarray, ...]:
    """Return score, number of years, p and slope of each cell of a (year, y, x) block.

    Score int32, years int16, p and slope per year float32, NaN where a cell has less than two
    years. The slope is that of least squares, or the median of all pairs with ``sen``.
    """
    block = _contiguous(block)
    shape = block.shape[1:]
    score, count = np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.int16)
    p, slope = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
    _statistics(block, years, exact_p_values(), normal_p_values(), score, count, p, slope)
    if sen:
        _sen_slope(block, years, slope)
    return score, count, p, slope


def status(
    block: np.ndarray,
    years: np.ndarray,
    *,
    significance: float,
    minimum_years: int,
    nodata: int,
) -> np.ndarray:
    """Return the sign of each significant score, 0 elsewhere, for a (year, y, x) block."""
    block = _contiguous(block)
    out = np.empty(block.shape[1:], dtype=np.int8)
    critical = np.full(block.shape[0] + 1, NEVER, dtype=np.int32)
    known = critical_scores(significance)[: critical.size]
    critical[: known.size] = known
    z = NormalDist().inv_cdf(1 - significance / 2)
    _status(block, years, critical, z * z, -1.0, minimum_years, nodata, out)
    return out


def trends_earth_status(
    block: np.ndarray,
    years: np.ndarray,
    *,
    critical: int,
    least_slope: float,
    minimum_years: int,
    nodata: int,
) -> np.ndarray:
    """Return the sign of the slope where score and slope pass Trends.Earth's limits."""
    block = _contiguous(block)
    out = np.empty(block.shape[1:], dtype=np.int8)
    scores = np.full(block.shape[0] + 1, critical, dtype=np.int32)
    _status(block, years, scores, -1.0, least_slope, minimum_years, nodata, out)
    return out


def _contiguous(block: np.ndarray) -> np.ndarray:
    """Return a float block with cells of a row side by side; float64 stays float64."""
    if len(block) > MOST_YEARS:
        raise InputError(
            "years of a trend",
            found=len(block),
            allowed=f"at most {MOST_YEARS}",
            remedy="Give yearly values, not composites.",
        )
    return np.ascontiguousarray(block, dtype=np.result_type(block.dtype, np.float32))


@numba.njit(cache=True, nogil=True)
def _scan(block, y, x0, x1, years, score, ties, count, slope, work, moments):
    """Fill score, tie term, number of years and slope of the cells x0 to x1 of row y.

    An empty ``slope`` is not filled.
    """
    n = block.shape[0]
    width = x1 - x0
    one, both, zero = np.int32(2), np.int32(2 << 16), np.int32(0)
    score, ties, count, work = score[:width], ties[:width], count[:width], work[:width]
    slope = slope[:width]
    for x in range(width):
        score[x] = 0
        ties[x] = 0
        count[x] = 0
    _count_and_project(block, y, x0, x1, years, count, moments[0])
    if count.max() < 2:
        slope[:] = np.nan
        return
    if slope.size:
        slope[:] = moments[0, :width]
        if count.min() < n:
            _gappy_slope(block, y, x0, x1, years, slope, moments)

    for x in range(width):
        count[x] = 0
    for k in range(n):
        here = block[k, y, x0:x1]
        for x in range(width):
            work[x] = 0
        # Low half: twice the number of earlier years that are less; high half: less or equal.
        # Adding 2 and not 1 lets the compiler use one masked addition per comparison.
        j = 0
        while j + 4 <= k:
            a, b = block[j, y, x0:x1], block[j + 1, y, x0:x1]
            c, d = block[j + 2, y, x0:x1], block[j + 3, y, x0:x1]
            for x in range(width):
                counts, value = work[x], here[x]
                counts = np.int32(counts + (one if value > a[x] else zero))
                counts = np.int32(counts + (both if value >= a[x] else zero))
                counts = np.int32(counts + (one if value > b[x] else zero))
                counts = np.int32(counts + (both if value >= b[x] else zero))
                counts = np.int32(counts + (one if value > c[x] else zero))
                counts = np.int32(counts + (both if value >= c[x] else zero))
                counts = np.int32(counts + (one if value > d[x] else zero))
                counts = np.int32(counts + (both if value >= d[x] else zero))
                work[x] = counts
            j += 4
        while j < k:
            a = block[j, y, x0:x1]
            for x in range(width):
                counts, value = work[x], here[x]
                counts = np.int32(counts + (one if value > a[x] else zero))
                counts = np.int32(counts + (both if value >= a[x] else zero))
                work[x] = counts
            j += 1
        for x in range(width):
            valid = here[x] == here[x]
            less = (work[x] & 0xFFFF) >> 1
            less_or_equal = work[x] >> 17
            earlier = count[x] if valid else 0
            equal = less_or_equal - less
            score[x] += less + less_or_equal - earlier
            ties[x] += 6 * equal * (equal + 2)
            count[x] += valid


@numba.njit(cache=True, nogil=True)
def _count_and_project(block, y, x0, x1, years, count, slope):
    """Fill the number of years, and the slope of cells that have them all (NaN in others)."""
    n = block.shape[0]
    width = x1 - x0
    centred = years - years.mean()
    weights = centred / (centred * centred).sum()
    slope = slope[:width]
    slope[:] = 0
    k = 0
    while k + 4 <= n:
        a, b = block[k, y, x0:x1], block[k + 1, y, x0:x1]
        c, d = block[k + 2, y, x0:x1], block[k + 3, y, x0:x1]
        p, q, r, s = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for x in range(width):
            count[x] += np.int32((a[x] == a[x]) + (b[x] == b[x]) + (c[x] == c[x]) + (d[x] == d[x]))
            slope[x] += p * a[x] + q * b[x] + r * c[x] + s * d[x]
        k += 4
    while k < n:
        a, p = block[k, y, x0:x1], weights[k]
        for x in range(width):
            count[x] += np.int32(a[x] == a[x])
            slope[x] += p * a[x]
        k += 1


@numba.njit(cache=True, nogil=True)
def _gappy_slope(block, y, x0, x1, years, slope, moments):
    """Fill the slope of cells that miss a year; the others keep theirs, whatever the tile."""
    n = block.shape[0]
    width = x1 - x0
    centred = years - years.mean()
    moments[:, :width] = 0
    number, t, tt, v, tv = (
        moments[0, :width],
        moments[1, :width],
        moments[2, :width],
        moments[3, :width],
        moments[4, :width],
    )
    for k in range(n):
        here = block[k, y, x0:x1]
        year = centred[k]
        for x in range(width):
            valid = here[x] == here[x]
            present = 1.0 if valid else 0.0
            value = np.float64(here[x]) if valid else 0.0
            number[x] += present
            t[x] += year * present
            tt[x] += year * year * present
            v[x] += value
            tv[x] += year * value
    for x in range(width):
        if number[x] < 2:
            slope[x] = np.nan
        elif number[x] < n:
            spread = tt[x] - t[x] * t[x] / number[x]
            slope[x] = (tv[x] - t[x] * v[x] / number[x]) / spread


@numba.njit(cache=True, nogil=True)
def _statistics(block, years, exact, normal, score, count, p, slope):
    width = min(_TILE, block.shape[2])
    ties, work = np.empty(width, dtype=np.int32), np.empty(width, dtype=np.int32)
    moments = np.empty((5, width))
    tile_score, tile_count = np.empty(width, dtype=np.int32), np.empty(width, dtype=np.int32)
    tile_slope = np.empty(width)
    for y in range(block.shape[1]):
        for x0 in range(0, block.shape[2], width):
            x1 = min(x0 + width, block.shape[2])
            _scan(block, y, x0, x1, years, tile_score, ties, tile_count, tile_slope, work, moments)
            for x in range(x1 - x0):
                n, s = tile_count[x], abs(tile_score[x])
                score[y, x0 + x] = tile_score[x]
                count[y, x0 + x] = n
                slope[y, x0 + x] = tile_slope[x]
                if n < 2:
                    p[y, x0 + x] = np.nan
                elif ties[x] == 0 and n < exact.shape[0]:
                    p[y, x0 + x] = exact[n, s]
                elif s <= 1:
                    p[y, x0 + x] = 1.0
                else:
                    z = (s - 1) / math.sqrt(_variance(n, ties[x])) * STEPS_OF_Z
                    step = min(int(z), normal.size - 2)
                    p[y, x0 + x] = normal[step] + (z - step) * (normal[step + 1] - normal[step])


@numba.njit(cache=True, nogil=True)
def _status(block, years, critical, z_squared, least_slope, minimum_years, nodata, out):
    width = min(_TILE, block.shape[2])
    score, count = np.empty(width, dtype=np.int32), np.empty(width, dtype=np.int32)
    ties, work = np.empty(width, dtype=np.int32), np.empty(width, dtype=np.int32)
    by_slope = least_slope >= 0
    slope, moments = np.empty(width if by_slope else 0), np.empty((5, width))
    variance = np.array([_variance(n, 0) for n in range(critical.size)])
    for y in range(block.shape[1]):
        for x0 in range(0, block.shape[2], width):
            x1 = min(x0 + width, block.shape[2])
            _scan(block, y, x0, x1, years, score, ties, count, slope, work, moments)
            for x in range(x1 - x0):
                n, s = count[x], abs(score[x])
                far = (s - 1.0) * (s - 1.0) >= z_squared * (variance[n] - ties[x] / 18.0)
                exact = by_slope or (ties[x] == 0 and n <= EXACT_YEARS)
                significant = s >= critical[n] if exact else (s > 1 and far)
                sign = np.int8(score[x] > 0) - np.int8(score[x] < 0)
                if by_slope:
                    sign = np.int8(slope[x] > least_slope) - np.int8(slope[x] < -least_slope)
                trend = sign if significant else 0
                out[y, x0 + x] = trend if n >= minimum_years else nodata


@numba.njit(cache=True, nogil=True)
def _variance(n, ties):
    """Return the variance of the score of n years (Kendall 1975, eq. 4.4)."""
    return (n * (n - 1) * (2 * n + 5) - ties) / 18.0


@numba.njit(cache=True, nogil=True)
def _sen_slope(block, years, slope):
    n = block.shape[0]
    slopes = np.empty(n * (n - 1) // 2)
    for y in range(block.shape[1]):
        for x in range(block.shape[2]):
            pairs = 0
            for k in range(1, n):
                for j in range(k):
                    difference = np.float64(block[k, y, x]) - block[j, y, x]
                    if difference == difference:
                        slopes[pairs] = difference / (years[k] - years[j])
                        pairs += 1
            slope[y, x] = np.median(slopes[:pairs]) if pairs else np.nan
