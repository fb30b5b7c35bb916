"""The state machine of levels over a table of customers: row-wise, and the same on every engine."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.levels.review import ANNIVERSARIES, anniversary_of, on_calendar
from custrata.core.levels.step import Policy

#: Columns of a customer's standing, as in `step.Held`.
HELD = {"level": "int64", "since": "date", "promised": "date", "failing": "date"}


def stepped(t: ir.Table, policy: Policy, last: date | None, day: date) -> dict[str, Any]:
    """The columns of `HELD` on `day`, from the same ones on the day `last` (all null for who is new; `last` null: for
    everybody) and `earned` (int), `keeps` (bool), `refunded` and `joined` (dates or null) as in `step.Found`."""
    fresh = _first(t, policy, day)
    if last is None:
        return fresh
    new, same_day = t.level.isnull(), t.since >= day
    due = _due(t, policy, last, day)
    rises = t.earned > t.level
    goes_up = rises if policy.up_at == "once" else rises & due
    fails = ~rises & (t.earned < t.level) & ~t.keeps
    failing = ibis.coalesce(t.failing, ibis.literal(day))
    falls: Any = ibis.literal(False)
    by_refund: Any = ibis.literal(False)
    if policy.falls:
        promised = t.promised.notnull() & (t.promised > day)
        over = ~promised & (failing <= policy.grace.latest_start(day))
        falls = fails & (over if policy.down_at == "once" else over & due)
        if policy.refund_at == "once":
            since = (t.refunded > last) & (t.refunded <= day)
            by_refund = fails & t.failing.isnull() & since.fill_null(False)
    higher = t.earned if policy.up_by == "earned" else t.level + 1
    lower = t.earned if policy.down_by == "earned" else t.level - 1
    moves = goes_up | falls | by_refund
    promise = _literal(policy.hold.end(day) if policy.hold.n else None)
    after = {
        "level": ibis.cases((goes_up, higher), (by_refund, t.earned), (falls, lower), else_=t.level),
        "since": ibis.ifelse(moves, ibis.literal(day), t.since),
        "promised": ibis.ifelse(moves, promise, t.promised),
        "failing": ibis.ifelse(fails & ~moves, failing, _literal(None)),
    }
    return {
        name: ibis.cases((new, fresh[name]), (same_day, t[name]), else_=value).cast(HELD[name])
        for name, value in after.items()
    }


def _first(t: ir.Table, policy: Policy, day: date) -> dict[str, Any]:
    level, promised = t.earned, _literal(policy.hold.end(day) if policy.hold.n else None)
    if policy.new is not None:
        given, span = policy.new > t.earned, policy.new_for or policy.hold
        level = ibis.ifelse(given, policy.new, t.earned)
        promised = ibis.ifelse(given, _literal(span.end(day) if span.n else None), promised)
    found = {"level": level, "since": ibis.literal(day), "promised": promised, "failing": _literal(None)}
    return {name: value.cast(HELD[name]) for name, value in found.items()}


def _due(t: ir.Table, policy: Policy, last: date, day: date) -> Any:
    if policy.review not in ANNIVERSARIES:
        return ibis.literal(on_calendar(policy.review, last, day))
    return anniversary_of(t.joined if policy.review == "anniversary of joining" else t.since, last, day)


def _literal(day: date | None) -> Any:
    return ibis.null(dt.date) if day is None else ibis.literal(day)
