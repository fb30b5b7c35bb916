"""How long a metric's value holds: what must be worked out anew when the as-of date moves on, and what need not be."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta

#: Days from the first (null: from the beginning) to the last, both inside.
Stretch = tuple[date | None, date]


@dataclass(frozen=True)
class Lasting:
    """What a customer's value stands on besides his own facts, as of one day.

    While those facts stay as they are, the value of one day is that of a later day as well, if no fact of his is dated
    on a day that came into or left one of the `stretches`, and if `clock` is the same on both days. Values that count
    by membership years hold until the customer's next anniversary at most; nobody has to say so.
    """

    stretches: tuple[Stretch, ...]
    """The days whose facts the value is made from."""
    clock: Hashable = None
    """Whatever else of the as-of date it is made from."""
    ages: bool = False
    """Whether it counts days up to the as-of date: then it is one more with every day, or null as before."""


def turned(before: Lasting, after: Lasting) -> set[tuple[date, date]] | None:
    """Stretches of days that hold every day on which a fact counts for one as-of date and not for the other; null where
    no customer's value holds.

    >>> month = Lasting(((date(2024, 3, 1), date(2024, 3, 30)),))
    >>> sorted(turned(month, Lasting(((date(2024, 3, 2), date(2024, 3, 31)),))))
    [(datetime.date(2024, 3, 1), datetime.date(2024, 3, 1)), (datetime.date(2024, 3, 31), datetime.date(2024, 3, 31))]
    """
    if before.clock != after.clock or len(before.stretches) != len(after.stretches):
        return None
    found: set[tuple[date, date]] = set()
    for (first, last), (first_now, last_now) in zip(before.stretches, after.stretches, strict=True):
        if (first is None) != (first_now is None):
            return None
        if first is not None and first_now is not None and first != first_now:
            found.add((min(first, first_now), max(first, first_now) - timedelta(days=1)))
        if last != last_now:
            found.add((min(last, last_now) + timedelta(days=1), max(last, last_now)))
    return found
