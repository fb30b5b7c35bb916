"""Fits the scales of numbers and puts everybody on them: the half of `scale` that needs all customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np

from custrata.core.cuts import rank_of
from custrata.core.predict.counts import Floats
from custrata.core.predict.scale import GRID, Scale

#: Share of the customers at either end whose values are pulled in.
TAIL = Fraction(1, 100)


def fit_scale(values: Any, *, log: bool) -> Scale:
    """From the values of everybody who has one, in any order; without any, a scale that tells nobody apart."""
    ordered: Floats = np.sort(np.asarray(values, dtype=np.float64))
    if not len(ordered):
        return Scale(log=log, low=0, high=0, mean=0, deviation=0)
    low, high = (float(ordered[rank_of(share, len(ordered)) - 1]) for share in (TAIL, 1 - TAIL))
    # Sorted, the sums below are the same whatever order the values came in.
    level = _level(np.clip(ordered, low, high), log)
    # Measured in the largest of them, so that no square is too large for a floating number.
    most = float(np.abs(level).max()) or 1.0
    part = level / most
    mean, deviation = float(part.mean()), 0.0
    if low < high:
        deviation = most * float(np.sqrt(np.square(part - mean).mean()))
    known = deviation > 0 and isfinite(GRID / deviation)
    return Scale(log=log, low=low, high=high, mean=most * mean, deviation=deviation if known else 0.0)


def on_scale(values: Floats, scale: Scale) -> Floats:
    """The values on the grid, in standard deviations from the mean, as `Scale.expression` has them."""
    if scale.flat:
        return np.zeros(len(values))
    level = _level(np.clip(values, scale.low, scale.high), scale.log)
    level -= scale.mean
    level *= GRID / scale.deviation
    level += 0.5
    np.floor(level, out=level)
    level *= 1 / GRID
    return level


def scaled(columns: Sequence[Floats], scales: Sequence[Scale]) -> Floats:
    """A row a metric, a column a customer, as `kmeans` takes them."""
    points = np.empty((len(columns), len(columns[0])))
    for row, values, scale in zip(points, columns, scales, strict=True):
        row[:] = on_scale(values, scale)
    return points


def _level(values: Floats, log: bool) -> Floats:
    return np.copysign(np.log(1.0 + np.abs(values)), values) if log else values.copy()
