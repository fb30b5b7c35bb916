"""Share (ABC): classes by contribution, from the largest customer down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from string import ascii_uppercase
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.conditions.tree import number, plain
from custrata.core.cuts import parse_share
from custrata.core.segments.base import Chart, Class, Fit, Params, Scope, Segment, Why, segment
from custrata.core.segments.cumulated import lowest_reached
from custrata.core.segments.narrow import HIGH, extremes, narrowed
from custrata.core.segments.shown import cut_text, unit_of
from custrata.core.strict import option
from custrata.locale import Lang, text


class ShareParams(Params):
    """`lowest[i]` is the lowest value of class i, for all classes but the last; null where nobody is in it."""

    lowest: tuple[Decimal | None, ...]
    total: Decimal


@segment
class Share(Segment):
    """`cuts: [70%, 90%]` makes A, B and C: who together bring the first 70 % of the total, the next 20 %, the rest.

    A customer belongs to the class in which the cumulative share before his value falls; equal values go together;
    values that are not positive go to the last class. Source: H. F. Dickie, ABC inventory analysis shoots for dollars
    not pennies, Factory Management and Maintenance 109 (1951); the convention for the customer who straddles a cut
    (he belongs to the upper class) is stated here because sources differ.
    """

    kind: ClassVar[str] = "share"
    zh: ClassVar[str] = "贡献"
    params_type: ClassVar[type[Params]] = ShareParams
    chart: ClassVar[Chart] = "concentration"

    metric: str = option(key="指标", zh="按哪个指标的贡献", en="the metric whose total is shared out")
    cuts: tuple[Decimal, ...] = option(
        (Decimal("0.7"), Decimal("0.9")), key="切点", min_length=1, max_length=25,
        zh="累计占比的切点，递增", en="cumulative shares at which a class ends, rising",
    )  # fmt: skip

    @field_validator("cuts", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            value = [value]
        cuts = tuple(parse_share(v) for v in value)
        if list(cuts) != sorted(set(cuts)):
            raise ValueError("rising:" + ", ".join(str(v) for v in value))
        return cuts

    def inputs(self) -> tuple[str, ...]:
        return (self.metric,)

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        letters = ascii_uppercase[: len(self.cuts) + 1]
        return [
            Class(c, text("segments.share_class", "zh", c=c), text("segments.share_class", "en", c=c)) for c in letters
        ]

    def fit(self, table: ir.Table, scope: Scope) -> Fit[ShareParams]:
        value, name = table[self.metric], scope.name
        positive = value > 0
        asked = {"total": value.sum(where=positive), "n": value.count(where=positive), **extremes(table, [self.metric])}
        told = (yield {f"{name}_{key}": ask for key, ask in asked.items()})[0]
        told = {key: told[f"{name}_{key}"] for key in asked}
        if not told["total"]:
            return ShareParams(lowest=tuple(None for _ in self.cuts), total=Decimal(0))
        total, most = Decimal(str(told["total"])), Decimal(str(told[HIGH + self.metric]))
        short = narrowed(table, [self.metric], told)[self.metric]
        values = table.filter(positive).select(value=short)
        limits = [total * cut for cut in self.cuts]
        found = yield from lowest_reached(values, limits, most, told["n"])
        # A customer so large that he ends a class in which he does not begin leaves that class empty.
        lowest = tuple(low if i == 0 or low != found[i - 1] else None for i, low in enumerate(found))
        return ShareParams(lowest=lowest, total=total)

    def assign(self, table: ir.Table, params: ShareParams, scope: Scope) -> Any:
        value = table[self.metric]
        labels = [c.label(scope.lang) for c in self.classes(params, scope)]
        branches: list[Any] = [(value.isnull(), ibis.literal(self.missing_class().label(scope.lang)))]
        for label, low in zip(labels, params.lowest, strict=False):
            if low is not None:
                branches.append((value >= number(low), ibis.literal(label)))
        return ibis.cases(*branches, else_=ibis.literal(labels[-1]))

    def sentences(self, params: ShareParams, scope: Scope, lang: Lang) -> Mapping[str, str]:
        found = {}
        metric = scope.called(self.metric, lang)
        told = partial(cut_text, unit=unit_of(scope, self.metric))
        edges = [Decimal(0), *self.cuts, Decimal(1)]
        upper: Decimal | None = None
        for i, c in enumerate(ascii_uppercase[: len(self.cuts) + 1]):
            low = params.lowest[i] if i < len(params.lowest) else None
            span = {"low": f"{plain(edges[i] * 100)}%", "high": f"{plain(edges[i + 1] * 100)}%", "metric": metric}
            if i == len(self.cuts):
                found[c] = text("segments.share_last", lang, **span, upper=told(upper) if upper is not None else "0")
            elif low is None:
                found[c] = text("segments.share_empty", lang, **span)
            else:
                found[c] = text("segments.share", lang, **span, value=told(low))
            upper = low if low is not None else upper
        return found

    def why(self, params: ShareParams, scope: Scope) -> Why:
        return Why((self.metric,), {self.metric: list(params.lowest)})
