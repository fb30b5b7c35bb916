"""What sets some customers apart from the others, in rules that hold for customers who took no part in finding them.

A small tree is grown on two thirds of the customers. Its leaves in which the asked-for customers are more frequent than
among all become rules; conditions that change nothing are dropped from them. The other third decides: a rule that does
not hold there is not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from custrata.core.predict.baskets_pairs import Flags
from custrata.core.predict.baskets_tail import upper_tail
from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.kmeans import by_hash, places
from custrata.core.predict.rules import Rule
from custrata.core.predict.tree import counted, grow, holding

#: Fewer customers than this on either side say nothing that holds for others.
FEWEST = 20
#: Customers from whom the tree is grown.
_GROWN_FROM = 20_000
#: A rule must find them so much more often than among all; and have so many of the customers it was found on.
_TIMES, _LEAST = 1.25, 5
#: A condition may be dropped that costs less of the share than this.
_NEARLY = 0.97
#: How likely a rule that holds by chance may be, and how many rules are told.
_CHANCE, _MOST = 0.01, 3
#: A further rule must find this share of the asked-for customers anew.
_NEW = 0.03


@dataclass(frozen=True)
class Held:
    """A rule, and how it fared among the customers who took no part in finding it: how many it holds for (`customers`),
    how many of these are the asked-for ones (`own`), and how likely as many are by chance."""

    rule: Rule
    customers: int
    own: int
    p: float

    @property
    def share(self) -> float:
        return self.own / max(self.customers, 1)


@dataclass(frozen=True)
class Apart:
    """`customers` and `own`: all, and those asked for. `held_out` and `held_own`: the third that decides. `rules`: what
    sets them apart, the one that finds most beyond chance first; none where nothing does. `within` and `found`: for how
    many of the third any rule holds, and how many of these are asked for. `right`: the share of the third whom the
    whole tree puts on the right side; `guess`: the share that the more frequent side alone would get right."""

    customers: int
    own: int
    held_out: int
    held_own: int
    rules: Sequence[Held]
    within: int
    found: int
    right: float
    guess: float


def apart(columns: Mapping[str, Floats], own: Flags, *, depth: int = 3) -> Apart | None:
    """`columns` have the numbers of each customer (`nan` for none), `own` says who is asked for. The order of the
    customers does not matter. Null where either side has fewer than `FEWEST` customers.

    >>> spend = np.arange(300.0)
    >>> found = apart({"spend": spend, "day": spend % 7}, spend >= 200)
    >>> [(r.ranges[0].name, str(r.ranges[0].above)) for r in (h.rule for h in found.rules)], found.rules[0].share
    ([('spend', '200')], 1.0)
    >>> apart({"day": spend % 7}, spend % 2 == 0).rules
    ()
    """
    n, size = len(own), int(own.sum())
    if min(size, n - size) < FEWEST:
        return None
    order = by_hash(list(columns.values()))
    # Those alike lie side by side, so that either part has every kind of them.
    aside = order[np.arange(n) % 3 == 1]
    grown = order[np.arange(n) % 3 != 1]
    grown = grown[places(len(grown), _GROWN_FROM)]
    classes = own.astype(np.int64)
    here, there = ({name: c[rows] for name, c in columns.items()} for rows in (grown, aside))
    base = float(classes[grown].mean())
    least = max(min(0.01, 0.25 * base), _LEAST / len(grown))
    leaves = grow(here, classes[grown], 2, depth=depth, least=least)
    rules = _rules(leaves, here, classes[grown], base)
    tested = counted(rules, there, classes[aside], 2)
    held_own = int(classes[aside].sum())
    inside_of, all_of = (np.array(c, dtype=np.int64) for c in _counts(tested))
    p = upper_tail(inside_of, all_of, np.full(len(tested), held_own), len(aside))
    told = tuple(
        Held(rule, sum(t.customers), t.customers[1], float(chance))
        for rule, t, chance in zip(rules, tested, p, strict=True)
        if chance <= _CHANCE and sum(t.customers) >= _LEAST and t.share(1) * len(aside) >= _TIMES * held_own
    )[:_MOST]
    inside = np.zeros(len(aside), dtype=bool)
    for held in told:
        inside |= holding(held.rule, there)
    sides = [rule.most * holding(rule, there) for rule in leaves]
    right = float((np.sum(sides, axis=0) == classes[aside]).mean())
    share = held_own / len(aside)
    return Apart(n, size, len(aside), held_own, told, int(inside.sum()), int(classes[aside][inside].sum()), right,
                 max(share, 1 - share))  # fmt: skip


def _rules(leaves: Sequence[Rule], columns: Mapping[str, Floats], classes: Whole, base: float) -> list[Rule]:
    """The leaves in which the asked-for are frequent, as short rules, those that find most beyond chance first."""
    found: dict[tuple[object, ...], Rule] = {}
    for leaf in leaves:
        if not leaf.ranges or leaf.share(1) < _TIMES * base or leaf.customers[1] < _LEAST:
            continue
        rule, share = leaf, leaf.share(1)
        for part in leaf.ranges:
            rest = tuple(r for r in rule.ranges if r != part)
            if rest:
                shorter = counted([rule.model_copy(update={"ranges": rest})], columns, classes, 2)[0]
                if shorter.share(1) >= _NEARLY * share:
                    rule, share = shorter, max(share, shorter.share(1))
        found.setdefault(rule.ranges, rule)
    kept: list[Rule] = []
    known = np.zeros(len(classes), dtype=bool)
    for rule in sorted(found.values(), key=lambda r: -(r.customers[1] - base * sum(r.customers))):
        # One that finds nobody new is another's special case.
        new = holding(rule, columns) & ~known
        if int(classes[new].sum()) >= max(_LEAST, _NEW * classes.sum()):
            kept.append(rule)
            known |= new
    return kept


def _counts(rules: Sequence[Rule]) -> tuple[list[int], list[int]]:
    return [r.customers[1] for r in rules], [sum(r.customers) for r in rules]
