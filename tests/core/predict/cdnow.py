"""The customers of CDNOW, as the papers on purchase models know them: bought first in the first quarter of 1997,
followed for 39 weeks, held out for another 39. The files come with the package `lifetimes`, of which nothing else is
used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import files

import numpy as np

from custrata.core.predict.counts import Counts, Floats, Whole

_LAST = date(1997, 9, 30)


@dataclass(frozen=True)
class Sample:
    """One in ten of the customers, in the order of their numbers."""

    ids: tuple[str, ...]
    counts: Counts
    mean: Floats
    """What a repeat purchase brought in the mean; 0 where there is none."""
    later: Whole
    """Purchases in the 39 weeks after."""


@cache
def cdnow() -> Sample:
    """A row of the file: number among all, number in the sample, day, discs, dollars. Purchases of a day are one."""
    [found] = [f for f in files("lifetimes") or [] if f.name == "CDNOW_sample.txt"]
    spent: dict[str, dict[date, float]] = {}
    for line in found.read_text().splitlines():
        _, who, day, _, dollars = line.split()
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        days = spent.setdefault(who, {})
        days[on] = days.get(on, 0.0) + float(dollars)
    rows = []
    for days in spent.values():
        known = sorted(d for d in days if d <= _LAST)
        again = [days[d] for d in known[1:]]
        rows.append((
            len(again), (known[-1] - known[0]).days, (_LAST - known[0]).days,
            sum(again) / max(len(again), 1), len(days) - len(known),
        ))  # fmt: skip
    x, last, age, mean, later = (np.array(column) for column in zip(*rows, strict=True))
    return Sample(tuple(spent), Counts.of(x, last, age), mean.astype(np.float64), later)
