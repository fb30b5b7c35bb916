"""What was sold, as the models of baskets and recommendations read it: a row a customer, order and thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.headers import with_products
from custrata.core.facts.ids import like
from custrata.usecases.look import Result

if TYPE_CHECKING:
    from custrata.core.predict.counts import Whole

By = Literal["product", "category", "brand"]
BY: tuple[By, ...] = ("product", "category", "brand")


@dataclass(frozen=True)
class Sold:
    """A row a thing in an order, as numbers: places in `customers`, `items` (ids, or words of categories and brands,
    sorted), days since 1970, and orders by any number of their own."""

    customer: Whole
    order: Whole
    item: Whole
    day: Whole
    customers: Any
    items: Any

    def some(self, rows: Any) -> Sold:
        """Rows by yes and no; things and customers keep their numbers."""
        return Sold(self.customer[rows], self.order[rows], self.item[rows], self.day[rows], self.customers, self.items)

    @cached_property
    def first_day(self) -> int:
        return int(self.day.min())


def require_lines(result: Result, by: By = "product") -> ir.Table:
    """The lines of a run. Raises E-PREDICT-030 where it keeps none, E-PREDICT-031 where nothing tells what is asked."""
    if result.lines is None or result.orders is None:
        raise CustrataError(Problem("E-PREDICT-030", result.run_id, {}))
    known = [b for b in BY if column_of(result, b) is not None]
    if by not in known:
        values = {"by": by, "known": ", ".join(known), "suggestion": ""}
        raise CustrataError(Problem("E-PREDICT-031", result.run_id, values))
    return result.lines


def column_of(result: Result, by: By) -> str | None:
    """The column that tells one thing from another; a product's number before its name."""
    own = set(result.lines.columns) if result.lines is not None else set()
    if by == "product" and "product_id" in own:
        return "product_id"
    of_products = set(result.products.columns) if result.products is not None and "product_id" in own else set()
    return by if by in own | of_products else None


def sold_table(result: Result, by: By = "product", customer_id: str | None = None) -> ir.Table:
    """customer_id, order_id, item (text), day of every thing that an order that counts has and that was not given back
    whole; with a customer, of him alone. Errors as in `require_lines`."""
    lines, orders = require_lines(result, by), result.orders
    assert orders is not None
    name = column_of(result, by)
    assert name is not None
    lines = lines.filter(lines.returned_on.isnull())
    lines = lines.mutate(customer_id=like(lines.customer_id, dt.string))
    orders = orders.filter(orders.purchase & orders.order_id.notnull())
    if customer_id is not None:
        lines, orders = (t.filter(t.customer_id == customer_id) for t in (lines, orders))
    if name != "product_id" and result.products is not None and "product_id" in lines.columns:
        lines = with_products(lines, result.products.select("product_id", name))
    lines = lines.filter(lines[name].notnull())
    each = lines.group_by("customer_id", "order_id", item=like(lines[name], dt.string)).aggregate(
        sold=(~lines.is_return).any(), back=lines.is_return.any(), net=lines.net.sum()
    )
    # A gift costs nothing and is there all the same; what came back whole is not.
    each = each.filter(each.sold & (~each.back | (each.net > 0)))
    days = orders.select("customer_id", "order_id", "day")
    return each.inner_join(days, ["customer_id", "order_id"]).select("customer_id", "order_id", "item", "day")


def sold(result: Result, by: By = "product") -> Sold:
    """The same of everybody as numbers."""
    import numpy as np

    arrow = result.engine.arrow(sold_table(result, by))
    customer, customers = _numbered(arrow["customer_id"])
    order, orders = _numbered(arrow["order_id"])
    item, items = _numbered(arrow["item"])
    return Sold(customer, customer * np.int64(max(len(orders), 1)) + order, item, days_of(arrow["day"]), customers,
                items)  # fmt: skip


def days_of(column: Any) -> Whole:
    """Dates as days since 1970."""
    import pyarrow as pa

    found: Whole = column.cast(pa.date32()).cast(pa.int32()).to_numpy().astype("int64")
    return found


def day_number(day: date) -> int:
    """The same of one date."""
    return (day - date(1970, 1, 1)).days


def _numbered(column: Any) -> tuple[Whole, Any]:
    """Places in the sorted texts of a column, and these texts."""
    import numpy as np

    coded = column.combine_chunks().dictionary_encode()
    words = np.asarray(coded.dictionary.to_pylist(), dtype=str)
    order = np.argsort(words, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[coded.indices.to_numpy()], words[order]


def names(result: Result) -> dict[str, str]:
    """What products are called, by their numbers; of several names of one the first in the alphabet."""
    if column_of(result, "product") != "product_id":
        return {}
    assert result.lines is not None
    told = result.products if result.products is not None and "product" in result.products.columns else result.lines
    if "product" not in told.columns:
        return {}
    t = told.filter(told.product.notnull()).group_by(id=like(told.product_id, dt.string))
    return {r["id"]: r["name"] for r in result.engine.rows(t.aggregate(name=ibis._.product.min())) if r["id"]}
