"""What the jobs of a schedule do, and how one goes on that a kill interrupted: nothing is done twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custrata.core.errors import CustrataError
from custrata.core.store import PlanEntry
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import plan
from custrata.usecases.ports import Clock, Progress, StoreFactory
from custrata.usecases.run import run
from custrata.usecases.store import OpenStore, Store
from custrata.usecases.worker_record import WHO
from custrata.usecases.workspace import Workspace

_CHANGED = "E-PLAN-003"


@dataclass(frozen=True)
class Tools:
    """What the jobs work with."""

    workspace: Workspace
    store_for: StoreFactory
    open_store: OpenStore
    clock: Clock


@dataclass(frozen=True)
class Outcome:
    """What a job did: the run that it published, how many customers moved, or the plan that waits for approval."""

    run: str | None = None
    customers: int | None = None
    moves: int | None = None
    waits: str | None = None


def do_run(tools: Tools, interrupted: datetime | None, progress: Progress) -> Outcome:
    """Loads, evaluates and publishes; where an interrupted attempt has published already, that is told."""
    at = tools.workspace
    if interrupted is not None and at.run_ids():
        with store_of(at, tools.open_store):
            current = at.run()
        # A record tells whole seconds.
        if datetime.fromisoformat(current.record["published_at"]) >= interrupted.replace(microsecond=0):
            return Outcome(current.id, current.record["customers"])
    done = run(at, tools.store_for, tools.clock, progress=progress, open_store=tools.open_store)
    return Outcome(done.run.id, done.customers)


def do_levels(tools: Tools, interrupted: datetime | None, progress: Progress) -> Outcome:
    """Plans, and applies the plan unless a brake asks for approval. The plan of an interrupted attempt is taken up."""
    entry = None
    if interrupted is not None:
        with store_of(tools.workspace, tools.open_store) as store:
            entry = _own_plan(store, interrupted)
    if entry is not None and entry.state == "applied":
        return Outcome(entry.id, moves=entry.moves)
    for last in (False, True):
        if entry is None:
            entry = plan(tools.workspace, tools.store_for, tools.open_store, tools.clock, who=WHO,
                         progress=progress).entry  # fmt: skip
        if entry.brakes:
            return Outcome(moves=entry.moves, waits=entry.id)
        try:
            published = apply(tools.workspace, tools.store_for, tools.open_store, tools.clock, entry.id, who=WHO,
                              progress=progress)  # fmt: skip
            return Outcome(published.id, moves=entry.moves)
        except CustrataError as error:
            # Something came in between plan and apply; another plan takes it into account.
            if last or any(p.code != _CHANGED for p in error.problems):
                raise
            entry = None
    raise AssertionError("unreachable")


def _own_plan(store: Store, since: datetime) -> PlanEntry | None:
    """The plan that the worker itself has made since then and that still counts."""
    newest = next(iter(store.plans(limit=1)), None)
    if newest is None or newest.created_at < since or newest.state in ("rejected", "discarded"):
        return None
    made = [e.who for e in store.audit(newest.id) if e.verb == "plan"]
    return newest if made == [WHO] else None


JOBS = {"run": do_run, "levels": do_levels}
