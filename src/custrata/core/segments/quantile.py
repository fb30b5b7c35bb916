"""Quantile: equal shares of the customers by rank of one number, with ties kept together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import ibis.expr.types as ir
from pydantic import field_validator, model_validator

from custrata.core.conditions.tree import plain
from custrata.core.cuts import cuts_below, parse_share, rank_of
from custrata.core.segments.base import AtRanks, Class, Fit, Params, Scope, Segment, Why, segment
from custrata.core.segments.narrow import extremes, narrowed
from custrata.core.segments.shown import cut_text, unit_of
from custrata.core.strict import option
from custrata.locale import Lang, text


class Cuts(Params):
    """`cuts` ascending, one for each share; `n` customers had a value."""

    cuts: tuple[Decimal, ...]
    n: int


def fit_cuts(table: ir.Table, columns: Mapping[str, Sequence[Fraction]]) -> Fit[Any]:
    """The quantile cuts of several columns at once: `cut k` is the smallest value with at least k of them at or below
    it (nulls aside). Returns column → (cuts, n)."""
    counts = (yield {**{name: table[name].count() for name in columns}, **extremes(table, columns)})[0]
    short = narrowed(table, columns, counts)
    asked = {
        name: AtRanks(short[name], [rank_of(s, counts[name]) for s in shares], counts[name])
        for name, shares in columns.items()
        if counts[name]
    }
    found = (yield asked)[0] if asked else {}
    return {name: (tuple(Decimal(str(v)) for v in found.get(name, ())), counts[name]) for name in columns}


@segment
class Quantile(Segment):
    """`groups: 5` gives scores 1 to 5 (5 is best); `classes: {高: top 10%, 中: 80%, 低: bottom 10%}` names the shares
    from best to worst.

    Score = 1 + number of cuts strictly below the value, turned round where low is good. With many equal values a group
    can be larger or smaller than its share, or empty: equal customers are never parted. Source: R. J. Hyndman and
    Y. Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996), definition 1.
    """

    kind: ClassVar[str] = "quantile"
    zh: ClassVar[str] = "分位"
    params_type: ClassVar[type[Params]] = Cuts

    metric: str = option(key="指标", zh="按哪个指标", en="the metric")
    groups: int | None = option(None, key="组数", ge=2, le=100, zh="等分的组数", en="number of equal groups")
    classes_: dict[str, Any] | None = option(
        None, key="类", alias="classes",
        zh="类 → 占客户的比例，从好到差", en="class → share of the customers, from best to worst",
        role="classes",
    )  # fmt: skip
    low_is_good: bool | None = option(
        None, key="越低越好",
        zh="数值越低越好；默认仅最近消费间隔如此", en="low values are good; by default so for recency only",
    )  # fmt: skip

    @field_validator("classes_", mode="before")
    @classmethod
    def _shares(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        words = ("top", "bottom", "middle", "前", "后", "中间")
        shares = {}
        for name, share in value.items():
            shown = str(share).strip()
            shown = next((shown[len(w) :].strip() for w in words if shown.lower().startswith(w)), shown)
            shares[str(name)] = parse_share(shown)
        total = sum(shares.values(), Decimal(0))
        if total != 1:
            raise ValueError(f"shares:{plain(total * 100)}")
        return shares

    @model_validator(mode="after")
    def _one_way(self) -> Quantile:
        if (self.groups is None) == (self.classes_ is None):
            raise ValueError("one_of:groups, classes")
        return self

    def inputs(self) -> tuple[str, ...]:
        return (self.metric,)

    def _low(self, scope: Scope) -> bool:
        return scope.low_is_good(self.metric) if self.low_is_good is None else self.low_is_good

    def _names(self) -> list[str]:
        return [str(g) for g in range(self.groups, 0, -1)] if self.groups else list(self.classes_ or {})

    def _shares_of(self, scope: Scope) -> list[Fraction]:
        """Cumulative shares at the cuts, from the lowest value up; as fractions, for no decimal is 8/9."""
        if self.groups:
            return [Fraction(i, self.groups) for i in range(1, self.groups)]
        sizes = list((self.classes_ or {}).values())
        if not self._low(scope):
            sizes.reverse()
        return [Fraction(sum(sizes[: i + 1], Decimal(0))) for i in range(len(sizes) - 1)]

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        return [Class(name, name, name) for name in self._names()]

    def fit(self, table: ir.Table, scope: Scope) -> Fit[Cuts]:
        found = yield from fit_cuts(table, {self.metric: self._shares_of(scope)})
        cuts, n = found[self.metric]
        return Cuts(cuts=cuts, n=n)

    def numbers(self, table: ir.Table, params: Cuts, scope: Scope) -> Mapping[str, Any]:
        below = cuts_below(table[self.metric], params.cuts)
        return {"score": len(self._names()) - below if self._low(scope) else below + 1}

    def assign(self, table: ir.Table, params: Cuts, scope: Scope) -> Any:
        classes = self.classes(params, scope)
        named = [(len(classes) - i, c.label(scope.lang)) for i, c in enumerate(classes)]
        return table[f"{scope.name}.score"].cases(*named, else_=self.missing_class().label(scope.lang))

    def sentences(self, params: Cuts, scope: Scope, lang: Lang) -> Mapping[str, str]:
        names = self._names()
        from_low = names if self._low(scope) else list(reversed(names))
        unit = unit_of(scope, self.metric)
        return interval_sentences(scope.called(self.metric, lang), from_low, params.cuts, lang, unit)

    def why(self, params: Cuts, scope: Scope) -> Why:
        return Why((self.metric,), {self.metric: list(params.cuts)})


def interval_sentences(
    metric: str, from_low: Sequence[str], cuts: Sequence[Decimal], lang: Lang, unit: str = ""
) -> dict[str, str]:
    """`a < metric ≤ b` for every group between ascending cuts; a group that equal cuts leave empty says so."""
    found = {}
    for i, name in enumerate(from_low):
        low = cuts[i - 1] if 0 < i <= len(cuts) else None
        high = cuts[i] if i < len(cuts) else None
        if low is not None and low == high:
            found[name] = text("segments.empty_group", lang, cut=cut_text(low, unit))
        elif low is None and high is None:
            found[name] = text("segments.everyone", lang)
        else:
            left = f"{cut_text(low, unit)} < " if low is not None else ""
            right = f" ≤ {cut_text(high, unit)}" if high is not None else ""
            found[name] = f"{left}{metric}{right}"
    return found
