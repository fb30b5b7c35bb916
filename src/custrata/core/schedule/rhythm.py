"""A rhythm of the local calendar: `daily at 02:30`, `monthly on the last day`, `每月1日 03:00`."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from custrata.core.errors import Fault
from custrata.core.windows import add_months
from custrata.locale import Lang

Unit = Literal["day", "week", "month", "quarter", "year"]
_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
_NAMES: dict[Unit, tuple[str, str]] = {
    "day": ("daily", "每天"), "week": ("weekly", "每周"), "month": ("monthly", "每月"),
    "quarter": ("quarterly", "每季度"), "year": ("yearly", "每年"),
}  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = "一二三四五六日"

#: When nobody says: the night, when the day before is in the books and nobody waits for the machine.
DEFAULT_TIME = time(2)
#: In place of a day of the month: its last one, however long it is.
LAST = 0

_TIME = re.compile(r"^(.*?)(?:\s*\bat)?\s*(?<!\d)(\d{1,2}):(\d{2})$")
_ENGLISH = re.compile(
    r"^(daily|every day)$"
    r"|^weekly(?: on (?P<weekday>[a-z]+))?$"
    r"|^(?P<unit>monthly|quarterly|yearly)"
    r"(?: on (?:day (?P<day>\d+)|(?P<last>(?:the )?last day)|(?P<date>\d+-\d+)))?$"
)
_CHINESE = re.compile(
    r"^(每[天日])$"
    rf"|^每(?:周|星期|礼拜)(?P<weekday>[{_WEEK}天])?$"
    r"|^每(?P<unit>个?月|季度?|年)"
    r"(?:的?(?P<last>最后[一1]天|末日?)|(?P<month>\d+)月(?P<monthday>\d+)[日号]|(?P<day>\d+)[日号])?$"
)


@dataclass(frozen=True)
class Rhythm:
    """Once in every day, week, month, quarter or year, at a local time.

    `day` is the weekday from 1 (Monday) for weeks, and otherwise the day of the month: the last one where a month has
    no such day, and always the last one of the period where it is `LAST`. `month` is the month of the year or quarter,
    from 1.
    """

    unit: Unit
    day: int = 1
    month: int = 1
    at: time = DEFAULT_TIME

    def latest(self, day: date) -> date:
        """The latest day of the rhythm up to a day.

        >>> parse_rhythm("monthly on day 31").latest(date(2024, 3, 30))
        datetime.date(2024, 2, 29)
        """
        if self.unit == "day":
            return day
        if self.unit == "week":
            return day - timedelta(days=(day.isoweekday() - self.day) % 7)
        here = self._within(day)
        return here if here <= day else self._within(add_months(day.replace(day=1), -_MONTHS[self.unit]))

    def following(self, day: date) -> date:
        """The first day of the rhythm after a day.

        >>> parse_rhythm("每周一").following(date(2024, 6, 3))
        datetime.date(2024, 6, 10)
        """
        if self.unit == "day":
            return day + timedelta(days=1)
        if self.unit == "week":
            return self.latest(day) + timedelta(days=7)
        here = self._within(day)
        return here if here > day else self._within(add_months(day.replace(day=1), _MONTHS[self.unit]))

    def _within(self, day: date) -> date:
        """The day of the rhythm in the month, quarter or year that a day lies in."""
        step = _MONTHS[self.unit]
        first = date(day.year, (day.month - 1) // step * step + 1, 1)
        month = add_months(first, step - 1 if self.day == LAST else self.month - 1)
        length = calendar.monthrange(month.year, month.month)[1]
        return month.replace(day=length if self.day == LAST else min(self.day, length))

    def text(self, lang: Lang) -> str:
        """As a scheme may write it.

        >>> parse_rhythm("每年12月31日 8:00").text("en"), parse_rhythm("weekly on Sunday").text("zh")
        ('yearly on 12-31 at 08:00', '每周日 02:00')
        """
        zh = lang == "zh"
        words, at = _NAMES[self.unit][zh], f"{self.at:%H:%M}"
        if self.unit == "week":
            words = f"每周{_WEEK[self.day - 1]}" if zh else f"{words} on {_WEEKDAYS[self.day - 1]}"
        elif self.unit != "day" and self.day == LAST:
            words += "最后一天" if zh else " on the last day"
        elif self.unit == "year":
            words += f"{self.month}月{self.day}日" if zh else f" on {self.month:02}-{self.day:02}"
        elif self.unit != "day":
            words += f"{self.day}日" if zh else f" on day {self.day}"
        return f"{words} {at}" if zh else f"{words} at {at}"

    def __str__(self) -> str:
        return self.text("en")


def parse_rhythm(text: str) -> Rhythm:
    """The rhythm that a scheme names, in either language; `ValueError` if it names none.

    >>> parse_rhythm("daily at 02:30")
    Rhythm(unit='day', day=1, month=1, at=datetime.time(2, 30))
    >>> parse_rhythm("每月1日 03:00") == parse_rhythm("monthly on day 1 at 03:00") == parse_rhythm("Monthly at 3:00")
    True
    >>> parse_rhythm("every other day")
    Traceback (most recent call last):
    ...
    ValueError: 'every other day' is not a rhythm
    """
    name, at = " ".join(unicodedata.normalize("NFKC", str(text)).lower().split()), DEFAULT_TIME
    wrong = ValueError(f"'{text}' is not a rhythm")
    try:
        if match := _TIME.match(name):
            name, at = match[1].strip(), time(int(match[2]), int(match[3]))
        found = _english(name) or _chinese(name.replace(" ", ""))
    except ValueError:
        raise wrong from None
    if found is None:
        raise wrong
    return Rhythm(*found, at)


def _english(name: str) -> tuple[Unit, int, int] | None:
    match = _ENGLISH.match(name)
    if match is None:
        return None
    if match[1]:
        return "day", 1, 1
    if match["unit"] is None:
        wanted = match["weekday"] or "monday"
        near = [n for n, word in enumerate(_WEEKDAYS, 1) if wanted in (word.lower(), word[:3].lower())]
        return ("week", near[0], 1) if near else None
    unit = next(u for u, (word, _) in _NAMES.items() if word == match["unit"])
    month, _, day = (match["date"] or "").partition("-")
    return _of_months(unit, bool(match["last"]), month, day or match["day"])


def _chinese(name: str) -> tuple[Unit, int, int] | None:
    match = _CHINESE.match(name)
    if match is None:
        return None
    if match[1]:
        return "day", 1, 1
    if match["unit"] is None:
        return "week", _WEEK.index((match["weekday"] or "一").replace("天", "日")) + 1, 1
    units: dict[str, Unit] = {"月": "month", "季": "quarter", "年": "year"}
    unit = units[match["unit"].removeprefix("个")[0]]
    return _of_months(unit, bool(match["last"]), match["month"], match["monthday"] or match["day"])


def _of_months(unit: Unit, last: bool, month: str | None, day: str | None) -> tuple[Unit, int, int] | None:
    """Only a year has a month to name, and only without one is a day alone enough."""
    if (month and unit != "year") or (day and not month and unit == "year"):
        return None
    named = _whole(month, 1, 12)
    length = calendar.monthrange(2024, named)[1] if month else 31
    return unit, LAST if last else _whole(day, 1, length), named


def _whole(text: str | None, low: int, high: int) -> int:
    """A whole number within bounds, the lower one where nothing is written; `ValueError` otherwise."""
    if not text:
        return low
    n = int(text)
    if not low <= n <= high:
        raise ValueError(text)
    return n


def _rhythm(value: Any) -> Rhythm:
    if isinstance(value, Rhythm):
        return value
    try:
        return parse_rhythm(value)
    except ValueError:
        raise Fault("rhythm", value=value) from None


_EXAMPLES = ["daily at 02:30", "weekly on Monday at 06:00", "monthly on day 1 at 03:00", "monthly on the last day",
             "quarterly", "yearly on 12-31", "每天 02:30", "每周一 06:00", "每月1日 03:00", "每月最后一天"]  # fmt: skip
RhythmText = Annotated[
    Rhythm,
    BeforeValidator(_rhythm),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": _EXAMPLES}),
]
