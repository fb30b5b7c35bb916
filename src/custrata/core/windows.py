"""Which days a window covers: `30 days`, `12 months`, `last month`, `lifetime`, counted back from the as-of date."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from custrata.core.errors import Fault

Unit = Literal["lifetime", "days", "months", "week", "month", "quarter", "year", "membership"]

_NAMED: dict[str, tuple[Unit, int]] = {
    # name → (unit, how many whole units back)
    "lifetime": ("lifetime", 0), "all": ("lifetime", 0), "全部": ("lifetime", 0), "累计": ("lifetime", 0),
    "week": ("week", 0), "this week": ("week", 0), "本周": ("week", 0),
    "last week": ("week", 1), "上周": ("week", 1),
    "month": ("month", 0), "this month": ("month", 0), "本月": ("month", 0),
    "last month": ("month", 1), "上月": ("month", 1), "上个月": ("month", 1),
    "quarter": ("quarter", 0), "this quarter": ("quarter", 0), "本季": ("quarter", 0), "本季度": ("quarter", 0),
    "last quarter": ("quarter", 1), "上季": ("quarter", 1), "上季度": ("quarter", 1),
    "year": ("year", 0), "this year": ("year", 0), "本年": ("year", 0), "今年": ("year", 0),
    "last year": ("year", 1), "上年": ("year", 1), "去年": ("year", 1),
    "membership year": ("membership", 0), "this membership year": ("membership", 0), "会员年": ("membership", 0),
    "本会员年": ("membership", 0), "会员年度": ("membership", 0), "本会员年度": ("membership", 0),
    "last membership year": ("membership", 1), "上会员年": ("membership", 1), "上个会员年": ("membership", 1),
    "上一会员年": ("membership", 1), "上会员年度": ("membership", 1),
}  # fmt: skip
_ROLLING = re.compile(
    r"^(?:last|past|近|最近|过去)?\s*(\d{1,5})\s*"
    r"(days?|weeks?|months?|years?|天|日|周|个月|月|年)$"
)
_FACTOR: dict[str, tuple[Unit, int]] = {
    "day": ("days", 1), "天": ("days", 1), "日": ("days", 1),
    "week": ("days", 7), "周": ("days", 7),
    "month": ("months", 1), "个月": ("months", 1), "月": ("months", 1),
    "year": ("months", 12), "年": ("months", 12),
}  # fmt: skip
#: Windows that have a name, in every spelling.
NAMES = tuple(_NAMED)
_MONTHS_OF: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
EXAMPLES = (
    "lifetime, 30 days, 12 months, month, last month, quarter, last year, membership year "
    "(全部, 近30天, 近12个月, 本月, 上月, 去年, 会员年)"
)


@dataclass(frozen=True)
class Window:
    """A stretch of days that ends with the as-of date (`days`, `months`), follows the calendar, or follows the
    anniversaries of the day on which the customer joined (`membership`).

    `n` is the length for rolling windows and the number of whole units back for the others.
    """

    unit: Unit
    n: int

    @property
    def own(self) -> bool:
        """Whether every customer has days of his own."""
        return self.unit == "membership"

    def bounds(self, as_of: date) -> tuple[date | None, date]:
        """First and last day, both inside; no first day means lifetime. Of a window whose days are each customer's own
        there are none: `days_of` tells those of one customer.

        >>> Window("days", 30).bounds(date(2024, 3, 30))
        (datetime.date(2024, 3, 1), datetime.date(2024, 3, 30))
        >>> Window("month", 1).bounds(date(2024, 3, 30))
        (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
        >>> Window("months", 1).bounds(date(2024, 3, 31))
        (datetime.date(2024, 3, 1), datetime.date(2024, 3, 31))
        """
        if self.own:
            raise ValueError(f"the days of a {self.unit} year are each customer's own")
        if self.unit == "lifetime":
            return None, as_of
        if self.unit == "days":
            return as_of - timedelta(days=self.n - 1), as_of
        if self.unit == "months":
            return add_months(as_of, -self.n) + timedelta(days=1), as_of
        start = self._calendar_start(as_of)
        return start, min(self._next_start(start) - timedelta(days=1), as_of)

    def days_of(self, joined: date | None, as_of: date) -> tuple[date | None, date] | None:
        """The same for one customer who joined on a day. Null where he has no such days: nothing tells when he joined,
        he joined after the as-of date, or, for the membership year before, less than a year ago.

        A membership year begins on the day of joining and on each anniversary of it; that of 29 February is the 28th
        where a year has none.

        >>> Window("membership", 0).days_of(date(2020, 2, 29), date(2024, 2, 28))
        (datetime.date(2023, 2, 28), datetime.date(2024, 2, 28))
        >>> Window("membership", 1).days_of(date(2020, 2, 29), date(2024, 2, 29))
        (datetime.date(2023, 2, 28), datetime.date(2024, 2, 28))
        >>> Window("membership", 1).days_of(date(2024, 1, 10), date(2024, 12, 31)) is None
        True
        """
        if not self.own:
            return self.bounds(as_of)
        year = self.whole_year(joined, as_of)
        return None if year is None else (year[0], min(year[1], as_of))

    def whole_year(self, joined: date | None, as_of: date) -> tuple[date, date] | None:
        """First and last day of a customer's membership year, days to come included; null as for `days_of`.

        >>> Window("membership", 0).whole_year(date(2020, 5, 15), date(2024, 5, 14))
        (datetime.date(2023, 5, 15), datetime.date(2024, 5, 14))
        """
        if joined is None or joined > as_of:
            return None
        year = as_of.year - self.n - (anniversary(joined, as_of.year) > as_of)
        if year < joined.year:
            return None
        return anniversary(joined, year), anniversary(joined, year + 1) - timedelta(days=1)

    def previous(self, as_of: date) -> tuple[date, date] | None:
        """The window of the same kind just before this one; none for lifetime.

        A calendar window that is not over yet (`month` on the 10th) is compared with as many days of the one before.

        >>> Window("days", 30).previous(date(2024, 3, 30))
        (datetime.date(2024, 1, 31), datetime.date(2024, 2, 29))
        >>> Window("month", 0).previous(date(2024, 3, 10))
        (datetime.date(2024, 2, 1), datetime.date(2024, 2, 10))
        """
        start, end = self.bounds(as_of)
        if start is None:
            return None
        before = start - timedelta(days=1)
        if self.unit in ("days", "months"):
            first = Window(self.unit, self.n).bounds(before)[0]
            assert first is not None
            return first, before
        first = self._calendar_start(before, back=0)
        whole = self._next_start(start) - timedelta(days=1) == end
        return first, before if whole else min(before, first + (end - start))

    def just_ended(self, as_of: date) -> bool:
        """Whether it is the last whole month (week, quarter, year) before one that is whole as of this very day: who
        looks at the data of December on its last day and asks for `last month` gets November.

        >>> Window("month", 1).just_ended(date(2024, 12, 31)), Window("month", 1).just_ended(date(2024, 12, 30))
        (True, False)
        """
        if self.unit in ("lifetime", "days", "months", "membership") or self.n != 1:
            return False
        return self._next_start(self._calendar_start(as_of, back=0)) == as_of + timedelta(days=1)

    def _calendar_start(self, day: date, back: int | None = None) -> date:
        back = self.n if back is None else back
        if self.unit == "week":
            return day - timedelta(days=day.weekday() + 7 * back)
        step = _MONTHS_OF[self.unit]
        first = date(day.year, (day.month - 1) // step * step + 1, 1)
        return add_months(first, -step * back)

    def _next_start(self, start: date) -> date:
        return start + timedelta(days=7) if self.unit == "week" else add_months(start, _MONTHS_OF[self.unit])


LIFETIME = Window("lifetime", 0)


def parse_window(text: str) -> Window:
    """The window that a scheme names, in either language; `ValueError` if it names none.

    >>> parse_window("last month"), parse_window("近30天"), parse_window("2 weeks")
    (Window(unit='month', n=1), Window(unit='days', n=30), Window(unit='days', n=14))
    """
    name = " ".join(str(text).strip().lower().split())
    if name in _NAMED:
        return Window(*_NAMED[name])
    match = _ROLLING.match(name)
    if not match or int(match[1]) == 0:
        raise ValueError(f"'{text}' is not a window")
    unit, factor = _FACTOR[match[2].rstrip("s") if match[2].isascii() else match[2]]
    length = int(match[1]) * factor
    if length > (36_600 if unit == "days" else 1_200):
        raise Fault("century", value=text)
    return Window(unit, length)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter.

    >>> add_months(date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def anniversary(day: date, year: int) -> date:
    """The anniversary of a day in a year; that of 29 February is the 28th where the year has none.

    >>> anniversary(date(2020, 2, 29), 2023), anniversary(date(2020, 2, 29), 2024)
    (datetime.date(2023, 2, 28), datetime.date(2024, 2, 29))
    """
    return add_months(day, 12 * (year - day.year))
