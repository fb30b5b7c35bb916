"""The canonical facts of one evaluation, and how the orders among them are dated, counted and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.headers import lines_on_order_day, refunded_once, return_headers
from custrata.core.facts.ids import like
from custrata.core.identity.apply import ORIGINAL, with_surviving_ids
from custrata.core.measure.model import SourceRows
from custrata.core.metrics.base import FactTables
from custrata.core.scan import InputRecord
from custrata.usecases.rows import Counts

#: What is told of an order where it is shown.
SHOWN = ("order_id", "day", "purchase", "gross", "refunded", "net")


@dataclass
class Facts:
    """The canonical facts of one evaluation, up to its as-of date."""

    as_of: date
    tables: FactTables
    lines: ir.Table
    """The lines of sales and returns that count, each on its own day."""
    headers_to_show: Callable[[], ir.Table]
    """The order headers with all that is `SHOWN` of an order."""
    rereads: tuple[Path, ...]
    """Files that `shown_orders` reads again."""
    products: ir.Table | None
    counts: Mapping[str, Counts]
    quarantine: ir.Table | None
    """Columns as in `QUARANTINE`; null where every row can be used."""
    emptied: ir.Table | None
    """Cells that cannot be read and are taken for empty in rows that are used, columns as in `QUARANTINE`; null where
    there is none."""
    headers: Mapping[str, Mapping[str, str]]
    """Of each source canonical column → header."""
    columns: Mapping[str, tuple[str, ...]]
    shown_interactions: ir.Table | None = None
    """Customer and what is shown of each interaction; null where there is no source of them."""
    original_ids: ir.Table | None = None
    """`customer_id`, `order_id` and `original_id`, as text, of every order that was booked under another id than its
    customer's now: of merged customers and of subsidiaries. Null where there are none."""
    of_some: Callable[[ir.Table], FactTables] | None = None
    """The facts of those customers alone whose `customer_id` a table has. Null where these are not all that is kept of
    sales, but what is known as of an earlier day, or where nothing is kept."""
    sold: Callable[[ir.Table | None], tuple[ir.Table, ir.Table | None]] | None = None
    """Of everybody or of some customers the lines, with the returns of orders among them, and apart the returns that
    lower their own day (null where there are none), with no more of products than the lines tell themselves."""

    earlier: Callable[[date], Facts] | None = None
    """The facts that were known on an earlier day; null where nobody can tell."""

    @cached_property
    def shown_orders(self) -> ir.Table:
        """Customer and what is `SHOWN` of each order, ids as text, for the few orders that somebody wants to see. A
        return that lowers its own day stands under its document's number, or under none if it has none."""
        return shown_orders(self.headers_to_show())

    def source_rows(self, inputs: Mapping[str, Sequence[InputRecord]]) -> list[SourceRows]:
        """What became of the rows of each source; `inputs` are the records of what it was read from."""
        return [
            SourceRows(
                name, [f.path for f in inputs[name]], c.read, c.used, c.quarantined,
                sum(c.excluded.values()), {k: v for k, v in sorted(c.excluded.items()) if v},
                {self.headers[name].get(k, k): v for k, v in sorted(c.emptied.items()) if v},
            )
            for name, c in self.counts.items()
        ]  # fmt: skip


def headers_of_all(headers: ir.Table, own: ir.Table | None, wanted: frozenset[str], who: dt.DataType) -> ir.Table:
    """The headers of all orders, and those of the returns that lower their own day, customers as `who`; where there are
    such returns, `return_id` is their number, and `order_id` is null."""
    headers = headers.mutate(customer_id=like(headers.customer_id, who))
    if own is None:
        return headers
    returned = return_headers(own, wanted)
    returned = returned.mutate(customer_id=like(returned.customer_id, who), order_id=ibis.null(headers.order_id.type()))
    headers = headers.mutate(return_id=ibis.null(dt.string))
    return headers.union(returned.select(*headers.columns))


def dated(lines: ir.Table, own: ir.Table | None, headers: ir.Table) -> ir.Table:
    """All lines, dated as their orders are; each refund once."""
    of_orders = lines_on_order_day(refunded_once(lines), headers)
    if own is None:
        return of_orders
    return of_orders.union(own.mutate(purchase=ibis.literal(False)).select(*of_orders.columns))


def shown_orders(headers: ir.Table) -> ir.Table:
    """Customer and what is `SHOWN` of every order, ids as text."""
    number = like(headers.order_id, dt.string)
    if "return_id" in headers.columns:
        number = ibis.coalesce(number, headers.return_id)
    shown = {c: headers[c] for c in SHOWN if c != "order_id"}
    return headers.select(customer_id=like(headers.customer_id, dt.string), order_id=number, **shown)


def booked_otherwise(rows: ir.Table, mapping: Mapping[str, str]) -> ir.Table | None:
    """Of the usable rows of the orders, under their own ids, those that the mapping moves: as `Facts.original_ids`."""
    if not mapping:
        return None
    t = with_surviving_ids(rows.select("customer_id", "order_id"), mapping)
    moved = t.filter(t[ORIGINAL] != t.customer_id)
    return moved.select(
        customer_id=like(moved.customer_id, dt.string), order_id=like(moved.order_id, dt.string),
        **{ORIGINAL: like(moved[ORIGINAL], dt.string)},
    ).distinct()  # fmt: skip


def of_customers(t: ir.Table, who: ir.Table, column: str = "customer_id") -> ir.Table:
    """The rows of those customers whose `customer_id` another table has."""
    keys = who.select(_of=like(who.customer_id, t[column].type())).distinct()
    # A join with each of them once leaves the same rows as a semi-join. DuckDB has a faster one for whole numbers that
    # lie close together, but only if it is told so.
    return t.inner_join(keys.filter(keys["_of"].notnull()), t[column] == keys["_of"]).select(*t.columns)
