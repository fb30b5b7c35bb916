"""What one customer bought, summed by product, category, brand and kind, beside what all customers buy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

By = Literal["category", "brand", "product", "kind"]
BY: tuple[By, ...] = ("category", "brand", "product", "kind")


@dataclass(frozen=True)
class Bought:
    """One product, category, brand or kind. `name` is null where nothing tells it; `id` is a product's number.

    `orders` are purchases with a sale of it, `quantity` the units kept (null where no line tells any), `spend` is net
    of refunds, `share` its part of the customer's net spend (null where that is not positive), `last` the last day of
    such a purchase, `usual` its part of the net spend of all customers.
    """

    name: str | None
    id: str | None
    orders: int
    quantity: Decimal | None
    spend: Decimal
    share: float | None
    last: date | None
    usual: float | None = None

    @property
    def times(self) -> float | None:
        """How many times the part that it has with all customers; null where either is not positive."""
        if self.share is None or self.usual is None or self.share <= 0 or self.usual <= 0:
            return None
        return self.share / self.usual


@dataclass(frozen=True)
class Basket:
    """The largest of one sort, and what the `more` others come to: `rest`. Together they are the net spend."""

    by: By
    rows: Sequence[Bought]
    more: int
    rest: Decimal


@dataclass
class _Sum:
    name: str | None
    spend: Decimal = Decimal(0)
    quantity: Decimal | None = None
    orders: set[Any] = field(default_factory=set)
    last: date | None = None


def basket(rows: Iterable[Mapping[str, Any]], by: By, most: int) -> Basket | None:
    """Sums the lines of one customer: `order`, `day`, `purchase`, `is_return`, `net`, and those of `quantity`,
    `product_id` and `BY` that are told. Null where no line tells what it is by.

    >>> line = {"order": "1", "day": date(2024, 3, 5), "purchase": True, "is_return": False, "quantity": None}
    >>> lines = [{**line, "net": Decimal(n), "category": c} for n, c in ((60, "护肤"), (20, "彩妆"), (20, None))]
    >>> [(b.name, b.share) for b in basket(lines, "category", 5).rows]
    [('护肤', 0.6), ('彩妆', 0.2), (None, 0.2)]
    """
    sums: dict[Any, _Sum] = {}
    total, told = Decimal(0), False
    for row in rows:
        number = row.get("product_id") if by == "product" else None
        name = row.get(by) or None
        told = told or name is not None
        own = sums.setdefault((number, None if number else name), _Sum(name))
        own.spend += row["net"]
        total += row["net"]
        if row.get("quantity") is not None:
            own.quantity = (own.quantity or Decimal(0)) + row["quantity"]
        if row["purchase"] and not row["is_return"]:
            own.orders.add(row["order"])
            own.last = row["day"] if own.last is None else max(own.last, row["day"])
    if not told:
        return None
    found = [
        Bought(
            s.name, number, len(s.orders), s.quantity, s.spend, float(s.spend / total) if total > 0 else None, s.last
        )
        for (number, _), s in sums.items()
    ]
    # What nothing tells stands behind what is told of equal spend; equal ones by name and number.
    found.sort(key=lambda b: (-b.spend, b.name is None, b.name or "", b.id or ""))
    return Basket(by, found[:most], len(found[most:]), sum((b.spend for b in found[most:]), Decimal(0)))


def beside_usual(own: Basket, everybody: Mapping[str | None, Decimal]) -> Basket:
    """The same with the parts that these have in the net `everybody` spends."""
    total = sum(everybody.values(), Decimal(0))
    if total <= 0:
        return own
    rows = [replace(b, usual=float(everybody.get(b.name, Decimal(0)) / total)) for b in own.rows]
    return replace(own, rows=rows)
