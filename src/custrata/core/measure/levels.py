"""What a plan and a movement report show, as plain values: use cases fill them, report, terminal and charts draw them.

Levels and metrics stand here under the names that the reader is to see, causes under those of `core.levels.step`; a
level that is null is none at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from custrata.core.levels.movement import Movement
from custrata.core.measure.model import MetricNote

#: Which way a customer goes: up, down, onto the ladder, off it, or from a level that the ladder no longer has.
Way = Literal["up", "down", "new", "gone", "anew"]
WAYS: tuple[Way, ...] = ("up", "down", "new", "gone", "anew")


@dataclass(frozen=True)
class Weighed:
    """One comparison that decided: what is compared, the customer's own value, what is asked of it ('' where the name
    says it), and whether it holds (null: that is not known)."""

    name: str
    value: str
    asked: str
    holds: bool | None


@dataclass(frozen=True)
class Mover:
    """One customer who moves. `weighed` are the numbers of the condition that decided; `note` what somebody said who
    decided by hand; `name` and `spend` are null where they are not known (any more)."""

    customer_id: str
    name: str | None
    before: str | None
    level: str | None
    cause: str
    spend: Decimal | None
    weighed: Sequence[Weighed] = ()
    note: str = ""


@dataclass(frozen=True)
class MoveGroup:
    """Customers who go the same way for the same cause, and what they spend."""

    way: Way
    before: str | None
    level: str | None
    cause: str
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class LevelShare:
    """One level before and after: customers and what those spend. Shares are 0..1, null where nobody is on the ladder;
    spend is that of the plan's day on both sides, so that only moves make a difference."""

    level: str
    before: int
    after: int
    before_share: float | None
    after_share: float | None
    spend_before: Decimal
    spend_after: Decimal


@dataclass(frozen=True)
class InGrace:
    """One customer whose level fails and who keeps it until `ends` (first day on which it may be taken; null: until
    the next review)."""

    customer_id: str
    name: str | None
    level: str
    failing: date
    ends: date | None
    spend: Decimal | None
    weighed: Sequence[Weighed] = ()


@dataclass(frozen=True)
class GraceEnd:
    """How many keep a level until a day or a month (its first day; null: until the next review)."""

    ends: date | None
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class HeldByHand:
    """A level given by hand: who has it, what the rules alone would give, until when, why."""

    number: int
    customer_id: str
    name: str | None
    kind: Literal["pin", "floor"]
    level: str
    rule: str | None
    until: date | None
    reason: str
    who: str
    spend: Decimal | None = None


@dataclass(frozen=True)
class BrakeTripped:
    """A brake: `customers` of `of` move, more than the share `most`."""

    kind: Literal["fall", "rise"]
    customers: int
    of: int
    most: Decimal


@dataclass(frozen=True)
class LadderPlan:
    """What a plan says of one ladder; lists have the largest by spend first and name at most a few, the counts beside
    them are of all."""

    name: str
    title: str
    levels: Sequence[str]
    shares: Sequence[LevelShare]
    groups: Sequence[MoveGroup]
    pairs: Mapping[tuple[str | None, str | None], int]
    falls: Sequence[Mover]
    rises: Sequence[Mover]
    by_scheme: Sequence[Mover]
    """Those whom a changed scheme moves."""
    grace: Sequence[InGrace]
    grace_ends: Sequence[GraceEnd]
    by_month: bool
    """Whether `grace_ends` counts months, not days."""
    held: Sequence[HeldByHand]
    held_count: int
    expiring: Sequence[HeldByHand]
    brakes: Sequence[BrakeTripped] = ()
    firsts: Sequence[Mover] = ()
    """Those who come onto the ladder."""

    def going(self, way: Way) -> int:
        """Customers who go that way."""
        return sum(g.customers for g in self.groups if g.way == way)

    def moved_by(self, cause: str) -> int:
        """Customers who move for that cause."""
        return sum(g.customers for g in self.groups if g.cause == cause)

    @property
    def in_grace(self) -> int:
        """Customers whose level fails and who keep it for now."""
        return sum(g.customers for g in self.grace_ends)


@dataclass(frozen=True)
class PlanVerdict:
    """What somebody decided about the plan."""

    approved: bool
    who: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class PlanReport:
    """A plan as one shows it to whoever decides."""

    title: str
    as_of: date
    plan_id: str
    state: Literal["open", "approved", "rejected", "applied", "discarded"]
    created_at: datetime
    base: str | None
    base_day: date | None
    """The run that levels were before, and its day; null for the first plan."""
    customers: int
    moves: int
    currency: str
    spend: MetricNote
    ladders: Sequence[LadderPlan]
    verdicts: Sequence[PlanVerdict]
    version: str
    expiring_within: int
    """Days within which an override is said to expire soon."""
    scheme_changed: bool = False


@dataclass(frozen=True)
class MovementReport:
    """Customers of each level before `first` and at the end of `last`, what lies between, and who went where."""

    title: str
    ladder: str
    first: date
    last: date
    levels: Sequence[str]
    rows: Sequence[Movement]
    pairs: Mapping[tuple[str | None, str | None], int]
    """(level before `first`, level at the end of `last`) → customers; null is none."""
    runs: Sequence[tuple[date, str, int]]
    """Day, id and number of moves of the plans applied in the period."""
    version: str
