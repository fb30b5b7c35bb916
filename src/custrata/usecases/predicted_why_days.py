"""Why a customer is expected on a day, and why he is reached best then: in words, from the orders that a run shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from custrata.charts.numbers import count, percent
from custrata.core.facts.ids import rows_of
from custrata.core.metrics.best_time import BestTime, BestWeekday
from custrata.core.metrics.next_order import NextOrder
from custrata.locale import Lang, text

if TYPE_CHECKING:
    from custrata.usecases.look import Result


def next_order_reason(metric: NextOrder, value: Any, history: str, lang: Lang) -> str:
    """One sentence: what the customer did, and until when such customers come again."""
    if value is None:
        return text("predict.why.next_order_none", lang, history=history)
    values = {"share": percent(float(metric.share), lang, 0), "value": value}
    key = "next_order" if metric.edge == "middle" else f"next_order_{metric.edge}"
    return text(f"predict.why.{key}", lang, history=history, **values)


def best_time_reason(
    metric: BestTime, value: Any, weekdays: Mapping[int, int], like: str | None, lang: Lang
) -> str:
    """One sentence: how often the customer bought at his best time, as far as the run shows it. Of a share, and of an
    hour, the orders of a run tell nothing; what everybody does tells the rest,
    or those `like` him: what they share is called so."""
    if value is None:
        return text("predict.why.best_none", lang)
    if metric.tell == "share":
        return text("predict.why.best_share", lang, value=percent(float(value), lang))
    suffix = "" if like is None else "_within"
    if not isinstance(metric, BestWeekday):
        hours = {"start": f"{int(value):02d}:00", "end": f"{(int(value) + 1) % 24:02d}:00"}
        return text(f"predict.why.best_hour{suffix}", lang, name=like, **hours)
    own = {"n": count(sum(weekdays.values()), lang), "own": count(weekdays.get(int(value), 0), lang)}
    day = text(f"predict.weekday.{int(value)}", lang)
    return text(f"predict.why.best_weekday{suffix}", lang, day=day, name=like, **own)


def weekdays_of(result: Result, customer_id: str) -> dict[int, int]:
    """On how many days a customer bought, by weekday (1: Monday)."""
    orders: Any = result.orders
    own: Any = rows_of(orders, customer_id)
    found: dict[int, int] = {}
    for row in result.engine.rows(own.filter(own.purchase).select("day").distinct()):
        found[row["day"].isoweekday()] = found.get(row["day"].isoweekday(), 0) + 1
    return found
