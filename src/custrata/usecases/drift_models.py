"""Predictions of two runs by one model: the customers now, scored with the parameters of the earlier run, so that a
model that was fitted anew is not taken for customers who have changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.facts.ids import like
from custrata.core.metrics.base import Context, Metric
from custrata.core.metrics.best_time import BestTime
from custrata.core.metrics.next_order import NextOrder
from custrata.core.metrics.plan import ALL_SPEND
from custrata.core.metrics.predicted import Churn, Predicted, days_ahead
from custrata.usecases.arrow_columns import read_columns
from custrata.usecases.look import Result
from custrata.usecases.predictions_best import model_key

Params = Mapping[str, Any]


def params_of(result: Result) -> Params:
    """The frozen parameters of a run's predictions; empty where it tells none."""
    fitted = result.predictions
    try:
        if fitted is None and result.folder is not None:
            fitted = json.loads((result.folder / "params.json").read_text("utf-8")).get("predictions")
    except (OSError, ValueError, AttributeError):
        return {}
    return fitted or {}


def keys_of(name: str, metric: Metric, params: Params, days: int) -> tuple[str, ...]:
    """What the parameters are called that a metric of a run came from."""
    if isinstance(metric, BestTime):
        return (model_key(metric),)
    if not isinstance(metric, Predicted):
        return ()
    trees = f"boosted:{days}"
    if isinstance(metric, Churn) and metric.model in ("boosted", "best"):
        if name in params.get(trees, {}).get("metrics", ()):
            return (trees,)
        return ("mbg/nbd",) if metric.model == "best" else (trees,)
    more = ("rhythm",) if isinstance(metric, NextOrder) else ("gamma-gamma",) if metric.of_spend else ()
    return (metric.model, *more)


def refitted(now: Result, before: Result, names: Sequence[str]) -> set[str]:
    """Those of the metrics whose model has other parameters in the two runs."""
    ours, theirs = params_of(now), params_of(before)
    found = set()
    for name in names:
        sides = [(r.scheme.metrics[name], p, r.as_of) for r, p in ((now, ours), (before, theirs))]
        models = [[p.get(k) for k in keys_of(name, m, p, _days(m, day))] for m, p, day in sides]
        if any(m is not None for side in models for m in side) and models[0] != models[1]:
            found.add(name)
    return found


def by_earlier_models(now: Result, before: Result, names: Sequence[str]) -> Any:
    """`customer_id` and those of the `names` that can be scored from the orders of the run now with the parameters of
    the earlier one; null where none can."""
    theirs = params_of(before)
    wanted = {
        n: keys_of(n, m, theirs, _days(m, before.as_of))
        for n in names
        if isinstance(m := now.scheme.metrics[n], Predicted) and not isinstance(m, NextOrder)
    }
    wanted = {n: keys for n, keys in wanted.items() if all(_model(theirs.get(k)) for k in keys)}
    if not wanted or now.orders is None:
        return None
    t: Any = now.customers.select("customer_id")
    trees = {n: keys[0] for n, keys in wanted.items() if keys[0].startswith("boosted:")}
    plain = {n: keys for n, keys in wanted.items() if n not in trees}
    for part in (*(_by_trees(now, n, theirs[key]) for n, key in trees.items()),
                 *([_by_purchases(now, plain, theirs)] if plain else [])):  # fmt: skip
        if part is not None:
            t = t.left_join(part, t.customer_id == part["_who"]).drop("_who")
    return t if len(t.columns) > 1 else None


def _days(metric: Metric, as_of: Any) -> int:
    horizon = getattr(metric, "horizon", None)
    return 0 if horizon is None else days_ahead(horizon, as_of)


def _model(told: Any) -> bool:
    """Whether there are parameters to score with; of a classifier that was left nothing but its trial is kept."""
    return isinstance(told, Mapping) and bool(told) and ("compared" not in told or "model" in told)


def _by_trees(now: Result, name: str, told: Mapping[str, Any]) -> Any:
    from custrata.core.predict import features
    from custrata.core.predict.boosted import Boosted

    model = Boosted.model_validate(told["model"])
    contacts = now.interactions if features.OF_INTERACTIONS[0] in model.features else None
    if contacts is None and features.OF_INTERACTIONS[0] in model.features:
        return None
    days = _days(now.scheme.metrics[name], now.as_of)
    columns = read_columns(now.engine, features.sums(now.orders, contacts, now.as_of, days))
    risk = model.risk(features.features(columns, model.features))
    return _scored(now, {"_who": columns["customer_id"], name: risk}, f"kept_{name}")


def _by_purchases(now: Result, wanted: Mapping[str, Sequence[str]], params: Params) -> Any:
    import numpy as np

    from custrata.core.predict.counts import Counts
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.history import HISTORY, READS, with_history
    from custrata.core.predict.models import MODELS

    orders: Any = now.orders
    context = Context(now.as_of, now.scheme.purchase.by)
    summed = {n: m.expression(orders, context) for n, m in READS.items()}
    every = orders.group_by("customer_id").aggregate(**summed, **{ALL_SPEND: orders.net.sum()})
    t: Any = with_history(every, now.as_of)
    t = t.filter(t["#repeats"].notnull())
    columns = read_columns(now.engine, t.select("customer_id", *HISTORY))
    # Histories that are alike are scored once.
    rows, where = np.unique(np.stack([columns[c].to_numpy() for c in HISTORY]), axis=1, return_inverse=True)
    counts = Counts.of(*rows)
    metrics: dict[str, Any] = {n: now.scheme.metrics[n] for n in wanted}
    models = {k: MODELS[k].model_validate(params[k]) for keys in wanted.values() for k in keys if k in MODELS}
    scores = {f"~{n}": m.score(models[wanted[n][0]], counts, now.as_of)[where.ravel()] for n, m in metrics.items()}
    told = params.get("gamma-gamma")
    spend = None if told is None else GammaGamma.model_validate(told)
    made = _scored(now, {"_who": columns["customer_id"], **scores}, "kept_scores")
    own = t.mutate(_own=like(t.customer_id, dt.string))
    joined: Any = made.inner_join(own, made["_who"] == own["_own"])
    return joined.select("_who", **{n: m.value(joined[f"~{n}"], joined, spend) for n, m in metrics.items()})


def _scored(now: Result, columns: Mapping[str, Any], name: str) -> Any:
    import pyarrow as pa

    made: Any = now.engine.from_arrow(name, pa.table(dict(columns)))
    return made.mutate(_who=like(made["_who"], dt.string))
