"""Rhythm: how far apart a customer's purchases lie and how regular they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir

from custrata.core.metrics.base import Base, Context, FactTables, Metric, Unit, both, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.metrics.membership import months_of_own_days
from custrata.core.metrics.monetary import ratio
from custrata.core.strict import Choice, option
from custrata.locale import Lang, text


@metric
class Interval(Metric):
    """Mean days between purchase days in the window: (last − first) ÷ (days with a purchase − 1); null below two."""

    kind: ClassVar[str] = "interval"
    zh: ClassVar[str] = "平均购买间隔"
    unit: ClassVar[Unit] = "days"

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        counted = both(orders.purchase, inside(orders, self.window, context))
        days: Any = orders.day
        span = days.max(where=counted).delta(days.min(where=counted), unit="day")
        return ratio(span, days.nunique(where=counted) - 1)

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class Stability(Metric):
    """How regularly a customer buys.

    `intervals`: coefficient of variation of the days between purchase days (0 is clockwork, 1 is chance; null below
    three purchase days). Source: Y. Zhang, E. T. Bradlow and D. S. Small, Capturing clumpiness, Marketing Science 32
    (2013), for the measure. `active months`: share of the calendar months in the window, from the first purchase on,
    in which the customer bought (0 to 1; null without a purchase).
    """

    kind: ClassVar[str] = "stability"
    zh: ClassVar[str] = "购买稳定性"
    short: ClassVar[str] = "of"
    base: ClassVar[Base] = "own"
    unit: ClassVar[Unit] = "ratio"

    of: Annotated[
        Literal["intervals", "active months"], Choice({"间隔": "intervals", "活跃月份": "active months"})
    ] = option(
        "intervals", key="口径",
        zh="间隔的变异系数（intervals）或活跃月份占比（active months）",
        en="variation of the intervals, or share of active months",
    )  # fmt: skip

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        orders = facts.orders
        counted = both(orders.purchase, inside(orders, self.window, context))
        bought = orders.filter(counted)
        if self.of == "active months":
            return _active_months(bought, self, context)
        return _variation(bought.select("customer_id", "day").distinct())

    def lasting(self, context: Context) -> Lasting:
        closed = self.closed(context)
        if self.of == "intervals":
            return closed
        if self.window.own:
            return replace(closed, clock=None if self.window.n else (context.as_of.year, context.as_of.month))
        # Every customer's months are counted up to the month of the as-of date, from that of the window on.
        months = tuple(None if day is None else (day.year, day.month) for day in self.bounds(context))
        return replace(closed, clock=months)

    def sentence(self, lang: Lang) -> str:
        key = "metrics.stability_months" if self.of == "active months" else "metrics.stability"
        return text(key, lang, **self.sentence_values(lang))


def _variation(days: ir.Table) -> ir.Table:
    own = ibis.window(group_by="customer_id", order_by="day")
    # The first day has no day before it: compared with itself, so that no engine's idea of a missing lag matters.
    before: Any = ibis.coalesce(days.day.lag().over(own), days.day)
    first: Any = days.day.min().over(ibis.window(group_by="customer_id"))
    gaps = days.mutate(gap=ibis.ifelse(days.day == first, 0, days.day.delta(before, unit="day")))
    sums = gaps.group_by("customer_id").aggregate(
        n=gaps.count() - 1, s=gaps.gap.cast("int64").sum(), q=(gaps.gap.cast("int64") * gaps.gap.cast("int64")).sum()
    )
    # √(n·Σg² − (Σg)²) ÷ Σg is the population deviation over the mean, exact up to the root.
    spread = (sums.n * sums.q - sums.s * sums.s).cast("float64").sqrt()
    return sums.filter(sums.n >= 2).select("customer_id", value=ratio(spread, sums.s))


def _active_months(bought: ir.Table, config: Stability, context: Context) -> ir.Table:
    """`bought` has the purchases in the window. Months are counted since the year 0."""
    window = config.window
    day: Any = bought.day
    month = day.year() * 12 + day.month()
    if window.own:
        bounds = dict(zip(("start", "end"), months_of_own_days(bought, window, context.as_of), strict=True))
    else:
        start, end = window.bounds(context.as_of)
        bounds = {} if start is None else {"start": ibis.literal(start.year * 12 + start.month)}
        bounds["end"] = ibis.literal(end.year * 12 + end.month)
    sums: Any = bought.group_by("customer_id").aggregate(active=month.nunique(), first=month.min(), **bounds)
    first = ibis.greatest(sums["first"], sums.start) if "start" in bounds else sums["first"]
    return sums.select("customer_id", value=ratio(sums.active, sums.end - first + 1))
