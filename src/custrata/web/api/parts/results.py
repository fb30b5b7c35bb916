"""Runs, segments and ladders."""

from __future__ import annotations

from typing import Any

from custrata.usecases.listing import segment_title
from custrata.web.access import Can
from custrata.web.api import operation, shapes
from custrata.web.site import site

TAGS = ["results"]


@operation("GET", "/runs", can=Can.LOOK, response=list[shapes.Run], tags=TAGS)
def list_runs(request: Any, limit: int = 50) -> list[dict[str, Any]]:
    """Published runs, the newest first."""
    store, workspace, whole = site().store, site().workspace, request.sight.whole
    entries = {r.id: r for r in store.runs()}
    current = workspace.run().id if workspace.run_ids() else None
    found = []
    for run_id in sorted(workspace.run_ids(), reverse=True)[: max(1, min(limit, 500))]:
        run, entry = workspace.run(run_id), entries.get(run_id)
        found.append({
            "id": run.id, "as_of": run.as_of, "published_at": run.record["published_at"],
            "state": entry.state if entry else "published", "current": run.id == current,
            "customers": run.record["customers"] if whole else None,
            "moves": (entry.moves if entry else 0) if whole else None,
            "plan": entry.plan if entry else None,
        })  # fmt: skip
    return found


@operation("GET", "/segments", can=Can.LOOK, response=list[shapes.SegmentName], tags=TAGS, of_run=True)
def list_segments(request: Any, run: str | None = None) -> list[dict[str, str]]:
    """The segments and ladders of a run (by default the current one)."""
    result, lang = request.result(run), request.sight.lang
    scheme = result.scheme
    return [
        {"name": n, "title": segment_title(scheme, n, lang),
         "kind": "ladder" if n in scheme.levels else scheme.segments[n].kind}
        for n in result.classified
    ]  # fmt: skip


@operation("GET", "/segments/{name}", can=Can.LOOK, response=shapes.Segment, tags=TAGS, of_run=True)
def get_segment(request: Any, name: str, run: str | None = None) -> dict[str, Any]:
    """The share table of a segment or ladder: customers and spend a class, and the rules in words."""
    result = request.result(run)
    known = result.meant(name)
    report = result.segment_report(known, request.sight.lang)
    rows = [
        {"class": r.class_, "customers": r.customers, "customer_share": r.customer_share, "spend": r.spend,
         "spend_share": r.spend_share, "average_spend": r.average_spend, "average_orders": r.average_orders,
         "average_recency": r.average_recency}
        for r in report.rows
    ]  # fmt: skip
    return {"name": known, "title": report.name, "kind": report.kind, "rules": list(report.rules), "classes": rows}
