"""What sets those apart who stopped buying: seen from a past day with what was known on it, so that no later number can
tell who left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.ids import like
from custrata.usecases.apart import ApartReport, found_in, metrics_named, numeric
from custrata.usecases.evaluate import classify, within_calendar
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Progress, StoreFactory, silent
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace

#: Days of buying before, and of silence after.
DAYS = 90


def leavers(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, *, days: int = DAYS, as_of: date | None = None,
    without: Sequence[str] = (), progress: Progress = silent, open_store: OpenStore | None = None,
) -> tuple[ApartReport, date]:  # fmt: skip
    """Of those who bought in the `days` before a day, who bought nothing in the `days` after it, by the metrics as of
    that day, predictions aside; and the day. It lies `days` before `as_of` (default: the scheme's as-of date).

    Raises `CustrataError`: E-PREDICT-053 where the data are too short, E-PREDICT-050 to -052 as `apart_of`; those of
    `loaded` and `classify`.
    """
    with loaded(workspace, store_for, clock(), progress=progress, open_store=open_store) as ready:
        scheme, engine, kept = ready.scheme, ready.store, ready.facts(progress)
        # What a model says of who will leave is no news of why.
        guessed = {n for n, m in scheme.metrics.items() if m.base == "predicted"}
        out = metrics_named(scheme, without) | guessed
        now = kept.facts(within_calendar(as_of), ready.today)
        last, first = now.as_of, now.counts["orders"].first_day
        day = last - timedelta(days=days)
        if first is None or first > day - timedelta(days=days):
            values = {"first": first or "–", "last": last, "days": days, "twice": 2 * days}
            raise CustrataError(Problem("E-PREDICT-053", "--leavers", values))
        bought = now.tables.orders
        came = bought.filter(bought.purchase & (bought.day > day)).select(_who=like(bought.customer_id, dt.string))
        came = engine.materialise("came_again", came.distinct())
        then = classify(scheme, kept.facts(day, ready.today), engine, progress=progress)
        orders = then.facts.tables.orders
        there = orders.filter(orders.purchase & (orders.day > day - timedelta(days=days)))
        active = there.select(_active=like(there.customer_id, dt.string)).distinct()
        t: Any = then.customers.semi_join(active, then.customers.customer_id == active["_active"])
        t = t.left_join(came, t.customer_id == came["_who"])
        names = [n for n in numeric(then.customers, scheme) if n not in out]
        asked = t.select(_own=t["_who"].isnull(), **{n: t[n].cast("float64") for n in names})
        found = found_in(engine, asked, "--leavers")
    return ApartReport(None, None, found, [n for n in scheme.metrics if n in out], {}), day
