"""What the store of a workspace holds: runs, plans and verdicts on them, levels given by hand, who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

RunState = Literal["published", "rolled back"]
PlanState = Literal["open", "approved", "rejected", "applied", "discarded"]
OverrideKind = Literal["pin", "floor"]


@dataclass(frozen=True)
class RunEntry:
    """A published run: `published` holds, and the newest of those is current; one that was `rolled back` never was, for
    levels and their history. `base` is the run whose standing its levels were reckoned from (null: there was none);
    `plan` the plan that was applied (null: a run that moved nobody)."""

    id: str
    as_of: date
    published_at: datetime
    state: RunState = "published"
    base: str | None = None
    plan: str | None = None
    customers: int = 0
    moves: int = 0
    logic_hash: str = ""


@dataclass(frozen=True)
class PlanEntry:
    """A plan: what it stands on (`facts`, `logic_hash`, `overrides` as fingerprints, `base` as a run), how many
    customers it moves, and which brakes it trips (`brakes`, empty: none, so that nobody has to approve it)."""

    id: str
    as_of: date
    created_at: datetime
    state: PlanState
    facts: str
    logic_hash: str
    overrides: str
    base: str | None
    moves: int
    brakes: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Verdict:
    """What somebody decided about a plan."""

    plan: str
    approved: bool
    who: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Override:
    """A level given by hand: a pin is that level, a floor that one or a higher one; from a day to another (both inside;
    null: for good). `ended_at` tells when somebody took it back."""

    id: int
    ladder: str
    customer_id: str
    kind: OverrideKind
    level: str
    reason: str
    who: str
    created_at: datetime
    starts: date
    until: date | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    def in_force(self, as_of: date, today: date) -> bool:
        """Whether it counts for levels as of a day that are worked out today: what was decided by today counts, though
        the facts end earlier."""
        return self.ended_at is None and self.starts <= today and (self.until is None or as_of <= self.until)


@dataclass(frozen=True)
class ProfileChange:
    """A value of a customer's profile given by hand in place of the source's (null: none), or the taking back of one:
    then `withdrawn`. `old` is what the profile said before. Of each customer and column the latest holds."""

    id: int
    customer_id: str
    column: str
    old: str | None
    new: str | None
    who: str
    at: datetime
    reason: str = ""
    withdrawn: bool = False


@dataclass(frozen=True)
class AuditEntry:
    """Who did what and when. Entries are only ever added."""

    at: datetime
    who: str
    verb: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
