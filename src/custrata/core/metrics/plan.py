"""The per-customer table: every metric of a scheme, from one pass over the headers and one for each other base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.metrics.base import Context, FactTables, Metric
from custrata.core.metrics.membership import joined_of, with_membership_years

#: Orders and net spend of all time: every run tells them, whatever its metrics are.
ALL_ORDERS, ALL_SPEND = "#orders", "#spend"
#: The day on which a customer joined, where some metric counts by membership years.
JOINED = "#joined"

#: Joins in one query: each is nested in the next, and SQL cannot be written to any depth.
_JOINS = 20


def header_columns(metrics: Mapping[str, Metric]) -> frozenset[str]:
    """The columns of the order headers that some metric reads."""
    needs = (need.split(".", 1) for metric in metrics.values() for need in metric.needs())
    found = {column for base, column in needs if base == "orders"}
    return frozenset(found | ({"quantity"} if "returned_quantity" in found else set()))


def line_columns(metrics: Mapping[str, Metric]) -> frozenset[str]:
    """The columns of the lines that metrics read; empty where none reads lines."""
    needs = (need.split(".", 1) for metric in metrics.values() for need in metric.needs())
    return frozenset(column for base, column in needs if base == "lines")


def missing_columns(
    metrics: Mapping[str, Metric], columns: Mapping[str, Iterable[str]], places: Mapping[str, str]
) -> list[Problem]:
    """A problem for every metric that needs a column which the facts lack. `places` tells where a name is written."""
    found = []
    for name, metric in metrics.items():
        for need in metric.needs():
            base, column = need.split(".", 1)
            if column not in columns[base]:
                whose = name.split(".")[0]
                values = {"metric": whose, "column": column, "source": "orders" if base == "lines" else base}
                found.append(Problem("E-SCHEME-039", places.get(whose, whose), values))
    return found


def customer_table(
    facts: FactTables, metrics: Mapping[str, Metric], attributes: Iterable[str], context: Context
) -> ir.Table:
    """One row a customer: customer_id, every metric, then the attributes that segments read, as `@name`.

    Customers are those with any fact up to the as-of date and those in the customers source. A customer without facts
    has each metric's own value for that (0 or null). The facts learn of membership years only where a metric asks.
    """
    yearly = {n for n, m in metrics.items() if m.window.own}
    by_year = with_membership_years(facts, context.as_of) if yearly else facts
    orders = by_year.orders if any(metrics[n].base == "orders" for n in yearly) else facts.orders
    summed = {n: m.expression(orders, context) for n, m in metrics.items() if m.base == "orders"}
    summed |= {ALL_ORDERS: orders.count(where=orders.purchase), ALL_SPEND: orders.net.sum()}
    table: Any = _with_others(orders.group_by("customer_id").aggregate(**summed), facts)
    own_tables = {n: m for n, m in metrics.items() if m.base == "own"}
    for i, (name, metric) in enumerate(own_tables.items(), 1):
        own = metric.table(by_year if name in yearly else facts, context).rename({name: "value", "_key": "customer_id"})
        table = table.left_join(own, table.customer_id == own["_key"]).drop("_key")
        if i % _JOINS == 0:
            table = facts.keep(f"joined_{i}", table)
    table = _with_everybody(table, facts, tuple(attributes))
    if yearly:
        table = _with_joining_days(table, facts)
    empty = {n: m.without_facts() for n, m in metrics.items()}
    columns = {n: table[n] if e is None else table[n].fill_null(e) for n, e in empty.items()}
    known = {f"@{a}": table[f"@{a}"] for a in attributes if f"@{a}" in table.columns}
    totals = {c: table[c].fill_null(0) for c in (ALL_ORDERS, ALL_SPEND)}
    days = {JOINED: table[JOINED]} if yearly else {}
    return table.select("customer_id", **columns, **known, **totals, **days)


def _with_joining_days(table: Any, facts: FactTables) -> Any:
    """The table with `JOINED`."""
    joined = joined_of(facts).select(_member="customer_id", **{JOINED: "joined"})
    # A join cannot be told by a column that the join before it computes, unless it has a name of its own.
    table = table.mutate(_id=table.customer_id)
    return table.left_join(joined, table["_id"] == joined["_member"]).drop("_id", "_member")


def _with_others(table: Any, facts: FactTables) -> Any:
    """The table with a row for those, too, of whom nothing but interactions or assets are known."""
    if facts.others is None:
        return table
    who = facts.others.select(_who="customer_id")
    joined = table.outer_join(who, table.customer_id == who["_who"])
    return joined.mutate(customer_id=ibis.coalesce(joined.customer_id, joined["_who"])).drop("_who")


def require_attributes(facts: FactTables, readers: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Raises where a segment reads a field that no customers source gives. `readers` maps each field to a segment."""
    have = set(facts.customers.columns) if facts.customers is not None else set()
    problems = [
        Problem("E-SCHEME-039", places.get(s, s), {"metric": s, "column": a, "source": "customers"})
        for a, s in readers.items()
        if a not in have
    ]
    if problems:
        raise CustrataError(*problems)


def published(table: ir.Table, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """Columns as a run publishes them: money stays decimal, ratios and means become floats, counts whole numbers."""
    return {name: _published(table[name], metric) for name, metric in metrics.items()}


def _published(column: Any, metric: Metric) -> Any:
    kind, unit = column.type(), getattr(metric, "unit_", metric.unit)
    if unit == "money" or not kind.is_numeric():
        return column
    return column if kind.is_integer() else column.cast(dt.float64)


def _with_everybody(table: Any, facts: FactTables, attributes: tuple[str, ...]) -> Any:
    if facts.customers is None:
        return table
    have = [a for a in attributes if a in facts.customers.columns]
    people = facts.customers.select(_who="customer_id", **{f"@{a}": facts.customers[a] for a in have})
    joined = table.outer_join(people, table.customer_id == people["_who"])
    who = ibis.coalesce(joined.customer_id, joined["_who"])
    rest = {c: joined[c] for c in table.columns if c != "customer_id"}
    return joined.select(customer_id=who, **rest, **{f"@{a}": joined[f"@{a}"] for a in have})
