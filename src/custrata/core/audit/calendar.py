"""Which days and weeks have fewer sales than their own habit lets expect, from the orders of each day.

What a day lets expect is the median of the same weekday in the eight weeks before and after it, so a shop that closes
on Sundays misses none, and one that sells seasonally is compared with its own season. Orders that come by chance leave
a day empty with probability e^(−expected): only what chance would do less than once in a million times is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import exp, lgamma, log

#: Weeks before and after that a day is compared with.
AROUND = 8
#: The chance below which a silence is no chance.
CHANCE = 1e-6
#: A week is weak below this share of what it lets expect.
WEAK = 0.25
#: Days further than this from all later (earlier) ones, with at most that share of the orders, are strays.
_APART, _FEW = timedelta(days=400), 0.005
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gap:
    """Days in a row without the orders that they let expect. `holiday`: they touch Chinese New Year."""

    first: date
    last: date
    days: int
    expected: float
    holiday: bool


@dataclass(frozen=True)
class WeakWeek:
    """A week (from Monday) with far fewer orders than it lets expect."""

    first: date
    orders: int
    expected: float
    holiday: bool


class Habit:
    """The orders of each day from the first to the last, stray days left out, and what the days around let expect."""

    def __init__(self, orders: Mapping[date, int]) -> None:
        strays = stray_days(orders)
        self.orders = {day: n for day, n in orders.items() if n > 0 and day not in strays}
        self.first, self.last = min(self.orders), max(self.orders)

    def expected(self, day: date) -> float:
        """The median orders of the same weekday in the weeks around, those outside the data left out; 0 with fewer than
        four of them."""
        around = [day + timedelta(weeks=w) for w in range(-AROUND, AROUND + 1) if w]
        there = sorted(self.orders.get(d, 0) for d in around if self.first <= d <= self.last)
        return median(there) if len(there) >= 4 else 0.0

    def gaps(self) -> list[Gap]:
        """Runs of days without orders that chance does not explain. A closed weekday within a run does not end it; a
        silence of months is compared with the time around it, however long it is."""
        found, day = [], self.first
        while day <= self.last:
            if day in self.orders:
                day += _DAY
                continue
            first = day
            while day not in self.orders:
                day += _DAY
            gap = self._gap(first, day - _DAY)
            if gap is not None:
                found.append(gap)
        return found

    def _gap(self, first: date, last: date) -> Gap | None:
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        usual = self._usual(first, last)
        missing = [d for d in days if usual[d.weekday()] > 0]
        expected = sum(usual[d.weekday()] for d in missing)
        if not missing or exp(-expected) >= CHANCE:
            return None
        return Gap(missing[0], missing[-1], len(missing), expected, new_year(missing[0], missing[-1]))

    def _usual(self, first: date, last: date) -> list[float]:
        """The median orders of each weekday in the eight weeks before and after a silence; 0 for a weekday that is
        mostly closed."""
        usual = []
        for weekday in range(7):
            before = first - timedelta(days=(first.weekday() - weekday) % 7 or 7)
            after = last + timedelta(days=(weekday - last.weekday()) % 7 or 7)
            around = [before - timedelta(weeks=w) for w in range(AROUND)]
            around += [after + timedelta(weeks=w) for w in range(AROUND)]
            there = sorted(self.orders.get(d, 0) for d in around if self.first <= d <= self.last)
            usual.append(median(there) if len(there) >= 4 else 0.0)
        return usual

    def weak_weeks(self) -> list[WeakWeek]:
        """Whole weeks with some orders, but under a quarter of the expected and fewer than chance lets happen; weeks in
        which days are missing altogether are told as gaps."""
        gaps = self.gaps()
        monday = self.first + timedelta(days=(-self.first.weekday()) % 7)
        found = []
        while monday + timedelta(days=6) <= self.last:
            days = [monday + timedelta(days=i) for i in range(7)]
            n, expected = sum(self.orders.get(d, 0) for d in days), sum(map(self.expected, days))
            broken = any(g.first <= days[-1] and g.last >= monday for g in gaps)
            if not broken and 0 < n < WEAK * expected and at_most(n, expected) < CHANCE:
                found.append(WeakWeek(monday, n, expected, new_year(monday, days[-1])))
            monday += timedelta(weeks=1)
        return found

    def part_of_last_day(self) -> float | None:
        """The orders of the last day as a share of what it lets expect, where that is under a quarter and no chance:
        the export was made in the middle of it."""
        n, expected = self.orders[self.last], self.expected(self.last)
        return n / expected if expected and n < WEAK * expected and at_most(n, expected) < CHANCE else None


def stray_days(orders: Mapping[date, int]) -> list[date]:
    """The first or last days of the data that lie years away from the rest.

    >>> usual = {date(2024, 1, 1) + timedelta(days=i): 10 for i in range(300)}
    >>> stray_days({date(1970, 1, 1): 2, **usual})
    [datetime.date(1970, 1, 1)]
    >>> stray_days(usual)
    []
    """
    ordered, total = sorted(orders), sum(orders.values())
    strays: set[date] = set()
    for direction in (ordered, ordered[::-1]):
        passed = 0
        for i, (day, following) in enumerate(pairwise(direction), 1):
            passed += orders[day]
            if passed > _FEW * total:
                break
            if abs(following - day) > _APART:
                strays |= set(direction[:i])
    return sorted(strays)


def median(ordered: Sequence[int]) -> float:
    """The middle of ascending numbers, the mean of both middle ones.

    >>> median([1, 2, 4, 9]), median([])
    (3.0, 0.0)
    """
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else 0.0


def at_most(n: int, expected: float) -> float:
    """The chance of at most n orders where so many are expected (Poisson).

    >>> round(at_most(0, 2.0), 4), round(at_most(2, 2.0), 4)
    (0.1353, 0.6767)
    """
    return sum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(n + 1))


def new_year(first: date, last: date) -> bool:
    """Whether days touch the time of Chinese New Year, 20 January to 20 February.

    >>> new_year(date(2024, 2, 9), date(2024, 2, 17)), new_year(date(2024, 3, 1), date(2024, 3, 9))
    (True, False)
    """
    return any(first <= date(year, 2, 20) and last >= date(year, 1, 20) for year in range(first.year, last.year + 1))


def month_end(day: date) -> date:
    """The last day of a month.

    >>> month_end(date(2024, 2, 9))
    datetime.date(2024, 2, 29)
    """
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - _DAY
