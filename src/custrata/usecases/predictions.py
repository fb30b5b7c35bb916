"""Fits the models that a scheme's predictions ask for, and gives every customer his numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import Problem
from custrata.core.metrics.base import Metric
from custrata.core.metrics.predicted import Predicted
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.counts import Counts
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.purchases import NoFit, PurchaseModel

#: From this correlation on, how often a customer buys says something about what a purchase brings.
_DEPENDENT = 0.3
#: From this mean probability of being a customer still on, a model has seen nobody leave.
_NOBODY_LEFT = 0.999


@dataclass
class Predictions:
    """What was fitted: purchase models by their word, the model of spend where one was asked for; and what should be
    said of them."""

    models: dict[str, PurchaseModel] = field(default_factory=dict)
    spend: GammaGamma | None = None
    notes: list[Problem] = field(default_factory=list)

    def params(self) -> dict[str, Any]:
        """Frozen parameters as JSON, by model."""
        found = {name: model.model_dump(mode="json") for name, model in self.models.items()}
        return found if self.spend is None else {**found, "gamma-gamma": self.spend.model_dump(mode="json")}


def predicted(metrics: Mapping[str, Metric]) -> dict[str, Predicted]:
    """Those of the metrics that are predictions."""
    return {name: m for name, m in metrics.items() if isinstance(m, Predicted)}


def summed(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Those that are summed from facts, with what predictions read besides."""
    plain = {name: m for name, m in metrics.items() if m.base != "predicted"}
    if len(plain) == len(metrics):
        return plain
    from custrata.core.predict.history import READS

    return {**plain, **READS}


def with_predictions(
    table: ir.Table, metrics: Mapping[str, Metric], places: Mapping[str, str], as_of: date, engine: Engine
) -> tuple[ir.Table, Predictions]:
    """The per-customer table with a column for each prediction among `metrics`; null for everybody where no model fits,
    which a note says. Histories that are alike are worked out once."""
    asked, found = predicted(metrics), Predictions()
    if not asked:
        return table, found
    from custrata.core.predict.history import HISTORY, counts_of, histories, with_history

    t: Any = engine.stage("histories", with_history(table, as_of))
    columns = {name: c.to_numpy() for name, c in _columns(engine.arrow(histories(t))).items()}
    counts = counts_of(columns)
    _fit(found, asked, counts, t, places, engine)
    scores = {
        f"~{name}": m.score(found.models[m.model], counts, as_of)
        for name, m in asked.items()
        if m.model in found.models and (found.spend is not None or not m.of_spend)
    }
    if scores:
        t = _joined(t, {name: columns[name] for name in HISTORY}, scores, engine)
    values = {
        name: m.value(t[f"~{name}"], t, found.spend) if f"~{name}" in scores else ibis.null("float64")
        for name, m in asked.items()
    }
    kept = {name: values.get(name, t[name] if name in t.columns else None) for name in (*table.columns, *asked)}
    return engine.materialise("predicted", t.select(**kept)), found


def _columns(arrow: Any) -> dict[str, Any]:
    return dict(zip(arrow.column_names, arrow.columns, strict=True))


def _joined(t: Any, history: Mapping[str, Any], scores: Mapping[str, Any], engine: Engine) -> Any:
    import pyarrow as pa

    made = engine.from_arrow("scores", pa.table({f"_{n}": a for n, a in history.items()} | dict(scores)))
    found = t.left_join(made, [t[n] == made[f"_{n}"] for n in history])
    return found.drop(*(f"_{n}" for n in history))


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
        rows = _columns(engine.arrow(spend_of(t)))
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


