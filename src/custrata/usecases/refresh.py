"""Works out anew only the customers whose numbers may be others now: whom loads touched, and whose facts came into a
window or left one since the last evaluation. The others' numbers are kept beside the facts, and are as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from importlib.metadata import version
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.ids import like
from custrata.core.levels.review import anniversary_of
from custrata.core.metrics.base import Context, FactTables, Metric
from custrata.core.metrics.lasting import turned
from custrata.core.metrics.plan import JOINED
from custrata.core.scheme.model import Scheme
from custrata.usecases.fact_set import Facts
from custrata.usecases.identity_parents import under_surviving_ids
from custrata.usecases.load.kept import KeptFacts
from custrata.usecases.load.touched import (
    NUMBERS,
    NUMBERS_OF,
    read_document,
    touched_since,
    with_numbers_of,
    write_document,
)
from custrata.usecases.ports import FactStore
from custrata.usecases.short import lengthened, same_but_for_length, shortened

#: From this share of the customers on it is cheaper to work out all of them.
_MOST = 0.3
#: The day as of which a kept row was worked out: what counts days has grown since.
_SINCE = "_as_of"
#: The numbers of all customers, computed, and of how many they were worked out now (null: of all).
Numbers = tuple[ir.Table, int | None]


class Refresh:
    """Keeps the numbers of one evaluation for the next, in the store of the facts."""

    def __init__(self, kept: KeptFacts, scheme: Scheme) -> None:
        self._kept, self._store, self._scheme = kept, kept.store, scheme

    def numbers(
        self, facts: Facts, metrics: Mapping[str, Metric], context: Context, work_out: Callable[[FactTables], ir.Table]
    ) -> Numbers:
        """`work_out` gives the numbers of the customers whom facts tell of.

        A kill leaves the kept numbers as they were or as they are now, each with what tells whom loads touched since.
        """
        state = self._kept.state
        if facts.of_some is None or not state.lineage:
            return self._store.materialise("metrics", work_out(facts.tables)), None
        told = {"on": self._stands_on(metrics), "as_of": str(facts.as_of), "load": state.loads,
                "corrections": self._kept.overlay.read_by_metrics()}  # fmt: skip
        before = read_document(self._store, NUMBERS_OF)
        some = None if before is None else self._some(before, told, facts, metrics, context)
        if some is not None:
            tables = _read_once(facts.of_some(some), metrics, self._store)
            new = self._store.materialise("metrics_of_some", work_out(tables))
            if same_but_for_length(new, self._store.kept(NUMBERS).drop(_SINCE)):
                return self._merged(some, new, metrics, context, told, before != told)
        return self._all(work_out(facts.tables), metrics, context, told)

    def _some(
        self, before: Mapping[str, Any], told: Mapping[str, Any], facts: Facts, metrics: Mapping[str, Metric],
        context: Context,
    ) -> ir.Table | None:  # fmt: skip
        """`customer_id` of those to be worked out anew; null where all are."""
        last = date.fromisoformat(before["as_of"])
        if before["on"] != told["on"] or facts.as_of < last:
            return None
        days = _turned(metrics, Context(last, context.count), context)
        if days is None:
            return None
        tables, store = facts.tables, self._store
        who = tables.orders.customer_id.type()
        touched = under_surviving_ids(touched_since(store, before["load"]), self._kept.ids)
        parts = [touched, self._corrected_since(before, told)]
        if last != facts.as_of:
            parts += [*_dated(tables, last, days), *self._renumbered(last, facts.as_of)]
            kept = store.kept(NUMBERS)
            if JOINED in kept.columns:
                parts.append(kept.filter(anniversary_of(kept[JOINED], last, facts.as_of)))
        ids = [t.select(customer_id=like(t.customer_id, who)) for t in parts]
        found = reduce(lambda a, b: a.union(b), ids)
        some = store.materialise("some", found.filter(found.customer_id.notnull()).distinct())
        return some if self._kept.size(some) <= _MOST * self._kept.size(store.kept(NUMBERS)) else None

    def _corrected_since(self, before: Mapping[str, Any], told: Mapping[str, Any]) -> ir.Table:
        """Whose profiles are corrected otherwise than they were."""
        was, is_ = ({tuple(row) for row in d.get("corrections", ())} for d in (before, told))
        ids = sorted({(row[0],) for row in was ^ is_})
        return self._store.from_rows("corrected", ids, {"customer_id": "string"})

    def _renumbered(self, last: date, as_of: date) -> list[ir.Table]:
        """Whose interactions have a number that an interaction of the days since has as well: of these one counts."""
        found = []
        for name in self._kept.named("interactions"):
            rows = self._kept.cleaned[name]
            if "id" in rows.columns:
                later = rows.filter((rows.happened_at > last) & (rows.happened_at <= as_of))
                found.append(under_surviving_ids(with_numbers_of(rows, later).select("customer_id"), self._kept.ids))
        return found

    def _merged(
        self, some: ir.Table, new: ir.Table, metrics: Mapping[str, Metric], context: Context, told: Mapping[str, Any],
        changed: bool,
    ) -> Numbers:  # fmt: skip
        store, as_of = self._store, context.as_of
        if changed:
            with store.transaction():
                store.remove(NUMBERS, some)
                store.append(NUMBERS, shortened(new, store).mutate(**{_SINCE: ibis.literal(as_of)}))
                write_document(store, NUMBERS_OF, told)
        t: Any = lengthened(store.kept(NUMBERS), new)
        days: Any = ibis.literal(as_of).delta(t[_SINCE], unit="day")
        older = [n for n, m in metrics.items() if (lasting := m.lasting(context)) is not None and lasting.ages]
        t = t.mutate(**{n: (t[n] + days).cast(t[n].type()) for n in older}).drop(_SINCE)
        return store.stage("metrics", t), self._kept.size(new)

    def _all(
        self, numbers: ir.Table, metrics: Mapping[str, Metric], context: Context, told: Mapping[str, Any]
    ) -> Numbers:
        store, as_of = self._store, context.as_of
        table = store.materialise("metrics", numbers)
        lasting = all(m.lasting(context) is not None for m in metrics.values())
        if lasting or NUMBERS_OF in store.kept_names():
            with store.transaction():
                if lasting:
                    store.replace(NUMBERS, shortened(table, store).mutate(**{_SINCE: ibis.literal(as_of)}))
                    write_document(store, NUMBERS_OF, told)
                else:
                    store.forget(NUMBERS)
                    store.forget(NUMBERS_OF)
        return table, None

    def _stands_on(self, metrics: Mapping[str, Metric]) -> str:
        """What tells numbers from those that another scheme, other people's ids or another version would give."""
        scheme, kept = self._scheme, self._kept
        ids = [sorted(kept.ids.mapping.items()), sorted(kept.ids.merged.items()), sorted(kept.ids.top.items())]
        told = [
            version("custrata"), kept.state.lineage, kept.state.settings, kept.state.headers, ids,
            {name: [type(m).__module__, m.kind, m.decides_and_names()[0]] for name, m in metrics.items()},
            sorted(scheme.attributes), scheme.purchase.by, scheme.sources.rules(),
            scheme.identity.model_dump(mode="json"),
        ]  # fmt: skip
        said = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


