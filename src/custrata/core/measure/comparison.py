"""What a comparison of two schemes shows, as plain values: who would be placed differently, and what levels look like
under each. A use case fills them, report and terminal draw them.

Levels and metrics stand here under the names that the reader is to see; a level that is null is none at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custrata.core.errors import Problem
from custrata.core.measure.levels import LevelShare, Way, Weighed
from custrata.core.measure.model import MetricNote


@dataclass(frozen=True)
class Apart:
    """Customers to whom this scheme gives one level and the other one another, and what they spend. `way` is where the
    other places them: higher, lower, on the ladder, off it, or on a level that cannot be ranked with this one."""

    way: Way
    ours: str | None
    theirs: str | None
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class PlacedApart:
    """One customer whom the schemes place differently. Causes are those of his move under each scheme, null where he
    stays where he is (`now`); `weighed` are the numbers of the condition that decided there."""

    customer_id: str
    name: str | None
    way: Way
    now: str | None
    ours: str | None
    theirs: str | None
    ours_cause: str | None
    theirs_cause: str | None
    spend: Decimal | None
    ours_weighed: Sequence[Weighed] = ()
    theirs_weighed: Sequence[Weighed] = ()


@dataclass(frozen=True)
class LadderComparison:
    """One ladder under two schemes. `shares` has this scheme as before and the other as after; `ours_moves` and
    `theirs_moves` count who would move from where he is now, by way; `people` names the largest by spend, at most a
    few, `groups` counts all."""

    name: str
    title: str
    levels: Sequence[str]
    shares: Sequence[LevelShare]
    groups: Sequence[Apart]
    pairs: Mapping[tuple[str | None, str | None], int]
    """(level here, level there) → customers, equal ones included."""
    ours_moves: Mapping[Way, int]
    theirs_moves: Mapping[Way, int]
    people: Sequence[PlacedApart]

    @property
    def differing(self) -> int:
        """Customers who are placed differently."""
        return sum(g.customers for g in self.groups)

    def going(self, way: Way) -> int:
        """Of those, whom the other scheme places that way."""
        return sum(g.customers for g in self.groups if g.way == way)


@dataclass(frozen=True)
class Comparison:
    """Two schemes over the same facts, from the same levels and overrides. `lacking` are ladders that only one has,
    `notes` what either evaluation has to say."""

    title: str
    file: str
    other_title: str
    other_file: str
    as_of: date
    customers: int
    currency: str
    spend: MetricNote
    ladders: Sequence[LadderComparison]
    lacking: Sequence[str]
    version: str
    notes: Sequence[Problem] = ()

    @property
    def differing(self) -> int:
        """Places that differ: customers, counted once for each ladder."""
        return sum(ladder.differing for ladder in self.ladders)
