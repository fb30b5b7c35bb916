"""Everybody's numbers → the frozen parameters of a cluster model: how many clusters, which and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import numpy as np

from custrata.core.predict import choice
from custrata.core.predict.kmeans import Clustering, Whole, by_hash, kmeans, nearest, places
from custrata.core.predict.matching import matched
from custrata.core.predict.naming import Heights, named, outstanding
from custrata.core.predict.rules import Rule
from custrata.core.predict.scale import Scale
from custrata.core.predict.scaling import Floats, fit_scale, scaled
from custrata.core.predict.tree import best_for, counted, grow
from custrata.core.segments.cluster_params import Cluster, ClusterParams, Telling, Tried, letter

#: Customers from whom the tree is grown; its shares are counted over everybody.
_GROWN_FROM = 20_000


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
    told = _tellings(values, own, len(found), order)
    clusters = tuple(
        Cluster(
            key=keys[i], rule=rules[at], stands_out=tuple(outstanding(heights[at])),
            centre=tuple(heights[at].of.values()), customers=int(found.customers[i]),
            typical=_typical(values, own == at), telling=told[at],
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


def _tellings(values: Mapping[str, Floats], own: Whole, k: int, order: Whole) -> list[Telling | None]:
    """What sets each cluster apart: its best leaf of one tree for all of them, or of a tree against the others where it
    has the majority in no leaf."""
    if k < 2:
        return [None] * k
    some = order[places(len(order), _GROWN_FROM)]
    sample = {name: column[some] for name, column in values.items()}
    rules = counted(grow(sample, own[some], k), values, own, k)
    found: list[Telling | None] = []
    for at in range(k):
        rule, place = best_for(rules, at), at
        if rule is None:
            alone, place = (own == at).astype(np.int64), 1
            rule = best_for(counted(grow(sample, alone[some], 2), values, alone, 2), 1)
        found.append(_telling(rule, place))
    return found


def _telling(rule: Rule | None, place: int) -> Telling | None:
    if rule is None or not rule.ranges:
        return None
    return Telling(ranges=rule.ranges, customers=sum(rule.customers), own=rule.customers[place])
