"""A classifier of who will be silent, as plain numbers: trees, how they add up, and how true their percentages are.

The trees are grown elsewhere; what is kept of them is enough to score a customer and to say why, without the library
that grew them. What each feature adds to a customer's score is what the expected score changes by along his way down
each tree (A. Saabas, Interpreting random forests, 2014): the parts add up to the score exactly. Percentages are those
of a sigmoid of the score, fitted to customers of a later time than the trees (J. Platt, Probabilistic outputs, 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from custrata.core.predict.counts import Floats, Whole

#: Customers who are scored at once, so that the work fits into the processor's cache.
_ROWS = 4_096
_STEPS = 100


class Boosted(BaseModel):
    """Frozen parameters: the nodes of all trees one after another. A customer goes `left` where his `feature` is at
    most the `threshold` (or is missing and `missing_left` holds), else `right`; a leaf leads to itself. `value` is the
    expected score at a node, `roots` where each tree begins, `start` the score before any tree. The risk is
    1 ÷ (1 + exp(−(`slope` · score + `offset`)))."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    features: tuple[str, ...]
    horizon: int
    """Days of silence that are predicted."""
    start: float
    roots: tuple[int, ...]
    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    missing_left: tuple[bool, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]
    slope: float = 1.0
    offset: float = 0.0
    customers: int = 0
    """Rows that the trees were grown on."""
    trained: tuple[str, ...] = ()
    """The as-of dates of these rows, and then that of the sigmoid."""

    def scores(self, x: Floats) -> Floats:
        """The sum of what all trees say; row-wise."""
        found = np.empty(len(x))
        nodes = self._nodes()
        for first in range(0, len(x), _ROWS):
            rows = slice(first, first + _ROWS)
            found[rows] = self._score(x[rows], nodes, len(self.roots))
        return found

    def staged(self, x: Floats, stages: Sequence[int]) -> dict[int, Floats]:
        """The scores after so many trees."""
        nodes = self._nodes()
        return {n: self._score(x, nodes, n) for n in stages}

    def risk(self, x: Floats) -> Floats:
        """The probability of no purchase within the horizon, from 0 to 1."""
        return sigmoid(self.slope * self.scores(x) + self.offset)

    def parts(self, row: Floats) -> dict[str, float]:
        """What each feature adds to the log-odds of one customer, over what they are of anybody."""
        found = dict.fromkeys(self.features, 0.0)
        for root in self.roots:
            at = root
            while self.left[at] != at:
                x = row[self.feature[at]]
                low = self.missing_left[at] if np.isnan(x) else x <= self.threshold[at]
                then = self.left[at] if low else self.right[at]
                found[self.features[self.feature[at]]] += self.slope * (self.value[then] - self.value[at])
                at = then
        return found

    def _nodes(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "feature": np.asarray(self.feature, dtype=np.intp), "threshold": np.asarray(self.threshold),
            "value": np.asarray(self.value), "missing_left": np.asarray(self.missing_left, dtype=np.bool_),
            # Left and right of each node side by side, so that one look finds where to go.
            "below": np.stack([self.left, self.right], axis=1).astype(np.intp).ravel(),
        }  # fmt: skip
        found["depths"] = self._depths()
        return found

    def _depths(self) -> list[int]:
        """The longest way down each tree."""
        found, level = [], {}
        for root, end in zip(self.roots, (*self.roots[1:], len(self.left)), strict=True):
            level[root] = 0
            for at in range(root, end):
                if self.left[at] != at:
                    level[self.left[at]] = level[self.right[at]] = level[at] + 1
            found.append(max(level[at] for at in range(root, end)))
        return found

    def _score(self, x: Floats, nodes: dict[str, Any], trees: int) -> Floats:
        found = np.full(len(x), self.start)
        cells, first = np.ascontiguousarray(x).ravel(), np.arange(len(x)) * x.shape[1]
        missing = bool(np.isnan(cells).any())
        for root, depth in zip(self.roots[:trees], nodes["depths"], strict=False):
            at = np.full(len(x), root, dtype=np.intp)
            for _ in range(depth):
                seen = cells.take(first + nodes["feature"].take(at))
                high = ~(seen <= nodes["threshold"].take(at))
                if missing:
                    high &= ~(np.isnan(seen) & nodes["missing_left"].take(at))
                at = nodes["below"].take(2 * at + high)
            found += nodes["value"].take(at)
        return found


def sigmoid(score: Floats) -> Floats:
    """From log-odds to a probability.

    >>> sigmoid(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -700.0, 700.0))))


def calibrated(score: Floats, befell: Whole) -> tuple[float, float]:
    """Slope and offset of the sigmoid under which these outcomes are most likely. As Platt has it, the outcomes are
    drawn a little away from 0 and 1, so that a perfect order does not make them certain. The slope is never negative:
    where the order is the wrong way round, the score says nothing."""
    hit = float(befell.sum())
    high, low = (hit + 1) / (hit + 2), 1 / (len(befell) - hit + 2)
    wanted = np.where(befell > 0, high, low)
    middle, width = float(score.mean()), max(float(score.std()), 1e-9)
    x = np.column_stack([(score - middle) / width, np.ones(len(score))])
    share = float(wanted.mean())
    at = np.array([0.0, np.log(share / (1 - share))])
    lost = _lost(x @ at, wanted)
    for _ in range(_STEPS):
        p = sigmoid(x @ at)
        weight = np.maximum(p * (1 - p), 1e-9)
        step = np.linalg.solve((x * weight[:, None]).T @ x + 1e-9 * np.eye(2), x.T @ (p - wanted))
        # A whole step may lead beyond the lowest point: half of it then, and again.
        while (then := _lost(x @ (at - step), wanted)) > lost and float(np.abs(step).max()) > 1e-10:
            step = step / 2
        at, lost = at - step, min(then, lost)
        if float(np.abs(step).max()) < 1e-10:
            break
    slope = float(at[0]) / width
    if slope <= 0:
        return 0.0, float(np.log(share / (1 - share)))
    return slope, float(at[1]) - slope * middle


def _lost(odds: Floats, wanted: Floats) -> float:
    return float((np.logaddexp(0.0, odds) - wanted * odds).sum())


def log_loss(risk: Floats, befell: Whole) -> float:
    """Minus the mean logarithm of the probability of what came."""
    p = np.clip(np.where(befell > 0, risk, 1 - risk), 1e-12, 1.0)
    return float(-np.log(p).mean())
