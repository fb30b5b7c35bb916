"""Lifecycle: where a customer stands between the first purchase and the last, by the rhythm in which he buys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir
from pydantic import BeforeValidator, field_validator, model_validator

from custrata.core.conditions.tree import plain
from custrata.core.cuts import rank_of
from custrata.core.errors import Problem, Refusal
from custrata.core.metrics.base import Metric
from custrata.core.metrics.frequency import Frequency
from custrata.core.metrics.monetary import ratio
from custrata.core.metrics.recency import Recency, Tenure
from custrata.core.segments import lifecycle_words as words
from custrata.core.segments.base import AtRanks, Class, Fit, Params, Scope, Segment, Why, segment
from custrata.core.segments.lifecycle_days import (
    BOUNDS,
    FALLING,
    bounds,
    day_after,
    multiple,
    rhythm_of,
    times,
    within,
)
from custrata.core.segments.lifecycle_gaps import LongestGap, Returned
from custrata.core.segments.lifecycle_params import LifecycleParams
from custrata.core.strict import Choice, option
from custrata.locale import Lang

_STAGES = (
    Class("prospect", "潜在客户", "Prospect"), Class("new", "新客", "New"), Class("growing", "成长", "Growing"),
    Class("mature", "成熟", "Mature"), Class("won_back", "回流", "Won back"), Class("at_risk", "预警", "At risk"),
    Class("lapsed", "沉睡", "Lapsed"), Class("lost", "流失", "Lost"),
)  # fmt: skip
#: The rhythm where nobody has one, in days.
_ASSUMED = Decimal(30)
#: Fewer repeat buyers tell little of everybody's rhythm.
_FEW = 30
#: Where the data say from how many purchase days on a customer is mature: no fewer and no more than these.
_MATURE = (3, 12)
_QUARTERS = tuple(Fraction(i, 4) for i in (1, 2, 3))
Times = Annotated[float, BeforeValidator(times)]


@segment
class Lifecycle(Segment):
    """`{lifecycle: own}`: prospect, new, growing, mature, won back, at risk, lapsed or lost.

    A rhythm is the mean of the own gaps between purchase days and of `shrinkage` gaps (2) as long as everybody's;
    everybody's is the median of the repeat buyers' mean gaps, frozen by the fit. A gap of the last year in which he had
    lapsed does not belong to the rhythm. The first that holds: no purchase is a prospect; silence of `lost` (8),
    `lapsed` (4) or `at_risk` (2) rhythms, within `bounds` in days; back from such a gap for at most `won_back` (3)
    rhythms; one purchase day, or the first one less than `new` (1) rhythms ago; `mature` purchase days (`auto`: the
    median of repeat buyers, 3 to 12); all others grow. `{lifecycle: 30}` gives everybody a rhythm of 30 days.

    Columns `name.rhythm` (days), `name.at_risk_on`, `name.lapsed_on`, `name.lost_on` (the day on which he is, if he
    stays silent) and `name.next_on` (the next of them; null for prospects and the lost). Nobody is in the missing
    class. Source: the mean is that of a gamma–exponential model of gaps, A. S. C. Ehrenberg, Repeat-Buying (1988);
    A. Gelman and others, Bayesian Data Analysis (2013), section 2.6.
    """

    kind: ClassVar[str] = "lifecycle"
    zh: ClassVar[str] = "生命周期"
    short: ClassVar[str] = "rhythm"
    params_type: ClassVar[type[Params]] = LifecycleParams

    rhythm: Annotated[Literal["own"], Choice({"自身": "own"})] | int = option(
        "own", key="节奏",
        zh="自身（own）为每位客户自己的节奏；也可写所有人相同的天数",
        en="own is each customer's own rhythm; or a number of days for everybody",
    )  # fmt: skip
    at_risk: Times = option(2.0, key="预警", zh="沉默多少倍节奏起为预警", en="rhythms of silence until at risk")
    lapsed: Times = option(4.0, key="沉睡", zh="沉默多少倍节奏起为沉睡", en="rhythms of silence until lapsed")
    lost: Times = option(8.0, key="流失", zh="沉默多少倍节奏起为流失", en="rhythms of silence until lost")
    bounds: dict[str, Any] = option(
        dict(BOUNDS), key="天数",
        zh="预警、沉睡、流失 → [最少天数, 最多天数]", en="at_risk, lapsed, lost → [least days, most days]",
    )  # fmt: skip
    new: Times = option(
        1.0, key="新客", zh="首次购买后多少倍节奏内为新客", en="rhythms after the first purchase that one is new"
    )  # fmt: skip
    mature: Annotated[Literal["auto"], Choice({"自动": "auto"})] | int = option(
        "auto", key="成熟",
        zh="多少个购买日起为成熟；自动（auto）为复购客户的中位数，3 至 12",
        en="purchase days from which one is mature; auto is the median of repeat buyers, 3 to 12",
    )  # fmt: skip
    won_back: Times = option(
        3.0, key="回流", zh="回来后多少倍节奏内为回流", en="rhythms after coming back that one is won back"
    )  # fmt: skip
    shrinkage: Times = option(
        2.0, key="收缩",
        zh="所有人的节奏相当于几个自身间隔", en="how many own gaps everybody's rhythm counts for",
    )  # fmt: skip

    @field_validator("rhythm", "mature")
    @classmethod
    def _possible(cls, value: Any, info: Any) -> Any:
        low, high = (1, 3650) if info.field_name == "rhythm" else (2, 1000)
        if isinstance(value, int) and not low <= value <= high:
            raise ValueError(f"range:{value}:{low}:{high}")
        return value

    @field_validator("bounds", mode="before")
    @classmethod
    def _bounds(cls, value: Any) -> Any:
        return bounds(value) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Lifecycle:
        if not self.at_risk < self.lapsed < self.lost:
            raise Refusal("E-SCHEME-056", **{stage: f"{getattr(self, stage):g}" for stage in FALLING})
        return self

    def own_metrics(self) -> Mapping[str, Metric]:
        return {
            "days": Frequency(count="day"), "tenure": Tenure(), "silent": Recency(), "gap": LongestGap(),
            "returned": Returned(),
        }  # fmt: skip

    def builtin(self, params: LifecycleParams | None, scope: Scope) -> Sequence[Class]:
        return _STAGES

    def fit(self, table: ir.Table, scope: Scope) -> Fit[LifecycleParams]:
        t: Any = table
        days, tenure, silent = (t[f"{scope.name}.{c}"] for c in ("days", "tenure", "silent"))
        gap = ratio(tenure - silent, days - 1)
        n = int((yield {"n": gap.count()})[0]["n"] or 0)
        if not n:
            rhythm, quartiles, median = _ASSUMED, None, _MATURE[0]
        else:
            ranks = [rank_of(q, n) for q in _QUARTERS]
            repeated = ibis.ifelse(days > 1, days, ibis.null(days.type()))
            found = (yield {"gap": AtRanks(gap, ranks, n), "days": AtRanks(repeated, [ranks[1]], n)})[0]
            low, rhythm, high = (Decimal(str(v)) for v in found["gap"])
            quartiles, median = (low, high), int(found["days"][0])
        if isinstance(self.rhythm, int):
            rhythm = Decimal(self.rhythm)
        mature = self.mature if isinstance(self.mature, int) else max(_MATURE[0], min(_MATURE[1], median))
        return LifecycleParams(rhythm=rhythm, quartiles=quartiles, repeaters=n, mature=mature)

    def numbers(self, table: ir.Table, params: LifecycleParams, scope: Scope) -> Mapping[str, Any]:
        tenths, _ = self._rhythm(table, params, scope)
        silent: Any = table[f"{scope.name}.silent"]
        on = {f"{stage}_on": day_after(scope.as_of, self._until(stage, tenths) - silent) for stage in FALLING}
        ahead = [(day > scope.as_of, day) for day in on.values()]
        return {"rhythm": ratio(tenths, ibis.literal(10)), **on, "next_on": ibis.cases(*ahead)}

    def assign(self, table: ir.Table, params: LifecycleParams, scope: Scope) -> Any:
        t: Any = table
        label = {c.key: c.label(scope.lang) for c in self.classes(params, scope)}
        days, tenure, silent, returned = (t[f"{scope.name}.{c}"] for c in ("days", "tenure", "silent", "returned"))
        tenths, broke = self._rhythm(table, params, scope)
        since: Any = ibis.literal(scope.as_of).delta(returned, unit="day")
        # Who is back and buys no more is won back until he is at risk.
        back = ibis.greatest(multiple(tenths, self.won_back), self._until("at_risk", tenths))
        return ibis.cases(
            (silent.isnull(), label["prospect"]),
            *((silent >= self._until(stage, tenths), label[stage]) for stage in reversed(FALLING)),
            (broke & (since < back), label["won_back"]),
            ((days == 1) | (tenure < multiple(tenths, self.new)), label["new"]),
            (days >= params.mature, label["mature"]),
            else_=label["growing"],
        )

    def _rhythm(self, table: ir.Table, params: LifecycleParams, scope: Scope) -> tuple[Any, Any]:
        """The rhythm in tenths of a day (null of prospects), and whether the longest gap of late was a break in it."""
        t: Any = table
        days, tenure, silent, gap = (t[f"{scope.name}.{c}"] for c in ("days", "tenure", "silent", "gap"))
        span, gaps = tenure - silent, days - 1
        if isinstance(self.rhythm, int):
            usual = without = ibis.ifelse(silent.isnull(), ibis.null("int64"), ibis.literal(self.rhythm * 10, "int64"))
        else:
            usual = rhythm_of(span, gaps, params.rhythm, self.shrinkage)
            without = rhythm_of(span - gap, gaps - 1, params.rhythm, self.shrinkage)
        broke = (gap >= self._until("lapsed", without)).fill_null(False)
        return ibis.ifelse(broke, without, usual), broke

    def _until(self, stage: str, tenths: Any) -> Any:
        """Days of silence until a stage."""
        return within(multiple(tenths, getattr(self, stage)), self.bounds[stage])

    def days_until(self, stage: str, rhythm: Decimal) -> int:
        """Days of silence until a stage of who has this rhythm; the same in Python."""
        low, high = self.bounds[stage]
        days: int = min(max(multiple(int(rhythm * 10), getattr(self, stage)), low), high)
        return days

    def sentences(self, params: LifecycleParams, scope: Scope, lang: Lang) -> Mapping[str, str]:
        return words.rules(self, params, lang)

    def reason(self, c: Class | None, row: Mapping[str, Any], params: Any, scope: Scope, lang: Lang) -> str:
        return words.reason(self, c, row, params, scope, lang)

    def why(self, params: LifecycleParams, scope: Scope) -> Why:
        return Why(tuple(f"{scope.name}.{suffix}" for suffix in ("days", "silent", "rhythm", "next_on")), {})

    def notes(self, params: LifecycleParams, scope: Scope, place: str) -> Sequence[Problem]:
        """Nobody, or hardly anybody, has a rhythm: E-SCHEME-058 and 059."""
        if isinstance(self.rhythm, int) or params.repeaters >= _FEW:
            return ()
        if not params.repeaters:
            return [Problem("E-SCHEME-058", place, {"days": plain(params.rhythm)})]
        return [Problem("E-SCHEME-059", place, {"n": params.repeaters, "days": plain(round(params.rhythm, 1))})]
