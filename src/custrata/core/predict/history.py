"""The history of a customer that purchase models read, as columns of the per-customer table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.metrics.base import Metric
from custrata.core.metrics.frequency import Frequency
from custrata.core.metrics.recency import FirstPurchase, LastPurchase
from custrata.core.predict.counts import Counts, Whole

#: What is summed for predictions besides the metrics of a scheme. All purchases of a day are one occasion here,
#: whatever the scheme counts: two receipts of one visit say nothing about when the customer comes again.
READS: Mapping[str, Metric] = {
    "#first": FirstPurchase(), "#last": LastPurchase(), "#days": Frequency(count="day")
}  # fmt: skip
#: Purchase days after the first; days from the first to the last; days from the first to the as-of date.
HISTORY = ("#repeats", "#recency", "#age")


def with_history(table: ir.Table, as_of: date) -> ir.Table:
    """The table with `HISTORY`; null for who never bought."""
    t: Any = table
    return t.mutate(**{
        "#repeats": ibis.ifelse(t["#first"].isnull(), ibis.null("int64"), t["#days"].cast("int64") - 1),
        "#recency": t["#last"].delta(t["#first"], unit="day").cast("int64"),
        "#age": ibis.literal(as_of).delta(t["#first"], unit="day").cast("int64"),
    })  # fmt: skip


def histories(table: ir.Table) -> ir.Table:
    """Each history that occurs once, with the number of `customers` who have it."""
    bought = table.filter(table["#repeats"].notnull())
    return bought.group_by(*HISTORY).aggregate(customers=bought.count())


def counts_of(columns: Mapping[str, Whole]) -> Counts:
    """What an engine answers to `histories`."""
    repeats, recency, age = (columns[name] for name in HISTORY)
    return Counts.of(repeats, recency, age, columns["customers"])


def spend_of(table: ir.Table) -> ir.Table:
    """`purchases`, `mean` spend of one and the number of `customers`, of those who brought something; to the cent, so
    that equal spend is one row."""
    bought = table.filter((table["#days"] > 0) & (table["#spend"] > 0))
    mean = (bought["#spend"].cast("float64") / bought["#days"].cast("float64")).round(2)
    rows = bought.select(purchases=bought["#days"].cast("int64"), mean=mean).filter(lambda t: t["mean"] > 0)
    return rows.group_by("purchases", "mean").aggregate(customers=rows.count())
