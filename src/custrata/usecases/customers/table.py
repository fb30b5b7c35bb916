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
from custrata.usecases.customers.place import ids_at, rows_at
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
    found = _searched(result, t, order, columns, number, size) if query.search.strip() else None
    total = found[1] if found else count(result, t)
    number = min(max(number, 1), max(1, -(-total // size)))
    rows = found[0] if found else _rows(result, query, t, order, columns, total, number, size)
    words = {c.key: class_words(result, c.key, lang) for c in columns if c.style == "class"}
    told = _told(result, columns, [r["_id"] for r in rows])
    whole: list[dict[str, Any]] = [{**r, **told.get(r["_id"], {}), ID: r["_id"]} for r in rows]
    shown = [
        {ID: r[ID], **{c.key: words[c.key](r.get(c.key)) if c.key in words else r.get(c.key) for c in columns}}
        for r in whole
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


def _rows(
    result: Result, query: ListQuery, t: ir.Table, order: _Order, columns: Sequence[ListColumn], total: int,
    number: int, size: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """The customers of a page: `_id`, and the columns that the run published of them."""
    offset = (number - 1) * size
    n = min(size, total - offset)
    if n <= 0:
        return []
    alone = _profiles(result, query, order.by, offset + n)
    if alone is None:
        value = _sorted_by(result, t, order.by)
        return rows_at(result.engine, t, value, ID, order.down, offset, n, _published(t, columns))
    ids = ids_at(result.engine, alone, alone[order.by.key], ID, order.down, offset, n)
    rows = {r["_id"]: r for r in result.engine.rows(_those(result.customers, columns, ids))}
    return [rows[i] for i in ids if i in rows]


def _published(t: ir.Table, columns: Sequence[ListColumn]) -> dict[str, Any]:
    """The columns of a list that the run published, of a table of its customers."""
    return {c.key: t[c.key] for c in columns if c.attribute is None and c.key != ID and c.key in t.columns}


def _those(customers: ir.Table, columns: Sequence[ListColumn], ids: Sequence[str]) -> ir.Table:
    own = customers.filter(customers[ID].isin(list(ids)))
    return own.select(_id=own[ID], **_published(own, columns))


def _told(result: Result, columns: Sequence[ListColumn], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the source tells of some customers: the columns of a list that are attributes, by id."""
    names, people = [c.attribute for c in columns if c.attribute is not None], result.people
    if not names or not ids or people is None:
        return {}
    who = people.customer_id.cast(dt.string)
    own = people.select(_who=who, **{f"@{n}": people[n] for n in names})
    return {r["_who"]: r for r in result.engine.rows(own.filter(own["_who"].isin(list(ids))))}


def _profiles(result: Result, query: ListQuery, by: ListColumn, last: int) -> ir.Table | None:
    """The profiles alone, where a list of everybody that is sorted by them has no others up to its place `last`:
    customers need not be joined to them."""
    if by.attribute is None or result.people is None or replace(query, sort="", columns=()) != ListQuery():
        return None
    people = result.people
    t = people.select(**{ID: people[ID].cast(dt.string), by.key: people[by.attribute]})
    told = result.engine.rows(t.aggregate(n=t[by.key].count()))[0]["n"]
    return t if last <= told else None


def _searched(
    result: Result, t: ir.Table, order: _Order, columns: Sequence[ListColumn], number: int, size: int
) -> tuple[list[dict[str, Any]], int] | None:
    """The customers of a page and how many there are in all; null where the page is beyond the last one."""
    shown = _published(t, columns)
    own = t.mutate(_all=t.count().over(ibis.window()))
    ordered = own.order_by(order_of(result, own, order.by, order.down))
    page = ordered.select("_all", *shown, _id=ordered[ID]).limit(size, offset=(max(number, 1) - 1) * size)
    rows = result.engine.rows(page)
    return (rows, int(rows[0]["_all"])) if rows else None


def wide(result: Result, columns: Sequence[ListColumn]) -> ir.Table:
    """The columns of a list by their keys and `_id`, of all customers."""
    customers, people = result.customers, result.people
    t: Any = customers.select(_id=customers[ID], **_published(customers, columns))
    names = [c.attribute for c in columns if c.attribute is not None]
    if names and people is not None:
        told = people.select(_who=people.customer_id.cast(dt.string), **{f"@{n}": people[n] for n in names})
        t = t.left_join(told, t["_id"] == told["_who"]).drop("_who")
    return t.mutate(**{ID: t["_id"]})
