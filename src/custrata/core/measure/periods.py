"""How business went in a stretch of days beside the one before it: who bought, for how much, who came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True)
class Period:
    """The figures of `days` days; null where nobody bought."""

    first: date
    last: date
    known: int
    """Customers who had bought by its end."""
    active: int
    """Customers who bought in it."""
    spend: Decimal
    """What was paid in it, less what was paid back."""
    repurchase_rate: float | None
    """The share of the active who bought at least twice in it."""
    top_tenth: float | None
    """The share of spend that the tenth of the active who spent most brought; those equal to the last of them count."""


def spans(as_of: date, days: int) -> tuple[tuple[date, date], tuple[date, date]]:
    """The `days` days that end with the as-of date, and as many before them.

    >>> spans(date(2024, 12, 31), 30)[1]
    (datetime.date(2024, 11, 2), datetime.date(2024, 12, 1))
    """
    first = as_of - timedelta(days=days - 1)
    return (first, as_of), (first - timedelta(days=days), first - timedelta(days=1))


def own_query(orders: ir.Table, *periods: tuple[date, date]) -> ir.Table:
    """One row a customer, in one pass over orders with customer_id, day, purchase and net. Of the period at place `i`:
    `bought_i` purchases by its end, `n_i` in it, `spent_i` in it."""
    o: Any = orders.filter(orders.day <= ibis.literal(max(last for _, last in periods)))
    sums = {}
    for i, (first, last) in enumerate(periods):
        inside = (o.day >= ibis.literal(first)) & (o.day <= ibis.literal(last))
        sums[f"bought_{i}"] = o.count(where=o.purchase & (o.day <= ibis.literal(last)))
        sums[f"n_{i}"] = o.count(where=o.purchase & inside)
        sums[f"spent_{i}"] = ibis.coalesce(o.net.sum(where=inside), 0)
    return o.group_by("customer_id").aggregate(**sums)


def of_period(own: Any, i: int) -> Any:
    """The columns of one period as `bought`, `n` and `spent`."""
    return own.select(bought=own[f"bought_{i}"], n=own[f"n_{i}"], spent=own[f"spent_{i}"])


def sums_query(own: Any) -> ir.Table:
    """One row of sums over what `of_period` gives."""
    return own.aggregate(
        known=own.count(where=own.bought > 0), active=own.count(where=own.n > 0), spend=own.spent.sum(),
        again=own.count(where=own.n > 1), positive=own.spent.sum(where=(own.n > 0) & (own.spent > 0)),
    )  # fmt: skip


def last_of_top(own: Any, active: int) -> ir.Table:
    """What the last customer of the top tenth spent: a cut, so that equal customers are on one side of it."""
    spent = own.filter(own.n > 0).select("spent")
    return spent.order_by(ibis.desc("spent")).limit(1, offset=(active + 9) // 10 - 1)


def top_query(own: Any, cut: Decimal) -> ir.Table:
    """One row: `top`, what those spent who spent at least the cut."""
    least = ibis.literal(cut, type=own.spent.type())
    return own.aggregate(top=own.spent.sum(where=(own.n > 0) & (own.spent > 0) & (own.spent >= least)))


def period_of(first: date, last: date, sums: Mapping[str, Any], top: Decimal | None) -> Period:
    """The figures from the row of `sums_query`, and what the top tenth spent."""
    active, positive = int(sums["active"] or 0), Decimal(sums["positive"] or 0)
    return Period(
        first, last, int(sums["known"] or 0), active, Decimal(sums["spend"] or 0),
        int(sums["again"] or 0) / active if active else None,
        float((top or Decimal(0)) / positive) if positive > 0 else None,
    )  # fmt: skip
