"""The floor: DuckDB reads the columns that the work needs and does nothing else with them."""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = """
SELECT count(*) AS lines, sum(customer_id) AS c, sum(order_id) AS o, max(ordered_at) AS last,
       sum(quantity) AS q, sum(amount) AS a
FROM read_parquet('{lines}')
"""


def work(lines: Path, out: Path) -> None:
    duckdb.connect().execute(f"COPY ({SQL.format(lines=lines)}) TO '{out}' (FORMAT parquet)")
