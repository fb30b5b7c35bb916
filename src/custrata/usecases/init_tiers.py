"""Thresholds of spend and frequency for a scheme that is written from files: round numbers near the quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import floor, log10

import ibis

from custrata.core.errors import CustrataError
from custrata.core.facts.headers import usable
from custrata.core.scheme.sources import Orders
from custrata.usecases.init_read import Export
from custrata.usecases.rows import read_source

#: The share of buyers below the middle and below the high class.
_MIDDLE, _HIGH = 0.5, 0.8
#: What people take for round: these times a power of ten.
_ROUND = tuple(n / 2 for n in range(2, 20))
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class TierCuts:
    """From which value on a customer is in the middle and in the high class: of spend and of orders. `year`: within the
    last 12 months instead of all time."""

    spend: tuple[int | float, int | float]
    orders: tuple[int, int]
    year: bool


def tier_cuts(export: Export, config: Orders, *, year: bool) -> TierCuts | None:
    """Cuts that part the buyers of the files about 50 : 30 : 20; null where nothing in them can be used.

    They are near enough for a start: returns in files of their own are not looked at.
    """
    engine = export.engine
    try:
        t = usable(read_source("orders", export.opened, config, engine).table)
    except CustrataError:
        return None  # the run tells it, with its place
    if year:
        last = engine.rows(t.aggregate(day=t.ordered_at.max()))[0]["day"]
        t = t if last is None else t.filter(t.ordered_at > last - _YEAR)
    amount = ibis.ifelse(t.is_return, -t.amount.abs(), t.amount)
    people = t.group_by("customer_id").aggregate(
        spend=amount.sum().cast("float64"), orders=t.order_id.nunique(where=~t.is_return)
    )
    buyers = people.filter((people.spend > 0) & (people.orders > 0))
    asked = {f"{c}_{i}": buyers[c].quantile(q) for c in ("spend", "orders") for i, q in enumerate((_MIDDLE, _HIGH))}
    found = engine.rows(buyers.aggregate(**asked))[0]
    if found["spend_0"] is None:
        return None
    middle = max(2, round(float(found["orders_0"])))
    high = max(middle + 1, round(float(found["orders_1"])))
    return TierCuts(round_pair(float(found["spend_0"]), float(found["spend_1"])), (middle, high), year)


def round_pair(low: float, high: float) -> tuple[int | float, int | float]:
    """Two round numbers near two others, the second above the first.

    >>> round_pair(437.5, 2210.0), round_pair(98.0, 101.0), round_pair(0.42, 1.7)
    ((450, 2000), (100, 150), (0.4, 1.5))
    """
    first, second = _round(low), _round(high)
    return first, second if second > first else _above(first)


def _round(value: float) -> int | float:
    """The round number that is nearest in proportion."""
    return min(_near(value), key=lambda n: abs(log10(n / value)))


def _above(value: float) -> int | float:
    return min(n for n in _near(value) if n > value * 1.001)


def _near(value: float) -> list[int | float]:
    """The round numbers around one: whole where they can be."""
    power = floor(log10(value))
    found = [float(f"{r}e{power + p}") for p in (-1, 0, 1) for r in _ROUND]
    return [int(n) if n.is_integer() else n for n in found]
