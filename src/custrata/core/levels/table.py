"""The state machine of levels over a table of customers: row-wise, and the same on every engine."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.levels.review import ANNIVERSARIES, anniversary_of, on_calendar
from custrata.core.levels.step import Policy

#: Columns of a customer's standing, as in `step.Held`; levels as short as they can be, for all customers are joined.
HELD = {"level": "int16", "since": "date", "promised": "date", "failing": "date"}


def stepped(t: ir.Table, policy: Policy, last: date | None, day: date) -> ir.Table:
    """The table with the columns of `HELD` as they are on `day`, from the same ones on the day `last` (all null for who
    is new; `last` null: for everybody) and `earned` (int), `keeps` (bool), `refunded` and `joined` (dates or null) as
    in `step.Found`."""
    if last is None:
        return t.mutate(**_first(t, policy, day))
    # Step by step, each a column of its own: engines work out what stands in two branches twice.
    found: Any = t.mutate(_rises=t.earned > t.level, _failing=ibis.coalesce(t.failing, ibis.literal(day)))
    found = found.mutate(_fails=~found["_rises"] & (found.earned < found.level) & ~found.keeps)
    due = _due(found, policy, last, day)
    up = found["_rises"] if policy.up_at == "once" else found["_rises"] & due
    down: Any = ibis.literal(False)
    by_refund: Any = ibis.literal(False)
    if policy.falls:
        promised = found.promised.notnull() & (found.promised > day)
        over = ~promised & (found["_failing"] <= policy.grace.latest_start(day))
        down = found["_fails"] & (over if policy.down_at == "once" else over & due)
        if policy.refund_at == "once":
            since = (found.refunded > last) & (found.refunded <= day)
            by_refund = found["_fails"] & found.failing.isnull() & since.fill_null(False)
    found = found.mutate(_up=up, _down=down, _by_refund=by_refund)
    found = found.mutate(_moves=found["_up"] | found["_down"] | found["_by_refund"])
    higher = found.earned if policy.up_by == "earned" else found.level + 1
    lower = found.earned if policy.down_by == "earned" else found.level - 1
    promise = _literal(policy.hold.end(day) if policy.hold.n else None)
    after = {
        "level": ibis.cases(
            (found["_up"], higher), (found["_by_refund"], found.earned), (found["_down"], lower), else_=found.level
        ),
        "since": ibis.ifelse(found["_moves"], ibis.literal(day), found.since),
        "promised": ibis.ifelse(found["_moves"], promise, found.promised),
        "failing": ibis.ifelse(found["_fails"] & ~found["_moves"], found["_failing"], _literal(None)),
    }
    fresh, new, same_day = _first(found, policy, day), found.level.isnull(), found.since >= day
    held = {
        name: ibis.cases((new, fresh[name]), (same_day, found[name]), else_=value).cast(HELD[name])
        for name, value in after.items()
    }
    return found.mutate(**held).select(*t.columns)


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
