"""How much is sold to nobody in particular: what the classes cannot speak of."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import graded, money, ratio


@check
class AnonymousSales(Check):
    """Walk-in sales, which the scheme leaves out by rule.

    Share: amount of anonymous sale rows ÷ amount of these and of all sale rows that count. Fine up to 20 %; from 50 %
    on a warning, for then the classes describe the smaller half of the trade; from 90 % on serious.
    """

    kind, zh, code, part = "anonymous_sales", "散客销售占比", "A-COM-003", "completeness"

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows, amount = source.rows, source.rows.amount
        nobody = (rows["_excluded"] == "anonymous").fill_null(False) & ~rows.is_return
        asked = {
            "rows": rows.count(where=nobody),
            "nobody": amount.sum(where=nobody & (amount > 0)),
            "somebody": amount.sum(where=source.sale & (amount > 0)),
        }
        row = (yield Over(rows, asked))[0]
        anonymous = money(row["nobody"])
        share = ratio(anonymous, anonymous + money(row["somebody"]))
        return [
            self.finding(
                graded(share, notice=0.2, warning=0.5, serious=0.9), share=share, rows=row["rows"], spend=anonymous,
                values={"rows": row["rows"], "spend": anonymous, "share": share},
            )
        ]  # fmt: skip
