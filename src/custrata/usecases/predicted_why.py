"""Why a customer has his predictions: what he did, in words, from the orders that a run shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from custrata.charts.numbers import count, money, number
from custrata.core.explain import MetricValue
from custrata.core.facts.ids import rows_of
from custrata.core.metrics.base import Metric
from custrata.core.metrics.best_time import BestTime
from custrata.core.metrics.next_order import NextOrder
from custrata.core.metrics.predicted import Churn, Predicted, ahead_text
from custrata.locale import Lang, counted, text
from custrata.usecases.predicted_why_churn import drivers
from custrata.usecases.predicted_why_days import best_time_reason, next_order_reason, weekdays_of

if TYPE_CHECKING:
    from custrata.usecases.look import Result


@dataclass(frozen=True)
class Past:
    """What a prediction knows of a customer: the days with a purchase, the first and the last of them (null: none),
    and what all orders brought, net."""

    days: int
    first: date | None
    last: date | None
    net: Decimal


def with_reasons(
    result: Result, customer_id: str, metrics: Sequence[MetricValue], lang: Lang
) -> Sequence[MetricValue]:
    """The numbers of a customer, those that are predicted with what they come from. Nothing is added where the run
    shows no orders."""
    asked = {n: m for n, m in result.scheme.metrics.items() if m.base == "predicted"}
    if not asked or result.orders is None:
        return metrics
    past = past_of(result, customer_id)
    weekdays = weekdays_of(result, customer_id) if any(isinstance(m, BestTime) for m in asked.values()) else {}

    def because(name: str, metric: Metric, value: Any) -> str:
        if isinstance(metric, BestTime) and past.first is not None:
            return best_time_reason(metric, value, weekdays, _alike(result, customer_id, metric, lang), lang)
        found = reason(metric, value, past, result.as_of, result.scheme.currency, lang)
        more = "" if value is None else drivers(result, name, metric, customer_id, lang)
        return found + text("predict.driver.space", lang) + more if more else found

    return [m if m.name not in asked else replace(m, because=because(m.name, asked[m.name], m.value)) for m in metrics]


def _alike(result: Result, customer_id: str, metric: BestTime, lang: Lang) -> str | None:
    """What the customer shares with those whom his best time leans on; null where that is everybody."""
    from custrata.usecases.listing import segment_title
    from custrata.usecases.names import attribute_title

    name = metric.within
    if name is None or name in result.scheme.segments:
        return name and segment_title(result.scheme, name, lang)
    if result.people is None or name not in result.people.columns:
        return None
    own: Any = rows_of(result.people, customer_id)
    told = result.engine.rows(own.filter(own[name].notnull()).select(name).limit(1))
    return attribute_title(result.scheme, name, lang) if told else None


def past_of(result: Result, customer_id: str) -> Past:
    """The past of one customer, counted as `custrata.core.predict.history` counts it: purchases of a day are one."""
    orders: Any = result.orders
    own: Any = rows_of(orders, customer_id)
    [row] = result.engine.rows(
        own.aggregate(
            days=own.day.nunique(where=own.purchase), first=own.day.min(where=own.purchase),
            last=own.day.max(where=own.purchase), net=own.net.sum(),
        )
    )  # fmt: skip
    return Past(int(row["days"] or 0), row["first"], row["last"], Decimal(str(row["net"] or 0)))


def reason(metric: Metric, value: Any, past: Past, as_of: date, currency: str, lang: Lang) -> str:
    """One sentence: what the customer did, and what the model makes of it."""
    if past.first is None or past.last is None:
        return text("predict.why.never", lang)
    history = _history(past, past.first, past.last, as_of, lang)
    if isinstance(metric, NextOrder):
        return next_order_reason(metric, value, history, lang)
    assert isinstance(metric, Predicted)
    if value is None:
        plain = "no_classifier" if isinstance(metric, Churn) and metric.model == "boosted" else "no_model"
        key = "nothing" if metric.of_spend and past.net <= 0 else plain
        return text(f"predict.why.{key}", lang, history=history)
    horizon = getattr(metric, "horizon", None)
    shown = {
        "ratio": lambda: _chance(float(value)), "number": lambda: number(value, 2 if value < 1 else 1),
        "money": lambda: money(value, lang, currency),
    }[metric.unit]()  # fmt: skip
    return text(
        f"predict.why.{metric.kind}", lang, history=history, value=shown,
        ahead="" if horizon is None else ahead_text(horizon, lang),
        mean=money(past.net / past.days, lang, currency),
    )  # fmt: skip


def _history(past: Past, first: date, last: date, as_of: date, lang: Lang) -> str:
    since = (as_of - last).days
    ago = text("predict.why.today", lang) if not since else counted("predict.why.ago", since, lang)
    if past.days == 1:
        return text("predict.why.once", lang, ago=ago)
    gap = round((last - first).days / (past.days - 1))
    return text(
        "predict.why.often", lang, days=count(past.days, lang), age=count((as_of - first).days, lang), ago=ago,
        gap=counted("predict.why.gap", max(gap, 1), lang),
    )  # fmt: skip


def _chance(value: float) -> str:
    """A probability as whole percents; what is not certain is not called so.

    >>> _chance(0.9134), _chance(0.998), _chance(0.0004), _chance(1.0)
    ('91%', '>99%', '<1%', '100%')
    """
    if 0.995 <= value < 1:
        return ">99%"
    return "<1%" if 0 < value < 0.005 else f"{number(value * 100)}%"
