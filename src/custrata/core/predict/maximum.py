"""The largest value of a likelihood: quasi-Newton steps with a gradient, and how sharp the top is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from custrata.core.predict.counts import Floats

#: Gives the value and its gradient at the logarithms of the parameters.
Slope = Callable[[Floats], tuple[float, Floats]]
#: A gain of less than this share of the value is none.
_GAIN = 1e-12
#: Where no slope is steeper than this share of the value, a million customers do not make it rise by a millionth.
_LEVEL = 1e-8
_ROUNDS = 200
#: Logarithms of parameters are looked for between these. A top at the edge is one: where all customers leave with the
#: same chance, say, the likelihood rises for ever, by ever less, and what follows from it does not change any more.
_MOST = 12.0
_DIFFERENCE = 1e-5


@dataclass(frozen=True)
class Top:
    """Where a likelihood is largest: the logarithms of the parameters, the value, minus its second derivatives there,
    their inverse (the covariance of the logarithms; null where the top is at the edge, or flat in some direction), and
    whether it is a top at all."""

    at: Floats
    value: float
    curvature: Floats
    covariance: Floats | None
    found: bool


def maximise(slope: Slope, starts: Sequence[Floats], rough: Slope | None = None) -> Top:
    """The best top that is found from several starts, in their order; a later start is only tried where the ones
    before it ended nowhere.

    `rough` is nearly the same likelihood, quicker to ask: its top is begun with, and its curvature, which differs by
    less than the errors that are told of it, stands for the other."""
    best: Top | None = None
    if rough is not None:
        near = maximise(rough, starts)
        top = _climb(slope, near.at, near.curvature)
        if near.found and top.found:
            return top
        starts = [near.at, *starts]
    for start in starts:
        top = _climb(slope, np.asarray(start, dtype=np.float64))
        # At the edge a second start that ends as high says that there is nothing higher.
        again = best is not None and best.found and top.found and abs(top.value - best.value) <= 1e-6 * abs(top.value)
        if best is None or (top.found, top.value) > (best.found, best.value):
            best = top
        if again or (best.found and best.covariance is not None):
            break
    assert best is not None
    return best


def _climb(slope: Slope, at: Floats, curvature: Floats | None = None) -> Top:
    """Broyden–Fletcher–Goldfarb–Shanno from one start; the first matrix is the curvature there, made positive."""
    value, gradient = slope(at)
    inverse = _inverse(_curvature(slope, at) if curvature is None else curvature)
    small = 0
    for _ in range(_ROUNDS):
        free = _free(at, gradient)
        step = free * (inverse @ (free * gradient))
        step *= min(1.0, 2.0 / float(np.abs(step).max(initial=1e-300)))
        taken = _along(slope, at, value, step, float(gradient @ step))
        if taken is None:
            if small:
                break
            # The remembered curvature is no good here: look at it anew, once.
            inverse, small = _inverse(_curvature(slope, at)), 1
            continue
        there, new_value, new_gradient = taken
        moved, bent = there - at, gradient - new_gradient
        small = small + 1 if new_value - value <= _GAIN * abs(value) else 0
        at, value, gradient = there, new_value, new_gradient
        if small >= 2 or float(np.abs(_free(at, gradient) * gradient).max()) <= _LEVEL * abs(value):
            break
        along = float(moved @ bent)
        if along > 1e-14 * float(moved @ moved):
            rho, unit = 1.0 / along, np.eye(len(at))
            left = unit - rho * np.outer(moved, bent)
            inverse = left @ inverse @ left.T + rho * np.outer(moved, moved)
    return _top(at, value, gradient, _curvature(slope, at) if curvature is None else curvature)


def _free(at: Floats, gradient: Floats) -> Floats:
    """1 for what may move along the gradient, 0 for what is at the edge and would go beyond."""
    held = ((at >= _MOST) & (gradient > 0)) | ((at <= -_MOST) & (gradient < 0))
    return np.where(held, 0.0, 1.0)


def _along(
    slope: Slope, at: Floats, value: float, step: Floats, rise: float
) -> tuple[Floats, float, Floats] | None:  # fmt: skip
    """A point along a step where the value is larger, or null; `rise` is how much it would be on a straight slope."""
    if not rise > 0:
        return None
    for _ in range(30):
        there = np.clip(at + step, -_MOST, _MOST)
        new_value, new_gradient = slope(there)
        if np.isfinite(new_value) and new_value >= value + 1e-4 * rise:
            return there, new_value, new_gradient
        step, rise = step * 0.4, rise * 0.4
        if rise <= _GAIN * abs(value) * 1e-2:
            break
    return None


def _curvature(slope: Slope, at: Floats) -> Floats:
    """Minus the second derivatives, by central differences of the gradient."""
    columns = []
    for i in range(len(at)):
        by = np.zeros_like(at)
        by[i] = _DIFFERENCE
        columns.append((slope(at - by)[1] - slope(at + by)[1]) / (2 * _DIFFERENCE))
    found = np.stack(columns)
    return (found + found.T) / 2


def _inverse(curvature: Floats) -> Floats:
    """Its inverse where it is positive; where it is not, as if it were bent the other way, so that a step climbs."""
    values, directions = np.linalg.eigh(curvature)
    size = np.abs(values)
    size = np.maximum(size, 1e-8 * max(float(size.max()), 1e-12))
    inverse: Floats = (directions / size) @ directions.T
    return inverse


def _top(at: Floats, value: float, gradient: Floats, curvature: Floats) -> Top:
    values = np.linalg.eigvalsh(curvature)
    sharp = bool(values.min() > 1e-7 * max(float(values.max()), 1e-12))
    covariance: Any = np.linalg.inv(curvature) if sharp else None
    inside = bool((np.abs(at) < _MOST).all())
    flat = float(np.abs(_free(at, gradient) * gradient).max()) <= 1e-4 * max(abs(value), 1.0)
    return Top(at, value, curvature, covariance if inside else None, flat)
