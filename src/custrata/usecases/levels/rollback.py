"""`custrata runs`, `custrata rollback`: what was published, and going back to an earlier run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.store import AuditEntry, RunEntry
from custrata.usecases.levels.kept import store_of
from custrata.usecases.ports import Clock
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class ListedRun:
    """A published run; `entry` is what the store says of it, where it moved levels."""

    id: str
    published_at: datetime
    as_of: date
    customers: int
    current: bool
    entry: RunEntry | None


def runs(workspace: Workspace, open_store: OpenStore) -> list[ListedRun]:
    """All published runs, the newest first. The store is opened only where the scheme has ever had levels."""
    entries: dict[str, RunEntry] = {}
    if has_store(workspace):
        with store_of(workspace, open_store) as store:
            entries = {r.id: r for r in store.runs()}
    found = []
    current = workspace.run().id if workspace.run_ids() else ""
    for run_id in reversed(workspace.run_ids()):
        record = workspace.run(run_id).record
        found.append(ListedRun(
            run_id, datetime.fromisoformat(record["published_at"]), date.fromisoformat(record["as_of"]),
            record["customers"], run_id == current, entries.get(run_id),
        ))  # fmt: skip
    return found


def rollback(workspace: Workspace, open_store: OpenStore, clock: Clock, run: str, *, who: str, reason: str) -> str:
    """Makes an earlier run current again, levels and all; those after it are marked as rolled back and stay readable.

    Errors: E-RUN-001, E-RUN-002 no such run; E-RUN-010 it is current already; E-RUN-011 most of its files were removed
    to make room; E-HAND-001 without a reason."""
    now = clock().astimezone(UTC)
    target = workspace.run(run)
    target.require_whole()
    if not reason.strip():
        raise CustrataError(Problem("E-HAND-001", run, {}))
    with workspace.writing(now), store_of(workspace, open_store) as store:
        if workspace.run().id == target.id:
            raise CustrataError(Problem("E-RUN-010", run, {"run": run}))
        known = [r.id for r in store.runs()]
        if known and target.id not in known:
            values = {"run": run, "known": ", ".join(known[:5]), "suggestion": did_you_mean(run, known)}
            raise CustrataError(Problem("E-RUN-002", str(workspace.path), values))
        with store.transaction():
            if known:
                store.make_current(target.id)
            store.record(AuditEntry(now, who, "rollback", target.id, {"reason": reason}))
        workspace.point_to(target.id)
    return target.id


def has_store(workspace: Workspace) -> bool:
    """Whether anything was ever kept in a store of its own here."""
    return (workspace.home / "store.sqlite3").is_file()
