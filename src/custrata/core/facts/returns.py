"""Returns that name an order: whose order that is, or why nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.ids import as_text, like

#: What becomes of a return. `linked`: it lowers the order that it names. `own`: it lowers its own day. `excluded`: its
#: order is left out, so is it. `anonymous`: a rule leaves it out, for nobody is known to have bought it. The others
#: wait in quarantine: `orphan`, nobody is known to have bought it; `ambiguous`, several customers have an order of
#: that number and it names none of them; `contradiction`, the order that it names is another customer's.
Fate = Literal["linked", "own", "excluded", "anonymous", "orphan", "ambiguous", "contradiction"]
FAULTY: dict[Fate, str] = {"orphan": "E-ROW-007", "contradiction": "E-ROW-008", "ambiguous": "E-ROW-012"}
_IDS = ("customer_id", "refers_to", "return_id")


@dataclass(frozen=True)
class Linked:
    """Returns as lines: those of orders have the order's `customer_id` and `order_id`, in the types of the sales;
    the others have `customer_id` as text, their own number as `return_id`, and the order they name, if any, as
    `refers_to`."""

    of_orders: ir.Table
    own: ir.Table


def return_lines(returns: ir.Table) -> ir.Table:
    """Usable rows of the returns source as lines: negative amounts that name their order in `refers_to`."""
    r = returns.rename(day="returned_at")
    optional = {c: r[c] for c in ("quantity", "_file", "_row", "_unit", "_otherwise") if c in r.columns}
    if "quantity" in optional:
        optional["quantity"] = -optional["quantity"].abs()
    return _with_text_ids(r, **optional, day=r.day, amount=-r.amount, is_return=ibis.literal(True))


def returns_among(lines: ir.Table) -> ir.Table:
    """Of lines of the orders source the returns that name another order; `return_id` is their own number."""
    named = lines.filter(lines.is_return & lines.refers_to.notnull())
    kept = {c: named[c] for c in named.columns if c not in (*_IDS, "order_id", "product_id", "refunded")}
    return _with_text_ids(named.mutate(return_id=named.order_id), **kept)


def without_returns_of_others(lines: ir.Table) -> ir.Table:
    """Lines that stand for themselves: all but the returns that name another order."""
    if "refers_to" not in lines.columns:
        return lines
    own = lines.filter(~lines.is_return | lines.refers_to.isnull())
    return own.drop([c for c in ("refers_to", "_otherwise") if c in own.columns])


def together(parts: list[ir.Table]) -> ir.Table:
    """Returns of several sources in one table; what a source does not tell is null."""
    types = reduce(lambda a, b: {**b, **a}, (dict(p.schema().items()) for p in parts))
    return reduce(lambda a, b: a.union(b), (_conform(p, types) for p in parts))


def link_returns(lines: ir.Table, returns: ir.Table, left_out: ir.Table | None = None) -> ir.Table:
    """`returns` with `_fate`, `_owner` (the customer of the order it names) and `_order` (its number), in the types of
    the `lines`. `left_out` are orders that a rule leaves out or that wait in quarantine.

    A return is linked by order and customer, or by the order alone where it tells no customer. Ids are compared as
    numbers where the lines' are: few returns are cast, not all lines.
    """
    order, who = lines.order_id.type(), lines.customer_id.type()
    asked = returns.mutate(_order=like(returns.refers_to, order), _who=like(returns.customer_id, who))
    # Only the orders that some return names need to be told apart.
    named = asked.select(_named="_order").distinct()
    sales = lines.filter(~lines.is_return)
    sales = sales.semi_join(named, sales.order_id == named["_named"])
    known = sales.select(o=sales.order_id, c=sales.customer_id).distinct()
    owners = known.group_by("o").aggregate(owner=known.c.min(), owners=known.c.count())
    joined = asked.left_join(known, (asked["_order"] == known.o) & (asked["_who"] == known.c)).drop("o")
    joined = joined.left_join(owners, joined["_order"] == owners.o)
    gone: Any = ibis.literal(False)
    own_gone: Any = ibis.literal(False)
    if left_out is not None:
        pairs = left_out.select(x=left_out.order_id, y=left_out.customer_id).distinct()
        numbers = pairs.select(z="x").distinct()
        joined = joined.left_join(pairs, (joined["_order"] == pairs.x) & (joined["_who"] == pairs.y))
        joined = joined.left_join(numbers, joined["_order"] == numbers.z)
        own_gone, gone = joined.x.notnull(), joined.z.notnull()
    there, told = joined.o.notnull(), joined.customer_id.notnull()
    otherwise = joined["_otherwise"] if "_otherwise" in joined.columns else ibis.null(dt.string)
    fate = ibis.cases(
        (joined.c.notnull(), "linked"),
        (own_gone, "excluded"),
        (there & told, "contradiction"),
        (there & (joined.owners > 1), "ambiguous"),
        (there, "linked"),
        (gone, "excluded"),
        (told, "own"),
        (otherwise.notnull(), otherwise),
        else_="orphan",
    )
    kept = {c: joined[c] for c in returns.columns}
    return joined.select(**kept, _order=joined["_order"], _owner=ibis.coalesce(joined.c, joined.owner), _fate=fate)


def linked_returns(linked: ir.Table) -> Linked:
    """The returns that count, those of orders apart from those that lower their own day."""
    bookkeeping = [c for c in linked.columns if c.startswith("_") and c not in ("_file", "_row")]
    of_orders = linked.filter(linked["_fate"] == "linked")
    own = linked.filter(linked["_fate"] == "own").drop(bookkeeping)
    drop = [*bookkeeping, "refers_to", "return_id"]
    return Linked(of_orders.mutate(customer_id=of_orders["_owner"], order_id=of_orders["_order"]).drop(drop), own)


def with_returns(lines: ir.Table, returns: ir.Table) -> ir.Table:
    """Lines and the returns of their orders under one set of columns."""
    types = {**dict(returns.schema().items()), **dict(lines.schema().items())}
    return _conform(lines, types).union(_conform(returns, types))


def as_lines(own: ir.Table, lines: ir.Table) -> ir.Table:
    """Returns that lower their own day under the columns of the lines, and their `return_id` and `refers_to`; they have
    no `order_id`."""
    types = dict(lines.schema().items()) | {c: own[c].type() for c in ("customer_id", "return_id", "refers_to")}
    return _conform(own, types)


def _with_text_ids(t: ir.Table, **others: Any) -> ir.Table:
    product = {"product_id": as_text(t, "product_id")} if "product_id" in t.columns else {}
    return t.select(**{c: as_text(t, c) for c in _IDS}, **product, **others)


def _conform(t: ir.Table, types: dict[str, dt.DataType]) -> ir.Table:
    def column(name: str, kind: dt.DataType) -> Any:
        if name not in t.columns:
            return ibis.null(kind)
        return like(t[name], kind) if name in (*_IDS, "order_id", "product_id") else t[name].cast(kind)

    return t.select(**{name: column(name, kind) for name, kind in types.items()})
