"""Fits the models that a scheme's predictions ask for, and gives every customer his numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import Problem
from custrata.core.metrics.base import Metric
from custrata.core.metrics.best_time import BestTime
from custrata.core.metrics.next_order import NextOrder
from custrata.core.metrics.predicted import Predicted
from custrata.usecases.arrow_columns import join_columns, read_columns
from custrata.usecases.fact_set import Facts
from custrata.usecases.ports import Engine
from custrata.usecases.predictions_best import with_best_times
from custrata.usecases.predictions_churn import Classifiers, classified, train, with_classified
from custrata.usecases.predictions_data import closed_for, too_far
from custrata.usecases.predictions_rhythm import with_next_orders

if TYPE_CHECKING:
    from custrata.core.predict.counts import Counts
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.occasions import Occasions
    from custrata.core.predict.purchases import NoFit, PurchaseModel
    from custrata.core.predict.rhythm import Rhythm

#: From this correlation on, how often a customer buys says something about what a purchase brings.
_DEPENDENT = 0.3
#: From this mean probability of being a customer still on, a model has seen nobody leave.
_NOBODY_LEFT = 0.999


@dataclass
class Predictions:
    """What was fitted: purchase models by their word, the model of spend where one was asked for, everybody's rhythm,
    when everybody buys, classifiers by horizon; and what should be said of them."""

    models: dict[str, PurchaseModel] = field(default_factory=dict)
    spend: GammaGamma | None = None
    rhythm: Rhythm | None = None
    occasions: dict[str, Occasions] = field(default_factory=dict)
    classifiers: Classifiers = field(default_factory=Classifiers)
    notes: list[Problem] = field(default_factory=list)

    def params(self) -> dict[str, Any]:
        """Frozen parameters as JSON, by model."""
        found = {name: model.model_dump(mode="json") for name, model in self.models.items()}
        found |= {} if self.spend is None else {"gamma-gamma": self.spend.model_dump(mode="json")}
        found |= {} if self.rhythm is None else {"rhythm": self.rhythm.model_dump(mode="json")}
        found |= {name: model.model_dump(mode="json") for name, model in self.occasions.items()}
        return found | self.classifiers.params()


def predicted(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Those of the metrics that are predictions."""
    return {name: m for name, m in metrics.items() if m.base == "predicted"}


