"""Plans of moves on the ladders: made, looked at customer by customer, decided about, applied, taken along."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.levels import LadderPlan, MoveGroup, Mover, Way
from custrata.core.store import PlanEntry
from custrata.engines.duckdb.shared import shared_engine
from custrata.locale import text
from custrata.report import levels_figures, levels_words
from custrata.report.tables import window_words
from custrata.usecases.levels.apply import decide
from custrata.usecases.levels.plan import lists_kept
from custrata.usecases.levels.plan_look import opened_plan
from custrata.usecases.levels.plan_report import plan_report
from custrata.usecases.levels.report_files import PLAN_ENDINGS, write_plan
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.deciding import ALIVE, may_decide, no_longer, plan_entry, require_second_pair_of_eyes
from custrata.web.draw import drawn_spec
from custrata.web.movements import movers_told, plan_seen, plan_told, seen_as
from custrata.web.page import Request, page
from custrata.web.paging import Pages, pages
from custrata.web.seen_store import seen_store
from custrata.web.sending import sent
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.spend import Spend
from custrata.web.trail import record

#: Customers of a list on one page.
_MOVERS = 25
#: The order in which ways are offered: the first that anybody goes is shown.
_OFFERED: tuple[Way, ...] = ("down", "up", "new", "anew", "gone")


@page("levels/plan/", can=Can.PLAN, methods=("POST",))
def make_plan(request: Request) -> HttpResponse:
    """Works out who would move; nobody moves by it."""
    jobs.ask("plan", request.sight.name)
    return HttpResponseRedirect("/levels/")


@page("levels/plans/<str:id>/", can=Can.LOOK)
def plan(request: Request, id: str) -> HttpResponse:
    """Who would move and why, what levels look like then, who is warned."""
    entry, lang = plan_entry(id), request.sight.lang
    if entry.state not in (*ALIVE, "applied") and not lists_kept(site().workspace, entry):
        return _gone(request, entry)
    seen = seen_as(request.sight)
    told = plan_told(request, entry, seen)
    figures = [levels_figures.plan_figure(told, ladder, f"flow-{i}", lang) for i, ladder in enumerate(told.ladders)]
    ladders = [
        (ladder, f and drawn_spec(f.spec, 480), _moves(request, entry, i, ladder, seen))
        for i, (ladder, f) in enumerate(zip(told.ladders, figures, strict=True))
    ]
    values = {
        "plan": told, "entry": entry, "lead": levels_words.plan_lead(told, lang), "tab": "levels",
        "state": text("levels_report.state_waits", lang) if entry.state == "open" and entry.brakes else
        levels_words.state_word(told, lang), "brake_line": lambda b: levels_words.brake_line(b, lang),
        "cause": lambda c: levels_words.cause_word(c, lang), "until": lambda d: levels_words.until_word(d, lang),
        "ladders": ladders, "spend": Spend(told.spend.title, window_words(told.spend, told.as_of, lang)),
        "held": any(ladder.brakes for ladder in told.ladders) or bool(entry.brakes), "changed": no_longer(entry),
        "decides": request.sight.may(Can.APPROVE) and may_decide(id, request.sight.name),
    }  # fmt: skip
    return show(request, "plan.html.j2", values)


@dataclass(frozen=True)
class Moves:
    """One list of a ladder's moves as the address asks for it: `ways` with how many go each, the one that is shown,
    what can be chosen from and is, and the rows. `names` are the parameters, each ladder's own."""

    place: int
    names: dict[str, str]
    ways: list[tuple[Way, int]]
    way: Way
    choices: dict[str, list[str]]
    chosen: dict[str, str]
    rows: list[Mover]
    at: Pages


