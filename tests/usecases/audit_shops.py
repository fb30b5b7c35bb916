"""A clean company of forty customers, ways to spoil it, and its audit."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from custrata import Scheme
from custrata.core.audit.base import REGISTRY
from custrata.core.audit.facts import Control
from custrata.core.audit.finding import Finding
from custrata.core.audit.model import Audit
from custrata.core.audit.running import run_checks
from custrata.core.scan import FileRecord, Opened, TablePart, TableScan
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.usecases.audit import audit
from custrata.usecases.audit_reading import read_facts
from custrata.usecases.ports import silent
from shops import backend

Row = dict[str, Any]
FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
TODAY = date(2025, 1, 3)
MONEY = pa.decimal128(18, 2)
TYPES = {
    "customer_id": pa.string(), "ordered_at": pa.date32(), "order_id": pa.string(), "product_id": pa.string(),
    "quantity": pa.int64(), "price": MONEY, "discount": MONEY, "amount": MONEY, "status": pa.string(),
    "freight": MONEY, "category": pa.string(), "refers_to": pa.string(),
    "returned_at": pa.date32(), "return_id": pa.string(),
    "name": pa.string(), "phone": pa.string(), "trade": pa.string(), "birthday": pa.date32(), "joined_at": pa.date32(),
}  # fmt: skip
SCHEME = """
scheme: Corner shop
as_of: 2024-12-31
sources:
  orders: {count: [done], anonymous: [walk-in]}
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  recency: {recency: days}
segments:
  tier: {thresholds: spend, classes: {big: above 3000, small: else}}
  rfm: {rfm: [recency, orders, spend]}
  taste: {preference: category}
  trade: {attribute: trade}
"""


@dataclass
class Shop:
    """The rows of every source; `file` tells in which file a row of the orders stands."""

    orders: list[Row] = field(default_factory=list)
    returns: list[Row] = field(default_factory=list)
    customers: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    file: Callable[[Row], str] = lambda _: "sales.csv"

    def order(self, number: str) -> list[Row]:
        """The lines of an order."""
        return [r for r in self.orders if r["order_id"] == number]


def clean_shop(seed: int = 7) -> Shop:
    """Forty customers who buy every six to fourteen days from twelve products; two of them in a hundred orders come
    back a week later. Every amount is quantity × price − discount, every order has its day, every day its orders."""
    rng = random.Random(seed)
    shop = Shop()
    prices = {f"p{i:02}": Decimal(5 + 7 * i) for i in range(12)}
    shop.products = [
        {"product_id": p, "product": f"Product {p}", "category": f"cat {i % 3}"} for i, p in enumerate(prices)
    ]
    shop.customers = [
        {
            "customer_id": f"c{i:02}", "name": f"Person {i:02}", "phone": f"1380000{i:04}",
            "trade": ("tea", "ink")[i % 2],
            "birthday": date(1950 + i, 1 + i % 12, 1 + i % 28), "joined_at": FIRST - timedelta(days=i),
        }
        for i in range(40)
    ]  # fmt: skip
    visits = []
    for i in range(40):
        day = FIRST + timedelta(days=rng.randrange(6))
        while day <= LAST:
            visits.append((day, f"c{i:02}"))
            day += timedelta(days=rng.randrange(6, 15))
    for serial, (day, who) in enumerate(sorted(visits), 1):
        number = f"s{serial:05}"
        for product in rng.sample(sorted(prices), rng.randrange(1, 4)):
            shop.orders.append(line(who, day, number, product, rng.randrange(1, 4), prices[product]))
        if serial % 50 == 0 and day + timedelta(days=7) <= LAST:
            back = shop.order(number)[0]
            shop.returns.append({
                "return_id": f"r{serial:05}", "order_id": number, "customer_id": who,
                "returned_at": day + timedelta(days=7), "amount": back["amount"], "quantity": back["quantity"],
                "product_id": back["product_id"],
            })  # fmt: skip
    return shop


def line(who: str | None, day: date, number: str, product: str, quantity: int, price: Decimal, **more: Any) -> Row:
    """A sale line whose amount is right."""
    discount = more.get("discount", Decimal(0))
    return {
        "customer_id": who, "ordered_at": day, "order_id": number, "product_id": product, "quantity": quantity,
        "price": price, "discount": discount, "amount": quantity * price - discount, "status": "done", **more,
    }  # fmt: skip


def table(rows: Sequence[Row]) -> pa.Table:
    names = list(dict.fromkeys(name for r in rows for name in r))
    told = {n: [r.get(n) for r in rows] for n in names}
    written = {n for n, cells in told.items() if any(isinstance(c, str) for c in cells)}
    return pa.table({n: pa.array(told[n], pa.string() if n in written else TYPES.get(n, pa.string())) for n in names})


def opened(shop: Shop) -> dict[str, Opened]:
    """The sources as if they came from files."""
    found = {}
    for name in ("orders", "returns", "customers", "products"):
        rows = getattr(shop, name)
        if not rows:
            continue
        whole = table(rows)
        files = sorted({shop.file(r) for r in rows}) if name == "orders" else [f"{name}.csv"]
        parts = []
        for file in files:
            own = [r for r in rows if shop.file(r) == file] if name == "orders" else rows
            parts.append(TablePart(table(own), file))
        records = [FileRecord(file, 1, "", "csv") for file in files]
        found[name] = Opened(TableScan(tuple(parts)), whole.column_names, records)
    return found


def audited(shop: Shop, scheme: str = SCHEME, *, today: date = TODAY, controls: Sequence[Control] = ()) -> Audit:
    parsed = Scheme.parse(scheme)
    with tempfile.TemporaryDirectory() as scratch:
        engine = DuckDBEngine(parsed.timezone, Path(scratch), backend())
        try:
            return audit(parsed, opened(shop), engine, today=today, controls=controls)
        finally:
            engine.close()


def findings(
    shop: Shop, scheme: str = SCHEME, *kinds: str, today: date = TODAY, controls: Sequence[Control] = ()
) -> list[Finding]:
    """What these checks (all, if none is named) find, without examples and effects: faster than the whole audit."""
    parsed = Scheme.parse(scheme)
    among = [REGISTRY.all()[kind]() for kind in kinds] or None
    with tempfile.TemporaryDirectory() as scratch:
        engine = DuckDBEngine(parsed.timezone, Path(scratch), backend())
        try:
            given: Any = {"today": today, "as_of": None, "controls": controls, "progress": silent}
            _, facts = read_facts(parsed, opened(shop), engine, **given)
            return run_checks(facts, engine, among).findings
        finally:
            engine.close()


def checked(shop: Shop, kind: str, scheme: str = SCHEME, **given: Any) -> Finding:
    """What one check alone finds."""
    (finding,) = findings(shop, scheme, kind, **given)
    return finding


def told(found: Audit) -> dict[str, Finding]:
    """Code → what is not good."""
    return {f.code: f for f in found.problems}


def copied(shop: Shop) -> Shop:
    """A shop that can be spoiled without spoiling the other."""
    return replace(
        shop, orders=[dict(r) for r in shop.orders], returns=[dict(r) for r in shop.returns],
        customers=[dict(r) for r in shop.customers], products=[dict(r) for r in shop.products],
    )  # fmt: skip
