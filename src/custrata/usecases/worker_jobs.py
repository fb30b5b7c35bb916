"""What the jobs of a schedule do, and how one goes on that a kill interrupted: nothing is done twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custrata.core.errors import CustrataError
from custrata.core.store import PlanEntry
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import plan
from custrata.usecases.levels.rollback import in_order
from custrata.usecases.ports import Clock, Progress, StoreFactory
from custrata.usecases.run import run
from custrata.usecases.store import OpenStore, Store
from custrata.usecases.worker_record import WHO
from custrata.usecases.workspace import Workspace

_CHANGED = "E-PLAN-003"

#: What there was when an interrupted attempt began, as `there_is` tells it; null: nothing was interrupted.
Before = Mapping[str, str | None]


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


def there_is(tools: Tools) -> dict[str, str | None]:
    """The current run and the newest plan: a job that is interrupted after this was noted knows what it has done. No
    moment could tell it, for clocks are put back."""
    with store_of(tools.workspace, tools.open_store) as store:
        return {"run": tools.workspace.current_id, "plan": next((p.id for p in store.plans(limit=1)), None)}


def do_run(tools: Tools, before: Before | None, progress: Progress) -> Outcome:
    """Loads, evaluates and publishes; where an interrupted attempt has published already, that is told."""
    at = tools.workspace
    if before is not None:
        with store_of(at, tools.open_store) as store:
            order, current = in_order(at.run_ids(), {r.id: r for r in store.runs()}), at.current_id
        old = before.get("run")
        if current in (order[order.index(old) + 1 :] if old in order and old is not None else order):
            published = at.run(current)
            return Outcome(published.id, published.record["customers"])
    done = run(at, tools.store_for, tools.clock, progress=progress, open_store=tools.open_store)
    return Outcome(done.run.id, done.customers)


def do_levels(tools: Tools, before: Before | None, progress: Progress) -> Outcome:
    """Plans, and applies the plan unless a brake asks for approval. The plan of an interrupted attempt is taken up."""
    entry = None
    if before is not None:
        with store_of(tools.workspace, tools.open_store) as store:
            entry = _own_plan(store, before.get("plan"))
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


def apply_approved(tools: Tools, plan: str, progress: Progress) -> Outcome:
    """Applies a plan that somebody has approved. Errors: those of applying."""
    published = apply(tools.workspace, tools.store_for, tools.open_store, tools.clock, plan, who=WHO, progress=progress)
    with store_of(tools.workspace, tools.open_store) as store:
        entry = store.plan(plan)
    return Outcome(published.id, moves=entry.moves if entry is not None else None)


def _own_plan(store: Store, before: str | None) -> PlanEntry | None:
    """The plan that the worker itself has made after another one and that still counts."""
    newest = next(iter(store.plans(limit=1)), None)
    if newest is None or newest.id == before or newest.state in ("rejected", "discarded"):
        return None
    made = [e.who for e in store.audit(newest.id) if e.verb == "plan"]
    return newest if made == [WHO] else None


JOBS = {"run": do_run, "levels": do_levels}
