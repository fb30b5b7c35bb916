"""Sources → facts: reads every source, settles the as-of date, links returns, derives the order headers once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.clean import clean
from custrata.core.facts.headers import (
    CONTRADICTION,
    OPTIONAL,
    ORPHAN_RETURN,
    all_lines,
    lines_on_order_day,
    link_returns,
    order_headers,
    return_lines,
    sale_lines,
    usable,
    with_kinds,
    with_products,
)
from custrata.core.facts.records import distinct_records, duplicate_rows
from custrata.core.measure.model import SourceRows
from custrata.core.metrics.base import FactTables
from custrata.core.scan import Opened
from custrata.core.scheme.model import END_OF_DATA, TODAY, Scheme
from custrata.core.scheme.sources import Source
from custrata.usecases.ports import Engine, Progress
from custrata.usecases.rows import DAY, QUARANTINE, Counts, raw_rows, read_source


@dataclass
class Facts:
    """The canonical facts of one evaluation, up to its as-of date."""

    as_of: date
    tables: FactTables
    orders_in_full: ir.Table
    """The order headers with all their columns, as an expression: for the few orders that somebody wants to see."""
    products: ir.Table | None
    counts: Mapping[str, Counts]
    quarantine: ir.Table | None
    """Columns as in `QUARANTINE`; null where every row can be used."""
    columns: Mapping[str, tuple[str, ...]]

    def source_rows(self, opened: Mapping[str, Opened]) -> list[SourceRows]:
        return [
            SourceRows(
                name, [f.path for f in opened[name].files], c.read, c.used, c.quarantined,
                sum(c.excluded.values()), {k: v for k, v in sorted(c.excluded.items()) if v},
            )
            for name, c in self.counts.items()
        ]  # fmt: skip


class Assembly:
    """Builds the facts step by step; each step is one pass over the rows it needs."""

    def __init__(
        self, scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, progress: Progress, wanted: frozenset[str]
    ) -> None:
        """`wanted` are the optional columns of the order headers that some metric reads."""
        self.wanted = wanted
        self.scheme, self.opened, self.engine, self.progress = scheme, opened, engine, progress
        self.counts: dict[str, Counts] = {}
        self.faults: list[ir.Table] = []
        self.cleaned: dict[str, ir.Table] = {}
        self.names: dict[str, dict[str, str]] = {}

    def facts(self, as_of: date | None, today: date) -> Facts:
        problems: list[Problem] = []
        for name in self.opened:
            try:
                self.progress("read", source=name)
                found = read_source(name, self.opened[name], self._config(name), self.engine)
                self.cleaned[name], self.names[name], self.counts[name] = found.table, found.names, found.counts
                self.faults += found.faults
            except CustrataError as error:
                problems.extend(error.problems)
        if problems:
            raise CustrataError(*problems)
        day = self._as_of(as_of, today)
        orders = sale_lines(self._until(day, "orders"))
        linked = self._returns(orders, day)
        lines = all_lines(self._without_references(orders), linked)
        products = self._products()
        if products is not None and "product_id" in lines.columns:
            lines = with_products(lines, products)
        lines = with_kinds(lines, {str(k): v for k, v in self.scheme.sources.orders.kinds.items()})
        self.progress("headers")
        headers = self.engine.materialise("orders", order_headers(lines, self.wanted))
        self._require_orders()
        customers = self._customers()
        headers, lines, customers = _same_ids(headers, lines, customers)
        in_full = headers if self.wanted.issuperset(OPTIONAL) else order_headers(lines)
        tables = FactTables(headers, lines_on_order_day(lines, headers), customers)
        columns = {"orders": tuple(headers.columns), "lines": tuple(tables.lines.columns)}
        return Facts(day, tables, in_full, products, self.counts, self._quarantine(), columns)

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
        return usable(self.cleaned[name], spotless=not counts.quarantined and not any(counts.excluded.values()))

    def _until(self, day: date, name: str) -> ir.Table:
        """The usable rows up to the as-of date; later ones are excluded by rule."""
        t, counts = self._usable(name), self.counts[name]
        column = t[DAY[name]]
        if counts.last_day is None or counts.last_day <= day:
            return t
        late = self.engine.rows(t.aggregate(n=t.count(where=column > day)))[0]["n"]
        counts.excluded["after_as_of"] = late
        return t.filter(column <= day)

    def _records(self, name: str, key: str) -> ir.Table:
        """One row a key; identical further rows are excluded as duplicates, differing ones go to quarantine."""
        counts, t = self.counts[name], self._usable(name)
        table = self.engine.materialise(f"distinct_{name}", distinct_records(t, key))
        extra = self._size(t) - self._size(table)
        if extra:
            differing = self._again(name, duplicate_rows(t, key))
            lost = self._size(differing)
            counts.quarantined += lost
            counts.excluded["duplicate"] = extra - lost
            if lost:
                self._quarantine_rows(name, differing, key, "E-ROW-006")
        return table

    def _again(self, name: str, found: ir.Table) -> ir.Table:
        """The rows of a source that are as those found, with the file and row they stand in."""
        raw, names = raw_rows(name, self.opened[name], self.names[name], self.engine, numbered=True)
        rows = usable(clean(raw, name, self._config(name), names).table)
        same = [rows[c].cast(found[c].type()).identical_to(found[c]) for c in found.columns if c in rows.columns]
        return self.engine.materialise(f"again_{name}", rows.semi_join(found, same))

    def _quarantine_rows(self, name: str, rows: ir.Table, column: str, code: str) -> None:
        column = column if column in rows.columns else "returned_at"
        header = self.names[name].get("order_id" if column == "refers_to" else column, column)
        self.faults.append(
            rows.select(source=ibis.literal(name), file=rows["_file"], row=rows["_row"], column=ibis.literal(header),
                        value=rows[column].cast(dt.string), code=ibis.literal(code))
        )  # fmt: skip

    def _size(self, t: ir.Table) -> int:
        return int(self.engine.rows(t.aggregate(n=t.count()))[0]["n"])

    def _products(self) -> ir.Table | None:
        return self._records("products", "product_id") if "products" in self.cleaned else None

    def _returns(self, orders: ir.Table, day: date) -> ir.Table | None:
        """Returns that name an order, from a file of their own and from rows of the orders file."""
        parts = []
        if "returns" in self.cleaned:
            parts.append(return_lines(self._until(day, "returns")).mutate(_source=ibis.literal("returns")))
        if self.counts["orders"].returns and "refers_to" in orders.columns:
            named = orders.filter(orders.is_return & orders.refers_to.notnull())
            parts.append(
                named.mutate(
                    **{c: named[c].cast(dt.string) for c in ("customer_id", "order_id", "refers_to")},
                    _source=ibis.literal("orders"),
                )
            )
        if not parts:
            return None
        self.progress("returns")
        shared = [c for c in parts[0].columns if all(c in p.columns for p in parts)]
        together = reduce(lambda a, b: a.union(b), [p.select(*shared) for p in parts])
        linked = self.engine.materialise(
            "linked_returns",
            link_returns(self._without_references(orders), together, self._left_out()),
        )
        for row in self.engine.rows(linked.group_by("_source", "_fate").aggregate(n=linked.count())):
            if row["_fate"] == "excluded":
                self.counts[row["_source"]].excluded["order_excluded"] = row["n"]
            elif row["_fate"] == "orphan":
                # Only a file of returns can leave the customer out.
                self.counts["returns"].quarantined += row["n"]
                lost = linked.filter(linked["_fate"] == "orphan").select("refers_to", returned_at="day").distinct()
                again = self._again("returns", lost)
                nobody = again.filter(again.customer_id.isnull()) if "customer_id" in again.columns else again
                self._quarantine_rows("returns", nobody, "refers_to", ORPHAN_RETURN)
            elif row["_fate"] == "contradiction":
                source = row["_source"]
                self.counts[source].quarantined += row["n"]
                wrong = linked.filter((linked["_fate"] == "contradiction") & (linked["_source"] == source))
                wrong = wrong.select("refers_to", "customer_id", **{DAY[source]: wrong.day}).distinct()
                self._quarantine_rows(source, self._again(source, wrong), "refers_to", CONTRADICTION)
        return linked.drop("refers_to", "_source")

    def _left_out(self) -> ir.Table | None:
        """Orders that a rule leaves out or that wait in quarantine: what came back of them is left out too."""
        t, counts = self.cleaned["orders"], self.counts["orders"]
        if "order_id" not in t.columns or not (counts.quarantined or any(counts.excluded.values())):
            return None
        return t.filter(t["_excluded"].notnull() | t["_bad"])

    def _without_references(self, orders: ir.Table) -> ir.Table:
        """Lines that stand for themselves: all but the returns that name another order."""
        if "refers_to" not in orders.columns:
            return orders
        return orders.filter(~orders.is_return | orders.refers_to.isnull()).drop("refers_to")

    def _customers(self) -> ir.Table | None:
        if "customers" not in self.cleaned:
            return None
        return self._records("customers", "customer_id")

    def _require_orders(self) -> None:
        counts = self.counts["orders"]
        if counts.used > 0:
            return
        if counts.read == 0:
            files = self.opened["orders"].files
            raise CustrataError(Problem("E-DATA-002", files[0].path if files else "orders", {}))
        values: dict[str, Any] = {
            "read": counts.read,
            "quarantined": counts.quarantined,
            "excluded": sum(counts.excluded.values()),
        }
        values |= {"reasons": self._reasons(counts)}
        raise CustrataError(Problem("E-DATA-006", "sources.orders", values))

    def _reasons(self, counts: Counts) -> str:
        """What kept the rows out, the commonest first, each with an example: nothing is published to look it up in."""
        found = [(n, rule) for rule, n in counts.excluded.items() if n]
        quarantine = self._quarantine()
        if quarantine is not None:
            t = quarantine.group_by("code", "column").aggregate(n=quarantine.count(), value=quarantine.value.min())
            for r in self.engine.rows(t):
                found.append((r["n"], f"{r['code']} {r['column']} '{str(r['value'] or '')[:40]}'"))
        return "; ".join(f"{n} × {what}" for n, what in sorted(found, reverse=True)[:5])

    def _quarantine(self) -> ir.Table | None:
        if not self.faults:
            return None
        together = reduce(lambda a, b: a.union(b), [f.cast(QUARANTINE) for f in self.faults])
        return self.engine.materialise("quarantine", together)


def _same_ids(
    headers: ir.Table, lines: ir.Table, customers: ir.Table | None
) -> tuple[ir.Table, ir.Table, ir.Table | None]:
    """Customer numbers stay whole numbers where every source has them so (they group faster), else become text."""
    if customers is None or customers.customer_id.type() == headers.customer_id.type():
        return headers, lines, customers
    text = dt.string
    return (
        headers.mutate(customer_id=headers.customer_id.cast(text)),
        lines.mutate(customer_id=lines.customer_id.cast(text)),
        customers.mutate(customer_id=customers.customer_id.cast(text)),
    )
