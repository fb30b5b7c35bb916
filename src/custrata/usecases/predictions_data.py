"""Whether the data carry a prediction at all: how far it looks beyond what anybody has seen, and whether the shop was
closed for so long that every customer looks gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir

from custrata.core.errors import Problem
from custrata.core.metrics.predicted import Predicted, days_ahead
from custrata.usecases.ports import Engine

#: So many times as far as the data look back is the farthest that is predicted.
FARTHEST = 3
#: So many days without any purchase, in which so many were to be expected, are no chance.
CLOSED, EXPECTED = 21, 20
#: More than one such time in half a year is a rhythm, not a holiday.
_HALF_A_YEAR = 180


def too_far(
    asked: Mapping[str, Predicted], back: int, as_of: date, places: Mapping[str, str]
) -> tuple[set[str], list[Problem]]:
    """Those whose horizon no data of `back` days carry, and what should be said of them and of others."""
    left, notes = set[str](), []
    for name, metric in asked.items():
        horizon = getattr(metric, "horizon", None)
        ahead = 0 if horizon is None else days_ahead(horizon, as_of)
        if ahead <= back:
            continue
        values = {"ahead": ahead, "back": back, "most": FARTHEST * back}
        if ahead > FARTHEST * back:
            left.add(name)
        notes.append(Problem("E-PREDICT-058" if name in left else "E-PREDICT-057", places.get(name, name), values))
    return left, notes


def closed_for(orders: ir.Table, as_of: date, place: str, engine: Engine) -> list[Problem]:
    """That nobody bought for so long as no chance explains: before the as-of date, or, the longest such time, within
    the data."""
    bought: Any = orders.filter(orders.purchase)
    rows = engine.rows(bought.group_by("day").aggregate(n=bought.count()))
    counts = {r["day"]: int(r["n"]) for r in rows}
    if not counts:
        return []
    days = [*sorted(counts), as_of + timedelta(days=1)]
    holes = {(a, b): (b - a).days - 1 for a, b in pairwise(days)}
    span, bought_in_all = (as_of - days[0]).days + 1, sum(counts.values())
    long = {h: n for h, n in holes.items() if n >= CLOSED and n * bought_in_all >= EXPECTED * (span - n)}
    # Where everybody comes on the first of every second month, weeks without anybody are usual.
    usual = 1 + span // _HALF_A_YEAR
    long = {h: n for h, n in long.items() if sum(2 * other >= n for other in holes.values()) <= usual}
    if not long:
        return []
    last = holes[days[-2], days[-1]]
    if (days[-2], days[-1]) in long:
        return [Problem("E-PREDICT-013", place, {"days": last})]
    (a, b), n = max(long.items(), key=lambda found: (found[1], found[0]))
    values = {"first": a + timedelta(days=1), "last": b - timedelta(days=1), "days": n}
    return [Problem("E-PREDICT-059", place, values)]
