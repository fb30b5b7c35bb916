"""The longest time that a customer stayed away lately, and the day on which he came back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir

from custrata.core.metrics.base import Base, Context, FactTables, Metric, Unit
from custrata.core.metrics.lasting import Lasting
from custrata.core.segments.lifecycle_days import day_after

#: Days up to the as-of date in which a gap must have ended to be looked at: who came back earlier is back for good.
LATELY = 365
#: A gap and the day on which it ended are one number; there is room for more days than `LATELY`.
_ROOM = 1000


class _Gap(Metric):
    """Of the gaps between purchase days that ended in the last `LATELY` days, the longest; of equal ones the last."""

    base: ClassVar[Base] = "own"

    def lasting(self, context: Context) -> Lasting:
        # A gap begins on any day, and counts while the day on which it ended is one of the last.
        return Lasting(((None, context.as_of), (_first(context), context.as_of)))


class LongestGap(_Gap):
    """How long it was, in days; null for who has none."""

    kind: ClassVar[str] = "longest_gap"
    zh: ClassVar[str] = "最长间隔"
    unit: ClassVar[Unit] = "days"

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        return _longest(facts, context).select("customer_id", value="gap")


class Returned(_Gap):
    """The day on which it ended; null for who has none."""

    kind: ClassVar[str] = "returned"
    zh: ClassVar[str] = "返回日"
    unit: ClassVar[Unit] = "date"

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        return _longest(facts, context).select("customer_id", value="day")


def _first(context: Context) -> date:
    return context.as_of - timedelta(days=LATELY - 1)


def _longest(facts: FactTables, context: Context) -> Any:
    """customer_id, gap, day; both numbers come from one table."""
    return facts.once("longest_gaps", lambda: _longest_gaps(facts.orders, _first(context)))


def _longest_gaps(orders: ir.Table, first: date) -> ir.Table:
    bought: Any = orders.filter(orders.purchase)
    # Of what lies before the last year the last day is enough: all else of it is a gap that ended earlier.
    before = bought.filter(bought.day < first)
    last = before.group_by("customer_id").aggregate(day=before.day.max())
    days = bought.filter(bought.day >= first).select("customer_id", "day").distinct().union(last)
    own = ibis.window(group_by="customer_id", order_by="day")
    # The first day has no day before it: compared with itself, so that no engine's idea of a missing lag matters.
    earlier: Any = ibis.coalesce(days.day.lag().over(own), days.day)
    gaps = days.select("customer_id", gap=days.day.delta(earlier, unit="day").cast("int64"), ended=days.day)
    gaps = gaps.filter((gaps.gap > 0) & (gaps.ended >= first))
    # One number for both: the longer gap is the greater, and of equal ones the later.
    told = gaps.gap * _ROOM + gaps.ended.delta(ibis.literal(first), unit="day").cast("int64")
    most = gaps.group_by("customer_id").aggregate(most=told.max())
    return most.select("customer_id", gap=most.most // _ROOM, day=day_after(first, most.most % _ROOM))
