"""Which products people buy who buy a product, learned from everybody's purchases: the fit of recommendations.

What comes out is small and frozen: the nearest neighbours of each product, what sells now, and after how long a
product is bought again. `recommend_rank` makes recommendations of it, for one customer or for all.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from custrata.core.predict.baskets_pairs import Rows, together
from custrata.core.predict.counts import Floats, Whole

#: Neighbours that are kept of each product.
NEIGHBOURS = 50
#: Days after which a purchase weighs half.
HALF_LIFE = 90
#: From so long between two purchases of it on a product is a durable: who has just bought it needs no second one.
DURABLE = 180
#: Of a customer who bought more products than this, the latest count in the fit; resellers would outweigh all others.
MOST_OF_CUSTOMER = 300
#: Buyers whom a product must have to have neighbours: of fewer nobody can say what goes with it.
FEWEST = 5
#: Customers who are added to those of either product, so that two products which one person bought are not the same.
_DAMPING = 10.0
#: Intervals that a product must have for a median of its own.
_INTERVALS = 10


@dataclass(frozen=True)
class Purchases:
    """What each customer bought, a row a customer and product, sorted so. `last`: the last day, as a number; `times`:
    different days; `recent`: the sum over those days of 2^(−age ÷ half-life)."""

    customer: Whole
    product: Whole
    last: Whole
    times: Whole
    recent: Floats

    @classmethod
    def of(cls, customer: Whole, product: Whole, day: Whole, as_of: int, half_life: float) -> Purchases:
        """From customer, product and day in any order, which may repeat."""
        c, p, d = _each_once(customer, product, day)
        begins = np.flatnonzero(_new(c, p))
        if not len(begins):
            return cls(c, p, d, d, np.zeros(0))
        times = np.diff(np.append(begins, len(c)))
        recent = np.add.reduceat(np.exp2(-(as_of - d) / half_life), begins)
        return cls(c[begins], p[begins], d[begins + times - 1], times, recent)

    def __len__(self) -> int:
        return len(self.customer)

    def some(self, rows: Any) -> Purchases:
        """Rows by their numbers, or by yes and no."""
        return Purchases(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True)
class Params:
    """What was learned, frozen. Products have the numbers of their places in `products` (ids, sorted), so that equal
    scores stand by id. `neighbours` and `likeness`: a row a product, the nearest first; −1 and 0 where there are no
    more. `again`: the share of a product's buyers who bought it on another day, too. `interval`: median days between
    two purchases, of the product, else of its category; infinite where nobody buys it again. `popularity`: customers of
    late (each weighs 2^(−age of the last purchase ÷ half-life)), a row for everybody, then one a class of `classes`.
    `left_out`: products that are not to be recommended (out of stock, taken off the list)."""

    products: Any
    neighbours: Whole
    likeness: Floats
    again: Floats
    interval: Floats
    popularity: Floats
    classes: Any
    left_out: Any
    category: Any
    as_of: int
    half_life: float

    @cached_property
    def whole(self) -> Floats:
        """The sum of each product's likeness to its neighbours; 1 where it has none."""
        found: Floats = self.likeness.sum(axis=1)
        found[found == 0] = 1.0
        return found

    def save(self, path: Path) -> None:
        """The same parameters give the same bytes."""
        with path.open("wb") as file:
            arrays: dict[str, Any] = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> Params:
        """As `save` wrote it. Raises `ValueError`, `KeyError` or `OSError` for what is none."""
        with np.load(path, allow_pickle=False) as found:
            values = {f.name: found[f.name] for f in fields(cls)}
        return cls(**{**values, "as_of": int(values["as_of"]), "half_life": float(values["half_life"])})


def fit(
    purchases: Purchases, days: tuple[Whole, Whole, Whole], products: Any, as_of: int, *, half_life: float = HALF_LIFE,
    category: Any = None, class_of: Whole | None = None, classes: Any = (), left_out: Any = None,
    neighbours: int = NEIGHBOURS,
) -> Params:  # fmt: skip
    """`days` are the purchases one by one (customer, product, day); `class_of` has the class of each row of `purchases`
    (−1: none). Likeness is the cosine of two products' columns in the table of customers and products: how many bought
    both ÷ the root of how many bought the one × how many the other, each with ten more. When somebody bought does not
    matter here: who bought something once still tells what it goes with.

    Source: Linden, Smith and York (2003), IEEE Internet Computing 7(1).
    """
    width = len(products)
    near, like = _neighbours(purchases, width, neighbours)
    buyers = np.bincount(purchases.product, minlength=width)
    more = np.bincount(purchases.product[purchases.times > 1], minlength=width)
    categories = np.asarray(category if category is not None else [""] * width, dtype=str)
    late = np.exp2(-(as_of - purchases.last) / half_life)
    popularity = [np.bincount(purchases.product, weights=late, minlength=width)]
    for c in range(len(classes)):
        of_class = class_of == c
        popularity.append(np.bincount(purchases.product[of_class], weights=late[of_class], minlength=width))
    return Params(
        np.asarray(products, dtype=str), near, like, more / np.maximum(buyers, 1),
        _intervals(*days, width, categories), np.stack(popularity), np.asarray(list(classes), dtype=str),
        np.zeros(width, dtype=bool) if left_out is None else np.asarray(left_out, dtype=bool), categories, as_of,
        half_life,
    )  # fmt: skip


