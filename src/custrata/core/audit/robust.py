"""What is far from the middle: medians and median deviations by group, exact, the same whatever order the rows come in.

The distance is that of B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers (1993): the modified z-score,
0.6745 × (x − median) ÷ MAD, suspicious above 3.5, here of logarithms, because amounts are spread by factors, not by
sums. The median of logarithms is the logarithm of the median, and |ln x − ln median| is the logarithm of how many times
one is the other; so the middle is always a value that occurs, found by its rank, and only the last comparison needs a
logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

#: With fewer values than this nothing is said of a group.
LEAST = 8
#: The modified z-score above which a value is an outlier.
FAR = 3.5
#: A group of nearly equal values has some spread: one in ten.
SPREAD = 1.1
_Z = 0.6745
#: Computes a table once, under a name, and gives it back computed.
Keep: TypeAlias = "Callable[[str, ir.Table], ir.Table]"


def medians(t: ir.Table, by: Sequence[str], value: str, times: str | None = None) -> ir.Table:
    """`by`, `median` (the smallest value with at least half of the group at or below it) and `n` of every group of at
    least `LEAST` values. `times` is a column that tells how often a row counts."""
    together = ibis.window(group_by=list(by))
    if times is None:
        ranked = t.mutate(
            _at=ibis.row_number().over(ibis.window(group_by=list(by), order_by=value)), _n=t.count().over(together)
        )
        # Ranks count from 0: half of them, rounded up, are at or below the one that is looked for.
        middle = (2 * ranked["_at"] == ranked["_n"] - 1) | (2 * ranked["_at"] == ranked["_n"] - 2)
        found = ranked.filter(middle & (ranked["_n"] >= LEAST))
        return found.select(*by, median=found[value], n=found["_n"])
    upto = ibis.window(group_by=list(by), order_by=value, preceding=None, following=0)
    ranked = t.mutate(_upto=t[times].sum().over(upto), _n=t[times].sum().over(together))
    half = ranked.filter((2 * ranked["_upto"] >= ranked["_n"]) & (ranked["_n"] >= LEAST))
    return half.group_by(*by).aggregate(median=half[value].min(), n=half["_n"].max())


def with_distance(
    t: ir.Table, by: Sequence[str], value: str, least: int, keep: Keep, times: str | None = None
) -> ir.Table:
    """Positive values with their group's `median`, `n`, how many `fold` from the median they are (from 1), and the
    `spread`, the median fold of the group. Left out are groups of fewer than `LEAST` values, and those without a value
    that is `least` fold away."""
    middle = keep("middle", medians(t, by, value, times))
    both = t.inner_join(middle, list(by))
    odd = both.filter(fold(both[value], both["median"]) >= least).select(*by).distinct()
    # What is put in order twice is computed once.
    near = keep("near", both.mutate(fold=fold(both[value], both["median"])).semi_join(odd, list(by)))
    spread = medians(near, by, "fold", times).rename(spread="median").drop("n")
    return near.inner_join(spread, list(by))


def fold(value: Any, median: Any) -> Any:
    """How many times the one is the other, from 1, to nine decimals."""
    x, m = value.cast("float64"), median.cast("float64")
    return ibis.greatest(x / m, m / x).round(9)


def far(times: Any, spread: Any, least: int, z: float = FAR) -> Any:
    """Whether a value that is so many fold from the median of a group with such a spread is an outlier, and at least
    `least` fold away."""
    scale = ibis.greatest(spread.cast("float64"), SPREAD)
    return (times >= least) & (times.ln().round(9) > (z / _Z * scale.ln()).round(9))


def farthest(spread: float, least: int, z: float) -> float:
    """The fold beyond which `far` holds, for a spread that is known.

    >>> round(farthest(2.0, 10, 3.5), 1), farthest(1.0, 10, 3.5)
    (36.5, 10.0)
    """
    return float(max(least, max(spread, SPREAD) ** (z / _Z)))
