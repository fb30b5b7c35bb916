"""What follows from the kept rows: which order a return belongs to, and the order headers; for all or for some orders.

Order headers and the fate of returns depend on nothing but the rows that carry or name one order number, so after a
load only the numbers that were touched are worked out anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, SUM
from custrata.core.facts.headers import order_headers, sale_lines, usable
from custrata.core.facts.ids import like
from custrata.core.facts.returns import (
    FAULTY,
    link_returns,
    linked_returns,
    return_lines,
    returns_among,
    together,
    with_returns,
    without_returns_of_others,
)
from custrata.core.facts.sales import told_customers
from custrata.core.scheme.sources import Orders
from custrata.usecases.fact_set import of_customers
from custrata.usecases.identity_parents import Ids, under_surviving_ids
from custrata.usecases.load.rows import ROWS, UNIT, kept_rows
from custrata.usecases.ports import FactStore

#: Kept tables: returns with their fate, headers of orders.
LINKS, HEADERS = "links", "orders"
NUMBER = "number"


def numbers_of(rows: ir.Table) -> ir.Table:
    """The order numbers, as text, that rows of the orders or of the returns carry or name."""
    columns = [c for c in ("order_id", "refers_to") if c in rows.columns]
    parts = [rows.select(**{NUMBER: like(rows[c], dt.string)}) for c in columns]
    if not parts:
        return rows.filter(ibis.literal(False)).select(**{NUMBER: ibis.null(dt.string)})
    found = reduce(lambda a, b: a.union(b), parts)
    return found.filter(found[NUMBER].notnull()).distinct()


def derive_all(
    store: FactStore, config: Orders, ids: Ids, wanted: Collection[str], sales_only: bool = False
) -> None:
    """Links and headers of everything that is kept; `wanted` are the optional columns of the headers. `sales_only`: no
    row of the orders that counts is a return."""
    lines, named, left_out = _parts(store, config, ids, None, None)
    links = None if named is None else link_returns(without_returns_of_others(lines), named, left_out)
    store.forget(LINKS)
    if links is not None:
        store.replace(LINKS, links)
    sales_only = sales_only and links is None
    headers = _headers(lines, store.kept(LINKS) if links is not None else None, wanted, sales_only=sales_only)
    store.replace(HEADERS, _short(headers))
    if _any_lost(store, store.kept(HEADERS)):
        store.replace(HEADERS, headers)


def derive_some(
    store: FactStore, config: Orders, ids: Ids, wanted: Collection[str], touched: ir.Table, gone: ir.Table,
    first_new: int,
) -> None:  # fmt: skip
    """Links and headers of the order numbers `touched`; `gone` are the units that left, units from `first_new` on are
    new. What is there of those numbers is replaced."""
    lines, named, left_out = _parts(store, config, ids, touched, first_new)
    store.remove(LINKS, gone)
    store.remove(LINKS, touched.select(refers_to=touched[NUMBER]))
    if named is not None:
        store.append(LINKS, link_returns(without_returns_of_others(lines), named, left_out))
    of_these = None
    if LINKS in store.kept_names():
        links = store.kept(LINKS)
        of_these = links.semi_join(touched, links.refers_to == touched[NUMBER])
    headers = store.materialise("touched_orders", _headers(lines, of_these, wanted))
    kind = store.kept(HEADERS).order_id.type()
    keys = touched.select(order_id=like(touched[NUMBER], kind))
    store.remove(HEADERS, keys.filter(keys.order_id.notnull()))
    short = _short(headers)
    store.append(HEADERS, headers if _any_lost(store, short) else short)


def kept_headers(store: FactStore, few: ir.Table | None = None) -> ir.Table:
    """The order headers as `order_headers` gives them, of everybody or of the customers whose `customer_id` a table
    has."""
    kept = store.kept(HEADERS)
    # Before the sums are made long, which would otherwise be done for all.
    kept = kept if few is None else of_customers(kept, few)
    long = kept.mutate(**{c: kept[c].cast(SUM) for c in _sums(kept)})
    if "refunded" not in long.columns:
        return long
    return long.mutate(gross=(long.net + long.refunded).cast(SUM)).relocate("gross", before="refunded")


def faulty(links: ir.Table) -> ir.Table:
    """Returns that wait in quarantine."""
    return links.filter(links["_fate"].isin(list(FAULTY)))


def _parts(
    store: FactStore, config: Orders, ids: Ids, touched: ir.Table | None, first_new: int | None
) -> tuple[ir.Table, ir.Table | None, ir.Table | None]:
    """Usable lines of the orders; the returns that name an order (or tell none); the orders that are left out."""
    tables: Mapping[str, ir.Table] = {
        name: kept_rows(store, name) for name in ("orders", "returns") if ROWS(name) in store.kept_names()
    }
    cleaned = tables["orders"]
    if touched is not None:
        cleaned = _touching(cleaned, touched, None)
        cleaned = store.materialise("touched_rows", cleaned)
    lines = sale_lines(under_surviving_ids(usable(cleaned), ids))
    parts: list[ir.Table] = []
    if "returns" in tables:
        returns = tables["returns"] if touched is None else _touching(tables["returns"], touched, first_new)
        told = told_customers(under_surviving_ids(usable(returns), ids), config)
        parts.append(return_lines(told).mutate(_source=ibis.literal("returns")))
    if "refers_to" in lines.columns:
        # A return may itself carry a touched number and name an order that is not touched: its fate stays.
        named = lines if touched is None else lines.semi_join(touched, lines.refers_to == touched[NUMBER])
        parts.append(returns_among(named).mutate(_source=ibis.literal("orders")))
    out = cleaned.filter((cleaned["_excluded"].notnull() | cleaned["_bad"]) & ~cleaned.is_return)
    return lines, together(parts) if parts else None, under_surviving_ids(out, ids)


def _touching(rows: ir.Table, touched: ir.Table, first_new: int | None) -> ir.Table:
    """The rows that carry or name one of the order numbers; with `first_new`, new ones that name none as well."""
    conditions: list[Any] = []
    for column in ("order_id", "refers_to"):
        if column in rows.columns:
            kind = rows[column].type()
            keys = touched.select(key=like(touched[NUMBER], kind))
            conditions.append(rows[column].isin(keys.filter(keys.key.notnull()).key))
    if first_new is not None:
        named = rows.refers_to.isnull() if "refers_to" in rows.columns else ibis.literal(True)
        conditions.append(named & (rows[UNIT] >= first_new))
    return rows.filter(reduce(lambda a, b: a | b, conditions))


def _headers(
    lines: ir.Table, links: ir.Table | None, wanted: Collection[str], *, sales_only: bool = False
) -> ir.Table:
    own = without_returns_of_others(lines)
    told = own if links is None else with_returns(own, linked_returns(links).of_orders)
    headers = order_headers(told, wanted, sales_only=sales_only)
    # What follows from two others is not written.
    return headers.drop("gross") if {"gross", "refunded"} <= set(headers.columns) else headers


def _short(headers: ir.Table) -> ir.Table:
    """The headers with sums as short as single amounts, null where they are longer, which hardly any company's orders
    are: long decimals take many times as long to read."""
    return headers.mutate(**{c: headers[c].try_cast(DECIMAL) for c in _sums(headers)})


def _any_lost(store: FactStore, short: ir.Table) -> bool:
    lost = reduce(lambda a, b: a | b, [short[c].isnull() for c in _sums(short)])
    return bool(store.rows(short.aggregate(n=short.count(where=lost)))[0]["n"])


def _sums(headers: ir.Table) -> list[str]:
    return [c for c, kind in headers.schema().items() if kind.is_decimal()]
