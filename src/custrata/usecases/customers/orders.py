"""The orders of one customer, a page at a time, the latest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from custrata.core.facts.ids import rows_of
from custrata.usecases.fact_set import SHOWN
from custrata.usecases.look import Result


@dataclass(frozen=True)
class OrderPage:
    """`rows` have `order_id` (null: a return that is of no order), `day`, `purchase` (whether it counts as one as of
    the run), `gross`, `refunded` and `net`, which is gross less what was refunded by then."""

    customer_id: str
    rows: Sequence[Mapping[str, Any]]
    total: int


def order_page(result: Result, customer_id: str, number: int = 1, size: int = 50) -> OrderPage:
    """A page of the orders, `number` from 1; none beyond the last page. Raises E-RUN-004 where this reader has no such
    customer."""
    own = result.surviving(customer_id)
    if result.orders is None:
        return OrderPage(own, (), 0)
    t: Any = rows_of(result.orders, own)
    total = int(result.engine.rows(t.aggregate(n=t.count()))[0]["n"])
    ordered = t.select(*SHOWN).order_by([ibis.desc("day"), ibis.asc("order_id"), ibis.asc("gross")])
    rows = result.engine.rows(ordered.limit(size, offset=(number - 1) * size)) if total else []
    return OrderPage(own, rows, total)
