"""Everybody's numbers → the frozen parameters of a cluster model: how many clusters, which and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import numpy as np

from custrata.core.predict import choice
from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.kmeans import Clustering, by_hash, kmeans, nearest, places
from custrata.core.predict.matching import matched
from custrata.core.predict.naming import Heights, named, outstanding
from custrata.core.predict.scale import Scale
from custrata.core.predict.scaling import fit_scale, scaled
from custrata.core.predict.tree import counted, told_by
from custrata.core.segments.cluster_params import Cluster, ClusterParams, Telling, Tried, letter

#: Customers from whom trees are grown; their shares are counted over everybody.
_GROWN_FROM = 10_000


def fit_clusters(
    columns: Mapping[str, Floats], logs: Mapping[str, bool], kinds: Mapping[str, str], k: int | Literal["auto"],
    before: ClusterParams | None = None,
) -> ClusterParams:  # fmt: skip
    """From a column a metric with everybody's numbers (`nan` for none; who lacks one takes no part), in any order of
    the customers. `logs` tells which metrics have long tails, `kinds` what each metric is, for naming. With the
    parameters of `before`, clusters keep their keys."""
    names = tuple(columns)
    whole = np.logical_and.reduce([np.isfinite(c) for c in columns.values()])
    values = {name: np.ascontiguousarray(c[whole], dtype=np.float64) for name, c in columns.items()}
    n = int(whole.sum())
    scales = tuple(fit_scale(values[name], log=logs[name]) for name in names)
    if before is not None and not before.comparable(names, scales):
        before = None
    letters = before.letters if before is not None else 0
    if not n:
        return ClusterParams(metrics=names, scales=scales, clusters=(), n=0, letters=letters, inertia=0)
    points = scaled([values[name] for name in names], scales)
    order = by_hash(points)
    tried = choice.tried(points, choice.KS if k == "auto" else [k], order)
    found = kmeans(points, choice.best(tried) if k == "auto" else k, order=order)
    chosen = next((t for t in tried if t.k == len(found)), None)
    keys = _keys(found, before, scales)
    by_key = sorted(range(len(found)), key=lambda i: (len(keys[i]), keys[i]))
    centres = np.ascontiguousarray(found.centres[by_key])
    own = nearest(points, centres)
    heights = [
        Heights(dict(zip(names, map(float, centre), strict=True)), _rule_before(keys[i], before))
        for i, centre in zip(by_key, centres, strict=True)
    ]
    rules = named(heights, kinds)
    sample = _sample(list(values.values()), n)
    clusters = tuple(
        Cluster(
            key=keys[i], rule=rules[at], stands_out=tuple(outstanding(heights[at])),
            centre=tuple(heights[at].of.values()), customers=int(found.customers[i]),
            typical=_typical(values, own == at), telling=_telling(values, own, at, sample),
        )
        for at, i in enumerate(by_key)
    )  # fmt: skip
    return ClusterParams(
        metrics=names, scales=scales, clusters=clusters, n=n, inertia=found.inertia,
        letters=letters + sum(key not in {c.key for c in before.clusters} if before else True for key in keys),
        silhouette=chosen.silhouette if chosen else None, stability=chosen.stability if chosen else None,
        tried=tuple(Tried(k=t.k, silhouette=t.silhouette, stability=t.stability) for t in tried),
    )  # fmt: skip


def _keys(found: Clustering, before: ClusterParams | None, scales: Sequence[Scale]) -> list[str]:
    """The keys of the clusters: those of their pairs before, new ones for the others, the largest first."""
    centres = [tuple(map(float, c)) for c in found.centres]
    pairs: Sequence[int | None] = [None] * len(centres)
    if before is not None:
        pairs = matched(before.moved(scales), centres)
    keys = [None if p is None or before is None else before.clusters[p].key for p in pairs]
    fresh = sorted((i for i, key in enumerate(keys) if key is None), key=lambda i: (-found.customers[i], centres[i]))
    given = {i: letter((before.letters if before else 0) + at) for at, i in enumerate(fresh)}
    return [key if key is not None else given[i] for i, key in enumerate(keys)]


def _rule_before(key: str, before: ClusterParams | None) -> str | None:
    return next((c.rule for c in before.clusters if c.key == key), None) if before is not None else None


def _typical(values: Mapping[str, Floats], own: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[Decimal, ...]:
    """The median of each metric, always some customer's own value; none where nobody is nearest to the centre."""
    found = []
    for column in values.values():
        some = column[own]
        if len(some):
            middle = (len(some) - 1) // 2
            found.append(Decimal(repr(float(np.partition(some, middle)[middle]))))
    return tuple(found)


def _sample(columns: Sequence[Floats], n: int) -> Whole:
    """Places of customers from whom trees are grown. Those alike on their scales may differ in their own numbers, so
    the order is that of the numbers as they are."""
    return places(n, n) if n <= _GROWN_FROM else by_hash(columns)[places(n, _GROWN_FROM)]


def _telling(values: Mapping[str, Floats], own: Whole, at: int, sample: Whole) -> Telling | None:
    """What sets a cluster apart, found on a sample and counted over everybody."""
    rule = told_by({name: column[sample] for name, column in values.items()}, own[sample], at)
    if rule is None:
        return None
    whole = counted([rule], values, (own == at).astype(np.int64), 2)[0]
    return Telling(ranges=rule.ranges, customers=sum(whole.customers), own=whole.customers[1])
