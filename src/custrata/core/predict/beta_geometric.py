"""BG/NBD and MBG/NBD: customers buy at rates of their own and may leave after each purchase.

Sources: Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005); Batislam, Denizel
and Filiztekin, Empirical validation and comparison of models for customer base analysis, International Journal of
Research in Marketing 24 (2007). The two differ in one thing: in MBG/NBD a customer may leave right after the first
purchase too, so one who bought once is not alive by definition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from custrata.core.predict.counts import Counts, Floats
from custrata.core.predict.purchases import WEEK, PurchaseModel, weekly_rate
from custrata.core.predict.special import log_rising, mean_until_leaving, slope_of_log_rising


class _BetaGeometric(PurchaseModel):
    """Rates are gamma(r, α) distributed among customers, the chance to leave after a purchase beta(a, b)."""

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    at_first: ClassVar[int]
    """1 where a customer may leave after the first purchase already."""

    r: float
    alpha: float
    """In weeks."""
    a: float
    b: float

    @classmethod
    def _start(cls, counts: Counts, apart: float, leaving: float) -> Floats:
        return np.log([apart, apart / weekly_rate(counts), leaving, 3.0])

    @classmethod
    def _likelihood(cls, counts: Counts) -> Callable[[Floats], tuple[float, Floats]]:
        n = counts.customers.astype(np.float64)
        x, chances = counts.frequency, counts.frequency + cls.at_first
        most, left = int(chances.max(initial=1)), chances > 0
        days = np.arange(int(counts.age.max(initial=0)) + 1) / WEEK
        # What depends on one whole number alone is worked out once for each number, not once a row.
        by_x = np.bincount(x, weights=n)
        by_chances = np.bincount(chances, weights=n, minlength=most + 1)
        by_age = np.bincount(counts.age, weights=n, minlength=len(days))
        by_age_x = np.bincount(counts.age, weights=n * x, minlength=len(days))
        x_left, n_left = x[left].astype(np.float64), n[left]
        last, age, m = counts.recency[left], counts.age[left], chances[left]

        def likelihood(parameters: Floats) -> tuple[float, Floats]:
            r, alpha, a, b = parameters
            weeks = alpha + days
            logs, inverse = np.log(weeks), 1.0 / weeks
            rise_r, slope_r = log_rising(r, len(by_x) - 1), slope_of_log_rising(r, len(by_x) - 1)
            rise_b, slope_b = log_rising(b, most), slope_of_log_rising(b, most)
            rise_ab, slope_ab = log_rising(a + b, most), slope_of_log_rising(a + b, most)
            gone = logs[age] - logs[last]
            power = r + x_left
            odds = power * gone + (np.log(a) - np.log(b + np.arange(most)))[m - 1]
            # ln(1 + odds) and the probability of having left, both from one exponential.
            small = np.exp(-np.abs(odds))
            value = (
                by_x @ rise_r + by_chances @ (rise_b - rise_ab)
                + n.sum() * r * np.log(alpha) - (r * by_age + by_age_x) @ logs
                + n_left @ (np.maximum(odds, 0.0) + np.log1p(small))
            )  # fmt: skip
            dead = n_left * np.where(odds >= 0, 1.0, small) / (1.0 + small)
            by_r = by_x @ slope_r + n.sum() * np.log(alpha) - by_age @ logs + dead @ gone
            by_alpha = (
                n.sum() * r / alpha - (r * by_age + by_age_x) @ inverse
                + (dead * power) @ (inverse[age] - inverse[last])
            )  # fmt: skip
            of_m = np.bincount(m, weights=dead, minlength=most + 1)
            by_a = -by_chances @ slope_ab + dead.sum() / a
            by_b = by_chances @ (slope_b - slope_ab) - of_m[1:] @ (1.0 / (b + np.arange(most)))
            return float(value), np.array([by_r, by_alpha, by_a, by_b])

        return likelihood

    def alive(self, counts: Counts) -> Floats:
        m = counts.frequency + self.at_first
        gone = np.log(self.alpha + counts.age / WEEK) - np.log(self.alpha + counts.recency / WEEK)
        odds = (self.r + counts.frequency) * gone + np.log(self.a) - np.log(self.b + np.maximum(m, 1) - 1.0)
        probability: Floats = np.where(m > 0, 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))), 1.0)
        return probability

    def expected(self, counts: Counts, days: float) -> Floats:
        # Recency enters by whether a customer is alive only, so few pairs stand for many customers.
        span = int(counts.age.max(initial=0)) + 1
        pairs, where = np.unique(counts.frequency * span + counts.age, return_inverse=True)
        x, age = np.divmod(pairs, span)
        reach = (days / WEEK) / (self.alpha + age / WEEK)
        b = self.b + (x + self.at_first)
        return mean_until_leaving(self.a, b, self.r + x, reach)[where] * self.alive(counts)

    def silent(self, counts: Counts, days: float) -> Floats:
        # Who is alive stays so until the next purchase, which waits for its rate alone.
        waited = np.log1p((days / WEEK) / (self.alpha + counts.age / WEEK))
        found: Floats = 1.0 + self.alive(counts) * np.expm1(-(self.r + counts.frequency) * waited)
        return found


class BGNBD(_BetaGeometric):
    """The beta-geometric model: a customer may leave after every purchase but the first."""

    at_first: ClassVar[int] = 0


class MBGNBD(_BetaGeometric):
    """The modified beta-geometric model: a customer may leave after every purchase, the first one too."""

    at_first: ClassVar[int] = 1

