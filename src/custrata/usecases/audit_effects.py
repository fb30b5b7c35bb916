"""What a finding does to the classes: the scheme applied again without the doubtful rows, customer by customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.finding import SEVERITIES, Effect, Finding, Merged, Without, money
from custrata.core.facts.headers import OPTIONAL, lines_on_order_day, order_headers, refunded_once
from custrata.core.metrics.base import FactTables
from custrata.core.metrics.plan import line_columns
from custrata.core.scheme.model import Scheme
from custrata.usecases.evaluate import Evaluation, classify
from custrata.usecases.fact_set import Facts
from custrata.usecases.ports import Engine, Progress

#: Findings whose effect is computed, the worst first; each applies the scheme once more.
MOST = 5
#: A notice of less than this share is not worth applying the scheme for.
LEAST = 0.0005
_KEY = ["customer_id", "order_id"]
#: What every metric of lines may read.
_ALWAYS = (*_KEY, "day", "amount", "is_return", "purchase", "refunded")


def with_lines_kept(scheme: Scheme, facts: Facts, engine: Engine) -> Facts:
    """The facts with what metrics read of the lines computed once, for every time that the scheme is applied."""
    wanted = line_columns({**scheme.metrics, **scheme.own_metrics()})
    if not wanted:
        return facts
    tables = facts.tables
    columns = [c for c in tables.lines.columns if c in (*_ALWAYS, *wanted)]
    lines = engine.materialise("audit_lines", tables.lines.select(*columns))
    more = tables.interactions, tables.assets, tables.others
    return replace(facts, tables=FactTables(tables.orders, lines, tables.customers, *more))


def with_effects(
    findings: Sequence[Finding], scheme: Scheme, facts: Facts, evaluation: Evaluation, engine: Engine,
    progress: Progress,
) -> list[Finding]:  # fmt: skip
    """The findings, the worst of those that can be taken out of the facts with what that does to each segment."""
    judged = [f for f in findings if f.doubt is not None and (f.severity != "notice" or f.share >= LEAST)]
    judged = sorted(judged, key=lambda f: (-SEVERITIES.index(f.severity), -f.share, f.code))[:MOST]
    if not judged or not scheme.segments:
        return [replace(f, doubt=None) for f in findings]
    spend = {name: scheme.basis("monetary", name) for name in scheme.segments}
    columns = list(dict.fromkeys(["customer_id", *scheme.segments, *spend.values()]))
    # Every application of the scheme takes the place of the one before it.
    before = engine.materialise("audit_classes", evaluation.customers.select(*columns))
    doubtful = {
        f.code: engine.materialise(f"audit_doubtful_{i}", f.doubt.orders.distinct())
        for i, f in enumerate(judged)
        if isinstance(f.doubt, Without)
    }
    touched = _touched(facts, list(doubtful.values()), engine)
    told = {}
    for finding in judged:
        progress("audit_effect")
        ids = engine.materialise("audit_ids", finding.doubt.ids) if isinstance(finding.doubt, Merged) else None
        if ids is not None:
            changed = _merged(facts, ids)
        else:
            changed = _without(facts, finding.doubt, doubtful[finding.code], touched, engine)
        after = classify(scheme, changed, engine, before=evaluation.params)
        told[finding.code] = _compared(scheme, before, after.customers, ids, spend, engine)
    return [_told(f, told.get(f.code)) for f in findings]


def _told(finding: Finding, effect: tuple[int, tuple[Effect, ...]] | None) -> Finding:
    if effect is None:
        return replace(finding, doubt=None)
    return replace(finding, doubt=None, moved=effect[0], effects=effect[1])


def _compared(
    scheme: Scheme, before: ir.Table, after: ir.Table, ids: ir.Table | None, spend: dict[str, str], engine: Engine
) -> tuple[int, tuple[Effect, ...]]:
    """How many customers are in another class than before, in any segment and in each, and what those spend."""
    now = after.select(_who="customer_id", **{f"_{name}": after[name] for name in scheme.segments})
    t: Any = before
    if ids is not None:
        text = ids.select(_old=ids.customer_id.cast(dt.string), _into=ids.into.cast(dt.string))
        t = t.left_join(text, t.customer_id == text["_old"])
        t = t.mutate(customer_id=ibis.coalesce(t["_into"], t.customer_id)).drop("_old", "_into")
    both: Any = t.left_join(now, t.customer_id == now["_who"])
    other = {name: ~both[name].identical_to(both[f"_{name}"]) for name in scheme.segments}
    any_: Any = ibis.literal(False)
    for moved in other.values():
        any_ = any_ | moved
    asked: dict[str, Any] = {"any": both.count(where=any_)}
    for i, (name, moved) in enumerate(other.items()):
        asked |= {f"n{i}": both.count(where=moved), f"s{i}": both[spend[name]].sum(where=moved)}
    row = engine.rows(both.aggregate(**asked))[0]
    effects = (Effect(name, row[f"n{i}"], money(row[f"s{i}"])) for i, name in enumerate(other))
    return row["any"], tuple(e for e in effects if e.customers or e.spend != Decimal(0))


def _touched(facts: Facts, doubtful: Sequence[ir.Table], engine: Engine) -> ir.Table:
    """The lines of all orders that are in some doubt: read once, for they are few."""
    if not doubtful:
        return facts.lines.limit(0)
    keys = reduce(lambda a, b: a.union(b), doubtful).distinct()
    return engine.materialise("audit_touched", facts.lines.semi_join(keys, _KEY))


def _without(facts: Facts, doubt: Any, keys: ir.Table, touched: ir.Table, engine: Engine) -> Facts:
    """The facts with the orders in doubt made anew from the lines that remain; all others stay as they are."""
    assert isinstance(doubt, Without)
    remaining = engine.materialise("audit_remaining", doubt.lines(touched.semi_join(keys, _KEY)))
    tables = facts.tables
    again = order_headers(remaining, OPTIONAL)
    orders = engine.materialise("audit_orders", tables.orders.anti_join(keys, _KEY).union(_like(again, tables.orders)))
    dated = lines_on_order_day(refunded_once(remaining), orders)
    lines = tables.lines.anti_join(keys, _KEY).union(_like(dated, tables.lines))
    more = tables.interactions, tables.assets, tables.others
    return replace(facts, tables=FactTables(orders, lines, tables.customers, *more))


def _merged(facts: Facts, ids: ir.Table) -> Facts:
    """The facts of customers made one: everything under the number that remains, one record."""

    def under_one(t: ir.Table) -> ir.Table:
        other = ids.select(_old="customer_id", _into="into")
        joined: Any = t.left_join(other, t.customer_id == other["_old"])
        who = ibis.coalesce(joined["_into"], joined.customer_id)
        return joined.mutate(customer_id=who).select(*t.columns)

    tables = facts.tables
    people = None if tables.customers is None else tables.customers.anti_join(ids, "customer_id")
    interactions, assets, others = (
        None if t is None else under_one(t) for t in (tables.interactions, tables.assets, tables.others)
    )
    others = None if others is None else others.distinct()
    merged = FactTables(under_one(tables.orders), under_one(tables.lines), people, interactions, assets, others)
    return replace(facts, tables=merged)


def _like(t: ir.Table, model: ir.Table) -> ir.Table:
    """A table under the columns and types of another; what it lacks is null."""
    kinds = dict(model.schema().items())
    return t.select(**{c: t[c].cast(kind) if c in t.columns else ibis.null(kind) for c, kind in kinds.items()})
