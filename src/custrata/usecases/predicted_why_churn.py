"""Why a classifier gives a customer his risk: what of his features drives it up and down, in words.

The features are worked out again from the orders and interactions that the run shows, by the same expressions as for
everybody, and each one's part of the score is exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import exp
from typing import TYPE_CHECKING, Any

from custrata.charts.numbers import count, money, number, percent
from custrata.core.facts.ids import rows_of
from custrata.core.metrics.base import Metric
from custrata.core.metrics.predicted import Churn, days_ahead
from custrata.locale import Lang, text
from custrata.usecases.arrow_columns import read_columns

if TYPE_CHECKING:
    from custrata.core.predict.boosted import Boosted
    from custrata.usecases.look import Result

#: So many reasons are told of what raises a risk and of what lowers it, if they move the log-odds by so much.
_RAISING, _LOWERING, _LEAST = 3, 2, 0.05
#: What has words of its own for one.
_COUNTED = (
    "silent", "days", "days_recent", "days_before", "tenure", "complaints_recent", "complaints", "tickets_open",
    "contacts_recent", "since_contact",
)  # fmt: skip
#: How the values of features are shown; others are whole numbers.
_MONEY = ("spend_recent", "spend_before", "order_value", "returned_recent")
_NUMBERS = ("silent_gaps", "gap", "orders_a_day", "score")


def drivers(result: Result, name: str, metric: Metric, customer_id: str, lang: Lang) -> str:
    """One or two sentences; none where past purchases alone decided, or the run tells no parameters."""
    if not isinstance(metric, Churn) or metric.model not in ("boosted", "best"):
        return ""
    days = days_ahead(metric.horizon, result.as_of)
    model = _model_of(result, name, days)
    if model is None:
        return ""
    row = _features(result, model, customer_id, days)
    if row is None:
        return ""
    parts = model.parts(row)
    values = dict(zip(model.features, row, strict=True))
    order = sorted(parts, key=lambda f: (-abs(parts[f]), f))
    up = [f for f in order if parts[f] >= _LEAST]
    down = [f for f in order if parts[f] <= -_LEAST]
    said = []
    for key, found, most in (("raises", up, _RAISING), ("lowers", down, _LOWERING)):
        words = list(_words(found, values, days, result.scheme.currency, lang))[:most]
        if words:
            said.append(text(f"predict.driver.{key}", lang, drivers=text("predict.driver.and", lang).join(words)))
    return text("predict.driver.space", lang).join(said)


def _model_of(result: Result, name: str, days: int) -> Boosted | None:
    """The classifier that a metric of a run came from."""
    from custrata.core.predict.boosted import Boosted

    try:
        fitted = result.predictions
        if fitted is None and result.folder is not None:
            fitted = json.loads((result.folder / "params.json").read_text("utf-8"))["predictions"]
        told = (fitted or {})[f"boosted:{days}"]
        return Boosted.model_validate(told["model"]) if name in told["metrics"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _features(result: Result, model: Boosted, customer_id: str, days: int) -> Any:
    """The row of features of one customer; null for who never bought."""
    from custrata.core.predict import features

    assert result.orders is not None
    interactions = features.OF_INTERACTIONS[0] in model.features
    contacts = None
    if interactions:
        if result.interactions is None:
            return None
        contacts = rows_of(result.interactions, customer_id)
    told = features.sums(rows_of(result.orders, customer_id), contacts, result.as_of, days)
    columns = read_columns(result.engine, told)
    return features.features(columns, model.features)[0] if len(columns["customer_id"]) else None


def _words(found: Iterable[str], values: dict[str, float], days: int, currency: str, lang: Lang) -> Iterable[str]:
    """Each feature in words, the same words once."""
    said = []
    for name in found:
        value = values[name]
        key = f"predict.driver.none.{name}" if value != value else f"predict.driver.{name}"
        key += "_one" if name in _COUNTED and round(value) == 1 else ""
        words = text(key, lang, value="" if value != value else _shown(name, value, currency, lang), days=days)
        if words not in said:
            said.append(words)
    return said


def _shown(name: str, value: float, currency: str, lang: Lang) -> str:
    if name in _MONEY:
        return money(value, lang, currency)
    if name == "return_share":
        return percent(value, lang, 0)
    if name == "irregular":
        # The deviation of a logarithm is a factor.
        return number(exp(value), 1)
    return number(value, 1) if name in _NUMBERS else count(round(value), lang)
