"""The sources of a scheme as they are read: of each the rows that count, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.clean import clean
from custrata.core.facts.columns import base_of
from custrata.core.facts.headers import usable
from custrata.core.facts.records import distinct_records, duplicate_rows
from custrata.core.facts.sales import stands_for_nobody, told_customers
from custrata.core.scan import Opened
from custrata.core.scheme.model import END_OF_DATA, TODAY, Scheme
from custrata.core.scheme.sources import Source
from custrata.usecases.identity_parents import Ids, under_surviving_ids
from custrata.usecases.ledger import Ledger
from custrata.usecases.ports import Engine, Progress
from custrata.usecases.rows import SALES, Counts, day_of, raw_rows, read_source

#: Sources whose rows belong to the customer who stands for theirs now. What customers hold is summed over them later.
_MOVED = ("orders", "returns", "interactions")


class Reading:
    """Reads every source once, and keeps the books of its rows."""

    def __init__(self, scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, progress: Progress) -> None:
        self.scheme, self.opened, self.engine, self.progress = scheme, opened, engine, progress
        self.ids = Ids({}, {})
        self.ledger = Ledger(engine, self._again)
        self.cleaned: dict[str, ir.Table] = {}
        self.names: dict[str, dict[str, str]] = {}

    @property
    def counts(self) -> dict[str, Counts]:
        return self.ledger.counts

    def named(self, base: str) -> list[str]:
        """The sources that were read of one canonical table."""
        return [name for name in self.cleaned if base_of(name) == base]

    def config(self, name: str) -> Source:
        """What the scheme says of a source."""
        return self.scheme.sources.config(name)

    def until(self, day: date, name: str) -> ir.Table:
        """The usable rows up to the as-of date; later ones are excluded by rule."""
        t, counts = self.usable(name), self.counts[name]
        column = t[day_of(name)]
        if counts.last_day is None or counts.last_day <= day:
            return t
        self.ledger.exclude(name, "after_as_of", self.size(t.filter(column > day)))
        return t.filter(column <= day)

    def usable(self, name: str) -> ir.Table:
        """The rows of a source that count."""
        counts = self.counts[name]
        spotless = not counts.quarantined and not any(counts.excluded.values())
        return self._moved(name, usable(self.cleaned[name], spotless=spotless))

    def of_customers(self, name: str, t: ir.Table) -> ir.Table:
        """Rows without those under an id that stands for walk-in sales: these are of nobody."""
        orders = self.scheme.sources.orders
        nobody = stands_for_nobody(t.customer_id, orders)
        n = self.size(t.filter(nobody)) if orders.anonymous else 0
        self.ledger.exclude(name, "anonymous", n)
        return t.filter(~nobody) if n else t

    def distinct(
        self, name: str, t: ir.Table, key: Sequence[str], at: str | None = None, code: str = "E-ROW-006"
    ) -> ir.Table:  # fmt: skip
        """One row a key; identical further rows are excluded as duplicates, differing ones go to quarantine, where the
        column `at` (by default the key) is named."""
        table = self.engine.materialise(f"distinct_{name}", distinct_records(t, key))
        extra = self.size(t) - self.size(table)
        if extra:
            at = at or key[0]
            lost = self.ledger.set_aside(name, duplicate_rows(t, key), self.names[name][at], at, code)
            self.ledger.exclude(name, "duplicate", extra - lost)
        return table

    def size(self, t: ir.Table) -> int:
        return int(self.engine.rows(t.aggregate(n=t.count()))[0]["n"])

    def _read(self) -> None:
        problems: list[Problem] = []
        for name in self.opened:
            try:
                self.progress("read", source=name)
                found = read_source(name, self.opened[name], self.config(name), self.engine)
                self.cleaned[name], self.names[name] = found.table, found.names
                self.ledger.open(name, found)
            except CustrataError as error:
                problems.extend(error.problems)
        if problems:
            raise CustrataError(*problems)

    def _again(self, name: str) -> ir.Table:
        """The usable rows of a source with the file and row they stand in."""
        raw, names = raw_rows(name, self.opened[name], self.names[name], self.engine, numbered=True)
        engine = self.engine
        rows = usable(clean(raw, name, self.config(name), names, engine.local_time, engine.stage).table)
        rows = self._moved(name, rows)
        return told_customers(rows, self.scheme.sources.orders) if name == "returns" else rows

    def _moved(self, name: str, rows: ir.Table) -> ir.Table:
        """Rows under the ids that count."""
        return under_surviving_ids(rows, self.ids) if base_of(name) in _MOVED else rows

    def _as_of(self, as_of: date | None, today: date) -> date:
        wanted = as_of or self.scheme.as_of
        if wanted == TODAY:
            return today
        if wanted != END_OF_DATA:
            assert isinstance(wanted, date)
            return wanted
        # Data end with the last sale: a complaint of the week after does not make every customer a week later.
        last = [c.last_day for name, c in self.counts.items() if name in SALES and c.last_day is not None]
        if not last:
            self._require_orders()
        return max(last) if max(last) <= today else self._last_until(today) or max(last)

    def _last_until(self, today: date) -> date | None:
        """The last day that is not in the future: one mistyped year must not move everybody's as-of date."""
        found = []
        for name in SALES:
            if name in self.cleaned:
                t = self.usable(name)
                day = t[day_of(name)]
                found.append(self.engine.rows(t.aggregate(last=day.max(where=day <= today)))[0]["last"])
        return max((d for d in found if d is not None), default=None)

    def _require_orders(self) -> None:
        files = self.opened["orders"].files
        self.ledger.require_orders(files[0].path if files else "orders", self.cleaned["orders"], self.config("orders"))
