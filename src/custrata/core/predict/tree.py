"""What sets classes of customers apart, in a few cuts: a small classification tree over numbers that people know.

Any classes will do: clusters, segments, those who left and those who stayed. Each split is the best among all values
of all numbers by Gini impurity, found exactly; of equals the first number and the lowest cut. The cut that is kept is
the roundest number of those beside it that are nearly as good. Source: L. Breiman, J. Friedman, R. Olshen and C. Stone,
Classification and Regression Trees (1984).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from math import isinf

import numpy as np
from numpy.typing import NDArray

from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.rules import Range, Rule

#: A customer without the number stands below everybody who has it.
_NONE = -np.inf
#: A rounder cut may cost so much of what the best one gains; a shorter rule so much of Dice's coefficient.
_NEARLY, _SHORTER = 0.99, 0.02


@dataclass(frozen=True)
class _Split:
    name: str
    cut: float
    gain: float


def grow(
    columns: Mapping[str, Floats], classes: Whole, k: int, *, depth: int = 3, least: float = 0.01, inner: bool = False
) -> list[Rule]:
    """The leaves of the tree, from low to high along each split; with `inner` also the nodes that it splits further,
    each before what comes of it. `columns` have the numbers of each customer (`nan` for
    none), `classes` his class from 0 to `k` − 1. No leaf has less than `least` of the customers, or less than one. One
    rule without conditions where nothing sets the classes apart. The order of the customers does not matter.

    >>> rules = grow({"spend": np.array([1.0, 2.0, 90.0, 95.0])}, np.array([0, 0, 1, 1]), 2)
    >>> [(r.ranges[0].above, r.ranges[0].up_to, r.most) for r in rules]
    [(None, Decimal('50'), 0), (Decimal('50'), None, 1)]
    """
    known = {name: np.where(np.isnan(values), _NONE, values) for name, values in columns.items()}
    return _Growth(k, max(1, int(least * len(classes))), inner).rules(known, classes, depth, {})


def counted(rules: Sequence[Rule], columns: Mapping[str, Floats], classes: Whole, k: int) -> list[Rule]:
    """The same rules with the customers of another table: those found on a sample, counted over everybody."""
    found = []
    for rule in rules:
        holds = holding(rule, columns)
        customers = np.bincount(classes[holds], minlength=k)
        found.append(rule.model_copy(update={"customers": tuple(map(int, customers)), "most": int(customers.argmax())}))
    return found


def holding(rule: Rule, columns: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """For whom of the customers of a table a rule holds."""
    found = np.ones(len(next(iter(columns.values()))), dtype=np.bool_)
    for part in rule.ranges:
        found &= _holds(part, columns[part.name])
    return found


def told_by(columns: Mapping[str, Floats], classes: Whole, of: int, *, depth: int = 3) -> Rule | None:
    """The rule that tells a class from all others best, its customers counted as (others, of the class): of those that
    hold for more of the class than of the others, the one whose customers are the class's most nearly (Dice's
    coefficient), or one that asks less and is nearly as good. Null where there is none."""
    own = (classes == of).astype(np.int64)
    size, n = int(own.sum()), len(own)
    if not 0 < size < n:
        return None
    rules = grow(columns, own, 2, depth=depth, least=min(0.01, 0.5 * size / n), inner=True)
    near = {i: 2 * r.customers[1] / (sum(r.customers) + size) for i, r in enumerate(rules) if r.ranges and r.most}
    if not near:
        return None
    good = [i for i, dice in near.items() if dice >= max(near.values()) - _SHORTER]
    return rules[min(good, key=lambda i: (len(rules[i].ranges), -near[i], i))]


def _holds(part: Range, values: Floats) -> NDArray[np.bool_]:
    found = ~np.isnan(values) & part.known
    if part.above is not None:
        found &= values > float(part.above)
    if part.up_to is not None:
        found &= values <= float(part.up_to)
    return found | np.isnan(values) if part.lacking else found


@dataclass(frozen=True)
class _Growth:
    k: int
    least: int
    inner: bool

    def rules(
        self, columns: Mapping[str, Floats], classes: Whole, depth: int, path: Mapping[str, Range]
    ) -> list[Rule]:
        customers = np.bincount(classes, minlength=self.k)
        here = Rule(ranges=tuple(path.values()), most=int(customers.argmax()), customers=tuple(map(int, customers)))
        split = _best_split(columns, classes, self.k, self.least) if depth and (customers > 0).sum() > 1 else None
        if split is None:
            return [here]
        found = [here] if self.inner else []
        values = columns[split.name]
        high = values > split.cut
        for side, part in ((~high, _below(path, split, values)), (high, _above(path, split))):
            rest = {name: column[side] for name, column in columns.items()}
            found += self.rules(rest, classes[side], depth - 1, {**path, split.name: part})
        return found


def _below(path: Mapping[str, Range], split: _Split, values: Floats) -> Range:
    old, lacking = path.get(split.name, Range(name=split.name)), bool(np.isinf(values).any())
    if isinf(split.cut):
        # Only those without the number: nobody's number is as low as the lowest.
        return old.model_copy(update={"known": False, "lacking": True})
    return old.model_copy(update={"up_to": _exact(split.cut), "lacking": lacking})


def _above(path: Mapping[str, Range], split: _Split) -> Range:
    old = path.get(split.name, Range(name=split.name))
    above = old.above if isinf(split.cut) else _exact(split.cut)
    return old.model_copy(update={"above": above, "lacking": False})


def _exact(cut: float) -> Decimal:
    return Decimal(f"{cut:.0f}" if cut.is_integer() else repr(cut))


def _best_split(columns: Mapping[str, Floats], classes: Whole, k: int, least: int) -> _Split | None:
    n, best = len(classes), None
    whole = np.bincount(classes, minlength=k)
    pure = float(np.square(whole).sum()) / n
    for name, values in columns.items():
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        # Customers of each class at or below every place; only where the next value is another can be cut.
        below = np.cumsum(np.equal(classes[order][:, None], np.arange(k)), axis=0)
        ends = np.flatnonzero(ordered[1:] > ordered[:-1])
        ends = ends[(ends + 1 >= least) & (n - ends - 1 >= least)]
        if not len(ends):
            continue
        left = below[ends].astype(np.float64)
        right = whole - left
        size = ends + 1.0
        gains = np.square(left).sum(axis=1) / size + np.square(right).sum(axis=1) / (n - size) - pure
        at = int(gains.argmax())
        if gains[at] > 1e-9 * n and (best is None or gains[at] > best.gain * (1 + 1e-12)):
            first, last = _around(gains, at)
            first += bool(isinf(ordered[ends[first]]) and first < at)
            cut = roundest(float(ordered[ends[first]]), float(ordered[ends[last] + 1]))
            best = _Split(name, cut, float(gains[at]))
    return best


def _around(gains: Floats, at: int) -> tuple[int, int]:
    """The first and the last of the places next to each other, the best among them, that gain nearly as much."""
    worse = np.flatnonzero(gains < _NEARLY * gains[at])
    after = int(np.searchsorted(worse, at))
    first = int(worse[after - 1]) + 1 if after else 0
    last = int(worse[after]) - 1 if after < len(worse) else len(gains) - 1
    return first, last


def roundest(low: float, high: float) -> float:
    """The number with the fewest digits from `low` on and below `high`; of several the one nearest to their middle.

    >>> roundest(3187.4, 3262.0), roundest(2, 3), roundest(-1.5, 9), roundest(0.31, 0.34)
    (3200.0, 2.0, 0.0, 0.32)
    """
    if isinf(low):
        return low
    least, most = Decimal(repr(low)), Decimal(repr(high))
    middle = (least + most) / 2
    if least <= 0 < most:
        return 0.0
    for place in range(max(least.adjusted(), most.adjusted()) + 1, -40, -1):
        step = Decimal(1).scaleb(place)
        for way in (ROUND_HALF_EVEN, ROUND_CEILING):
            number = ((middle if way == ROUND_HALF_EVEN else least) / step).to_integral_value(way) * step
            if least <= number < most and least <= Decimal(repr(float(number))) < most:
                return float(number)
    return low
