"""Parts of what is told of a customer, as the reader may see them."""

from __future__ import annotations

from typing import Any

from custrata.core.levels.progress import Aim
from custrata.core.store import Override
from custrata.locale import Lang, text
from custrata.usecases.customers.veil import shown_as
from custrata.usecases.levels.history import History
from custrata.usecases.levels.standing import LadderStanding
from custrata.usecases.look import Result
from custrata.web.access import Can, Sight
from custrata.web.profiles import change_shown, changes_of
from custrata.web.site import site


def written(words: str, sight: Sight) -> str:
    """What somebody wrote, without the numbers and addresses that this reader may not see."""
    return words if sight.may(Can.PERSONAL) else str(shown_as(words, "text"))


def override_shown(o: Override, sight: Sight) -> dict[str, Any]:
    return {
        "id": o.id, "customer_id": o.customer_id, "ladder": o.ladder, "level": o.level, "kind": o.kind,
        "reason": written(o.reason, sight), "who": o.who, "starts": o.starts, "until": o.until,
        "created_at": o.created_at, "ended_at": o.ended_at,
    }  # fmt: skip


def level_title(result: Result, ladder: str, level: str | None, lang: Lang) -> str:
    """What a level is called; none has a name too."""
    model = result.scheme.levels.get(ladder)
    if model is None or level is None:
        return text("web_customers.customer.no_level", lang)
    return next((c.label(lang) for c in model.classes() if c.key == level), level)


def steps(standing: LadderStanding, aim: Aim) -> list[dict[str, Any]]:
    """What a level asks, comparison by comparison."""
    return [
        {"condition": a.text, "holds": a.holds, "value": a.value, "gap": a.gap, "until": a.until}
        for a in standing.asked.get(aim, ())
    ]


def past(request: Any, result: Result, own: str) -> list[dict[str, Any]]:
    """Moves, levels given by hand and corrections, the latest day first."""
    here, sight = site(), request.sight
    store = here.store
    found: list[dict[str, Any]] = [
        {"day": m.day, "kind": "move", "ladder": m.ladder, "before": m.before, "after": m.level, "cause": m.cause,
         "run": m.run}
        for m in History(here.workspace, store, result.engine).of(own)
    ]  # fmt: skip
    for o in store.overrides(customer_id=own):
        said = {"ladder": o.ladder, "after": o.level, "cause": o.kind, "reason": written(o.reason, sight)}
        found.append({"day": o.created_at.date(), "kind": "override", "who": o.who, **said})
        if o.ended_at is not None:
            found.append({"day": o.ended_at.date(), "kind": "end of override", "who": o.ended_by, **said})
    for c in changes_of(own):
        before, after, reason = change_shown(c, result, sight)
        found.append({
            "day": c.at.date(), "kind": "correction", "column": c.column, "before": before, "after": after,
            "reason": reason, "who": c.who,
        })  # fmt: skip
    return sorted(found, key=lambda e: e["day"], reverse=True)
