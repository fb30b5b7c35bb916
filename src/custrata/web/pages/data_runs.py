"""Published runs: which one holds, what each was made of, and going back to an earlier one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.levels.rollback import listed, rollback, runs
from custrata.web.access import Can
from custrata.web.data_page import around, data_page
from custrata.web.models import Job
from custrata.web.page import Request, address
from custrata.web.paging import pages
from custrata.web.show import show
from custrata.web.site import site

_LISTED = 50


@data_page("data/runs/", can=Can.LOOK, name="runs")
def every(request: Request) -> HttpResponse:
    """All published runs, the newest first."""
    here = site()
    at = pages(request, len(here.workspace.run_ids()), _LISTED)
    part = slice((at.number - 1) * at.size, at.number * at.size)
    values = {**around(request, "runs"), "runs": runs(here.workspace, here.open_store, part), "at": at}
    return show(request, "runs.html.j2", values)


@data_page("data/runs/<str:id>/", can=Can.LOOK, name="run_one")
def one(request: Request, id: str) -> HttpResponse:
    """One run: its record, the files it read, and its log where the web application asked for it."""
    here = site()
    published = here.workspace.run(id)
    entry = listed(here.workspace, here.open_store, published.id)
    made = Job.objects.filter(result__run=published.id).order_by("-id").first() if request.sight.may(Can.DATA) else None
    values: dict[str, Any] = {
        **around(request, "runs"), "run": entry, "published": published, "record": published.record,
        "job": made, "spend": Decimal((published.record.get("totals") or {}).get("spend") or 0),
        "has_quarantine": (published.folder / "quarantine.csv").is_file(),
        # From before there were levels: the store knows nothing of it, and levels could not go back with it.
        "can_go_back": entry.entry is not None or not here.store.runs(limit=1),
    }  # fmt: skip
    return show(request, "run.html.j2", values)


@data_page("data/runs/<str:id>/back/", can=Can.APPROVE, methods=("POST",), name="roll_back")
def back(request: Request, id: str) -> HttpResponse:
    """Makes an earlier run current again; says why."""
    here, reason = site(), request.POST.get("reason", "").strip()
    here.workspace.run(id)
    if not reason:
        raise CustrataError(Problem("E-HAND-001", id, {}))
    # The use case tells the audit trail itself.
    rollback(here.workspace, here.open_store, here.now, id, who=request.sight.name, reason=reason)
    return HttpResponseRedirect(address("runs"))
