"""What a manager looks at first: how business goes, how the customers are made up, how good the data is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from custrata.core.measure.model import SegmentReport
from custrata.core.measure.periods import Period, period_of, period_query, spans
from custrata.locale import Lang
from custrata.usecases.look import Result

#: The lengths of a period that can be chosen.
DAYS = (30, 90, 365)


@dataclass(frozen=True)
class Overview:
    """`now` and `before` are null where the run holds no orders to reckon them from."""

    days: int
    now: Period | None
    before: Period | None
    """Also null where the data does not reach back that far."""
    segments: dict[str, SegmentReport]
    """The pyramid and the RFM composition, as far as the scheme has them; else its first segments."""


def overview(result: Result, days: int, lang: Lang) -> Overview:
    """The figures of the last `days` days beside those of as many before."""
    now, before = spans(result.as_of, days)
    enough = result.first_day is not None and result.first_day <= before[0]
    return Overview(
        days, _period(result, *now), _period(result, *before) if enough else None,
        {name: result.segment_report(name, lang) for name in _leading(result)},
    )  # fmt: skip


def _period(result: Result, first: date, last: date) -> Period | None:
    if result.orders is None:
        return None
    return period_of(first, last, result.engine.rows(period_query(result.orders, first, last))[0])


def _leading(result: Result) -> list[str]:
    """One segment for each picture that managers know, pyramid before RFM before the first one there is."""
    segments = result.scheme.segments
    found = [next((n for n, s in segments.items() if s.chart == chart), None) for chart in ("pyramid", "rfm")]
    named = [n for n in found if n is not None]
    rest = [n for n, s in segments.items() if n not in named and s.chart != "heatmap"]
    return (named + rest)[:2]
