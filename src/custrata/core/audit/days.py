"""The purchases of each day: a small table that every check of the calendar reads."""

from __future__ import annotations

import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts


def days(facts: AuditFacts) -> ir.Table:
    """day, orders and net spend of every day with a purchase, in the order of the days."""

    def make() -> ir.Table:
        bought = facts.orders.filter(facts.orders.purchase)
        return bought.group_by("day").aggregate(orders=bought.count(), net=bought.net.sum())

    return facts.once("audit_days", make).order_by("day")
