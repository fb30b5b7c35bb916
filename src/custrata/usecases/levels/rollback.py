"""`custrata runs`, `custrata rollback`: what was published, and going back to an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.store import AuditEntry, RunEntry
from custrata.usecases.levels.kept import has_store, show, store_of
from custrata.usecases.ports import Clock
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace

#: Which of them is current is told by the store, or by the pointer where there are no levels.
ListedState = Literal["current", "superseded", "rolled back", "damaged"]
ALL = slice(None)


@dataclass(frozen=True)
class ListedRun:
    """A published run; `entry` is what the store says of it, where the scheme has or had levels. `superseded`: a later
    run took its place, and it can be gone back to; `damaged`: its record cannot be read, and what the store does not
    know of it is null."""

    id: str
    published_at: datetime | None
    as_of: date | None
    customers: int | None
    current: bool
    state: ListedState
    entry: RunEntry | None


def runs(workspace: Workspace, open_store: OpenStore, part: slice = ALL) -> list[ListedRun]:
    """Published runs, the newest first, by the order in which they were published: all, or a `part` of them, so that no
    other record is read. The store is opened only where the scheme has ever had levels."""
    entries: dict[str, RunEntry] = {}
    if has_store(workspace):
        with store_of(workspace, open_store) as store:
            entries = {r.id: r for r in store.runs()}
    unfinished = workspace.complete()
    there, current = [run for run in workspace.run_ids() if run != unfinished], workspace.current_id
    return [_listed(workspace, run, entries.get(run), current) for run in in_order(there, entries)[::-1][part]]


def listed(workspace: Workspace, open_store: OpenStore, run: str) -> ListedRun:
    """One of them; only its own record is read."""
    entry = None
    if has_store(workspace):
        with store_of(workspace, open_store) as store:
            entry = store.run(run)
    return _listed(workspace, run, entry, workspace.current_id)


def in_order(runs: Sequence[str], entries: Mapping[str, RunEntry]) -> list[str]:
    """Runs by the order of publishing, whatever the clocks said: those that the store knows (`entries`, the newest
    first) by it, after those that it does not know, which are from before there were levels."""
    there = set(runs)
    known = [run for run in list(entries)[::-1] if run in there]
    return [*(run for run in runs if run not in entries), *known]


def _listed(workspace: Workspace, run: str, entry: RunEntry | None, current: str | None) -> ListedRun:
    shown, state = run == current, _state(run == current, entry)
    try:
        record = workspace.run(run).record
        published, as_of = datetime.fromisoformat(record["published_at"]), date.fromisoformat(record["as_of"])
        return ListedRun(run, published, as_of, int(record["customers"]), shown, state, entry)
    except (CustrataError, KeyError, TypeError, ValueError):
        if entry is None:
            return ListedRun(run, None, None, None, shown, "damaged", None)
        return ListedRun(run, entry.published_at, entry.as_of, entry.customers, shown, "damaged", entry)


def _state(current: bool, entry: RunEntry | None) -> ListedState:
    if current:
        return "current"
    return "rolled back" if entry is not None and entry.state == "rolled back" else "superseded"


def rollback(workspace: Workspace, open_store: OpenStore, clock: Clock, run: str, *, who: str, reason: str) -> str:
    """Makes an earlier run current again, levels and all; those after it are marked as rolled back and stay readable.

    Errors: E-RUN-001, E-RUN-002 no such run; E-RUN-010 it is current already; E-RUN-011 most of its files were removed
    to make room; E-HAND-001 without a reason."""
    now = clock().astimezone(UTC)
    if not has_store(workspace):
        workspace.run(run)  # nothing is made in a folder where there is no run to go back to
    with workspace.writing(now), store_of(workspace, open_store) as store:
        target = workspace.run(run)
        target.require_whole()
        if not reason.strip():
            raise CustrataError(Problem("E-HAND-001", run, {}))
        if workspace.current_id == target.id:
            raise CustrataError(Problem("E-RUN-010", run, {"run": run}))
        known = [r.id for r in store.runs()]
        if known and target.id not in known:
            values = {"run": run, "known": ", ".join(known[:5]), "suggestion": did_you_mean(run, known)}
            raise CustrataError(Problem("E-RUN-002", str(workspace.path), values))
        with store.transaction():
            if known:
                store.make_current(target.id)
            store.record(AuditEntry(now, who, "rollback", target.id, {"reason": reason}))
        show(workspace, target.id)
    return target.id
