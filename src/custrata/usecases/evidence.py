"""The orders that a run shows: in a file that several runs may share, and in one of those that changed since.

`orders_since.parquet`, where there is one, has all orders of the customers whom loads touched since `orders.parquet`
was written. One of them who has no order any more is there with a row without a day.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from custrata.core.scan import ParquetScan
from custrata.usecases.ports import Engine

ORDERS, SINCE = "orders.parquet", "orders_since.parquet"


def read_orders(folder: Path, engine: Engine) -> ir.Table | None:
    """The orders of a run; null where it has none to show."""
    if not (folder / ORDERS).is_file():
        return None
    orders = engine.read(ParquetScan((folder / ORDERS,), (ORDERS,)))
    if not (folder / SINCE).is_file():
        return orders
    since: Any = engine.read(ParquetScan((folder / SINCE,), (SINCE,)))
    rest = orders.anti_join(since.select("customer_id").distinct(), "customer_id")
    return rest.union(since.filter(since.day.notnull()).select(*rest.columns))
