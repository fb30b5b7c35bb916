"""Levels: who is on which, the plans that wait, movement between two days, levels given by hand."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.report import levels_figures, levels_words
from custrata.usecases.levels.by_hand import in_force, take_back
from custrata.usecases.levels.report_files import MOVEMENT_ENDINGS, write_movement
from custrata.web.access import Can
from custrata.web.deciding import ALIVE, no_longer
from custrata.web.draw import drawn_spec, segment_chart
from custrata.web.failures import SEEN
from custrata.web.ladder_drafts import ladder_drafts
from custrata.web.models import Job
from custrata.web.movements import movement_told
from custrata.web.page import Request, page
from custrata.web.paging import pages
from custrata.web.reading import has_run
from custrata.web.seen_store import seen_overrides
from custrata.web.sending import sent
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.spend import spend_of
from custrata.web.trail import record

#: Plans of before, and levels given by hand, on one page.
_LISTED, _BY_HAND = 20, 50


@page("levels/", can=Can.LOOK, nav=40)
def levels(request: Request) -> HttpResponse:
    """The ladders as they stand, and what is to be decided."""
    if not has_run():
        return show(request, "empty.html.j2")
    result, lang, here = request.result(), request.sight.lang, site()
    scheme = here.workspace.scheme()
    placed = [n for n in result.scheme.levels if n in result.customers.columns]
    spend = spend_of(result, result.scheme.level_spend(), lang)
    ladders = [(n, result.segment_report(n, lang), segment_chart(result, n, lang, 400), spend) for n in placed]
    undone = {r.plan for r in here.store.runs() if r.state == "rolled back" and r.plan}
    plans = here.store.plans()
    past = [p for p in plans if p.state not in ALIVE]
    waits = [(p, no_longer(p)) for state in ALIVE for p in plans if p.state == state]
    at, hand = pages(request, len(past), _LISTED), _overrides(request)
    at_hand = pages(request, len(hand), _BY_HAND, "hand")
    moving = Job.objects.filter(kind__in=("plan", "apply"))
    working = moving.filter(state__in=("waiting", "running")).order_by("id").first()
    values = {
        "result": result, "ladders": ladders, "currency": result.scheme.currency, "has_ladders": bool(scheme.levels),
        "waiting": waits, "working": working,
        "problems": _refused(moving) if request.sight.may(Can.PLAN) and working is None else [],
        "past": at.part(past), "at": at, "undone": undone,
        "unplaced": [n for n in scheme.levels if n not in placed],
        "overrides": at_hand.part(hand), "at_hand": at_hand, "tab": "levels", "drafts": ladder_drafts(scheme, lang),
    }  # fmt: skip
    return show(request, "levels.html.j2", values)


def _refused(moving: Any) -> list[dict[str, Any]]:
    """Why the last plan was not made or applied, unless somebody has put it away."""
    last = moving.order_by("-id").first()
    seen = last is None or last.state != "failed" or SEEN in last.result
    return [] if seen else list(last.result.get("problems", ()))


@page("levels/movement/", can=Can.LOOK)
def movement(request: Request) -> HttpResponse:
    """What each level won and lost in a stretch of days, and who went where."""
    if not has_run():
        return show(request, "empty.html.j2")
    lang = request.sight.lang
    reports, (first, last) = movement_told(request, _day(request, "first"), _day(request, "last"))
    drawn_ = [
        (r, [(f.heading, drawn_spec(f.spec, 480)) for f in levels_figures.movement_figures(r, f"moved-{i}", lang)])
        for i, r in enumerate(reports)
    ]
    values = {
        "reports": drawn_, "first": first, "last": last, "tab": "movement", "result": request.result(),
        "grounds": levels_words.grounds_of, "ground_word": lambda g: levels_words.ground_word(g, lang),
        "won_lost": levels_words.won_lost,
    }  # fmt: skip
    return show(request, "movement.html.j2", values)


@page("levels/movement/file/<str:ending>/", can=Can.EXPORT, name="movement_file")
def movement_file(request: Request, ending: str) -> Any:
    if f".{ending}" not in MOVEMENT_ENDINGS:
        raise CustrataError(Problem("E-WEB-002", ending, {}))
    reports, (first, last) = movement_told(request, _day(request, "first"), _day(request, "last"))
    with tempfile.TemporaryDirectory(dir=site().scratch) as folder:
        path = Path(folder) / f"movement-{first}-{last}.{ending}"
        write_movement(reports, path, request.sight.lang)
        record(request.sight.name, "export movement", f"{first} – {last}", file=path.name)
        return sent(path)


@page("levels/overrides/<int:id>/end/", can=Can.CUSTOMERS, methods=("POST",), name="end_override")
def end_override(request: Request, id: int) -> HttpResponse:
    """The rules decide again, from the next plan on."""
    here = site()
    found = next((o for o in here.store.overrides() if o.id == id), None)
    if found is not None:
        try:
            request.result().surviving(found.customer_id)
        except CustrataError:  # who may not see the customer is told nothing of him, not even his id
            raise CustrataError(Problem("E-HAND-005", str(id), {"id": id})) from None
    take_back(here.workspace, here.open_store, here.now, id, who=request.sight.name)
    return HttpResponseRedirect("/levels/#by-hand")


def _day(request: Request, name: str) -> date | None:
    said = request.GET.get(name, "").strip()
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise CustrataError(Problem("E-CLI-001", name, {"value": said[:40]})) from None


def _overrides(request: Request) -> list[Any]:
    """Levels given by hand of the customers that the reader may see, the soonest to end first."""
    here, result = site(), request.result()
    alive = sorted(in_force(here.workspace, here.open_store, here.now), key=lambda o: (o.until or date.max, o.id))
    if not alive:
        return []
    t = result.customers
    ids = [o.customer_id for o in alive]
    seen = {r["customer_id"] for r in result.engine.rows(t.filter(t.customer_id.isin(ids)).select("customer_id"))}
    return seen_overrides((o for o in alive if o.customer_id in seen), request.sight)
