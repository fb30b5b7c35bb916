"""When customers buy again: each customer's own rhythm, drawn towards everybody's as far as he has shown little of it.

The days between two purchase days are taken as log-normal, with a mean and a variance of each customer's own; these lie
around everybody's as a normal-inverse-gamma distribution, whose parameters are fitted to all customers by maximum
marginal likelihood (empirical Bayes). The next gap of one customer then follows a Student t of its logarithm. Sources:
B. Efron and C. Morris, JASA 70 (1975), for shrinkage; K. P. Murphy, Conjugate Bayesian analysis of the Gaussian
distribution (2007), for the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.gaps import Gaps
from custrata.core.predict.maximum import Slope, maximise
from custrata.core.predict.purchases import NoFit
from custrata.core.predict.special import digamma, log_gamma

#: Customers with two gaps or more, without whom nobody knows how regular customers are.
LEAST = 10
#: From so many customers on the fit looks at one in so many, evenly over all kinds of rhythm.
_ENOUGH = 60_000
#: Beyond so many degrees of freedom a Student t is taken as the one of so many, which is nearly normal.
_MOST_FREE = 200.0
_POINTS = 8_192
#: A purchase further ahead than this cannot be told.
FARTHEST = 3_650


class Rhythm(BaseModel):
    """Frozen parameters. `median`: everybody's median gap in days; `strength`: how many gaps of his own weigh as much
    as everybody's rhythm; `shape` and `scale` of the inverse gamma distribution of the variance of ln(gap)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    median: float
    strength: float
    shape: float
    scale: float
    customers: int
    gaps: int

    @classmethod
    def fit(cls, gaps: Gaps) -> Rhythm:
        """Raises `NoFit`: `rhythm` (fewer than ten customers with two gaps or more), `flat`."""
        several = int((gaps.number > 1).sum())
        if several < LEAST:
            raise NoFit("rhythm", several=several, customers=len(gaps))
        told = gaps.number > 0
        n, mean, spread = gaps.number[told], gaps.mean()[told], gaps.spread()[told]
        order = np.lexsort((spread, mean, n))[:: max(len(n) // _ENOUGH, 1)]
        n, mean, spread = n[order], mean[order], spread[order]
        middle, within = float(np.median(mean)), float(spread.sum() / max(float((n - 1).sum()), 1.0))
        starts = [np.array([middle, np.log(k), np.log(a), np.log(a * max(within, 1e-3))])
                  for k, a in ((1.0, 2.0), (0.2, 1.0), (10.0, 10.0))]  # fmt: skip
        top = maximise(_slope(n, mean, spread), starts)
        if not top.found:
            raise NoFit("flat", customers=len(gaps))
        m, k, a, b = (float(v) for v in top.at)
        return cls(
            median=float(np.exp(m)), strength=float(np.exp(k)), shape=1.0 + float(np.exp(a)), scale=float(np.exp(b)),
            customers=int(told.sum()), gaps=int(gaps.number.sum()),
        )  # fmt: skip

    def own(self, gaps: Gaps) -> Floats:
        """The share, 0 to 1, that a customer's own rhythm has in what is told of him."""
        return np.asarray(gaps.number / (gaps.number + self.strength))

    def days(self, gaps: Gaps, share: float | Floats) -> Floats:
        """Days from the as-of date by which a `share` of such customers have bought again, among those who buy again
        at all, given how long they have been silent; at least 1. NaN beyond `FARTHEST`."""
        place, width, known = self._next(gaps)
        shares = np.broadcast_to(np.asarray(share, dtype=np.float64), known.shape)
        found = np.empty(len(known))
        for rows, table in self._tables(gaps):
            found[rows] = table.later(known[rows], shares[rows])
        gap = np.rint(np.exp(np.minimum(place + width * found, 50.0)))
        ahead = np.maximum(gap - gaps.silent, 1.0)
        return np.where(ahead <= FARTHEST, ahead, np.nan)

    def within(self, gaps: Gaps, days: int) -> Floats:
        """The probability that a customer who buys again at all does so in so many days after the as-of date."""
        place, width, known = self._next(gaps)
        end = (np.log(gaps.silent + days + 0.5) - place) / width
        found = np.empty(len(known))
        for rows, table in self._tables(gaps):
            found[rows] = -np.expm1(table.above(end[rows]) - table.above(known[rows]))
        return found

    def _next(self, gaps: Gaps) -> tuple[Floats, Floats, Floats]:
        """Place and width of the logarithm of each customer's next gap, and how far into it he is in that measure."""
        n = gaps.number
        strength, shape = self.strength + n, self.shape + n / 2
        m, own = float(np.log(self.median)), gaps.mean()
        place = (self.strength * m + n * own) / strength
        scale = self.scale + gaps.spread() / 2 + self.strength * n * (own - m) ** 2 / (2 * strength)
        width = np.sqrt(scale * (strength + 1) / (shape * strength))
        # Whole days: a gap of more than s days is one from half a day after them on.
        return place, width, (np.log(gaps.silent + 0.5) - place) / width

    def _tables(self, gaps: Gaps) -> Iterator[tuple[Any, _Student]]:
        """Customers with as many gaps, and the distribution that they share."""
        for one in np.unique(gaps.number):
            yield gaps.number == one, _Student(min(2 * self.shape + float(one), _MOST_FREE))


def _slope(n: Whole, mean: Floats, spread: Floats) -> Slope:
    """The mean marginal log-likelihood of a customer and its gradient, at (m, ln κ, ln(a − 1), ln b)."""
    kinds, where = np.unique(n, return_inverse=True)
    half = kinds / 2.0

    def slope(at: Floats) -> tuple[float, Floats]:
        m, k, a, b = float(at[0]), float(np.exp(at[1])), 1.0 + float(np.exp(at[2])), float(np.exp(at[3]))
        off, strength = mean - m, k + n
        after = b + spread / 2 + k * n * off * off / (2 * strength)
        shape = a + n / 2
        gamma = (log_gamma(a + half) - log_gamma(np.array([a])))[where]
        value = gamma + a * np.log(b) - shape * np.log(after) + 0.5 * np.log(k / strength)
        pull = shape / after
        by_a = (digamma(a + half) - digamma(np.array([a])))[where] + np.log(b) - np.log(after)
        gradient = np.array([
            float((pull * k * n * off / strength).mean()),
            k * float((0.5 / k - 0.5 / strength - pull * (n * off / strength) ** 2 / 2).mean()),
            (a - 1.0) * float(by_a.mean()),
            b * float((a / b - pull).mean()),
        ])  # fmt: skip
        return float(value.mean()), gradient

    return slope


class _Student:
    """A Student t, tabulated over the angle whose tangent is t ÷ √free: there the density is a power of the cosine, and
    both tails end. The logarithm of what lies above an angle keeps its digits in the far tail."""

    def __init__(self, free: float) -> None:
        self._root = free**0.5
        self._angle = np.linspace(-np.pi / 2, np.pi / 2, _POINTS)
        density = np.maximum(np.cos(self._angle), 0.0) ** (free - 1.0)
        above = np.concatenate([np.cumsum(((density[1:] + density[:-1]) / 2)[::-1])[::-1], [0.0]])
        # Of nothing there is no logarithm; nobody asks that far out.
        above[-1] = above[-2] * 1e-3
        self._logs = np.log(np.maximum(above / above[0], 1e-300))

    def above(self, t: Floats) -> Floats:
        """The logarithm of the probability of more than t."""
        return np.asarray(np.interp(np.arctan(t / self._root), self._angle, self._logs))

    def later(self, known: Floats, share: Floats) -> Floats:
        """The quantile at `share` of what lies above `known`."""
        at = np.interp(-(self.above(known) + np.log1p(-share)), -self._logs, self._angle)
        return np.asarray(self._root * np.tan(np.minimum(at, np.pi / 2 - 1e-9)))
