"""How far two groups of customers lie apart in a number or in the share of a class, on one scale of effect size.

Source: J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed. (1988): d for means, h for shares;
0.2 is small, 0.5 medium, 0.8 large.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, copysign, inf, sqrt

#: Effect sizes from which a difference is called small, medium and large.
SMALL, MEDIUM, LARGE = 0.2, 0.5, 0.8


@dataclass(frozen=True)
class Spread:
    """A number among `n` customers who have it: mean and (sample) standard deviation, null for fewer than two."""

    n: int
    mean: float
    deviation: float | None


def cohen_d(a: Spread, b: Spread) -> float:
    """The difference of two means in pooled standard deviations; positive where `a` is higher. Infinite where nobody
    differs within the groups and the groups do.

    >>> round(cohen_d(Spread(100, 12.0, 4.0), Spread(100, 10.0, 4.0)), 2)
    0.5
    """
    freedom = a.n + b.n - 2
    squares = sum((s.n - 1) * s.deviation**2 for s in (a, b) if s.deviation is not None)
    pooled = sqrt(squares / freedom) if freedom > 0 else 0.0
    difference = a.mean - b.mean
    if pooled == 0:
        return 0.0 if difference == 0 else copysign(inf, difference)
    return difference / pooled


def cohen_h(a: float, b: float) -> float:
    """The difference of two shares 0..1 on a scale on which equal steps are equally easy to see.

    >>> round(cohen_h(0.5, 0.25), 2), cohen_h(0.3, 0.3)
    (0.52, 0.0)
    """
    return 2 * (asin(sqrt(a)) - asin(sqrt(b)))


def strength(effect: float) -> str:
    """`none`, `small`, `medium` or `large`.

    >>> strength(-0.9), strength(0.1)
    ('large', 'none')
    """
    size = abs(effect)
    return "large" if size >= LARGE else "medium" if size >= MEDIUM else "small" if size >= SMALL else "none"
