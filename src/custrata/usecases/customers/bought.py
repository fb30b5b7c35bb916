"""What a customer buys: products, categories and brands beside those of all customers, and the lines of his orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from custrata.core.facts.bought import WORDS
from custrata.core.facts.headers import with_kinds, with_products
from custrata.core.facts.ids import rows_of
from custrata.core.measure.bought import BY, Basket, basket, beside_usual
from custrata.usecases.look import Result

#: Products, categories and brands that are shown.
SHOWN = 8
#: Number of an order (or of the document of a return, or null) and its day.
OrderKey = tuple[str | None, date]


@dataclass(frozen=True)
class Bought:
    """`baskets` are those of which the lines tell anything, without parts of all customers' spend; `of_orders` are the
    lines of each order: product_id, product, category, brand, kind, quantity, net, is_return."""

    baskets: Sequence[Basket]
    of_orders: Mapping[OrderKey, Sequence[Mapping[str, Any]]]


def bought(
    result: Result, customer_id: str, orders: Iterable[Mapping[str, Any]], most: int = SHOWN
) -> Bought | None:  # fmt: skip
    """What one customer bought, `orders` being all of his. Null where the run keeps no lines, or he has none."""
    if result.lines is None:
        return None
    rows = result.engine.rows(_described(result, rows_of(result.lines, customer_id)))
    if not rows:
        return None
    # A return that lowers its own day may have the number of an order: a sale stands above it.
    known = {o["order_id"]: o for o in sorted(orders, key=lambda o: o["gross"])}
    told: list[dict[str, Any]] = []
    of_orders: dict[OrderKey, list[Mapping[str, Any]]] = {}
    for row in rows:
        own_day, order = row["returned_on"], known.get(row["order_id"])
        day = own_day or (order["day"] if order is not None else result.as_of)
        purchase = own_day is None and order is not None and order["purchase"]
        told.append({**row, "order": row["order_id"], "day": day, "purchase": purchase})
        of_orders.setdefault((row["order_id"], day), []).append(row)
    for lines in of_orders.values():
        lines.sort(key=lambda r: (r["is_return"], -r["net"], r.get("product") or "", r.get("product_id") or ""))
    found = [b for by in BY if (b := basket(told, by, most)) is not None]
    return Bought(found, of_orders)


def bought_by(result: Result, customer_id: str, most: int = SHOWN) -> Bought | None:
    """The same of a customer under the id that counts, his orders being looked for."""
    if result.lines is None or result.orders is None:
        return None
    return bought(result, customer_id, result.engine.rows(rows_of(result.orders, customer_id)), most)


def usual(result: Result) -> Mapping[str, Mapping[str | None, Decimal]]:
    """What all customers whom this reader may see spend on each category, brand and kind (null: none is told), net.

    It reads all lines once; an engine that remembers answers is not asked again."""
    if result.lines is None:
        return {}
    lines = result.lines
    named = [c for c in ("product_id", *WORDS) if c in lines.columns]
    # The few products are described, not the many lines.
    t = _described(result, lines.group_by(named).aggregate(net=lines.net.sum()))
    found: dict[str, Mapping[str | None, Decimal]] = {}
    for by in BY:
        if by != "product" and by in t.columns:
            rows = result.engine.rows(t.group_by(word=t[by]).aggregate(net=t.net.sum()))
            sums: dict[str | None, Decimal] = {}
            for row in rows:
                sums[row["word"] or None] = sums.get(row["word"] or None, Decimal(0)) + row["net"]
            found[by] = sums
    return found


def with_usual(
    baskets: Sequence[Basket], everybody: Mapping[str, Mapping[str | None, Decimal]]
) -> list[Basket]:  # fmt: skip
    """Baskets with the parts that these have in what all customers spend, as `usual` tells it."""
    return [beside_usual(b, everybody[b.by]) if b.by in everybody else b for b in baskets]


def _described(result: Result, lines: ir.Table) -> ir.Table:
    if result.products is not None and "product_id" in lines.columns:
        told = [c for c in ("product_id", *WORDS) if c in result.products.columns]
        lines = with_products(lines, result.products.select(*told))
    return with_kinds(lines, {str(k): v for k, v in result.scheme.sources.orders.kinds.items()})
