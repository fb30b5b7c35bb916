"""What a classifier knows of a customer on a day: his purchases, what he sent back, what he complained of.

All of it comes from orders and interactions as they were known on that day, and from nothing else, so that a run can
tell it again of one customer from what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from custrata.core.predict.counts import Floats
from custrata.core.predict.gaps import UNIT, purchase_days

#: What is known of purchases, in the order of the columns of a model. Not a number where it cannot be: who bought once
#: has no gap.
OF_ORDERS = (
    "silent", "silent_gaps", "days", "days_recent", "days_before", "tenure", "gap", "irregular", "spend_recent",
    "spend_before", "order_value", "orders_a_day", "return_share", "returned_recent",
)  # fmt: skip
#: What is known of interactions, where a source tells of them.
OF_INTERACTIONS = ("complaints_recent", "complaints", "tickets_open", "contacts_recent", "since_contact", "score")
#: Kinds that are complaints, and kinds that say the customer is in touch.
_COMPLAINTS, _CONTACTS = ("complaint",), ("visit", "inquiry", "browsing", "coupon", "feedback")


def names(interactions: bool, closing: bool = True) -> tuple[str, ...]:
    """The features that there are; without `closing` nobody knows what was open on an earlier day."""
    found = OF_ORDERS + (OF_INTERACTIONS if interactions else ())
    return found if closing else tuple(n for n in found if n != "tickets_open")


def settled_some_day(interactions: ir.Table) -> Any:
    """How many are settled, nobody knows since when: a status says so, and no day. Such a one may have been open on any
    earlier day, so that what is open tells of the future there."""
    t: Any = interactions
    return t.count(where=~t.open.fill_null(True) & t.closed_at.isnull())


def sums(orders: ir.Table, interactions: ir.Table | None, as_of: date, days: int) -> ir.Table:
    """One row a customer who ever bought, up to the as-of date: whole numbers and money that `features` are made of.
    Recent are the last so many days, before them as many."""
    orders = orders.filter(orders.day <= as_of)
    recent, before = as_of - timedelta(days=days), as_of - timedelta(days=2 * days)
    lately = orders.day > recent
    earlier = (orders.day > before) & ~lately
    money = orders.group_by("customer_id").aggregate(
        orders=orders.count(where=orders.purchase), net=orders.net.sum(), gross=orders.gross.sum(),
        refunded=orders.refunded.sum(), refunded_recent=orders.refunded.sum(where=lately),
        net_recent=orders.net.sum(where=lately), net_before=orders.net.sum(where=earlier),
    )  # fmt: skip
    money = money.rename(_who="customer_id")
    found: Any = _of_days(orders, as_of, days)
    found = found.left_join(money, found.customer_id == money["_who"]).drop("_who")
    if interactions is None:
        return found
    told = _of_contacts(interactions.filter(interactions.day <= as_of), as_of, recent)
    return found.left_join(told, found.customer_id == told["_contact"]).drop("_contact")


def _of_days(orders: ir.Table, as_of: date, days: int) -> ir.Table:
    """Purchase days: how many, when, how far apart."""
    t = purchase_days(orders)
    ago = ibis.literal(as_of).delta(t.day, unit="day")
    return t.group_by("customer_id").aggregate(
        silent=ago.min().cast("int64"), tenure=ago.max().cast("int64"), days=t.count(),
        days_recent=t.count(where=ago < days), days_before=t.count(where=(ago >= days) & (ago < 2 * days)),
        logs=t.log.sum().cast("int64"), squares=(t.log * t.log).sum().cast("int64"),
    )  # fmt: skip


def _of_contacts(t: ir.Table, as_of: date, recent: date) -> ir.Table:
    lately, complaint = t.day > recent, t.kind.isin(_COMPLAINTS)
    scored = t.value.notnull() & (t.kind == "feedback")
    last: Any = t.day.max()
    return t.group_by(_contact=t.customer_id).aggregate(
        complaints=t.count(where=complaint), complaints_recent=t.count(where=complaint & lately),
        tickets_open=t.count(where=t.open.fill_null(False)),
        contacts_recent=t.count(where=t.kind.isin(_CONTACTS) & lately),
        since_contact=ibis.literal(as_of).delta(last, unit="day").cast("int64"),
        score_sum=t.value.sum(where=scored).cast("float64"), score_count=t.count(where=scored),
    )  # fmt: skip


def features(columns: Mapping[str, Any], wanted: Sequence[str]) -> Floats:
    """A row a customer, a column for each that is wanted of `names`; row-wise. `columns` are those of `sums` as Arrow
    has them."""

    def number(name: str, missing: float = np.nan) -> Floats:
        found = columns[name].cast("float64").to_numpy()
        return np.where(np.isnan(found), missing, found)

    count = number("days")
    gaps = count - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(gaps > 0, (number("tenure") - number("silent")) / gaps, np.nan)
        mean = number("logs") / gaps
        spread = np.sqrt(np.maximum(number("squares") / gaps - mean * mean, 0.0)) / UNIT
        gross = number("gross", 0.0)
        told: dict[str, Floats] = {
            "silent": number("silent"), "silent_gaps": number("silent") / gap, "days": count,
            "days_recent": number("days_recent"), "days_before": number("days_before"), "tenure": number("tenure"),
            "gap": gap, "irregular": np.where(gaps > 1, spread, np.nan), "spend_recent": number("net_recent", 0.0),
            "spend_before": number("net_before", 0.0), "order_value": number("net", 0.0) / number("orders"),
            "orders_a_day": number("orders") / count,
            "return_share": np.where(gross > 0, number("refunded", 0.0) / gross, 0.0),
            "returned_recent": number("refunded_recent", 0.0),
        }  # fmt: skip
        if any(name in OF_INTERACTIONS for name in wanted):
            whole = ("complaints_recent", "complaints", "tickets_open", "contacts_recent")
            told |= {name: number(name, 0.0) for name in whole}
            told["since_contact"] = number("since_contact")
            scores = number("score_count", 0.0)
            told["score"] = number("score_sum") / np.where(scores > 0, scores, np.nan)
    return np.column_stack([told[name] for name in wanted])
