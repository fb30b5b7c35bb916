"""What a row of the orders source is: what it brought, whether it is a return and of which order, whether it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.arithmetic import compute, of
from custrata.core.facts.columns import DECIMAL, SUM
from custrata.core.scheme.sources import Orders

#: How a scheme says that a missing customer stands for walk-in sales.
_EMPTY = ("empty", "空")


@dataclass(frozen=True)
class Sale:
    """The canonical columns of a row, and what follows from them, all of it row-wise.

    `too_large`: the amount has more digits than money can have (null: that cannot happen); `named`: the row is a return
    that names its order, from which its customer follows (null: no row can be); `excluded`: the rule that leaves the
    row out (null: none can).
    """

    values: dict[str, Any]
    too_large: Any = None
    named: Any = None
    excluded: Any = None


def read_sale(values: dict[str, Any], config: Orders, quantity: Any) -> Sale:
    """The meaning of a row whose cells are parsed. `quantity` is the parsed one, or the raw one where that is a whole
    number, which is compared faster than as a decimal."""
    values = dict(values)
    paid, given = _before_discount(values) if _apart(values, config) else _paid(values)
    # Freight tells nothing of what kind a row is: a small order with dear freight is still a sale.
    back = _returned(values, paid, quantity, config).fill_null(False)
    values |= _reference(values, config)
    values["is_return"] = back
    if "refunded" in values:
        # A return row is the refund itself.
        values["refunded"] = ibis.ifelse(back, ibis.null(DECIMAL), values["refunded"])
    if "freight" in values:
        freight = values["freight"].fill_null(ibis.literal(0).cast(DECIMAL))
        net = ibis.ifelse(back, _less(freight.abs(), paid.abs()), _less(paid, freight))
        values["amount"] = net.try_cast(DECIMAL)
    else:
        values["amount"] = ibis.ifelse(back, -paid.abs(), paid)
    too_large = None if given is None and "freight" not in values else _too_large(values, paid, given)
    return _counted(Sale(values, too_large), config)


def _paid(values: dict[str, Any]) -> tuple[Any, Any]:
    """What was paid for the row, freight included: as it says, or quantity × price − discount; and whether it can be
    computed so (null: never)."""
    if not {"price", "quantity"} <= set(values):
        return values["amount"], None
    product = compute("*", of(values["quantity"]), of(values["price"])).value.round(4).cast(SUM)
    if "discount" in values:
        product = product - values["discount"].fill_null(ibis.literal(0).cast(DECIMAL)).cast(SUM)
    computed = product.try_cast(DECIMAL)
    there = values["quantity"].notnull() & values["price"].notnull()
    return ibis.coalesce(values["amount"], computed) if "amount" in values else computed, there


def _apart(values: dict[str, Any], config: Orders) -> bool:
    """Whether there is an amount from which the discount is still to be taken off."""
    return config.amount == "before discount" and {"amount", "discount"} <= set(values)


def _before_discount(values: dict[str, Any]) -> tuple[Any, Any]:
    """As `_paid`, of an amount before the discount: the discount brings it nearer to 0, whatever signs a return or a
    discount is written with. Where the amount is empty, quantity × price is what it was before."""
    computable = {"price", "quantity"} <= set(values)
    gross, there = _paid({k: v for k, v in values.items() if k != "discount"})
    zero = ibis.literal(0).cast(DECIMAL)
    off = values["discount"].fill_null(zero).abs()
    net = ibis.ifelse(gross < 0, compute("+", of(gross), of(off)).value, _less(gross, off))
    given = values["amount"].notnull()
    return net.try_cast(DECIMAL), given | there if computable else given


def _less(a: Any, b: Any) -> Any:
    """a − b, with the digit more that it can have."""
    return compute("-", of(a), of(b)).value


def _too_large(values: dict[str, Any], paid: Any, computable: Any) -> Any:
    there = paid.notnull() if computable is None else paid.notnull() | computable
    return there & values["amount"].isnull()


def _returned(values: dict[str, Any], paid: Any, quantity: Any, config: Orders) -> Any:
    returned: Any = paid < 0
    if quantity is not None:
        # A negative line with a positive quantity is a discount line, not a return.
        returned = (quantity.fill_null(ibis.literal(0).cast(quantity.type())) <= 0) & ((quantity < 0) | returned)
    if config.returns.status and "status" in values:
        returned = returned.fill_null(False) | values["status"].isin(config.returns.status).fill_null(False)
    if config.returns.prefix and "order_id" in values:
        returned = returned.fill_null(False) | _prefixed(values, config.returns.prefix)
    return returned


def _prefixed(values: dict[str, Any], prefix: str) -> Any:
    return values["order_id"].cast(dt.string).startswith(prefix).fill_null(False)


def _reference(values: dict[str, Any], config: Orders) -> dict[str, Any]:
    """The order that a row refers to, where the number of a return says it."""
    prefix = config.returns.prefix
    if not prefix or "order_id" not in values:
        return {}
    number = values["order_id"].cast(dt.string)
    rest = ibis.ifelse(_prefixed(values, prefix), number.substr(len(prefix)), ibis.null(dt.string))
    given = values.get("refers_to")
    named = rest if given is None else ibis.coalesce(given.cast(dt.string), rest)
    return {"order_id": number, "refers_to": named}


def _counted(sale: Sale, config: Orders) -> Sale:
    """Which rule leaves a row out. A return that names its order belongs to whoever placed that, whether the row says
    so, says nothing, or bears an id that stands for nobody; `_otherwise` is the rule for it if that order is not found.
    """
    values, rules = sale.values, list[tuple[Any, str]]()
    status, who = values.get("status"), values["customer_id"]
    if config.count is not None and status is not None:
        counted = status.isin([*config.count, *config.returns.status])
        rules.append((~counted.fill_null(False), "status"))
    named = values["is_return"] & values["refers_to"].notnull() if "refers_to" in values else None
    if config.anonymous:
        anonymous = stands_for_nobody(who, config)
        rules.append((anonymous if named is None else anonymous & ~named, "anonymous"))
        if named is not None:
            values = values | nameless(who, named & anonymous)
    excluded = ibis.cases(*rules, else_=ibis.null(dt.string)) if rules else None
    return Sale(values, sale.too_large, named, excluded)


def stands_for_nobody(who: Any, config: Orders) -> Any:
    """Whether a customer id stands for walk-in sales."""
    named = [a for a in config.anonymous if a not in _EMPTY]
    found: Any = who.cast(dt.string).isin(named).fill_null(False) if named else ibis.literal(False)
    return found | who.isnull() if len(named) < len(config.anonymous) else found


def told_customers(returns: ir.Table, config: Orders) -> ir.Table:
    """Returns of which those under an id for walk-in sales tell no customer, as in the orders source."""
    if not config.anonymous:
        return returns
    if "customer_id" not in returns.columns:
        returns = returns.mutate(customer_id=ibis.null(dt.string))
    return returns.mutate(**nameless(returns.customer_id, stands_for_nobody(returns.customer_id, config)))


def nameless(who: Any, anonymous: Any) -> dict[str, Any]:
    """The customer that a return tells of, nobody where the id stands for nobody, and the rule that then applies if its
    order is not found."""
    nobody = ibis.null(who.type())
    rule = ibis.ifelse(anonymous, "anonymous", ibis.null(dt.string))
    return {"customer_id": ibis.ifelse(anonymous, nobody, who), "_otherwise": rule}
