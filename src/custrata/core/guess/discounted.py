"""Whether the amount is what was paid, or what it was before the discount that stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from custrata.core.guess.arithmetic import Proof
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Reason

#: So many rows with a discount must agree, and so large a share of them.
_LEAST, _MOST = 3, 0.95
#: Amounts that say by their names that a discount is off already, or is not.
_PAID = ("payable_amount", "paid_amount", "customer_paid_amount", "deal_amount", "received_amount", "settled_amount")
_LISTED = ("list_amount",)


@dataclass(frozen=True)
class DiscountGuess:
    """`before`: the column `amount` is what was asked before the column `discount` was taken off. How sure that is and
    why; the reason is null where only the name of the amount says it. A guess that is less than sure is to be asked."""

    amount: str
    discount: str
    before: bool
    certainty: float
    reason: Reason | None


def guess_discount(
    found: Mapping[str, str], profiles: Mapping[str, ColumnProfile], proofs: Iterable[Proof], concept: str
) -> DiscountGuess | None:
    """What the rows say; null where there is no amount or no discount that takes anything off. `found` are canonical
    columns and their headers, `concept` is what the header of the amount means in itself.

    Only rows with a discount tell: quantity × price is the amount on them (before), or the amount and the discount
    together (after). A discount brings an amount nearer to 0, whatever signs the two are written with.

    >>> from custrata.core.guess.profile import profile
    >>> columns = {"数量": [2, 1, 4, 1], "单价": [50, 30, 5, 9], "金额": [100, 30, 20, 9], "优惠": [10, 3, 1, 0]}
    >>> found = {"quantity": "数量", "price": "单价", "amount": "金额", "discount": "优惠"}
    >>> told = guess_discount(found, {n: profile(n, v) for n, v in columns.items()}, [], "amount")
    >>> told.before, told.reason.text("en")
    (True, 'on 100% of the 3 rows with a discount 金额 = 数量 × 单价, so 优惠 is still to be taken off')
    """
    if not {"amount", "discount"} <= set(found):
        return None
    amount, discount = profiles[found["amount"]], profiles[found["discount"]]
    if not amount.numbers or not any(discount.numbers):
        return None
    names = {"amount": amount.name, "discount": discount.name}
    if {"quantity", "price"} <= set(found):
        quantity, price = profiles[found["quantity"]], profiles[found["price"]]
        rows, whole, less = _agreeing(quantity.numbers, price.numbers, amount.numbers, discount.numbers)
        product = f"{quantity.name} × {price.name}"
        if rows >= _LEAST and max(whole, less) >= _MOST * rows:
            values = names | {"sum": product, "n": rows, "share": max(whole, less) / rows}
            if whole >= less and "order_id" in found and _of_orders(profiles[found["order_id"]], discount, amount):
                return DiscountGuess(**names, before=False, certainty=0.5, reason=Reason("discount_of_orders", names))
            code = "discount_before" if whole >= less else "discount_after"
            return DiscountGuess(**names, before=whole >= less, certainty=0.97, reason=Reason(code, values))
    for proof in proofs:
        parts = {p.column for p in proof.parts if p.role == "discount"}
        if discount.name in parts and amount.name in (proof.amount, proof.base):
            return DiscountGuess(**names, before=proof.base == amount.name, certainty=0.95, reason=proof.reason)
    if concept in (*_PAID, *_LISTED):
        return DiscountGuess(**names, before=concept in _LISTED, certainty=0.9, reason=None)
    return DiscountGuess(**names, before=False, certainty=0.5, reason=Reason("discount_unknown", names))


def _of_orders(order: ColumnProfile, discount: ColumnProfile, amount: ColumnProfile) -> bool:
    """Whether a discount stands alike on lines of an order that bring different amounts: then it may be the whole
    order's, and taken off each line it would be taken off several times. A line that stands there twice tells nothing.
    """
    lines: dict[str, set[tuple[float, float | None]]] = {}
    for number, off, asked in zip(order.values, discount.numbers, amount.numbers, strict=False):
        if number is not None and off:
            lines.setdefault(number, set()).add((off, asked))
    several = [found for found in lines.values() if len({asked for _, asked in found}) > 1]
    alike = sum(len({off for off, _ in found}) == 1 for found in several)
    return len(several) >= _LEAST and alike >= _MOST * len(several)


def _agreeing(
    quantity: Sequence[float | None], price: Sequence[float | None], amount: Sequence[float | None],
    discount: Sequence[float | None],
) -> tuple[int, int, int]:  # fmt: skip
    """Rows with a discount that hold all four, and of them those whose amount is before it and after it."""
    rows = whole = less = 0
    for q, p, a, d in zip(quantity, price, amount, discount, strict=False):
        if q is None or p is None or not a or not d:
            continue
        product, off = q * p, abs(d)
        net = product + off if product < 0 else product - off
        # As everywhere in a guess: a price is rounded to cents.
        slack = min(0.02 + 0.006 * abs(q), 0.49 * off)
        rows += 1
        whole += abs(a - product) <= slack
        less += abs(a - net) <= slack
    return rows, whole, less
