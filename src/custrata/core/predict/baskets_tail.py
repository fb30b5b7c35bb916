"""How likely so many together are by chance: the exact tail of the hypergeometric distribution, and what is left of it
when many pairs are tested at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from custrata.core.predict.counts import Floats, Whole

#: From here on Stirling's series is exact to the last digits.
_FAR = 64
_SMALL = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, _FAR)))])
#: Terms that add less than this part of the sum end it.
_NOTHING = 1e-13
#: Terms that are added between two looks at which sums are complete.
_STEPS = 32


def log_factorial(n: Any) -> Floats:
    """ln n! of whole numbers from 0 on.

    >>> log_factorial(np.array([0, 1, 5, 100])).round(6).tolist()
    [0.0, 0.0, 4.787492, 363.739376]
    """
    x = np.asarray(n, dtype=np.float64)
    far = np.maximum(x, _FAR)
    y = 1.0 / (far * far)
    series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / far
    large = (far + 0.5) * np.log(far) - far + 0.9189385332046727 + series
    found: Floats = np.where(x < _FAR, _SMALL[np.minimum(x, _FAR - 1).astype(np.int64)], large)
    return found


def upper_tail(together: Whole, of_one: Whole, of_other: Whole, orders: Whole | int) -> Floats:
    """The probability that at least `together` of `orders` have both, where `of_one` have one thing and `of_other` the
    other, and nothing ties them: Fisher's exact test, one-sided. It is 1 where there are no more together than chance
    would have, which nobody asks about. Accurate to about 1e-7 of itself; what is below 1e-308 is 0.

    Two of four orders have each, and the same two have both: one way of six.

    >>> float(upper_tail(np.array([2]), np.array([2]), np.array([2]), 4)[0].round(9))
    0.166666667
    """
    k, a, b = (np.asarray(v, dtype=np.float64) for v in (together, of_one, of_other))
    n = np.broadcast_to(np.asarray(orders, dtype=np.float64), k.shape)
    found = np.ones(len(k))
    more = np.flatnonzero(k * n > a * b)
    k, a, b, n = k[more], a[more], b[more], n[more]
    first = (
        log_factorial(a) - log_factorial(k) - log_factorial(a - k)
        + log_factorial(n - a) - log_factorial(b - k) - log_factorial(n - a - b + k)
        - log_factorial(n) + log_factorial(b) + log_factorial(n - b)
    )  # fmt: skip
    total, term = np.ones(len(k)), np.ones(len(k))
    open_ = np.arange(len(k))
    while len(open_):
        x, ka, kb, kn, t, s = k[open_], a[open_], b[open_], n[open_], term[open_], total[open_]
        for _ in range(_STEPS):
            t = t * ((ka - x) * (kb - x) / ((x + 1) * (kn - ka - kb + x + 1)))
            s = s + t
            x = x + 1
            # Beyond the largest possible number the factor is 0 once, and the product stays 0.
        k[open_], term[open_], total[open_] = x, t, s
        open_ = open_[t > _NOTHING * s]
    found[more] = np.minimum(1.0, np.exp(first + np.log(total)))
    return found


def corrected(p: Floats, tests: int) -> Floats:
    """Benjamini and Hochberg's q: the share of wrong finds among all pairs that are at least as significant. `tests`
    are all that were tested; those that have no `p` here are taken to be less significant than any that has.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.

    >>> corrected(np.array([0.01, 0.04, 0.03, 0.5]), 4).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    order = np.argsort(p, kind="stable")
    q = p[order] * max(tests, len(p)) / np.arange(1, len(p) + 1)
    lowest = np.minimum(1.0, np.minimum.accumulate(q[::-1])[::-1])
    found = np.empty(len(p))
    found[order] = lowest
    return found
