"""Products that were sold and that the products source does not know."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Sample, graded, money, ratio
from custrata.core.audit.ids import bare
from custrata.core.facts.ids import like


@check
class UnknownProducts(Check):
    """Sale lines whose product is not in the products source, so that nothing tells their category, brand or kind.

    Share: amount of such lines ÷ amount of all sale lines with a product. From 5 % on a warning, from 50 % on serious.
    """

    kind, zh, code, part = "unknown_products", "档案中没有的商品", "A-COM-005", "completeness"
    needs = ("products", "orders.product_id")

    def look(self, facts: AuditFacts) -> Look:
        assert facts.products is not None
        lines = facts.sales.filter(facts.sales.product_id.notnull())
        by = lines.group_by("product_id").aggregate(lines=lines.count(), spend=lines.amount.sum(where=lines.amount > 0))
        sold = facts.once("audit_sold", lambda: by)
        known = facts.products.select(product_id=like(facts.products.product_id, sold.product_id.type()))
        unknown = facts.once("audit_unknown_products", lambda: sold.anti_join(known, "product_id"))
        everything = (yield Over(sold, {"spend": sold.spend.sum()}))[0]
        found = (
            yield Over(unknown, {"n": unknown.count(), "lines": unknown.lines.sum(), "spend": unknown.spend.sum()})
        )[0]
        if not found["n"]:
            return []
        spend = money(found["spend"])
        share = ratio(spend, money(everything["spend"]))
        alike = unknown.select(key=bare(unknown.product_id)).semi_join(known.select(key=bare(known.product_id)), "key")
        n = (yield Over(alike, {"n": alike.count()}))[0]["n"]
        order = [unknown.spend.desc(nulls_first=False), "product_id"]
        largest = unknown.order_by(order).limit(MOST_EXAMPLES).select("product_id")
        return [
            self.finding(
                graded(share, warning=0.05, serious=0.5), share=share, rows=int(found["lines"]), spend=spend,
                values={"products": found["n"], "lines": int(found["lines"]), "share": share, "alike": n},
                hints=("alike",) if n else (), sample=Sample("orders", largest, "product_id"),
            )
        ]  # fmt: skip
