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
    money = money_of(values, config)
    paid, given = money.paid, money.given
    # Neither freight nor a discount tells what kind a row is: a small order with dear freight is still a sale.
    back = _returned(values, money.asked, quantity, config).fill_null(False)
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


@dataclass(frozen=True)
class Money:
    """What was `paid` for a row, freight included; `asked`, whose sign tells a return: before any discount that is
    still to be taken off; whether the row tells enough to compute it (`given`; null: nothing is computed)."""

    paid: Any
    asked: Any
    given: Any = None


def money_of(values: dict[str, Any], config: Orders) -> Money:
    """The amount as it says, else quantity × price. From the latter, and from an amount before the discount, the
    discount is taken off: it brings them towards 0, whatever signs a return or a discount is written with."""
    amount: Any = values.get("amount")
    apart = config.amount == "before discount" and amount is not None and "discount" in values
    paid = _off(amount, values) if apart else amount
    if not {"price", "quantity"} <= set(values):
        return Money(paid, amount, amount.notnull() if apart else None)
    product = compute("*", of(values["quantity"]), of(values["price"])).value.round(4).cast(SUM).try_cast(DECIMAL)
    there = values["quantity"].notnull() & values["price"].notnull()
    computed = _off(product, values)
    if amount is None:
        return Money(computed, product, there)
    return Money(ibis.coalesce(paid, computed), ibis.coalesce(amount, product),
                  amount.notnull() | there if apart else there)  # fmt: skip


def _off(gross: Any, values: dict[str, Any]) -> Any:
    """What is left of an amount when the discount is off."""
    if "discount" not in values:
        return gross
    off = values["discount"].fill_null(ibis.literal(0).cast(DECIMAL)).abs()
    net = ibis.ifelse(gross < 0, compute("+", of(gross), of(off)).value, _less(gross, off))
    return net.try_cast(DECIMAL)


def _less(a: Any, b: Any) -> Any:
    """a − b, with the digit more that it can have."""
    return compute("-", of(a), of(b)).value


def _too_large(values: dict[str, Any], paid: Any, computable: Any) -> Any:
    there = paid.notnull() if computable is None else paid.notnull() | computable
    return there & values["amount"].isnull()


def _returned(values: dict[str, Any], asked: Any, quantity: Any, config: Orders) -> Any:
    returned: Any = asked < 0
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
