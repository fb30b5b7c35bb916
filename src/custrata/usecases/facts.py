"""Sources → facts: settles the as-of date, links returns, derives the order headers once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.headers import order_headers, sale_lines, usable, with_kinds, with_products
from custrata.core.facts.ids import like, others
from custrata.core.facts.records import latest_records
from custrata.core.facts.returns import (
    FAULTY,
    Fate,
    Linked,
    as_lines,
    link_returns,
    linked_returns,
    return_lines,
    returns_among,
    together,
    with_returns,
    without_returns_of_others,
)
from custrata.core.facts.sales import told_customers
from custrata.core.identity.apply import merged_customers, without_subsidiaries
from custrata.core.metrics.base import FactTables
from custrata.core.scan import ExpressionScan, Opened, ParquetScan
from custrata.core.scheme.model import Scheme
from custrata.usecases.contacts import contacts
from custrata.usecases.fact_set import Facts, booked_otherwise, dated, headers_of_all, of_customers
from custrata.usecases.identity_parents import ids_of, under_surviving_ids
from custrata.usecases.ports import Engine, Progress, silent
from custrata.usecases.reading import Reading
from custrata.usecases.rows import DAY

#: Lines, and those of returns that lower their own day (null where there are none).
Sales = tuple[ir.Table, ir.Table | None]


class Assembly(Reading):
    """Builds the facts step by step; each step is one pass over the rows it needs."""

    def __init__(
        self, scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, progress: Progress, wanted: frozenset[str],
        merged: Mapping[str, str] | None = None, *, once: bool = False,
    ) -> None:  # fmt: skip
        """`wanted` are the optional columns of the order headers that some metric reads; `merged` has every id that was
        merged into another → the surviving one; `once` says that nobody else will read the headers."""
        super().__init__(scheme, opened, engine, progress)
        self._merged, self.wanted, self._once = merged or {}, wanted, once

    def facts(self, as_of: date | None, today: date) -> Facts:
        self._read()
        people = self.usable("customers") if "customers" in self.cleaned else None
        self.ids = ids_of(self.engine, people, self._merged, self.scheme.identity)
        day = self._as_of(as_of, today)
        orders = sale_lines(self.until(day, "orders"))
        links = self._links(orders, day)
        returns = None if links is None else self._told(links)
        products = self._records("products", "product_id")
        sales = self._sales(orders, returns, products)
        lines, own = sales(None)
        customers = self._people(day)
        if customers is not None:
            customers = merged_customers(customers, self.ids.merged, self.scheme.identity.keep)
            customers = without_subsidiaries(customers, self.ids.top)
        more = contacts(self, day)
        who = self._customer_type(lines, own, customers, *more.tables)
        more = more.under(who)

        def headers_with(wanted: frozenset[str], sold: ir.Table = lines, own: ir.Table | None = own) -> ir.Table:
            return headers_of_all(self._order_headers(sold, wanted), own, wanted, who)

        self.progress("headers")
        later = self._shown_later()
        if not later:
            self.wanted |= {"gross", "refunded"}
        headers = self._computed(headers_with(self.wanted))
        self._require_orders()
        known = more.customers()
        known = None if known is None else self.engine.materialise("customers_of_contacts", known)
        if customers is not None:
            customers = self._corrected(customers, [headers] if known is None else [headers, known])
        customers = self._there(customers, headers, known, day, who)
        rereads = self._rereads() if later else ()
        lines = lines.mutate(customer_id=like(lines.customer_id, who))
        own = None if own is None else own.mutate(customer_id=like(own.customer_id, who))
        tables = FactTables(headers, dated(lines, own, headers), customers, more.interactions, more.assets, known)

        def to_show() -> ir.Table:
            return headers_with(self.wanted | {"gross", "refunded"}) if later else headers

        def under_who(found: Sales) -> Sales:
            lines, own = (None if t is None else t.mutate(customer_id=like(t.customer_id, who)) for t in found)
            assert lines is not None
            return lines, own

        def of_some(few: ir.Table) -> FactTables:
            lines, own = under_who(sales(few))
            orders = headers_of_all(self._order_headers(lines, self.wanted, few), own, self.wanted, who)
            orders = self.engine.stage("orders_of_some", orders)
            people, contacts, assets, others = (
                None if t is None else of_customers(t, few) for t in (customers, more.interactions, more.assets, known)
            )
            return FactTables(orders, dated(lines, own, orders), people, contacts, assets, others)

        columns = {"orders": tuple(headers.columns), "lines": tuple(tables.lines.columns), **more.columns}
        quarantine, emptied = self.ledger.quarantine(), self.ledger.emptied()
        lines = lines if own is None else lines.union(own.select(*lines.columns))
        return Facts(
            day, tables, lines, to_show, rereads, products, self.counts, quarantine, emptied,
            self.names, columns, more.shown(),
            booked_otherwise(usable(self.cleaned["orders"]), self.ids.mapping), of_some if self._all_there() else None,
            lambda few: under_who(sales(few, None)), lambda day: self._earlier().facts(day, today),
        )  # fmt: skip

    def _earlier(self) -> Assembly:
        """What assembles the facts of another day from the same sources."""
        return Assembly(self.scheme, self.opened, self.engine, silent, self.wanted, self._merged)

    def _corrected(self, people: ir.Table, others: Sequence[ir.Table]) -> ir.Table:
        """The customers with what people corrected in their profiles; `others` tell of customers besides."""
        del others
        return people

    def _all_there(self) -> bool:
        """Whether these are all the facts of sales that are kept, so that what is made of them can be kept as well."""
        return False

    def _sales(
        self, orders: ir.Table, returns: Linked | None, products: ir.Table | None
    ) -> Callable[..., Sales]:
        """Gives the lines of all or of some customers, and those of returns that lower their own day, if there are;
        described by the products, unless others (or none) are given."""
        texts = returns is not None and self._products_are_texts(orders, returns)
        any_own = returns is not None and bool(self.size(returns.own))

        def of(few: ir.Table | None, products: ir.Table | None = products) -> Sales:
            lines = without_returns_of_others(orders if few is None else of_customers(orders, few))
            own: ir.Table | None = None
            if returns is not None:
                found = [t if few is None else of_customers(t, few) for t in (returns.of_orders, returns.own)]
                if texts:
                    lines = lines.mutate(product_id=like(lines.product_id, dt.string))
                lines = with_returns(lines, found[0])
                own = self._described(as_lines(found[1], lines), products) if any_own else None
            return self._described(lines, products), own

        return of

    def _records(self, name: str, key: str) -> ir.Table | None:
        """One row a key of a source; null where it is not there."""
        return self.distinct(name, self.usable(name), (key,)) if name in self.cleaned else None

    def _people(self, day: date) -> ir.Table | None:
        """One row a customer; null where there is no source of customers."""
        if "updated_at" not in self.names.get("customers", {}):
            return self._records("customers", "customer_id")
        t = self.of_customers("customers", self.usable("customers"))
        later = self.size(t.filter(t.updated_at > day))
        self.ledger.exclude("customers", "after_as_of", later)
        t = t.filter((t.updated_at <= day).fill_null(True)) if later else t
        found = self.engine.materialise("distinct_customers", latest_records(t, "customer_id", "updated_at"))
        self.ledger.exclude("customers", "older", self.size(t) - self.size(found))
        return found

    def _rereads(self) -> tuple[Path, ...]:
        """Files that are read again when orders are shown."""
        scan = self.opened["orders"].scan
        return scan.paths if isinstance(scan, ParquetScan) else ()

    def _order_headers(self, lines: ir.Table, wanted: frozenset[str], few: ir.Table | None = None) -> ir.Table:
        """The headers of all orders among some lines: those of everybody, or of the `few`."""
        del few
        return order_headers(lines, wanted)

    def _computed(self, headers: ir.Table) -> ir.Table:
        """Headers, computed where more than one will read them."""
        once = self._once and set(self.cleaned) == {"orders"} and self._shown_later()
        return headers if once else self.engine.materialise("orders", headers)

    def _shown_later(self) -> bool:
        """Whether what is only shown of orders can wait until somebody wants to see it: it widens the grouping of all
        orders. Rows in files of the user's and in tables of our own can wait; a table of a caller's database is his to
        change."""
        shown = {"gross", "refunded"} <= self.wanted
        return not shown and not isinstance(self.opened["orders"].scan, ExpressionScan)

    def _described(self, lines: ir.Table, products: ir.Table | None) -> ir.Table:
        """Lines with what the products source says of them, products and services under one word."""
        if products is not None and "product_id" in lines.columns:
            lines = with_products(lines, products)
        return with_kinds(lines, {str(k): v for k, v in self.scheme.sources.orders.kinds.items()})

    def _links(self, orders: ir.Table, day: date) -> ir.Table | None:
        """Returns that name an order, from a file of their own and from rows of the orders file, with their fate."""
        parts = []
        if "returns" in self.cleaned:
            returns = told_customers(self.until(day, "returns"), self.scheme.sources.orders)
            of_file = return_lines(returns)
            parts.append(of_file.mutate(_source=ibis.literal("returns")))
        if self.counts["orders"].returns and "refers_to" in orders.columns:
            parts.append(returns_among(orders).mutate(_source=ibis.literal("orders")))
        if not parts:
            return None
        self.progress("returns")
        lines = without_returns_of_others(orders)
        return self.engine.materialise("linked_returns", link_returns(lines, together(parts), self._left_out()))

    def _told(self, linked: ir.Table) -> Linked:
        """The returns that count; what became of the others goes into the books."""
        for row in self.engine.rows(linked.group_by("_source", "_fate").aggregate(n=linked.count())):
            source, fate = row["_source"], row["_fate"]
            if fate in ("excluded", "anonymous"):
                self.ledger.exclude(source, {"excluded": "order_excluded"}.get(fate, fate), row["n"])
            elif fate in FAULTY:
                self._set_aside(linked, source, fate)
        return linked_returns(linked)

    def _set_aside(self, linked: ir.Table, source: str, fate: Fate) -> None:
        """Puts the returns of one source and fate into the quarantine."""
        wrong = linked.filter((linked["_fate"] == fate) & (linked["_source"] == source))
        told = [c for c in ("_otherwise", "is_return") if c in wrong.columns]
        found = wrong.select("refers_to", "customer_id", *told, **{DAY[source]: wrong.day}).distinct()
        self.ledger.set_aside(source, found, *self._named_in(source), FAULTY[fate])

    def _named_in(self, source: str) -> tuple[str, str]:
        """Header and canonical column in which a return names its order; where it cannot, those of its day."""
        names = self.names[source]
        if source == "returns":
            column = ("order_id", "refers_to") if "order_id" in names else (DAY[source], DAY[source])
            return names[column[0]], column[1]
        return names["refers_to" if "refers_to" in names else "order_id"], "refers_to"

    def _left_out(self) -> ir.Table | None:
        """Orders that a rule leaves out or that wait in quarantine: what came back of them is left out too."""
        t, counts = self.cleaned["orders"], self.counts["orders"]
        if "order_id" not in t.columns or not (counts.quarantined or any(counts.excluded.values())):
            return None
        return under_surviving_ids(t.filter((t["_excluded"].notnull() | t["_bad"]) & ~t.is_return), self.ids)

    def _products_are_texts(self, orders: ir.Table, returns: Linked) -> bool:
        """Whether the products of some return cannot be numbers, as those of the lines are."""
        told = [t.product_id for t in (returns.of_orders, returns.own) if "product_id" in t.columns]
        return "product_id" in orders.columns and not all(self._whole(column) for column in told)

    def _customer_type(self, lines: ir.Table, *tables: ir.Table | None) -> dt.DataType:
        """Customer numbers stay whole numbers where all of them are (they group faster), else they are text."""
        if not lines.customer_id.type().is_integer():
            return dt.string
        more = [t.customer_id for t in tables if t is not None]
        return dt.int64 if all(self._whole(column) for column in more) else dt.string

    def _whole(self, column: Any) -> bool:
        """Whether every id of a column is a whole number."""
        if column.type().is_integer():
            return True
        return not self.engine.rows(others(column).name("n").as_table())[0]["n"]

    def _there(
        self, customers: ir.Table | None, headers: ir.Table, more: ir.Table | None, day: date, who: dt.DataType
    ) -> ir.Table | None:
        """The customers of the source who are there on the as-of date: one who joins later is not, unless he has a fact
        before."""
        if customers is None:
            return None
        customers = customers.mutate(customer_id=like(customers.customer_id, who))
        if "joined_at" not in customers.columns:
            return customers
        later = customers.filter(customers.joined_at > day)
        if not self.size(later):
            return customers
        later = later.anti_join(headers, "customer_id")
        later = later if more is None else later.anti_join(more, "customer_id")
        n = self.size(later)
        if not n:
            return customers
        self.ledger.exclude("customers", "after_as_of", n)
        return self.engine.materialise("customers_there", customers.anti_join(later, "customer_id"))
