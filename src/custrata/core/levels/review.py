"""When a customer's level is reviewed: on fixed days of the calendar, or on an anniversary of his own."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any, Literal

import ibis

from custrata.core.windows import add_months

Rhythm = Literal[
    "every run", "monthly", "quarterly", "yearly", "anniversary of joining", "anniversary of level"
]  # fmt: skip
_MONTHS: dict[Rhythm, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
ANNIVERSARIES = ("anniversary of joining", "anniversary of level")


def on_calendar(rhythm: Rhythm, last: date, day: date) -> bool:
    """Whether a review day that is the same for everybody lies after `last` and up to `day`: the first of a month,
    quarter or year. Every run is one.

    >>> on_calendar("quarterly", date(2024, 3, 31), date(2024, 4, 1))
    True
    >>> on_calendar("quarterly", date(2024, 4, 1), date(2024, 6, 30))
    False
    """
    if rhythm == "every run":
        return True
    step = _MONTHS[rhythm]
    latest = date(day.year, (day.month - 1) // step * step + 1, 1)
    return latest > last


def anniversary(anchor: date, last: date, day: date) -> bool:
    """Whether an anniversary of `anchor` lies after `last` and up to `day`; that of 29 February is the 28th where a
    year has none.

    >>> anniversary(date(2020, 2, 29), date(2023, 2, 27), date(2023, 2, 28))
    True
    >>> anniversary(date(2023, 5, 1), date(2023, 4, 30), date(2023, 5, 1))
    False
    """
    years = range(max(last.year, anchor.year + 1), day.year + 1)
    return any(last < add_months(anchor, 12 * (year - anchor.year)) <= day for year in years)


def anniversary_of(anchor: Any, last: date, day: date) -> Any:
    """The same for a column of dates, row-wise; false where it is null. Comparisons of whole numbers only, so that
    every engine means the same."""
    year, number = anchor.year(), anchor.month() * 100 + anchor.day()
    found: Any = ibis.literal(False)
    for y in range(last.year, day.year + 1):
        here = number if calendar.isleap(y) else ibis.ifelse(number == 229, 228, number)
        held = here <= (_number(day) if y == day.year else 1231)
        held &= here > (_number(last) if y == last.year else 0)
        found |= (year < y) & held
    return found.fill_null(False)


def _number(day: date) -> int:
    return day.month * 100 + day.day
