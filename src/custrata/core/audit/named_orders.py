"""Returns that name an order, from a source of their own and from the orders, and the orders that they can mean."""

from __future__ import annotations

from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts
from custrata.core.facts.ids import as_text, like

_DAY = {"orders": "ordered_at", "returns": "returned_at"}


def returns_are_named(facts: AuditFacts) -> bool:
    """Whether some source has returns that can name an order."""
    return "refers_to" in facts.sources["orders"].rows.columns or facts.have("returns.order_id")


def named_returns(facts: AuditFacts) -> ir.Table:
    """refers_to (in the type of the order numbers, null where it can be none of them), customer_id (as text), day, and
    amount (positive) of every usable return that names an order."""

    def make() -> ir.Table:
        number, parts = facts.orders.order_id.type(), []
        for name, day in _DAY.items():
            source = facts.sources.get(name)
            if source is None or "refers_to" not in source.rows.columns:
                continue
            rows: Any = source.rows.filter(source.good if name == "returns" else source.good & source.rows.is_return)
            rows = rows.filter(rows.refers_to.notnull() & (rows[day] <= facts.terms.as_of))
            parts.append(
                rows.select(
                    refers_to=like(rows.refers_to, number), customer_id=as_text(rows, "customer_id"), day=rows[day],
                    amount=rows.amount.abs(), source=ibis.literal(name), named=like(rows.refers_to, dt.string),
                )
            )  # fmt: skip
        return reduce(lambda a, b: a.union(b), parts)

    return facts.once("audit_named_returns", make)


def numbers(facts: AuditFacts, returns: ir.Table) -> ir.Table:
    """refers_to: those numbers that some sale in the orders source has, whether it counts or not."""
    rows: Any = facts.sources["orders"].rows
    sales = rows.filter(~rows.is_return & rows.order_id.notnull())
    found = sales.select(refers_to=like(sales.order_id, facts.orders.order_id.type()))
    return found.semi_join(returns, "refers_to").distinct()
