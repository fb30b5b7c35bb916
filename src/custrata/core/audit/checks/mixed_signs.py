"""Returns that are written in two ways, and sales with a negative amount."""

from __future__ import annotations

from typing import Any

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Word, graded, ratio

#: Discounts are negative amounts too; with more of them than this they are worth a word.
TOLD = 0.01


@check
class MixedSigns(Check):
    """Rows whose quantity and amount have different signs. A negative quantity with a positive amount is taken as a
    return; a positive quantity with a negative amount as a discount line, so if it was meant as a return, the order
    still counts as a purchase.

    Share: such rows ÷ usable rows. A notice where both ways of writing returns occur side by side; a warning where more
    than 1 % of the rows are negative amounts of positive quantities, serious from 20 % on.
    """

    kind, zh, code, part = "mixed_signs", "正负号不一致", "A-CON-002", "consistency"
    needs = ("orders.amount", "orders.quantity")

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows: Any = source.rows
        lowered = source.good & (rows.quantity > 0) & (rows.amount < 0) & ~rows.is_return
        asked = {"lowered": rows.count(where=lowered), "back": rows.count(where=source.good & (rows.quantity < 0))}
        row = (yield Over(rows, asked))[0]
        positive = negative = 0
        if row["back"]:
            # Cleaning gives every return a negative amount, so how it was written stands in the file alone.
            raw = source.raw
            quantity, amount = source.as_told("quantity", "number"), source.as_told("amount", "money")
            back = (quantity < 0).fill_null(False)
            written = (
                yield Over(
                    raw, {"up": raw.count(where=back & (amount > 0)), "down": raw.count(where=back & (amount < 0))}
                )
            )[0]
            positive, negative = written["up"], written["down"]
        mixed = positive if positive and negative else 0
        lowered_share = ratio(row["lowered"], source.used)
        told = lowered_share > TOLD
        if not mixed and not told:
            return []
        concerned = mixed + (row["lowered"] if told else 0)
        share = ratio(concerned, source.used)
        kinds = (("positive_return", positive), ("negative_return", negative), ("negative_sale", row["lowered"]))
        kept = [c for c in ("order_id", "customer_id", "product_id", "quantity", "amount") if c in rows.columns]
        odd = lowered if told else source.good & (rows.quantity < 0)
        shown = rows.filter(odd).select(*kept).distinct().order_by(kept).limit(MOST_EXAMPLES)
        return [
            self.finding(
                graded(share, warning=TOLD, serious=0.2) if told else "notice", share=share,
                rows=concerned, values={"rows": concerned},
                details=Details(("what", "rows"), tuple((Word(f"sign.{k}"), n) for k, n in kinds if n)),
                sample=Sample("orders", shown, "amount"),
            )
        ]  # fmt: skip
