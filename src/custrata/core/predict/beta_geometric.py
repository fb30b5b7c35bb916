"""BG/NBD and MBG/NBD: customers buy at rates of their own and may leave after each purchase.

Sources: Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005); Batislam, Denizel
and Filiztekin, Empirical validation and comparison of models for customer base analysis, International Journal of
Research in Marketing 24 (2007). The two differ in one thing: in MBG/NBD a customer may leave right after the first
purchase too, so one who bought once is not alive by definition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from custrata.core.predict.counts import Counts, Floats, Whole
from custrata.core.predict.purchases import WEEK, PurchaseModel, weekly_rate
from custrata.core.predict.special import log_rising, mean_until_leaving, slope_of_log_rising

#: Rows that are worked out at once: what is laid out for them stays in the processor's cache.
_ROWS = 8192
#: The exponential of much more overflows.
_MOST = 700.0


@dataclass(frozen=True)
class _Leavers:
    """The part of the likelihood that cannot be worked out once a number: who may have left, by three numbers each. A
    row takes one exponential and one logarithm; nothing of the length of all rows is laid out."""

    customers: Floats
    recency: Whole
    age: Whole
    chance: Whole
    """The chances to leave that a customer has had, but for one; from 0."""

    def sums(
        self, logs: Floats, inverse: Floats, power: Floats, ratio: Floats, before: Floats
    ) -> tuple[float, float, float, float, float]:
        """The sums over customers of ln(1 + odds) of having left, of the probability of it, and of the probability ×
        what its slopes by r, by α and by b are made of. `logs` and `inverse` are by day, the rest by chance."""
        gain = dead = of_gone = of_inverse = of_before = 0.0
        most = min(_ROWS, len(self.age))
        room = [np.empty(most) for _ in range(5)]
        for first in range(0, len(self.age), _ROWS):
            rows = slice(first, first + _ROWS)
            n, last, age, chance = self.customers[rows], self.recency[rows], self.age[rows], self.chance[rows]
            gone, odds, other, chances, raised = (a[: len(n)] for a in room)
            # All places are within; clip is the mode that writes into what is given without a copy between.
            np.take(logs, age, out=gone, mode="clip")
            gone -= np.take(logs, last, out=other, mode="clip")
            np.take(power, chance, out=raised, mode="clip")
            np.multiply(raised, gone, out=odds)
            odds += np.take(ratio, chance, out=other, mode="clip")
            if odds.max() > _MOST:
                gain += float(n @ np.maximum(odds - _MOST, 0.0))
                np.minimum(odds, _MOST, out=odds)
            np.exp(odds, out=odds)
            np.add(odds, 1.0, out=other)
            np.divide(odds, other, out=chances)
            gain += float(n @ np.log(other, out=other))
            chances *= n
            dead += float(chances.sum())
            of_gone += float(chances @ gone)
            of_before += float(chances @ np.take(before, chance, out=other, mode="clip"))
            chances *= raised
            np.take(inverse, age, out=gone, mode="clip")
            gone -= np.take(inverse, last, out=other, mode="clip")
            of_inverse += float(chances @ gone)
        return gain, dead, of_gone, of_inverse, of_before


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
        every, most = float(n.sum()), int(chances.max(initial=1))
        days = np.arange(int(counts.age.max(initial=0)) + 1) / WEEK
        # What depends on one whole number alone is worked out once for each number, not once a row.
        by_x = np.bincount(x, weights=n)
        by_chances = np.bincount(chances, weights=n, minlength=most + 1)
        by_age = np.bincount(counts.age, weights=n, minlength=len(days))
        by_age_x = np.bincount(counts.age, weights=n * x, minlength=len(days))
        left = chances > 0
        rows = (n, counts.recency, counts.age, chances - 1)
        leavers = _Leavers(*(rows if left.all() else [a[left] for a in rows]))

        def likelihood(parameters: Floats) -> tuple[float, Floats]:
            r, alpha, a, b = parameters
            weeks = alpha + days
            logs, inverse, before = np.log(weeks), 1.0 / weeks, b + np.arange(most)
            rise_r, slope_r = log_rising(r, len(by_x) - 1), slope_of_log_rising(r, len(by_x) - 1)
            rise_b, slope_b = log_rising(b, most), slope_of_log_rising(b, most)
            rise_ab, slope_ab = log_rising(a + b, most), slope_of_log_rising(a + b, most)
            power = r + 1.0 - cls.at_first + np.arange(most)
            gain, dead, of_gone, of_inverse, of_before = leavers.sums(
                logs, inverse, power, np.log(a) - np.log(before), 1.0 / before
            )
            value = (
                by_x @ rise_r + by_chances @ (rise_b - rise_ab)
                + every * r * np.log(alpha) - (r * by_age + by_age_x) @ logs + gain
            )  # fmt: skip
            return float(value), np.array([
                by_x @ slope_r + every * np.log(alpha) - by_age @ logs + of_gone,
                every * r / alpha - (r * by_age + by_age_x) @ inverse + of_inverse,
                -by_chances @ slope_ab + dead / a,
                by_chances @ (slope_b - slope_ab) - of_before,
            ])  # fmt: skip

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

