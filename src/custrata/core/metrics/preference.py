"""Preference: what share of a customer's spend goes to a category, brand, kind or channel, and which comes first."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import SUM
from custrata.core.metrics.base import Base, Context, FactTables, Metric, Unit, both, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.metrics.monetary import ratio
from custrata.core.strict import Choice, option
from custrata.locale import Lang

FIELD_NAMES = {"类别": "category", "品牌": "brand", "类型": "kind", "渠道": "channel", "商品": "product",
               "商品编号": "product_id"}  # fmt: skip
#: A column of the lines; the usual ones have a Chinese name as well.
FieldName = Annotated[str, Choice(FIELD_NAMES)]


def spend_by(facts: FactTables, config: Metric, context: Context, field: str) -> ir.Table:
    """customer_id, `word` (value of the field, '' where unknown), `spend`: net in the window, never below 0."""

    def summed() -> ir.Table:
        lines = facts.lines
        keep = inside(lines, config.window, context)
        lines = lines if keep is None else lines.filter(keep)
        word = lines[field].cast(dt.string).fill_null("")
        net = lines.amount - lines.refunded.abs().fill_null(0) if "refunded" in lines.columns else lines.amount
        grouped = lines.group_by(customer_id=lines.customer_id, word=word).aggregate(spend=net.sum().cast(SUM))
        return grouped.mutate(spend=ibis.greatest(grouped.spend, ibis.literal(0).cast(SUM)))

    return facts.once(f"spend_by_{field}_{config.window.unit}_{config.window.n}", summed)


class _ByField(Metric):
    base: ClassVar[Base] = "own"
    field: FieldName

    def needs(self) -> tuple[str, ...]:
        return (f"lines.{self.field}",)

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        shown = self.field
        if lang == "zh":
            shown = next((zh for zh, en in FIELD_NAMES.items() if en == self.field), self.field)
        return {**super().sentence_values(lang), "field": shown}


def _field() -> Any:
    return option(
        key="字段",
        zh="类别（category）、品牌（brand）、类型（kind）、渠道（channel）或单据的其他列",
        en="category, brand, kind, channel or another column of the lines",
    )


@metric
class Share(_ByField):
    """Share of net spend in the window that falls on one value of a field, 0 to 1; null without positive spend.

    A value whose refunds exceed its sales counts as 0, so shares never leave 0 to 1.
    """

    kind: ClassVar[str] = "share"
    zh: ClassVar[str] = "占比"
    short: ClassVar[str] = "field"
    unit: ClassVar[Unit] = "ratio"

    field: FieldName = _field()
    is_: str = option(key="等于", alias="is", zh="字段的取值", en="the value of the field")

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        by = spend_by(facts, self, context, self.field)
        sums = by.group_by("customer_id").aggregate(
            part=by.spend.sum(where=by.word == self.is_).fill_null(ibis.literal(0).cast(SUM)), whole=by.spend.sum()
        )
        return sums.select("customer_id", value=ratio(sums.part, sums.whole))

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        return {**super().sentence_values(lang), "is_": self.is_}


@metric
class Top(_ByField):
    """The value of a field on which the customer spends most in the window; the first in order of text where equal;
    null without positive spend on a known value."""

    kind: ClassVar[str] = "top"
    zh: ClassVar[str] = "首选"
    short: ClassVar[str] = "field"
    unit: ClassVar[Unit] = "text"

    field: FieldName = _field()

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        by = spend_by(facts, self, context, self.field)
        by = by.filter((by.spend > 0) & (by.word != ""))
        # No ties can occur: a customer has each word once.
        order = ibis.window(group_by="customer_id", order_by=[ibis.desc("spend"), ibis.asc("word")])
        ranked = by.mutate(place=ibis.row_number().over(order))
        return ranked.filter(ranked.place == 0).select("customer_id", value="word")


@metric
class TopShare(_ByField):
    """Share of net spend in the window that falls on the customer's first value of a field; null as for `top`."""

    kind: ClassVar[str] = "top_share"
    zh: ClassVar[str] = "首选占比"
    short: ClassVar[str] = "field"
    unit: ClassVar[Unit] = "ratio"

    field: FieldName = _field()

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        by = spend_by(facts, self, context, self.field)
        sums = by.group_by("customer_id").aggregate(
            top=by.spend.max(where=by.word != "").fill_null(ibis.literal(0).cast(SUM)), whole=by.spend.sum()
        )
        sums = sums.filter(sums.top > 0)
        return sums.select("customer_id", value=ratio(sums.top, sums.whole))


@metric
class Breadth(_ByField):
    """How many different products, categories or brands the customer bought in the window; 0 without purchases."""

    kind: ClassVar[str] = "breadth"
    zh: ClassVar[str] = "购买广度"
    short: ClassVar[str] = "field"
    unit: ClassVar[Unit] = "count"
    empty: ClassVar[Any] = 0

    field: FieldName = option(
        "product_id", key="字段",
        zh="商品编号（product_id）、类别、品牌等", en="product_id, category, brand …",
    )  # fmt: skip

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        lines = facts.lines
        keep = inside(lines, self.window, context)
        bought = both(~lines.is_return & lines.purchase, keep)
        counted = lines.group_by("customer_id").aggregate(value=lines[self.field].nunique(where=bought))
        return counted.select("customer_id", "value")
