"""A metric of the user's own: one SQL expression over the order headers, order lines or interactions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir
from pydantic import model_validator

from custrata.core import arithmetic
from custrata.core.cuts import parse_number
from custrata.core.metrics.base import Base, Context, FactTables, Metric, Unit, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.sql import Expression, SqlError, check
from custrata.core.strict import Choice, option
from custrata.locale import Lang

_UNITS = {
    "金额": "money", "次数": "count", "天": "days", "比率": "ratio", "日期": "date", "文字": "text", "数": "number",
}  # fmt: skip


@metric
class Sql(Metric):
    """An expression of aggregates and scalar functions from a list, over one customer's orders, lines or interactions
    in the window.

    Columns of `orders`: order_id, day, purchase, gross, refunded, net, lines, discount, quantity, returned_quantity,
    channel; of `lines`: order_id, day, amount, is_return, purchase, quantity, discount, product_id, category, brand,
    kind, channel and what else the source maps; the last seven as far as the source has them; of `interactions`: day,
    kind, and as far as the sources have them id, closed_at, open, status, value, product_id and what else they map.
    `as_of` is the as-of date. Null without any fact in the window, unless `empty` says otherwise; null where a number
    would have more than 15 digits before the point. Fractions are rounded to nine decimals.
    """

    kind: ClassVar[str] = "sql"
    zh: ClassVar[str] = "公式"
    short: ClassVar[str] = "expression_text"
    base: ClassVar[Base] = "own"

    expression_text: str = option(key="表达式", alias="expression", zh="SQL 表达式", en="the SQL expression")
    from_: Annotated[
        Literal["orders", "lines", "interactions"], Choice({"单": "orders", "行": "lines", "互动": "interactions"})
    ] = option(
        "orders", key="来自", alias="from",
        zh="按单（orders）、按行（lines）或按互动（interactions）汇总", en="over orders, lines or interactions",
    )  # fmt: skip
    empty_value: float | int | str | None = option(
        None, key="无值", alias="empty",
        zh="窗口内没有记录时的值", en="value without any fact in the window",
    )  # fmt: skip
    unit_: Annotated[Unit, Choice(_UNITS)] = option("number", key="单位", alias="unit", zh="单位", en="unit")

    @model_validator(mode="after")
    def _computable(self) -> Sql:
        kind = self._expression().kind
        result = "number" if kind == "truth" else kind
        wanted = self.unit_ if self.unit_ in ("date", "text") else "number"
        if result != wanted:
            raise SqlError("unit", self.expression_text, kind, wanted, unit=self.unit_, fit=result)
        if self.empty_value is not None and self._empty() is None:
            raise SqlError("empty", self.expression_text, kind, value=self.empty_value)
        return self

    def _expression(self) -> Expression:
        return check(self.expression_text, self.from_)

    def _empty(self) -> str | date | Decimal | None:
        """`empty` as a value of the unit; null where it is none."""
        given = self.empty_value
        if given is None or self.unit_ == "text":
            return None if given is None else str(given)
        try:
            if self.unit_ == "date":
                return date.fromisoformat(str(given))
            value = parse_number(given)
        except ValueError:
            return None
        return value if arithmetic.shape_of(value).places <= arithmetic.PLACES else None

    def _type(self) -> Any:
        empty = self._empty()
        return self._expression().type(*([arithmetic.shape_of(empty)] if isinstance(empty, Decimal) else []))

    def without_facts(self) -> Any:
        empty = self._empty()
        return None if empty is None else ibis.literal(empty, type=self._type())

    def needs(self) -> tuple[str, ...]:
        found = tuple(f"{self.from_}.{name}" for name in self._expression().columns)
        return found if self.from_ != "interactions" else ("interactions.day", *found)

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        tables = {"orders": facts.orders, "lines": facts.lines, "interactions": facts.interactions}
        rows = tables[self.from_]
        assert rows is not None
        keep = inside(rows, self.window, context)
        rows = rows if keep is None else rows.filter(keep)
        value = self._expression().value(rows, context.as_of).cast(self._type())
        return rows.group_by("customer_id").aggregate(value=value)

    def lasting(self, context: Context) -> Lasting:
        dated = re.search(r"\bas_of\b", self.expression_text, re.IGNORECASE)
        return replace(self.closed(context), clock=context.as_of if dated else None)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        return {**super().sentence_values(lang), "expression": self.expression_text}
