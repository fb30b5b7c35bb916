"""What a header gains or loses by the company it keeps: orders of one customer, sums that come out right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from custrata.core.guess.arithmetic import Proof
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Evidence, Reason
from custrata.core.guess.relations import Relations

#: Amounts that a customer is asked for or has paid, and those that may stand before the discount.
_ASKED = ("payable_amount", "paid_amount", "customer_paid_amount", "deal_amount")
_WHOLE = ("order_total", "amount", "line_total", "list_amount")

#: Rows on which days are compared.
_DAY_ROWS = 500


@dataclass(frozen=True)
class Subject:
    """The header that is looked at, and what it means in itself."""

    header: str
    concept: str


@dataclass(frozen=True)
class Context:
    """A table of one kind, and the header that leads for each canonical column before this evidence."""

    kind: str
    profiles: Mapping[str, ColumnProfile]
    relations: Relations
    proofs: Sequence[Proof]
    leaders: Mapping[str, str]
    amounts: Mapping[str, str]
    """What each header that may be the amount means."""
    days: Sequence[str]
    """The few headers that are likeliest to be the day of the order."""

    def other(self, column: str, header: str) -> str | None:
        """The leading header of another column, unless it is this one itself."""
        found = self.leaders.get(column)
        return None if found == header else found


def related_evidence(context: Context, column: str, header: str, concept: str) -> list[Evidence]:
    """Evidence from the other columns of the table. `concept` is what the header means in itself."""
    if context.kind == "orders":
        found = _SALES.get(column)
        return list(found(context, Subject(header, concept))) if found else []
    if context.kind in ("customers", "products") and column in ("customer_id", "product_id"):
        return list(_unique(context.profiles[header]))
    return []


def _order_id(context: Context, at: Subject) -> Iterator[Evidence]:
    shares = []
    groups = 0
    for column in ("customer_id", "ordered_at"):
        other = context.other(column, at.header)
        if other is None:
            continue
        found = context.relations.depends(at.header, other, by_day=column == "ordered_at")
        groups = max(groups, found.groups)
        if found.groups >= 2:
            shares.append(found.share)
    if shares and min(shares) >= 0.97:
        yield Evidence(1.0, Reason("order_of_one_customer", {"n": groups}))
    elif shares and min(shares) < 0.85:
        yield Evidence(-4.0, Reason("order_of_many", {"share": 1 - min(shares)}))
    leader = context.other("order_id", at.header)
    p = context.profiles[at.header]
    if leader and p.distinct_share > 0.999 and context.relations.depends(at.header, leader).groups == 0:
        grouped = context.relations.depends(leader, at.header)
        if grouped.groups >= 3 and grouped.share < 0.2:
            yield Evidence(-2.0, Reason("order_line", {"other": leader}))


def _customer(context: Context, at: Subject) -> Iterator[Evidence]:
    order = context.other("order_id", at.header)
    if order is None:
        return
    if context.relations.same(at.header, order) and context.profiles[order].distinct >= 10:
        yield Evidence(-1.5, Reason("customer_per_order"))
        return
    one = context.relations.depends(order, at.header)
    if one.groups >= 3 and one.share < 0.85:
        yield Evidence(-3.0, Reason("customer_many", {"share": 1 - one.share}))
        return
    if one.groups >= 3:
        yield Evidence(0.5, Reason("customer_of_order", {"n": one.groups}))
    again = context.relations.depends(at.header, order)
    if again.groups >= 2 and again.share < 0.9:
        yield Evidence(0.5, Reason("customer_again", {"n": again.groups}))


def _amount(context: Context, at: Subject) -> Iterator[Evidence]:
    order = context.leaders.get("order_id")
    if order and order != at.header:
        lies = context.relations.per_order(order, at.header)
        if lies.orders >= 3 and lies.repeated >= 0.9 and _lines_differ(context, order):
            yield Evidence(-4.0, Reason("amount_repeated", {"n": lies.orders}))
    yield from _scaled(context, at.header, 1)
    yield from _reduced(context, at)
    seen: set[tuple[str, ...]] = set()
    for proof in context.proofs:
        for weight in _weights(proof, at.header):
            key = ("product",) if proof.base is None else tuple(sorted(p.role for p in proof.parts))
            if key not in seen:
                seen.add(key)
                yield Evidence(weight, proof.reason)


def _reduced(context: Context, at: Subject) -> Iterator[Evidence]:
    """What has to be paid and is never above the order's total is that total after the discount."""
    for other, what in context.amounts.items():
        if other == at.header:
            continue
        if at.concept in _ASKED and what in _WHOLE and context.relations.less(at.header, other):
            yield Evidence(1.6 if at.concept == "payable_amount" else 0.8, Reason("amount_reduced", {"other": other}))
            return
        if at.concept in _WHOLE and what in _ASKED and context.relations.less(other, at.header):
            yield Evidence(-1.8, Reason("amount_before", {"other": other}))
            return


