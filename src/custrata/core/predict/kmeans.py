"""Clusters of customers who are alike in several numbers: k-means, exact to the last bit in any order of customers.

Many starts on a sample, the best of them polished on a larger one and then on everybody. The sample does not depend on
the order of the rows: customers are put in the order of a hash of their numbers, and every n-th is taken; customers who
are alike lie side by side there, so a kind is in the sample as often as it is among all. Numbers lie on the grid of
`scaling`, on which all sums are exact.

Sources: S. P. Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 28 (1982); D. Arthur
and S. Vassilvitskii, k-means++: the advantages of careful seeding, SODA (2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.scale import GRID

#: Customers whose numbers stay in the processor's cache while they are looked at.
_AT_ONCE = 8192
#: Customers on whom starts are tried, and on whom the best of them is polished before everybody is asked.
_TRIED, _BETWEEN = 16_384, 131_072
#: Starts, and steps at most of one polishing.
STARTS, _STEPS = 10, 300
#: Squared movement of all centres together, in standard deviations, below which they stand still.
_STILL = 1e-7
_SEED = 20070107
#: Customers whose squares add up exactly.
_EXACT = 32


@dataclass(frozen=True)
class Clustering:
    """`centres` in rows, on the grid; `customers` of each; `inertia`: the sum of squared distances of everybody to
    the nearest centre; `steps`: passes over everybody."""

    centres: Floats
    customers: Whole
    inertia: float
    steps: int

    def __len__(self) -> int:
        return len(self.centres)


def kmeans(points: Floats, k: int, *, starts: int = STARTS, order: Whole | None = None) -> Clustering:
    """Clusters of `points`, a row a metric and a column a customer, on the grid. There are fewer than `k` where fewer
    customers differ. `order` is `by_hash(points)`, for who has it already. Raises `ValueError` without customers.

    >>> found = kmeans(np.array([[0.0, 8.0, 0.0, 8.0, 1.0]]), 2)
    >>> found.customers.tolist(), round(found.inertia, 3)
    ([3, 2], 0.667)
    """
    n = points.shape[1]
    if not n:
        raise ValueError("no customers")
    if order is None:
        order = by_hash(points)
    tried = taken(points, order, _TRIED)
    k = min(k, _kinds(tried, k))
    rng = np.random.Generator(np.random.PCG64(_SEED))
    best: Clustering | None = None
    for _ in range(starts):
        found = polished(tried, _seeds(tried, k, rng))
        if best is None or found.inertia < best.inertia:
            best = found
    assert best is not None
    if n > 2 * _BETWEEN:
        best = polished(taken(points, order, _BETWEEN), best.centres)
    return best if n <= _TRIED else polished(points, best.centres)


def polished(points: Floats, centres: Floats) -> Clustering:
    """Lloyd's steps until the centres stand still. A centre that loses its last customer moves to the customer who is
    farthest from his."""
    squares, found = _squares(points), None
    for step in range(1, _STEPS + 1):
        sums, customers = _gathered(points, centres)
        lost = customers == 0
        if lost.any():
            centres = _revived(points, centres, lost)
            continue
        inertia = fsum([squares, *(customers * _norms(centres)), *(-2 * sums * centres).ravel()])
        found = Clustering(centres, customers, max(inertia, 0.0), step)
        means = np.floor(sums / customers[:, None] * GRID + 0.5) / GRID
        if float(np.square(means - centres).sum()) <= _STILL:
            break
        centres = means
    if found is None:
        raise ValueError("fewer customers differ than there are centres")
    return found


def nearest(points: Floats, centres: Floats) -> Whole:
    """The place of the nearest centre of each customer; the first of several that are as near."""
    found = np.empty(points.shape[1], dtype=np.int64)
    half = _norms(centres)[:, None] / 2
    for at in range(0, points.shape[1], _AT_ONCE):
        found[at : at + _AT_ONCE] = (centres @ points[:, at : at + _AT_ONCE] - half).argmax(axis=0)
    return found


def by_hash(rows: Sequence[Floats] | Floats) -> Whole:
    """Places of the customers in the order of a hash of their numbers, a row a metric. Two kinds of customers get one
    hash with a chance of one in ten million even where a million customers all differ."""
    mixed: Any = np.zeros(len(rows[0]), dtype=np.uint64)
    for row in rows:
        # Adding nothing makes a −0 a plain 0.
        mixed ^= (row + 0.0).view(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
    found: Whole = np.argsort(mixed)
    return found


def places(n: int, size: int) -> Whole:
    """`size` places spread evenly over `n`; all of them where there are no more."""
    return np.arange(n) if n <= size else (np.arange(size) * n + n // 2) // size


def taken(points: Floats, order: Whole, size: int) -> Floats:
    """A sample of the customers, in the order of their hash."""
    return np.ascontiguousarray(points[:, order[places(len(order), size)]])


def _gathered(points: Floats, centres: Floats) -> tuple[Floats, Whole]:
    """Sum and number of the customers nearest to each centre."""
    k, n = len(centres), points.shape[1]
    sums, customers = np.zeros_like(centres), np.zeros(k)
    half = _norms(centres)[:, None] / 2
    room, mine = np.empty((k, min(n, _AT_ONCE))), np.empty((k, min(n, _AT_ONCE)))
    for at in range(0, n, _AT_ONCE):
        some = points[:, at : at + _AT_ONCE]
        near, own = room[:, : some.shape[1]], mine[:, : some.shape[1]]
        np.matmul(centres, some, out=near)
        near -= half
        np.equal(near, near.max(axis=0), out=own, casting="unsafe")
        counts = own.sum(axis=1)
        if counts.sum() != some.shape[1]:
            # Somebody stands exactly between centres: he belongs to the first.
            own[:] = near.argmax(axis=0) == np.arange(k)[:, None]
            counts = own.sum(axis=1)
        customers += counts
        sums += own @ some.T
    return sums, customers.astype(np.int64)


def _norms(centres: Floats) -> Floats:
    found: Floats = np.square(centres).sum(axis=1)
    return found


def _squares(points: Floats) -> float:
    """The sum of all squares: few enough at a time to be exact, then rounded once."""
    whole = points.shape[1] // _EXACT * _EXACT
    parts = [fsum(np.square(row[whole:])) for row in points]
    parts += [fsum(np.square(row[:whole]).reshape(-1, _EXACT).sum(axis=1)) for row in points]
    return fsum(parts)


def _distances(points: Floats, centre: Floats) -> Floats:
    found: Floats = np.square(points - centre[:, None]).sum(axis=0)
    return found


def _kinds(points: Floats, most: int) -> int:
    """How many customers differ, as far as it matters. The points are in the order of their hash."""
    differ = 1 + int((points[:, 1:] != points[:, :-1]).any(axis=0).sum())
    return min(differ, most)


def _seeds(points: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Centres among the customers by k-means++: each with a chance that grows with the square of its distance from
    those before; the best of a few at each step."""
    tries = 2 + int(log(k))
    chosen = [int(rng.random() * points.shape[1])]
    away = _distances(points, points[:, chosen[0]])
    for _ in range(1, k):
        total = np.cumsum(away)
        drawn = np.minimum(np.searchsorted(total, rng.random(tries) * total[-1], side="right"), len(total) - 1)
        left = [np.minimum(away, _distances(points, points[:, i])) for i in drawn]
        best = int(np.argmin([float(x.sum()) for x in left]))
        chosen.append(int(drawn[best]))
        away = left[best]
    return np.ascontiguousarray(points[:, chosen].T)


def _revived(points: Floats, centres: Floats, lost: NDArray[np.bool_]) -> Floats:
    """Centres without customers moved to those who are farthest from their own; of equals, to the first by number."""
    found = centres.copy()
    away = _distances_to_nearest(points, centres[~lost])
    for i in np.flatnonzero(lost):
        far = np.flatnonzero(away == away.max())
        found[i] = min(map(tuple, points[:, far].T))
        away = np.minimum(away, _distances(points, found[i]))
    return found


def _distances_to_nearest(points: Floats, centres: Floats) -> Floats:
    found = _distances(points, centres[0])
    for centre in centres[1:]:
        np.minimum(found, _distances(points, centre), out=found)
    return found
