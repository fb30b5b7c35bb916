"""Lines whose unit price is far from what their product usually costs."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Without, graded, money, ratio
from custrata.core.audit.robust import LEAST, far, with_distance

#: A price is not an outlier within so many times the product's median, up or down.
_FOLD = 10


@check
class PriceOutliers(Check):
    """Sale lines whose unit price is at least 10 times, or at most a tenth of, the median of their product, with a
    modified z-score of logarithms above 3.5. The unit price is the price, or amount ÷ quantity where the source has no
    price. Products with fewer than 8 lines are not judged.

    Share: amount of these lines ÷ amount of all sale lines. A warning from 1 % on, serious from 20 % on; a notice
    below.
    """

    kind, zh, code, part = "price_outliers", "异常单价（对商品）", "A-VAL-005", "validity"

    def lacking(self, facts: AuditFacts) -> list[str]:
        named = facts.have("orders.product_id") or facts.have("orders.product")
        priced = facts.have("orders.price") or (facts.have("orders.amount") and facts.have("orders.quantity"))
        return [*([] if named else ["orders.product_id"]), *([] if priced else ["orders.price"])]

    def look(self, facts: AuditFacts) -> Look:
        key = "product_id" if facts.have("orders.product_id") else "product"
        lines = _priced(facts.sales, key)
        flagged = facts.once("audit_price_outliers", lambda: _flagged(facts, lines, key))
        found = (yield Over(flagged, {"prices": flagged.count(), "lines": flagged.times.sum()}))[0]
        if not found["prices"]:
            return []
        wrong = facts.once("audit_price_lines", lambda: lines.semi_join(flagged, [key, "unit"]))
        told = (
            yield Over(wrong, {"customers": wrong.customer_id.nunique(), "spend": wrong.amount.sum(),
                               "products": wrong[key].nunique()})
        )[0]  # fmt: skip
        total = (yield Over(facts.sales, {"spend": facts.sales.amount.sum()}))[0]
        spend = money(told["spend"])
        share = ratio(spend, money(total["spend"]))
        farthest = flagged.order_by([flagged.fold.desc(), key, "unit"]).limit(MOST_EXAMPLES)
        shown = yield farthest
        examples = wrong.semi_join(farthest, [key, "unit"]).select("customer_id", "order_id", key, "amount").distinct()
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.2), share=share, rows=int(found["lines"]),
                customers=told["customers"], spend=spend,
                values={"lines": int(found["lines"]), "products": told["products"], "spend": spend, "share": share},
                details=Details(
                    ("product", "price", "usual_price", "lines"),
                    tuple((str(r[key]), money(r["unit"]), money(r["median"]), int(r["times"])) for r in shown),
                ),
                sample=Sample("orders", examples.order_by(examples.columns).limit(MOST_EXAMPLES),
                              "price" if facts.have("orders.price") else "amount"),
                doubt=Without(wrong.select("customer_id", "order_id").distinct(), lambda t: _without(t, flagged, key)),
            )
        ]  # fmt: skip


def _priced(lines: ir.Table, key: str) -> ir.Table:
    """Sale lines with a product and a positive unit price, `unit`."""
    unit: Any = lines.price if "price" in lines.columns else _quotient(lines)
    priced = lines.mutate(unit=unit)
    return priced.filter(~priced.is_return & priced[key].notnull() & (priced.unit > 0))


def _quotient(lines: ir.Table) -> Any:
    """What a unit cost, to four decimals; a double, for casting every line would take longer than grouping them."""
    return (lines.amount.cast("float64") / lines.quantity.nullif(0).cast("float64")).round(4)


def _flagged(facts: AuditFacts, lines: ir.Table, key: str) -> ir.Table:
    """Prices of products that are outliers, with how many `times` each was charged."""
    # Hardly any product has one price of ten times another, and few prices: those are put in order, not the lines.
    ends: Any = lines.group_by(key).aggregate(n=lines.count(), low=lines.unit.min(), high=lines.unit.max())
    uneven = facts.keep("audit_uneven", ends.filter((ends.n >= LEAST) & (ends.high >= _FOLD * ends.low)).select(key))
    sold = lines.semi_join(uneven, key)
    prices = facts.keep("audit_prices", sold.group_by(key, "unit").aggregate(times=sold.count()))
    t: Any = with_distance(prices, [key], "unit", _FOLD, facts.keep, "times")
    return t.filter(far(t.fold, t.spread, _FOLD))


def _without(lines: ir.Table, flagged: ir.Table, key: str) -> ir.Table:
    unit: Any = lines.price if "price" in lines.columns else _quotient(lines)
    marked = lines.mutate(unit=unit)
    wrong = flagged.select(_key=key, _unit="unit")
    same = (marked[key] == wrong["_key"]) & (marked.unit == wrong["_unit"]) & ~marked.is_return
    return marked.anti_join(wrong, same).drop("unit")
