"""Sources → facts: reads every source, settles the as-of date, links returns, derives the order headers once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.clean import clean
from custrata.core.facts.headers import (
    order_headers,
    sale_lines,
    usable,
    with_kinds,
    with_products,
)
from custrata.core.facts.ids import like, others
from custrata.core.facts.records import distinct_records, duplicate_rows
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
from custrata.core.scheme.model import END_OF_DATA, TODAY, Scheme
from custrata.core.scheme.sources import Source
from custrata.usecases.fact_set import Facts, dated, headers_of_all, shown_orders
from custrata.usecases.identity_parents import Ids, ids_of, under_surviving_ids
from custrata.usecases.ledger import Ledger
from custrata.usecases.ports import Engine, Progress
from custrata.usecases.rows import DAY, Counts, raw_rows, read_source


class Assembly:
    """Builds the facts step by step; each step is one pass over the rows it needs."""

    def __init__(
        self, scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, progress: Progress, wanted: frozenset[str],
        merged: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`wanted` are the optional columns of the order headers that some metric reads; `merged` has every id that was
        merged into another → the surviving one."""
        self._merged, self.ids = merged or {}, Ids({}, {})
        self.wanted = wanted
        self.scheme, self.opened, self.engine, self.progress = scheme, opened, engine, progress
        self.ledger = Ledger(engine, self._again)
        self.cleaned: dict[str, ir.Table] = {}
        self.names: dict[str, dict[str, str]] = {}

    @property
    def counts(self) -> dict[str, Counts]:
        return self.ledger.counts

    def facts(self, as_of: date | None, today: date) -> Facts:
        self._read()
        people = self._usable("customers") if "customers" in self.cleaned else None
        self.ids = ids_of(self.engine, people, self._merged, self.scheme.identity)
        day = self._as_of(as_of, today)
        orders = sale_lines(self._until(day, "orders"))
        links = self._links(orders, day)
        returns = None if links is None else self._told(links)
        lines = without_returns_of_others(orders)
        own: ir.Table | None = None
        if returns is not None:
            lines = self._with_product_type(lines, returns)
            lines = with_returns(lines, returns.of_orders)
            own = as_lines(returns.own, lines) if self._size(returns.own) else None
        products = self._records("products", "product_id") if "products" in self.cleaned else None
        lines = self._described(lines, products)
        own = None if own is None else self._described(own, products)
        customers = self._records("customers", "customer_id") if "customers" in self.cleaned else None
        if customers is not None:
            customers = merged_customers(customers, self.ids.merged, self.scheme.identity.keep)
            customers = without_subsidiaries(customers, self.ids.top)
        who = self._customer_type(lines, own, customers)

        def headers_with(wanted: frozenset[str]) -> ir.Table:
            return headers_of_all(self._order_headers(lines, wanted), own, wanted, who)

        self.progress("headers")
        later = self._shown_later()
        if not later:
            self.wanted |= {"gross", "refunded"}
        headers = self._computed(headers_with(self.wanted))
        self._require_orders()
        customers = self._there(customers, headers, day, who)
        shown = headers_with(self.wanted | {"gross", "refunded"}) if later else headers
        rereads = self._rereads() if later else ()
        lines = lines.mutate(customer_id=like(lines.customer_id, who))
        own = None if own is None else own.mutate(customer_id=like(own.customer_id, who))
        tables = FactTables(headers, dated(lines, own, headers), customers)
        columns = {"orders": tuple(headers.columns), "lines": tuple(tables.lines.columns)}
        quarantine = self.ledger.quarantine()
        lines = lines if own is None else lines.union(own.select(*lines.columns))
        return Facts(day, tables, lines, shown_orders(shown), rereads, products, self.counts, quarantine, columns)

    def _rereads(self) -> tuple[Path, ...]:
        """Files that are read again when orders are shown."""
        scan = self.opened["orders"].scan
        return scan.paths if isinstance(scan, ParquetScan) else ()

    def _order_headers(self, lines: ir.Table, wanted: frozenset[str]) -> ir.Table:
        """The headers of all orders."""
        return order_headers(lines, wanted)

    def _computed(self, headers: ir.Table) -> ir.Table:
        """Headers that many will read."""
        return self.engine.materialise("orders", headers)

    def _read(self) -> None:
        problems: list[Problem] = []
        for name in self.opened:
            try:
                self.progress("read", source=name)
                found = read_source(name, self.opened[name], self._config(name), self.engine)
                self.cleaned[name], self.names[name] = found.table, found.names
                self.ledger.open(name, found)
            except CustrataError as error:
                problems.extend(error.problems)
        if problems:
            raise CustrataError(*problems)

    def _shown_later(self) -> bool:
        """Whether what is only shown of orders can wait until somebody wants to see it: it widens the grouping of all
        orders. Rows in files of the user's and in tables of our own can wait; a table of a caller's database is his to
        change."""
        shown = {"gross", "refunded"} <= self.wanted
        return not shown and not isinstance(self.opened["orders"].scan, ExpressionScan)

    def _config(self, name: str) -> Source:
        config = getattr(self.scheme.sources, name)
        if config is None:
            from custrata.core.scheme import sources

            config = getattr(sources, name.capitalize())()
        assert isinstance(config, Source)
        return config

    def _as_of(self, as_of: date | None, today: date) -> date:
        wanted = as_of or self.scheme.as_of
        if wanted == TODAY:
            return today
        if wanted != END_OF_DATA:
            assert isinstance(wanted, date)
            return wanted
        last = [c.last_day for c in self.counts.values() if c.last_day is not None]
        if not last:
            self._require_orders()
        return max(last) if max(last) <= today else self._last_until(today) or max(last)

    def _last_until(self, today: date) -> date | None:
        """The last day that is not in the future: one mistyped year must not move everybody's as-of date."""
        found = []
        for name in DAY:
            if name in self.cleaned:
                t = self._usable(name)
                day = t[DAY[name]]
                found.append(self.engine.rows(t.aggregate(last=day.max(where=day <= today)))[0]["last"])
        return max((d for d in found if d is not None), default=None)

    def _usable(self, name: str) -> ir.Table:
        """The rows of a source that count."""
        counts = self.counts[name]
        rows = usable(self.cleaned[name], spotless=not counts.quarantined and not any(counts.excluded.values()))
        return under_surviving_ids(rows, self.ids) if name in DAY else rows

    def _until(self, day: date, name: str) -> ir.Table:
        """The usable rows up to the as-of date; later ones are excluded by rule."""
        t, counts = self._usable(name), self.counts[name]
        column = t[DAY[name]]
        if counts.last_day is None or counts.last_day <= day:
            return t
        self.ledger.exclude(name, "after_as_of", self._size(t.filter(column > day)))
        return t.filter(column <= day)

    def _records(self, name: str, key: str) -> ir.Table:
        """One row a key; identical further rows are excluded as duplicates, differing ones go to quarantine."""
        t = self._usable(name)
        table = self.engine.materialise(f"distinct_{name}", distinct_records(t, key))
        extra = self._size(t) - self._size(table)
        if extra:
            lost = self.ledger.set_aside(name, duplicate_rows(t, key), self.names[name][key], key, "E-ROW-006")
            self.ledger.exclude(name, "duplicate", extra - lost)
        return table

    def _again(self, name: str) -> ir.Table:
        """The usable rows of a source with the file and row they stand in."""
        raw, names = raw_rows(name, self.opened[name], self.names[name], self.engine, numbered=True)
        engine, config = self.engine, self._config(name)
        rows: ir.Table = usable(clean(raw, name, config, names, engine.local_time, engine.stage).table)
        rows = under_surviving_ids(rows, self.ids) if name in DAY else rows
        return told_customers(rows, self.scheme.sources.orders) if name == "returns" else rows

    def _size(self, t: ir.Table) -> int:
        return int(self.engine.rows(t.aggregate(n=t.count()))[0]["n"])

    def _described(self, lines: ir.Table, products: ir.Table | None) -> ir.Table:
        """Lines with what the products source says of them, products and services under one word."""
        if products is not None and "product_id" in lines.columns:
            lines = with_products(lines, products)
        return with_kinds(lines, {str(k): v for k, v in self.scheme.sources.orders.kinds.items()})

    def _links(self, orders: ir.Table, day: date) -> ir.Table | None:
        """Returns that name an order, from a file of their own and from rows of the orders file, with their fate."""
        parts = []
        if "returns" in self.cleaned:
            returns = told_customers(self._until(day, "returns"), self.scheme.sources.orders)
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

    def _with_product_type(self, lines: ir.Table, returns: Linked) -> ir.Table:
        """Lines whose products are text where those of some return cannot be numbers."""
        told = [t.product_id for t in (returns.of_orders, returns.own) if "product_id" in t.columns]
        if "product_id" not in lines.columns or all(self._whole(column) for column in told):
            return lines
        return lines.mutate(product_id=like(lines.product_id, dt.string))

    def _customer_type(self, lines: ir.Table, own: ir.Table | None, customers: ir.Table | None) -> dt.DataType:
        """Customer numbers stay whole numbers where all of them are (they group faster), else they are text."""
        if not lines.customer_id.type().is_integer():
            return dt.string
        more = [t.customer_id for t in (own, customers) if t is not None]
        return dt.int64 if all(self._whole(column) for column in more) else dt.string

    def _whole(self, column: Any) -> bool:
        """Whether every id of a column is a whole number."""
        if column.type().is_integer():
            return True
        return not self.engine.rows(others(column).name("n").as_table())[0]["n"]

    def _there(self, customers: ir.Table | None, headers: ir.Table, day: date, who: dt.DataType) -> ir.Table | None:
        """The customers of the source who are there on the as-of date: one who joins later is not, unless he has a fact
        before."""
        if customers is None:
            return None
        customers = customers.mutate(customer_id=like(customers.customer_id, who))
        if "joined_at" not in customers.columns:
            return customers
        later = customers.filter(customers.joined_at > day).anti_join(headers, "customer_id")
        n = self._size(later)
        if not n:
            return customers
        self.ledger.exclude("customers", "after_as_of", n)
        return self.engine.materialise("customers_there", customers.anti_join(later, "customer_id"))

    def _require_orders(self) -> None:
        files = self.opened["orders"].files
        self.ledger.require_orders(files[0].path if files else "orders", self.cleaned["orders"])
