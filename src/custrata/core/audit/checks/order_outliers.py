"""Orders far beyond what their own customer is used to: often a slipped decimal point."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Without, graded, money, ratio
from custrata.core.audit.robust import far, with_distance

#: An order is not an outlier below so many times the customer's median.
FOLD = 10


@check
class OrderOutliers(Check):
    """Orders of at least 10 times their customer's own median whose modified z-score (of logarithms, against the
    customer's own median and median deviation) is above 3.5. Customers with fewer than 8 purchases are not judged.

    Share: net amount of these orders ÷ net amount of all purchases. A warning from 2 % on, serious from 20 % on.
    """

    kind, zh, code, part = "order_outliers", "异常大单（对客户自身）", "A-VAL-004", "validity"

    def look(self, facts: AuditFacts) -> Look:
        flagged = facts.once("audit_order_outliers", lambda: _flagged(facts))
        found = (
            yield Over(
                flagged,
                {"n": flagged.count(), "customers": flagged.customer_id.nunique(), "spend": flagged.net.sum()},
            )
        )[0]
        if not found["n"]:
            return []
        total = (yield Over(facts.purchases, {"spend": facts.purchases.net.sum()}))[0]
        spend = money(found["spend"])
        share = ratio(spend, money(total["spend"]))
        largest = flagged.order_by([flagged.fold.desc(), "customer_id", "order_id"]).limit(MOST_EXAMPLES)
        shown = yield largest
        return [
            self.finding(
                graded(share, warning=0.02, serious=0.2), share=share, rows=found["n"], customers=found["customers"],
                spend=spend, values={"orders": found["n"], "customers": found["customers"], "spend": spend,
                                     "share": share, "fold": int(shown[0]["fold"])},
                details=Details(
                    ("customer", "order", "amount", "usual"),
                    tuple((str(r["customer_id"]), str(r["order_id"]), money(r["net"]), money(r["median"])) for r in
                    shown),
                ),
                sample=Sample("orders", largest.select("customer_id", "order_id"), "amount"),
                doubt=Without(flagged.select("customer_id", "order_id"), lambda lines: lines.limit(0)),
            )
        ]  # fmt: skip


def _flagged(facts: AuditFacts) -> ir.Table:
    """The outliers, with `median`, `n`, `fold` and `spread` of their customer."""
    t: Any = with_distance(facts.purchases, ["customer_id"], "net", FOLD, facts.keep)
    return t.filter((t.net > t["median"]) & far(t.fold, t.spread, FOLD))
