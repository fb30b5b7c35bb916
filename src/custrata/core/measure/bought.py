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
    of refunds, `share` its part of the customer's spend, 0 to 1, as the metric `share` counts it: what came back
    beyond what was bought counts as 0 in the whole, and has no share itself (nor has anything where nothing is left).
    `last` is the last day of such a purchase, `usual` its part of what all customers spend, counted alike.
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

    Of what more came back than was bought there is no part, and the others are parts of what was kept:

    >>> lines = [{**line, "net": Decimal(n), "category": c} for n, c in ((80, "护肤"), (20, "彩妆"), (-10, "零食"))]
    >>> [(b.name, b.share) for b in basket(lines, "category", 5).rows]
    [('护肤', 0.8), ('彩妆', 0.2), ('零食', None)]
    """
    sums: dict[Any, _Sum] = {}
    told = False
    for row in rows:
        number = row.get("product_id") if by == "product" else None
        name = row.get(by) or None
        told = told or name is not None
        own = sums.setdefault((number, None if number else name), _Sum(name))
        own.spend += row["net"]
        if row.get("quantity") is not None:
            own.quantity = (own.quantity or Decimal(0)) + row["quantity"]
        if row["purchase"] and not row["is_return"]:
            own.orders.add(row["order"])
            own.last = row["day"] if own.last is None else max(own.last, row["day"])
    if not told:
        return None
    whole = sum((max(s.spend, Decimal(0)) for s in sums.values()), Decimal(0))
    found = [
        Bought(s.name, number, len(s.orders), s.quantity, s.spend, _share(s.spend, whole), s.last)
        for (number, _), s in sums.items()
    ]
    # What nothing tells stands behind what is told of equal spend; equal ones by name and number.
    found.sort(key=lambda b: (-b.spend, b.name is None, b.name or "", b.id or ""))
    return Basket(by, found[:most], len(found[most:]), sum((b.spend for b in found[most:]), Decimal(0)))


def beside_usual(own: Basket, everybody: Mapping[str | None, Decimal]) -> Basket:
    """The same with the parts that these have in the net `everybody` spends."""
    whole = sum((max(spend, Decimal(0)) for spend in everybody.values()), Decimal(0))
    if whole <= 0:
        return own
    rows = [replace(b, usual=_share(everybody.get(b.name, Decimal(0)), whole)) for b in own.rows]
    return replace(own, rows=rows)


def _share(spend: Decimal, whole: Decimal) -> float | None:
    return float(spend / whole) if whole > 0 and spend >= 0 else None
