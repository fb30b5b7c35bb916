"""Corrections of profiles in the store: read for an evaluation, and closed when the source says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from custrata.core.facts.corrected import in_force
from custrata.core.store import AuditEntry, ProfileChange
from custrata.usecases.levels.kept import has_store, store_of
from custrata.usecases.profile_overlay import Used
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace


def kept_changes(workspace: Workspace, open_store: OpenStore | None) -> tuple[ProfileChange, ...]:
    """All changes of profiles, the oldest first; none where nothing was ever kept in a store."""
    if open_store is None or not has_store(workspace):
        return ()
    with store_of(workspace, open_store) as store:
        return tuple(store.profile_changes())


def close_idle(
    workspace: Workspace, open_store: OpenStore | None, used: Sequence[Used], now: datetime
) -> int:  # fmt: skip
    """Takes back the corrections that say what the source says by now, unless somebody changed them meanwhile; how many
    they are. The audit trail tells of each."""
    idle = {u.change.id: u for u in used if u.idle}
    if not idle or open_store is None:
        return 0
    closed = 0
    with store_of(workspace, open_store) as store, store.transaction():
        for change in in_force(store.profile_changes(), {}):
            if change.id in idle:
                own = idle[change.id].change
                done = replace(own, old=own.new, new=None, who="", at=now, reason="", withdrawn=True)
                store.add_profile_change(done)
                store.record(AuditEntry(now, "", "close correction", own.customer_id, {"column": own.column}))
                closed += 1
    return closed
