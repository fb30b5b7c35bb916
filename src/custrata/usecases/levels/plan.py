"""`custrata plan`: who would move and why, before anybody moves. A plan is a run that is not yet published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.core.store import AuditEntry, PlanEntry, RunEntry
from custrata.usecases.before import params_before
from custrata.usecases.evaluate import Evaluation, classify, within_calendar
from custrata.usecases.joining import joining_unknown
from custrata.usecases.levels.kept import MOVES, store_of, tidy, waiting_folder
from custrata.usecases.levels.plan_ground import facts_hash, latest, overrides_hash, runs_before
from custrata.usecases.levels.reckon import Ground, moves, reckoned, write_reckoned
from custrata.usecases.levels.sealed import PLAN_FILE, broken, seal
from custrata.usecases.levels.stale import GROUNDS, grounds
from custrata.usecases.load.loaded import Loaded, loaded
from custrata.usecases.ports import Clock, Progress, StoreFactory, silent
from custrata.usecases.refresh import Refresh
from custrata.usecases.staging import new_id, stage
from custrata.usecases.store import OpenStore, Store
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class Flow:
    """How many customers move from one level to another for one reason, and what they spend; null is none."""

    ladder: str
    before: str | None
    level: str | None
    cause: str
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class Plan:
    """A plan as it was made: its entry in the store, its moves by flow, how many customers are on each ladder, the
    folder that it lies in, and what its files are known by."""

    entry: PlanEntry
    flows: tuple[Flow, ...]
    customers: Mapping[str, int]
    folder: Path
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    """What should be shown of a plan that was just made, and stopped nothing."""


def plan(
    workspace: Workspace, store_for: StoreFactory, open_store: OpenStore, clock: Clock, *,
    as_of: date | None = None, who: str = "", progress: Progress = silent,
) -> Plan:  # fmt: skip
    """Evaluates the scheme and works out who would move on its ladders; publishes nothing. An open plan of before is
    discarded, and an approved one that no longer holds.

    Errors: E-PLAN-001 the scheme has no levels; E-PLAN-002 levels were applied for a later day; those of a run."""
    started = clock()
    with (
        loaded(workspace, store_for, started, progress=progress, open_store=open_store) as ready,
        store_of(workspace, open_store) as store,
    ):
        require_levels(ready.scheme, workspace)
        kept = ready.facts(progress)
        facts = kept.facts(within_calendar(as_of), ready.today)
        refresh = Refresh(kept, ready.scheme)
        before = params_before(workspace, ready.scheme)
        evaluation = classify(ready.scheme, facts, ready.store, progress=progress, refresh=refresh, before=before)
        base, shown = runs_before(store, evaluation.as_of)
        ground = ground_of(workspace, store, evaluation.as_of, kept.ids.mapping)
        overrides = store.overrides()
        former = _former(workspace, ready, evaluation, shown or base, progress)
        found = reckoned(evaluation, ready.store, ground, overrides, ready.today, former)
        notes = (*ready.result.notes, *kept.ids.problems, *joining_unknown(evaluation, ready.store), *evaluation.notes)
        progress("publish")
        moved = ready.store.materialise("moves", moves(evaluation, found))
        flows = _flows(ready, moved)
        levels = {name: r.standing() for name, r in found.items()}
        customers = {name: _size(ready, t) for name, t in levels.items()}
        plan_id = _new_id(workspace, store, started, ready.scheme)
        entry = PlanEntry(
            plan_id, evaluation.as_of, started, "open", facts_hash(ready), ready.scheme.fingerprint.logic,
            overrides_hash(overrides, evaluation.as_of, ready.today), latest(base, shown),
            sum(f.customers for f in flows), _tripped(ready.scheme, flows, customers),
        )  # fmt: skip
        staged = ready.at.scratch / "plan"
        more = {"plan": plan_id, "base": entry.base}
        stage(workspace, evaluation, kept, ready.store, staged, started, run_id=plan_id, more=more,
              levels=levels)  # fmt: skip
        same_rules = base is not None and base.logic_hash == ready.scheme.fingerprint.logic
        write_reckoned(staged, ready.store, found, ground, same_rules)
        ready.store.write_parquet(moved.order_by(["ladder", "customer_id"]), staged / MOVES, sought=True)
        if shown is not None and entry.moves:
            values = {"day": evaluation.as_of, "run": shown.id}
            notes = (*notes, Problem("E-PLAN-022", ready.scheme.path.name if ready.scheme.path else "scheme", values))
        told: dict[str, Any] = {"entry": asdict(entry), "flows": [asdict(f) for f in flows], "customers": customers}
        told["files"] = seal(staged)
        told[GROUNDS] = grounds(workspace, ready)
        (staged / PLAN_FILE).write_text(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n", "utf-8")
        # One that a kill left, before the store heard of it, may have this very name.
        tidy(workspace, store)
        folder = waiting_folder(workspace, plan_id)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(folder)
        with store.transaction():
            for other in store.plans("open") + [p for p in store.plans("approved") if not _same_ground(p, entry)]:
                store.mark_plan(other.id, "discarded")
            store.add_plan(entry)
            store.record(AuditEntry(started, who, "plan", plan_id, {"moves": entry.moves, "as_of": str(entry.as_of)}))
        tidy(workspace, store)
    return Plan(entry, flows, customers, folder, told["files"], notes)


def _same_ground(a: PlanEntry, b: PlanEntry) -> bool:
    """Whether two plans stand on the same, so that the one holds as long as the other."""
    return (a.facts, a.logic_hash, a.overrides, a.base) == (b.facts, b.logic_hash, b.overrides, b.base)


def read_plan(workspace: Workspace, entry: PlanEntry) -> Plan:
    """A plan as it lies there. Raises E-PLAN-004 where its files are gone or damaged."""
    folder = waiting_folder(workspace, entry.id)
    if not folder.is_dir():
        folder = workspace.run_folder(entry.id)
    try:
        told = json.loads((folder / PLAN_FILE).read_text("utf-8"))
        flows = tuple(Flow(**{**f, "spend": Decimal(f["spend"])}) for f in told["flows"])
        return Plan(entry, flows, told["customers"], folder, told.get("files", {}))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        raise lost(entry, PLAN_FILE) from None


def lists_kept(workspace: Workspace, entry: PlanEntry) -> bool:
    """Whether the files of a plan are still there; those of one that was decided against go with the next plan."""
    return any(f.is_dir() for f in (waiting_folder(workspace, entry.id), workspace.run_folder(entry.id)))


def require_sound(plan: Plan) -> None:
    """Raises E-PLAN-004 where a file of a plan is gone, or is not the one that was written."""
    file = broken(plan.folder, plan.files)
    if file is not None:
        raise lost(plan.entry, file)


def lost(entry: PlanEntry, file: str) -> CustrataError:
    return CustrataError(Problem("E-PLAN-004", entry.id, {"plan": entry.id, "file": file}))


def ground_of(workspace: Workspace, store: Store, day: date, merged: Mapping[str, str]) -> Ground:
    """What levels on a day are reckoned from. Errors: those of `runs_before`."""
    base, shown = runs_before(store, day)
    return Ground(
        (workspace.run_folder(base.id), base.as_of) if base else None,
        workspace.run_folder(shown.id) if shown else None, merged,
    )  # fmt: skip


def _new_id(workspace: Workspace, store: Store, at: datetime, scheme: Scheme) -> str:
    """An id that no plan and no run has: a plan that is applied becomes the run of its name."""
    base, n = new_id(workspace, at, scheme), 1
    found = base
    while store.plan(found) is not None:
        n += 1
        found = f"{base}-{n}"
    return found


def require_levels(scheme: Scheme, workspace: Workspace) -> None:
    """Raises E-PLAN-001 where a scheme has no levels."""
    if not scheme.levels:
        name = scheme.path.name if scheme.path else str(workspace.path)
        raise CustrataError(Problem("E-PLAN-001", name, {}))


def _former(
    workspace: Workspace, ready: Loaded, evaluation: Evaluation, base: RunEntry | None, progress: Progress
) -> Evaluation | None:
    """The scheme of the base over the facts of now, where it decided otherwise: so that those whom the change moves can
    be named. Null where it is the same, or can no longer be read of these facts."""
    if base is None or base.logic_hash == evaluation.scheme.fingerprint.logic:
        return None
    try:
        old = workspace.run(base.id).scheme()
        before = params_before(workspace, old)
        return classify(old, evaluation.facts, ready.store, progress=progress, before=before)
    except CustrataError:
        return None


def _flows(ready: Loaded, moved: Any) -> tuple[Flow, ...]:
    t = moved
    by = t.group_by("ladder", "before", "level", "cause").aggregate(customers=t.count(), spend=t.spend.sum())
    rows = ready.store.rows(by.order_by(["ladder", "cause", ibis.desc("customers"), "before", "level"]))
    return tuple(Flow(**{**r, "spend": Decimal(str(r["spend"] or 0))}) for r in rows)


def _tripped(scheme: Scheme, flows: Sequence[Flow], customers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Brakes that the moves trip: a share of the customers on a ladder above which somebody has to approve."""
    tripped = []
    for name, ladder in scheme.levels.items():
        on = max(1, sum(f.customers for f in flows if f.ladder == name and f.level is None) + customers[name])
        own = [f for f in flows if f.ladder == name and f.before in ladder.levels and f.level in ladder.levels]
        down = sum(f.customers for f in own if ladder.rank(str(f.level)) < ladder.rank(str(f.before)))
        up = sum(f.customers for f in own) - down
        for kind, n, most in (("fall", down, ladder.brakes.fall), ("rise", up, ladder.brakes.rise)):
            if Decimal(n) > most * on:
                tripped.append({"ladder": name, "brake": kind, "customers": n, "of": on, "most": str(most)})
    return tripped


def _size(ready: Loaded, t: Any) -> int:
    return int(ready.store.rows(t.aggregate(n=t.count()))[0]["n"])
