"""How good a prediction was, once the time has come: measures of risks and of amounts against what happened.

Customers of equal risk are equal here, too: where a tenth of the customers ends among equals, it takes its part of them
all. Nothing depends on the order of the customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from custrata.core.predict.counts import Floats

#: Groups of customers, from the least predicted to the most, in which predicted and actual are compared.
_GROUPS = 10
#: Shares of the customers, the riskiest first, of which it is told how many of the leavers they hold.
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Group:
    """Customers with predictions next to each other: how many, what was predicted in the mean, what came."""

    customers: int
    predicted: float
    actual: float


@dataclass(frozen=True)
class RiskTrial:
    """How a risk of something fared. `share` is how many it befell.

    `ranking`: the chance that one whom it befell had been given more risk than one whom it did not (area under the ROC
    curve; 0.5 is a coin; null where it befell all or none). `error`: mean squared difference between risk and outcome
    (Brier); null for what only ranks. `gains`: for `SHARES` of the customers, the share of those befallen among them.
    """

    customers: int
    share: float
    ranking: float | None
    gains: tuple[float, ...]
    error: float | None = None
    calibration: tuple[Group, ...] = ()


@dataclass(frozen=True)
class AmountTrial:
    """How predicted numbers fared. `total`: predicted ÷ actual sum − 1 (null where nothing came, or less than nothing,
    as net spend can be). `off`: mean absolute difference. `off_by_logs`: mean squared difference of ln(1 + n), which a
    few large customers do not rule."""

    customers: int
    actual: float
    total: float | None
    off: float
    off_by_logs: float
    calibration: tuple[Group, ...] = ()


def risk_trial(risk: Any, befell: Any, *, probability: bool = True) -> RiskTrial:
    """Measures of a risk from 0 to 1, or with `probability` false of anything that rises with the risk."""
    r, y = np.asarray(risk, dtype=np.float64), np.asarray(befell, dtype=np.float64)
    _same_length(r, y)
    values, where, counts = np.unique(r, return_inverse=True, return_counts=True)
    hit = np.bincount(where, weights=y, minlength=len(values))
    missed = counts - hit
    all_hit, all_missed = float(hit.sum()), float(missed.sum())
    ranking = None
    if all_hit and all_missed:
        below = np.cumsum(missed) - missed
        ranking = float((hit * (below + missed / 2)).sum() / (all_hit * all_missed))
    gains = tuple(_gained(counts[::-1], hit[::-1], s * len(r)) / all_hit if all_hit else 0.0 for s in SHARES)
    error = float(np.mean((r - y) ** 2)) if probability else None
    groups = _groups(r, y) if probability else ()
    return RiskTrial(len(r), float(y.mean()), ranking, gains, error, groups)


def amount_trial(predicted: Any, actual: Any) -> AmountTrial:
    """Measures of predicted numbers, at least 0."""
    p, a = np.asarray(predicted, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    _same_length(p, a)
    came = float(a.sum())
    logs = np.log1p(np.maximum(p, 0.0)) - np.log1p(np.maximum(a, 0.0))
    return AmountTrial(
        len(p), came, float(p.sum()) / came - 1 if came > 0 else None, float(np.mean(np.abs(p - a))),
        float(np.mean(logs**2)), _groups(p, a),
    )  # fmt: skip


def lift(trial: RiskTrial, share: float = 0.1) -> float:
    """How many times as many as among anybody are found in the riskiest `share`, which must be one of `SHARES`."""
    return trial.gains[SHARES.index(share)] / share


def _same_length(a: Floats, b: Floats) -> None:
    if len(a) != len(b) or not len(a):
        raise ValueError("a prediction for each customer, and at least one customer")


def _gained(counts: Any, hit: Any, most: float) -> float:
    """How many of those hit are among the first `most` customers."""
    until = np.cumsum(counts)
    whole = int(np.searchsorted(until, most, side="right"))
    found = float(hit[:whole].sum())
    if whole < len(counts):
        found += float(hit[whole]) * (most - (float(until[whole - 1]) if whole else 0.0)) / float(counts[whole])
    return found


def _groups(predicted: Floats, actual: Floats) -> tuple[Group, ...]:
    """Groups of about equal size; equal predictions are in one."""
    cuts = np.unique(np.quantile(predicted, np.arange(1, _GROUPS) / _GROUPS, method="inverted_cdf"))
    group = np.searchsorted(cuts, predicted, side="left")
    found: Sequence[int] = np.unique(group).tolist()
    return tuple(
        Group(int((group == g).sum()), float(predicted[group == g].mean()), float(actual[group == g].mean()))
        for g in found
    )