def _weights(proof: Proof, header: str) -> Iterator[float]:
    """What a sum says of the amount that it makes (`proof.amount`), and of the amount that it starts from."""
    if header == proof.amount:
        if proof.base is None:
            yield 2.0 if proof.parts else 1.2
        elif proof.has("fee"):
            yield -4.0
        elif proof.has("debt"):
            yield -2.0
        elif proof.has("tax") or proof.has("discount"):
            yield 1.4
    elif header == proof.base:
        if proof.has("fee"):
            yield 3.0
        elif proof.has("debt"):
            yield 1.5
        elif proof.has("discount"):
            yield -2.5
        elif proof.has("tax"):
            yield -1.5


def _price(context: Context, at: Subject) -> Iterator[Evidence]:
    yield from _scaled(context, at.header, 0)
    proof = next((p for p in context.proofs if p.factors[1] == at.header), None)
    if proof:
        yield Evidence(1.5, proof.reason)


def _quantity(context: Context, at: Subject) -> Iterator[Evidence]:
    proof = next((p for p in context.proofs if p.factors[0] == at.header), None)
    if proof:
        yield Evidence(1.5, proof.reason)


def _discount(context: Context, at: Subject) -> Iterator[Evidence]:
    for proof in context.proofs:
        if any(part.role == "discount" and part.column == at.header for part in proof.parts):
            yield Evidence(-8.0 if proof.rate else 2.0, proof.reason)
            return
    amount = context.other("amount", at.header)
    if amount is None or not context.profiles[at.header].numbers or not context.profiles[amount].numbers:
        return
    pairs = zip(context.profiles[at.header].numbers, context.profiles[amount].numbers, strict=True)
    both = [(abs(d), abs(a)) for d, a in pairs if d and a is not None]
    larger = sum(d > a for d, a in both)
    if both and larger > 0.5 * len(both):
        # What was taken off is seldom more than what was paid, except on gifts.
        yield Evidence(-2.5, Reason("discount_larger", {"share": larger / len(both)}))


def _scaled(context: Context, header: str, wanted: int) -> Iterator[Evidence]:
    """Whether the number grows with the quantity of one product, as an amount does, or stays, as a price does."""
    quantity = context.other("quantity", header)
    product = context.other("product_id", header) or context.other("product", header)
    if quantity is None or product is None or product == quantity:
        return
    share = context.relations.scales(product, quantity, header)
    if share is not None:
        amount = share >= 0.5
        weight = 2.5 if amount == bool(wanted) else -5.0
        code = "grows_with_quantity" if amount else "stays_with_quantity"
        yield Evidence(weight, Reason(code, {"quantity": quantity}))


def _lines_differ(context: Context, order: str) -> bool:
    """Whether the lines of an order are different goods: equal amounts on equal lines prove nothing."""
    for column in ("product_id", "product", "price", "quantity"):
        header = context.leaders.get(column)
        if header and header != order:
            found = context.relations.depends(order, header)
            if found.groups >= 3 and found.share < 0.7:
                return True
    return False


def _unique(p: ColumnProfile) -> Iterator[Evidence]:
    if p.distinct_share >= 0.98:
        yield Evidence(1.0, Reason("unique" if p.distinct == p.filled else "values_all_different"))
    elif p.distinct_share < 0.9:
        yield Evidence(-3.0, Reason("not_unique", {"share": p.distinct_share}))


def _day(context: Context, at: Subject) -> Iterator[Evidence]:
    """An order comes before its payment, its shipping and its due day."""
    if at.header not in context.days:
        return
    days = context.profiles[at.header].days.days[:_DAY_ROWS]
    for other in context.days:
        pairs = [(a, b) for a, b in zip(days, context.profiles[other].days.days, strict=False) if a and b]
        if other == at.header or len(pairs) < 5:
            continue
        if all(a <= b for a, b in pairs) and sum(a < b for a, b in pairs) >= 3:
            yield Evidence(0.6, Reason("day_before", {"other": other}))
            return
        if all(a >= b for a, b in pairs) and sum(a > b for a, b in pairs) >= 3:
            yield Evidence(-0.6, Reason("day_after", {"other": other}))
            return


_SALES = {
    "ordered_at": _day,
    "order_id": _order_id,
    "customer_id": _customer,
    "amount": _amount,
    "price": _price,
    "quantity": _quantity,
    "discount": _discount,
}
