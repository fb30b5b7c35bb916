"""Returns that are dated before the sale that they return."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Sample, graded, money, ratio
from custrata.core.audit.named_orders import named_returns, returns_are_named


@check
class EarlyReturns(Check):
    """Returns dated before the first day of the order that they name: a wrong date, or a number that was used again.

    Share: such returns ÷ all returns that name an order which is there. From 1 % on a warning, from 20 % on serious.
    """

    kind, zh, code, part = "early_returns", "退货早于销售", "A-CON-006", "consistency"

    def lacking(self, facts: AuditFacts) -> list[str]:
        return [] if returns_are_named(facts) else ["returns.order_id"]

    def look(self, facts: AuditFacts) -> Look:
        dated = facts.once("audit_dated_returns", lambda: _with_sale(facts, named_returns(facts)))
        early: Any = dated.day < dated.sold
        asked = {
            "all": dated.count(), "n": dated.count(where=early), "spend": dated.amount.sum(where=early),
            "customers": dated.customer_id.nunique(where=early),
        }  # fmt: skip
        row = (yield Over(dated, asked))[0]
        if not row["n"]:
            return []
        share, spend = ratio(row["n"], row["all"]), money(row["spend"])
        source = "returns" if facts.have("returns.order_id") else "orders"
        day = {"orders": "ordered_at", "returns": "returned_at"}[source]
        first = dated.filter(early & (dated.source == source))
        shown = first.select(refers_to="named", **{day: "day"}).distinct().order_by("refers_to", day)
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.2), share=share, rows=row["n"], customers=row["customers"],
                spend=spend, values={"rows": row["n"], "share": share, "spend": spend},
                sample=Sample(source, shown.limit(MOST_EXAMPLES), day),
            )
        ]  # fmt: skip


def _with_sale(facts: AuditFacts, returns: ir.Table) -> ir.Table:
    """Returns with the first day (`sold`) of the orders of the number that they name, whoever's they are."""
    orders: Any = facts.orders.filter(facts.orders.order_id.notnull())
    named = orders.select(refers_to="order_id", day="day").semi_join(returns, "refers_to")
    days: Any = named.group_by("refers_to").aggregate(sold=named.day.min())
    return returns.inner_join(days, "refers_to")
