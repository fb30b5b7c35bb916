"""Orders far beyond everybody's, from customers who bought too seldom to have a habit of their own."""

from __future__ import annotations

import ibis

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Without, graded, money, ratio
from custrata.core.audit.robust import LEAST, farthest, fold
from custrata.core.segments.base import AtRanks

#: Below so many times the median of all orders none is told, whatever its z-score; and the z-score that is needed.
_FOLD, _Z = 100, 6.0
#: With fewer orders than this nothing is usual.
_ORDERS = 30


@check
class LargeOrders(Check):
    """Orders of customers with fewer than 8 purchases that are at least 100 times the median order of the company, with
    a modified z-score of logarithms above 6. Customers with more purchases are judged by their own habit.

    Share: net amount of these orders ÷ net amount of all purchases. A warning from 5 % on, serious from 30 % on.
    Nothing is said with fewer than 30 orders.
    """

    kind, zh, code, part = "large_orders", "异常大单（对全部订单）", "A-VAL-006", "validity"

    def look(self, facts: AuditFacts) -> Look:
        p = facts.purchases
        row = (yield Over(p, {"n": p.count(), "spend": p.net.sum()}))[0]
        n = row["n"]
        if n < _ORDERS:
            return []
        middle = [(n + 1) // 2]
        usual = (yield Over(p, {"median": AtRanks(p.net, middle, n)}))[0]["median"][0]
        times = fold(p.net, ibis.literal(float(usual)))
        spread = (yield Over(p, {"spread": AtRanks(times, middle, n)}))[0]["spread"][0]
        seldom = p.group_by("customer_id").aggregate(times=p.count())
        rare = seldom.filter(seldom.times < LEAST)
        high = p.filter((p.net > usual) & (times > farthest(float(spread), _FOLD, _Z)))
        large = facts.once("audit_large_orders", lambda: high.semi_join(rare, "customer_id"))
        found = (
            yield Over(large, {"n": large.count(), "customers": large.customer_id.nunique(), "spend": large.net.sum()})
        )[0]
        if not found["n"]:
            return []
        spend = money(found["spend"])
        share = ratio(spend, money(row["spend"]))
        largest = large.order_by([large.net.desc(), "customer_id", "order_id"]).limit(MOST_EXAMPLES)
        shown = yield largest
        return [
            self.finding(
                graded(share, warning=0.05, serious=0.3), share=share, rows=found["n"], customers=found["customers"],
                spend=spend, values={"orders": found["n"], "customers": found["customers"], "spend": spend,
                                     "share": share, "usual": money(usual)},
                details=Details(
                    ("customer", "order", "amount"),
                    tuple((str(r["customer_id"]), str(r["order_id"]), money(r["net"])) for r in shown),
                ),
                sample=Sample("orders", largest.select("customer_id", "order_id"), "amount"),
                doubt=Without(large.select("customer_id", "order_id"), lambda lines: lines.limit(0)),
            )
        ]  # fmt: skip
