"""The store of a workspace: what people decided and what was published, kept for good; the database behind it is a
matter of the web layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

RunState = Literal["published", "superseded", "rolled back"]
PlanState = Literal["open", "approved", "rejected", "applied", "discarded"]
OverrideKind = Literal["pin", "floor"]


@dataclass(frozen=True)
class RunEntry:
    """A published run. `base` is the run whose standing its levels were reckoned from (null: there was none); `plan`
    the plan that was applied (null: a run that moved nobody)."""

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

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day, as far as is known now."""
        return self.ended_at is None and self.starts <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class AuditEntry:
    """Who did what and when. Entries are only ever added."""

    at: datetime
    who: str
    verb: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


class Store(Protocol):
    """Every change is inside `transaction`; one that is not committed never was."""

    def transaction(self) -> AbstractContextManager[None]:
        """All changes inside, or none of them."""

    def close(self) -> None: ...

    def runs(self, limit: int | None = None) -> list[RunEntry]:
        """The newest first."""

    def run(self, id: str) -> RunEntry | None: ...

    def current(self) -> RunEntry | None:
        """The run that readers are to see."""

    def add_run(self, run: RunEntry) -> None:
        """Adds a run and makes it current."""

    def make_current(self, id: str) -> None:
        """An earlier run is current again; those published after it in its chain are `rolled back`."""

    def mark_run(self, id: str, state: RunState) -> None: ...

    def plans(self, state: PlanState | None = None, limit: int | None = None) -> list[PlanEntry]:
        """The newest first."""

    def plan(self, id: str) -> PlanEntry | None: ...

    def add_plan(self, plan: PlanEntry) -> None: ...

    def mark_plan(self, id: str, state: PlanState) -> None: ...

    def add_verdict(self, verdict: Verdict) -> None: ...

    def verdicts(self, plan: str) -> list[Verdict]:
        """The oldest first."""

    def add_override(self, override: Override) -> Override:
        """Adds it under the next id (the one given is ignored) and gives it back."""

    def end_override(self, id: int, at: datetime, who: str) -> None: ...

    def overrides(self, ladder: str | None = None, customer_id: str | None = None) -> list[Override]:
        """All that ever were, the oldest first."""

    def record(self, entry: AuditEntry) -> None: ...

    def audit(self, subject: str | None = None, limit: int | None = None) -> list[AuditEntry]:
        """The newest first."""
