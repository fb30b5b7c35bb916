"""The figures of a report as text: the same writing of numbers that the charts use."""

from custrata.charts.numbers import (
    NONE,
    count,
    day,
    days,
    money,
    money_unit,
    number,
    percent,
    short,
    spend_digits,
)

__all__ = ["NONE", "count", "day", "days", "money", "money_unit", "number", "percent", "short", "spend_digits"]