def _neighbours(p: Purchases, width: int, most: int) -> tuple[Whole, Floats]:
    """The `most` likest products of each, and how like they are; equal ones by number."""
    near, like = np.full((width, most), -1, dtype=np.int64), np.zeros((width, most))
    often = np.flatnonzero(np.bincount(p.product, minlength=width) >= FEWEST)
    number = np.full(width, -1)
    number[often] = np.arange(len(often))
    keep = _latest(p)
    keep = keep[number[p.product[keep]] >= 0]
    rows = Rows.of(p.customer[keep], number[p.product[keep]], len(often))
    length = np.sqrt(rows.counts() + _DAMPING)
    for low, table in together(rows, both=True):
        lines = np.arange(len(table))
        cosine = table / length
        cosine[lines, lines + low] = 0.0
        cosine /= length[low : low + len(table), None]
        chosen, values = largest(cosine, most)
        lines = often[low : low + len(table)]
        near[lines, : chosen.shape[1]] = np.where(chosen >= 0, often[chosen], -1)
        like[lines, : chosen.shape[1]] = values
    return near, like


def largest(table: Floats, most: int) -> tuple[Whole, Floats]:
    """Of each line the columns of the `most` largest positive numbers, largest first, equal ones by column; −1 and 0
    where there are fewer."""
    lines, width = table.shape
    most = min(most, width)
    # The most-th largest of the maxima of groups is no larger than the most-th largest of all: only what reaches it
    # needs sorting.
    groups = max(most, min(width, 8 * most))
    size = width // groups
    bound = np.zeros(lines)
    if size > 1:
        # A group is every so-manieth column: long runs are compared at once.
        maxima = table[:, : groups * size].reshape(lines, size, groups).max(axis=1)
        bound = np.partition(maxima, groups - most, axis=1)[:, groups - most]
    flat = np.flatnonzero(table >= np.maximum(bound, np.finfo(np.float64).tiny)[:, None])
    line, column = np.divmod(flat, width)
    value = table.reshape(-1)[flat]
    order = np.lexsort((column, -value, line))
    line, column, value = line[order], column[order], value[order]
    place = np.arange(len(line)) - np.searchsorted(line, line, side="left")
    top = place < most
    chosen = np.full((lines, most), -1, dtype=np.int64)
    values = np.zeros((lines, most))
    chosen[line[top], place[top]] = column[top]
    values[line[top], place[top]] = value[top]
    return chosen, values


def _latest(p: Purchases) -> Whole:
    """The rows of each customer's latest products, of one day those with the lower numbers, in the rows' order."""
    sizes = np.bincount(p.customer) if len(p) else np.zeros(0, np.int64)
    if not len(p) or sizes.max() <= MOST_OF_CUSTOMER:
        return np.arange(len(p))
    order = np.lexsort((p.product, -p.last, p.customer))
    place = np.arange(len(p)) - np.searchsorted(p.customer[order], p.customer[order], side="left")
    return np.sort(order[place < MOST_OF_CUSTOMER])


def _intervals(customer: Whole, product: Whole, day: Whole, width: int, category: Any) -> Floats:
    c, p, d = _each_once(customer, product, day)
    same = (c[1:] == c[:-1]) & (p[1:] == p[:-1])
    gap, of = (d[1:] - d[:-1])[same], p[1:][same]
    _, group = np.unique(category, return_inverse=True)
    own = _medians(of, gap, width)
    of_category = _medians(group[of], gap, int(group.max(initial=-1)) + 1)[group]
    return np.where(np.isinf(own) & (category != ""), of_category, own)


def _medians(key: Whole, value: Whole, width: int) -> Floats:
    """The lower median of the values of each key; infinite where there are too few to tell."""
    order = np.lexsort((value, key))
    sizes = np.bincount(key, minlength=width)
    begins = np.cumsum(sizes) - sizes
    found = np.full(width, np.inf)
    enough = sizes >= _INTERVALS
    found[enough] = value[order][(begins + (sizes - 1) // 2)[enough]]
    return found


def _each_once(customer: Whole, product: Whole, day: Whole) -> tuple[Whole, Whole, Whole]:
    """The same rows in order, each once."""
    columns = (customer, product, day)
    lows = [int(c.min(initial=0)) for c in columns]
    spans = [int(c.max(initial=0)) - low + 1 for c, low in zip(columns, lows, strict=True)]
    if spans[0] * spans[1] * spans[2] < 1 << 62:
        # One number sorts ten times as fast as three, and rows often come in order.
        key = ((customer - lows[0]) * spans[1] + (product - lows[1])) * spans[2] + (day - lows[2])
        if not (key[1:] > key[:-1]).all():
            key = np.unique(key)
        both = key // spans[2]
        first = both // spans[1]
        return first + lows[0], both - first * spans[1] + lows[1], key - both * spans[2] + lows[2]
    order = np.lexsort((day, product, customer))
    customer, product, day = customer[order], product[order], day[order]
    new = _new(customer, product, day)
    return customer[new], product[new], day[new]


def _new(*columns: Whole) -> Any:
    """Whether a row differs from the one before it."""
    found = np.ones(len(columns[0]), dtype=bool)
    found[1:] = False
    for column in columns:
        found[1:] |= column[1:] != column[:-1]
    return found
