"""Orders of which more came back than they brought."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, graded, money, ratio
from custrata.core.facts.ids import like


@check
class OverRefunds(Check):
    """Orders whose refunds are larger than what they brought, by more than a cent: returns booked twice, of another
    price, or of another order.

    Share: what was refunded beyond the orders ÷ all that was refunded. From 1 % on a warning, from 20 % on serious.
    """

    kind, zh, code, part = "over_refunds", "退款超过原单", "A-CON-007", "consistency"

    def lacking(self, facts: AuditFacts) -> list[str]:
        return [] if {"gross", "refunded"} <= set(facts.orders.columns) else ["returns"]

    def look(self, facts: AuditFacts) -> Look:
        t: Any = facts.orders
        beyond = t.refunded - t.gross
        over = t.order_id.notnull() & (t.gross > 0) & (beyond > facts.terms.cent)
        asked = {
            "n": t.count(where=over), "beyond": beyond.sum(where=over), "refunded": t.refunded.sum(where=t.refunded >
            0), "customers": t.customer_id.nunique(where=over),
        }  # fmt: skip
        row = (yield Over(t, asked))[0]
        if not row["n"]:
            return []
        much = money(row["beyond"])
        share = ratio(much, money(row["refunded"]))
        found = t.filter(over).mutate(beyond=beyond)
        largest = found.order_by([found.beyond.desc(), "customer_id", "order_id"]).limit(MOST_EXAMPLES)
        shown = yield largest.select("customer_id", "order_id", "gross", "refunded")
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.2), share=share, rows=row["n"], customers=row["customers"],
                spend=much, values={"orders": row["n"], "spend": much, "share": share},
                details=Details(
                    ("customer", "order", "amount", "refunded"),
                    tuple((str(r["customer_id"]), str(r["order_id"]), money(r["gross"]), money(r["refunded"])) for r in
                    shown),
                ),
                sample=_sample(facts, largest),
            )
        ]  # fmt: skip


def _sample(facts: AuditFacts, orders: Any) -> Sample:
    if facts.have("returns.order_id"):
        return Sample("returns", orders.select(refers_to=like(orders.order_id, dt.string)), "amount")
    return Sample("orders", orders.select("customer_id", "order_id"), "amount")
