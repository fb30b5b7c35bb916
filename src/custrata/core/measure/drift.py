"""How far a number or a segment has moved between two runs, and whether a scheme still tells customers apart.

The population stability index compares shares of customers in the same bins: Σ (now − before) · ln(now ÷ before). It
is 0 where nothing moved, the same in both directions, and the symmetric divergence of Jeffreys, Kullback and Leibler.
Below 0.1 nothing to speak of has moved, from 0.25 on the customers are others. Sources: N. Siddiqi, Credit Risk
Scorecards (2006); S. Kullback and R. A. Leibler, Annals of Mathematical Statistics 22 (1951); B. Yurdakul, Statistical
Properties of Population Stability Index (2018), for what chance alone makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log, sqrt
from statistics import NormalDist
from typing import Literal

#: From here on a little, and from here on so much that cuts and rules should be looked at.
MOVED, SHIFTED = 0.1, 0.25
#: The share that an empty bin counts for: one customer in ten thousand, whatever the number of customers.
FLOOR = 0.0001
#: A cut told customers apart while its smaller side had this share, and does no more below that one.
PARTED, LOST = 0.10, 0.05
#: A class with this share of the customers is nearly everybody.
NEARLY = 0.90
_CHANCE = NormalDist().inv_cdf(0.95)

Verdict = Literal["stable", "moved", "shifted"]
What = Literal["metric", "segment", "ladder"]
Fault = Literal["cut", "empty", "everybody"]


def psi(before: Sequence[int], now: Sequence[int]) -> float | None:
    """The population stability index of counts in the same bins; null where a side has nobody.

    >>> psi([50, 50], [50, 50]), round(psi([80, 20], [97, 3]), 3), round(psi([97, 3], [80, 20]), 3)
    (0.0, 0.355, 0.355)
    >>> round(psi([100, 0], [90, 10]), 3), psi([0, 0], [1, 2])
    (0.701, None)
    """
    a, b = sum(before), sum(now)
    if not a or not b:
        return None
    shares = [(max(m / a, FLOOR), max(n / b, FLOOR)) for m, n in zip(before, now, strict=True)]
    return sum((q - p) * log(q / p) for p, q in shares)


def shown_index(value: float) -> str:
    """An index with as many digits as it takes to see on which side of the bounds it lies, three at least.

    >>> shown_index(0.2479), shown_index(0.24996), shown_index(0.25), shown_index(4.731)
    ('0.248', '0.24996', '0.250', '4.731')
    """

    def side(index: float) -> int:
        return (index >= MOVED) + (index >= SHIFTED)

    digits = next((d for d in range(3, 12) if side(float(f"{value:.{d}f}")) == side(value)), 12)
    return f"{value:.{digits}f}"


def chance(bins: int, before: int, now: int) -> float:
    """The index that chance alone exceeds once in twenty times, if both runs draw their customers from one and the same
    crowd: χ² of bins − 1 degrees (after Wilson and Hilferty), times 1/n + 1/m. Two runs share most customers, so less
    is chance than this says.

    >>> round(chance(10, 100, 100), 3), round(chance(10, 10_000, 10_000), 4), chance(1, 5, 5)
    (0.338, 0.0034, 0.0)
    """
    free = bins - 1
    if free < 1 or not before or not now:
        return 0.0
    spread = 2 / (9 * free)
    return free * (1 - spread + _CHANCE * sqrt(spread)) ** 3 * (1 / before + 1 / now)


@dataclass(frozen=True)
class Part:
    """One bin or class: from a value (excluded) to one (included), or a class by its key; customers before and now.
    The bin of customers without a number has neither bound, and `missing` says so."""

    label: str
    before: int
    now: int
    missing: bool = False


@dataclass(frozen=True)
class Drift:
    """A metric, segment or ladder in two runs. `redefined`: the scheme says otherwise now what it is, so that the index
    tells of the scheme as well. `kept`: the parts of the run now by the cuts of the run before, of a segment whose cuts
    are found anew in each run, or by the model of the run before, of a prediction; then the index is theirs.
    `refitted`: a prediction comes from another model now, and the index tells of that as well, unless there is `kept`.
    """

    name: str
    title: str
    what: What
    parts: tuple[Part, ...]
    redefined: bool = False
    kept: tuple[Part, ...] = ()
    refitted: bool = False

    @property
    def compared(self) -> tuple[Part, ...]:
        """The parts that the index is made of."""
        return self.kept or self.parts

    @property
    def psi(self) -> float | None:
        return psi([p.before for p in self.compared], [p.now for p in self.compared])

    @property
    def chance(self) -> float:
        """What chance alone may make of it."""
        there = [p for p in self.compared if p.before or p.now]
        return chance(len(there), sum(p.before for p in there), sum(p.now for p in there))

    @property
    def verdict(self) -> Verdict | None:
        """Null where there is no index; what chance alone may make counts as stable."""
        found = self.psi
        if found is None:
            return None
        if found < MOVED or found <= self.chance:
            return "stable"
        return "shifted" if found >= SHIFTED else "moved"

    def shares(self) -> list[tuple[Part, float, float]]:
        """Each part with its share before and now, of the parts compared."""
        a, b = (sum(getattr(p, side) for p in self.compared) for side in ("before", "now"))
        return [(p, p.before / a if a else 0.0, p.now / b if b else 0.0) for p in self.compared]

    def most(self) -> tuple[Part, float, float] | None:
        """The part whose share changed most."""
        return max(self.shares(), key=lambda x: abs(x[2] - x[1]), default=None)


@dataclass(frozen=True)
class LostCut:
    """A cut, rule or class that tells no customers apart (any more). `said` is the comparison or the class; `before`
    and `now` are the shares of customers who fulfil it or are in it."""

    segment: str
    title: str
    fault: Fault
    said: str
    before: float
    now: float


@dataclass(frozen=True)
class Moves:
    """Who went where on a segment: (class before, class now) → customers; null is not among the customers."""

    segment: str
    title: str
    classes: tuple[str, ...]
    pairs: Mapping[tuple[str | None, str | None], int]

    @property
    def moved(self) -> int:
        """Customers of both runs whose class is another one."""
        return sum(n for (a, b), n in self.pairs.items() if a is not None and b is not None and a != b)

    @property
    def both(self) -> int:
        """Customers of both runs."""
        return sum(n for (a, b), n in self.pairs.items() if a is not None and b is not None)


@dataclass(frozen=True)
class DriftReport:
    """Two runs beside each other, the earlier one first. `left_out` are metrics and segments that one of them lacks,
    and metrics that were a number and are a date now, or the like."""

    title: str
    run: str
    as_of: date
    against: str
    against_as_of: date
    customers: int
    before: int
    found: tuple[Drift, ...]
    lost: tuple[LostCut, ...]
    moves: tuple[Moves, ...] = ()
    left_out: tuple[str, ...] = ()
    version: str = ""

    def of(self, *what: What) -> list[Drift]:
        """What has an index, the greatest first; what has none comes last."""
        own = [d for d in self.found if d.what in what]
        return sorted(own, key=lambda d: -1.0 if d.psi is None else d.psi, reverse=True)

    def count(self, verdict: Verdict) -> int:
        return sum(d.verdict == verdict for d in self.found)


def lost_its_meaning(before: float, now: float) -> bool:
    """Whether a cut that told customers apart does no more: its smaller side had a tenth, and has not one in twenty.

    >>> [lost_its_meaning(*sides) for sides in ((0.2, 0.03), (0.2, 0.97), (0.06, 0.03), (0.2, 0.1))]
    [True, True, False, False]
    """
    return min(before, 1 - before) >= PARTED and min(now, 1 - now) < LOST
