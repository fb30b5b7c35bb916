"""A metric of the user's own: one SQL expression over the order headers or the order lines."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.facts.columns import RATIO
from custrata.core.metrics.base import Context, FactTables, Metric, Unit, inside, metric
from custrata.core.sqlexpr import SqlError, build, check, column_names
from custrata.core.strict import option
from custrata.locale import Lang


@metric
class Sql(Metric):
    """An expression of aggregates and scalar functions from a list, over one customer's orders or lines in the window.

    Columns of `orders`: order_id, day, purchase, gross, refunded, net, lines, discount, quantity, returned_quantity,
    channel; of `lines`: order_id, day, amount, is_return, purchase, quantity, discount, product_id, category, brand,
    kind, channel and what else the source maps; the last seven as far as the source has them. `as_of` is the as-of
    date. Null without any fact in the window, unless `empty` says otherwise.
    """

    kind: ClassVar[str] = "sql"
    zh: ClassVar[str] = "公式"
    short: ClassVar[str] = "expression_text"
    base: ClassVar[Literal["orders", "own"]] = "own"

    expression_text: str = option(key="表达式", alias="expression", zh="SQL 表达式", en="the SQL expression")
    from_: Literal["orders", "lines", "单", "行"] = option(
        "orders", key="来自", alias="from",
        zh="按单（orders）或按行（lines）汇总", en="over orders or over lines",
    )  # fmt: skip
    empty_value: float | int | str | None = option(
        None, key="无值", alias="empty",
        zh="窗口内没有记录时的值", en="value without any fact in the window",
    )  # fmt: skip
    unit_: Unit = option("number", key="单位", alias="unit", zh="单位", en="unit")

    @field_validator("expression_text")
    @classmethod
    def _allowed(cls, value: str) -> str:
        try:
            check(value)
        except SqlError as error:
            raise ValueError(f"sql: {error.part}") from None
        return value

    def needs(self) -> tuple[str, ...]:
        base = "lines" if self.from_ in ("lines", "行") else "orders"
        return tuple(f"{base}.{name}" for name in column_names(check(self.expression_text)) if name != "as_of")

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        rows = facts.lines if self.from_ in ("lines", "行") else facts.orders
        keep = inside(rows.day, self.window, context)
        rows = rows if keep is None else rows.filter(keep)
        value: Any = build(check(self.expression_text), rows, context.as_of)
        if value.type().is_floating():
            value = value.round(9).try_cast(RATIO)
        return rows.group_by("customer_id").aggregate(value=value)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        return {**super().sentence_values(lang), "expression": self.expression_text}
