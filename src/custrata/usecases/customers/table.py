"""A page of a list of customers: how many there are, and the rows that are shown.

Only the columns that decide are read for all customers; what else is shown is read for the rows of the page alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.locale import Lang
from custrata.usecases.customers.columns import ID, ListColumn, list_columns, named, usual_columns
from custrata.usecases.customers.place import ids_at
from custrata.usecases.customers.query import ListQuery, filtered, usual_sort
from custrata.usecases.listing import class_words
from custrata.usecases.look import Result

#: Rows of a page that can be chosen.
SIZES = (25, 50, 100, 200)


@dataclass(frozen=True)
class TablePage:
    """`rows` have the values of the columns by key, classes in the reader's language; `number` counts from 1."""

    columns: Sequence[ListColumn]
    rows: Sequence[Mapping[str, Any]]
    total: int
    number: int
    size: int
    sort: str
    """The key that it is sorted by, with `-` from the largest down."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The place of the first row in the whole list, from 1; 0 where there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def table_page(result: Result, query: ListQuery, lang: Lang, number: int = 1, size: int = 50) -> TablePage:
    """A page of the list; a number beyond the last page gives the last one. Errors: those of `filtered`; E-WEB-020 for
    a column that is not there."""
    known = list_columns(result, lang)
    columns = [named(known, key) for key in query.columns or usual_columns(result, known)]
    t = filtered(result, query, lang)
    sort = query.sort or usual_sort(result.scheme)
    order = _Order(named(known, sort.removeprefix("-")), sort.startswith("-"))
    # A search is the dear part of its question: so it is asked once for both, the page and how many there are.
    found = _searched(result, t, order, number, size) if query.search.strip() else None
    total = found[1] if found else count(result, t)
    number = min(max(number, 1), max(1, -(-total // size)))
    if found is None:
        alone = _profiles(result, query, order.by, min(number * size, total))
        ids = _ids(result, t if alone is None else alone, order, total, number, size)
    else:
        ids = found[0]
    words = {c.key: class_words(result, c.key, lang) for c in columns if c.style == "class"}
    rows = {r["_id"]: r for r in result.engine.rows(wide(result, columns, ids))} if ids else {}
    shown = [
        {ID: i, **{c.key: words[c.key](rows[i][c.key]) if c.key in words else rows[i][c.key] for c in columns}}
        for i in ids
        if i in rows
    ]
    return TablePage(columns, shown, total, number, size, sort)


@dataclass(frozen=True)
class _Order:
    """By which column a list is sorted, and whether from the largest down."""

    by: ListColumn
    down: bool


def count(result: Result, t: ir.Table) -> int:
    """How many customers there are in a table of them."""
    return int(result.engine.rows(t.aggregate(n=t.count()))[0]["n"])


def order_of(result: Result, t: ir.Table, column: ListColumn, down: bool) -> list[Any]:
    """What sorts the rows: classes by their order in the segment, customers without a value last, equal ones by their
    ids."""
    value = _sorted_by(result, t, column)
    one = ibis.desc(value, nulls_first=False) if down else ibis.asc(value, nulls_first=False)
    return [one, *([] if column.key == ID else [ibis.asc(t[ID])])]


def _sorted_by(result: Result, t: ir.Table, column: ListColumn) -> Any:
    """The value that a column is sorted by."""
    value = t[column.key]
    if column.style != "class":
        return value
    classes, missing = result.segment_class_labels(column.key)
    places = {c.label(result.scheme.lang): i for i, c in enumerate([*classes, missing])}
    # The first class is the highest one.
    return value.cases(*((label, -i) for label, i in places.items()), else_=-len(places))


def _ids(result: Result, t: ir.Table, order: _Order, total: int, number: int, size: int) -> list[str]:
    """The ids of a page."""
    offset = (number - 1) * size
    n = min(size, total - offset)
    if n <= 0:
        return []
    return ids_at(result.engine, t, _sorted_by(result, t, order.by), ID, order.down, offset, n)


def _profiles(result: Result, query: ListQuery, by: ListColumn, last: int) -> ir.Table | None:
    """The profiles alone, where a list of everybody that is sorted by them has no others up to its place `last`:
    customers need not be joined to them."""
    if by.attribute is None or result.people is None or replace(query, sort="", columns=()) != ListQuery():
        return None
    people = result.people
    t = people.select(**{ID: people[ID].cast(dt.string), by.key: people[by.attribute]})
    told = result.engine.rows(t.aggregate(n=t[by.key].count()))[0]["n"]
    return t if last <= told else None


def _searched(result: Result, t: ir.Table, order: _Order, number: int, size: int) -> tuple[list[str], int] | None:
    """The ids of a page and how many there are in all; null where the page is beyond the last one."""
    own = t.mutate(_all=t.count().over(ibis.window()))
    ordered = own.order_by(order_of(result, own, order.by, order.down))
    page = ordered.select(_id=own[ID], _all=own["_all"]).limit(size, offset=(max(number, 1) - 1) * size)
    rows = result.engine.rows(page)
    return ([r["_id"] for r in rows], int(rows[0]["_all"])) if rows else None


def wide(result: Result, columns: Sequence[ListColumn], ids: Sequence[str] | None = None) -> ir.Table:
    """The columns of a list by their keys and `_id`, of some customers or of all."""
    customers = result.customers if ids is None else result.customers.filter(result.customers[ID].isin(list(ids)))
    own = {c.key: customers[c.key] for c in columns if c.attribute is None and c.key != ID}
    labelled = {k: v for k, v in own.items() if k in customers.columns}
    t: Any = customers.select(_id=customers[ID], **labelled)
    names = [c.attribute for c in columns if c.attribute is not None]
    people = result.people
    if names and people is not None:
        who = people.customer_id.cast(dt.string)
        some = people if ids is None else people.filter(who.isin(list(ids)))
        told = some.select(_who=some.customer_id.cast(dt.string), **{f"@{n}": some[n] for n in names})
        t = t.left_join(told, t["_id"] == told["_who"]).drop("_who")
    return t.mutate(**{ID: t["_id"]})
