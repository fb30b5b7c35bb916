"""Rows that count as returns, or do not, by one sign alone."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.checks.mixed_signs import TOLD
from custrata.core.audit.facts import AuditFacts, SourceFacts, nothing
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Word, graded, money, ratio
from custrata.core.scheme.sources import Orders

_SHOWN = ("order_id", "customer_id", "product_id", "quantity", "amount")


@check
class ReturnsBySign(Check):
    """Rows of the orders of which one sign alone decides what they are, and no status or prefix of the scheme: a
    negative quantity with a positive amount, and a negative amount without a quantity, are returns; a negative amount
    with a positive quantity is a discount line. Where returns are written in several ways, or such discount lines are
    more than 1 % of the rows, "signs that disagree" tells it instead.

    Share: amounts of these rows ÷ amounts of sale rows. A notice, from 20 % on a warning.
    """

    kind, zh, code, part = "returns_by_sign", "仅凭正负号判定的退货", "A-CON-009", "consistency"
    needs = ("orders",)

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows: Any = source.rows
        alone = source.good & rows.is_return & ~_told(source)
        quantity: Any = rows.quantity if facts.have("orders.quantity") else ibis.null(dt.int64)
        back, some = (quantity < 0).fill_null(False), (quantity > 0).fill_null(False)
        kinds = {
            "positive_return": alone & back,
            "negative_amount": alone & ~back & ~some,
            "negative_sale": source.sale & some & (rows.amount < 0).fill_null(False),
        }
        asked = {f"n_{k}": rows.count(where=holds) for k, holds in kinds.items()}
        asked |= {f"s_{k}": rows.amount.sum(where=holds) for k, holds in kinds.items()}
        row = (yield Over(rows, asked | {"sold": rows.amount.sum(where=source.sale & (rows.amount > 0))}))[0]
        if row["n_positive_return"] and facts.have("orders.amount"):
            # Cleaning gives every return a negative amount, so how it was written stands in the file alone.
            told = (source.as_told("quantity", "number") < 0) & (source.as_told("amount", "money") < 0)
            if (yield Over(source.raw, {"down": source.raw.count(where=told)}))[0]["down"]:
                row["n_positive_return"] = 0
        if ratio(row["n_negative_sale"], source.used) > TOLD:
            row["n_negative_sale"] = 0
        found = {k: (row[f"n_{k}"], abs(money(row[f"s_{k}"]))) for k in kinds if row[f"n_{k}"]}
        if not found:
            return []
        n, much = sum(n for n, _ in found.values()), sum((m for _, m in found.values()), money(None))
        share = ratio(much, money(row["sold"]))
        odd: Any = nothing()
        for k in found:
            odd = odd | kinds[k]
        kept = [c for c in _SHOWN if c in rows.columns]
        shown = rows.filter(odd).select(*kept).distinct().order_by(kept).limit(MOST_EXAMPLES)
        table = tuple((Word(f"sign.{k}"), Word(f"sign_counts.{k}"), n, m) for k, (n, m) in found.items())
        return [
            self.finding(
                graded(share, warning=0.2, serious=2), share=share, rows=n, spend=much,
                values={"rows": n, "spend": much},
                details=Details(("what", "counted_as", "rows", "amount"), table),
                sample=Sample("orders", shown, "amount" if facts.have("orders.amount") else kept[-1]),
            )
        ]  # fmt: skip


def _told(source: SourceFacts) -> Any:
    """Whether a rule of the scheme says of a row that it is a return."""
    rows, config = source.rows, source.config
    assert isinstance(config, Orders)
    told: Any = nothing()
    if config.returns.status and "status" in rows.columns:
        told = told | rows.status.isin(config.returns.status).fill_null(False)
    if config.returns.prefix:
        told = told | rows.order_id.cast(dt.string).startswith(config.returns.prefix).fill_null(False)
    return told
