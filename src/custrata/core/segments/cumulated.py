"""How far down the customers a sum reaches, from the largest value on: exact, without sorting everybody.

Values are first put into bands, whose sums say in which band a limit is reached; only the values of those few bands are
sorted. A band is known by an approximate root of the value. An engine may put a value that lies at an edge into either
of two bands, but where it ever put two values the wrong way round, bands would overlap: then everybody is sorted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.conditions.tree import number
from custrata.core.segments.base import Ask, Fit

#: Amounts have a long tail, so the bands are even in the root of the value.
_BANDS = 2048
#: Up to so many customers it is as quick to sort them all.
_FEW = 20_000


def lowest_reached(values: ir.Table, limits: Sequence[Decimal], most: Decimal, n: int) -> Fit[Any]:
    """For each limit the lowest value before which (down from the largest, equal values together) the sum of the values
    is below the limit; null where that of no value is. `values` has `n` rows and one column `value`, all positive, the
    largest `most`."""
    value: Any = values.value
    if n <= _FEW or value.type().is_floating():
        return (yield from _in_one(values, limits))
    share = value.cast(dt.float64) / ibis.literal(float(most))
    banded: Any = values.mutate(band=(share.sqrt() * _BANDS).floor().cast(dt.int64))
    sums = {"here": banded.value.sum(), "low": banded.value.min(), "high": banded.value.max()}
    ask: Ask = banded.group_by("band").aggregate(**sums).order_by(ibis.desc("band"))
    bands = yield ask
    if any(upper["low"] <= lower["high"] for upper, lower in pairwise(bands)):
        return (yield from _in_one(values, limits))
    before, above = Decimal(0), {}
    for row in bands:
        above[row["band"]] = before
        before += Decimal(str(row["here"]))
    # The largest value of a band has before it what lies above the band.
    at = [min((band for band in above if above[band] < limit), default=None) for limit in limits]
    few = banded.filter(banded.band.isin(sorted({band for band in at if band is not None})))
    within = [None if band is None else (band, limit - above[band]) for band, limit in zip(at, limits, strict=True)]
    return (yield from _sorted(few, within))


def _in_one(values: ir.Table, limits: Sequence[Decimal]) -> Fit[Any]:
    return (yield from _sorted(values.mutate(band=ibis.literal(0)), [(0, limit) for limit in limits]))


def _sorted(banded: ir.Table, within: Sequence[tuple[int, Decimal] | None]) -> Fit[Any]:
    """The same for limits of which each is (the band in which it is reached, how far down the band)."""
    by_value = banded.group_by("band", "value").aggregate(here=banded.value.sum())
    down = ibis.window(group_by="band", order_by=ibis.desc("value"), following=0)
    t: Any = by_value.mutate(before=by_value.here.sum().over(down) - by_value.here)
    asked: Mapping[str, Any] = {
        f"c{i}": t.value.min(where=(t.band == told[0]) & (t.before < number(told[1])))
        for i, told in enumerate(within)
        if told is not None
    }
    if not asked:
        return [None for _ in within]
    ask: Ask = t.aggregate(**asked)
    row = (yield ask)[0]
    found = [row.get(f"c{i}") for i in range(len(within))]
    return [None if value is None else Decimal(str(value)) for value in found]
