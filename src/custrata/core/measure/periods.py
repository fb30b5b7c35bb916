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


def period_query(orders: ir.Table, first: date, last: date) -> ir.Table:
    """One row: `known`, `active`, `spend`, `again`, `top` and `positive`, of orders with customer_id, day, purchase and
    net. Two levels: customers, then their sums."""
    o: Any = orders.filter(orders.day <= ibis.literal(last))
    inside = o.day >= ibis.literal(first)
    own = o.group_by("customer_id").aggregate(
        bought=o.count(where=o.purchase), n=o.count(where=o.purchase & inside), spent=o.net.sum(where=inside)
    )
    spent = own.spent.fill_null(0)
    own = own.mutate(spent=spent, ahead=(own.n > 0).ifelse(spent, ibis.null(spent.type())))
    active = own.count(where=own.n > 0).over(ibis.window())
    # Ranks begin at 0, and equal customers have one rank: none of them is left out for how the rows lie.
    place = ibis.rank().over(ibis.window(order_by=own.ahead.desc(nulls_first=False)))
    own = own.mutate(top=(own.n > 0) & (place * 10 < active))
    return own.aggregate(
        known=own.count(where=own.bought > 0), active=own.count(where=own.n > 0), spend=own.spent.sum(),
        again=own.count(where=own.n > 1), top=own.spent.sum(where=own.top & (own.spent > 0)),
        positive=own.spent.sum(where=(own.n > 0) & (own.spent > 0)),
    )  # fmt: skip


def period_of(first: date, last: date, row: Mapping[str, Any]) -> Period:
    """The figures from the row of `period_query`."""
    active, positive = int(row["active"] or 0), Decimal(row["positive"] or 0)
    return Period(
        first, last, int(row["known"] or 0), active, Decimal(row["spend"] or 0),
        int(row["again"] or 0) / active if active else None,
        float(Decimal(row["top"] or 0) / positive) if positive > 0 else None,
    )  # fmt: skip
