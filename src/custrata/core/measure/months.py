"""How one customer's spend went, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir


@dataclass(frozen=True)
class Month:
    """`day` is the first of the month; `spend` is net of refunds, `orders` are purchases."""

    day: date
    spend: Decimal
    orders: int


def months_query(orders: ir.Table) -> ir.Table:
    """Months in which anything was bought or given back, of orders with day, purchase and net."""
    o: Any = orders
    by = o.group_by(month=o.day.truncate("M"))
    return by.aggregate(spend=o.net.sum(), orders=o.count(where=o.purchase)).order_by("month")


def months_of(rows: Iterable[Mapping[str, Any]], as_of: date, most: int) -> list[Month]:
    """The months that end with that of the as-of date, at most so many, from the first in which anything happened;
    months without any order are there with 0.

    >>> rows = [{"month": date(2024, 1, 1), "spend": Decimal(90), "orders": 2}]
    >>> [(m.day.month, m.spend) for m in months_of(rows, date(2024, 3, 5), 24)]
    [(1, Decimal('90')), (2, Decimal('0')), (3, Decimal('0'))]
    """
    known = {date(r["month"].year, r["month"].month, 1): r for r in rows}
    if not known:
        return []
    found: list[Month] = []
    day, first = as_of.replace(day=1), min(known)
    while len(found) < most and day >= first:
        row = known.get(day, {"spend": 0, "orders": 0})
        found.append(Month(day, Decimal(row["spend"] or 0), int(row["orders"] or 0)))
        day = date(day.year - (day.month == 1), 12 if day.month == 1 else day.month - 1, 1)
    return found[::-1]
