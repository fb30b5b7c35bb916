"""On which weekday and at which hour customers buy: each one's own shares, drawn towards everybody's.

A customer's purchases fall on the days of a week (the hours of a day) with shares of his own, which lie around
everybody's as a Dirichlet distribution; how closely is fitted to all customers by maximum marginal likelihood. Who has
bought little is expected to be like everybody, who has bought much like himself. Source: J. E. Mosimann, On the
compound multinomial distribution, Biometrika 49 (1962).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
from pydantic import BaseModel, ConfigDict

from custrata.core.facts.columns import RATIO
from custrata.core.facts.parse import LocalTime
from custrata.core.predict.purchases import NoFit
from custrata.core.predict.special import log_rising

#: Purchases without which nothing is known of a week or a day.
LEAST = 50
#: The logarithm of the strength is looked for between these.
_FROM, _TO = log(1e-2), log(1e5)
_STEPS = 60
#: A time with an hour and minutes, somewhere in a text; with a full-width colon or the Chinese words, too.
_TIME = r"(?:^|[^\d])([01]?\d|2[0-3])[:：点时]([0-5]\d)(?:[:：分]([0-5]\d))?"
#: A moment with a zone behind it.
_ZONED = r"\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*([+-]\d{2}(?::?\d{2})?|[Zz]|UTC|GMT)$"
_AFTERNOON, _MORNING = r"(?i)p\.?m\.?|下午|晚上|午後", r"(?i)a\.?m\.?|上午|凌晨|午前"


class Occasions(BaseModel):
    """Frozen parameters. `first` is the number of the first kind (1: Monday; 0: the hour after midnight), `shares`
    those of everybody's purchases, `strength` how many purchases of his own weigh as much as everybody's."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    first: int
    shares: tuple[float, ...]
    strength: float
    customers: int
    purchases: int

    @classmethod
    def fit(cls, first: int, kinds: int, cells: Sequence[tuple[int, int, int]], totals: Any) -> Occasions:
        """`cells`: (kind, purchases on it, customers with so many); `totals`: (purchases, customers with so many in
        all). Raises `NoFit`: `occasions` (fewer than fifty purchases)."""
        # In one order: sums of floats depend on theirs, and an engine gives rows in any.
        cells, totals = sorted(cells), sorted(totals)
        sums = np.zeros(kinds)
        for kind, times, customers in cells:
            sums[kind - first] += times * customers
        whole = float(sums.sum())
        if whole < LEAST:
            raise NoFit("occasions", purchases=int(whole))
        shares = sums / whole
        found = _top(lambda at: _likelihood(float(np.exp(at)), shares, first, cells, totals))
        return cls(
            first=first, shares=tuple(round(float(s), 9) for s in shares), strength=float(f"{np.exp(found):.5g}"),
            customers=sum(int(c) for _, c in totals), purchases=int(whole),
        )  # fmt: skip

    def best(self, counts: Sequence[Any], share: bool = False) -> Any:
        """The kind with the largest share of a customer's purchases, drawn towards everybody's, or that share, from
        the columns of his counts; of equals the one on which everybody buys more, then the first."""
        weighed = [
            c.cast(dt.float64) + ibis.literal(round(self.strength * s, 9), dt.float64)
            for c, s in zip(counts, self.shares, strict=True)
        ]
        most = ibis.greatest(*weighed)
        if share:
            total = sum(counts[1:], counts[0]).cast(dt.float64)
            return (most / (total + self.strength)).round(9).cast(RATIO)
        order = sorted(range(len(weighed)), key=lambda k: (-self.shares[k], k))
        return ibis.cases(
            *((weighed[k] == most, ibis.literal(k + self.first, dt.int64)) for k in order[:-1]),
            else_=ibis.literal(order[-1] + self.first, dt.int64),
        )


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


def _likelihood(strength: float, shares: Any, first: int, cells: Any, totals: Any) -> float:
    most = max(int(n) for n, _ in totals)
    whole = log_rising(strength, most)
    found = -sum(float(whole[int(n)]) * int(c) for n, c in totals)
    by_kind: dict[int, list[tuple[int, int]]] = {}
    for kind, times, customers in cells:
        by_kind.setdefault(kind, []).append((times, customers))
    for kind, counts in by_kind.items():
        risen = log_rising(strength * float(shares[kind - first]), max(n for n, _ in counts))
        found += sum(float(risen[n]) * c for n, c in counts)
    return found


def _top(value: Any) -> float:
    """Golden section: the likelihood has one top, or rises to an end (everybody alike, or nobody)."""
    part = (5**0.5 - 1) / 2
    low, high = _FROM, _TO
    for _ in range(_STEPS):
        a, b = high - part * (high - low), low + part * (high - low)
        low, high = (low, b) if value(a) >= value(b) else (a, high)
    return (low + high) / 2
