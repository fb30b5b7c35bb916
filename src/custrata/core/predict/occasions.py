"""On which weekday and at which hour customers buy: each one's own shares, drawn towards those of his like.

A customer's purchases fall on the days of a week (the hours of a day) with shares of his own, which lie around those of
his like (everybody, or who is in the same class) as a Dirichlet distribution; how closely is fitted to all customers by
maximum marginal likelihood. Who has bought little is expected to be like the others, who has bought much like himself.
Source: J. E. Mosimann, On the compound multinomial distribution, Biometrika 49 (1962).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from custrata.core.facts.columns import RATIO
from custrata.core.facts.parse import LocalTime
from custrata.core.predict.occasions_fit import Cells, fit_habits

#: A time with an hour and minutes, somewhere in a text; with a full-width colon or the Chinese words, too.
_TIME = r"(?:^|[^\d])([01]?\d|2[0-3])[:：点时]([0-5]\d)(?:[:：分]([0-5]\d))?"
#: A moment with a zone behind it.
_ZONED = r"\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*([+-]\d{2}(?::?\d{2})?|[Zz]|UTC|GMT)$"
_AFTERNOON, _MORNING = r"(?i)p\.?m\.?|下午|晚上|午後", r"(?i)a\.?m\.?|上午|凌晨|午前"

#: So many purchases on one kind, and so many deviations beyond what is even, are a habit.
_HABIT, _BEYOND = 4, 3.3


class Occasions(BaseModel):
    """Frozen parameters. `first` is the number of the first kind (1: Monday; 0: the hour after midnight), `shares`
    those that are to be expected of anybody, `strength` how many purchases of his own weigh as much as those of a
    customer's like. `groups` are the shares of each class by its label, where the metric asks for classes, drawn
    towards everybody's as if `between` purchases had been everybody's."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    first: int
    shares: tuple[float, ...]
    strength: float
    customers: int
    purchases: int
    groups: Mapping[str, tuple[float, ...]] = {}
    between: float | None = None
    even: int = 0
    """How many kinds occur, where chance explains that everybody, classes and customers together prefer some; else 0.
    Then only he has a best one whose own purchases show it."""

    @classmethod
    def fit(cls, first: int, kinds: int, cells: Cells, groups: Sequence[str] = ()) -> Occasions:
        """`groups` are the labels of the classes by their number in `cells`. Raises `NoFit`: `occasions` (fewer than
        fifty purchases)."""
        found = fit_habits(kinds, cells, len(groups))
        return cls(
            first=first, shares=_rounded(found.shares), strength=float(f"{found.strength:.5g}"),
            customers=cells.people, purchases=cells.purchases,
            groups={label: _rounded(row) for label, row in zip(groups, found.groups, strict=True)},
            between=None if found.between is None else float(f"{found.between:.5g}"), even=found.even,
        )  # fmt: skip

    def weights(self, group: str | None = None) -> tuple[float, ...]:
        """What is added to the counts of a customer of a class, by kind; of no class or an unknown one everybody's."""
        return tuple(round(self.strength * s, 9) for s in self.groups.get(group or "", self.shares))

    def best(self, counts: Sequence[Any], share: bool = False, weights: Sequence[Any] | None = None) -> Any:
        """The kind with the largest share of a customer's purchases, drawn towards the `weights` of his class (default:
        everybody's), or that share, from the columns of his counts; of equals the one on which everybody buys more,
        then the first."""
        added = weights or [ibis.literal(w, dt.float64) for w in self.weights()]
        weighed = [c.cast(dt.float64) + w for c, w in zip(counts, added, strict=True)]
        most, total = ibis.greatest(*weighed), sum(counts[1:], counts[0]).cast(dt.float64)
        if share:
            return self._shown((most / (total + self.strength)).round(9).cast(RATIO), counts, total)
        order = sorted(range(len(weighed)), key=lambda k: (-self.shares[k], k))
        kind = ibis.cases(
            *((weighed[k] == most, ibis.literal(k + self.first, dt.int64)) for k in order[:-1]),
            else_=ibis.literal(order[-1] + self.first, dt.int64),
        )
        return self._shown(kind, counts, total)

    def _shown(self, told: Any, counts: Sequence[Any], total: Any) -> Any:
        """What is told of a customer: where nobody else shows a habit, only if he has one that chance does not give (a
        binomial count beyond its mean by so many deviations)."""
        if not self.even:
            return told
        own, part = ibis.greatest(*counts), 1 / self.even
        beyond = own.cast(dt.float64) - total * part - 0.5
        shows = (own >= _HABIT) & (beyond > 0) & (beyond * beyond >= _BEYOND**2 * part * (1 - part) * total)
        return ibis.ifelse(shows, told, ibis.null(told.type()))


def weekdays(orders: ir.Table) -> ir.Table:
    """customer_id, `kind` (1: Monday … 7) and `times`: days with a purchase, by weekday."""
    days = orders.filter(orders.purchase).select("customer_id", "day").distinct()
    day: Any = days.day
    kinds = days.mutate(kind=(day.day_of_week.index() + 1).cast(dt.int64))
    return kinds.group_by("customer_id", "kind").aggregate(times=kinds.count())


def hours(lines: ir.Table, column: str, local_time: LocalTime) -> ir.Table:
    """customer_id, `kind` (0 … 23) and `times`: days on which he bought in that hour. Midnight to the second is what
    exports write where they know no time, so it tells none."""
    sold = lines.filter(lines.purchase & ~lines.is_return)
    told = sold.select("customer_id", "day", kind=hour_of(sold[column].cast(dt.string), local_time))
    told = told.filter(told.kind.notnull()).distinct()
    return told.group_by("customer_id", "kind").aggregate(times=told.count())


def hour_of(text: Any, local_time: LocalTime) -> Any:
    """The hour, 0 to 23, of a text with a time of day; a moment with a zone is told in local time. Null without one."""
    own = _hour(text)
    moment = text.re_replace(r"\s*(UTC|GMT|[Zz])$", "+00").try_cast(dt.Timestamp(timezone="UTC"))
    there = local_time(moment).cast(dt.string)
    return ibis.ifelse(text.re_search(_ZONED), _hour(there), own)


def _hour(text: Any) -> Any:
    hour, minute, second = (text.re_extract(_TIME, group).try_cast(dt.int64) for group in (1, 2, 3))
    pm, am = text.re_search(_AFTERNOON), text.re_search(_MORNING)
    shown = ibis.cases((pm & (hour < 12), hour + 12), (am & (hour == 12), 0), else_=hour)
    nothing = (shown == 0) & (minute == 0) & (second.fill_null(0) == 0)
    return ibis.ifelse(text.re_search(_TIME) & ~nothing, shown, ibis.null(dt.int64))


def wide(t: ir.Table, kinds: range, prefix: str) -> ir.Table:
    """One row a customer (`_who`): how often he bought on each kind, as `prefix` and its number."""
    return t.group_by(_who=t.customer_id).aggregate(
        **{f"{prefix}{k}": t.times.sum(where=t.kind == k).fill_null(0).cast(dt.int64) for k in kinds}
    )


def _rounded(shares: Any) -> tuple[float, ...]:
    return tuple(round(float(s), 9) for s in shares)
