"""Sale rows that brought nothing."""

from __future__ import annotations

from typing import Any

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, graded, ratio


@check
class ZeroAmounts(Check):
    """Sale rows with an amount, a price or a quantity of 0. Some are gifts; many are prices that were never filled in.

    Share: rows with an amount of 0, or with an amount but a quantity of 0 ÷ sale rows. Fine up to 1 %, a warning from
    10 % on, serious from half on.
    """

    kind, zh, code, part = "zero_amounts", "零金额", "A-VAL-007", "validity"

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows: Any = source.rows
        zero, odd = rows.amount == 0, rows.amount == 0
        asked = {"all": rows.count(where=source.sale), "amount": rows.count(where=source.sale & zero)}
        if "price" in rows.columns:
            asked["price"] = rows.count(where=source.sale & (rows.price == 0))
        if "quantity" in rows.columns:
            nothing_sold = (rows.quantity == 0).fill_null(False)
            odd = zero | nothing_sold
            asked["quantity"] = rows.count(where=source.sale & nothing_sold)
        row = (yield Over(rows, {**asked, "odd": rows.count(where=source.sale & odd)}))[0]
        share = ratio(row["odd"], row["all"])
        severity = graded(share, notice=0.01, warning=0.1, serious=0.5)
        if severity == "good":
            return []
        kept = [c for c in ("order_id", "customer_id", "product_id", "amount") if c in rows.columns]
        shown = rows.filter(source.sale & odd).select(*kept).distinct().order_by(kept).limit(MOST_EXAMPLES)
        counts = tuple((source.header(c), row[c]) for c in ("amount", "price", "quantity") if row.get(c))
        return [
            self.finding(
                severity, share=share, rows=row["odd"], values={"rows": row["odd"], "share": share},
                details=Details(("column", "zeros"), counts), sample=Sample("orders", shown, "amount"),
            )
        ]  # fmt: skip
