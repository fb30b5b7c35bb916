"""The orders that a run shows, and the lines of what was bought: each in a file that several runs may share, and in one
of those that changed since.

`orders_since.parquet`, where there is one, has all orders of the customers whom loads touched since `orders.parquet`
was written. One of them who has no order any more is there with a row without a day. So it is with lines, where a row
without an amount says that there are none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from custrata.core.scan import ParquetScan
from custrata.usecases.ports import Engine

ORDERS, SINCE = "orders.parquet", "orders_since.parquet"
LINES, LINES_SINCE = "lines.parquet", "lines_since.parquet"
#: The products that lines name by number, as of the run.
PRODUCTS = "products.parquet"


def read_orders(folder: Path, engine: Engine) -> ir.Table | None:
    """The orders of a run; null where it has none to show."""
    return _read(folder, engine, ORDERS, SINCE, "day")


def read_lines(folder: Path, engine: Engine) -> ir.Table | None:
    """The lines of what was bought, as `bought_lines` has them; null where the run keeps none."""
    return _read(folder, engine, LINES, LINES_SINCE, "net")


def _read(folder: Path, engine: Engine, name: str, changed: str, always: str) -> ir.Table | None:
    """`always` is a column that every row has which is not there to say that there is none."""
    if not (folder / name).is_file():
        return None
    table = engine.read(ParquetScan((folder / name,), (name,)))
    if not (folder / changed).is_file():
        return table
    since: Any = engine.read(ParquetScan((folder / changed,), (changed,)))
    rest = table.anti_join(since.select("customer_id").distinct(), "customer_id")
    return rest.union(since.filter(since[always].notnull()).select(*rest.columns))
