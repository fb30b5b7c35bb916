"""Customers who bought and whom the customers source does not know."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Sample, graded, money, ratio
from custrata.core.audit.ids import bare, buyers


@check
class UnknownCustomers(Check):
    """Orders whose customer is not in the customers source.

    Share: buyers who are not in it ÷ all buyers. From 5 % on a warning, from 50 % on serious. How many would be known
    if zeros in front, blanks and capitals did not count is told: then the two sources write one number in two ways.
    """

    kind, zh, code, part = "unknown_customers", "档案中没有的客户", "A-COM-004", "completeness"
    needs = ("customers",)

    def look(self, facts: AuditFacts) -> Look:
        everybody, people = buyers(facts), facts.customers
        assert people is not None
        unknown = facts.once("audit_unknown_customers", lambda: everybody.anti_join(people, "customer_id"))
        all_ = (yield Over(everybody, {"n": everybody.count()}))[0]["n"]
        found = (
            yield Over(unknown, {"n": unknown.count(), "spend": unknown.net.sum(), "orders": unknown.orders.sum()})
        )[0]
        if not found["n"]:
            return []
        share, spend = ratio(found["n"], all_), money(found["spend"])
        written = unknown.select(key=bare(unknown.customer_id))
        alike = written.semi_join(people.select(key=bare(people.customer_id)), "key")
        n = (yield Over(alike, {"n": alike.count()}))[0]["n"]
        largest = unknown.order_by([unknown.net.desc(), "customer_id"]).limit(MOST_EXAMPLES).select("customer_id")
        return [
            self.finding(
                graded(share, warning=0.05, serious=0.5), share=share, rows=int(found["orders"]),
                customers=found["n"], spend=spend,
                values={"customers": found["n"], "share": share, "spend": spend, "alike": n},
                hints=("alike",) if n else (), sample=Sample("orders", largest, "customer_id"),
            )
        ]  # fmt: skip
