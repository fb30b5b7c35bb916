"""Churn from more than past purchases: trains a classifier where one is asked for, and takes it where it is better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from custrata.core.errors import Problem
from custrata.core.metrics.base import Metric
from custrata.core.metrics.predicted import Churn, days_ahead
from custrata.usecases.arrow_columns import join_columns, read_columns
from custrata.usecases.churn_training import (
    DAYS,
    Compared,
    NotTrained,
    Snapshot,
    compared,
    past_days,
    snapshot,
    told_of,
    trained,
)
from custrata.usecases.churn_trees import require_extra
from custrata.usecases.fact_set import Facts
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.boosted import Boosted


@dataclass
class Classifiers:
    """What was trained, by days of horizon, and how it compared; `taken` are the metrics that come from it, `left`
    those for which past purchases alone are as good."""

    models: dict[int, Boosted] = field(default_factory=dict)
    compared: dict[int, Compared] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def params(self) -> dict[str, Any]:
        """Frozen parameters as JSON; what was compared stands beside them, also where the classifier was left."""
        found: dict[str, Any] = {}
        for days in sorted({*self.models, *self.compared}):
            told: dict[str, Any] = {}
            found[f"boosted:{days}"] = told
            if days in self.taken.values():
                told["model"] = self.models[days].model_dump(mode="json")
                told["metrics"] = [name for name, of in self.taken.items() if of == days]
            if days in self.compared:
                told["compared"] = asdict(self.compared[days])
        return found


def classified(metrics: Mapping[str, Metric]) -> dict[str, Churn]:
    """The metrics that ask for a classifier."""
    return {n: m for n, m in metrics.items() if isinstance(m, Churn) and m.model in ("boosted", "best")}


def train(asked: Mapping[str, Churn], places: Mapping[str, str], facts: Facts, engine: Engine) -> Classifiers:
    """A classifier for each horizon that is asked for, from days that are past; and which metrics it is taken for.

    Raises E-PREDICT-040 where scikit-learn is not installed.
    """
    found = Classifiers()
    by_days: dict[int, dict[str, Churn]] = {}
    for name, metric in asked.items():
        require_extra(places.get(name, name))
        by_days.setdefault(days_ahead(metric.horizon, facts.as_of), {})[name] = metric
    for days, metrics in by_days.items():
        _train(found, metrics, days, places, facts, engine)
    return found


def _train(
    found: Classifiers, metrics: Mapping[str, Churn], days: int, places: Mapping[str, str], facts: Facts, engine: Engine
) -> None:
    place = next(places.get(n, n) for n in metrics)
    best = {n: m for n, m in metrics.items() if m.model == "best"}
    try:
        snapshots, names = snapshots_of(facts, engine, days)
        found.models[days] = trained(snapshots, names, days, place)
    except NotTrained as no:
        for name, metric in metrics.items():
            found.notes.append(_refused(no, metric, places.get(name, name)))
            if metric.model == "best":
                found.left.append(name)
        return
    if best:
        try:
            found.compared[days] = compared(snapshots, names, days, place)
        except NotTrained as no:
            found.notes += [_refused(no, m, places.get(n, n)) for n, m in best.items()]
    for name, metric in metrics.items():
        against = found.compared.get(days)
        if metric.model == "boosted" or (against is not None and against.better):
            found.taken[name] = days
        else:
            found.left.append(name)
        if metric.model == "best" and against is not None:
            found.notes.append(_said(against, places.get(name, name)))


def _refused(no: NotTrained, metric: Churn, place: str) -> Problem:
    """Why there is no classifier, and what becomes of the metric: past purchases alone, or nothing."""
    codes = {("short", "boosted"): "E-PREDICT-041", ("few", "boosted"): "E-PREDICT-042",
             ("short", "best"): "E-PREDICT-043", ("few", "best"): "E-PREDICT-044"}  # fmt: skip
    return Problem(codes[no.reason, metric.model], place, no.values)


def _said(against: Compared, place: str) -> Problem:
    def shown(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}"

    values = {"day": against.day, "boosted": shown(against.boosted), "purchases": shown(against.purchases),
              "ranking": shown(against.ranking), "ranking_purchases": shown(against.ranking_purchases),
              "ranking_rule": shown(against.ranking_rule)}  # fmt: skip
    return Problem("E-PREDICT-045" if against.better else "E-PREDICT-046", place, values)


def snapshots_of(facts: Facts, engine: Engine, days: int, most: int = DAYS) -> tuple[list[Snapshot], tuple[str, ...]]:
    """Past days with what came after them, from the latest back, and the names of their features. Raises `NotTrained`
    where there are fewer than two."""
    on = past_days(facts.counts["orders"].first_day, facts.as_of, days, most)
    if len(on) < 2 or facts.earlier is None:
        raise NotTrained("short", days=days)
    known, wanted = remembered(facts), features_of(facts, engine)
    return [snapshot(known, engine, day, days, wanted=wanted) for day in on], wanted


def features_of(facts: Facts, engine: Engine) -> tuple[str, ...]:
    """The features that are known of past days, too."""
    from custrata.core.predict.features import names, settled_some_day

    contacts = facts.tables.interactions
    if contacts is None:
        return names(False)
    [row] = engine.rows(contacts.aggregate(n=settled_some_day(contacts)))
    return names(True, closing=not row["n"])


def remembered(facts: Facts) -> Callable[[date], Facts]:
    """A day → the facts that were known on it, each assembled once."""
    kept = {facts.as_of: facts}

    def known(day: date) -> Facts:
        if day not in kept:
            assert facts.earlier is not None
            kept[day] = facts.earlier(day)
        return kept[day]

    return known


def with_classified(t: Any, found: Classifiers, facts: Facts, engine: Engine) -> Any:
    """The table with the risk that a classifier gives each customer, as `~` and the metric's name."""
    from custrata.core.predict.features import features

    for days in sorted(set(found.taken.values())):
        columns = read_columns(engine, told_of(facts.tables, facts.as_of, days))
        risk = found.models[days].risk(features(columns, found.models[days].features))
        values = {f"~{name}": risk for name, of in found.taken.items() if of == days}
        t = join_columns(t, {"customer_id": columns["customer_id"]}, values, f"risks_{days}", engine)
    return t
