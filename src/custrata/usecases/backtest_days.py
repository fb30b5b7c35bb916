"""The next purchase day of every customer as it was predicted on a past day, and the day on which he came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis

from custrata.core.predict.backtest import EVERYBODY, HALFWAY, LAST_GAP, RHYTHM, SHARE
from custrata.core.predict.trial_days import DayTrial, Interval, day_trial
from custrata.usecases.fact_set import Facts
from custrata.usecases.ports import Engine
from custrata.usecases.predictions_rhythm import gaps_of

FactsAt = Callable[[date | None], Facts]


def next_days(facts: FactsAt, engine: Engine, day: date, until: date) -> Sequence[DayTrial]:
    """Each customer's own rhythm beside rules that need no model: as long again as the last time, everybody's median
    gap (who is beyond it is expected tomorrow), half of the time. Nothing where the customers show no rhythm.

    Whoever comes later than the time that is looked at, nobody has seen come. So all are asked the same: if he comes
    within it, on which day? Else a way that expects everybody early would look better than it is."""
    import numpy as np

    from custrata.core.predict.purchases import NoFit
    from custrata.core.predict.rhythm import Rhythm

    columns = _customers(facts, engine, day, until)
    gaps = gaps_of(columns)
    try:
        rhythm = Rhythm.fit(gaps)
    except NoFit:
        return ()
    came = _floats(columns["came"])
    early, late = (rhythm.days(gaps, level) for level in ((1 - SHARE) / 2, (1 + SHARE) / 2))
    middle = rhythm.days(gaps, rhythm.within(gaps, (until - day).days) / 2)
    silent = columns["silent"].to_numpy()
    last = _floats(columns["last"])
    days = (until - day).days
    usual = np.maximum(np.rint(rhythm.median) - silent, 1.0)
    again = np.where(np.isfinite(last), np.maximum(last - silent, 1.0), usual)
    usual, again = np.minimum(usual, days), np.minimum(again, days)
    return (
        day_trial(LAST_GAP, again, came, days), day_trial(EVERYBODY, usual, came, days),
        day_trial(HALFWAY, np.full(len(came), days / 2), came, days),
        day_trial(RHYTHM, middle, came, days, Interval(early, late)),
    )  # fmt: skip


def _customers(facts: FactsAt, engine: Engine, day: date, until: date) -> Mapping[str, Any]:
    """Of everybody who had bought: the gaps as they were known then, and the days until the next purchase (null: none
    until the end)."""
    from custrata.core.predict.gaps import gaps_table
    from custrata.usecases.arrow_columns import read_columns

    then: Any = gaps_table(facts(day).tables.orders, day)
    came = facts(until).tables.orders
    after = came.filter(came.purchase & (came.day > day))
    first: Any = after.group_by(_who=after.customer_id).aggregate(first=after.day.min())
    joined = then.left_join(first, then.customer_id == first["_who"])
    wanted = joined.select(
        "gaps", "logs", "squares", "silent", "last", came=joined["first"].delta(ibis.literal(day), unit="day")
    )
    return read_columns(engine, wanted)


def _floats(column: Any) -> Any:
    """Whole numbers as floats, null as NaN."""
    return column.cast("float64").to_numpy()
