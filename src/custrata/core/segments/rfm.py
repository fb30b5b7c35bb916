"""RFM: recency, frequency and monetary value together, as 8 classes or 11 groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import field_validator, model_validator

from custrata.core.conditions.tree import plain
from custrata.core.cuts import above, below, cuts_below, mean_cut, parse_number, rank_of
from custrata.core.segments.base import (
    Among,
    Answer,
    Ask,
    AtRanks,
    Chart,
    Class,
    Fit,
    Params,
    Scope,
    Segment,
    Why,
    pick,
    segment,
)
from custrata.core.segments.narrow import extremes, narrowed
from custrata.core.segments.rfm_classes import EIGHT, ELEVEN, group_of
from custrata.core.segments.shown import cut_text, unit_of
from custrata.core.strict import Choice, option
from custrata.locale import Lang, text

_AXES = ("r", "f", "m")
_SPLITS = {"高于均值": "above mean", "高于中位数": "above median"}


class RfmParams(Params):
    """Per metric, in the order R, F, M: the cuts of its scores (ascending; none where raw values are used), and the
    value above (below, for R) which it is high. `n` customers had all three numbers."""

    scores: tuple[tuple[Decimal, ...], ...]
    high: tuple[Decimal | None, ...]
    n: int


@segment
class Rfm(Segment):
    """`rfm: [recency, orders, spend]`.

    Each number becomes high or low: against the mean (default) or the median of all customers who have the three
    numbers, or against fixed cuts (`high: {recency: 30, orders: 5, spend: 1万}`); strictly above, for recency strictly
    below. `of: scores` compares scores instead of raw values; scores come from `scores: 5` (quantiles) or from fixed
    cuts (`scores: {recency: [7, 30, 90, 180], …}`). The three bits make 8 classes; `groups: 11` maps the R score and
    the mean of the F and M scores to 11 groups instead. Sources: A. M. Hughes, Strategic Database Marketing (1994),
    for scores; the eight names are those in use in Chinese practice.
    """

    kind: ClassVar[str] = "rfm"
    zh: ClassVar[str] = "RFM"
    params_type: ClassVar[type[Params]] = RfmParams
    short: ClassVar[str] = "metrics"
    chart: ClassVar[Chart] = "rfm"
    default_missing: ClassVar[tuple[str, str]] = ("未消费", "No purchase")

    metrics: tuple[str, str, str] = option(
        key="指标",
        zh="三个指标：最近消费间隔、消费频次、消费金额", en="three metrics: recency, frequency, monetary",
    )  # fmt: skip
    high: Annotated[Literal["above mean", "above median"], Choice(_SPLITS)] | dict[str, Any] = option(
        "above mean", key="高",
        zh="高于均值（above mean）、中位数（above median），或每个指标的固定切点",
        en="above mean, above median, or a fixed cut for each metric",
    )  # fmt: skip
    scores: int | dict[str, Any] | None = option(
        None, key="得分",
        zh="分位得分的组数（如 5），或每个指标递增的固定切点",
        en="groups of quantile scores (5), or rising cuts by metric",
    )  # fmt: skip
    of: Annotated[Literal["values", "scores"], Choice({"数值": "values", "得分": "scores"})] = option(
        "values", key="比较",
        zh="高低按原值（values）还是得分（scores）判断", en="whether high and low compare raw values or scores",
    )  # fmt: skip
    groups: Literal[8, 11] = option(8, key="组数", zh="8 类或 11 组", en="8 classes or 11 groups")

    @field_validator("high", "scores", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {
            str(k): tuple(parse_number(x) for x in v) if isinstance(v, list | tuple) else parse_number(v)
            for k, v in value.items()
        }

    @model_validator(mode="after")
    def _complete(self) -> Rfm:
        for given in (self.high, self.scores):
            if isinstance(given, dict) and set(given) != set(self.metrics):
                raise ValueError("each_metric:" + ", ".join(self.metrics))
        if isinstance(self.high, dict) and any(isinstance(v, tuple) for v in self.high.values()):
            raise ValueError("each_metric:" + ", ".join(self.metrics))
        if isinstance(self.scores, dict):
            for cuts in self.scores.values():
                if not isinstance(cuts, tuple) or not cuts or list(cuts) != sorted(set(cuts)):
                    raise ValueError(f"rising:{cuts}")
        elif isinstance(self.scores, int) and not 2 <= self.scores <= 10:
            raise ValueError(f"range:{self.scores}:2:10")
        return self

    def inputs(self) -> tuple[str, ...]:
        return self.metrics

    @property
    def by_scores(self) -> bool:
        return self.of == "scores" or self.groups == 11

    @property
    def _has_scores(self) -> bool:
        """Also where nobody has the three numbers, so that a run's columns follow from its scheme alone."""
        return self.by_scores or self.scores is not None

    def _levels(self, axis: int) -> int:
        """Number of scores on an axis."""
        if isinstance(self.scores, dict):
            return len(self.scores[self.metrics[axis]]) + 1
        return self.scores or 5

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        return EIGHT if self.groups == 8 else ELEVEN

    def fit(self, table: ir.Table, scope: Scope) -> Fit[RfmParams]:
        complete = (
            table[self.metrics[0]].notnull() & table[self.metrics[1]].notnull() & table[self.metrics[2]].notnull()
        )
        sums = {f"s{i}": table[m].sum(where=complete) for i, m in enumerate(self.metrics)}
        row = (yield {"n": table.count(where=complete), **sums, **extremes(table, self.metrics)})[0]
        n, have = int(row["n"]), table.filter(complete)
        cuts: list[tuple[Decimal, ...]] = [(), (), ()]
        if isinstance(self.scores, dict):
            cuts = [tuple(self.scores[m]) for m in self.metrics]
        elif self._has_scores:
            shares = [Fraction(i, self._levels(0)) for i in range(1, self._levels(0))]
            ranks = [rank_of(s, n) for s in shares]
            short = have.select(**narrowed(have, self.metrics, row))
            cuts = yield from _at_ranks(short, self.metrics, ranks, n)
        if isinstance(self.high, dict):
            high = tuple(Decimal(self.high[m]) for m in self.metrics)
            return RfmParams(scores=tuple(cuts), high=high, n=n)
        if not n:
            return RfmParams(scores=tuple(cuts), high=(None, None, None), n=0)
        staged, columns = have, list(self.metrics)
        low = [True, False, False]
        if self.by_scores:
            columns = [f"__{a}" for a in _AXES]
            staged = have.select(**dict(zip(columns, self._score(have, cuts, scope), strict=True)))
            low = [False, False, False]
        if self.high == "above mean" and not self.by_scores:
            high = tuple(mean_cut(row[f"s{i}"], n, low_is_good=low[i]) for i in range(3))
        else:
            high = yield from self._split(staged, columns, low, n)
        return RfmParams(scores=tuple(cuts), high=high, n=n)

    def _split(self, t: ir.Table, columns: Sequence[str], low: Sequence[bool], n: int) -> Fit[Any]:
        """Mean or median of each column, rounded so that nobody changes sides."""
        if self.high == "above median":
            found = yield from _at_ranks(t, columns, [rank_of(Fraction(1, 2), n)], n)
            return tuple(f[0] for f in found)
        row = (yield t.aggregate(**{f"s{i}": t[c].sum() for i, c in enumerate(columns)}))[0]
        return tuple(mean_cut(row[f"s{i}"], n, low_is_good=low[i]) for i in range(3))

    def _score(self, table: ir.Table, cuts: Sequence[Sequence[Decimal]], scope: Scope) -> list[Any]:
        """1 … k on each axis, k best."""
        found = []
        for axis, m in enumerate(self.metrics):
            below = cuts_below(table[m], cuts[axis])
            found.append((len(cuts[axis]) + 1 - below) if axis == 0 else (below + 1))
        return found

    def _high(self, table: ir.Table, params: RfmParams, scope: Scope) -> list[Any]:
        """Whether each axis is high; null where a number is missing."""
        values = self._scored(table, scope) if self.by_scores else [table[m] for m in self.metrics]
        found: list[Any] = []
        for axis, (m, value, cut) in enumerate(zip(self.metrics, values, params.high, strict=True)):
            if cut is None:
                found.append(ibis.null(dt.boolean))
            elif isinstance(self.high, dict) and self.by_scores:
                # A fixed cut speaks of the number itself, so scores play no part in it.
                found.append(below(table[m], cut) if axis == 0 else above(table[m], cut))
            else:
                down = axis == 0 and not self.by_scores
                found.append(below(value, cut) if down else above(value, cut))
        return found

    def assign(self, table: ir.Table, params: RfmParams, scope: Scope) -> Any:
        classes, missing = self.classes(params, scope), self.missing_class()
        complete = (
            table[self.metrics[0]].notnull() & table[self.metrics[1]].notnull() & table[self.metrics[2]].notnull()
        )
        if self.groups == 11:
            r, f, m = self._scored(table, scope)
            key = group_of(r, f, m, [self._levels(i) for i in range(3)])
            return pick(ibis.ifelse(complete, key, ibis.null(dt.string)), classes, missing, scope.lang)
        # The three bits as a number: among many, an engine finds it faster than a text.
        r, f, m = (ibis.ifelse(h, 4 >> axis, 0) for axis, h in enumerate(self._high(table, params, scope)))
        labels = ((int(c.key, 2), c.label(scope.lang)) for c in classes)
        return ibis.ifelse(complete, r + f + m, ibis.null(dt.int8)).cases(*labels, else_=missing.label(scope.lang))

    def numbers(self, table: ir.Table, params: RfmParams, scope: Scope) -> Mapping[str, Any]:
        if not self._has_scores:
            return {}
        return dict(zip(_AXES, self._score(table, params.scores, scope), strict=True))

    def _scored(self, table: ir.Table, scope: Scope) -> list[Any]:
        """The columns that `numbers` made."""
        return [table[f"{scope.name}.{a}"] for a in _AXES]

    def sentences(self, params: RfmParams, scope: Scope, lang: Lang) -> Mapping[str, str]:
        if self.groups == 11:
            return {c.key: text(f"segments.rfm11.{c.key}", lang) for c in ELEVEN}
        found = {}
        for c in EIGHT:
            parts = []
            for axis, (m, bit) in enumerate(zip(self.metrics, c.key, strict=True)):
                parts.append(self._side(axis, m, bit == "1", params, scope, lang))
            found[c.key] = ("，" if lang == "zh" else ", ").join(parts)
        return found

    def _side(self, axis: int, metric: str, high: bool, params: RfmParams, scope: Scope, lang: Lang) -> str:
        cut = params.high[axis]
        scored = self.by_scores and not isinstance(self.high, dict)
        called = scope.called(metric, lang)
        name = text("segments.score_of", lang, metric=called) if scored else called
        down = axis == 0 and not scored
        sign = ("<" if high else "≥") if down else (">" if high else "≤")
        if isinstance(self.high, dict) and cut is not None:
            return f"{name} {sign} {plain(cut)}"
        unit, between = "" if scored else unit_of(scope, metric), self.high == "above mean"
        return f"{name} {sign} {cut_text(cut, unit, between=between, down=down)}"

    def why(self, params: RfmParams, scope: Scope) -> Why:
        cuts = {m: [c] for m, c in zip(self.metrics, params.high, strict=True)}
        if self.by_scores:
            cuts = {m: list(c) for m, c in zip(self.metrics, params.scores, strict=True)}
        scores = [f"{scope.name}.{a}" for a in _AXES] if self._has_scores else []
        return Why((*self.metrics, *scores), cuts, between=self.high == "above mean" and not self.by_scores)


def _at_ranks(t: ir.Table, columns: Sequence[str], ranks: Sequence[int], n: int) -> Any:
    """The values of each column at these ranks, ascending; empty tuples where there is nobody."""
    if not n:
        return [() for _ in columns]
    ask: Ask = Among(t, {f"q{i}": AtRanks(t[c], ranks, n) for i, c in enumerate(columns)})
    answer: Answer = yield ask
    return [tuple(Decimal(str(v)) for v in answer[0][f"q{i}"]) for i in range(len(columns))]


def round_for_people(value: Decimal) -> Decimal:
    """Four decimals are enough to read."""
    return round(value, 4)
