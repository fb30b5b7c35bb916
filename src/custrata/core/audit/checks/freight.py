"""Freight that is taken off wrongly: off every line of an order, or more than was paid."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Word, graded, money, ratio

#: Orders of several lines that bear the same freight on each of them.
_MOST = 0.9


@check
class Freight(Check):
    """Freight is taken off the amount of each row. Told are rows whose freight is negative or larger than what was
    paid, and orders of several lines that bear one and the same freight on every line, where nine tenths of the orders
    with freight do: then the freight of the whole order is taken off once a line.

    Share: such rows ÷ sale rows with freight. From 1 % on a warning, from 20 % on serious.
    """

    kind, zh, code, part = "freight", "运费", "A-CON-004", "consistency"
    needs = ("orders.freight",)

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows: Any = source.rows
        has = source.sale & (rows.freight != 0)
        odd = (has & ((rows.freight < 0) | (rows.amount < 0))).fill_null(False)
        asked = {"all": rows.count(where=has), "odd": rows.count(where=odd)}
        row = (yield Over(rows, asked))[0]
        if not row["all"]:
            return []
        repeated, off = 0, money(None)
        if not source.own_orders:
            orders = facts.once("audit_freight", lambda: _by_order(rows.filter(source.sale)))
            same = (orders["low"] == orders["high"]) & (orders["low"] > 0)
            several = {
                "some": orders.count(where=orders["high"] > 0), "same": orders.count(where=same),
                "lines": orders.items.sum(where=same), "off": (orders["low"] * (orders.items - 1)).sum(where=same),
            }  # fmt: skip
            found = (yield Over(orders, several))[0]
            if found["some"] and found["same"] >= max(2, _MOST * found["some"]):
                repeated, off = int(found["lines"]), money(found["off"])
        n = row["odd"] + repeated
        if not n:
            return []
        share = ratio(n, row["all"])
        kept = ["order_id", "customer_id", "freight"]
        shown = rows.filter(odd if row["odd"] else has).select(*kept).distinct().order_by(kept).limit(MOST_EXAMPLES)
        kinds = tuple((Word(f"freight.{k}"), c) for k, c in (("odd", row["odd"]), ("repeated", repeated)) if c)
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.2), share=share, rows=n, spend=off if repeated else None,
                values={"rows": n, "share": share, "off": off}, hints=("repeated",) if repeated else (),
                details=Details(("what", "rows"), kinds), sample=Sample("orders", shown, "freight"),
            )
        ]  # fmt: skip


def _by_order(sales: ir.Table) -> Any:
    """Orders of several lines: how many (`items`), and the lowest and highest freight of a line."""
    t: Any = sales.group_by("customer_id", "order_id").aggregate(
        items=sales.count(), low=sales.freight.fill_null(0).min(), high=sales.freight.fill_null(0).max()
    )
    return t.filter(t["items"] > 1)
