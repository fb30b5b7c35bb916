"""Monetary value: what a customer paid, net of what went back to him, and what an order brings on average."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir

from custrata.core.errors import Fault
from custrata.core.facts.columns import RATIO, SUM
from custrata.core.metrics.base import Context, Metric, Unit, both, inside, inside_previous, metric
from custrata.core.metrics.lasting import Lasting


def net_in(orders: ir.Table, condition: Any) -> Any:
    """Net amount of the orders that meet a condition; 0 without any."""
    return orders.net.sum(where=condition).cast(SUM).fill_null(ibis.literal(0).cast(SUM))


def ratio(top: Any, bottom: Any) -> Any:
    """top ÷ bottom to nine decimals, null where bottom is not positive.

    A decimal, so that a cut that is found on one engine is the same number, to the last digit, on every other.
    """
    quotient = top.cast("float64") / ibis.ifelse(bottom > 0, bottom.cast("float64"), ibis.null("float64"))
    return quotient.round(9).cast(RATIO)


@metric
class Monetary(Metric):
    """Net spend in the window: paid amounts less refunds, without freight; 0 without orders, may be negative.

    Source: as for frequency.
    """

    kind: ClassVar[str] = "monetary"
    zh: ClassVar[str] = "消费金额"
    unit: ClassVar[Unit] = "money"
    empty: ClassVar[Any] = 0

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        return net_in(orders, inside(orders, self.window, context))

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class AverageOrderValue(Metric):
    """Net spend on purchases ÷ number of purchases in the window, to four decimals; null without a purchase."""

    kind: ClassVar[str] = "average_order_value"
    zh: ClassVar[str] = "客单价"
    unit: ClassVar[Unit] = "money"

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        counted = both(orders.purchase, inside(orders, self.window, context))
        by_day = context.count == "day"
        purchases = orders.day.nunique(where=counted) if by_day else orders.count(where=counted)
        return ratio(net_in(orders, counted), purchases).cast(SUM)

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class Growth(Metric):
    """(Net spend in the window − in the window before) ÷ in the window before; null where that was not positive.

    A calendar window that is not over yet is compared with as many days of the one before.
    """

    kind: ClassVar[str] = "growth"
    zh: ClassVar[str] = "增长率"
    unit: ClassVar[Unit] = "ratio"

    def model_post_init(self, _: Any) -> None:
        if self.window.unit == "lifetime":
            raise Fault("growth")

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        now = net_in(orders, inside(orders, self.window, context))
        before = net_in(orders, inside_previous(orders, self.window, context))
        return ratio(now - before, before)

    def lasting(self, context: Context) -> Lasting:
        if self.window.own:
            # The days of the year before that come in with a day of this one are as far back as a year is long.
            before = [(None, context.as_of - timedelta(days=n)) for n in (365, 366)]
            return Lasting(((None, context.as_of), *before))
        previous = self.window.previous(context.as_of)
        assert previous is not None
        return Lasting((self.bounds(context), previous))
