"""Order lines and returns → order headers: one row an order, with what it brought, net of what came back.

The meanings are DESIGN.md's: a refund that names its order lowers that order on the order's date, one that doesn't
lowers its own date; an order that is fully refunded is no purchase.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, ORDERS, SUM

ORPHAN_RETURN, CONTRADICTION = "E-ROW-007", "E-ROW-008"
#: Columns of the headers that are only summed where something reads them.
OPTIONAL = ("gross", "refunded", "lines", "discount", "quantity", "channel")
#: What the products source may tell of a line; a line's own word comes first.
_OF_PRODUCTS = ("product", "category", "brand", "kind")
_DERIVED = ("day", "is_return", "purchase")
#: While an order is grouped, returns are dated a thousand years later than sales; sales end before `_NEVER`.
_FAR, _NEVER = 365_243, date(2500, 1, 1)


def usable(cleaned: ir.Table, *, spotless: bool = False) -> ir.Table:
    """The rows that count, without the columns of bookkeeping. `spotless`: all of them are known to count."""
    good = cleaned if spotless else cleaned.filter(~cleaned["_bad"] & cleaned["_excluded"].isnull())
    return good.drop([c for c in good.columns if c.startswith("_") and c not in ("_file", "_row")])


def sale_lines(orders: ir.Table) -> ir.Table:
    """Usable rows of the orders source as lines: `day` for `ordered_at`."""
    return orders.rename(day="ordered_at").drop([c for c in ("status",) if c in orders.columns])


def return_lines(returns: ir.Table) -> ir.Table:
    """Usable rows of the returns source as lines: negative amounts that name their order in `refers_to`."""
    r = returns.rename(day="returned_at")
    own = [r[c].cast(dt.string) for c in ("return_id",) if c in r.columns]
    optional = {c: r[c] for c in ("product_id", "quantity", "_file", "_row") if c in r.columns}
    if "quantity" in optional:
        optional["quantity"] = -optional["quantity"].abs()
    return r.select(
        **optional,
        customer_id=_as_text(r, "customer_id"),
        order_id=ibis.coalesce(*own, ibis.literal("")) if own else ibis.literal(""),
        refers_to=_as_text(r, "refers_to"),
        day=r.day,
        amount=-r.amount,
        is_return=ibis.literal(True),
    )


def link_returns(lines: ir.Table, returns: ir.Table, left_out: ir.Table | None = None) -> ir.Table:
    """`returns` with the order and customer they belong to, and `_fate`: `linked`, `own` (lowers its own day),
    `excluded` (it names one of the orders `left_out`), `orphan` (nobody is known to have bought it) or
    `contradiction` (the order it names is another customer's).

    A return is linked by order and customer, or by the order alone where it tells no customer. What stays unlinked
    gets a document key of its own, so that it can never lower somebody else's order.
    """
    # Only the orders that some return names need to be told apart.
    named = returns.select(_named=returns.refers_to).distinct()
    sales = lines.filter(~lines.is_return)
    sales = sales.semi_join(named, sales.order_id.cast(dt.string) == named["_named"])
    known = sales.select(o=sales.order_id.cast(dt.string), c=sales.customer_id.cast(dt.string)).distinct()
    first = known.group_by("o").aggregate(first_customer=known.c.min())
    joined = returns.left_join(known, (returns.refers_to == known.o) & (returns.customer_id == known.c)).drop("o")
    joined = joined.left_join(first, joined.refers_to == first.o)
    owner = ibis.coalesce(joined.c, joined.first_customer, joined.customer_id)
    linked = joined.o.notnull()
    excluded: Any = ibis.literal(False)
    if left_out is not None:
        out = left_out.select(x=left_out.order_id.cast(dt.string)).distinct()
        joined = joined.left_join(out, joined.refers_to == out.x)
        owner = ibis.coalesce(joined.c, joined.first_customer, joined.customer_id)
        linked, excluded = joined.o.notnull(), joined.x.notnull()
    other = linked & joined.c.isnull() & joined.customer_id.notnull()
    fate = ibis.cases(
        (other, "contradiction"), (linked, "linked"), (excluded, "excluded"), (owner.isnull(), "orphan"), else_="own"
    )
    own_key = (
        ibis.literal("R:") + joined.order_id + ":" + joined.refers_to.fill_null("") + ":" + joined.day.cast("string")
    )
    who = ibis.ifelse(other, joined.customer_id, owner)
    result = joined.mutate(customer_id=who, order_id=ibis.ifelse(linked, joined.refers_to, own_key), _fate=fate)
    return result.drop("o", "c", "first_customer", *(("x",) if left_out is not None else ()))


def all_lines(lines: ir.Table, linked: ir.Table | None) -> ir.Table:
    """Sales and linked returns under one set of columns; ids become text where the two differ."""
    if linked is None:
        return lines
    linked = linked.filter(linked._fate.isin(["linked", "own"])).drop("_fate")
    lines = lines.mutate(customer_id=lines.customer_id.cast(dt.string), order_id=lines.order_id.cast(dt.string))
    columns = list(dict.fromkeys([*lines.columns, *linked.columns]))
    types = {**dict(linked.schema().items()), **dict(lines.schema().items())}

    def complete(t: ir.Table) -> ir.Table:
        return t.select(**{c: t[c].cast(types[c]) if c in t.columns else ibis.null(types[c]) for c in columns})

    return complete(lines).union(complete(linked))


def with_products(lines: ir.Table, products: ir.Table) -> ir.Table:
    """Lines with what the products source says of them, where the line itself says nothing."""
    # What a line says of itself (its price, its channel) the product list cannot say for it.
    own = {c.name for c in ORDERS} - set(_OF_PRODUCTS) | set(lines.columns) - set(_OF_PRODUCTS) | set(_DERIVED)
    p = products.select(*[c for c in products.columns if c not in own], _key=products.product_id.cast(dt.string))
    joined = lines.left_join(p, lines.product_id.cast(dt.string) == p["_key"])
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


def order_headers(lines: ir.Table, wanted: Collection[str] = OPTIONAL) -> ir.Table:
    """One row for every order of every customer.

    Columns: customer_id, order_id, day, net (may be negative), purchase (false where fully refunded or refund only),
    and of the `OPTIONAL` ones those that are `wanted` and that the lines have. Money is decimal; `net` = `gross` −
    `refunded`; `lines` counts sale lines, `quantity` their units.
    """
    sale, back = ~lines.is_return, lines.is_return
    # What this costs is the width of what is kept for each order while grouping, so nothing is kept twice: one day
    # tells the first sale (else the first return) and whether there was a sale at all.
    measures: dict[str, Any] = {
        "first": ibis.ifelse(back, _shifted(lines.day, _FAR), lines.day).min(),
        "paid": lines.amount.sum().cast(SUM),
    }
    also = "refunded" in lines.columns
    if also:
        measures["also"] = _summed(lines.refunded.abs())
    if also or {"gross", "refunded"} & set(wanted):
        measures["back"] = -_summed(lines.amount, back)
    else:
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
    t: Any = lines.group_by("customer_id", "order_id").aggregate(**measures)
    sold = t["first"] < _NEVER
    net = t.paid - t.also if also else t.paid
    columns = {"day": ibis.ifelse(sold, t["first"], _shifted(t["first"], -_FAR)), "net": net.cast(DECIMAL)}
    if "back" in measures:
        refunded = t.back + t.also if also else t.back
        columns |= {"gross": (t.paid + t.back).cast(DECIMAL), "refunded": refunded.cast(DECIMAL)}
        came_back = refunded > 0
    else:
        came_back = t.came_back
    kept = [c for c in ("discount", "quantity", "returned_quantity", "lines", "channel") if c in measures]
    return t.select("customer_id", "order_id", *kept, **columns, purchase=sold & ~(came_back & (net <= 0)))


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


def _as_text(t: ir.Table, name: str) -> Any:
    return t[name].cast(dt.string) if name in t.columns else ibis.null(dt.string)
