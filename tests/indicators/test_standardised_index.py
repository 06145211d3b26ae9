"""The kernels against scipy, exact fractions and a plain second implementation."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import special

from sohandbook.indicators import standardised_index as kernels

TERMS = 16


def scored(sums, *, gamma=True, needed=1, zero_position=0.5, clip=5.0, reference=None):
    """Score yearly sums, laid out as the rain of Decembers."""
    sums = np.asarray(sums, dtype=float)
    monthly = np.zeros((12 * len(sums), 1))
    monthly[11::12, 0] = sums
    first, last = reference or (0, len(sums))
    return kernels.scores(
        monthly, np.array([11]), 12, first, last, needed, gamma, zero_position, clip
    )[:, 0]


def plain_gamma(sums, zero_position=0.5, clip=5.0, reference=slice(None)):
    """Return the index as the equations say, cell by cell, with scipy."""
    wet = sums[reference][sums[reference] > 0]
    spread = np.log(wet.mean()) - np.log(wet).mean()
    shape = (1 + np.sqrt(1 + 4 * spread / 3)) / (4 * spread)
    dry = (sums[reference] == 0).mean()
    below = dry + (1 - dry) * special.gammainc(shape, sums * shape / wet.mean())
    return np.clip(special.ndtri(np.where(sums == 0, dry * zero_position, below)), -clip, clip)


def test_temme_coefficients_follow_from_the_equation_in_exact_fractions():
    def times(a, b):
        return [sum(a[j] * b[n - j] for j in range(n + 1)) for n in range(TERMS)]

    def slope(a):
        return [(n + 1) * a[n + 1] for n in range(TERMS - 1)] + [Fraction(0)]

    def divided_by_eta(a):
        assert a[0] == 0
        return [*a[1:], Fraction(0)]

    # mu = x/mean - 1 as a series in eta, from mu mu' = eta (1 + mu).
    mu = [Fraction(0), Fraction(1)]
    for n in range(2, TERMS + 2):
        mu.append(
            (mu[n - 1] * Fraction(2, n + 1) - sum(mu[i] * mu[n + 1 - i] for i in range(2, n))) / 2
        )
    ratio, log_ratio = mu[1 : TERMS + 1], [Fraction(0)]
    for n in range(1, TERMS):
        known = sum((k * log_ratio[k] * ratio[n - k] for k in range(1, n)), Fraction(0))
        log_ratio.append(ratio[n] - known / n)
    d1 = divided_by_eta(log_ratio)
    right = [a - b / 2 for a, b in zip(slope(d1), times(d1, d1), strict=True)]
    right[0] += Fraction(1, 12)
    d2 = divided_by_eta(right)
    d3 = divided_by_eta(
        [
            a - b / 2 - c
            for a, b, c in zip(slope(d2), times(slope(d1), slope(d1)), times(d1, d2), strict=True)
        ]
    )
    for ours, exact, terms in zip(kernels.TEMME, (d1, d2, d3), (14, 10, 6), strict=True):
        np.testing.assert_allclose(
            ours[:terms], [float(value) for value in exact[:terms]], rtol=1e-9
        )
        assert not ours[terms:].any()


@pytest.mark.parametrize("shape", [5.02, 6.0, 8.0, 12.0, 40.0, 300.0, 5000.0])
def test_the_short_way_is_as_good_as_the_long_one(shape):
    # A reference of even probabilities has Thom's shape a little above its own; then the
    # whole range of scores follows.
    usual = special.gammaincinv(shape, (np.arange(500) + 0.5) / 500)
    tails = special.gammaincinv(shape, special.ndtr(np.linspace(-3.3, 3.3, 600)))
    sums = 7.0 * np.r_[usual, tails]
    exact = plain_gamma(sums, reference=slice(0, 500))
    assert 0 < np.abs(scored(sums, reference=(0, 500)) - exact).max() < 5e-6


@pytest.mark.parametrize("dry", [0.0, 0.1, 0.6, 0.95])
@pytest.mark.parametrize("shape", [0.4, 3.0, 20.0])
@pytest.mark.parametrize("zero_position", [0.5, 1.0])
def test_scores_agree_with_a_plain_implementation(dry, shape, zero_position):
    random = np.random.default_rng(7)
    sums = random.gamma(shape, 50.0, 300)
    sums[: int(dry * 300)] = 0.0
    ours = scored(sums, zero_position=zero_position)
    np.testing.assert_allclose(ours, plain_gamma(sums, zero_position), rtol=0, atol=5e-6)


def test_sums_without_rain_are_exactly_zero():
    # 0.1 + 0.2 - 0.3 is not zero in floating point; a window that has left the rain behind is.
    monthly = np.zeros((12 * 30, 1))
    monthly[0:12, 0] = [0.1, 0.2, 0.3, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    monthly[24:36, 0] = monthly[0:12, 0] * 1.7
    index = kernels.scores(monthly, np.array([11]), 12, 0, 30, 1, True, 0.5, 5.0)[:, 0]
    dry = special.ndtri(28 / 30 / 2)
    np.testing.assert_allclose(np.delete(index, [0, 2]), dry, atol=1e-6)


@pytest.mark.parametrize(
    "sums",
    [
        pytest.param(np.zeros(30), id="never any rain"),
        pytest.param(np.full(30, 250.0), id="always the same"),
        pytest.param(np.r_[np.zeros(29), 80.0], id="rain in one year only"),
        pytest.param(np.full(30, np.nan), id="nothing known"),
    ],
)
def test_reference_years_without_a_distribution_give_no_data(sums):
    assert np.isnan(scored(sums)).all()
    assert np.isnan(scored(-sums, gamma=False)).all() or np.count_nonzero(sums) == 1


def test_a_rainless_year_where_it_has_always_rained_is_the_driest():
    sums = np.r_[np.random.default_rng(1).gamma(9, 40, 30), 0.0]
    assert scored(sums, reference=(0, 30), clip=3.09)[-1] == np.float32(-3.09)


def test_log_logistic_scores_are_symmetric_for_a_symmetric_balance():
    sums = np.linspace(-500, 500, 31)
    index = scored(sums, gamma=False)
    np.testing.assert_allclose(index, -index[::-1], atol=1e-6)
    # The logistic distribution: location 0, scale = second L-moment.
    sorted_pairs = np.abs(sums[:, None] - sums[None, :]).sum() / (31 * 30) / 2
    expected = special.ndtri(1 / (1 + np.exp(-sums / sorted_pairs)))
    np.testing.assert_allclose(index, expected, atol=1e-6)
