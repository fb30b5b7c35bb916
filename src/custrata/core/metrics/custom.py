"""A metric of the user's own: one SQL expression over the order headers or the order lines."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from ibis.common.annotations import SignatureValidationError, ValidationError
from ibis.common.exceptions import IbisError
from pydantic import field_validator

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import RATIO
from custrata.core.metrics.base import Context, FactTables, Metric, Unit, inside, metric
from custrata.core.sqlexpr import SqlError, build, check, column_names
from custrata.core.strict import Choice, option
from custrata.locale import Lang

#: What Ibis raises, from whichever of its layers, where types do not fit together.
_UNFIT = (SqlError, IbisError, ValidationError, SignatureValidationError, TypeError, AttributeError, ValueError)

_UNITS = {"金额": "money", "次数": "count", "天": "days", "比率": "ratio", "日期": "date", "文字": "text", "数": "number"}


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
    from_: Annotated[Literal["orders", "lines"], Choice({"单": "orders", "行": "lines"})] = option(
        "orders", key="来自", alias="from",
        zh="按单（orders）或按行（lines）汇总", en="over orders or over lines",
    )  # fmt: skip
    empty_value: float | int | str | None = option(
        None, key="无值", alias="empty",
        zh="窗口内没有记录时的值", en="value without any fact in the window",
    )  # fmt: skip
    unit_: Annotated[Unit, Choice(_UNITS)] = option("number", key="单位", alias="unit", zh="单位", en="unit", role="label")

    @field_validator("expression_text")
    @classmethod
    def _allowed(cls, value: str) -> str:
        try:
            check(value)
        except SqlError as error:
            raise ValueError(f"sql: {error.part}") from None
        return value

    def needs(self) -> tuple[str, ...]:
        return tuple(f"{self.from_}.{name}" for name in column_names(check(self.expression_text)) if name != "as_of")

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        rows = facts.lines if self.from_ == "lines" else facts.orders
        keep = inside(rows.day, self.window, context)
        rows = rows if keep is None else rows.filter(keep)
        try:
            value = self._typed(build(check(self.expression_text), rows, context.as_of))
            if self.empty_value is not None:
                value.fill_null(self.empty_value)
        except _UNFIT as error:
            values = {"expression": self.expression_text, "why": " ".join(str(error).split())[:200]}
            raise CustrataError(Problem("E-SCHEME-040", "", values)) from error
        return rows.group_by("customer_id").aggregate(value=value)

    def _typed(self, value: Any) -> Any:
        """The value as its unit wants it, so that classes can be made of it."""
        kind = value.type()
        if kind.is_boolean():
            value, kind = value.cast("int64"), dt.int64
        fits = {"date": kind.is_date(), "text": kind.is_string()}.get(self.unit_, kind.is_numeric())
        if not fits:
            raise ValueError(f"{kind}, unit: {self.unit_}")
        return value.round(9).try_cast(RATIO) if kind.is_floating() else value

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        return {**super().sentence_values(lang), "expression": self.expression_text}
