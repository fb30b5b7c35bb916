"""`custrata apply`: makes what a plan says the level of everybody, or refuses where the plan no longer holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.store import AuditEntry, PlanEntry, RunEntry, Verdict
from custrata.usecases.levels.kept import show, store_of
from custrata.usecases.levels.plan import Plan, lost, read_plan, require_sound
from custrata.usecases.levels.plan_ground import facts_hash, latest, overrides_hash, runs_before
from custrata.usecases.levels.sealed import PLAN_FILE
from custrata.usecases.levels.stale import CHANGED, changed_since
from custrata.usecases.load.loaded import Loaded, loaded
from custrata.usecases.ports import Clock, Progress, StoreFactory, silent
from custrata.usecases.retention import make_room
from custrata.usecases.staging import as_json
from custrata.usecases.store import OpenStore, Store
from custrata.usecases.workspace import PublishedRun, Workspace, replace_file

_STATES = {"open": "待定", "approved": "已批准", "rejected": "已驳回", "applied": "已生效", "discarded": "已作废"}


def apply(
    workspace: Workspace, store_for: StoreFactory, open_store: OpenStore, clock: Clock, plan: str | None = None, *,
    who: str = "", progress: Progress = silent,
) -> PublishedRun:  # fmt: skip
    """Publishes a plan (by default the newest that waits) as the current run.

    A kill at any moment leaves the run of before or the new one; applying again goes on where it ended. Errors:
    E-PLAN-003 facts, scheme, overrides or levels have changed since; E-PLAN-004 its files are gone or damaged;
    E-PLAN-005 no such plan; E-PLAN-006 it is applied, rejected or discarded; E-PLAN-007 it trips a brake and nobody has
    approved it.
    """
    with (
        loaded(workspace, store_for, clock(), progress=progress, open_store=open_store) as ready,
        store_of(workspace, open_store) as store,
    ):  # fmt: skip
        entry = wanted(store, plan)
        if entry.brakes and entry.state != "approved":
            raise CustrataError(Problem("E-PLAN-007", entry.id, {"plan": entry.id, "brakes": _brakes(entry)}))
        changed = _changed(ready, store, entry)
        if changed:
            raise CustrataError(*(Problem("E-PLAN-003", entry.id, {**what, "plan": entry.id}) for what in changed))
        progress("publish")
        planned = read_plan(workspace, entry)
        published = clock().astimezone(UTC)
        require_sound(planned)
        _stamp(planned, published)
        run = RunEntry(
            entry.id, entry.as_of, published, "published", entry.base, entry.id,
            sum(planned.customers.values()), entry.moves, entry.logic_hash,
        )  # fmt: skip
        # The store decides: before this the run of before is current, after it the new one, whoever ends us.
        with store.transaction():
            store.add_run(run)
            store.mark_plan(entry.id, "applied")
            store.record(AuditEntry(published, who, "apply", entry.id, {"moves": entry.moves}))
        show(workspace, entry.id)
        make_room(workspace, ready.scheme, {r.id: r for r in store.runs()}, published, ready.at.scratch)
    return workspace.run(entry.id)


def decide(
    workspace: Workspace, open_store: OpenStore, clock: Clock, plan: str | None, approved: bool, *,
    who: str, comment: str = "",
) -> PlanEntry:  # fmt: skip
    """Approves or rejects a plan. Errors: E-PLAN-005, E-PLAN-006; E-PLAN-008 it is rejected without a comment;
    to approve it E-PLAN-004, its files are gone, and E-PLAN-003, it no longer holds, as far as can be told without
    reading data."""
    now = clock().astimezone(UTC)
    with workspace.writing(now), store_of(workspace, open_store) as store:
        entry = wanted(store, plan)
        if not approved and not comment.strip():
            raise CustrataError(Problem("E-PLAN-008", entry.id, {}))
        changed = changed_since(workspace, store, entry, now) if approved else []
        if "files" in changed:
            raise lost(entry, PLAN_FILE)
        if changed:
            raise CustrataError(*(Problem("E-PLAN-003", entry.id, {**_what(c), "plan": entry.id}) for c in changed))
        verdict = "approve" if approved else "reject"
        with store.transaction():
            store.add_verdict(Verdict(entry.id, approved, who, now, comment))
            store.mark_plan(entry.id, "approved" if approved else "rejected")
            store.record(AuditEntry(now, who, verdict, entry.id, {"comment": comment}))
    return replace(entry, state="approved" if approved else "rejected")


def wanted(store: Store, plan: str | None) -> PlanEntry:
    """A plan that waits, by its id or the newest. Errors: E-PLAN-005, E-PLAN-006."""
    known = store.plans()
    waiting = [p for p in known if p.state in ("open", "approved")]
    if plan is None:
        if not waiting and known:
            raise CustrataError(Problem("E-PLAN-006", known[0].id, {"plan": known[0].id, **_state(known[0])}))
        if not waiting:
            raise CustrataError(Problem("E-PLAN-005", "", {"plan": "–", "known": "–"}))
        return waiting[0]
    found = next((p for p in known if p.id == plan), None)
    if found is None:
        values = {"plan": plan, "known": _listed(waiting), "suggestion": did_you_mean(plan, [p.id for p in known])}
        raise CustrataError(Problem("E-PLAN-005", plan, values))
    if found not in waiting:
        raise CustrataError(Problem("E-PLAN-006", plan, {"plan": plan, **_state(found)}))
    return found


def _state(plan: PlanEntry) -> dict[str, str]:
    """How a plan stands, in both languages."""
    return {"state": plan.state, "state_zh": _STATES[plan.state]}


def _changed(ready: Loaded, store: Store, entry: PlanEntry) -> list[dict[str, str]]:
    """What is no longer as it was when the plan was made, in both languages."""
    same = {
        "facts": entry.facts == facts_hash(ready),
        "rules": entry.logic_hash == ready.scheme.fingerprint.logic,
        "overrides": entry.overrides == overrides_hash(store.overrides(), entry.as_of, ready.today),
        "levels": entry.base == latest(*runs_before(store, entry.as_of)),
    }
    return [_what(name) for name, holds in same.items() if not holds]


def _what(name: str) -> dict[str, str]:
    what, zh = CHANGED[name]
    return {"what": what, "what_zh": zh}


def _stamp(plan: Plan, published: datetime) -> None:
    """Writes into the run when it was published; until it is placed, nobody sees it."""
    file = plan.folder / "record.json"
    try:
        record = json.loads(file.read_text("utf-8"))
        record["published_at"] = published.isoformat(timespec="seconds")
    except (ValueError, TypeError):
        raise lost(plan.entry, file.name) from None
    replace_file(file, as_json(record))


def _brakes(entry: PlanEntry) -> str:
    return "; ".join(f"{b['ladder']}: {b['brake']} {b['customers']} / {b['of']} > {b['most']}" for b in entry.brakes)


def _listed(plans: Sequence[PlanEntry]) -> str:
    return ", ".join(p.id for p in plans[:5]) or "–"
