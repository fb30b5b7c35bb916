"""How many clusters there are: by how well they are set apart, among those that come out again from other customers.

Sources: P. J. Rousseeuw, Silhouettes, Journal of Computational and Applied Mathematics 20 (1987); L. Hubert and
P. Arabie, Comparing partitions, Journal of Classification 2 (1985), for the adjusted Rand index; A. Ben-Hur,
A. Elisseeff and I. Guyon, A stability based method for discovering structure in clustered data, PSB (2002).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.kmeans import by_hash, kmeans, nearest, taken

#: Numbers of clusters that are tried.
KS = range(2, 9)
#: From this agreement on, clusters are taken to come out again from other customers.
STABLE = 0.75
#: Customers among whom distances are measured, and from whom halves are drawn.
_MEASURED, _DRAWN = 2_048, 4_096
_RESAMPLES, _STARTS = 10, 3
_SEED = 20021001


@dataclass(frozen=True)
class Tried:
    """`silhouette`: mean over a sample, −1 to 1; `stability`: mean adjusted Rand index between the clusters of a sample
    and those of ten halves of it, 1 where each half gives the same. Both have four decimals."""

    k: int
    silhouette: float
    stability: float


def tried(points: Floats, ks: Iterable[int] = KS, order: Whole | None = None) -> tuple[Tried, ...]:
    """What comes of each number of clusters; less than two, or more than there are different customers, are left out.
    `points` as in `kmeans`."""
    order = by_hash(points) if order is None else order
    drawn = taken(points, order, _DRAWN)
    # Both samples are evenly spread over the same order.
    measured = taken(points, order, _MEASURED)
    distances = _distances(measured)
    found = []
    for k in ks:
        clusters = kmeans(drawn, k, order=np.arange(drawn.shape[1]))
        if 2 <= k == len(clusters):
            width = silhouette(distances, nearest(measured, clusters.centres), k)
            found.append(Tried(k, width, _stability(drawn, clusters.centres)))
    return tuple(found)


def best(of: Sequence[Tried]) -> int:
    """The number of clusters with the greatest silhouette among those that are stable; the most stable one where none
    is; of equals the smallest. One where nothing could be tried."""
    stable = [t for t in of if t.stability >= STABLE]
    if stable:
        return min(stable, key=lambda t: (-t.silhouette, t.k)).k
    return min(of, key=lambda t: (-t.stability, t.k)).k if of else 1


def silhouette(distances: Floats, places: Whole, k: int) -> float:
    """The mean of (b − a) ÷ max(a, b) over the customers: a the mean distance to the others of one's own cluster, b the
    least mean distance to those of another. Who is alone in his cluster counts 0."""
    member = np.equal(places[:, None], np.arange(k)).astype(np.float64)
    size = member.sum(axis=0)
    sums = distances @ member
    alone = size[places] <= 1
    own = sums[np.arange(len(places)), places] / np.maximum(size[places] - 1, 1)
    others = np.where((member > 0) | (size == 0), np.inf, sums / np.maximum(size, 1)).min(axis=1)
    far = np.maximum(own, others)
    known = ~alone & np.isfinite(others) & (far > 0)
    return round(float(np.divide(others - own, far, out=np.zeros(len(places)), where=known).mean()), 4)


def agreement(one: Whole, other: Whole) -> float:
    """The adjusted Rand index of two partitions of the same customers: 1 where they are the same, about 0 by chance.

    >>> a = np.array([0, 0, 1, 1])
    >>> agreement(a, 1 - a), round(agreement(a, np.array([0, 1, 0, 1])), 6)
    (1.0, -0.5)
    """
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    both, first, second = (_pairs(x) for x in (table, table.sum(axis=1), table.sum(axis=0)))
    chance = first * second / max(len(one) * (len(one) - 1) / 2, 1)
    most = (first + second) / 2
    return 1.0 if most == chance else float((both - chance) / (most - chance))


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _distances(points: Floats) -> Floats:
    squares = np.square(points).sum(axis=0)
    found: Floats = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points.T @ points, 0))
    return found


def _stability(points: Floats, centres: Floats) -> float:
    rng = np.random.Generator(np.random.PCG64(_SEED))
    n, whole, found = points.shape[1], nearest(points, centres), []
    for _ in range(_RESAMPLES):
        # The order of the hash stays in a half.
        half = np.sort(np.argsort(rng.random(n), kind="stable")[: max(n // 2, 1)])
        some = np.ascontiguousarray(points[:, half])
        again = kmeans(some, len(centres), starts=_STARTS, order=np.arange(len(half)))
        found.append(agreement(whole, nearest(points, again.centres)))
    return round(float(np.mean(found)), 4)
