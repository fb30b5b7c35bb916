"""Concentration: how much of the spend comes from how few customers."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.measure.model import Concentration

_POINTS = 400


def curve_query(customers: ir.Table, metric: str, n: int, everybody: int) -> ir.Table:
    """At most a few hundred points of the curve from the largest customer down: `place` customers bring `reached`.

    Only positive values take part: a debt does not concentrate anything.
    """
    t = customers.select(value=customers[metric])
    t = t.filter(t.value > 0)
    down = ibis.window(order_by=ibis.desc("value"), rows=(None, 0))
    ranked = t.mutate(place=ibis.row_number().over(ibis.window(order_by=ibis.desc("value"))) + 1,
                      reached=t.value.sum().over(down))  # fmt: skip
    step = max(1, ceil(n / _POINTS))
    tenth = min(n, ceil(everybody / 10))
    wanted = (ranked.place % step == 0) | (ranked.place == n) | (ranked.place == tenth) | (ranked.place <= 10)
    return ranked.filter(wanted).select("place", "reached").order_by("place")


def gini_query(customers: ir.Table, metric: str) -> ir.Table:
    """n, Σx and Σ rank·x (rank from the smallest) of the positive values."""
    t = customers.select(value=customers[metric].cast("float64"))
    t = t.filter(t.value > 0)
    ranked = t.mutate(place=ibis.row_number().over(ibis.window(order_by="value")) + 1)
    return ranked.aggregate(
        n=ranked.count(), total=ranked.value.sum(), weighted=(ranked.value * ranked.place.cast("float64")).sum()
    )


def concentration(
    points: Sequence[dict[str, Any]], sums: dict[str, Any], everybody: int, cuts: Sequence[tuple[str, int, float]] = ()
) -> Concentration | None:
    """The curve as shares of all `everybody` customers; `cuts` are (class, customers, share of spend) from the top.

    Null where nobody has a positive value. Source of the index: C. Gini, Variabilità e mutabilità (1912), in the form
    G = 2·Σ i·xᵢ ÷ (n·Σ xᵢ) − (n + 1) ÷ n.
    """
    n, total = int(sums["n"] or 0), float(sums["total"] or 0)
    if not n or total <= 0:
        return None
    shown = [(p["place"] / everybody, min(1.0, float(p["reached"]) / total)) for p in points]
    if n < everybody:
        shown.append((1.0, 1.0))
    tenth = ceil(everybody / 10)
    top = max((float(p["reached"]) / total for p in points if p["place"] <= tenth), default=None)
    marks = []
    reached_customers, reached_spend = 0, 0.0
    for label, customers, share in cuts:
        reached_customers += customers
        reached_spend += share
        marks.append((label, reached_customers / everybody, reached_spend))
    gini = 2 * float(sums["weighted"]) / (n * total) - (n + 1) / n
    return Concentration([(0.0, 0.0), *shown], gini, top, marks, tenth)
