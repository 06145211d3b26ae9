"""The normal quantile and the gamma function against scipy."""

import numpy as np
import pytest
from scipy import special

from sohandbook.indicators import probability


def test_normal_quantile_has_fourteen_figures():
    probabilities = np.concatenate([np.logspace(-16, -0.31, 300), 1 - np.logspace(-10, -0.31, 300)])
    ours = [probability.normal_quantile(p) for p in probabilities]
    np.testing.assert_allclose(ours, special.ndtri(probabilities), rtol=0, atol=1e-14)
    assert probability.normal_quantile(0.0) == -np.inf
    assert probability.normal_quantile(1.0) == np.inf


@pytest.mark.parametrize("shape", [0.05, 0.5, 1, 2.5, 4.99, 12, 100, 3000])
def test_gamma_probability_agrees_with_scipy(shape):
    x = special.gammaincinv(shape, np.linspace(0.002, 0.998, 83))
    ours = [probability.gamma_probability(shape, v, np.log(v), special.gammaln(shape)) for v in x]
    np.testing.assert_allclose(ours, special.gammainc(shape, x), rtol=0, atol=1e-11)
