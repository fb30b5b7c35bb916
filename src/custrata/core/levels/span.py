"""How long a promise lasts: `30 days`, `3 months`, `1年`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from custrata.core.errors import Fault
from custrata.core.windows import add_months, parse_window

#: Spellings of a promise that lasts no time at all.
_NONE = ("0", "none", "无", "没有")


@dataclass(frozen=True)
class Span:
    """A number of days, or of months that end on the same day of the month (its last one where it is shorter)."""

    unit: Literal["days", "months"]
    n: int

    def end(self, start: date) -> date:
        """The first day on which it is over.

        >>> Span("days", 30).end(date(2024, 2, 1)), Span("months", 1).end(date(2024, 1, 31))
        (datetime.date(2024, 3, 2), datetime.date(2024, 2, 29))
        """
        return start + timedelta(days=self.n) if self.unit == "days" else add_months(start, self.n)

    def latest_start(self, day: date) -> date:
        """The latest day from which it is over by `day`: it is over for those who began then or before.

        >>> Span("months", 1).latest_start(date(2024, 2, 29)), Span("days", 0).latest_start(date(2024, 2, 29))
        (datetime.date(2024, 1, 31), datetime.date(2024, 2, 29))
        """
        if self.unit == "days":
            return day - timedelta(days=self.n)
        start = add_months(day, -self.n)
        while self.end(start) > day:
            start -= timedelta(days=1)
        while self.end(start + timedelta(days=1)) <= day:
            start += timedelta(days=1)
        return start

    def __str__(self) -> str:
        return f"{self.n} {self.unit}"


NO_TIME = Span("days", 0)


def parse_span(text: str) -> Span:
    """The span that a scheme names, in either language; `ValueError` if it names none.

    >>> parse_span("90 days"), parse_span("1年"), parse_span("none")
    (Span(unit='days', n=90), Span(unit='months', n=12), Span(unit='days', n=0))
    """
    name = " ".join(str(text).lower().split())
    if name in _NONE:
        return NO_TIME
    window = parse_window(name)
    if window.unit not in ("days", "months") or name.startswith(("last", "past", "近", "最近", "过去")):
        raise ValueError(f"'{text}' is not a span of time")
    return Span("days" if window.unit == "days" else "months", window.n)


def _span(value: Any) -> Span:
    if isinstance(value, Span):
        return value
    try:
        return parse_span(str(value))
    except ValueError:
        raise Fault("span", value=value) from None


SpanText = Annotated[
    Span,
    BeforeValidator(_span),
    PlainSerializer(lambda s: f"{s.unit}:{s.n}", return_type=str),
    Field(json_schema_extra={"type": "string", "examples": ["30 days", "3 months", "1 year", "90天", "3个月"]}),
]
