"""`custrata jobs`: what is scheduled, how it went the last time, and when it comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from custrata.core.schedule.rhythm import Rhythm
from custrata.core.store import PlanState
from custrata.usecases.levels.kept import store_of
from custrata.usecases.ports import Clock
from custrata.usecases.store import OpenStore
from custrata.usecases.worker import PAUSE
from custrata.usecases.worker_record import Noted, read_record, turn
from custrata.usecases.workspace import Workspace

#: `running`: a worker is at it; `interrupted`: the worker that was at it is gone; `never`: nobody has begun it yet.
JobState = Literal["never", "running", "interrupted", "done", "failed", "stopped"]


@dataclass(frozen=True)
class ListedJob:
    """A job of the schedule. `last` is when it was last begun or ended, for `due`; what it did is in `run`,
    `customers`, `moves` and `waits` (a plan that waits for approval, unless somebody has decided since: `plan_state`).
    `watched` tells since when a worker knows this rhythm; null: none has run yet. `next` lies in the past where it is
    due.
    """

    job: str
    rhythm: Rhythm
    watched: datetime | None
    state: JobState
    due: datetime | None
    last: datetime | None
    seconds: float | None
    run: str | None
    customers: int | None
    moves: int | None
    waits: str | None
    plan_state: PlanState | None
    codes: tuple[str, ...]
    next: datetime


def jobs(workspace: Workspace, open_store: OpenStore, clock: Clock) -> list[ListedJob]:
    """The jobs of the schedule; none where the scheme has no schedule."""
    scheme, now, found = workspace.scheme(), clock(), []
    scheduled = scheme.schedule.jobs()
    if not scheduled:
        return []
    with turn(workspace) as idle, store_of(workspace, open_store) as store:
        for job, rhythm in scheduled.items():
            record = read_record(store, job, rhythm, scheme.timezone)
            last = next((n for n in record.noted if n.state != "seen"), None)
            did: dict[str, Any] = last.detail if last is not None else {}
            plan = store.plan(did["waits"]) if did.get("waits") else None
            found.append(ListedJob(
                job, rhythm, record.since, _state(last, idle), last.due if last else None, last.at if last else None,
                did.get("seconds"), did.get("run"), did.get("customers"), did.get("moves"), did.get("waits"),
                plan.state if plan is not None else None, tuple(did.get("codes", ())), record.next(now, PAUSE),
            ))  # fmt: skip
    return found


def _state(last: Noted | None, idle: bool) -> JobState:
    if last is None or last.state == "seen":
        return "never"
    if last.state == "started":
        return "interrupted" if idle else "running"
    return last.state
