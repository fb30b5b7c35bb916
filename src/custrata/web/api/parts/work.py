"""Long work, and plans with their approval."""

from __future__ import annotations

from typing import Any

from ninja import Status

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.levels.apply import decide
from custrata.web import jobs
from custrata.web.access import Can, Sight
from custrata.web.api import operation, shapes
from custrata.web.api.shapes import Number
from custrata.web.deciding import ALIVE, no_longer, require_second_pair_of_eyes
from custrata.web.models import Job
from custrata.web.seen_store import seen_store
from custrata.web.site import site

TAGS = ["work"]


@operation("POST", "/runs", can=Can.DATA, response={202: shapes.Job}, tags=TAGS, everybody=True)
def start_run(request: Any, body: shapes.Fresh) -> Any:
    """Loads what is new and evaluates the scheme, as soon as the work before it is done."""
    return Status(202, job_shown(jobs.ask("run", request.sight.name, anew=body.anew)))


@operation("GET", "/jobs/{id}", can=Can.LOOK, response=shapes.Job, tags=TAGS)
def get_job(request: Any, id: Number) -> Any:
    """How far a job is: one's own, or anybody's for those who load data."""
    job = Job.objects.filter(pk=id).first()
    sight = request.sight
    own = job is not None and job.who == sight.name and (sight.whole or job.kind == "export")
    if job is None or not (own or sight.may(Can.DATA)):
        raise CustrataError(Problem("E-WEB-002", f"job {id}", {}))
    return job_shown(job)


@operation("POST", "/plans", can=Can.PLAN, response={202: shapes.Job}, tags=TAGS)
def start_plan(request: Any) -> Any:
    """Works out who would move on the ladders; moves nobody."""
    return Status(202, job_shown(jobs.ask("plan", request.sight.name)))


@operation("GET", "/plans", can=Can.LOOK, response=list[shapes.Plan], tags=TAGS)
def list_plans(request: Any, limit: int = 20) -> list[dict[str, Any]]:
    """Plans, the newest first."""
    return [_plan(p, request.sight) for p in site().store.plans(limit=max(1, min(limit, 200)))]


@operation("POST", "/plans/{id}/approve", can=Can.APPROVE, response=shapes.Plan, tags=TAGS)
def approve_plan(request: Any, id: str, body: shapes.Decision) -> dict[str, Any]:
    """Approves a plan that a brake holds."""
    return _decided(request, id, True, body.comment)


@operation("POST", "/plans/{id}/reject", can=Can.APPROVE, response=shapes.Plan, tags=TAGS)
def reject_plan(request: Any, id: str, body: shapes.Decision) -> dict[str, Any]:
    """Rejects a plan."""
    return _decided(request, id, False, body.comment)


@operation("POST", "/plans/{id}/apply", can=Can.PLAN, response={202: shapes.Job}, tags=TAGS)
def apply_plan(request: Any, id: str) -> Any:
    """Puts into force exactly this plan; the job fails where anything has changed since, or a brake holds it."""
    entry = site().store.plan(id)
    if entry is None:
        raise CustrataError(Problem("E-WEB-002", f"plan {id}", {}))
    if entry.state not in ALIVE:
        raise CustrataError(Problem("E-PLAN-006", id, {"plan": id, "state": entry.state}))
    return Status(202, job_shown(jobs.ask("apply", request.sight.name, plan=entry.id)))


def job_shown(job: Any) -> dict[str, Any]:
    """A job as the interface has it."""
    times = {name: getattr(job, name) for name in ("created_at", "started_at", "ended_at")}
    return {
        "id": job.pk, "kind": job.kind, "state": job.state, "who": job.who, "step": job.step,
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
    }  # fmt: skip


def _decided(request: Any, id: str, approved: bool, comment: str) -> dict[str, Any]:
    here = site()
    require_second_pair_of_eyes(id, request.sight.name)
    decide(here.workspace, here.open_store, here.now, id, approved, who=request.sight.name, comment=comment)
    found = here.store.plan(id)
    assert found is not None
    return _plan(found, request.sight)


def _plan(plan: Any, sight: Sight) -> dict[str, Any]:
    """A plan as the reader may see it: of whom brakes count, and how many move, is about all customers."""
    verdicts = [
        {"approved": v.approved, "who": v.who, "at": v.at.isoformat(), "comment": v.comment}
        for v in seen_store(sight).verdicts(plan.id)
    ]
    brakes = [dict(b) if sight.whole else {"ladder": b["ladder"], "brake": b["brake"]} for b in plan.brakes]
    return {
        "id": plan.id, "as_of": plan.as_of, "created_at": plan.created_at, "state": plan.state,
        "moves": plan.moves if sight.whole else None, "brakes": brakes, "changed": no_longer(plan),
        "verdicts": verdicts,
    }  # fmt: skip
