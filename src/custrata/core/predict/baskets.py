"""What is bought together in an order: pairs and sets of three, how much more often than by chance, and how surely."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from custrata.core.predict.baskets_pairs import Rows, together
from custrata.core.predict.baskets_tail import corrected, upper_tail
from custrata.core.predict.counts import Floats, Whole

#: Orders of more different products are a warehouse's, not a basket: they tell nothing of what goes together.
MOST_IN_ORDER = 200
#: A pair that fewer orders have is no habit, however rare its products.
LEAST = 5
#: Pairs that are tried with every third product.
GROWN = 300


@dataclass(frozen=True)
class Found:
    """Pairs (two columns of `items`) or sets of three, a row each, by leverage from the largest down, equal ones by
    their items.

    `together`: orders with all of them (support ÷ `orders`). `confidence`: one column an item, the share of the orders
    with the *others* that have this one as well. `lift`: how many times as often as if nothing tied the last item of a
    rule to the others; of sets of three the smallest of the three rules'. `leverage`: share of all orders in which
    they are together beyond chance, the smallest likewise. `p`: probability of as many by chance, the largest likewise;
    `q`: corrected for all that were tested.
    """

    items: Whole
    together: Whole
    confidence: Floats
    lift: Floats
    leverage: Floats
    p: Floats
    q: Floats
    orders: int
    tested: int
    sold: Whole = field(repr=False)
    """Orders with each item."""
    wide: int = 0
    """Orders left out because they are too wide."""

    def __len__(self) -> int:
        return len(self.together)

    def some(self, rows: Whole) -> Found:
        """Rows by their numbers."""
        return Found(self.items[rows], self.together[rows], self.confidence[rows], self.lift[rows], self.leverage[rows],
                     self.p[rows], self.q[rows], self.orders, self.tested, self.sold, self.wide)  # fmt: skip


def without_wide(baskets: Rows, most: int = MOST_IN_ORDER) -> tuple[Rows, int]:
    """Orders of no more than `most` items, and how many had more."""
    wide = baskets.sizes > most
    return (baskets.kept(rows=~wide) if wide.any() else baskets), int(wide.sum())


def pairs(baskets: Rows, least: int = LEAST) -> Found:
    """Every pair of items that at least `least` orders have. `baskets` has a row an order; orders of one item count as
    orders. Tested are all pairs of items that are in so many orders each: a pair that is not listed was tested, too.

    Three of four orders have tea and milk, the fourth has cake:

    >>> found = pairs(Rows.of(np.array([0, 0, 1, 1, 2, 2, 3]), np.array([0, 1, 0, 1, 0, 1, 2]), 3), least=2)
    >>> found.items.tolist(), found.together.tolist(), found.lift.round(3).tolist(), found.p.round(3).tolist()
    ([[0, 1]], [3], [1.333], [0.25])
    """
    orders = len(baskets)
    baskets, wide = without_wide(baskets)
    sold = baskets.counts()
    often = sold >= max(least, 1)
    number = np.flatnonzero(often)
    shorter = baskets.kept(columns=often)
    shorter = shorter.kept(rows=shorter.sizes > 1)
    one, other, count = [], [], []
    for low, table in together(shorter):
        lines, columns = np.nonzero(table >= max(least, 1))
        one.append(number[lines + low])
        other.append(number[columns])
        count.append(table[lines, columns].astype(np.int64))
    a, b, k = (np.concatenate(x) if x else np.zeros(0, np.int64) for x in (one, other, count))
    orders -= wide
    tested = len(number) * (len(number) - 1) // 2
    p = upper_tail(k, sold[a], sold[b], orders)
    confidence = np.stack([k / sold[b], k / sold[a]], axis=1) if len(k) else np.zeros((0, 2))
    expected = sold[a] * (sold[b] / max(orders, 1))
    found = Found(np.stack([a, b], axis=1), k, confidence, k / np.maximum(expected, 1e-300),
                  (k - expected) / max(orders, 1), p, corrected(p, tested), orders, tested, sold, wide)  # fmt: skip
    return _sorted(found)


def triples(baskets: Rows, of: Found, least: int = LEAST, grown: int = GROWN) -> Found:
    """Sets of three that at least `least` orders have, grown out of the first `grown` significant ones among the pairs
    `of` the same baskets. Each is one set, however many of its pairs it grew from. All three rules "two, then the
    third" must hold for it to be significant: else one pair and a product that everybody buys would be a set."""
    baskets, _ = without_wide(baskets)
    orders, sold, width = of.orders, of.sold, baskets.width
    row_of = np.repeat(np.arange(len(baskets)), baskets.sizes)
    by_item = np.argsort(baskets.columns, kind="stable")
    ends = np.concatenate([[0], np.cumsum(sold)])
    has = np.zeros(len(baskets), dtype=bool)
    sets: dict[tuple[int, int, int], int] = {}
    seeds = np.flatnonzero((of.lift > 1) & (of.q <= 0.05))[:grown]
    tested = _with_any_third(of.items[seeds], np.flatnonzero(sold >= max(least, 1)))
    for a, b in of.items[seeds].tolist():
        of_a, of_b = (row_of[by_item[ends[i] : ends[i + 1]]] for i in (a, b))
        has[of_a] = True
        rows = of_b[has[of_b]]
        has[of_a] = False
        sizes = baskets.sizes[rows]
        index = np.repeat(baskets.starts[:-1][rows] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        counts = np.bincount(baskets.columns[index + np.arange(len(index))], minlength=width)
        counts[[a, b]] = 0
        for c in np.flatnonzero(counts >= max(least, 1)).tolist():
            x, y, z = sorted((a, b, c))
            sets[x, y, z] = int(counts[c])
    if not sets:
        empty = np.zeros(0)
        return Found(np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros((0, 3)), empty, empty, empty, empty,
                     orders, tested, sold, of.wide)  # fmt: skip
    items = np.array(list(sets), dtype=np.int64)
    k = np.array(list(sets.values()), dtype=np.int64)
    # As many orders have three as have each two of them at least, so every pair is among those counted.
    keys = of.items[:, 0] * width + of.items[:, 1]
    order = np.argsort(keys)
    confidence, lift, leverage, p = [], [], [], []
    for third, (i, j) in enumerate(((1, 2), (0, 2), (0, 1))):
        at = order[np.searchsorted(keys[order], items[:, i] * width + items[:, j])]
        two, one = of.together[at], sold[items[:, third]]
        expected = two * (one / orders)
        confidence.append(k / two)
        lift.append(k / expected)
        leverage.append((k - expected) / orders)
        p.append(upper_tail(k, two, one, orders))
    worst = np.max(p, axis=0)
    found = Found(items, k, np.stack(confidence, axis=1), np.min(lift, axis=0), np.min(leverage, axis=0), worst,
                  corrected(worst, tested), orders, tested, sold, of.wide)  # fmt: skip
    return _sorted(found)


def _with_any_third(seeds: Whole, often: Whole) -> int:
    """How many different sets of three have at least one of the pairs."""
    n = len(often)
    found = []
    for a, b in np.searchsorted(often, seeds).tolist():
        third = np.delete(np.arange(n), [a, b])
        low, high = np.minimum(third, a), np.maximum(third, b)
        found.append((low * n + (third + a + b - low - high)) * n + high)
    return len(np.unique(np.concatenate(found))) if found else 0


def significant(found: Found, q: float = 0.05) -> Found:
    """Those that are together more often than by chance, with at most the share `q` of wrong ones among them."""
    return found.some(np.flatnonzero((found.lift > 1) & (found.q <= q)))


def _sorted(found: Found) -> Found:
    keys = [found.items[:, i] for i in reversed(range(found.items.shape[1]))]
    return found.some(np.lexsort((*keys, -found.leverage)))
