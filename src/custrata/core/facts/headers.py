"""Order lines and returns → order headers: one row an order, with what it brought, net of what came back.

A refund that names its order lowers that order on the order's date, one that doesn't lowers its own date; an order
that is fully refunded is no purchase. What the column `refunded` tells of an order and what its returns tell is one
and the same money; why, docs/decisions says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, ORDERS, SUM
from custrata.core.facts.ids import like

#: Columns of the headers that are only summed where something reads them.
OPTIONAL = ("gross", "refunded", "lines", "discount", "quantity", "channel")
#: What the products source may tell of a line; a line's own word comes first.
_OF_PRODUCTS = ("product", "category", "brand", "kind")
#: Columns of bookkeeping that rows keep while they count: where they came from, and what becomes of a lost return.
KEPT = ("_file", "_row", "_unit", "_otherwise")
_DERIVED = ("day", "is_return", "purchase")
#: While an order is grouped, returns are dated a thousand years later than sales; sales end before `_NEVER`.
_FAR, _NEVER = 365_243, date(2500, 1, 1)


def usable(cleaned: ir.Table, *, spotless: bool = False) -> ir.Table:
    """The rows that count, without the columns of bookkeeping. `spotless`: all of them are known to count."""
    good = cleaned if spotless else cleaned.filter(~cleaned["_bad"] & cleaned["_excluded"].isnull())
    return good.drop([c for c in good.columns if c.startswith("_") and c not in KEPT])


def sale_lines(orders: ir.Table) -> ir.Table:
    """Usable rows of the orders source as lines: `day` for `ordered_at`."""
    return orders.rename(day="ordered_at").drop([c for c in ("status",) if c in orders.columns])


def with_products(lines: ir.Table, products: ir.Table) -> ir.Table:
    """Lines with what the products source says of them, where the line itself says nothing."""
    # What a line says of itself (its price, its channel) the product list cannot say for it.
    own = {c.name for c in ORDERS} - set(_OF_PRODUCTS) | set(lines.columns) - set(_OF_PRODUCTS) | set(_DERIVED)
    # The few products are cast, not the many lines.
    key = like(products.product_id, lines.product_id.type())
    p = products.select(*[c for c in products.columns if c not in own], _key=key)
    joined = lines.left_join(p, lines.product_id == p["_key"])
    given = {
        c: ibis.coalesce(joined[c], joined[f"{c}_right"]) if c in lines.columns else joined[c]
        for c in p.columns
        if c != "_key"
    }
    return joined.select(**{c: joined[c] for c in lines.columns if c not in given}, **given)


def with_kinds(lines: ir.Table, words: Mapping[str, Sequence[str]]) -> ir.Table:
    """Lines whose `kind` is `product` or `service` where it is one of the words for it; other words stay."""
    if "kind" not in lines.columns:
        return lines
    named = [(lines.kind.lower().isin([w.lower() for w in found]), kind) for kind, found in words.items()]
    return lines.mutate(kind=ibis.cases(*named, else_=lines.kind))


def order_headers(
    lines: ir.Table, wanted: Collection[str] = OPTIONAL, key: Sequence[str] = ("customer_id", "order_id"),
    *, sales_only: bool = False,
) -> ir.Table:  # fmt: skip
    """One row for every order of every customer.

    Columns: the `key`, day, net (may be negative), purchase (false where fully refunded or refund only), and of the
    `OPTIONAL` ones those that are `wanted` and that the lines have. Money is decimal, wide enough for any sum; `net` =
    `gross` − `refunded`; `lines` counts sale lines, `quantity` their units. `sales_only`: none of the lines is known to
    be a return, which makes it cheaper and changes nothing.
    """
    if sales_only:
        lines = lines.mutate(is_return=ibis.literal(False))
    sale, back = ~lines.is_return, lines.is_return
    # What this costs is the width of what is kept for each order while grouping, so nothing is kept twice: one day
    # tells the first sale (else the first return) and whether there was a sale at all.
    measures: dict[str, Any] = {
        "first": ibis.ifelse(back, _shifted(lines.day, _FAR), lines.day).min(),
        "paid": lines.amount.sum().cast(SUM),
    }
    told = "refunded" in lines.columns
    if told:
        measures["told"] = _summed(lines.refunded.abs())
    if told or {"gross", "refunded"} & set(wanted):
        measures |= {} if sales_only else {"back": -_summed(lines.amount, back)}
    elif not sales_only:
        measures["came_back"] = (back & (lines.amount != 0)).any()
    if "discount" in wanted and "discount" in lines.columns:
        measures["discount"] = _summed(lines.discount.abs(), sale)
    if "quantity" in wanted and "quantity" in lines.columns:
        measures["quantity"] = _summed(lines.quantity.abs(), sale)
        measures["returned_quantity"] = _summed(lines.quantity.abs(), back)
    if "lines" in wanted:
        measures["lines"] = lines.count(where=sale)
    if "channel" in wanted and "channel" in lines.columns:
        measures["channel"] = lines.channel.min()
    t: Any = lines.group_by(*key).aggregate(**measures)
    if sales_only:
        t = t.mutate(back=ibis.literal(0).cast(SUM))
    sold = t["first"] < _NEVER
    columns = {"day": ibis.ifelse(sold, t["first"], _shifted(t["first"], -_FAR)), "net": t.paid}
    if "back" in t.columns:
        gross, refunded = t.paid + t.back, t.back
        if told:
            refunded = t.back + _beyond(t.told, t.back, gross)
            columns["net"] = (gross - refunded).cast(SUM)
        columns |= {"gross": gross.cast(SUM), "refunded": refunded.cast(SUM)}
        came_back = refunded > 0
    else:
        came_back = t.came_back
    kept = [c for c in ("discount", "quantity", "returned_quantity", "lines", "channel") if c in measures]
    return t.select(*key, *kept, **columns, purchase=sold & ~(came_back & (columns["net"] <= 0)))


def return_headers(lines: ir.Table, wanted: Collection[str] = OPTIONAL) -> ir.Table:
    """Returns that lower their own day as headers: one row for every document and day; columns as of `order_headers`,
    without an `order_id`, with the document's number as `return_id`."""
    key = ("customer_id", "return_id", "refers_to", "_on")
    return order_headers(lines.mutate(_on=lines.day), wanted, key).drop("refers_to", "_on")