def _moves(
    request: Request, entry: PlanEntry, place: int, ladder: LadderPlan, seen: tuple[Any, ...]
) -> Moves | None:
    """Null where nobody moves."""
    ways = [(w, n) for w in _OFFERED if (n := ladder.going(w))]
    if not ways:
        return None
    names = {key: f"{key}{place or ''}" for key in ("way", "from", "to", "cause", "page")}
    asked = {key: request.GET.get(name, "") for key, name in names.items()}
    way = next((w for w, _ in ways if w == asked["way"]), ways[0][0])
    groups = [g for g in ladder.groups if g.way == way]
    choices = {key: _choices(ladder, groups, key) for key in ("from", "to", "cause")}
    chosen = {key: asked[key] for key, known in choices.items() if asked[key] in known}
    own = [g for g in groups if all(_said(g, key) == value for key, value in chosen.items())]
    at = pages(request, sum(g.customers for g in own), _MOVERS, names["page"])
    rows = movers_told(request, entry, ladder, way, chosen, at.first - 1, _MOVERS, seen) if at.total else []
    return Moves(place, names, ways, way, choices, chosen, rows, at)


def _choices(ladder: LadderPlan, groups: list[MoveGroup], key: str) -> list[str]:
    """What a list can be narrowed to, levels in the order of the ladder; nothing where there is no choice."""
    found = {said for g in groups if (said := _said(g, key)) is not None}
    order = [x for x in ladder.levels if x in found] if key != "cause" else []
    every = [*order, *sorted(found - set(order))]
    return every if len(every) > 1 else []


def _said(group: MoveGroup, key: str) -> str | None:
    return {"from": group.before, "to": group.level, "cause": group.cause}[key]


def _gone(request: Request, entry: PlanEntry) -> HttpResponse:
    """A plan that was decided against, or that a newer one replaced: what became of it, for its lists are not kept."""
    store = seen_store(request.sight)
    later = [p for p in site().store.plans() if p.created_at > entry.created_at]
    made = next((e for e in site().store.audit(entry.id) if e.verb == "plan"), None)
    values = {"entry": entry, "verdicts": store.verdicts(entry.id), "made": made, "next": later[-1] if later else None}
    return show(request, "plan_past.html.j2", values)


@page("levels/plans/<str:id>/decide/", can=Can.APPROVE, methods=("POST",), name="decide_plan")
def decide_(request: Request, id: str) -> HttpResponse:
    """Approves or rejects, with a comment that stays."""
    here, approved = site(), request.POST.get("verdict") == "approve"
    comment = request.POST.get("comment", "").strip()
    require_second_pair_of_eyes(id, request.sight.name)
    decide(here.workspace, here.open_store, here.now, id, approved, who=request.sight.name, comment=comment)
    return HttpResponseRedirect(f"/levels/plans/{id}/")


@page("levels/plans/<str:id>/apply/", can=Can.PLAN, methods=("POST",), name="apply_plan")
def apply(request: Request, id: str) -> HttpResponse:
    """Publishes exactly this plan, or is refused where anything has changed since."""
    entry = plan_entry(id)
    if entry.state not in ALIVE:
        raise CustrataError(Problem("E-PLAN-006", id, {"plan": id, "state": entry.state}))
    jobs.ask("apply", request.sight.name, plan=id)
    return HttpResponseRedirect("/levels/")


@page("levels/plans/<str:id>/file/<str:ending>/", can=Can.EXPORT, name="plan_file")
def plan_file(request: Request, id: str, ending: str) -> Any:
    """The plan as a file for whoever decides."""
    entry = plan_entry(id)
    if f".{ending}" not in PLAN_ENDINGS:
        raise CustrataError(Problem("E-WEB-002", ending, {}))
    here, lang = site(), request.sight.lang
    with tempfile.TemporaryDirectory(dir=here.scratch) as folder:
        path = Path(folder) / f"plan-{entry.id}.{ending}"
        with opened_plan(here.workspace, entry, shared_engine, here.scratch) as look:
            own, store = plan_seen(request, look), seen_store(request.sight)
            write_plan(own, store, plan_report(own, store, lang), path, lang)
        record(request.sight.name, "export plan", entry.id, file=path.name)
        return sent(path)
