"""Whose facts a load changed, so that what was worked out of the others' need not be worked out again.

A customer is touched by a row with his id that came, went or became another one, by an order or return of his that is
another one now, and by a product that he bought and that is described otherwise. A file that is written anew with the
rows that it had touches nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import base_of
from custrata.core.facts.ids import like
from custrata.usecases.load.derived import HEADERS, LINKS, NUMBER
from custrata.usecases.load.rows import ROWS, UNIT
from custrata.usecases.ports import FactStore

#: Kept tables: customers whom a load touched, by the number of the load; what is kept of customers (the documents tell
#: what it stands on), and the numbers themselves.
TOUCHED, NUMBERS, NUMBERS_OF, EVIDENCE_OF = "touched", "numbers", "numbers_of", "evidence_of"
LINES_OF = "lines_of"
#: What tells on which load something rests that is kept of customers.
_DOCUMENTS = (NUMBERS_OF, EVIDENCE_OF, LINES_OF)
_WHO, _LOAD = "customer_id", "load"
#: Where a row came from, and what tells it from its earlier version: nothing that anything is worked out of.
_PLACES = (UNIT, "_row", "_file", "_key", "_mark")


class Watch:
    """Notes whom one load touches: told before rows leave and after others came."""

    def __init__(self, store: FactStore, sources: Sequence[str]) -> None:
        self._store = store
        there = store.kept_names()
        self.active = bool({*_DOCUMENTS} & there)
        """Whether anything is kept that this is wanted for."""
        watched = [*map(ROWS, sources), HEADERS, LINKS] if self.active else []
        self._schemas = {name: store.kept(name).schema() for name in watched if name in there}
        self._gone: dict[str, list[ir.Table]] = {}
        self._before: dict[str, ir.Table] = {}
        self._found: list[ir.Table] = []

    def leaving(self, source: str, rows: ir.Table) -> None:
        """Rows of a source that are about to be taken away."""
        if self.active:
            self._gone.setdefault(source, []).append(self._store.materialise("leaving", rows))

    def came(self, source: str, first_new: int) -> None:
        """The units from `first_new` on are those that came."""
        if not self.active or ROWS(source) not in self._store.kept_names():
            return
        rows = self._store.kept(ROWS(source))
        rows = rows.filter(rows[UNIT] >= first_new)
        gone = self._gone.get(source)
        changed = rows
        if gone and any(set(t.columns) != set(rows.columns) for t in gone):
            self.everybody()
            return
        if gone:
            changed = self._differing(reduce(lambda a, b: a.union(b.select(*a.columns)), gone), rows)
        if source == "products":
            self._buyers(changed)
        else:
            self._add(changed, _WHO)
            if base_of(source) == "interactions" and "id" in changed.columns:
                # Of several rows under one number one counts: whose that is may be another customer now.
                self._add(with_numbers_of(self._store.kept(ROWS(source)), changed), _WHO)

    def before(self, numbers: ir.Table) -> None:
        """The orders of these numbers are about to be worked out anew."""
        if self.active:
            self._before = {n: self._store.materialise("before", t) for n, t in self._of_orders(numbers).items()}

    def after(self, numbers: ir.Table) -> None:
        """The orders of these numbers were worked out."""
        if not self.active:
            return
        for name, now in self._of_orders(numbers).items():
            before = self._before.get(name)
            changed = now
            if before is not None and set(before.columns) == set(now.columns):
                changed = self._differing(before, now)
            self._add(changed, _WHO)
            if name == LINKS:
                self._add(changed, "_owner")

    def everybody(self) -> None:
        """Nothing that is kept of customers holds any more."""
        if self.active:
            for name in (NUMBERS, *_DOCUMENTS, TOUCHED):
                self._store.forget(name)
        self.active = False

    def note(self, load: int) -> None:
        """Writes down whom this load touched, under its number."""
        if not self.active:
            return
        kept = self._store.kept_names()
        if any(name not in kept or self._store.kept(name).schema() != was for name, was in self._schemas.items()):
            # Columns that are wider now, or others, may have made other values of rows that nobody touched.
            self.everybody()
            return
        if self._found:
            who = reduce(lambda a, b: a.union(b), self._found).distinct()
            self._store.append(TOUCHED, who.mutate(**{_LOAD: ibis.literal(load).cast("int64")}))

    def _add(self, rows: ir.Table, column: str) -> None:
        if column in rows.columns:
            found = rows.select(**{_WHO: like(rows[column], dt.string)})
            self._found.append(self._store.materialise("touched", found.filter(found[_WHO].notnull()).distinct()))

    def _buyers(self, products: ir.Table) -> None:
        """Who bought one of these products."""
        texts = products.select(product=like(products.product_id, dt.string)).distinct()
        texts = self._store.materialise("products", texts.filter(texts["product"].notnull()))
        if not self._store.rows(texts.limit(1)):
            return
        for name, columns in ((ROWS("orders"), (_WHO,)), (LINKS, (_WHO, "_owner"))):
            if name in self._store.kept_names() and "product_id" in self._store.kept(name).columns:
                rows = self._store.kept(name)
                keys = texts.select(key=like(texts["product"], rows.product_id.type()))
                rows = rows.filter(rows.product_id.isin(keys.filter(keys.key.notnull()).key))
                for column in columns:
                    self._add(rows, column)

    def _of_orders(self, numbers: ir.Table) -> dict[str, ir.Table]:
        """Headers and returns of some order numbers."""
        found = {}
        for name, column in ((HEADERS, "order_id"), (LINKS, "refers_to")):
            if name in self._store.kept_names():
                t = self._store.kept(name)
                keys = numbers.select(key=like(numbers[NUMBER], t[column].type()))
                found[name] = t.filter(t[column].isin(keys.filter(keys.key.notnull()).key))
        return found

    def _differing(self, before: ir.Table, now: ir.Table) -> ir.Table:
        """The rows of each that the other has not, or not as often."""
        columns = [c for c in now.columns if c not in _PLACES]
        types = dict(now.schema().items())
        a, b = before.select(**{c: before[c].cast(types[c]) for c in columns}), now.select(*columns)
        apart = a.difference(b, distinct=False).union(b.difference(a, distinct=False))
        return self._store.materialise("differing", apart)


def with_numbers_of(rows: ir.Table, others: ir.Table) -> ir.Table:
    """The rows of a source of interactions that have a number which one of the others has."""
    numbers = others.select(number="id").distinct()
    return rows.filter(rows.id.isin(numbers.filter(numbers.number.notnull()).number))


def touched_since(store: FactStore, load: int) -> ir.Table:
    """`customer_id` of whom loads after this one touched, as text and as the sources have it."""
    if TOUCHED not in store.kept_names():
        return store.from_rows(TOUCHED, [], {_WHO: "string"})
    t = store.kept(TOUCHED)
    return t.filter(t[_LOAD] > load).select(_WHO).distinct()


def read_document(store: FactStore, name: str) -> dict[str, Any] | None:
    """What a kept table stands on; null where it is not there."""
    if name not in store.kept_names():
        return None
    found: dict[str, Any] = json.loads(store.rows(store.kept(name))[0]["document"])
    return found


def write_document(store: FactStore, name: str, document: Mapping[str, Any]) -> None:
    """Keeps it, and forgets those who were touched before all that is kept."""
    store.replace(name, store.from_rows(name, [(json.dumps(document),)], {"document": "string"}))
    kept = [found for found in (read_document(store, n) for n in _DOCUMENTS) if found is not None]
    oldest = min(found["load"] for found in kept)
    if TOUCHED in store.kept_names():
        t = store.kept(TOUCHED)
        if store.rows(t.filter(t[_LOAD] <= oldest).limit(1)):
            store.replace(TOUCHED, t.filter(t[_LOAD] > oldest))
