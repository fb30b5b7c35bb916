"""After how many silent days a customer's stage changes: a multiple of his rhythm, within bounds, row-wise.

Rhythms are whole tenths of a day and multiples whole hundredths, so that every day is found in whole numbers: the same
on every engine, and the same in SQL as in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.cuts import parse_number
from custrata.core.errors import Fault, Refusal

#: The stages that silence leads to, in their order.
FALLING = ("at_risk", "lapsed", "lost")
#: Least and most days of silence until each, whatever the rhythm.
BOUNDS: Mapping[str, tuple[int, int]] = {"at_risk": (7, 365), "lapsed": (14, 730), "lost": (30, 1095)}
_MOST_DAYS, _MOST_TIMES = 3650, 100
_CHINESE = {"预警": "at_risk", "沉睡": "lapsed", "流失": "lost"}


def times(value: Any) -> float:
    """A multiple of the rhythm as schemes write it: above 0, at most 100, at most two decimals.

    >>> times("1.5"), times(2)
    (1.5, 2.0)
    """
    found = parse_number(value)
    if not 0 < found <= _MOST_TIMES or found * 100 % 1:
        raise Fault("times", value=value)
    return float(found)


def bounds(value: Any) -> dict[str, tuple[int, int]]:
    """Bounds as schemes write them, `{at_risk: [7, 90]}`; a stage that is not named keeps its own. Raises E-SCHEME-057
    for what is no pair of whole days in order, or lies below the bounds of the stage before it."""
    found = dict(BOUNDS)
    for stage, pair in value.items():
        key = _CHINESE.get(str(stage), str(stage))
        days = list(pair) if isinstance(pair, list | tuple) else []
        whole = len(days) == 2 and all(isinstance(d, int) and not isinstance(d, bool) for d in days)
        if key not in BOUNDS or not whole or not 1 <= days[0] <= days[1] <= _MOST_DAYS:
            raise Refusal("E-SCHEME-057", stage=stage, value=pair, most=_MOST_DAYS)
        found[key] = (days[0], days[1])
    for before, stage in pairwise(FALLING):
        if any(b > s for b, s in zip(found[before], found[stage], strict=True)):
            raise Refusal("E-SCHEME-057", stage=stage, value=list(found[stage]), most=_MOST_DAYS)
    return found


def rhythm_of(span: Any, gaps: Any, everybody: Decimal, weight: float) -> Any:
    """(span + weight · everybody) ÷ (gaps + weight) in tenths of a day: the mean of one's own gaps and of `weight` gaps
    as long as everybody's. `span` are the days that the own gaps take together."""
    drawn = (span.cast("float64") + weight * float(everybody)) / (gaps.cast("float64") + weight)
    # Not rounded, for engines round halves apart.
    return (drawn * 10.0 + 0.5).floor().cast("int64")


def multiple(tenths: Any, of: float) -> Any:
    """So many times a rhythm, in whole days, a part of a day being one."""
    return (tenths * round(of * 100) + 999) // 1000


def within(days: Any, bound: tuple[int, int]) -> Any:
    """The days, no fewer and no more than the bounds."""
    return ibis.least(ibis.greatest(days, bound[0]), bound[1])


def day_after(as_of: date, days: Any) -> Any:
    """The day that many days after the as-of date, before it where they are negative; null where they are."""
    start: Any = ibis.literal(as_of)
    return (start.cast(dt.timestamp) + days.cast(dt.int32).as_interval("D")).cast(dt.date)
