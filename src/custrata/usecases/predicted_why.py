"""Why a customer has his predictions: what he did, in words, from the orders that a run shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt

from custrata.charts.numbers import count, money, number
from custrata.core.explain import MetricValue
from custrata.core.metrics.predicted import Predicted, ahead_text
from custrata.locale import Lang, counted, text

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
    asked = {n: m for n, m in result.scheme.metrics.items() if isinstance(m, Predicted)}
    if not asked or result.orders is None:
        return metrics
    past = past_of(result, customer_id)
    return [
        m if m.name not in asked
        else replace(m, because=reason(asked[m.name], m.value, past, result.as_of, result.scheme.currency, lang))
        for m in metrics
    ]  # fmt: skip


def past_of(result: Result, customer_id: str) -> Past:
    """The past of one customer, counted as `custrata.core.predict.history` counts it: purchases of a day are one."""
    t: Any = result.orders
    who = t.customer_id
    own = t.filter((who if who.type().is_string() else who.cast(dt.string)) == customer_id)
    [row] = result.engine.rows(
        own.aggregate(
            days=own.day.nunique(where=own.purchase), first=own.day.min(where=own.purchase),
            last=own.day.max(where=own.purchase), net=own.net.sum(),
        )
    )  # fmt: skip
    return Past(int(row["days"] or 0), row["first"], row["last"], Decimal(str(row["net"] or 0)))


def reason(metric: Predicted, value: Any, past: Past, as_of: date, currency: str, lang: Lang) -> str:
    """One sentence: what the customer did, and what the model makes of it."""
    if past.first is None or past.last is None:
        return text("predict.why.never", lang)
    history = _history(past, past.first, past.last, as_of, lang)
    if value is None:
        key = "nothing" if metric.of_spend and past.net <= 0 else "no_model"
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