def summed(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Those that are summed from facts, with what predictions read besides."""
    plain = {name: m for name, m in metrics.items() if m.base != "predicted"}
    if len(plain) == len(metrics):
        return plain
    from custrata.core.predict.history import READS

    return {**plain, **READS}


def read_facts(metrics: Mapping[str, Metric]) -> bool:
    """Whether a prediction among the metrics reads facts beside those that are summed for it."""
    return any(isinstance(m, NextOrder | BestTime) for m in metrics.values()) or bool(classified(metrics))


def with_predictions(
    table: ir.Table, metrics: Mapping[str, Metric], places: Mapping[str, str], facts: Facts, engine: Engine
) -> tuple[ir.Table, Predictions]:
    """The per-customer table with a column for each prediction among `metrics`; null for everybody where no model fits,
    which a note says. Histories that are alike are worked out once."""
    asked, found = predicted(metrics), Predictions()
    if not asked:
        return table, found
    from custrata.core.predict.history import HISTORY, counts_of, histories, with_history
    from custrata.core.predict.models import MODELS

    as_of = facts.as_of
    t: Any = engine.stage("histories", with_history(table, as_of))
    found.classifiers = train(classified(asked), places, facts, engine)
    found.notes += found.classifiers.notes
    left = found.classifiers.left
    of_models = {n: _plain(m, n in left) for n, m in asked.items() if isinstance(m, Predicted)}
    of_models = {n: m for n, m in of_models.items() if m.model in MODELS}
    columns = {name: c.to_numpy() for name, c in read_columns(engine, histories(t)).items()} if of_models else {}
    values: dict[str, Any] = {}
    if of_models:
        counts = counts_of(columns)
        _fit(found, of_models, counts, t, places, engine)
        fitted = {n: m for n, m in of_models.items() if m.model in found.models}
        beyond, notes = too_far(fitted, int(counts.age.max(initial=0)), as_of, places)
        place = next(places.get(name, name) for name in of_models)
        found.notes += [*notes, *closed_for(facts.tables.orders, as_of, place, engine)]
        of_models = {n: m for n, m in of_models.items() if n not in beyond}
        scored = {
            name: m for name, m in of_models.items()
            if not isinstance(m, NextOrder) and m.model in found.models and (found.spend is not None or not m.of_spend)
        }  # fmt: skip
        scores = {f"~{name}": m.score(found.models[m.model], counts, as_of) for name, m in scored.items()}
        if scores:
            t = join_columns(t, {name: columns[name] for name in HISTORY}, scores, "scores", engine)
        values |= {name: partial(_scored, m, f"~{name}", found.spend) for name, m in scored.items()}
    t = with_classified(t, found.classifiers, facts, engine)
    trees = classified(asked)
    values |= {n: partial(_scored, trees[n], f"~{n}", None) for n in found.classifiers.taken}
    next_orders = {n: m for n, m in asked.items() if isinstance(m, NextOrder)}
    if next_orders:
        t, found.rhythm, notes = with_next_orders(t, next_orders, found.models, places, facts.tables, as_of, engine)
        found.notes += notes
        values |= {n: partial(_as_told, f"~{n}") for n in next_orders if f"~{n}" in t.columns}
    times = {n: m for n, m in asked.items() if isinstance(m, BestTime)}
    if times:
        t, found.occasions, best, notes = with_best_times(t, times, places, facts.tables, engine)
        found.notes += notes
        values |= best
    t = engine.stage("scored", t)
    told = {n: values[n](t) if n in values else _nothing(m) for n, m in asked.items()}
    kept = {name: told.get(name, t[name] if name in t.columns else None) for name in (*table.columns, *asked)}
    return engine.materialise("predicted", t.select(**kept)), found


def _plain(metric: Predicted, left: bool) -> Predicted:
    """The metric, by past purchases alone where a classifier was `left`."""
    return metric.model_copy(update={"model": "mbg/nbd"}) if left else metric


def _scored(metric: Predicted, column: str, spend: GammaGamma | None, t: Any) -> Any:
    return metric.value(t[column], t, spend)


def _as_told(column: str, t: Any) -> Any:
    return t[column]


def _nothing(metric: Metric) -> Any:
    return ibis.null("date" if metric.unit == "date" else "float64")


def _fit(
    found: Predictions, asked: Mapping[str, Predicted], counts: Counts, t: ir.Table, places: Mapping[str, str],
    engine: Engine,
) -> None:  # fmt: skip
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.history import spend_of
    from custrata.core.predict.models import MODELS
    from custrata.core.predict.purchases import NoFit

    for word in dict.fromkeys(m.model for m in asked.values()):
        try:
            found.models[word] = MODELS[word].fit(counts)
        except NoFit as no:
            found.notes += [_refusal(no, places.get(name, name)) for name, m in asked.items() if m.model == word]
            continue
        # Shares of the customers, each of whom counts once.
        if float(found.models[word].alive(counts) @ counts.customers) >= _NOBODY_LEFT * counts.total:
            place = next(places.get(name, name) for name, m in asked.items() if m.model == word)
            found.notes.append(Problem("E-PREDICT-009", place, {"customers": counts.total}))
    of_spend = [name for name, m in asked.items() if m.of_spend and m.model in found.models]
    if of_spend:
        rows = read_columns(engine, spend_of(t))
        try:
            found.spend = GammaGamma.fit(*(rows[c].to_numpy() for c in ("purchases", "mean", "customers")))
        except NoFit as no:
            found.notes += [Problem("E-PREDICT-008", places.get(name, name), no.values) for name in of_spend]
        else:
            if abs(found.spend.dependence) >= _DEPENDENT:
                value = {"correlation": f"{found.spend.dependence:+.2f}"}
                found.notes += [Problem("E-PREDICT-004", places.get(name, name), value) for name in of_spend]


def _refusal(no: NoFit, place: str) -> Problem:
    codes = {"once": "E-PREDICT-001", "few": "E-PREDICT-002", "flat": "E-PREDICT-003"}
    return Problem(codes[no.reason], place, no.values)
