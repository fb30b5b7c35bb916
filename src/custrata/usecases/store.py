"""The store of a workspace: what people decided and what was published, kept for good, whatever database holds it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from custrata.core.store import AuditEntry, Override, PlanEntry, PlanState, ProfileChange, RunEntry, RunState, Verdict


class Store(Protocol):
    """Every change is inside `transaction`; one that is not committed never was."""

    def transaction(self) -> AbstractContextManager[None]:
        """All changes inside, or none of them."""

    def close(self) -> None: ...

    def runs(self, limit: int | None = None) -> list[RunEntry]:
        """The newest first, by the order of publishing."""

    def run(self, id: str) -> RunEntry | None: ...

    def current(self) -> RunEntry | None:
        """The run that readers are to see: the newest, by the order of publishing, that is `published`."""

    def add_run(self, run: RunEntry) -> None:
        """Adds a published run and makes it current; the states of others stay."""

    def make_current(self, id: str) -> None:
        """This run is current: it is `published`, and all that were published after it are `rolled back`."""

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

    def add_profile_change(self, change: ProfileChange) -> ProfileChange:
        """Adds it under the next id (the one given is ignored) and gives it back."""

    def profile_changes(self, customers: Collection[str] | None = None) -> list[ProfileChange]:
        """Of these customers or of all, the oldest first."""

    def latest_profile_change(self) -> int:
        """The number of the latest; 0 before the first."""

    def record(self, entry: AuditEntry) -> None: ...

    def audit(self, subject: str | None = None, limit: int | None = None) -> list[AuditEntry]:
        """The newest first."""


#: The folder of a workspace's own files → its store, to be closed after use.
OpenStore = Callable[[Path], Store]
