"""Discounts with the wrong sign, or larger than what they are taken off."""

from __future__ import annotations

from typing import Any

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts, nothing
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Word, graded, ratio


@check
class OddDiscounts(Check):
    """Sale rows with a negative discount, or with a discount above quantity × price. Where the source has no amount,
    both make a wrong one.

    Share: such rows ÷ sale rows with a discount. From 1 % on a warning, from 20 % on serious.
    """

    kind, zh, code, part = "odd_discounts", "折扣异常", "A-CON-003", "consistency"
    needs = ("orders.discount",)

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows: Any = source.rows
        negative = source.sale & (rows.discount < 0)
        above = nothing()
        if facts.have("orders.price") and facts.have("orders.quantity"):
            above = source.sale & (rows.discount > (rows.quantity * rows.price).round(4) + facts.terms.cent)
        asked = {
            "all": rows.count(where=source.sale & (rows.discount != 0)),
            "negative": rows.count(where=negative), "above": rows.count(where=above),
        }  # fmt: skip
        row = (yield Over(rows, asked))[0]
        n = row["negative"] + row["above"]
        if not n:
            return []
        share = ratio(n, row["all"])
        kept = [c for c in ("order_id", "customer_id", "product_id", "discount") if c in rows.columns]
        shown = rows.filter((negative | above).fill_null(False)).select(*kept).distinct().order_by(kept)
        kinds = tuple((Word(f"discount.{k}"), row[k]) for k in ("negative", "above") if row[k])
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.2), share=share, rows=n, values={"rows": n, "share": share},
                details=Details(("what", "rows"), kinds), sample=Sample("orders", shown.limit(MOST_EXAMPLES),
                "discount"),
            )
        ]  # fmt: skip
