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
#: Days in `Sold.gone`: of what did not come back, and of what did on a day that nothing tells.
KEPT, SOME_DAY = 1 << 40, 1 << 39
_NO_DAY = date(1, 1, 1)


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
    gone: Whole
    """The day on which all of it had come back, `KEPT` of what did not; only `sold(…, gone=True)` has other rows."""

    def some(self, rows: Any) -> Sold:
        """Rows by yes and no; things and customers keep their numbers."""
        return Sold(self.customer[rows], self.order[rows], self.item[rows], self.day[rows], self.customers, self.items,
                    self.gone[rows])  # fmt: skip

    @property
    def kept(self) -> Any:
        """Whether a row is of what was not given back."""
        return self.gone == KEPT

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


def sold_table(result: Result, by: By = "product", *, gone: bool = False) -> ir.Table:
    """customer_id, order_id, item (text), day of every thing that an order that counts has and that was not given back
    whole. Errors as in `require_lines`.

    With `gone` also what was given back whole, and what orders had that were refunded in full: `gone` says so, and
    `gone_on` since which day, null where nothing tells it.
    """
    lines, orders = require_lines(result, by), result.orders
    assert orders is not None
    name = column_of(result, by)
    assert name is not None
    lines = lines.filter(lines.returned_on.isnull())
    lines = lines.mutate(customer_id=like(lines.customer_id, dt.string))
    orders = orders.filter(orders.order_id.notnull() if gone else orders.purchase & orders.order_id.notnull())
    if name != "product_id" and result.products is not None and "product_id" in lines.columns:
        lines = with_products(lines, result.products.select("product_id", name))
    # Runs of older versions do not tell the day.
    on = lines.came_back_on if "came_back_on" in lines.columns else ibis.null(dt.date)
    lines = lines.mutate(came_back_on=on)
    named = lines.filter(lines[name].notnull())
    each = named.group_by("customer_id", "order_id", item=like(named[name], dt.string)).aggregate(
        sold=(~named.is_return).any(), back=named.is_return.any(), net=named.net.sum(), last=named.came_back_on.max()
    )
    # A gift costs nothing and is there all the same; what came back whole is not.
    kept = ~each.back | (each.net > 0)
    if not gone:
        each = each.filter(each.sold & kept)
        days = orders.select("customer_id", "order_id", "day")
        return each.inner_join(days, ["customer_id", "order_id"]).select("customer_id", "order_id", "item", "day")
    each = each.filter(each.sold).mutate(whole=~kept)
    # An order that is refunded in full is gone since its last return, of whatever thing, or of none that is named.
    ends = lines.group_by("customer_id", "order_id").aggregate(ended=lines.came_back_on.max())
    ends = orders.select("customer_id", "order_id", "day", "purchase").left_join(ends, ["customer_id", "order_id"])
    ends = ends.select("customer_id", "order_id", "day", "purchase", "ended")
    t: Any = each.inner_join(ends, ["customer_id", "order_id"])
    since = ibis.ifelse(t.whole, t["last"], t.ended)
    return t.select("customer_id", "order_id", "item", "day", gone=t.whole | ~t.purchase, gone_on=since)


def sold(result: Result, by: By = "product", *, gone: bool = False) -> Sold:
    """The same of everybody as numbers; with `gone` what was given back is among the rows."""
    import numpy as np

    arrow = result.engine.arrow(sold_table(result, by, gone=gone))
    away = np.full(arrow.num_rows, KEPT, dtype=np.int64)
    if gone:
        on = days_of(arrow["gone_on"].fill_null(_NO_DAY))
        away = np.where(arrow["gone"].to_numpy(), np.where(on == day_number(_NO_DAY), SOME_DAY, on), KEPT)
    customer, customers = _numbered(arrow["customer_id"])
    order, orders = _numbered(arrow["order_id"])
    item, items = _numbered(arrow["item"])
    return Sold(customer, customer * np.int64(max(len(orders), 1)) + order, item, days_of(arrow["day"]), customers,
                items, away)  # fmt: skip


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
