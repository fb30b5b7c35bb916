"""Quantity, returns and discounts: how much was bought, how much came back, how much of the price was given away."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir

from custrata.core.facts.columns import SUM
from custrata.core.metrics.base import Context, Metric, Unit, both, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.metrics.monetary import ratio
from custrata.core.strict import Choice, option


def _sum(column: Any, condition: Any) -> Any:
    return column.sum(where=condition).cast(SUM).fill_null(ibis.literal(0).cast(SUM))


@metric
class Quantity(Metric):
    """Units bought less units returned in the window; 0 without orders."""

    kind: ClassVar[str] = "quantity"
    zh: ClassVar[str] = "购买数量"
    unit: ClassVar[Unit] = "number"
    empty: ClassVar[Any] = 0

    def needs(self) -> tuple[str, ...]:
        return ("orders.quantity",)

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        counted = inside(orders, self.window, context)
        return _sum(orders.quantity, counted) - _sum(orders.returned_quantity, counted)

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class ReturnRate(Metric):
    """Share of the gross amount (or of the orders) in the window that came back, 0 to 1 and more where refunds
    exceed sales; null without sales."""

    kind: ClassVar[str] = "return_rate"
    zh: ClassVar[str] = "退货率"
    unit: ClassVar[Unit] = "ratio"

    of: Annotated[Literal["amount", "orders"], Choice({"金额": "amount", "单数": "orders"})] = option(
        "amount", key="口径",
        zh="按金额或按单数（有退货的单）", en="by amount, or by orders with a return",
    )  # fmt: skip

    def needs(self) -> tuple[str, ...]:
        return ("orders.gross", "orders.refunded")

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        counted = inside(orders, self.window, context)
        if self.of == "orders":
            sold = both(orders.gross > 0, counted)
            return ratio(orders.count(where=sold & (orders.refunded > 0)), orders.count(where=sold))
        return ratio(_sum(orders.refunded, counted), _sum(orders.gross, counted))

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)


@metric
class DiscountShare(Metric):
    """Discount ÷ price before discount in the window, 0 to 1; null without sales."""

    kind: ClassVar[str] = "discount_share"
    zh: ClassVar[str] = "折扣占比"
    unit: ClassVar[Unit] = "ratio"

    def needs(self) -> tuple[str, ...]:
        return ("orders.discount", "orders.gross")

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        counted = inside(orders, self.window, context)
        given = _sum(orders.discount, counted)
        return ratio(given, given + _sum(orders.gross, counted))

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)
