"""What a fit of clusters keeps: scales, centres, what each cluster is called after, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from custrata.core.predict.rules import Range
from custrata.core.predict.scale import Scale
from custrata.core.segments.base import Params

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Telling(Frozen):
    """The rule that sets a cluster apart best. It holds for `customers`; `own` of them are in the cluster."""

    ranges: tuple[Range, ...]
    customers: int
    own: int


class Tried(Frozen):
    """What came of a number of clusters; `custrata.core.predict.choice` says what the two figures are."""

    k: int
    silhouette: float
    stability: float


class Cluster(Frozen):
    """One cluster. `key` stays through refits. `centre` is on the scales, in the order of the metrics; `typical` has
    the median of each metric in its own unit. `rule` is the key of the rule that named it (null: it is described by
    what `stands_out`: metric, whether it is high)."""

    key: str
    rule: str | None
    stands_out: tuple[tuple[str, bool], ...]
    centre: tuple[float, ...]
    customers: int
    typical: tuple[Decimal, ...]
    telling: Telling | None


class ClusterParams(Params):
    """`n` customers had all the numbers; `letters` keys were given so far, those of clusters that are no longer
    included. `inertia` is the sum of squared distances to the nearest centres; `silhouette` and `stability` are null
    where there is only one cluster. `tried` has what each number of clusters came to."""

    metrics: tuple[str, ...]
    scales: tuple[Scale, ...]
    clusters: tuple[Cluster, ...]
    n: int
    letters: int
    inertia: float
    silhouette: float | None = None
    stability: float | None = None
    tried: tuple[Tried, ...] = ()

    def comparable(self, metrics: Sequence[str], scales: Sequence[Scale]) -> bool:
        """Whether centres of another fit can be compared: the same metrics, alike on a logarithm or not."""
        return self.metrics == tuple(metrics) and [s.log for s in self.scales] == [s.log for s in scales]

    def moved(self, scales: Sequence[Scale]) -> list[tuple[float, ...]]:
        """The centres on the scales of another fit."""
        return [
            tuple(old.moved(at, new) for at, old, new in zip(c.centre, self.scales, scales, strict=True))
            for c in self.clusters
        ]


def letter(n: int) -> str:
    """The key of the n-th cluster, from 0.

    >>> letter(0), letter(25), letter(26), letter(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    found = ""
    n += 1
    while n:
        n, rest = divmod(n - 1, 26)
        found = _LETTERS[rest] + found
    return found
