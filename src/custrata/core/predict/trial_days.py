"""How good a predicted day was, once the time has come: days off, and whether its interval held the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class DayTrial:
    """How one way to predict the next purchase day fared.

    Of the `customers` who bought within the time and were told a day: `off`, the mean of the days between the two, and
    `half`, which half of them were off by no more than. Where an interval was told, of the `ended` ones (its last day
    lay within the time, so that it is known what became of it): `back`, the share of the customers who came back within
    the time at all, and of these `held`, the share whose day it held, `early`, of who came before it, and `late`.
    """

    by: str
    customers: int
    off: float | None
    half: float | None
    ended: int = 0
    back: float | None = None
    held: float | None = None
    early: float | None = None
    late: float | None = None


@dataclass(frozen=True)
class Interval:
    """First and last day ahead, for each customer; NaN where none is told."""

    first: Any
    last: Any


def day_trial(by: str, told: Any, came: Any, days: int, interval: Interval | None = None) -> DayTrial:
    """`told` and `came` are days ahead, a row a customer; NaN where no day was told, and where nobody came within the
    `days` that were looked at."""
    predicted, actual = (np.asarray(a, dtype=np.float64) for a in (told, came))
    if len(predicted) != len(actual):
        raise ValueError("a prediction for each customer")
    both = np.isfinite(predicted) & np.isfinite(actual)
    off = np.abs(predicted - actual)[both]
    found = DayTrial(
        by, int(both.sum()), float(off.mean()) if len(off) else None, float(np.median(off)) if len(off) else None
    )
    return found if interval is None else _held(found, actual, days, interval)


def _held(found: DayTrial, actual: Any, days: int, interval: Interval) -> DayTrial:
    first, last = (np.asarray(a, dtype=np.float64) for a in (interval.first, interval.last))
    ended = np.isfinite(last) & (last <= days)
    if not ended.any():
        return found
    back = np.isfinite(actual[ended])
    values: dict[str, Any] = {"ended": int(ended.sum()), "back": float(back.mean())}
    if back.any():
        day, start, end = (a[ended][back] for a in (actual, first, last))
        early, late = float((day < start).mean()), float((day > end).mean())
        values |= {"early": early, "late": late, "held": 1.0 - early - late}
    return DayTrial(found.by, found.customers, found.off, found.half, **values)


def mean_of(trials: Sequence[DayTrial]) -> DayTrial:
    """One way over all days: each customer (each interval that ended, each customer who came back) counts once."""

    def over(name: str, weights: Sequence[float]) -> float | None:
        told = [(getattr(t, name), w) for t, w in zip(trials, weights, strict=True) if getattr(t, name) is not None]
        whole = sum(w for _, w in told)
        return sum(v * w for v, w in told) / whole if whole else None

    people, ended = [float(t.customers) for t in trials], [float(t.ended) for t in trials]
    came = [t.ended * (t.back or 0.0) for t in trials]
    return DayTrial(
        trials[0].by, sum(t.customers for t in trials), over("off", people), over("half", people),
        sum(t.ended for t in trials), over("back", ended), over("held", came), over("early", came), over("late", came),
    )  # fmt: skip