def _turned(metrics: Mapping[str, Metric], before: Context, now: Context) -> set[tuple[date, date]] | None:
    """The days on which some fact may count now that did not before, or the other way round; null where numbers change
    for another reason."""
    days: set[tuple[date, date]] = set()
    for metric in metrics.values():
        was, is_ = metric.lasting(before), metric.lasting(now)
        found = None if was is None or is_ is None else turned(was, is_)
        if found is None:
            return None
        days |= found
    if before.as_of != now.as_of:
        # Facts of these days did not exist.
        days.add((before.as_of + timedelta(days=1), now.as_of))
    return days


def _dated(tables: FactTables, last: date, days: set[tuple[date, date]]) -> list[ir.Table]:
    """Whom some fact of these days tells of, and what happened to whom since the last as-of date."""
    found = []
    for t in (tables.orders, tables.interactions, tables.assets):
        if t is not None:
            on = [t.day.between(*stretch) for stretch in sorted(days)]
            if "closed_at" in t.columns:
                on.append(t.closed_at > last)
            found.append(t.filter(reduce(lambda a, b: a | b, on)))
    if tables.customers is not None and "joined_at" in tables.customers.columns:
        found.append(tables.customers.filter(tables.customers.joined_at.cast(dt.date) > last))
    return found


def _read_once(tables: FactTables, metrics: Mapping[str, Metric], store: FactStore) -> FactTables:
    """The same facts, the orders among them computed where several metrics may look for them."""
    if all(m.base == "orders" for m in metrics.values()):
        return tables
    return replace(tables, orders=store.materialise("orders_of_some", tables.orders))

