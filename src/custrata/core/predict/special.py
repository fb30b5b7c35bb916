"""Functions that the purchase models share: rising factorials, digamma, a mean over a beta distribution."""

from __future__ import annotations

from math import lgamma

import numpy as np

from custrata.core.predict.counts import Floats

#: From here on the asymptotic series of digamma is exact to the last digits.
_FAR = 10.0
#: Longest step in the logit of p. The densities have no singularity nearer to the real line than π, so what the
#: trapezoid rule misses is of the order exp(−2π² / step).
_STEP = 0.45
#: What changes less than this is constant.
_FLAT = 1e-11
#: Rows that are worked out at once, so that the work fits into the processor's cache.
_ROWS = 2048


def log_rising(start: float, most: int) -> Floats:
    """ln Γ(start + n) − ln Γ(start) for n = 0 … `most`: a sum of logarithms, where the difference of two large values
    of ln Γ would lose its digits."""
    return np.concatenate([[0.0], np.cumsum(np.log(start + np.arange(most)))])


def slope_of_log_rising(start: float, most: int) -> Floats:
    """The derivatives of `log_rising` by `start`."""
    return np.concatenate([[0.0], np.cumsum(1.0 / (start + np.arange(most)))])


def log_gamma(values: Floats) -> Floats:
    """ln Γ of each value (> 0)."""
    return np.fromiter(map(lgamma, values), dtype=np.float64, count=len(values))


def digamma(values: Floats) -> Floats:
    """ψ, the derivative of ln Γ, of each value (> 0). Source: Abramowitz and Stegun, 6.3.5 and 6.3.18."""
    x = np.array(values, dtype=np.float64)
    found = np.zeros_like(x)
    while (near := x < _FAR).any():
        found[near] -= 1.0 / x[near]
        x[near] += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * 691 / 32760)))))
    return found + np.log(x) - 0.5 / x - series


def mean_until_leaving(a: float, b: Floats, power: Floats, reach: Floats) -> Floats:
    """The mean of (1 − (1 + p · reach)^−power) / p over p ~ Beta(a, b), row by row; `a`, `b`, `power` > 0, `reach` ≥ 0.

    The textbooks write it with a hypergeometric function and the factor 1 / (a − 1), which is 0 / 0 at a = 1 and
    overflows for customers with thousands of orders. Here it is a sum over the logit u of p: the density decays like
    exp(a · u) to the left and exp(−b · u) to the right, so the trapezoid rule converges exponentially, and beyond the
    points from which on the function is constant the tails are geometric series. Accurate to about 1e-10.
    """
    found = np.empty(len(b))
    for first in range(0, len(b), _ROWS):
        rows = slice(first, first + _ROWS)
        found[rows] = _mean(a, b[rows, None], power[rows, None], reach[rows, None])
    return found


def _mean(a: float, b: Floats, power: Floats, reach: Floats) -> Floats:
    most = float(np.max(np.maximum((power + 1.0) * reach, a + b + 1.0)))
    step = min(_STEP, 0.6 * float(np.sqrt(1.0 / a + 1.0 / b.max())))
    side = float(np.log(most / _FLAT))
    # Where a and b are large the density is a bell, which is over long before the function is constant.
    peaks, spread = np.log(a / b), 9.0 * np.sqrt(1.0 / a + 1.0 / b)
    left = max(-side, float(np.min(peaks - spread)) - 45.0 / a)
    right = min(side, float(np.max(peaks + spread + 45.0 / b)))
    u = step * np.arange(np.floor(left / step), np.ceil(right / step) + 1)
    p = 1.0 / (1.0 + np.exp(-u))
    # Of p and 1 − p the logarithm keeps its digits at both ends.
    weight = -a * np.logaddexp(0.0, -u) - b * np.logaddexp(0.0, u)
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    weight[:, :1] /= -np.expm1(-a * step)
    weight[:, -1:] /= -np.expm1(-b * step)
    value = -np.expm1(-power * np.log1p(p * reach)) / p
    mean: Floats = (weight * value).sum(axis=1) / weight.sum(axis=1)
    return mean
