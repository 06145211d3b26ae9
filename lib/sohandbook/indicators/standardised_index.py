"""Compiled kernels that turn monthly sums into standard normal scores.

One pass over blocks of neighbouring cells: add up the months, fit one
distribution per cell and calendar month on the reference years, and turn
every sum into the quantile of the standard normal distribution that has the
same probability. Called by :mod:`sohandbook.indicators.drought_hazard`.

Equations
---------
Gamma, location fixed at zero, fitted in closed form (Thom 1958)::

    A = ln(mean) - mean(ln),   shape = (1 + sqrt(1 + 4 A / 3)) / (4 A),   scale = mean / shape

Probability with a share of zeros q (McKee et al. 1993): ``H(x) = q + (1 - q) G(x)``.

Log-logistic (generalised logistic), fitted with L-moments from unbiased
probability-weighted moments (Hosking and Wallis 1997; Vicente-Serrano et al. 2010)::

    F(x) = 1 / (1 + exp(-y)),   y = -ln(1 - k (x - location) / scale) / k

Speed
-----
Where ``shape >= 5`` we do not go through the incomplete
gamma function and back. Temme's uniform expansion (Temme 1979, 1992) gives the
normal score at once: with ``eta**2 / 2 = x/mean - 1 - ln(x/mean)``, sign as ``x - mean``::

    z = sqrt(shape) * (eta + d1(eta) / shape + d2(eta) / shape**2 + d3(eta) / shape**3)

The logarithm in it is the one that the fit has already taken. Against the
exact function the error is below 5e-6 for all ``|z| <= 3.3`` (tests measure it).
"""

import math

import numpy as np
from numba import njit

from sohandbook.indicators.probability import gamma_probability, normal_quantile

# Cells taken together: 64 float32 in a row are four cache lines, and all working arrays of
# one calendar month stay in the second-level cache.
BLOCK = 64
# Relative spread of the reference sums below which they count as constant.
CONSTANT = 1e-12
TEMME_SHAPE = 5.0
TEMME_ETA = 1.7

# Taylor coefficients of d1, d2, d3 in eta, from the differential equation that
# P(shape, x) = Phi(z) gives (Temme 1992, section 3, solved for the inverse). With
# mu = x/mean - 1:  d1 = ln(mu/eta)/eta,  d2 = (d1' + 1/12 - d1^2/2)/eta,
# d3 = (d2' - d1'^2/2 - d1 d2)/eta.  A test derives them again in exact fractions.
TEMME = np.zeros((3, 14))
TEMME[0, :14] = (
    3.333333333333333e-1, -2.777777777777778e-2, -6.172839506172840e-4, 1.080246913580247e-3,
    -2.755731922398589e-4, 2.874126330916453e-5, 6.185087203605724e-6, -3.776373375138808e-6,
    9.120511014991657e-7, -7.735470535130860e-8, -3.240005323389690e-8, 1.685720940069024e-8,
    -3.931682661516204e-9, 2.813428951044e-10,
)  # fmt: skip
TEMME[1, :10] = (
    8.024691358024690e-3, 3.060699588477367e-3, -1.479521849892220e-3, 2.653803862651599e-4,
    2.054211030548481e-5, -2.845151454119219e-5, 9.042436525861308e-6, -1.170308640474156e-6,
    -2.739730720945968e-7, 2.000144036437055e-7,
)  # fmt: skip
TEMME[2, :6] = (
    -3.790662355477170e-3, 1.468546552137087e-3, -8.078717312256396e-5, -1.463616853920352e-4,
    7.146445062214698e-5, -1.457765916742594e-5,
)  # fmt: skip


@njit(cache=True, nogil=True)
def _sum_windows(values, season, months, start, lowest, sums):
    """Add up the ``months`` up to calendar month ``season`` of every year, for one block.

    Each window is added afresh: a running sum that adds and subtracts leaves 1e-13
    where no rain fell, and a rainless window must be exactly zero.
    """
    years, width = sums.shape
    for year in range(years):
        last = 12 * year + season
        for cell in range(width):
            sums[year, cell] = 0.0 if last >= months - 1 else np.nan
        if last >= months - 1:
            for month in range(last - months + 1, last + 1):
                for cell in range(width):
                    value = values[month, start + cell]
                    sums[year, cell] += value if value >= lowest else np.nan


