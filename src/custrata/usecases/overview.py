"""What a manager looks at first: how business goes, how the customers are made up, how good the data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custrata.core.measure.model import SegmentReport
from custrata.core.measure.periods import (
    Period,
    last_of_top,
    of_period,
    own_query,
    period_of,
    spans,
    sums_query,
    top_query,
)
from custrata.locale import Lang
from custrata.usecases.look import Result

#: The lengths of a period that can be chosen.
DAYS = (30, 90, 365)


@dataclass(frozen=True)
class Figures:
    """`now` and `before` are null where the run holds no orders to reckon them from."""

    days: int
    now: Period | None
    before: Period | None
    """Also null where the data does not reach back that far."""


def figures(result: Result, days: int) -> Figures:
    """The figures of the last `days` days beside those of as many before: one pass over all orders."""
    spans_ = spans(result.as_of, days)
    enough = result.first_day is not None and result.first_day <= spans_[1][0]
    found = _periods(result, spans_ if enough else spans_[:1])
    return Figures(days, found[0] if found else None, found[1] if len(found) > 1 else None)


def compositions(result: Result, lang: Lang) -> dict[str, SegmentReport]:
    """The pyramid and the RFM composition, as far as the scheme has them; else its first segments."""
    return {name: result.segment_report(name, lang) for name in _leading(result)}


def _periods(result: Result, periods: Sequence[tuple[date, date]]) -> list[Period]:
    """The figures of each period; none where the run holds no orders."""
    if result.orders is None:
        return []
    found, engine = [], result.engine
    with engine.passing("periods", own_query(result.orders, *periods)) as table:
        for i, (first, last) in enumerate(periods):
            own = of_period(table, i)
            sums = engine.rows(sums_query(own))[0]
            cut = engine.rows(last_of_top(own, sums["active"]))[0]["spent"] if sums["active"] else None
            top = engine.rows(top_query(own, cut))[0]["top"] if cut is not None else None
            found.append(period_of(first, last, sums, top))
    return found


def _leading(result: Result) -> list[str]:
    """One segment for each picture that managers know, pyramid before RFM before the first one there is."""
    segments = result.scheme.segments
    found = [next((n for n, s in segments.items() if s.chart == chart), None) for chart in ("pyramid", "rfm")]
    named = [n for n in found if n is not None]
    rest = [n for n, s in segments.items() if n not in named and s.chart != "heatmap"]
    return (named + rest)[:2]
