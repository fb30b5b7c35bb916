"""Customer pyramid: value layers from a thin top to a broad base, by share of the buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from math import ceil
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.conditions.tree import number, plain
from custrata.core.cuts import parse_share
from custrata.core.segments.base import Among, AtRanks, Chart, Class, Fit, Params, Scope, Segment, Why, segment
from custrata.core.segments.shown import cut_text, unit_of
from custrata.core.strict import option
from custrata.locale import Lang, text

_LAYERS = {
    "top": ("顶层客户", "Top", Decimal("0.01")),
    "large": ("大客户", "Large", Decimal("0.04")),
    "medium": ("中客户", "Medium", Decimal("0.15")),
    "small": ("小客户", "Small", Decimal("0.80")),
}


class PyramidParams(Params):
    """`lowest[i]` is the lowest value of layer i, for all layers but the last; null where there are no buyers."""

    lowest: tuple[Decimal | None, ...]
    n: int


@segment
class Pyramid(Segment):
    """Layers by share of the customers with a positive value: by default the top 1 %, the next 4 %, the next 15 %,
    the other 80 %; then the inactive ones, whose value is not positive.

    A customer belongs to the layer in which the share of buyers with a higher value falls, so the top is never empty
    while anybody buys, and equal values go together. Source: J. Curry and A. Curry, The Customer Marketing Method
    (2000).
    """

    kind: ClassVar[str] = "pyramid"
    zh: ClassVar[str] = "金字塔"
    params_type: ClassVar[type[Params]] = PyramidParams
    chart: ClassVar[Chart] = "pyramid"

    metric: str = option(key="指标", zh="按哪个指标", en="the metric")
    layers: dict[str, Any] = option(
        {key: share for key, (_, _, share) in _LAYERS.items()}, key="层", min_length=2,
        zh="层 → 占有消费客户的比例，从顶到底", en="layer → share of the customers with a value, from top to base",
        role="classes",
    )  # fmt: skip
    inactive: str = option(
        "inactive", key="不活跃层",
        zh="数值不为正的客户所在的层", en="layer of the customers whose value is not positive",
        role="label",
    )  # fmt: skip

    @field_validator("layers", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        shares = {str(k): parse_share(v) for k, v in value.items()}
        total = sum(shares.values(), Decimal(0))
        if total != 1:
            raise ValueError(f"shares:{plain(total * 100)}")
        return shares

    def inputs(self) -> tuple[str, ...]:
        return (self.metric,)

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        known = {key: Class(key, zh, en) for key, (zh, en, _) in _LAYERS.items()}
        known["inactive"] = Class("inactive", text("segments.inactive", "zh"), text("segments.inactive", "en"))
        return [known.get(key, Class(key, key, key)) for key in [*self.layers, self.inactive]]

    def fit(self, table: ir.Table, scope: Scope) -> Fit[PyramidParams]:
        value = table[self.metric]
        n = int((yield {f"{scope.name}_n": (value > 0).sum()})[0][f"{scope.name}_n"] or 0)
        shares = list(self.layers.values())[:-1]
        if not n:
            return PyramidParams(lowest=tuple(None for _ in shares), n=0)
        ranks, reached = [], Decimal(0)
        for share in shares:
            reached += share
            ranks.append(n - ceil(reached * n) + 1)
        positive = ibis.ifelse(value > 0, value, ibis.null(value.type()))
        place = {rank: i for i, rank in enumerate(sorted(ranks))}
        staged = table.select(value=positive)
        row = yield Among(staged, {"at": AtRanks(staged.value, sorted(ranks), n)})
        found = row[0]["at"]
        return PyramidParams(lowest=tuple(Decimal(str(found[place[r]])) for r in ranks), n=n)

    def assign(self, table: ir.Table, params: PyramidParams, scope: Scope) -> Any:
        value = table[self.metric]
        labels = [c.label(scope.lang) for c in self.classes(params, scope)]
        branches: list[Any] = [
            (value.isnull(), ibis.literal(self.missing_class().label(scope.lang))),
            (value <= 0, ibis.literal(labels[-1])),
        ]
        for label, low in zip(labels, params.lowest, strict=False):
            if low is not None:
                branches.append((value >= number(low), ibis.literal(label)))
        return ibis.cases(*branches, else_=ibis.literal(labels[-2]))

    def sentences(self, params: PyramidParams, scope: Scope, lang: Lang) -> Mapping[str, str]:
        found, upper = {}, None
        metric, told = scope.called(self.metric, lang), partial(cut_text, unit=unit_of(scope, self.metric))
        for i, (key, share) in enumerate(self.layers.items()):
            low = params.lowest[i] if i < len(params.lowest) else None
            shown = f"{plain(share * 100)}%"
            if low is not None:
                found[key] = text("segments.layer", lang, metric=metric, value=told(low), share=shown)
            else:
                found[key] = text("segments.layer_last", lang, metric=metric, share=shown,
                                  upper=told(upper))  # fmt: skip
            upper = low if low is not None else upper
        found[self.inactive] = f"{metric} ≤ 0"
        return found

    def why(self, params: PyramidParams, scope: Scope) -> Why:
        return Why((self.metric,), {self.metric: list(params.lowest)})
