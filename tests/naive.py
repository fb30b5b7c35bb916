"""What DESIGN.md says, written as plainly as possible and as slowly as need be: the answers that ours must equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any


def quantile_cut(values: Sequence[Any], share: Fraction) -> Any:
    """The smallest value v with at least `share` of the customers ≤ v."""
    return next(v for v in sorted(set(values)) if sum(x <= v for x in values) >= share * len(values))


def quantile_score(value: Any, values: Sequence[Any], groups: int, *, low_is_good: bool = False) -> int:
    """1 + number of cuts strictly below the value, turned round where low is good."""
    cuts = [quantile_cut(values, Fraction(k, groups)) for k in range(1, groups)]
    below = sum(cut < value for cut in cuts)
    return groups - below if low_is_good else 1 + below


def share_class(value: Any, values: Sequence[Any], cuts: Sequence[Fraction]) -> int:
    """Number of the class in which the cumulative share before the value falls; what is not positive goes last."""
    total = sum(v for v in values if v > 0)
    if value <= 0:
        return len(cuts)
    before = sum(v for v in values if v > value)
    return next((i for i, cut in enumerate(cuts) if before < cut * Fraction(total)), len(cuts))


def pyramid_layer(value: Any, values: Sequence[Any], shares: Sequence[Fraction]) -> int | None:
    """Number of the layer in which the share of buyers with a higher value falls; None: not a buyer."""
    buyers = [v for v in values if v > 0]
    if value <= 0:
        return None
    higher = Fraction(sum(v > value for v in buyers), len(buyers))
    return next(i for i in range(len(shares)) if higher < sum(shares[: i + 1]))


def rfm_bits(row: tuple[Any, Any, Any], rows: Iterable[tuple[Any, Any, Any]]) -> str:
    """R, F, M; high is strictly above the mean of those who have all three, for recency strictly below."""
    complete = [r for r in rows if None not in r]
    means = [sum(map(Fraction, axis)) / len(complete) for axis in zip(*complete, strict=True)]
    return "".join(
        str(int(value < mean if axis == 0 else value > mean))
        for axis, (value, mean) in enumerate(zip(row, means, strict=True))
    )


def every_day(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


@dataclass
class Order:
    """One order as a bookkeeper writes it down."""

    customer: str
    day: date
    paid: Decimal = Decimal(0)
    back: Decimal = Decimal(0)
    sold: bool = True

    @property
    def purchase(self) -> bool:
        return self.sold and not (self.back > 0 and self.back >= self.paid)

    @property
    def net(self) -> Decimal:
        return self.paid - self.back


@dataclass
class Book:
    """Sales first, then refunds, up to the as-of date; whatever is later does not exist."""

    as_of: date
    orders: dict[str, Order] = field(default_factory=dict)

    def sell(self, customer: str, day: date, amount: Decimal, number: str) -> None:
        if day <= self.as_of:
            order = self.orders.setdefault(number, Order(customer, day))
            order.day, order.paid = min(order.day, day), order.paid + amount

    def refund(self, customer: str | None, day: date, amount: Decimal, number: str | None, document: str) -> None:
        if day > self.as_of:
            return
        if number in self.orders:
            # A refund to somebody who did not place the order contradicts itself, and waits to be mended.
            if customer in (None, self.orders[str(number)].customer):
                self.orders[str(number)].back += amount
        elif customer is not None:
            own = self.orders.setdefault(f"refund {document}", Order(customer, day, sold=False))
            own.back += amount

    def totals(
        self, first: date | None = None, *, by_day: bool = False
    ) -> Mapping[str, tuple[Decimal, int, int | None]]:
        """Customer → net spend, purchases, days since the last one, of the orders dated from `first` on."""
        found: dict[str, list[Order]] = defaultdict(list)
        for order in self.orders.values():
            found[order.customer].append(order)
        return {
            who: self._total([o for o in own if first is None or o.day >= first], by_day) for who, own in found.items()
        }

    def _total(self, own: Sequence[Order], by_day: bool) -> tuple[Decimal, int, int | None]:
        bought = [o.day for o in own if o.purchase]
        recency = (self.as_of - max(bought)).days if bought else None
        return sum((o.net for o in own), Decimal(0)), len(set(bought) if by_day else bought), recency
