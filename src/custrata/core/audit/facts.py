"""What checks see: every row of every source, cleaned and raw, the facts made of them, and the terms of the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.facts.ids import like
from custrata.core.facts.parse import parse
from custrata.core.scheme.sources import Source

_WITHOUT_CENTS = ("JPY", "KRW", "VND", "CLP", "ISK", "HUF", "TWD")


@dataclass(frozen=True)
class Control:
    """What the books say of one month; `orders` may be unknown."""

    month: date
    total: Decimal
    orders: int | None = None


@dataclass(frozen=True)
class Terms:
    """What the audit goes by besides the facts.

    `fixed` says that the as-of date was told, not taken from the data. `line_columns` and `attributes` are what some
    metric or segment of the scheme reads, with who reads it; `expected` are attributes whose absence the scheme names a
    class for. `windows` are the metrics over a calendar window that the as-of date cuts off.
    """

    as_of: date
    today: date
    currency: str
    fixed: bool = False
    line_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expected: frozenset[str] = frozenset()
    windows: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()

    @property
    def cent(self) -> Decimal:
        """The smallest unit of the currency."""
        return Decimal(1) if self.currency in _WITHOUT_CENTS else Decimal("0.01")


@dataclass(frozen=True)
class SourceFacts:
    """One source. `rows` has every row that could be split into cells, with its canonical columns, `_bad`, `_excluded`,
    and where it is known `_file` (the place of its file among `files`) and `_row`; `raw` the same rows as they lie.
    `headers` maps canonical columns to the user's. `own_orders`: the source has no order numbers, every row is an
    order."""

    name: str
    rows: ir.Table
    raw: ir.Table
    headers: Mapping[str, str]
    config: Source
    files: tuple[str, ...]
    read: int
    used: int
    quarantined: int
    excluded: Mapping[str, int]
    first_day: date | None = None
    last_day: date | None = None
    own_orders: bool = False

    @property
    def good(self) -> Any:
        """Whether a row can be used and no rule leaves it out."""
        return ~self.rows["_bad"] & self.rows["_excluded"].isnull()

    @property
    def sale(self) -> Any:
        """Whether a row of the orders is a sale that counts."""
        return self.good & ~self.rows["is_return"]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the scheme reads from the source, without those of bookkeeping."""
        return tuple(c for c in self.headers if self.inside(c) in self.rows.columns)

    def inside(self, column: str) -> str:
        """What a column is called among the cleaned rows: the `order_id` of a return is the order it refers to."""
        return "refers_to" if self.name == "returns" and column == "order_id" else column

    @property
    def by_file(self) -> bool:
        return len(self.files) > 1 and "_file" in self.rows.columns

    def header(self, column: str) -> str:
        """What the user calls a column of the cleaned rows."""
        if column == "refers_to" and column not in self.headers:
            column = "order_id"
        return self.headers.get(column, column)

    def as_told(self, column: str, kind: Any) -> Any:
        """A cell of `raw` as it is written, before any rule changes its sign."""
        return parse(self.raw[self.headers[column]], kind, dates=self.config.dates).value


@dataclass(eq=False)
class AuditFacts:
    """The facts of one audit. `orders` are the order headers, with gross and refunded; `quarantine` has source, file,
    row, column, value and code of every fault (null: there is none); `emptied` has the same of cells that are taken for
    empty in rows that are used."""

    terms: Terms
    sources: Mapping[str, SourceFacts]
    orders: ir.Table
    customers: ir.Table | None = None
    products: ir.Table | None = None
    quarantine: ir.Table | None = None
    emptied: ir.Table | None = None
    keep: Callable[[str, ir.Table], ir.Table] = field(default=lambda _, table: table)
    """Computes a table once and gives it back computed."""
    _kept: dict[str, ir.Table] = field(default_factory=dict, repr=False)

    def once(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """A table that is read several times: computed for the first, there for the others."""
        if name not in self._kept:
            self._kept[name] = self.keep(name, make())
        return self._kept[name]

    def have(self, need: str) -> bool:
        """Whether a source, or a column of it (`orders.price`), is there."""
        source, _, column = need.partition(".")
        if source not in self.sources:
            return False
        return not column or column in self.sources[source].columns

    def faults(self, *codes: str) -> ir.Table | None:
        """The faults of the quarantine with one of these codes, in rows of sales, returns, customers or products; null
        where nothing is in quarantine."""
        if self.quarantine is None:
            return None
        return self.quarantine.filter(self.quarantine.code.isin(codes) & ~of_contacts(self.quarantine))

    @property
    def sales(self) -> ir.Table:
        """The rows of the orders that are sales and count up to the as-of date, each on its own `day`; ids as in the
        order headers."""
        source = self.sources["orders"]
        rows = source.rows.filter(source.sale & (source.rows.ordered_at <= self.terms.as_of))
        ids = {c: like(rows[c], self.orders[c].type()) for c in ("customer_id", "order_id")}
        return rows.mutate(**ids).rename(day="ordered_at").drop([c for c in rows.columns if c.startswith("_")])

    @property
    def purchases(self) -> ir.Table:
        """The orders that count as purchases and brought something."""
        return self.once("audit_purchases", lambda: _purchases(self.orders))


def _purchases(orders: ir.Table) -> ir.Table:
    bought = orders.filter(orders.purchase & (orders.net > 0))
    return bought.select("customer_id", "order_id", "day", "net")


def of_contacts(faults: ir.Table) -> Any:
    """Whether a fault lies in a row of interactions or assets: they have no checks of their own."""
    return faults.source.startswith("interactions") | (faults.source == "assets")


def nothing() -> Any:
    """Never true."""
    return ibis.literal(False)
