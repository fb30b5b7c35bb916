"""Orders that stand there twice under different numbers."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Without, graded, money, ratio
from custrata.core.facts.ids import like

#: Orders of one line are told only on days when so many, and that share of all, were repeated.
_MANY, _MOST = 3, 0.5
#: What makes two lines equal.
_CELLS = ("product_id", "product", "quantity", "price", "amount")


@check
class RepeatedOrders(Check):
    """Orders of one customer on one day that have the same lines under different numbers. An order of several lines
    that occurs twice was most likely booked or exported twice. One of a single line can be chance, so it is told only
    on days on which at least 3 and half of the orders are such repetitions.

    Share: orders beyond the first of each set ÷ all purchases. From 0.1 % on a warning, from 2 % on serious.
    """

    kind, zh, code, part = "repeated_orders", "重复订单", "A-DUP-004", "uniqueness"
    needs = ("orders.order_id",)

    def lacking(self, facts: AuditFacts) -> list[str]:
        return ["orders.order_id"] if facts.sources["orders"].own_orders else super().lacking(facts)

    def look(self, facts: AuditFacts) -> Look:
        surplus = facts.once("audit_repeated_orders", lambda: _surplus(facts))
        found = (
            yield Over(
                surplus,
                {"n": surplus.count(), "customers": surplus.customer_id.nunique(), "spend": surplus.net.sum(),
                 "first": surplus.day.min(), "last": surplus.day.max()},
            )
        )[0]  # fmt: skip
        if not found["n"]:
            return []
        total = (yield Over(facts.purchases, {"n": facts.purchases.count()}))[0]["n"]
        share, spend = ratio(found["n"], total), money(found["spend"])
        largest = surplus.order_by([surplus.net.desc(), "customer_id", "order_id"]).limit(MOST_EXAMPLES)
        shown = yield largest
        return [
            self.finding(
                graded(share, warning=0.001, serious=0.02), share=share, rows=found["n"], customers=found["customers"],
                spend=spend,
                values={"orders": found["n"], "customers": found["customers"], "spend": spend, "share": share,
                        "first": found["first"], "last": found["last"]},
                details=Details(
                    ("customer", "order", "same_as", "day", "amount"),
                    tuple(
                        (str(r["customer_id"]), str(r["order_id"]), str(r["same_as"]), r["day"], money(r["net"]))
                        for r in shown
                    ),
                ),
                sample=Sample("orders", largest.select("customer_id", "order_id"), "order_id"),
                doubt=Without(surplus.select("customer_id", "order_id"), lambda lines: lines.limit(0)),
            )
        ]  # fmt: skip


def _surplus(facts: AuditFacts) -> ir.Table:
    """Orders that repeat another (`same_as`) of the same customer on the same day."""
    p: Any = facts.purchases
    alike = ["customer_id", "day", "net"]
    groups = p.group_by(alike).aggregate(_n=p.count())
    several = facts.once("audit_alike", lambda: p.semi_join(groups.filter(groups["_n"] > 1), alike))
    written = facts.once("audit_contents", lambda: _contents(facts.sales, several))
    by = ["customer_id", "day", "content"]
    placed: Any = written.mutate(
        _at=ibis.row_number().over(ibis.window(group_by=by, order_by="order_id")),
        same_as=written.order_id.min().over(ibis.window(group_by=by)),
    )
    again = placed.filter(placed["_at"] > 0)
    days = p.group_by("day").aggregate(_all=p.count())
    counts: Any = again.group_by("day").aggregate(_again=again.count()).inner_join(days, "day")
    bad = counts.filter((counts["_again"] >= _MANY) & (2 * counts["_again"] >= _MOST * counts["_all"]))
    chance = again.filter(again.items == 1).anti_join(bad, "day")
    surplus = again.anti_join(chance, ["customer_id", "order_id"])
    return surplus.select("customer_id", "order_id", "day", "net", "same_as")


def _contents(lines: ir.Table, orders: ir.Table) -> ir.Table:
    """Orders with how many lines they have (`items`) and all of them in one text (`content`), sorted."""
    sales = lines.semi_join(orders, ["customer_id", "order_id"])
    cells = [like(sales[c], dt.string).fill_null("") for c in _CELLS if c in sales.columns]
    text = cells[0]
    for cell in cells[1:]:
        text = text + "|" + cell
    written = sales.select("customer_id", "order_id", line=text)
    content: Any = written.group_by("customer_id", "order_id").aggregate(
        items=written.count(), content=written.line.group_concat(";", order_by="line")
    )
    kept = orders.select("customer_id", "order_id", "day", "net")
    return content.inner_join(kept, ["customer_id", "order_id"])
