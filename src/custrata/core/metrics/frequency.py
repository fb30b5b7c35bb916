"""Frequency: how many purchases a customer made."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import ibis.expr.types as ir

from custrata.core.metrics.base import Context, Metric, Unit, both, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.strict import Choice, option


@metric
class Frequency(Metric):
    """Purchases in the window: orders that count and are not fully refunded, or days with such an order; 0 without.

    Source: P. S. Fader, B. G. S. Hardie and K. L. Lee, RFM and CLV, Journal of Marketing Research 42 (2005).
    """

    kind: ClassVar[str] = "frequency"
    zh: ClassVar[str] = "消费频次"
    unit: ClassVar[Unit] = "count"
    empty: ClassVar[Any] = 0

    count: Annotated[Literal["order", "day"], Choice({"单": "order", "天": "day"})] | None = option(
        None, key="计数",
        zh="按单（order）或按天（day）计；默认随方案", en="count orders or days; the scheme's rule by default",
    )  # fmt: skip

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        counted = both(orders.purchase, inside(orders, self.window, context))
        by_day = (self.count or context.count) == "day"
        return orders.day.nunique(where=counted) if by_day else orders.count(where=counted)

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)
