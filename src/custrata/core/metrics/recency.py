"""Recency: how long ago a customer last bought, and when he first and last did."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir

from custrata.core.metrics.base import Context, Metric, Unit, both, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.strict import Choice, option
from custrata.locale import Lang


@metric
class Recency(Metric):
    """Days (or whole weeks) from the last purchase in the window to the as-of date; 0 is today, null without one.

    Source: J. R. Bult and T. Wansbeek, Optimal selection for direct mail, Marketing Science 14 (1995).
    """

    kind: ClassVar[str] = "recency"
    zh: ClassVar[str] = "最近消费间隔"
    short: ClassVar[str] = "in_"
    unit: ClassVar[Unit] = "days"
    low_is_good: ClassVar[bool] = True

    in_: Annotated[Literal["days", "weeks"], Choice({"天": "days", "周": "weeks"})] = option(
        "days", key="单位", alias="in",
        zh="单位：天或整周", en="unit: days, or whole weeks",
    )  # fmt: skip

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        last: Any = orders.day.max(where=both(orders.purchase, inside(orders, self.window, context)))
        days = ibis.literal(context.as_of).delta(last, unit="day")
        return days // 7 if self.in_ == "weeks" else days

    def lasting(self, context: Context) -> Lasting:
        # How far into its week a number of weeks is cannot be told from it.
        weeks = self.in_ == "weeks"
        return replace(self.closed(context), ages=not weeks, clock=context.as_of if weeks else None)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        weeks = self.in_ == "weeks"
        unit = ("周" if weeks else "天") if lang == "zh" else ("Weeks" if weeks else "Days")
        return {**super().sentence_values(lang), "unit": unit}


@metric
class LastPurchase(Metric):
    """Date of the last purchase in the window; null without one."""

    kind: ClassVar[str] = "last_purchase"
    zh: ClassVar[str] = "最近购买日"
    unit: ClassVar[Unit] = "date"

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        return orders.day.max(where=both(orders.purchase, inside(orders, self.window, context)))

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class FirstPurchase(Metric):
    """Date of the first purchase in the window; null without one."""

    kind: ClassVar[str] = "first_purchase"
    zh: ClassVar[str] = "首次购买日"
    unit: ClassVar[Unit] = "date"

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        return orders.day.min(where=both(orders.purchase, inside(orders, self.window, context)))

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class Tenure(Metric):
    """Days from the first purchase in the window to the as-of date; null without one."""

    kind: ClassVar[str] = "tenure"
    zh: ClassVar[str] = "客龄"
    unit: ClassVar[Unit] = "days"

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        first: Any = orders.day.min(where=both(orders.purchase, inside(orders, self.window, context)))
        return ibis.literal(context.as_of).delta(first, unit="day")

    def lasting(self, context: Context) -> Lasting:
        return replace(self.closed(context), ages=True)
