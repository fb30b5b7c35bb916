"""Preference: products, services or both; or the category, brand or channel a customer leans to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import BeforeValidator

from custrata.core.conditions.tree import number, plain
from custrata.core.cuts import parse_share
from custrata.core.metrics.base import Metric
from custrata.core.metrics.preference import FieldName, Share, Top, TopShare
from custrata.core.segments.base import Chart, Class, Fit, Params, Scope, Segment, Why, found_in_data, segment
from custrata.core.strict import WindowText, option
from custrata.core.windows import LIFETIME
from custrata.locale import Lang, text

ShareText = Annotated[Decimal, BeforeValidator(parse_share)]
_KINDS = {"product": ("产品偏好", "Products"), "service": ("服务偏好", "Services"), "both": ("综合偏好", "Both")}


class Words(Params):
    """The values that are somebody's preference, the commonest first."""

    words: tuple[str, ...]


@segment
class Preference(Segment):
    """`preference: kind` tells products, services and both apart: the one with at least 60 % of the net spend, else
    both. `preference: category` (brand, channel, product …) gives the value with at least that share, else `mixed`.

    Shares are of net spend in the window; customers without positive spend go to the missing class.
    """

    kind: ClassVar[str] = "preference"
    zh: ClassVar[str] = "偏好"
    params_type: ClassVar[type[Params]] = Words
    chart: ClassVar[Chart] = "preference"
    short: ClassVar[str] = "field"
    default_missing: ClassVar[tuple[str, str]] = ("无偏好", "No preference")

    field: FieldName = option(
        key="字段",
        zh="kind（商品或服务）、category、brand、channel 或单据的其他列",
        en="kind (product or service), category, brand, channel or another column of the lines",
    )  # fmt: skip
    at_least: ShareText = option(
        Decimal("0.6"), key="至少",
        zh="算作偏好的最低占比", en="share from which it is a preference",
    )  # fmt: skip
    window: WindowText = option(LIFETIME, key="窗口", zh="时间窗口；默认全部", en="window of time; lifetime by default")

    def own_metrics(self) -> Mapping[str, Metric]:
        if self.field == "kind":
            return {
                "product": Share(field="kind", is_="product", window=self.window),
                "service": Share(field="kind", is_="service", window=self.window),
            }
        return {
            "top": Top(field=self.field, window=self.window),
            "share": TopShare(field=self.field, window=self.window),
        }

    def open_ended(self, scope: Scope) -> bool:
        return self.field != "kind"

    def builtin(self, params: Words, scope: Scope) -> Sequence[Class]:
        if self.field == "kind":
            return [Class(key, *names) for key, names in _KINDS.items()]
        mixed = Class("mixed", text("segments.mixed", "zh"), text("segments.mixed", "en"))
        return [*found_in_data(params.words if params else (), [mixed, self.missing_class()]), mixed]

    def fit(self, table: ir.Table, scope: Scope) -> Fit[Words]:
        if self.field == "kind":
            return Words(words=())
        top, share = table[f"{scope.name}.top"], table[f"{scope.name}.share"]
        leaning = table.filter(share >= number(self.at_least)).select(word=top)
        counts = leaning.group_by("word").aggregate(n=leaning.count())
        rows = yield counts.order_by([ibis.desc("n"), ibis.asc("word")])
        return Words(words=tuple(str(r["word"]) for r in rows))

    def assign(self, table: ir.Table, params: Words, scope: Scope) -> Any:
        limit, missing = number(self.at_least), self.missing_class().label(scope.lang)
        labels = {c.key: c.label(scope.lang) for c in self.classes(params, scope)}
        if self.field == "kind":
            product, service = table[f"{scope.name}.product"], table[f"{scope.name}.service"]
            return ibis.cases(
                (product.isnull(), missing),
                ((product >= limit) & (product >= service), labels["product"]),
                (service >= limit, labels["service"]),
                ((product == 0) & (service == 0), missing),
                else_=labels["both"],
            )
        top, share = table[f"{scope.name}.top"], table[f"{scope.name}.share"]
        called = [c.label(scope.lang) for c in self.classes(params, scope)]
        named = [(top == word, label) for word, label in zip(params.words, called, strict=False) if word != label]
        word = ibis.cases(*named, else_=top) if named else top
        return ibis.cases((top.isnull(), missing), (share >= limit, word), else_=labels["mixed"])

    def sentences(self, params: Words, scope: Scope, lang: Lang) -> Mapping[str, str]:
        share = f"{plain(self.at_least * 100)}%"
        if self.field == "kind":
            return {key: text(f"segments.prefers_{key}", lang, share=share) for key in _KINDS}
        classes = zip(self.builtin(params, scope), params.words, strict=False)
        found = {c.key: text("segments.prefers", lang, share=share, word=w) for c, w in classes}
        return {**found, "mixed": text("segments.prefers_mixed", lang, share=share)}

    def why(self, params: Any, scope: Scope) -> Why:
        own = [f"{scope.name}.{suffix}" for suffix in self.own_metrics()]
        shares = [n for n, m in zip(own, self.own_metrics().values(), strict=True) if m.unit == "ratio"]
        return Why(own, {n: [self.at_least] for n in shares})
