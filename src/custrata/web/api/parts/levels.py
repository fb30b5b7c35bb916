"""Ladders of levels and the movement on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.measure.levels import MovementReport
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.look import Result
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api import shapes_levels as shapes
from custrata.web.movements import movement_told

TAGS = ["levels"]


@operation("GET", "/levels", can=Can.LOOK, response=list[shapes.LadderShown], tags=TAGS, of_run=True)
def list_levels(request: Any, run: str | None = None) -> list[dict[str, Any]]:
    """The ladders: their levels from the highest down, what each asks and brings, and who is on it."""
    result, lang = request.result(run or None), request.sight.lang
    found = []
    for name in (n for n in result.scheme.levels if n in result.customers.columns):
        ladder = result.scheme.levels[name]
        rows = {r.key: r for r in result.summary(name, lang)}
        none = rows.get("missing")
        levels = []
        for c in ladder.classes():
            level, row = ladder.levels[c.key], rows.get(c.key)
            levels.append({
                "level": c.key, "title": c.label(lang), "benefits": dict(level.benefits),
                "enter": None if level.enter is None else level.enter.text(lang),
                "keep": None if level.keeps is None else level.keeps.text(lang),
                "customers": row.customers if row else 0,
                "customer_share": row.customer_share if row else 0.0, "spend": row.spend if row else 0,
            })  # fmt: skip
        title = ladder_title(result.scheme, name, lang)
        found.append({"name": name, "title": title, "levels": levels, "without": none.customers if none else 0})
    return found


@operation("GET", "/levels/{path:name}/movement", can=Can.LOOK, response=shapes.MovementShown, tags=TAGS)
def get_movement(request: Any, name: str, first: date | None = None, last: date | None = None) -> dict[str, Any]:
    """What each level of a ladder won and lost from `first` to `last` (by default the month of the last plan)."""
    result = request.result()
    known = _ladder(result, name)
    reports, _ = movement_told(request, first, last)
    told = reports[list(result.scheme.levels).index(known)]
    return {"ladder": known, "title": told.ladder, "first": told.first, "last": told.last, **_moves(told)}


def _ladder(result: Result, name: str) -> str:
    """The ladder of that name. Raises E-RUN-003."""
    known = result.meant(name)
    if known not in result.scheme.levels:
        names = list(result.scheme.levels)
        values = {"name": name[:80], "known": ", ".join(names) or "–", "suggestion": did_you_mean(name, names)}
        raise CustrataError(Problem("E-RUN-003", result.run_id, values))
    return known


def _moves(told: MovementReport) -> dict[str, Any]:
    levels = [
        {"level": m.level, "opening": m.opening, "won": m.won, "lost": m.lost, "closing": m.closing} for m in told.rows
    ]
    pairs = [{"before": a, "after": b, "customers": n} for (a, b), n in told.pairs.items()]
    plans = [{"day": day, "run": run, "moves": n} for day, run, n in told.runs]
    return {"levels": levels, "pairs": pairs, "plans": plans}
