"""Two functions of probability that numba has not: the normal quantile, and the gamma function.

Called cell by cell from the kernels of :mod:`sohandbook.indicators.standardised_index`.
"""

import math

from numba import njit


@njit(cache=True, nogil=True)
def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile (Wichura 1988, AS 241, 16 figures)."""
    q = probability - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r
                    + 67265.770927008700853) * r + 45921.953931549871457) * r
                  + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852545925 * r + 28729.085735721942674) * r
                    + 39307.89580009271061) * r + 21213.794301586595867) * r
                  + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    tail = probability if q < 0.0 else 1.0 - probability
    if tail <= 0.0:
        return -math.inf if q < 0.0 else math.inf
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        z = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r
                  + 0.24178072517745061177) * r + 1.27045825245236838258) * r
                + 3.64784832476320460504) * r + 5.7694972214606914055) * r
              + 4.6303378461565452959) * r + 1.42343711074968357734) / (
            ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r
                 + 0.0151986665636164571966) * r + 0.14810397642748007459) * r
               + 0.68976733498510000455) * r + 1.6763848301838038494) * r
             + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        z = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                  + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
                + 0.29656057182850489123) * r + 1.7848265399172913358) * r
              + 5.4637849111641143699) * r + 6.6579046435011037772) / (
            ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
                 + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
               + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
             + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    return -z if q < 0.0 else z


@njit(cache=True, nogil=True)
def gamma_probability(shape: float, x: float, log_x: float, log_gamma: float) -> float:
    """Return the regularised lower incomplete gamma function P(shape, x), x > 0.

    Series below ``shape + 1``, Lentz's continued fraction above (DLMF 8.11.4, 8.9.2).
    """
    scale = math.exp(shape * log_x - x - log_gamma)
    if x < shape + 1.0:
        term = 1.0 / shape
        total = term
        divisor = shape
        while term > total * 1e-16:
            divisor += 1.0
            term *= x / divisor
            total += term
        return total * scale
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    fraction = d
    for i in range(1, 10_000):
        a = -i * (i - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        step = c * d
        fraction *= step
        if abs(step - 1.0) < 1e-15:
            break
    return 1.0 - scale * fraction
