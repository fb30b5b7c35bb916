"""What customers bought, line by line, as a run keeps it for those who look at one customer later."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL
from custrata.core.facts.headers import refunded_once
from custrata.core.facts.ids import like

#: What people call a thing that is sold, and what it belongs to; a number alone tells nobody anything.
WORDS = ("product", "category", "brand", "kind")


def names_products(lines: ir.Table, products: ir.Table | None) -> bool:
    """Whether anything tells what was sold: the lines themselves, or a products source by their numbers."""
    if any(word in lines.columns for word in WORDS):
        return True
    return products is not None and "product_id" in lines.columns and any(w in products.columns for w in WORDS)


def bought_lines(lines: ir.Table, own: ir.Table | None) -> ir.Table:
    """The lines of sales and returns that count, each with what it tells of the product itself.

    Columns: customer_id (as the lines have it), order_id (text; of a return that lowers its own day the number of its
    document, or null), returned_on (the day of such a return, else null: other lines stand on their order's day),
    came_back_on (the day of any return, null of a sale: what was known of an order at an earlier day), is_return,
    quantity (negative for what came back; null where unknown), net (money; negative for what came back), product_id
    (text) and those of `WORDS` that the lines have. The sum of `net` over the lines of an order is the order's `net`:
    refunds that a column tells are taken off the lines, beyond what returns tell, as in `refunded_once`; where they are
    shared out, parts are rounded to four places, and the sum may differ in the last one.
    """
    of_orders = refunded_once(lines)
    found = _shaped(of_orders, of_orders.order_id, ibis.null(dt.date))
    return found if own is None else found.union(_shaped(own, own.return_id, own.day).select(*found.columns))


def _shaped(t: ir.Table, number: Any, on: Any) -> ir.Table:
    columns: dict[str, Any] = {"order_id": like(number, dt.string), "returned_on": on, "is_return": t.is_return}
    columns["came_back_on"] = ibis.ifelse(t.is_return, t.day, ibis.null(dt.date))
    if "quantity" in t.columns:
        columns["quantity"] = ibis.ifelse(t.is_return, -t.quantity.abs(), t.quantity.abs())
    refunded = t.refunded.abs().fill_null(0) if "refunded" in t.columns else 0
    columns["net"] = (t.amount - refunded).cast(DECIMAL)
    if "product_id" in t.columns:
        columns["product_id"] = like(t.product_id, dt.string)
    columns |= {word: t[word] for word in WORDS if word in t.columns}
    return t.select("customer_id", **columns)