@njit(cache=True, nogil=True)
def _gamma_column(sums, logs, first, last, needed, zero_position, clip, scores):
    """Score one cell's sums (one calendar month, all years) with a gamma distribution."""
    present = zeros = positive = 0
    total = log_total = 0.0
    for year in range(len(sums)):
        value = sums[year]
        logs[year] = math.log(value) if value > 0.0 else 0.0
        if first <= year < last and value >= 0.0:
            present += 1
            if value == 0.0:
                zeros += 1
            else:
                positive += 1
                total += value
                log_total += logs[year]
    scores[:] = np.nan
    if present < needed or positive < 2:
        return
    mean = total / positive
    log_mean = math.log(mean)
    spread = log_mean - log_total / positive
    if spread < CONSTANT:
        return
    shape = (1.0 + math.sqrt(1.0 + 4.0 * spread / 3.0)) / (4.0 * spread)
    root, log_shape, log_gamma = math.sqrt(shape), math.log(shape), math.lgamma(shape)
    dry = zeros / present
    dry_score = normal_quantile(dry * zero_position)
    terms = (TEMME[0] + (TEMME[1] + TEMME[2] / shape) / shape) / shape
    for year in range(len(sums)):
        value = sums[year]
        if value == 0.0:
            score = dry_score
        elif value > 0.0:
            ratio, log_ratio = value / mean, logs[year] - log_mean
            eta = math.sqrt(max(0.0, 2.0 * (ratio - 1.0 - log_ratio)))
            if ratio < 1.0:
                eta = -eta
            if shape >= TEMME_SHAPE and abs(eta) <= TEMME_ETA:
                series = 0.0
                for power in range(len(terms) - 1, -1, -1):
                    series = series * eta + terms[power]
                score = root * (eta + series)
                if zeros > 0:
                    below = 0.5 * math.erfc(-score / math.sqrt(2.0))
                    score = normal_quantile(dry + (1.0 - dry) * below)
            else:
                below = gamma_probability(shape, shape * ratio, log_shape + log_ratio, log_gamma)
                score = normal_quantile(dry + (1.0 - dry) * below)
        else:
            continue
        scores[year] = min(clip, max(-clip, score))


@njit(cache=True, nogil=True)
def _log_logistic_column(sums, sample, first, last, needed, clip, scores):
    """Score one cell's sums (one calendar month, all years) with a log-logistic distribution."""
    present = 0
    for year in range(first, last):
        if not math.isnan(sums[year]):
            sample[present] = sums[year]
            present += 1
    scores[:] = np.nan
    if present < max(needed, 4):
        return
    ordered = np.sort(sample[:present])
    b0 = b1 = b2 = 0.0
    for rank in range(present):
        b0 += ordered[rank]
        b1 += ordered[rank] * rank / (present - 1.0)
        b2 += ordered[rank] * rank * (rank - 1.0) / ((present - 1.0) * (present - 2.0))
    b0, b1, b2 = b0 / present, b1 / present, b2 / present
    l2, l3 = 2.0 * b1 - b0, 6.0 * b2 - 6.0 * b1 + b0
    if l2 <= CONSTANT * max(1.0, abs(b0)) or abs(l3) >= l2:
        return
    k = -l3 / l2
    if abs(k) < 1e-6:
        scale, location = l2, b0
    else:
        g = k * math.pi / math.sin(k * math.pi)
        scale = l2 / g
        location = b0 - scale * (1.0 - g) / k
    for year in range(len(sums)):
        if math.isnan(sums[year]):
            continue
        y = (sums[year] - location) / scale
        if abs(k) >= 1e-6:
            inside = 1.0 - k * y
            # Beyond the end of the distribution the probability is 0 or 1.
            y = -math.log(inside) / k if inside > 0.0 else math.copysign(math.inf, k)
        score = normal_quantile(1.0 / (1.0 + math.exp(-y)) if y > -700.0 else 0.0)
        scores[year] = min(clip, max(-clip, score))


@njit(cache=True, nogil=True)
def scores(values, seasons, months, first, last, needed, gamma, zero_position, clip):
    """Return standard normal scores of sums over ``months``.

    Parameters
    ----------
    values : ndarray, shape (12 * years, cells)
        Monthly values from a January to a December; rain where ``gamma`` (values below
        zero are taken as missing), else a water balance. NaN is missing, and makes
        every sum that needs it missing.
    seasons : ndarray of int
        Calendar months of the windows' ends, 0 to 11.
    months : int
        Length of a window.
    first, last : int
        The reference years as positions, ``last`` excluded.
    needed : int
        Sums that must be present among the reference years; fewer give NaN.
    gamma : bool
        Gamma, or else log-logistic.
    zero_position : float
        Where in the probability of zero a rainless sum is put: 1 top, 0.5 middle.
    clip : float
        Scores stop at plus and minus this.

    Returns
    -------
    ndarray of float32, shape (years * len(seasons), cells)
        In order of time.
    """
    years, cells, width = values.shape[0] // 12, values.shape[1], BLOCK
    out = np.empty((years * len(seasons), cells), np.float32)
    sums = np.empty((years, width))
    column, work, scored = np.empty(years), np.empty(years), np.empty(years)
    lowest = 0.0 if gamma else -np.inf
    for start in range(0, cells, width):
        block = sums[:, : min(width, cells - start)]
        for position, season in enumerate(seasons):
            _sum_windows(values, season, months, start, lowest, block)
            for cell in range(block.shape[1]):
                for year in range(years):
                    column[year] = block[year, cell]
                if gamma:
                    _gamma_column(column, work, first, last, needed, zero_position, clip, scored)
                else:
                    _log_logistic_column(column, work, first, last, needed, clip, scored)
                for year in range(years):
                    out[year * len(seasons) + position, start + cell] = scored[year]
    return out
