"""Order numbers that stand for several orders."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Word, graded, ratio

#: Sales under one number that lie further apart are two orders.
_DAYS = 31
#: Where so many orders share their number, numbers begin anew, every year or in every shop.
_RESTARTS = 0.2


@check
class SharedNumbers(Check):
    """Order numbers that several customers have, and orders of one customer whose lines are more than 31 days apart.
    Custrata takes the sales of one customer under one number as one order, so sales of different customers never mix,
    but two orders of one customer under one number do.

    Share: orders concerned ÷ all orders. From 0.1 % on a warning, from 10 % on serious; where only customers differ and
    a fifth of the orders or more share their number, numbers begin anew every year or in every shop, and that is a
    notice.
    """

    kind, zh, code, part = "shared_numbers", "单号重号", "A-DUP-003", "uniqueness"
    needs = ("orders.order_id",)

    def lacking(self, facts: AuditFacts) -> list[str]:
        return ["orders.order_id"] if facts.sources["orders"].own_orders else super().lacking(facts)

    def look(self, facts: AuditFacts) -> Look:
        odd = facts.once("audit_odd_numbers", lambda: _odd_numbers(facts.sales))
        numbered = facts.orders.filter(facts.orders.order_id.notnull())
        suspect = numbered.semi_join(odd, "order_id")
        by: Any = suspect.group_by("order_id").aggregate(customers=suspect.count())
        shared = facts.once("audit_shared", lambda: by.filter(by.customers > 1))
        apart = facts.once("audit_apart", lambda: _apart(facts.sales.semi_join(odd, "order_id")))
        total = (yield Over(numbered, {"n": numbered.count()}))[0]["n"]
        several = (yield Over(shared, {"n": shared.count(), "orders": shared.customers.sum()}))[0]
        far = (yield Over(apart, {"n": apart.count(), "customers": apart.customer_id.nunique()}))[0]
        orders = int(several["orders"] or 0)
        if not orders and not far["n"]:
            return []
        share = ratio(orders + far["n"], total)
        restarts = ratio(orders, total) >= _RESTARTS
        judged = ratio(far["n"], total) if restarts else share
        kinds = (("shared", several["n"], orders), ("apart", far["n"], far["n"]))
        keys = shared if orders else apart
        return [
            self.finding(
                graded(judged, warning=0.001, serious=0.1) if judged else "notice", share=judged,
                customers=None if orders else far["customers"],
                values={"orders": orders + far["n"], "numbers": several["n"], "apart": far["n"], "share": share},
                hints=("restarts",) if restarts else (),
                details=Details(("what", "numbers", "orders"), tuple((Word(f"number.{k}"), n, o) for k, n, o in kinds if
                n)), sample=Sample("orders", keys.order_by("order_id").limit(MOST_EXAMPLES).select("order_id"),
                "order_id"),
            )
        ]  # fmt: skip


def _odd_numbers(sales: ir.Table) -> ir.Table:
    """Numbers with sales of several customers, or far apart: one pass, after which there is little left to look at."""
    who, day = sales.customer_id, sales.day
    t: Any = sales.group_by("order_id").aggregate(low=who.min(), high=who.max(), first=day.min(), last=day.max())
    return t.filter((t.low < t.high) | _far(t)).select("order_id")


def _apart(sales: ir.Table) -> ir.Table:
    """Orders of one customer under one number with sales further apart than one order can be."""
    t: Any = sales.group_by("customer_id", "order_id").aggregate(first=sales.day.min(), last=sales.day.max())
    return t.filter(_far(t))


def _far(t: Any) -> Any:
    return t["last"].delta(t["first"], unit="day") > _DAYS