def _beyond(told: Any, back: Any, gross: Any) -> Any:
    """How much more the column `refunded` tells of an order than its returns do; never more than the order brought.

    Shops book a refund in the order and write a document for it: the two tell of the same money, and either may lag
    behind, so the larger one counts.
    """
    nothing = ibis.literal(0).cast(SUM)
    most = ibis.least(told, ibis.greatest(gross, nothing))
    return ibis.greatest(most - ibis.greatest(back, nothing), nothing)


def _summed(column: Any, where: Any = None) -> Any:
    return column.sum(where=where).cast(SUM).fill_null(ibis.literal(0).cast(SUM))


def _shifted(day: Any, days: int) -> Any:
    # On DuckDB a date plus an interval is a timestamp, whatever Ibis believes, so it is one from the start.
    return (day.cast(dt.timestamp) + ibis.interval(days=days)).cast(dt.date)


def lines_on_order_day(lines: ir.Table, headers: ir.Table) -> ir.Table:
    """Lines dated as their order is, so that a refund stands in the window of what it refunds."""
    dated = headers.select("customer_id", "order_id", _day="day", _purchase="purchase")
    joined = lines.inner_join(dated, ["customer_id", "order_id"])
    return joined.mutate(day=joined._day, purchase=joined._purchase).drop("_day", "_purchase")


def refunded_once(lines: ir.Table) -> ir.Table:
    """Lines whose `refunded` is what it tells beyond the returns of their order, shared out as the column tells it."""
    if "refunded" not in lines.columns:
        return lines
    back = -_summed(lines.amount, lines.is_return)
    sums = lines.group_by("customer_id", "order_id").aggregate(
        _told=_summed(lines.refunded.abs()), _back=back, _gross=_summed(lines.amount, ~lines.is_return)
    )
    joined: Any = lines.inner_join(sums, ["customer_id", "order_id"])
    own, told = joined.refunded.abs(), joined["_told"]
    beyond = _beyond(told, joined["_back"], joined["_gross"])
    part = own.cast(dt.float64) * beyond.cast(dt.float64) / told.nullif(0).cast(dt.float64)
    refunded = ibis.ifelse(beyond == told, own, part.round(4).cast(DECIMAL))
    return joined.mutate(refunded=refunded).drop("_told", "_back", "_gross")
