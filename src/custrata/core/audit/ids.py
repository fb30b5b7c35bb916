"""Customers and products by their numbers, as the checks compare them."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts
from custrata.core.facts.ids import like


def buyers(facts: AuditFacts) -> ir.Table:
    """customer_id, orders and net spend of everybody who ever bought."""

    def make() -> ir.Table:
        p = facts.purchases
        return p.group_by("customer_id").aggregate(orders=p.count(), net=p.net.sum())

    return facts.once("audit_buyers", make)


def bare(column: Any) -> Any:
    """An id without what programs add or take away: zeros in front, blanks, capitals."""
    return like(column, dt.string).upper().re_replace(r"\s", "").re_replace(r"^0+", "")
