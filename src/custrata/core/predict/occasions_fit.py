"""How far customers differ in when they buy, and their classes from each other: fitted by maximum marginal likelihood.

Two stages: a class's shares lie around everybody's, a customer's around those of the class. Purchases of one customer
are no independent ones, so n of them count as n · (1 + s) ÷ (n + s), where s is the strength: the variance of a
Dirichlet-multinomial says so. Thus one customer with thousands of orders is not everybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import lgamma, log
from typing import Any

import numpy as np

from custrata.core.measure.drift import chance
from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.purchases import NoFit

#: Purchases without which nothing is known of a week or a day.
LEAST = 50
#: The logarithm of a strength is looked for between these.
_FROM, _TO = log(1e-2), log(1e5)
_STEPS = 40
#: Shares and strength are found in turn; they hardly change after the second time.
_ROUNDS = 3
#: Twice the difference of log-likelihoods that chance alone exceeds once in twenty times (χ² of one degree, half of the
#: time at the edge).
_TOLD = 2.71


@dataclass(frozen=True)
class Cells:
    """Who bought how often on which kind, those who are alike in one row: the number of the class (−1: of none), the
    kind from 0, `times` he bought on it and `total` in all, and how many customers; arrays of one length."""

    group: Whole
    kind: Whole
    times: Whole
    total: Whole
    customers: Whole

    @classmethod
    def of(cls, *columns: Any) -> Cells:
        """From anything that NumPy takes, in an order of its own: sums of floats depend on theirs."""
        arrays = [np.asarray(c, dtype=np.int64) for c in columns]
        order = np.lexsort(arrays)
        return cls(*(a[order] for a in arrays))

    @property
    def purchases(self) -> int:
        return int((self.times * self.customers).sum())

    @property
    def people(self) -> int:
        """How many customers: of each the parts of his purchases add up to one."""
        return int(self.totals()[1].sum())

    def totals(self) -> tuple[Whole, Whole]:
        """(purchases in all, customers with so many)."""
        many, where = np.unique(self.total, return_inverse=True)
        sums = np.zeros(len(many), dtype=np.int64)
        np.add.at(sums, where, self.times * self.customers)
        return many, sums // many

    def sums(self, kinds: int, groups: int, strength: float) -> Floats:
        """Purchases by class (the last: of no class) and kind, each customer's as many as they count for."""
        worth = self.times * self.customers * (1.0 + strength) / (self.total + strength)
        found = np.zeros((groups + 1, kinds))
        np.add.at(found, (self.group, self.kind), worth)
        return found


@dataclass(frozen=True)
class Habits:
    """Shares of everybody and of each class, how many own purchases weigh as much as those of one's like, and as how
    many purchases everybody weighs in a class (null: there are no classes)."""

    shares: Floats
    strength: float
    groups: Floats
    between: float | None
    even: int = 0
    """How many kinds occur, where chance explains all preferences for one of them; else 0."""


def fit_habits(kinds: int, cells: Cells, groups: int) -> Habits:
    """Raises `NoFit`: `occasions` where there are fewer than fifty purchases."""
    if cells.purchases < LEAST:
        raise NoFit("occasions", purchases=cells.purchases)
    found = Habits(np.full(kinds, 1 / kinds), 1.0, np.zeros((groups, kinds)), None)
    steps = _Steps.of(cells, kinds)
    for _ in range(_ROUNDS):
        found = _shares(cells, found, kinds, groups)
        found = replace(found, strength=float(np.exp(_top(partial(steps.likelihood, now=found)))))
    found = _shares(cells, found, kinds, groups)
    if not _even(cells, steps, found, kinds, groups):
        return found
    # That all are alike is not shown either: a purchase on each kind is all that is laid beside a customer's own.
    there = int((found.shares > 0).sum())
    return replace(found, even=there, strength=float(there))


def _shares(cells: Cells, now: Habits, kinds: int, groups: int) -> Habits:
    sums = cells.sums(kinds, groups, now.strength)
    shares = sums.sum(axis=0) / sums.sum()
    if not groups:
        return replace(now, shares=shares)
    own = sums[:groups]
    between = float(np.exp(_top(lambda at: _between(at, shares, own))))
    drawn = (own + between * shares) / (own.sum(axis=1, keepdims=True) + between)
    return Habits(shares, now.strength, drawn, between)


@dataclass(frozen=True)
class _Steps:
    """ln Γ(a + n) − ln Γ(a) is the sum of ln(a + i) over i below n: how many customers take each step i, of each class
    and kind, and of all purchases."""

    group: Whole
    kind: Whole
    step: Whole
    taken: Whole
    all_taken: Whole

    @classmethod
    def of(cls, cells: Cells, kinds: int) -> _Steps:
        slot = (cells.group + 1) * kinds + cells.kind
        found = []
        for one in np.unique(slot):
            own = slot == one
            taken = _beyond(cells.times[own], cells.customers[own])
            found.append((np.full(len(taken), one), np.arange(len(taken)), taken))
        slots, steps, taken = (np.concatenate(part) for part in zip(*found, strict=True))
        return cls(slots // kinds - 1, slots % kinds, steps, taken, _beyond(*cells.totals()))

    def likelihood(self, at: float, now: Habits) -> float:
        """The log-likelihood of a strength, up to what does not depend on it."""
        strength = float(np.exp(at))
        expected = np.vstack([now.groups, now.shares])[self.group, self.kind]
        steps = np.log(strength * expected + self.step) @ self.taken
        return float(steps) - float(np.log(strength + np.arange(len(self.all_taken))) @ self.all_taken)


def _beyond(times: Whole, customers: Whole) -> Whole:
    """Customers with more than 0, 1, 2 … times."""
    counts = np.bincount(times, weights=customers)
    found: Whole = counts[::-1].cumsum()[::-1][1:].astype(np.int64)
    return found


def _between(at: float, shares: Floats, own: Floats) -> float:
    """The log-likelihood of how closely classes lie around everybody."""
    strength, there = float(np.exp(at)), shares > 0
    found = 0.0
    for row in own:
        found += lgamma(strength) - lgamma(strength + float(row.sum()))
        for share, n in zip(shares[there], row[there], strict=True):
            found += lgamma(strength * float(share) + float(n)) - lgamma(strength * float(share))
    return found


def _even(cells: Cells, steps: _Steps, found: Habits, kinds: int, groups: int) -> bool:
    """Whether chance explains that everybody, classes and customers have preferred some kind: χ² of everybody's shares
    against even ones, and the gain in likelihood over no differences at all."""
    there = found.shares > 0
    free = int(there.sum())
    if free < 2:
        return False
    sums = cells.sums(kinds, groups, found.strength)
    n = float(sums.sum())
    if n * float(((found.shares[there] - 1 / free) ** 2).sum()) * free > chance(free, 1, 1) / 2:
        return False
    gained = steps.likelihood(log(found.strength), found) - steps.likelihood(_TO, found)
    if 2 * gained > _TOLD:
        return False
    if found.between is None:
        return True
    own = sums[:groups]
    return 2 * (_between(log(found.between), found.shares, own) - _between(_TO, found.shares, own)) <= _TOLD


def _top(value: Any) -> float:
    """Golden section: the likelihood has one top, or rises to an end (everybody alike, or nobody)."""
    part = (5**0.5 - 1) / 2
    low, high = _FROM, _TO
    for _ in range(_STEPS):
        a, b = high - part * (high - low), low + part * (high - low)
        low, high = (low, b) if value(a) >= value(b) else (a, high)
    return (low + high) / 2
